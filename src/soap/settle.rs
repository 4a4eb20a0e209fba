//! Settling: what a call leaves behind is committed, and only then may its answer leave.
//! It knows when an answer waits, and what becomes of it when the archive says no.
//! Gathering units into commits is left to the archive.

use super::fault::Fault;
use super::promise::Promise;
use super::rejection::Rejection;
use super::trip::{Answer, Arrival};
use crate::domain::audit::{AuditRecord, Outcome};
use crate::domain::{self, Fact, Refusal, Unit};
use crate::error::Error;
use crate::services::Desk;

/// What the archive made of a call.
pub(super) enum Settled {
    /// This may leave.
    Answer(Result<Answer, Rejection>),
    /// Nothing was stored: a request with the same identifier was first (M20), whose answer is found on another trip; or agreements have
    /// changed since the caller was admitted (S1), and on another trip they are read.
    Overtaken,
}

/// Commits what the call leaves behind. If it is overtaken and may not try `again`, that is its end, with its record.
pub(super) async fn settle(desk: &Desk, arrival: Arrival, again: bool, promise: &mut Promise) -> Settled {
    promise.is_kept(true);
    if arrival.unit.facts.is_empty() {
        return Settled::Answer(arrival.answer);
    }
    let record = record_of(&arrival.unit, again);
    let waits = arrival.waits();
    let commit = desk.commit(arrival.unit);
    promise.is_kept(commit.is_accepted());
    if !waits && commit.can_be_left() {
        // The look-up is recorded without making the answer wait (S5), unless look-ups come faster than they are recorded. Whether it was
        // stored, nobody here has to be woken for: the writer tells the log where it was not.
        drop(commit);
        return Settled::Answer(arrival.answer);
    }
    let rejection = match commit.await {
        Ok(()) => return Settled::Answer(arrival.answer),
        Err(error @ Error::Refused(refusal)) => {
            promise.is_kept(false);
            match is_overtaken(refusal) {
                true if again => return Settled::Overtaken,
                true => Rejection::Overload,
                false => error.into(),
            }
        }
        // What there is to record of it, the archive has tried to.
        Err(error) => return Settled::Answer(Err(error.into())),
    };
    // In a box: it is rare, and every call would carry room for it.
    Settled::Answer(Err(Box::pin(refuse(desk, record, rejection, promise)).await))
}

/// A condition no longer held when the facts were to be stored: the call is refused, and that is recorded instead.
async fn refuse(desk: &Desk, record: Option<AuditRecord>, rejection: Rejection, promise: &mut Promise) -> Rejection {
    let Some(record) = record else { return rejection };
    let outcome = Outcome::Fault(Fault::from(&rejection).number);
    let mut unit = Unit::default();
    unit.record(Fact::Audit(Box::new(AuditRecord { outcome, ..record })));
    let commit = desk.commit(unit);
    promise.is_kept(commit.is_accepted());
    match commit.await {
        Ok(()) => rejection,
        Err(error) => error.into(),
    }
}

/// Has the call, refused so when its facts were to be stored, only been overtaken?
fn is_overtaken(refusal: Refusal) -> bool {
    matches!(refusal, Refusal::RequestIdTaken | Refusal::NoAgreement)
}

/// Kept only where a condition can be refused, and the call ends with that.
fn record_of(unit: &Unit, again: bool) -> Option<AuditRecord> {
    let may_end = unit.conditions.iter().any(|(_, refusal)| !again || !is_overtaken(*refusal));
    unit.facts.iter().filter(|_| may_end).find_map(|fact| match fact {
        Fact::Audit(record) => Some(AuditRecord::clone(record)),
        _ => None,
    })
}

impl Arrival {
    /// Only the answer of a code-list look-up does not have to wait for its record, if it rests on nothing.
    fn waits(&self) -> bool {
        let look_up = self
            .operation
            .is_some_and(|operation| operation.right() == domain::Operation::ReadCodeLists);
        self.answer.is_err() || !self.unit.conditions.is_empty() || !look_up
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::sync::Arc;

    use uuid::Uuid;

    use super::*;
    use crate::domain::request::{AnsweredRequest, RequestContent, RequestKey, forgotten_at};
    use crate::domain::{CitizenKey, Condition, LogReference, MessageId};
    use crate::services::testing::Room;
    use crate::services::{Refused, Settings, Sources};

    const KEY: RequestKey = RequestKey([7; 32]);

    /// M20, S1, S5: a request that has been overtaken as often as is tried, by its twin or by a change of agreements, is told to come again,
    /// and leaves its record as any call does.
    #[test]
    fn m20_s01_s05_what_is_overtaken_to_the_end_leaves_its_record() {
        for by_twin in [true, false] {
            what_is_overtaken_leaves_its_record(by_twin);
        }
    }

    fn what_is_overtaken_leaves_its_record(by_twin: bool) {
        let room = Room::new();
        let desk = Arc::new(Desk::new(room.repository.clone(), Settings::default(), Sources::system()).unwrap());
        let (call, at) = desk.begin();
        let refused = Refused {
            reference: call,
            received_at: at,
            certificate: None,
            system: None,
            stated: None,
            operation: None,
        };
        let mut first = Unit::default();
        first.record(Fact::Answer(Box::new(AnsweredRequest {
            key: KEY,
            content: RequestContent([0; 32]),
            citizen: CitizenKey(Uuid::nil()),
            message: MessageId(Uuid::nil()),
            at,
            answer: Vec::new(),
        })));
        desk.commit(first).wait().unwrap();
        let mut promise = Promise::new(Arc::clone(&desk), refused.clone());
        let arrival = || {
            let mut unit = desk.refused(refused.clone(), 0);
            let forgotten = forgotten_at(at);
            if by_twin {
                unit.require(Condition::FirstRequest { key: KEY, forgotten }, Refusal::RequestIdTaken);
            } else {
                unit.require_admission(Some(Condition::AgreementsUnchanged { version: -1 }));
            }
            Arrival {
                answer: Ok(Answer::Written(Vec::new())),
                unit,
                operation: None,
                system: None,
            }
        };
        actix_web::rt::System::new().block_on(async {
            assert!(matches!(settle(&desk, arrival(), true, &mut promise).await, Settled::Overtaken));
            assert_eq!(outcomes(&room, call), []);
            let last = settle(&desk, arrival(), false, &mut promise).await;
            assert!(matches!(last, Settled::Answer(Err(Rejection::Overload))));
            assert_eq!(outcomes(&room, call), [Outcome::Fault(1100)]);
            // Kept already, the promise adds nothing.
            drop(promise);
        });
        drop(desk);
        assert_eq!(outcomes(&room, call), [Outcome::Fault(1100)]);
    }

    fn outcomes(room: &Room, call: LogReference) -> Vec<Outcome> {
        let mut outcomes = Vec::new();
        let mut note = |entry: crate::services::testing::Entry| {
            assert_eq!(entry.access.call, call);
            outcomes.push(entry.access.outcome);
            Ok::<(), Error>(())
        };
        room.repository.audit().each(&mut note).unwrap();
        outcomes
    }
}
