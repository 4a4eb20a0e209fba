//! Identifiers that mean something: the citizen's number and the keys of messages, threads and documents.
//! It knows which of them are personal data and keeps those out of every printed form.
//! How they look on the wire is left to the contract.

use std::fmt;

use uuid::Uuid;

/// A civil registration number (CPR), ten digits, already checked against STAR's pattern.
/// Personal data: it has no `Display`, and its `Debug` shows nothing (S8).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct CivilRegistrationNumber(String);

impl CivilRegistrationNumber {
    /// Takes ten digits that the contract has already checked.
    pub fn new(digits: impl Into<String>) -> Self {
        Self(digits.into())
    }

    /// Reads a number an operator has written: ten digits, or six and four with a hyphen.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = match text.split_once('-') {
            Some((birth, serial)) if birth.len() == 6 => format!("{birth}{serial}"),
            _ => text.to_owned(),
        };
        (digits.len() == 10 && digits.bytes().all(|digit| digit.is_ascii_digit())).then_some(Self(digits))
    }

    /// The digits, for storage and for the answer to the caller only.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// A text in which whatever could be a number, ten digits or six and four with a hyphen, has become stars.
    /// Longer runs of digits are none and stay.
    pub fn mask(text: &str) -> String {
        let mut bytes = text.as_bytes().to_vec();
        let mut digits: Vec<usize> = Vec::new();
        for at in 0..=text.len() {
            match bytes.get(at).copied() {
                Some(b'0'..=b'9') => digits.push(at),
                Some(b'-') if digits.len() == 6 && bytes.get(at + 1).is_some_and(u8::is_ascii_digit) => {}
                _ => {
                    if digits.len() == 10 {
                        for digit in &digits {
                            bytes.get_mut(*digit).into_iter().for_each(|byte| *byte = b'*');
                        }
                    }
                    digits.clear();
                }
            }
        }
        // Only digits were replaced, by another ASCII character.
        String::from_utf8(bytes).unwrap_or_default()
    }

    /// `0000000000` is legal text and never a known citizen (STAR).
    pub fn is_placeholder(&self) -> bool {
        self.0 == "0000000000"
    }
}

impl fmt::Debug for CivilRegistrationNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("CivilRegistrationNumber(hidden)")
    }
}

macro_rules! key {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(formatter)
            }
        }

        impl From<Uuid> for $name {
            fn from(value: Uuid) -> Self {
                Self(value)
            }
        }
    };
}

key!(
    /// Our own key of a citizen: first column of every table that belongs to one; says nothing about the person.
    CitizenKey
);
key!(
    /// A message. UUIDv7: index order is time order.
    MessageId
);
key!(
    /// A thread: the first message and its replies.
    ThreadId
);
key!(
    /// A document of a message.
    DocumentId
);
key!(
    /// A sequence of an authority's queue.
    SequenceId
);
key!(
    /// One call. Stands in the log, the audit and the fault text, so that caller and operator can speak of the same call.
    LogReference
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operator_writes_ten_digits_with_or_without_a_hyphen() {
        for text in ["1503850002", "150385-0002"] {
            assert_eq!(CivilRegistrationNumber::parse(text).map(|cpr| cpr.0).as_deref(), Some("1503850002"));
        }
        for text in ["", "150385", "15-03850002", "150385-00020", "150385--002", "15038500ø2"] {
            assert_eq!(CivilRegistrationNumber::parse(text), None, "{text}");
        }
    }

    /// S8: what could be a civil registration number stands nowhere in clear.
    #[test]
    fn s8_ten_digits_are_masked_and_nothing_else() {
        for (text, masked) in [
            ("1503850002", "**********"),
            ("150385-0002", "******-****"),
            ("bruger 1503850002.", "bruger **********."),
            ("1503850002 og 0101010101", "********** og **********"),
            ("CVR:90000091-FID:1234567890123", "CVR:90000091-FID:1234567890123"),
            ("RID:12345678", "RID:12345678"),
            ("15-03850002", "15-03850002"),
            ("æ1503850002ø", "æ**********ø"),
            ("150385-", "150385-"),
            ("", ""),
        ] {
            assert_eq!(CivilRegistrationNumber::mask(text), masked);
        }
    }
}
