//! Inspection: an auditor has the citizens' numbers in the audit deciphered, and that is in the audit before the first is shown.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::legal_hold::record;
use crate::domain::{Fact, LogReference, Unit};
use crate::error::Error;
use crate::repository::Repository;

/// Records that the operator is going to see whom the records are about.
///
/// # Errors
/// The database is away: then nothing may be shown.
pub fn announce(repository: &Repository, operator: Option<String>, now: DateTime<Utc>) -> Result<(), Error> {
    let mut unit = Unit::default();
    let record = record(LogReference(Uuid::now_v7()), now, "audit export with citizens", operator);
    unit.record(Fact::Audit(Box::new(record)));
    repository.commit(unit).wait()
}
