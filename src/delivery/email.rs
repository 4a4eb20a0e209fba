//! E-mail: the port, and how a mail looks on the way.
//! It knows the headers of a mail; the `Message-ID` is the delivery's own, so that a mail sent twice can be recognised.
//! Speaking to a mail server is left to `smtp`.

mod smtp;

use chrono::{DateTime, Utc};
use lettre::Address;
use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, SinglePart};
use uuid::Uuid;

pub use smtp::Smtp;

use super::Setback;
use crate::domain::delivery::Reason;

/// The port for e-mail.
pub trait Mailer: Send {
    /// Sends a mail; returns when the receiving side has taken it over.
    ///
    /// # Errors
    /// Why it has not, or may not have.
    fn send(&self, mail: &Mail) -> Result<(), Setback>;
}

/// A mail to one citizen.
pub struct Mail {
    /// The delivery.
    pub id: Uuid,
    /// To whom.
    pub to: Address,
    /// Subject.
    pub subject: String,
    /// Text.
    pub text: String,
    /// When it is sent.
    pub date: DateTime<Utc>,
}

impl Mail {
    /// The bytes on the way, all ASCII, with CRLF.
    ///
    /// # Errors
    /// It cannot be written as a mail.
    pub(super) fn formatted(&self, from: &Mailbox) -> Result<Vec<u8>, Setback> {
        let message = Message::builder()
            .from(from.clone())
            .to(Mailbox::new(None, self.to.clone()))
            .subject(one_line(&self.subject))
            .date(self.date.into())
            .message_id(Some(format!("<{}@{}>", self.id, from.email.domain())))
            .header(AutoSubmitted)
            .singlepart(SinglePart::plain(self.text.clone()))
            .map_err(|_| Reason::MessageRefused)?;
        Ok(message.formatted())
    }
}

/// A header is one line, whatever a title holds.
fn one_line(subject: &str) -> String {
    subject
        .split(|character: char| character.is_control())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Asks other machines not to answer (RFC 3834).
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn formatted(subject: &str, text: &str) -> String {
        let mail = Mail {
            id: Uuid::from_u128(7),
            to: "borger1@example.dk".parse().unwrap(),
            subject: subject.to_owned(),
            text: text.to_owned(),
            date: "2026-05-04T10:00:00Z".parse().unwrap(),
        };
        let from = "Dialogmodul <no-reply@dialog.example.dk>".parse().unwrap();
        String::from_utf8(mail.formatted(&from).unwrap()).unwrap()
    }

    /// D1: the same delivery has the same Message-ID, whenever it is sent.
    #[test]
    fn d1_the_message_id_is_the_deliverys() {
        let mail = formatted("Titel", "Tekst");
        assert!(
            mail.contains("Message-ID: <00000000-0000-0000-0000-000000000007@dialog.example.dk>\r\n"),
            "{mail}"
        );
        assert!(
            mail.contains("Auto-Submitted: auto-generated\r\n") && mail.contains("Date: Mon, 04 May 2026 10:00:00 +0000\r\n"),
            "{mail}"
        );
    }

    #[test]
    fn a_title_cannot_bring_headers_of_its_own() {
        let mail = formatted("Titel\r\nBcc: andre@example.dk\r\n\r\nTekst", "Tekst");
        let head = mail.split("\r\n\r\n").next().unwrap();
        assert!(head.lines().all(|line| !line.starts_with("Bcc")), "{head}");
        assert!(mail.contains("\r\n\r\nTekst"), "{mail}");
    }

    #[test]
    fn a_mail_is_ascii_in_short_lines_that_end_as_they_should() {
        let mail = formatted(
            &"Æblegrød ".repeat(28),
            &"Rødgrød med fløde\n.\nog en meget lang linje uden ende ".repeat(200),
        );
        assert!(mail.is_ascii());
        assert!(mail.split("\r\n").all(|line| line.len() <= 998 && !line.contains(['\r', '\n'])));
    }
}
