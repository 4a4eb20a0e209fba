//! How a message travels and what it is about: numbers of code lists that have a meaning of their own here.

use crate::domain::refusal::Refusal;

/// How a message travels (M3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Channel {
    /// E-mail to the citizen; one way.
    Email,
    /// SMS to the citizen; one way.
    Sms,
    /// Notification on Jobnet; one way.
    JobnetNotification,
    /// From authority to authority, with the citizen in the middle.
    AuthorityToAuthority,
}

impl Channel {
    /// Code-list number: 4 is STAR's, the others are ours.
    pub fn code(self) -> i32 {
        match self {
            Self::Email => 1,
            Self::Sms => 2,
            Self::JobnetNotification => 3,
            Self::AuthorityToAuthority => 4,
        }
    }

    /// Its word in metrics.
    pub fn word(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
            Self::JobnetNotification => "jobnet",
            Self::AuthorityToAuthority => "authority",
        }
    }

    /// The channel of a code-list number.
    ///
    /// # Errors
    /// [`Refusal::UnknownCodeListItem`].
    pub fn from_code(code: i32) -> Result<Self, Refusal> {
        match code {
            1 => Ok(Self::Email),
            2 => Ok(Self::Sms),
            3 => Ok(Self::JobnetNotification),
            4 => Ok(Self::AuthorityToAuthority),
            _ => Err(Refusal::UnknownCodeListItem),
        }
    }

    /// Does the message leave the system, so that it cannot be taken back (M11)?
    pub fn leaves_the_system(self) -> bool {
        matches!(self, Self::Email | Self::Sms)
    }
}

/// What a message is about: a value of the context code list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Context(pub i32);

impl Context {
    /// Udkast til min plan (STAR).
    pub const DRAFT_PLAN: Self = Self(2);
    /// Arbejdsgiver: an employer writes to a citizen (STAR).
    pub const EMPLOYER: Self = Self(5);
    /// Tilmelding kvittering: made by the system (STAR).
    pub const ENROLMENT_RECEIPT: Self = Self(8);
    /// Indstilling om tilbud: an unemployment fund recommends an offer (STAR).
    pub const RECOMMENDATION: Self = Self(11);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// M3: the numbers of channels are those of the code list; no other number means anything.
    #[test]
    fn m3_numbers_and_channels_go_both_ways() {
        for channel in [
            Channel::Email,
            Channel::Sms,
            Channel::JobnetNotification,
            Channel::AuthorityToAuthority,
        ] {
            assert_eq!(Channel::from_code(channel.code()), Ok(channel));
        }
        for unknown in [-1, 0, 5, 100] {
            assert_eq!(Channel::from_code(unknown), Err(Refusal::UnknownCodeListItem));
        }
    }
}
