//! Work on the outbox: a delivery is taken for a time, given back, or its attempt ends (D1).
//! It knows that several workers reach for the same delivery, and that one whose time ran out changes nothing any more.
//! Carrying out is left to the room `delivery`, storing to the committer like everything else.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{DeliveryKind, Verdict};
use crate::domain::unit::{Condition, Fact, Unit};
use crate::domain::{Channel, CitizenKey, MessageId, Refusal};

/// One attempt of one worker at a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The delivery: stays the same through all attempts.
    pub id: Uuid,
    /// About whom.
    pub citizen: CitizenKey,
    /// Which message.
    pub message: MessageId,
    /// On which channel.
    pub channel: Channel,
    /// What is carried out.
    pub kind: DeliveryKind,
    /// Which attempt this is, from 1; one that was cut off counts.
    pub attempt: u32,
    /// Whose attempt.
    pub owner: Uuid,
}

impl Claim {
    /// The worker takes the delivery, if it still waits, this is its next attempt, and nobody has it at `now`.
    #[must_use]
    pub fn take(self, now: DateTime<Utc>, until: DateTime<Utc>) -> Unit {
        self.unit(Condition::Waiting { claim: self, now }, Step::Taken { until })
    }

    /// The worker gives it back untried, if it still has it; that does not count as an attempt.
    #[must_use]
    pub fn give_back(self) -> Unit {
        self.unit(Condition::InHand(self), Step::GivenBack)
    }

    /// The attempt has ended, if the worker still has it. `status` is the receiving side's own number for what it said.
    #[must_use]
    pub fn end(self, verdict: Verdict, status: Option<u16>, at: DateTime<Utc>) -> Unit {
        self.unit(Condition::InHand(self), Step::Ended { verdict, status, at })
    }

    fn unit(self, condition: Condition, step: Step) -> Unit {
        let mut unit = Unit::default();
        unit.require(condition, Refusal::UnknownIdentifier);
        unit.record(Fact::Work(Work { claim: self, step }));
        unit
    }
}

/// What a worker does with a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Work {
    /// With which, at which attempt.
    pub claim: Claim,
    /// What.
    pub step: Step,
}

/// What a worker does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Takes it.
    Taken {
        /// From then on another may take it.
        until: DateTime<Utc>,
    },
    /// Gives it back untried.
    GivenBack,
    /// Says how the attempt ended.
    Ended {
        /// How.
        verdict: Verdict,
        /// The receiving side's own number for it.
        status: Option<u16>,
        /// When.
        at: DateTime<Utc>,
    },
}

/// Who has a delivery of the outbox: how often it was taken, and by whom until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hand {
    /// How often a worker took it and did not give it back untried.
    pub attempts: u32,
    /// Who has it, and from when on another may take it.
    pub lease: Option<(Uuid, DateTime<Utc>)>,
}

impl Hand {
    /// Can the claim be made at `now`?
    #[must_use]
    pub fn is_free(&self, claim: &Claim, now: DateTime<Utc>) -> bool {
        self.attempts + 1 == claim.attempt && self.lease.is_none_or(|(_, until)| until <= now)
    }

    /// Is it the worker's, at the claim's attempt?
    #[must_use]
    pub fn holds(&self, claim: &Claim) -> bool {
        self.attempts == claim.attempt && self.lease.is_some_and(|(owner, _)| owner == claim.owner)
    }

    /// Who has it after the step; nobody ever again once it is delivered or given up.
    #[must_use]
    pub fn after(work: &Work) -> Option<Self> {
        let Claim { attempt, owner, .. } = work.claim;
        match work.step {
            Step::Taken { until } => Some(Self {
                attempts: attempt,
                lease: Some((owner, until)),
            }),
            Step::GivenBack => Some(Self {
                attempts: attempt.saturating_sub(1),
                lease: None,
            }),
            Step::Ended {
                verdict: Verdict::Postponed { .. },
                ..
            } => Some(Self {
                attempts: attempt,
                lease: None,
            }),
            Step::Ended { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::domain::delivery::Reason;

    fn claim(attempt: u32, owner: u128) -> Claim {
        Claim {
            id: Uuid::from_u128(1),
            citizen: CitizenKey(Uuid::from_u128(2)),
            message: MessageId(Uuid::from_u128(3)),
            channel: Channel::Sms,
            kind: DeliveryKind::Notice,
            attempt,
            owner: Uuid::from_u128(owner),
        }
    }

    fn after(claim: Claim, step: Step) -> Option<Hand> {
        Hand::after(&Work { claim, step })
    }

    /// D1: taken, it is one worker's until the lease ends; afterwards the next attempt is anybody's, and the first worker has lost it.
    #[test]
    fn d1_a_delivery_is_one_workers_until_its_lease_ends() {
        let now: DateTime<Utc> = "2026-05-04T10:00:00Z".parse().unwrap();
        let until = now + chrono::TimeDelta::minutes(1);
        let fresh = Hand { attempts: 0, lease: None };
        let (first, second) = (claim(1, 7), claim(2, 8));
        assert!(fresh.is_free(&first, now) && !fresh.is_free(&second, now) && !fresh.holds(&first));
        let taken = after(first, Step::Taken { until }).unwrap();
        assert!(taken.holds(&first) && !taken.holds(&claim(1, 8)));
        assert!(!taken.is_free(&second, now) && taken.is_free(&second, until));
        assert!(!taken.is_free(&first, until), "an attempt is made once");
        let taken_again = after(
            second,
            Step::Taken {
                until: until + (until - now),
            },
        )
        .unwrap();
        assert!(taken_again.holds(&second) && !taken_again.holds(&first));
    }

    /// D1: given back it was no attempt, postponed it was one, and what is over can be taken by nobody.
    #[test]
    fn d1_only_an_attempt_that_was_made_counts() {
        let now: DateTime<Utc> = "2026-05-04T10:00:00Z".parse().unwrap();
        let ended = |verdict| Step::Ended {
            verdict,
            status: None,
            at: now,
        };
        let reason = Reason::NotNow;
        let free = |hand: Option<Hand>, attempt| hand.is_some_and(|hand| hand.is_free(&claim(attempt, 9), now));
        assert!(free(after(claim(3, 7), Step::GivenBack), 3));
        assert!(free(after(claim(3, 7), ended(Verdict::Postponed { reason, until: now })), 4));
        assert_eq!(after(claim(3, 7), ended(Verdict::Delivered)), None);
        assert_eq!(after(claim(3, 7), ended(Verdict::Failed { reason })), None);
    }
}
