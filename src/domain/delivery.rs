//! Deliveries: what has to be carried out after the commit (M19, D1), what goes out on a channel (D3), when (D4), and why it failed.
//! It knows the states a delivery goes through and the reasons for giving up, which name nobody.
//! Carrying out is left to the room `delivery`.

mod work;

pub use work::{Claim, Hand, Step, Work};

use chrono::{DateTime, Timelike, Utc};
use uuid::Uuid;

use super::day::danish_time;
use super::identifier::{CitizenKey, MessageId};
use super::message::{Channel, Message};
use super::refusal::Refusal;

/// A delivery to be carried out.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// Its key.
    pub id: Uuid,
    /// About whom.
    pub citizen: CitizenKey,
    /// Which message.
    pub message: MessageId,
    /// On which channel: the citizen's copy in the tray is a Jobnet notification of its own (M15).
    pub channel: Channel,
    /// What is carried out.
    pub kind: DeliveryKind,
    /// Not before.
    pub due_at: DateTime<Utc>,
    /// The state it is stored in.
    pub state: DeliveryState,
}

impl Delivery {
    /// The delivery of a new message on a channel, at once.
    pub fn of(message: &Message, channel: Channel, id: Uuid) -> Self {
        Self {
            id,
            citizen: message.citizen,
            message: message.id,
            channel,
            kind: DeliveryKind::Notice,
            due_at: message.created_at,
            state: DeliveryState::initial(channel),
        }
    }

    /// A reminder of a message. It is dropped if one of the same message already waits on that channel (D4),
    /// and it changes nothing about the message's status.
    pub fn reminder(citizen: CitizenKey, message: MessageId, channel: Channel, id: Uuid, due_at: DateTime<Utc>) -> Self {
        Self {
            id,
            citizen,
            message,
            channel,
            kind: DeliveryKind::Reminder,
            due_at,
            state: DeliveryState::initial(channel),
        }
    }
}

/// What is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryKind {
    /// The message itself, or a notice that it is there.
    Notice,
    /// A reminder of it; only by day (D4).
    Reminder,
}

impl DeliveryKind {
    /// Number in storage.
    pub fn code(self) -> i32 {
        match self {
            Self::Notice => 1,
            Self::Reminder => 2,
        }
    }

    /// The kind of a number in storage.
    ///
    /// # Errors
    /// [`Refusal::UnknownCodeListItem`].
    pub fn from_code(code: i32) -> Result<Self, Refusal> {
        match code {
            1 => Ok(Self::Notice),
            2 => Ok(Self::Reminder),
            _ => Err(Refusal::UnknownCodeListItem),
        }
    }
}

/// May reminders go out now: from 09:00 until before 22:00, Danish wall-clock time (D4)?
pub fn may_remind(at: DateTime<Utc>) -> bool {
    (9..22).contains(&danish_time(at).hour())
}

/// What a delivery says (D3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Wording {
    /// Title and text of the message: only where e-mail or SMS is the channel the sender chose.
    Message,
    /// That there is a message, and where to read it.
    Notice,
    /// That a message still waits.
    Reminder,
}

impl Wording {
    /// What a delivery on `delivered_on` says about a message of `channel`: its content stays out of every other channel (D3).
    pub fn of(kind: DeliveryKind, delivered_on: Channel, channel: Channel) -> Self {
        match kind {
            DeliveryKind::Reminder => Self::Reminder,
            DeliveryKind::Notice if delivered_on == channel => Self::Message,
            DeliveryKind::Notice => Self::Notice,
        }
    }
}

/// What a delivery needs to be carried out: the citizen's contact data and the message. Personal data: printed, it shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    /// The citizen's e-mail address.
    pub email: Option<String>,
    /// The citizen's mobile number.
    pub mobile: Option<String>,
    /// Name of the sending organisation.
    pub sender: String,
    /// Channel of the message.
    pub channel: Channel,
    /// Title and text; none once rectified or purged.
    pub content: Option<(String, String)>,
    /// Number of documents.
    pub documents: u32,
}

impl std::fmt::Debug for Letter {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Letter").finish_non_exhaustive()
    }
}

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $code:literal $sentence:literal),+ $(,)?) => {
        /// Why an attempt to deliver failed. Stored as a number, told as a sentence; neither names anybody (S8).
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Reason { $($(#[$doc])* $name),+ }

        impl Reason {
            /// Every reason.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// Number in storage (ours).
            pub fn code(self) -> i32 {
                match self { $(Self::$name => $code),+ }
            }

            /// What it means, for log and operator.
            pub fn sentence(self) -> &'static str {
                match self { $(Self::$name => $sentence),+ }
            }
        }
    };
}

reasons! {
    /// D2.
    NoAddress = 1 "the citizen has no address for this channel",
    /// It can be no address.
    InvalidAddress = 2 "the citizen's address for this channel is not one",
    /// Rectified or purged meanwhile.
    ContentGone = 3 "the message has no content any more",
    /// For good.
    AddressRefused = 4 "the receiving side refuses the address",
    /// For good.
    MessageRefused = 5 "the receiving side refuses the message",
    /// Not this one, not now.
    NotNow = 6 "the receiving side asks to try again later",
    /// Nothing goes through.
    Unreachable = 7 "the receiving side cannot be reached",
    /// Nothing goes through in time; it may have arrived.
    TimedOut = 8 "the receiving side did not answer in time",
    /// Our settings are wrong, or theirs.
    SenderRefused = 9 "the receiving side does not take messages from us",
    /// The process ended between send and confirmation, as often as attempts are allowed.
    Interrupted = 10 "every attempt was cut off before its outcome was known",
}

impl Reason {
    /// Would another attempt meet the same?
    pub fn is_permanent(self) -> bool {
        matches!(
            self,
            Self::NoAddress | Self::InvalidAddress | Self::ContentGone | Self::AddressRefused | Self::MessageRefused
        )
    }

    /// Would the next delivery on this channel meet the same?
    pub fn concerns_everybody(self) -> bool {
        matches!(self, Self::Unreachable | Self::TimedOut | Self::SenderRefused)
    }
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Confirmed by the receiving side.
    Delivered,
    /// To be tried again.
    Postponed {
        /// Why.
        reason: Reason,
        /// Not before.
        until: DateTime<Utc>,
    },
    /// Given up.
    Failed {
        /// Why.
        reason: Reason,
    },
}

impl Verdict {
    /// Number in storage: a delivery's state after the attempt.
    pub fn code(self) -> i32 {
        self.state().code()
    }

    /// The state of the delivery after the attempt.
    pub fn state(self) -> DeliveryState {
        match self {
            Self::Delivered => DeliveryState::Delivered,
            Self::Postponed { .. } => DeliveryState::Waiting,
            Self::Failed { .. } => DeliveryState::Failed,
        }
    }

    /// Why the attempt failed, if it did.
    pub fn reason(self) -> Option<Reason> {
        match self {
            Self::Delivered => None,
            Self::Postponed { reason, .. } | Self::Failed { reason } => Some(reason),
        }
    }
}

/// Where a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryState {
    /// Waits in the outbox.
    Waiting,
    /// Confirmed. Authority to authority and Jobnet notifications are delivered by being stored: they are pulled.
    Delivered,
    /// Given up.
    Failed,
}

impl DeliveryState {
    /// Number in storage.
    pub fn code(self) -> i32 {
        match self {
            Self::Waiting => 1,
            Self::Delivered => 2,
            Self::Failed => 3,
        }
    }

    /// The state a new delivery on a channel starts in.
    pub fn initial(channel: Channel) -> Self {
        if channel.leaves_the_system() {
            Self::Waiting
        } else {
            Self::Delivered
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    /// M19: what is pulled is delivered by being stored; what leaves waits in the outbox. M3 names the channels.
    #[test]
    fn m19_only_what_leaves_the_system_waits() {
        for (channel, state) in [
            (Channel::Email, DeliveryState::Waiting),
            (Channel::Sms, DeliveryState::Waiting),
            (Channel::JobnetNotification, DeliveryState::Delivered),
            (Channel::AuthorityToAuthority, DeliveryState::Delivered),
        ] {
            assert_eq!(DeliveryState::initial(channel), state, "{channel:?}");
        }
    }

    const CHANNELS: [Channel; 4] = [
        Channel::Email,
        Channel::Sms,
        Channel::JobnetNotification,
        Channel::AuthorityToAuthority,
    ];

    /// D3: only the message's own channel carries its content, and a reminder never does.
    #[test]
    fn d3_only_the_own_channel_carries_the_content() {
        for delivered_on in CHANNELS {
            for channel in CHANNELS {
                let own = if delivered_on == channel {
                    Wording::Message
                } else {
                    Wording::Notice
                };
                assert_eq!(Wording::of(DeliveryKind::Notice, delivered_on, channel), own);
                assert_eq!(Wording::of(DeliveryKind::Reminder, delivered_on, channel), Wording::Reminder);
            }
        }
    }

    /// D4: 09:00–22:00 on the Danish clock, in winter, in summer and on the two days when the clock changes.
    #[test]
    fn d4_reminders_go_by_day_on_the_danish_clock() {
        for (at, may) in [
            ("2026-01-15T07:59:59.999999Z", false),
            ("2026-01-15T08:00:00Z", true),
            ("2026-01-15T20:59:59.999999Z", true),
            ("2026-01-15T21:00:00Z", false),
            ("2026-07-15T06:59:59Z", false),
            ("2026-07-15T07:00:00Z", true),
            ("2026-07-15T19:59:59Z", true),
            ("2026-07-15T20:00:00Z", false),
            // Summer time begins in the night before …
            ("2026-03-28T20:59:59Z", true),
            ("2026-03-28T21:00:00Z", false),
            ("2026-03-29T06:59:59Z", false),
            ("2026-03-29T07:00:00Z", true),
            ("2026-03-29T20:00:00Z", false),
            // … and ends in the night before.
            ("2026-10-24T19:59:59Z", true),
            ("2026-10-24T20:00:00Z", false),
            ("2026-10-25T07:59:59Z", false),
            ("2026-10-25T08:00:00Z", true),
            ("2026-10-25T20:59:59Z", true),
            ("2026-10-25T21:00:00Z", false),
        ] {
            assert_eq!(may_remind(at.parse().unwrap()), may, "{at}");
        }
    }

    #[test]
    fn reasons_have_numbers_and_sentences_of_their_own() {
        for (index, reason) in Reason::ALL.iter().enumerate() {
            let later = &Reason::ALL[index + 1..];
            assert!(
                later
                    .iter()
                    .all(|other| other.code() != reason.code() && other.sentence() != reason.sentence())
            );
            assert!(
                !(reason.is_permanent() && reason.concerns_everybody()),
                "{reason:?}: one message must not end all"
            );
        }
    }
}
