//! Settling: what a call leaves behind is committed, and only then may its answer leave.
//! It knows when an answer waits, and what becomes of it when the archive says no.
//! Gathering units into commits is left to the archive.

use log::error;

use super::fault::Fault;
use super::rejection::Rejection;
use super::trip::Arrival;
use crate::domain::audit::{AuditRecord, Outcome};
use crate::domain::{self, Fact, Refusal, Unit};
use crate::error::Error;
use crate::services::Desk;

/// What the archive made of a call.
pub(super) enum Settled {
    /// This may leave.
    Answer(Result<Vec<u8>, Rejection>),
    /// Nothing was stored: a request with the same identifier was first (M20). On another trip its answer is found.
    Overtaken,
}

/// Commits what the call leaves behind.
pub(super) async fn settle(desk: &Desk, arrival: Arrival) -> Settled {
    if arrival.unit.facts.is_empty() {
        return Settled::Answer(arrival.answer);
    }
    let record = record_of(&arrival.unit);
    let waits = arrival.waits();
    let commit = desk.commit(arrival.unit);
    if !waits && commit.is_accepted() {
        // The look-up is recorded without making the answer wait (S5); where even its record finds no room, it is refused.
        actix_web::rt::spawn(async move {
            if let Err(error) = commit.await {
                error!("A code-list look-up was not recorded: {error}");
            }
        });
        return Settled::Answer(arrival.answer);
    }
    Settled::Answer(match commit.await {
        Ok(()) => arrival.answer,
        Err(Error::Refused(Refusal::RequestIdTaken)) => return Settled::Overtaken,
        Err(error @ Error::Refused(_)) => Err(refuse(desk, record, error.into()).await),
        Err(error) => Err(error.into()),
    })
}

/// A condition no longer held when the facts were to be stored: the call is refused, and that is recorded instead.
async fn refuse(desk: &Desk, record: Option<AuditRecord>, rejection: Rejection) -> Rejection {
    let Some(record) = record else { return rejection };
    let outcome = Outcome::Fault(Fault::from(&rejection).number);
    let mut unit = Unit::default();
    unit.record(Fact::Audit(Box::new(AuditRecord { outcome, ..record })));
    match desk.commit(unit).await {
        Ok(()) => rejection,
        Err(error) => error.into(),
    }
}

/// Kept only where a condition can be refused.
fn record_of(unit: &Unit) -> Option<AuditRecord> {
    let conditional = !unit.conditions.is_empty();
    unit.facts.iter().filter(|_| conditional).find_map(|fact| match fact {
        Fact::Audit(record) => Some(AuditRecord::clone(record)),
        _ => None,
    })
}

impl Arrival {
    /// Only the answer of a code-list look-up does not wait for its record.
    fn waits(&self) -> bool {
        let look_up = self
            .operation
            .is_some_and(|operation| operation.right() == domain::Operation::ReadCodeLists);
        self.answer.is_err() || !look_up
    }
}
