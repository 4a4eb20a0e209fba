//! Between the generated types and the rules: identifiers, times, parties and messages, both ways.
//! It knows both vocabularies and decides nothing. Which values may be used is left to the operations.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::contract::citizen_message_channel_type_identifier_code_list::CitizenMessageChannelTypeIdentifierType;
use crate::contract::citizen_message_context_type_identifier_code_list::CitizenMessageContextTypeIdentifierType;
use crate::contract::citizen_message_status_type_identifier_code_list::CitizenMessageStatusTypeIdentifierType;
use crate::contract::citizen_message_structure::{self as structure, CitizenMessageType};
use crate::contract::citizen_message_user_type_identifier_code_list::CitizenMessageUserTypeIdentifierType;
use crate::contract::code_list_base::CodeListItemIdentifierValueType;
use crate::contract::cpr_dk::PersonCivilRegistrationIdentifierType;
use crate::contract::cvr_dk::{CVRnumberIdentifierType, ProductionUnitIdentifierType};
use crate::contract::jobnet_citizen_message_service::{CvCustomerIdentifierType, JobnetCitizenMessageType};
use crate::contract::microsoft_com::Guid;
use crate::contract::organisation_type_identifier_code_list::OrganisationTypeIdentifierType;
use crate::contract::service_receipt::ServiceReceiptType;
use crate::domain::day::{danish_instant, danish_time};
use crate::domain::document::DocumentInformation;
use crate::domain::{CivilRegistrationNumber, Company, CompanyIdentifier, Message, MessageId, Party, PartyKind, Viewer};
use crate::error::Error;

/// A citizen's number; the contract has checked its pattern.
pub(super) fn cpr(number: &PersonCivilRegistrationIdentifierType) -> CivilRegistrationNumber {
    CivilRegistrationNumber::new(number.as_str())
}

/// A citizen's number as we write it.
///
/// # Errors
/// As [`fitting`].
pub(super) fn cpr_shown(number: &CivilRegistrationNumber) -> Result<PersonCivilRegistrationIdentifierType, Error> {
    fitting(PersonCivilRegistrationIdentifierType::new(number.expose()))
}

/// A CV number as we write it.
///
/// # Errors
/// As [`fitting`].
pub(super) fn cv_number(number: &str) -> Result<CvCustomerIdentifierType, Error> {
    fitting(CvCustomerIdentifierType::new(number))
}

/// An identifier, whatever case it is written in.
///
/// # Errors
/// None for a value the contract accepts.
pub(super) fn uuid(guid: &Guid) -> Result<Uuid, Error> {
    Uuid::parse_str(guid.as_str()).map_err(|error| Error::Internal(format!("a guid of the contract is none: {error}")))
}

/// An identifier as we write it, in lower case.
///
/// # Errors
/// None for a contract whose guid is a guid.
pub(super) fn guid(identifier: impl Into<Uuid>) -> Result<Guid, Error> {
    fitting(Guid::new(identifier.into().hyphenated().to_string()))
}

/// An instant; a time without an offset is Danish wall-clock time (ours).
pub(super) fn instant(time: &xml::datatypes::DateTime) -> DateTime<Utc> {
    time.to_utc().unwrap_or_else(|| danish_instant(time.naive()))
}

/// An instant as we write it: Danish wall-clock time with its offset, as STAR's own examples.
pub(super) fn date_time(instant: DateTime<Utc>) -> xml::datatypes::DateTime {
    danish_time(instant).into()
}

/// The receipt for what happened to a message at an instant.
///
/// # Errors
/// As [`guid`].
pub(super) fn receipt(message: MessageId, at: DateTime<Utc>) -> Result<ServiceReceiptType, Error> {
    Ok(ServiceReceiptType {
        message_identifier: guid(message.0)?,
        event_date: date_time(at),
    })
}

/// A value that we hold and the contract must have room for.
///
/// # Errors
/// [`Error::Internal`]: what is stored was checked when it came in, so the contract has become narrower since.
pub(super) fn fitting<T>(value: Result<T, xml::Rule>) -> Result<T, Error> {
    value.map_err(|rule| Error::Internal(format!("a stored value does not fit the contract: {rule}")))
}

/// The party a request states.
///
/// # Errors
/// 2002 for a kind of user nobody knows.
pub(super) fn party(user: structure::CitizenMessageUserType) -> Result<Party, Error> {
    Ok(Party {
        kind: PartyKind::from_code(user.user_type_identifier.code_list_item_identifier.get())?,
        identifier: user.user_identifier,
        full_name: user.full_name,
        company: user.company.map(company).transpose()?,
        organisation_type: user.organisation_type_identifier.code_list_item_identifier.get(),
        organisation_code: user.organisation_code.map(structure::OrganisationCodeType::into_inner),
    })
}

fn company(company: structure::CitizenMessageCompanyType) -> Result<Company, Error> {
    Ok(Company {
        identifier: company_identifier(company.company_identifier),
        contact: uuid(&company.company_contact_identifier)?,
    })
}

/// Which company a request states.
pub(super) fn company_identifier(identifier: structure::CompanyIdentifierType) -> CompanyIdentifier {
    CompanyIdentifier {
        production_unit: identifier.production_unit_identifier.map(ProductionUnitIdentifierType::into_inner),
        cvr: identifier.cvr_number_identifier.into_inner(),
    }
}

/// The read model of a message, which two services have: the same but for what names the citizen.
macro_rules! message_shown {
    ($(#[$doc:meta])* $name:ident: $shown:ident { $citizen:ident: $number:ty }) => {
        $(#[$doc])*
        pub(super) fn $name(message: Message, citizen: $number, viewer: &Viewer) -> Result<$shown, Error> {
            let visible = message.content_visible_to(viewer);
            let named = message.is_party(viewer);
            let user_shown = |party: Party| user(if named { party } else { party.without_person() });
            let shown = |text: Option<String>| text.filter(|_| visible);
            Ok($shown {
                citizen_message_identifier: guid(message.id.0)?,
                citizen_message_context_type_identifier: CitizenMessageContextTypeIdentifierType {
                    code_list_item_identifier: code(message.context.0)?,
                },
                from_user: user_shown(message.from)?,
                to_user: user_shown(message.to)?,
                $citizen: citizen,
                citizen_message_thread_identifier: guid(message.thread.0)?,
                in_reply_to_identifier: message.in_reply_to.map(|id| guid(id.0)).transpose()?,
                citizen_message_channel_type_identifier: CitizenMessageChannelTypeIdentifierType {
                    code_list_item_identifier: code(message.channel.code())?,
                },
                citizen_message_status_type_identifier: CitizenMessageStatusTypeIdentifierType {
                    code_list_item_identifier: code(message.history.status().code())?,
                },
                created_date_time: date_time(message.created_at),
                read_date_time: message.history.read_at.map(date_time),
                reply_allowed: message.reply_allowed,
                content_visible: visible,
                message_title: shown(message.title)
                    .filter(|title| !title.is_empty())
                    .map(structure::MessageTitleType::new)
                    .transpose()
                    .or_else(|rule| fitting(Err(rule)))?,
                message_text: shown(message.text)
                    .map(structure::MessageTextType::new)
                    .transpose()
                    .or_else(|rule| fitting(Err(rule)))?,
                citizen_message_document_information_collection: documents(message.documents, visible)?,
            })
        }
    };
}

message_shown! {
    /// A message as an authority may see it (M6): without its content, and without the persons, where those are not for the viewer.
    ///
    /// # Errors
    /// As [`fitting`].
    message: CitizenMessageType { person_civil_registration_identifier: PersonCivilRegistrationIdentifierType }
}

message_shown! {
    /// A message as Jobnet sees it, for the citizen or a company: the citizen by the CV number.
    ///
    /// # Errors
    /// As [`fitting`].
    message_on_jobnet: JobnetCitizenMessageType { cv_customer_identifier: CvCustomerIdentifierType }
}

fn documents(
    documents: Vec<DocumentInformation>,
    visible: bool,
) -> Result<Option<structure::CitizenMessageDocumentInformationCollectionType>, Error> {
    if !visible || documents.is_empty() {
        return Ok(None);
    }
    let information = documents.into_iter().map(document).collect::<Result<_, _>>()?;
    Ok(Some(structure::CitizenMessageDocumentInformationCollectionType {
        citizen_message_document_information: information,
    }))
}

fn document(document: DocumentInformation) -> Result<structure::CitizenMessageDocumentInformationType, Error> {
    Ok(structure::CitizenMessageDocumentInformationType {
        citizen_message_document_identifier: guid(document.id.0)?,
        document_name: fitting(structure::DocumentNameType::new(document.name))?,
        document_media_type: document.media_type.text().to_owned(),
        document_size: i32::try_from(document.size).unwrap_or(i32::MAX),
    })
}

fn user(party: Party) -> Result<structure::CitizenMessageUserType, Error> {
    Ok(structure::CitizenMessageUserType {
        user_type_identifier: CitizenMessageUserTypeIdentifierType {
            code_list_item_identifier: code(party.kind.code())?,
        },
        user_identifier: party.identifier,
        full_name: party.full_name,
        company: party.company.map(company_shown).transpose()?,
        organisation_type_identifier: OrganisationTypeIdentifierType {
            code_list_item_identifier: code(party.organisation_type)?,
        },
        organisation_code: party
            .organisation_code
            .map(structure::OrganisationCodeType::new)
            .transpose()
            .or_else(|rule| fitting(Err(rule)))?,
    })
}

fn company_shown(company: Company) -> Result<structure::CitizenMessageCompanyType, Error> {
    let CompanyIdentifier { production_unit, cvr } = company.identifier;
    let production_unit = production_unit
        .map(ProductionUnitIdentifierType::new)
        .transpose()
        .or_else(|rule| fitting(Err(rule)))?;
    let cvr = fitting(CVRnumberIdentifierType::new(cvr))?;
    Ok(structure::CitizenMessageCompanyType {
        company_identifier: structure::CompanyIdentifierType {
            production_unit_identifier: production_unit,
            cvr_number_identifier: cvr,
        },
        company_contact_identifier: guid(company.contact)?,
    })
}

/// A code-list number.
///
/// # Errors
/// As [`fitting`].
pub(super) fn code(number: i32) -> Result<CodeListItemIdentifierValueType, Error> {
    fitting(CodeListItemIdentifierValueType::new(number))
}
