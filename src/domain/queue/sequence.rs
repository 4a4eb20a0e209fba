//! Sequences: what one system has taken from an authority's queue and not yet acknowledged or given back (Q1, Q2).
//! It knows whose a sequence is and how it begins and ends.
//! Which events a sequence gets is decided where it is stored, in the transaction that opens it.

use chrono::{DateTime, Utc};

use super::super::identifier::SequenceId;
use super::super::message::Context;
use super::super::organisation::Organisation;

/// Events in a sequence at most (Q1).
pub const MAX_EVENTS: u16 = 500;

/// A queue as one system reads it; a system has one open sequence of it at most (Q1).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Queue {
    /// Name of the system, from the agreement its certificate maps to.
    pub system: String,
    /// The authority whose events they are.
    pub recipient: Organisation,
    /// Name of the sub-queue; empty for the main queue.
    pub sub_queue: String,
}

/// A sequence to be opened: it takes what waits in the queue, oldest first, at most [`MAX_EVENTS`].
/// An event waits while no open sequence has it, nor an earlier one of its citizen (Q3).
#[derive(Clone, Debug)]
pub struct Sequence {
    /// Its key.
    pub id: SequenceId,
    /// The queue it is of.
    pub queue: Queue,
    /// Only events of these contexts; none for all.
    pub contexts: Option<Vec<Context>>,
    /// When.
    pub opened_at: DateTime<Utc>,
}

/// How a sequence ends (Q2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Everything in it is acknowledged and gone.
    Terminated,
    /// Everything in it waits again.
    Closed,
}

/// What happens to a sequence.
#[derive(Clone, Debug)]
pub enum Turn {
    /// It is opened.
    Opened(Sequence),
    /// It ends.
    Ended {
        /// Which sequence.
        sequence: SequenceId,
        /// Of whose queue.
        recipient: Organisation,
        /// How.
        ending: Ending,
    },
}

impl Turn {
    /// The authority whose queue it is about.
    pub fn recipient(&self) -> &Organisation {
        match self {
            Self::Opened(sequence) => &sequence.queue.recipient,
            Self::Ended { recipient, .. } => recipient,
        }
    }
}
