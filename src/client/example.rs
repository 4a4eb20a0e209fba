//! A caseworker's system sends a message to a citizen: copy this, with your own organisation, users and certificate.
//!
//! Against `dialogmodul demo`: `cargo run --example create_message`. Elsewhere, with the certificate of the calling system:
//! `cargo run --example create_message -- https://HOST authorities.pem certificate.pem key.pem`.

use std::error::Error;
use std::fs;

use chrono::Utc;
use dialogmodul::client::{Connections, Failure, Headers, Settings, Tls};
use dialogmodul::contract::ams_dk::{self, ActiveOrganisationHeaderType};
use dialogmodul::contract::citizen_message_channel_type_identifier_code_list::CitizenMessageChannelTypeIdentifierType;
use dialogmodul::contract::citizen_message_context_type_identifier_code_list::CitizenMessageContextTypeIdentifierType;
use dialogmodul::contract::citizen_message_service::CreateMessageRequestType;
use dialogmodul::contract::citizen_message_service_v2::Client;
use dialogmodul::contract::citizen_message_structure::{CitizenMessageUserType, MessageTextType, MessageTitleType, OrganisationCodeType};
use dialogmodul::contract::citizen_message_user_type_identifier_code_list::CitizenMessageUserTypeIdentifierType;
use dialogmodul::contract::code_list_base::CodeListItemIdentifierValueType;
use dialogmodul::contract::cpr_dk::PersonCivilRegistrationIdentifierType;
use dialogmodul::contract::organisation_type_identifier_code_list::OrganisationTypeIdentifierType;
use dialogmodul::contract::request_organisation_structure::{self, RequestOrganisationStructureType};
use dialogmodul::contract::request_user_metadata::RequestUserMetadataHeaderType;
use dialogmodul::contract::request_user_structure::{RequestUserStructureType, UserFullNameType, UserIdentifierType};
use dialogmodul::contract::request_user_type_identifier_code_list::RequestUserTypeIdentifierType;
use uuid::Uuid;
use xml::Rule;

/// Jobcenter Demoby, and a caseworker there.
const ORGANISATION: &str = "90101";
const CASEWORKER: (&str, &str) = ("RID-90101-12", "Jytte Jobcenter");
/// Values of the code lists.
const JOB_CENTRE: i32 = 8;
const CITIZEN: i32 = 1;
const EMPLOYEE: i32 = 2;
const JOBNET: i32 = 3;
const PLAN: i32 = 1;

fn main() -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(send())
}

async fn send() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (address, tls) = match arguments.as_slice() {
        [] => ("http://127.0.0.1:8080", Tls::default()),
        [address] => (address.as_str(), Tls::default()),
        [address, authorities, certificate, key] => {
            let tls = Tls::default().trusting(&fs::read(authorities)?)?;
            (address.as_str(), tls.with_certificate(&fs::read(certificate)?, &fs::read(key)?)?)
        }
        _ => return Err("give no arguments, ADDRESS, or ADDRESS AUTHORITIES CERTIFICATE KEY".into()),
    };
    // One for the whole program: clones share its connections.
    let connections = Connections::new(
        address,
        Settings {
            tls,
            ..Settings::default()
        },
    )?;
    let client = Client::new(connections);

    // The identifier belongs to the message, not to the try: keep it, and a try that got no answer can be made again.
    let headers = headers()?.with_request_id(&Uuid::now_v7().to_string())?;
    let request = message()?;
    let mut answer = client.create_message(&headers, &request).await;
    if let Err(Failure::Late(_) | Failure::Connection(_)) = answer {
        answer = client.create_message(&headers, &request).await;
    }
    match answer {
        Ok(response) => {
            println!("message {}", response.service_receipt.message_identifier.as_str());
            println!("thread  {}", response.citizen_message_thread_identifier.as_str());
            Ok(())
        }
        Err(Failure::Fault(fault)) => Err(format!("refused, number {:?}: {}", fault.number(), fault.text).into()),
        Err(failure) => Err(failure.into()),
    }
}

/// On whose behalf, and who acts.
pub(crate) fn headers() -> Result<Headers, Rule> {
    let organisation = ActiveOrganisationHeaderType {
        organisation_type_identifier: ams_dk::OrganisationTypeIdentifierType::new(JOB_CENTRE)?,
        organisation_code: ams_dk::OrganisationCodeType::new(ORGANISATION)?,
    };
    let (identifier, name) = CASEWORKER;
    let metadata = RequestUserMetadataHeaderType {
        request_user_structure: RequestUserStructureType {
            user_full_name: UserFullNameType::new(name)?,
            request_user_type_identifier: RequestUserTypeIdentifierType {
                code_list_item_identifier: item(EMPLOYEE)?,
            },
            user_identifier: UserIdentifierType::new(identifier)?,
            user_email: None,
        },
        request_organisation_structure: RequestOrganisationStructureType {
            organisation_type_identifier: OrganisationTypeIdentifierType {
                code_list_item_identifier: item(JOB_CENTRE)?,
            },
            organisation_code: request_organisation_structure::OrganisationCodeType::new(ORGANISATION)?,
        },
        registration_date_time: Utc::now().into(),
    };
    Ok(Headers::new(organisation, metadata))
}

pub(crate) fn message() -> Result<CreateMessageRequestType, Rule> {
    let (caseworker, name) = CASEWORKER;
    Ok(CreateMessageRequestType {
        from_user: user(EMPLOYEE, caseworker, name, Some(ORGANISATION))?,
        to_user: user(CITIZEN, "CV1000", "Alma Prøve", None)?,
        person_civil_registration_identifier: PersonCivilRegistrationIdentifierType::new("1503850002")?,
        citizen_message_channel_type_identifier: CitizenMessageChannelTypeIdentifierType {
            code_list_item_identifier: item(JOBNET)?,
        },
        citizen_message_context_type_identifier: CitizenMessageContextTypeIdentifierType {
            code_list_item_identifier: item(PLAN)?,
        },
        reply_allowed: true,
        message_title: MessageTitleType::new("Din plan")?,
        message_text: MessageTextType::new("Kære Alma, vil du se på planen inden fredag?")?,
        citizen_message_document_collection: None,
    })
}

fn user(kind: i32, identifier: &str, name: &str, organisation: Option<&str>) -> Result<CitizenMessageUserType, Rule> {
    Ok(CitizenMessageUserType {
        user_type_identifier: CitizenMessageUserTypeIdentifierType {
            code_list_item_identifier: item(kind)?,
        },
        user_identifier: identifier.to_owned(),
        full_name: name.to_owned(),
        company: None,
        organisation_type_identifier: OrganisationTypeIdentifierType {
            code_list_item_identifier: item(JOB_CENTRE)?,
        },
        organisation_code: organisation.map(OrganisationCodeType::new).transpose()?,
    })
}

fn item(value: i32) -> Result<CodeListItemIdentifierValueType, Rule> {
    CodeListItemIdentifierValueType::new(value)
}
