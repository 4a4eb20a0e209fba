//! Legal holds: as long as one stands on a citizen, nothing about the citizen is purged (S7).
//! It knows how a hold is put on and lifted, and that both, and every look at them, are recorded in the audit.
//! That a purge keeps to it is left to the conditions of its units, and to the database itself.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::purge::SYSTEM;
use crate::domain::audit::{AuditRecord, Outcome};
use crate::domain::retention::Hold;
use crate::domain::{CivilRegistrationNumber, Fact, LogReference, Refusal, Unit};
use crate::error::Error;
use crate::repository::Repository;

/// Who does it, and when; for the audit.
#[derive(Clone, Debug)]
pub struct Errand {
    /// The operator's name, if it is known.
    pub operator: Option<String>,
    /// Now.
    pub now: DateTime<Utc>,
}

/// Characters of a reason at most.
pub const LONGEST_REASON: usize = 255;

/// Puts a hold on citizens, all of them or none; those who have one for the same reason keep it.
///
/// # Errors
/// A citizen nobody knows ([`Refusal::UnknownCitizen`]), or the database is away.
pub fn add(repository: &Repository, citizens: &[CivilRegistrationNumber], reason: &str, errand: &Errand) -> Result<(), Error> {
    change(repository, citizens, reason, errand, "hold add", Fact::Hold)
}

/// Lifts the hold with this reason from citizens; those who have none are passed over.
///
/// # Errors
/// As above.
pub fn remove(repository: &Repository, citizens: &[CivilRegistrationNumber], reason: &str, errand: &Errand) -> Result<(), Error> {
    change(repository, citizens, reason, errand, "hold remove", Fact::HoldLifted)
}

/// Every hold, the oldest first. That they were looked at is recorded for every citizen before they are given out.
///
/// # Errors
/// The database is away.
pub fn list(repository: &Repository, errand: &Errand) -> Result<Vec<(CivilRegistrationNumber, Hold)>, Error> {
    let holds = repository.reader().holds()?;
    let reference = LogReference(Uuid::now_v7());
    let mut unit = Unit::default();
    for (cpr, _) in &holds {
        let mut record = record(reference, errand.now, "hold list", errand.operator.clone());
        record.citizen = Some(cpr.clone());
        unit.record(Fact::Audit(Box::new(record)));
    }
    repository.commit(unit).wait()?;
    Ok(holds)
}

fn change(
    repository: &Repository,
    citizens: &[CivilRegistrationNumber],
    reason: &str,
    errand: &Errand,
    operation: &str,
    fact: fn(Hold) -> Fact,
) -> Result<(), Error> {
    let reference = LogReference(Uuid::now_v7());
    let mut reader = repository.reader();
    let mut unit = Unit::default();
    for cpr in citizens {
        let citizen = reader.citizen_by_cpr(cpr)?.ok_or(Refusal::UnknownCitizen)?.key;
        unit.record(fact(Hold {
            citizen,
            reason: reason.to_owned(),
            at: errand.now,
        }));
        let mut record = record(reference, errand.now, operation, errand.operator.clone());
        record.citizen = Some(cpr.clone());
        record.criterion = Some(format!("reason: {reason}"));
        unit.record(Fact::Audit(Box::new(record)));
    }
    repository.commit(unit).wait()
}

/// A record of work of the system itself, or of its operator.
pub(super) fn record(reference: LogReference, at: DateTime<Utc>, operation: &str, operator: Option<String>) -> AuditRecord {
    AuditRecord {
        at,
        call: reference,
        certificate: None,
        system: Some(SYSTEM.to_owned()),
        organisation: None,
        user: operator,
        user_organisation: None,
        operation: Some(operation.to_owned()),
        citizen: None,
        shown: Vec::new(),
        objects: Vec::new(),
        criterion: None,
        outcome: Outcome::Answered,
    }
}
