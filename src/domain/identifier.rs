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

    /// The digits, for storage and for the answer to the caller only.
    pub fn expose(&self) -> &str {
        &self.0
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
    /// One call. Stands in the log, the audit and the fault text, so that caller and operator can speak of the same call.
    LogReference
);
