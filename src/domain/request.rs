//! A request that may come twice: the identifier its sender gave it, and the answer that is kept for the second time (M20).
//! It knows what an identifier may look like, within what it is unique, and how long it counts.
//! Where the identifier stands is left to the door, keeping the answer to the repository.

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

use super::identifier::{CitizenKey, MessageId};
use super::organisation::Organisation;
use super::refusal::Refusal;

/// How long an answer is kept; after that the identifier is free again.
const KEPT: TimeDelta = TimeDelta::days(7);

/// Characters of an identifier at most.
const LONGEST: usize = 46;

/// An instant up to which answers are forgotten, as seen at another instant.
#[must_use]
pub fn forgotten_at(now: DateTime<Utc>) -> DateTime<Utc> {
    now - KEPT
}

/// What tells repeated requests from others: the identifier within its system and organisation. A hash, so that nothing a sender
/// may have put into the identifier is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RequestKey(pub [u8; 32]);

impl RequestKey {
    /// The key of an identifier: 1 to 46 visible ASCII characters. The system counts, not the certificate: a renewed one repeats the same request.
    ///
    /// # Errors
    /// [`Refusal::RequestIdNotValid`].
    pub fn new(identifier: &str, system: &str, organisation: &Organisation) -> Result<Self, Refusal> {
        let fits = (1..=LONGEST).contains(&identifier.len()) && identifier.bytes().all(|byte| byte.is_ascii_graphic());
        if !fits {
            return Err(Refusal::RequestIdNotValid);
        }
        // No system or organisation has a zero byte in its name, so no two triples share a text.
        Ok(Self(digest(&[
            system.as_bytes(),
            organisation.to_string().as_bytes(),
            identifier.as_bytes(),
        ])))
    }
}

/// What was asked: a hash over the operation and the bytes of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestContent(pub [u8; 32]);

impl RequestContent {
    /// The content of a request.
    #[must_use]
    pub fn new(operation: &str, body: &[u8]) -> Self {
        Self(digest(&[operation.as_bytes(), body]))
    }
}

/// A request that was answered, with its answer: the bytes hold identifiers and a time, nothing about a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnsweredRequest {
    /// Which request.
    pub key: RequestKey,
    /// What it asked.
    pub content: RequestContent,
    /// About whom.
    pub citizen: CitizenKey,
    /// The message it made.
    pub message: MessageId,
    /// When it was answered.
    pub at: DateTime<Utc>,
    /// The envelope that left.
    pub answer: Vec<u8>,
}

fn digest(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
        hash.update([0]);
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::organisation::OrganisationType;
    use super::*;

    fn key(identifier: &str, system: &str, code: &str) -> Result<RequestKey, Refusal> {
        RequestKey::new(identifier, system, &Organisation::new(OrganisationType::JOB_CENTRE, code))
    }

    /// M20: an identifier has 1 to 46 visible characters.
    #[test]
    fn m20_identifiers_have_1_to_46_visible_characters() {
        for good in ["1", "7f3b0f7e-9d3c-4a57-9df0-3a54b1a0e111", &"x".repeat(46), "~!a/b:c"] {
            assert!(key(good, "s", "1").is_ok(), "{good}");
        }
        for bad in ["", &"x".repeat(47), "a b", "a\tb", "æ", "a, b", "\u{7f}"] {
            assert_eq!(key(bad, "s", "1"), Err(Refusal::RequestIdNotValid), "{bad:?}");
        }
    }

    /// M20: the same identifier of another system or organisation is another request.
    #[test]
    fn m20_identifiers_count_within_system_and_organisation() {
        let one = key("a", "s", "1").unwrap();
        assert_eq!(key("a", "s", "1").unwrap(), one);
        for other in [key("b", "s", "1"), key("a", "t", "1"), key("a", "s", "2"), key("A", "s", "1")] {
            assert_ne!(other.unwrap(), one);
        }
        assert_ne!(
            RequestContent::new("CreateMessage", b"x"),
            RequestContent::new("CreateMessageReply", b"x")
        );
        assert_ne!(
            RequestContent::new("CreateMessage", b"x"),
            RequestContent::new("CreateMessage", b"x ")
        );
    }
}
