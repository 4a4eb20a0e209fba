//! A channel that leaves the system, with the port behind it.
//! It knows how a delivery becomes an e-mail or an SMS. Sending is left to the port, trying again to the worker.

use chrono::{DateTime, Utc};

use super::templates::Templates;
use super::{Mail, Mailer, Setback, Text, Texter, address, wording};
use crate::domain::Channel;
use crate::domain::delivery::{Letter, Reason, Wording};
use crate::repository::Claim;

/// A channel and its port.
pub enum Carrier {
    /// E-mail.
    Email(Box<dyn Mailer>),
    /// SMS.
    Sms(Box<dyn Texter>),
}

impl Carrier {
    /// The channel.
    #[must_use]
    pub fn channel(&self) -> Channel {
        match self {
            Self::Email(_) => Channel::Email,
            Self::Sms(_) => Channel::Sms,
        }
    }

    /// Its name in log lines and of threads.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Email(_) => "e-mail",
            Self::Sms(_) => "SMS",
        }
    }

    /// Carries a delivery out; `Ok` means that the receiving side has confirmed it.
    pub(super) fn carry(&self, claim: &Claim, letter: Option<&Letter>, templates: &Templates, now: DateTime<Utc>) -> Result<(), Setback> {
        let letter = letter.ok_or(Reason::ContentGone)?;
        let words = Wording::of(claim.kind, claim.channel, letter.channel);
        match self {
            Self::Email(port) => {
                let to = address::email(letter.email.as_deref())?;
                let (subject, text) = wording::mail(templates, words, letter)?;
                port.send(&Mail {
                    id: claim.id,
                    to,
                    subject,
                    text,
                    date: now,
                })
            }
            Self::Sms(port) => {
                let to = address::mobile(letter.mobile.as_deref())?;
                let text = wording::sms(templates, words, letter)?;
                port.send(&Text { id: claim.id, to, text })
            }
        }
    }
}

impl std::fmt::Debug for Carrier {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.name())
    }
}
