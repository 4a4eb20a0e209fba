//! Deliveries: what has to be carried out after the commit, one row per recipient and channel (M19, D1).
//! It knows the states a delivery goes through.
//! Carrying out is left to the room `delivery`.

use uuid::Uuid;

use super::identifier::{CitizenKey, MessageId};
use super::message::{Channel, Message};

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
    /// The state it is stored in.
    pub state: DeliveryState,
}

impl Delivery {
    /// The delivery of a new message on a channel.
    pub fn of(message: &Message, channel: Channel, id: Uuid) -> Self {
        Self {
            id,
            citizen: message.citizen,
            message: message.id,
            channel,
            state: DeliveryState::initial(channel),
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
}
