//! An event as it travels: where it comes from, and what of which message happened; no title, no text, no document.
//! It knows the generated types and decides nothing.

use crate::contract::ams_dk::{ActiveOrganisationHeaderType, OrganisationCodeType, OrganisationTypeIdentifierType};
use crate::contract::citizen_message_channel_type_identifier_code_list::CitizenMessageChannelTypeIdentifierType;
use crate::contract::citizen_message_context_type_identifier_code_list::CitizenMessageContextTypeIdentifierType;
use crate::contract::cpr_dk::PersonCivilRegistrationIdentifierType;
use crate::contract::request_user_metadata::RequestUserMetadataHeaderType;
use crate::contract::request_user_type_identifier_code_list::RequestUserTypeIdentifierType;
use crate::contract::wsrm_message_service::{CitizenMessageEventKindType, CitizenMessageEventType, WSRMMetadataType};
use crate::contract::{organisation_type_identifier_code_list, request_organisation_structure, request_user_structure};
use crate::domain::queue::{Event, EventKind, Registration};
use crate::domain::{ActingUser, CivilRegistrationNumber, Organisation};
use crate::error::Error;
use crate::services::wire::{code, fitting, guid};

/// An event on the wire.
///
/// # Errors
/// As [`fitting`].
pub(super) fn shown(cpr: &CivilRegistrationNumber, event: Event) -> Result<CitizenMessageEventType, Error> {
    let Registration { authority, user } = event.registration;
    Ok(CitizenMessageEventType {
        wsrm_metadata: WSRMMetadataType {
            message_identifier: guid(event.id)?,
            // Systems are told apart by the kind of organisation they act for (ours).
            client_system_type_identifier: authority.kind.0,
            registering_authority: self::authority(authority)?,
            registering_user: self::user(user)?,
        },
        person_civil_registration_identifier: fitting(PersonCivilRegistrationIdentifierType::new(cpr.expose()))?,
        citizen_message_identifier: guid(event.message.0)?,
        citizen_message_thread_identifier: guid(event.thread.0)?,
        citizen_message_context_type_identifier: CitizenMessageContextTypeIdentifierType {
            code_list_item_identifier: code(event.context.0)?,
        },
        citizen_message_channel_type_identifier: CitizenMessageChannelTypeIdentifierType {
            code_list_item_identifier: code(event.channel.code())?,
        },
        citizen_message_event_kind: fitting(CitizenMessageEventKindType::new(word(event.kind)))?,
    })
}

/// The contract's word for what happened.
fn word(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Created => "Created",
        EventKind::Replied => "Replied",
        EventKind::Read => "Read",
        EventKind::Rectified => "Rectified",
    }
}

fn authority(organisation: Organisation) -> Result<ActiveOrganisationHeaderType, Error> {
    Ok(ActiveOrganisationHeaderType {
        organisation_type_identifier: fitting(OrganisationTypeIdentifierType::new(organisation.kind.0))?,
        organisation_code: fitting(OrganisationCodeType::new(organisation.code))?,
    })
}

/// The user as the caller stated it, but for the e-mail address, which is not kept.
fn user(user: ActingUser) -> Result<RequestUserMetadataHeaderType, Error> {
    Ok(RequestUserMetadataHeaderType {
        request_user_structure: request_user_structure::RequestUserStructureType {
            user_full_name: fitting(request_user_structure::UserFullNameType::new(user.name))?,
            request_user_type_identifier: RequestUserTypeIdentifierType {
                code_list_item_identifier: code(user.kind)?,
            },
            user_identifier: fitting(request_user_structure::UserIdentifierType::new(user.identifier))?,
            user_email: None,
        },
        request_organisation_structure: request_organisation_structure::RequestOrganisationStructureType {
            organisation_type_identifier: organisation_type_identifier_code_list::OrganisationTypeIdentifierType {
                code_list_item_identifier: code(user.organisation.kind.0)?,
            },
            organisation_code: fitting(request_organisation_structure::OrganisationCodeType::new(user.organisation.code))?,
        },
        registration_date_time: user.registered_at.into(),
    })
}
