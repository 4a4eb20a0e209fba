//! Small invented people and units for the stories.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use dialogmodul::domain::audit::{AuditRecord, Outcome};
use dialogmodul::domain::delivery::Delivery;
use dialogmodul::domain::document::{Document, DocumentInformation, MediaType};
use dialogmodul::domain::message::History;
use dialogmodul::domain::queue::{Event, EventKind, Registration};
use dialogmodul::domain::unit::{Reading, Rectification};
use dialogmodul::domain::*;
use dialogmodul::repository::Repository;
use uuid::Uuid;

use crate::support::database::Database;

pub const ALMA: &str = "1503850002";

pub fn fund() -> Organisation {
    Organisation::new(OrganisationType::UNEMPLOYMENT_FUND, "81")
}

pub fn job_centre() -> Organisation {
    Organisation::new(OrganisationType::JOB_CENTRE, "90101")
}

pub fn municipality() -> Organisation {
    Organisation::new(OrganisationType::MUNICIPALITY, "901")
}

pub fn citizen(repository: &Repository, cpr: &str) -> Citizen {
    repository
        .reader()
        .citizen_by_cpr(&CivilRegistrationNumber::new(cpr))
        .unwrap()
        .unwrap()
}

pub fn alma(repository: &Repository) -> CitizenKey {
    citizen(repository, ALMA).key
}

pub fn noon() -> DateTime<Utc> {
    "2026-05-04T10:00:00.123456Z".parse().unwrap()
}

pub fn minutes_later(minutes: i64) -> DateTime<Utc> {
    noon() + TimeDelta::minutes(minutes)
}

pub fn caseworker(organisation: &Organisation) -> Party {
    Party {
        kind: PartyKind::Caseworker,
        identifier: "RID:12345".to_owned(),
        full_name: "Sagsbehandler Ærlig".to_owned(),
        company: None,
        organisation_type: organisation.kind.0,
        organisation_code: Some(organisation.code.clone()),
    }
}

pub fn the_citizen() -> Party {
    Party {
        kind: PartyKind::Citizen,
        identifier: "CV1000".to_owned(),
        full_name: "Alma Prøve".to_owned(),
        company: None,
        organisation_type: 24,
        organisation_code: None,
    }
}

pub fn company() -> Party {
    Party {
        kind: PartyKind::Company,
        company: Some(Company {
            identifier: company_number(Some("1000000001")),
            contact: Uuid::from_u128(4),
        }),
        ..the_citizen()
    }
}

/// The user who sends it.
pub fn user() -> ActingUser {
    ActingUser {
        name: "Sagsbehandler Ærlig".to_owned(),
        kind: 2,
        identifier: "RID:12345".to_owned(),
        organisation: fund(),
        registered_at: "2026-05-04T12:00:00.123456+02:00".parse().unwrap(),
    }
}

pub fn company_number(production_unit: Option<&str>) -> CompanyIdentifier {
    CompanyIdentifier {
        production_unit: production_unit.map(str::to_owned),
        cvr: "90000041".to_owned(),
    }
}

/// A recommendation of the fund to the job centre.
pub fn letter(citizen: CitizenKey) -> Message {
    Message {
        id: MessageId(Uuid::now_v7()),
        thread: ThreadId(Uuid::now_v7()),
        citizen,
        in_reply_to: None,
        context: Context::RECOMMENDATION,
        channel: Channel::AuthorityToAuthority,
        from: caseworker(&fund()),
        to: caseworker(&job_centre()),
        reply_allowed: true,
        created_at: noon(),
        title: Some("Indstilling om tilbud".to_owned()),
        text: Some("Vi indstiller borgeren til et tilbud.\nMed venlig hilsen, æøå".to_owned()),
        documents: Vec::new(),
        history: History::default(),
    }
}

/// An answer from the recipient to the sender.
pub fn answer(first: &Message) -> Message {
    Message {
        id: MessageId(Uuid::now_v7()),
        in_reply_to: Some(first.id),
        from: first.to.clone(),
        to: first.from.clone(),
        created_at: first.created_at + TimeDelta::minutes(1),
        title: Some("Sv: Indstilling om tilbud".to_owned()),
        ..first.clone()
    }
}

pub fn pdf(content: &str) -> Arc<Document> {
    Arc::new(Document {
        id: DocumentId(Uuid::now_v7()),
        name: "indstilling æ.pdf".to_owned(),
        media_type: MediaType::Pdf,
        content: Arc::new(format!("%PDF-1.7 {content}").into_bytes()),
    })
}

pub fn information(document: &Document) -> DocumentInformation {
    DocumentInformation {
        id: document.id,
        name: document.name.clone(),
        media_type: document.media_type,
        size: document.content.len() as u64,
    }
}

pub fn record(citizen: Option<&str>) -> AuditRecord {
    AuditRecord {
        at: noon(),
        call: LogReference(Uuid::now_v7()),
        certificate: None,
        system: Some("akasse-fagsystem".to_owned()),
        organisation: Some(fund()),
        user: Some("RID:12345".to_owned()),
        user_organisation: Some(fund()),
        operation: Some("CitizenMessageService v2 CreateMessage".to_owned()),
        citizen: citizen.map(CivilRegistrationNumber::new),
        shown: Vec::new(),
        objects: vec!["message 1".to_owned(), "thread 2".to_owned()],
        criterion: None,
        outcome: Outcome::Answered,
    }
}

/// What a call that sends a message appends.
pub fn sending(message: &Message, documents: &[Arc<Document>]) -> Unit {
    let mut unit = Unit::default();
    unit.record(Fact::Message(Box::new(message.clone())));
    for document in documents {
        unit.record(Fact::Document {
            citizen: message.citizen,
            message: message.id,
            document: document.clone(),
        });
    }
    unit.record(Fact::Delivery(Delivery::of(message, message.channel, Uuid::now_v7())));
    unit.record(Fact::Event(Event {
        id: Uuid::now_v7(),
        recipient: job_centre(),
        kind: EventKind::Created,
        citizen: message.citizen,
        message: message.id,
        thread: message.thread,
        context: message.context,
        channel: message.channel,
        queued_at: message.created_at,
        registration: Registration {
            authority: fund(),
            user: user(),
        },
    }));
    unit.record(Fact::Audit(Box::new(record(Some(ALMA)))));
    if message.in_reply_to.is_some() {
        unit.require(
            Condition::ThreadOpen {
                citizen: message.citizen,
                thread: message.thread,
            },
            Refusal::ThreadClosed,
        );
    }
    unit
}

/// What a call that rectifies a message appends.
pub fn rectifying(message: &Message) -> Unit {
    let mut unit = Unit::default();
    unit.require(
        Condition::NotRectified {
            citizen: message.citizen,
            message: message.id,
        },
        Refusal::UnknownIdentifier,
    );
    unit.record(Fact::Rectification(Rectification {
        citizen: message.citizen,
        message: message.id,
        by: fund(),
        reason: "Sendt til forkert borger".to_owned(),
        at: minutes_later(5),
    }));
    unit.record(Fact::Audit(Box::new(record(Some(ALMA)))));
    unit
}

/// What a call that notes a reading appends.
pub fn reading(message: &Message, reader: Option<Organisation>, at: DateTime<Utc>) -> Unit {
    let mut unit = Unit::default();
    unit.record(Fact::Reading(Reading {
        citizen: message.citizen,
        message: message.id,
        reader,
        at,
    }));
    unit.record(Fact::Audit(Box::new(record(Some(ALMA)))));
    unit
}

/// A stored letter with documents.
pub fn sent(repository: &Repository, documents: &[Arc<Document>]) -> Message {
    let message = letter(alma(repository));
    repository.commit(sending(&message, documents)).wait().unwrap();
    message
}

/// Tells, each time it is asked, whether a number has moved since; it never goes back.
pub fn watched(number: impl Fn() -> i64) -> impl FnMut(&str) -> bool {
    let mut known = number();
    move |what| {
        let before = std::mem::replace(&mut known, number());
        assert!(known >= before, "{what}: it went back");
        known > before
    }
}

/// The list of the unread that triggers keep is the one that follows from messages and readings.
pub fn unread_is_listed(database: &Database) {
    let follows = "SELECT recipient, id, citizen FROM message WHERE recipient NOT IN ('citizen', sender) AND NOT EXISTS \
                   (SELECT 1 FROM reading WHERE reading.citizen = message.citizen AND reading.message = message.id AND reader = recipient)";
    let listed = "SELECT recipient, message, citizen FROM __unread";
    let mut plain = database.connection();
    for (one, other) in [(follows, listed), (listed, follows)] {
        let differ = format!("SELECT count(*) AS value FROM ({one} EXCEPT {other}) AS differing");
        assert_eq!(plain.number(&differ), 0, "{:?}: {one} EXCEPT {other}", database.kind());
    }
}
