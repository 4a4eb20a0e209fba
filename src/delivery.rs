//! Delivery: carries messages out by e-mail and SMS, after the commit and beside the requests (D1–D4).
//! It knows how the outside world is spoken to, in which words, and when an attempt is made again; what waits it takes from the
//! repository's outbox, and the outcome it gives back there. What is to be delivered at all is decided where messages are posted.
//!
//! Between the moment the other side takes a message and the moment the outcome is stored, a process can die: then the message
//! goes out once more when the lease has run out. Each such death can cause at most one duplicate per channel, and the
//! duplicate bears the same `Message-ID` (e-mail) or `id` (SMS), by which the receiving side can recognise it.
//! What is confirmed and stored is never sent again. Processes that share a database need clocks that agree within a minute.

mod address;
mod carrier;
mod email;
mod folder;
mod pace;
mod roots;
mod settings;
mod sms;
mod templates;
mod wording;
mod worker;

use std::sync::Arc;

use chrono::{DateTime, Utc};

pub use carrier::Carrier;
pub use email::{Mail, Mailer, Smtp};
pub use folder::Folder;
pub use pace::Pace;
pub use settings::{Secret, Security, Settings, SmtpUrl, StartError};
pub use sms::{Gateway, Text, Texter};
pub use templates::Templates;
pub use worker::{Handle, Round, Worker};

use crate::domain::delivery::Reason;

/// Where a worker's time comes from.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// Why an attempt failed, with the receiving side's own number for it. What it said beside the number is not kept: it may name the citizen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setback {
    /// Why.
    pub reason: Reason,
    /// SMTP reply code or HTTP status.
    pub status: Option<u16>,
}

impl From<Reason> for Setback {
    fn from(reason: Reason) -> Self {
        Self { reason, status: None }
    }
}

impl std::fmt::Display for Setback {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.reason.sentence())?;
        match self.status {
            Some(status) => write!(formatter, " ({status})"),
            None => Ok(()),
        }
    }
}
