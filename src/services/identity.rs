//! Who stands at the door: a client certificate, or the development profile's stand-in for one.
//! It knows what names a certificate in an agreement. Reading and checking certificates is left to `soap`,
//! agreements to the repository.

use crate::domain::Certificate;

/// The identity of a connection.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Identity {
    /// No certificate, in the development profile: a demo system that may act for every known organisation.
    Development,
    /// A function certificate of a system (OCES, STAR).
    Certificate(Certificate),
}

impl Identity {
    /// Name of the stand-in system.
    pub const DEVELOPMENT_SYSTEM: &'static str = "development";

    /// How the audit names it.
    #[must_use]
    pub fn subject(&self) -> String {
        match self {
            Self::Development => Self::DEVELOPMENT_SYSTEM.to_owned(),
            Self::Certificate(Certificate { cvr, subject_id }) => format!("{cvr} {subject_id}"),
        }
    }
}
