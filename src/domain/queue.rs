//! Events for an authority's queue: thin, in order per citizen, written with the message they tell of (M21).
//! It knows the kinds of event and who is to be told.
//! Sequences, inventory and acknowledgement are left to the queue service.

use uuid::Uuid;

use super::identifier::{CitizenKey, MessageId, ThreadId};
use super::message::{Channel, Context, Message};
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

impl EventKind {
    /// The authority that is told: the recipient of what is sent or taken back, the sender of what is read (M21).
    /// Nobody where that party is no authority, and nobody is told what they did themselves.
    pub fn told(self, message: &Message, by: &Organisation) -> Option<Organisation> {
        let party = match self {
            Self::Created | Self::Replied | Self::Rectified => &message.to,
            Self::Read => &message.from,
        };
        party.organisation().filter(|organisation| organisation != by)
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

impl Event {
    /// The event about a message.
    pub fn about(message: &Message, kind: EventKind, recipient: Organisation, id: Uuid) -> Self {
        let Message {
            id: message,
            thread,
            citizen,
            context,
            channel,
            ..
        } = *message;
        Self {
            id,
            recipient,
            kind,
            citizen,
            message,
            thread,
            context,
            channel,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::message::PartyKind;
    use super::super::testing::*;
    use super::*;

    /// M21: created, replied and rectified go to the recipient's authority, read to the sender's.
    #[test]
    fn m21_who_is_told() {
        let (fund, centre, star) = (fund("81"), job_centre("90101"), municipality("901"));
        let between = message(caseworker(&fund), caseworker(&centre));
        let to_citizen = message(caseworker(&fund), person(PartyKind::Citizen, "CV1000"));
        for (kind, by, told, told_of_citizens) in [
            (EventKind::Created, &fund, Some(&centre), None),
            (EventKind::Replied, &fund, Some(&centre), None),
            (EventKind::Rectified, &fund, Some(&centre), None),
            (EventKind::Rectified, &star, Some(&centre), None),
            (EventKind::Read, &centre, Some(&fund), Some(&fund)),
            (EventKind::Read, &fund, None, None),
        ] {
            assert_eq!(kind.told(&between, by).as_ref(), told, "{kind:?} by {by}");
            assert_eq!(
                kind.told(&to_citizen, by).as_ref(),
                told_of_citizens,
                "{kind:?} by {by}, to a citizen"
            );
        }
    }
}
