//! How a call can fail, free of transport: the rules refused, the message is invalid, the service cannot answer now,
//! or we have a bug. Which fault the caller sees is decided in `soap`; the source of a failure is for the log only.

use crate::domain::Refusal;

/// Why a call failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The rules say no. Use when the caller can mend it by asking for something else.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The message is not the contract's. Use for schema violations only.
    #[error(transparent)]
    Invalid(#[from] xml::Violation),
    /// Not now: database away, too much work. Use when the same call can succeed later.
    #[error("{0}")]
    Unavailable(String),
    /// A bug of ours. Use when no caller could have caused it.
    #[error("{0}")]
    Internal(String),
}
