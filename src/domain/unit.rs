//! A unit: the facts one call appends, and the conditions they rest on. All are stored together, or none.
//! It knows what can be appended; nothing can be changed (M13).
//! Gathering units into commits and checking conditions is left to the repository's committer.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::audit::{AuditRecord, CORRECTION, Outcome};
use super::delivery::{Claim, Delivery, Work};
use super::document::Document;
use super::identifier::{CitizenKey, MessageId, SequenceId, ThreadId};
use super::message::Context;
use super::message::Message;
use super::organisation::Organisation;
use super::queue::{Event, Queue, Turn};
use super::refusal::Refusal;
use super::request::{AnsweredRequest, RequestKey};
use super::retention::Hold;

/// Facts and conditions of one call.
#[derive(Debug, Default)]
pub struct Unit {
    /// What must hold when the facts are appended; each with the refusal if it does not.
    pub conditions: Vec<(Condition, Refusal)>,
    /// What is appended, in order.
    pub facts: Vec<Fact>,
}

impl Unit {
    /// Appends a fact.
    pub fn record(&mut self, fact: Fact) {
        self.facts.push(fact);
    }

    /// Is it a record of the audit, or several, and nothing else?
    #[must_use]
    pub fn is_record(&self) -> bool {
        self.conditions.is_empty() && self.facts.iter().all(|fact| matches!(fact, Fact::Audit(_)))
    }

    /// What is left of a unit that was not stored: its records, with the outcome it came to.
    /// Where they are in the audit already with another outcome, they are corrected by further ones.
    #[must_use]
    pub fn failed(&self, outcome: Outcome, corrects: bool) -> Self {
        let record = |fact: &Fact| match fact {
            Fact::Audit(record) => Some(Fact::Audit(Box::new(AuditRecord {
                outcome,
                criterion: if corrects {
                    Some(CORRECTION.to_owned())
                } else {
                    record.criterion.clone()
                },
                ..AuditRecord::clone(record)
            }))),
            _ => None,
        };
        Self {
            conditions: Vec::new(),
            facts: self.facts.iter().filter_map(record).collect(),
        }
    }

    /// Rests the unit on a condition.
    pub fn require(&mut self, condition: Condition, otherwise: Refusal) {
        self.conditions.push((condition, otherwise));
    }

    /// Rests the unit on what its caller was admitted by, before all else: who may no longer call is not told what else does not hold.
    pub fn require_admission(&mut self, condition: Option<Condition>) {
        let condition = condition.map(|condition| (condition, Refusal::NoAgreement));
        self.conditions.splice(..0, condition);
    }
}

/// Something that has happened.
#[derive(Debug)]
pub enum Fact {
    /// A message was sent; it starts a thread if it answers none.
    Message(Box<Message>),
    /// A message carries a document.
    Document {
        /// Whose.
        citizen: CitizenKey,
        /// Of which message.
        message: MessageId,
        /// The document.
        document: Arc<Document>,
    },
    /// Somebody read a message; a second time changes nothing.
    Reading(Reading),
    /// A message was rectified: title, text and documents go, the marker stays.
    Rectification(Rectification),
    /// Something is to be delivered.
    Delivery(Delivery),
    /// A worker takes a delivery, gives it back, or says how its attempt ended.
    Work(Work),
    /// An authority is told.
    Event(Event),
    /// The answer is kept for the case that the request comes again (M20).
    Answer(Box<AnsweredRequest>),
    /// Answers kept for requests that may come again are forgotten: their time is over.
    Forgotten(Vec<RequestKey>),
    /// A legal hold is put on a citizen; a second one for the same reason changes nothing.
    Hold(Hold),
    /// A legal hold ends.
    HoldLifted(Hold),
    /// A thread was purged: with it goes all that hangs on it (S7).
    Purge(Purge),
    /// A sequence of an authority's queue begins or ends.
    Sequence(Turn),
    /// The call itself.
    Audit(Box<AuditRecord>),
}

/// Who read a message, and when (M10: read is kept per reader).
#[derive(Clone, Debug)]
pub struct Reading {
    /// Whose message.
    pub citizen: CitizenKey,
    /// Which message.
    pub message: MessageId,
    /// The authority that read it; none when the citizen did.
    pub reader: Option<Organisation>,
    /// When.
    pub at: DateTime<Utc>,
}

/// Who rectified a message, when and why (M11).
#[derive(Clone)]
pub struct Rectification {
    /// Whose message.
    pub citizen: CitizenKey,
    /// Which message.
    pub message: MessageId,
    /// The authority that rectified it.
    pub by: Organisation,
    /// Why, 1..900 characters.
    pub reason: String,
    /// When.
    pub at: DateTime<Utc>,
}

impl std::fmt::Debug for Rectification {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Rectification")
            .field("message", &self.message)
            .finish_non_exhaustive()
    }
}

/// Which thread was purged, and when (S7).
#[derive(Clone, Copy, Debug)]
pub struct Purge {
    /// Whose.
    pub citizen: CitizenKey,
    /// Which thread.
    pub thread: ThreadId,
    /// Its context.
    pub context: Context,
    /// When.
    pub at: DateTime<Utc>,
}

/// What must hold at the moment of commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// No agreement and no organisation has changed since the caller was admitted (S1).
    AgreementsUnchanged {
        /// What their number was then.
        version: i64,
    },
    /// The first message of the thread has not been rectified.
    ThreadOpen {
        /// Whose thread.
        citizen: CitizenKey,
        /// Which thread.
        thread: ThreadId,
    },
    /// The message has not been rectified.
    NotRectified {
        /// Whose message.
        citizen: CitizenKey,
        /// Which message.
        message: MessageId,
    },
    /// The message is there.
    Known {
        /// Whose message.
        citizen: CitizenKey,
        /// Which message.
        message: MessageId,
    },
    /// The thread is there, and nothing has happened in it since.
    Resting {
        /// Whose thread.
        citizen: CitizenKey,
        /// Which thread.
        thread: ThreadId,
        /// The last thing that happened.
        since: DateTime<Utc>,
    },
    /// The delivery waits, the claim would be its next attempt, and nobody has it (D1).
    Waiting {
        /// Who wants it, for which attempt.
        claim: Claim,
        /// Now: a lease that ended before counts no more.
        now: DateTime<Utc>,
    },
    /// The delivery is the worker's, at the claim's attempt (D1).
    InHand(Claim),
    /// There is no legal hold on the citizen.
    NotHeld {
        /// On whom.
        citizen: CitizenKey,
    },
    /// No request with this key has been answered, or it is forgotten (M20).
    FirstRequest {
        /// Which request.
        key: RequestKey,
        /// Answers up to this instant are forgotten.
        forgotten: DateTime<Utc>,
    },
    /// The system has no open sequence of the queue (Q1).
    NoSequenceOpen(Queue),
    /// The sequence is open, and the system's own for this authority (Q1).
    SequenceOpen {
        /// Which sequence.
        sequence: SequenceId,
        /// Name of the system.
        system: String,
        /// The authority.
        recipient: Organisation,
    },
}
