//! Events for an authority's queue: thin, in order per citizen, written with the message they tell of (M21).
//! It knows the kinds of event and who is to be told.
//! Sequences, inventory and acknowledgement are left to the queue service.

use uuid::Uuid;

use super::identifier::{CitizenKey, MessageId, ThreadId};
use super::message::{Channel, Context};
use super::organisation::Organisation;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// A message was created.
    Created,
    /// A reply was created.
    Replied,
    /// A message was read.
    Read,
    /// A message was rectified.
    Rectified,
}

impl EventKind {
    /// Number in storage and on the wire (ours).
    pub fn code(self) -> i32 {
        match self {
            Self::Created => 1,
            Self::Replied => 2,
            Self::Read => 3,
            Self::Rectified => 4,
        }
    }
}

/// One event in one authority's queue.
#[derive(Clone, Debug)]
pub struct Event {
    /// Identifier of the event; stays the same when it is delivered again.
    pub id: Uuid,
    /// The authority that is told.
    pub recipient: Organisation,
    /// What happened.
    pub kind: EventKind,
    /// About whom.
    pub citizen: CitizenKey,
    /// Which message.
    pub message: MessageId,
    /// Which thread.
    pub thread: ThreadId,
    /// Context of the thread.
    pub context: Context,
    /// Channel of the thread.
    pub channel: Channel,
}
