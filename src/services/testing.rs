//! A desk over an archive of its own with the demo data, and requests to put to it.
#![allow(clippy::unwrap_used, reason = "tests")]

use chrono::{DateTime, Utc};
use tempfile::TempDir;

use super::{Call, Desk, Identity, Settings, Sources, wire};
use crate::contract::citizen_message_channel_type_identifier_code_list::CitizenMessageChannelTypeIdentifierType;
use crate::contract::citizen_message_context_type_identifier_code_list::CitizenMessageContextTypeIdentifierType;
use crate::contract::citizen_message_service::*;
use crate::contract::citizen_message_structure::*;
use crate::contract::citizen_message_user_type_identifier_code_list::CitizenMessageUserTypeIdentifierType;
use crate::contract::code_list_base::CodeListItemIdentifierValueType;
use crate::contract::cpr_dk::PersonCivilRegistrationIdentifierType;
use crate::contract::organisation_type_identifier_code_list::OrganisationTypeIdentifierType;
use crate::domain::audit::Outcome;
use crate::domain::{Caller, MessageId, Organisation, OrganisationType, PartyKind, Refusal, ThreadId, Unit, testing};
use crate::error::Error;
pub(crate) use crate::repository::audit::Entry;
use crate::repository::{self, Repository};

pub(super) const ALMA: &str = "1503850002";
pub(super) const GERDA: &str = "0307880044";
pub(super) const DEAD_LIV: &str = "0606590079";
pub(super) const NOBODY: &str = "0101010101";

/// A desk; its folder goes with it.
pub(crate) struct Room {
    pub(super) desk: Desk,
    pub(crate) repository: Repository,
    _folder: TempDir,
}

pub(super) fn now() -> DateTime<Utc> {
    testing::instant("2026-11-20T10:00:00Z")
}

impl Room {
    pub(crate) fn new() -> Self {
        Self::with(Settings::default())
    }

    pub(super) fn with(settings: Settings) -> Self {
        let folder = TempDir::new().unwrap();
        let url = format!("sqlite:{}", folder.path().join("archive.db").display());
        let repository = Repository::open(&url, &repository::Settings::new([7; 32])).unwrap();
        repository.load_demo().unwrap();
        let desk = Desk::new(repository.clone(), settings, Sources::fixed(now())).unwrap();
        Self {
            desk,
            repository,
            _folder: folder,
        }
    }

    pub(super) fn call(&self, organisation: &Organisation) -> Call<'_> {
        self.call_at(organisation, now())
    }

    pub(super) fn call_at(&self, organisation: &Organisation, at: DateTime<Utc>) -> Call<'_> {
        self.call_of(testing::caller(organisation), at)
    }

    pub(super) fn call_of(&self, caller: Caller, at: DateTime<Utc>) -> Call<'_> {
        let (reference, _) = self.desk.begin();
        // As admission would.
        drop(self.desk.lists());
        self.desk.call(reference, at, &Identity::Development, caller)
    }

    /// Calls, and commits what the call leaves behind; fails as the call or the commit fails.
    pub(super) fn does<T>(&self, organisation: &Organisation, call: impl FnOnce(&mut Call<'_>) -> Result<T, Error>) -> Result<T, Error> {
        let (answer, unit) = self.decides(organisation, call);
        self.desk.commit(unit).wait()?;
        answer
    }

    /// Calls, and returns what the call would leave behind.
    pub(super) fn decides<T>(
        &self,
        organisation: &Organisation,
        call: impl FnOnce(&mut Call<'_>) -> Result<T, Error>,
    ) -> (Result<T, Error>, Unit) {
        let mut at_desk = self.call(organisation);
        let answer = call(&mut at_desk);
        let outcome = answer
            .as_ref()
            .map_or_else(|error| Outcome::Fault(code(error)), |_| Outcome::Answered);
        (answer, at_desk.into_unit(outcome))
    }
}

/// The code of a refusal; 0 for other failures.
pub(super) fn code(error: &Error) -> i32 {
    match error {
        Error::Refused(refusal) => refusal.code(),
        _ => 0,
    }
}

/// Why the rules said no, if they did.
pub(super) fn refused<T>(answer: Result<T, Error>) -> Option<Refusal> {
    match answer {
        Err(Error::Refused(refusal)) => Some(refusal),
        _ => None,
    }
}

pub(super) fn star() -> Organisation {
    Organisation::new(OrganisationType(90), "90000051")
}

pub(super) fn cpr(number: &str) -> PersonCivilRegistrationIdentifierType {
    PersonCivilRegistrationIdentifierType::new(number).unwrap()
}

fn item(code: i32) -> CodeListItemIdentifierValueType {
    CodeListItemIdentifierValueType::new(code).unwrap()
}

pub(super) fn context(code: i32) -> CitizenMessageContextTypeIdentifierType {
    CitizenMessageContextTypeIdentifierType {
        code_list_item_identifier: item(code),
    }
}

pub(super) fn channel(code: i32) -> CitizenMessageChannelTypeIdentifierType {
    CitizenMessageChannelTypeIdentifierType {
        code_list_item_identifier: item(code),
    }
}

/// A caseworker.
pub(super) fn caseworker(organisation: &Organisation) -> CitizenMessageUserType {
    CitizenMessageUserType {
        user_type_identifier: CitizenMessageUserTypeIdentifierType {
            code_list_item_identifier: item(PartyKind::Caseworker.code()),
        },
        user_identifier: "RID:1".to_owned(),
        full_name: "Sagsbehandler Prøve".to_owned(),
        company: None,
        organisation_type_identifier: OrganisationTypeIdentifierType {
            code_list_item_identifier: item(organisation.kind.0),
        },
        organisation_code: Some(OrganisationCodeType::new(organisation.code.clone()).unwrap()),
    }
}

/// The citizen of the message.
pub(super) fn citizen() -> CitizenMessageUserType {
    CitizenMessageUserType {
        user_type_identifier: CitizenMessageUserTypeIdentifierType {
            code_list_item_identifier: item(PartyKind::Citizen.code()),
        },
        user_identifier: String::new(),
        organisation_code: None,
        ..caseworker(&star())
    }
}

/// A general message on channel 4 that allows a reply.
pub(super) fn create(about: &str, from: &Organisation, to: CitizenMessageUserType) -> CreateMessageRequestType {
    CreateMessageRequestType {
        from_user: caseworker(from),
        to_user: to,
        person_civil_registration_identifier: cpr(about),
        citizen_message_channel_type_identifier: channel(4),
        citizen_message_context_type_identifier: context(1),
        reply_allowed: true,
        message_title: MessageTitleType::new("Titel på besked").unwrap(),
        message_text: MessageTextType::new("Tekst med æøå").unwrap(),
        citizen_message_document_collection: None,
    }
}

/// A document with content.
pub(super) fn with_document(mut request: CreateMessageRequestType, media_type: &str, content: &[u8]) -> CreateMessageRequestType {
    let document = CitizenMessageDocumentType {
        document_name: DocumentNameType::new("bilag").unwrap(),
        document_media_type: media_type.to_owned(),
        document_content: xml::datatypes::Base64(content.to_vec()),
    };
    request
        .citizen_message_document_collection
        .get_or_insert_with(|| CitizenMessageDocumentCollectionType {
            citizen_message_document: Vec::new(),
        })
        .citizen_message_document
        .push(document);
    request
}

pub(super) fn reply(about: &str, from: &Organisation, thread: ThreadId) -> CreateMessageReplyRequestType {
    CreateMessageReplyRequestType {
        from_user: caseworker(from),
        person_civil_registration_identifier: cpr(about),
        citizen_message_thread_identifier: wire::guid(thread.0).unwrap(),
        message_text: MessageTextType::new("Svar").unwrap(),
        citizen_message_document_collection: None,
    }
}

pub(super) fn list(about: &str) -> GetMessagesRequestType {
    GetMessagesRequestType {
        person_civil_registration_identifier: cpr(about),
        citizen_message_context_type_identifier: None,
        citizen_message_channel_type_identifier: None,
        citizen_message_thread_identifier: None,
        from_date_time: None,
        to_date_time: None,
        unread_only: None,
        max_count: None,
        continuation_token: None,
    }
}

pub(super) fn mark(about: &str, message: MessageId) -> MarkMessageAsReadRequestType {
    MarkMessageAsReadRequestType {
        person_civil_registration_identifier: cpr(about),
        citizen_message_identifier: wire::guid(message.0).unwrap(),
    }
}

pub(super) fn rectify(about: &str, message: MessageId) -> RectifyMessageRequestType {
    RectifyMessageRequestType {
        person_civil_registration_identifier: cpr(about),
        citizen_message_identifier: wire::guid(message.0).unwrap(),
        rectification_reason: RectificationReasonType::new("Sendt til den forkerte").unwrap(),
    }
}

/// The message and the thread an answer names.
pub(super) fn posted(answer: &CreateMessageResponseType) -> (MessageId, ThreadId) {
    let message = wire::uuid(&answer.service_receipt.message_identifier).unwrap();
    let thread = wire::uuid(&answer.citizen_message_thread_identifier).unwrap();
    (MessageId(message), ThreadId(thread))
}
