//! Small invented people and messages for the tests of the rules.
#![allow(clippy::unwrap_used, reason = "tests")]

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use super::message::History;
use super::{
    ActingUser, Caller, Channel, Citizen, CitizenKey, CivilRegistrationNumber, Company, CompanyIdentifier, Context, Message, MessageId,
    Organisation, OrganisationType, Party, PartyKind, Relation, RelationKind, ThreadId,
};

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(crate) fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

pub(crate) fn fund(code: &str) -> Organisation {
    Organisation::new(OrganisationType::UNEMPLOYMENT_FUND, code)
}

pub(crate) fn job_centre(code: &str) -> Organisation {
    Organisation::new(OrganisationType::JOB_CENTRE, code)
}

pub(crate) fn other_actor(code: &str) -> Organisation {
    Organisation::new(OrganisationType::OTHER_ACTOR, code)
}

pub(crate) fn municipality(code: &str) -> Organisation {
    Organisation::new(OrganisationType::MUNICIPALITY, code)
}

/// An authority that acts for itself.
pub(crate) fn caller(organisation: &Organisation) -> Caller {
    acting(organisation, organisation)
}

/// A user of one organisation acting for another.
pub(crate) fn acting(organisation: &Organisation, user: &Organisation) -> Caller {
    Caller {
        system: "test".to_owned(),
        organisation: organisation.clone(),
        user: ActingUser {
            name: "Sagsbehandler Prøve".to_owned(),
            kind: 2,
            identifier: "RID:1".to_owned(),
            organisation: user.clone(),
            registered_at: instant("2026-05-04T10:00:00Z").fixed_offset(),
        },
    }
}

pub(crate) fn relation(organisation: &Organisation, kind: RelationKind, from: &str, to: &str) -> Relation {
    Relation {
        organisation: organisation.clone(),
        kind,
        from: day(from),
        to: day(to),
        subscription: None,
    }
}

pub(crate) fn own(organisation: &Organisation) -> Relation {
    relation(organisation, RelationKind::Own, "2020-01-01", "2100-07-01")
}

pub(crate) fn citizen(relations: Vec<Relation>) -> Citizen {
    Citizen {
        key: CitizenKey(Uuid::from_u128(1)),
        cpr: CivilRegistrationNumber::new("1503850002"),
        cv_number: "CV1000".to_owned(),
        dead_on: None,
        relations,
    }
}

/// A caseworker of an authority.
pub(crate) fn caseworker(organisation: &Organisation) -> Party {
    Party {
        kind: PartyKind::Caseworker,
        identifier: "RID:1".to_owned(),
        full_name: "Sagsbehandler Prøve".to_owned(),
        company: None,
        organisation_type: organisation.kind.0,
        organisation_code: Some(organisation.code.clone()),
    }
}

/// A party without an authority.
pub(crate) fn person(kind: PartyKind, identifier: &str) -> Party {
    Party {
        kind,
        identifier: identifier.to_owned(),
        full_name: String::new(),
        company: None,
        organisation_type: 0,
        organisation_code: None,
    }
}

pub(crate) fn company_number(cvr: &str, production_unit: Option<&str>) -> CompanyIdentifier {
    CompanyIdentifier {
        production_unit: production_unit.map(str::to_owned),
        cvr: cvr.to_owned(),
    }
}

/// A company that writes to a citizen.
pub(crate) fn employer(cvr: &str, production_unit: Option<&str>) -> Party {
    Party {
        company: Some(Company {
            identifier: company_number(cvr, production_unit),
            contact: Uuid::from_u128(30),
        }),
        ..person(PartyKind::Company, "HR-1")
    }
}

/// A general message from one authority to another that allows a reply.
pub(crate) fn message(from: Party, to: Party) -> Message {
    Message {
        id: MessageId(Uuid::from_u128(10)),
        thread: ThreadId(Uuid::from_u128(20)),
        citizen: CitizenKey(Uuid::from_u128(1)),
        in_reply_to: None,
        context: Context(1),
        channel: Channel::AuthorityToAuthority,
        from,
        to,
        reply_allowed: true,
        created_at: instant("2026-05-04T10:00:00Z"),
        title: Some("Titel".to_owned()),
        text: Some("Tekst".to_owned()),
        documents: Vec::new(),
        history: History::default(),
    }
}
