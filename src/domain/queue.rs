//! Events for an authority's queue: thin, in order per citizen, written with the message they tell of (M21).
//! It knows the kinds of event, who is to be told, and through which queues an authority reads them.
//! Storing events and handing them out is left to the repository.

mod sequence;
mod sub_queues;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use uuid::Uuid;

pub use sequence::{Ending, MAX_EVENTS, Queue, Sequence, Turn};
pub use sub_queues::SubQueues;

use super::caller::{ActingUser, Caller};
use super::citizen::Citizen;
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

    /// The kind of a stored number.
    pub fn from_code(code: i32) -> Option<Self> {
        [Self::Created, Self::Replied, Self::Read, Self::Rectified]
            .into_iter()
            .find(|kind| kind.code() == code)
    }
}

impl EventKind {
    /// The authorities that are told: the recipient of what is sent or taken back, the sender of what is read, and those with a relation
    /// to the citizen and a subscription on `day`. Nobody twice, and nobody of what they did themselves (M21).
    pub fn told(self, message: &Message, citizen: &Citizen, by: &Organisation, day: NaiveDate) -> Vec<Organisation> {
        let party = match self {
            Self::Created | Self::Replied | Self::Rectified => &message.to,
            Self::Read => &message.from,
        };
        let mut told: Vec<Organisation> = Vec::new();
        for organisation in party.organisation().iter().chain(citizen.subscribers(day)) {
            if organisation != by && !told.contains(organisation) {
                told.push(organisation.clone());
            }
        }
        told
    }
}

/// One event in one authority's queue.
#[derive(Clone, Debug)]
pub struct Event {
    /// Identifier of the event; stays the same when it is delivered again (Q2).
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
    /// When it came into the queue.
    pub queued_at: DateTime<Utc>,
    /// Who caused it.
    pub registration: Registration,
}

/// Who caused an event: the authority on whose behalf, and the user that acted (STAR).
#[derive(Clone, Debug)]
pub struct Registration {
    /// On whose behalf.
    pub authority: Organisation,
    /// Who acted, as the caller stated it.
    pub user: ActingUser,
}

impl Registration {
    /// The registration of a caller. A time that no archive can keep becomes the time of the call (ours).
    pub fn of(caller: &Caller, at: DateTime<Utc>) -> Self {
        let mut user = caller.user.clone();
        if !(1..=9999).contains(&user.registered_at.year()) {
            user.registered_at = at.fixed_offset();
        }
        Self {
            authority: caller.organisation.clone(),
            user,
        }
    }
}

impl Event {
    /// The event about a message.
    pub fn about(message: &Message, kind: EventKind, recipient: Organisation, id: Uuid, caller: &Caller, at: DateTime<Utc>) -> Self {
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
            queued_at: at,
            registration: Registration::of(caller, at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::citizen::{RelationKind, Subscription};
    use super::super::message::PartyKind;
    use super::super::testing::*;
    use super::*;

    /// M21: created, replied and rectified go to the recipient's authority, read to the sender's.
    #[test]
    fn m21_who_is_told() {
        let (fund, centre, star) = (fund("81"), job_centre("90101"), municipality("901"));
        let between = message(caseworker(&fund), caseworker(&centre));
        let to_citizen = message(caseworker(&fund), person(PartyKind::Citizen, "CV1000"));
        let citizen = citizen(vec![own(&fund), own(&centre)]);
        for (kind, by, told, told_of_citizens) in [
            (EventKind::Created, &fund, Some(&centre), None),
            (EventKind::Replied, &fund, Some(&centre), None),
            (EventKind::Rectified, &fund, Some(&centre), None),
            (EventKind::Rectified, &star, Some(&centre), None),
            (EventKind::Read, &centre, Some(&fund), Some(&fund)),
            (EventKind::Read, &fund, None, None),
        ] {
            let of = |message| kind.told(message, &citizen, by, day("2026-05-04"));
            assert_eq!(of(&between), Vec::from_iter(told.cloned()), "{kind:?} by {by}");
            assert_eq!(
                of(&to_citizen),
                Vec::from_iter(told_of_citizens.cloned()),
                "{kind:?} by {by}, to a citizen"
            );
        }
    }

    /// M21: a subscriber with a current relation is told as well, once, and not of what it did itself.
    #[test]
    fn m21_subscribers_are_told_once_and_not_of_their_own_deeds() {
        let (fund, centre, town) = (fund("81"), job_centre("90101"), municipality("901"));
        let between = message(caseworker(&fund), caseworker(&centre));
        let subscribed = |organisation, from: &str, to: &str| super::super::Relation {
            subscription: Some(Subscription {
                from: day(from),
                to: day(to),
            }),
            ..relation(organisation, RelationKind::Own, "2020-01-01", "2100-07-01")
        };
        let told = |relations, by| EventKind::Created.told(&between, &citizen(relations), by, day("2026-05-04"));
        let open = |organisation| subscribed(organisation, "2026-05-04", "2026-05-05");
        assert_eq!(told(vec![open(&town)], &fund), [centre.clone(), town.clone()]);
        assert_eq!(
            told(vec![open(&town), open(&town), open(&centre), open(&fund)], &fund),
            [centre.clone(), town.clone()]
        );
        assert_eq!(
            told(vec![subscribed(&town, "2026-05-05", "2026-05-06")], &fund),
            vec![centre.clone()]
        );
        assert_eq!(
            told(vec![subscribed(&town, "2026-05-03", "2026-05-04")], &fund),
            vec![centre.clone()]
        );
        for (kind, from, to) in [
            (RelationKind::Former, "2020-01-01", "2100-07-01"),
            (RelationKind::Own, "2020-01-01", "2026-05-04"),
        ] {
            let gone = super::super::Relation {
                subscription: open(&town).subscription,
                ..relation(&town, kind, from, to)
            };
            assert_eq!(told(vec![gone], &fund), vec![centre.clone()]);
        }
    }

    /// A time no archive keeps does not stand in the way of the event.
    #[test]
    fn a_user_from_another_era_is_registered_at_the_time_of_the_call() {
        let now = instant("2026-05-04T10:00:00Z");
        let mut caller = caller(&fund("81"));
        assert_eq!(Registration::of(&caller, now).user.registered_at, caller.user.registered_at);
        caller.user.registered_at = DateTime::<Utc>::MAX_UTC.fixed_offset();
        assert_eq!(Registration::of(&caller, now).user.registered_at, now);
    }
}
