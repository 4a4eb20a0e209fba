//! Why a call has no response: a fault of the service, or what kept it from answering.

use std::time::Duration;

use xml::Violation;

use crate::contract::service_bm_dk::FaultDetailsType;

/// Why a call has no response.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The service answered with a fault.
    #[error(transparent)]
    Fault(Box<Fault>),
    /// No whole answer within the deadline. Whether the call was carried out is not known.
    #[error("no answer within {} ms", .0.as_millis())]
    Late(Duration),
    /// No connection, or it broke. Whether the call was carried out is not known, unless there was no connection at all.
    #[error("the connection failed: {0}")]
    Connection(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The answer is larger than [`largest_answer`](super::Settings::largest_answer).
    #[error("the answer has more than {0} bytes")]
    TooLarge(usize),
    /// The answer is no envelope with a response or a fault of this contract.
    #[error("the answer with HTTP status {status} is not what the contract says: {violation}")]
    Answer {
        /// Status of HTTP.
        status: u16,
        /// What is wrong with its body.
        violation: Violation,
    },
}

impl Failure {
    /// The fault, if the service answered with one.
    #[must_use]
    pub fn fault(&self) -> Option<&Fault> {
        match self {
            Self::Fault(fault) => Some(fault),
            _ => None,
        }
    }

    pub(super) fn connection(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Connection(error.into())
    }
}

/// A fault, as the service told it.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{code} fault{}: {text}", self.number().map(|number| format!(" {number}")).unwrap_or_default())]
pub struct Fault {
    /// Status of HTTP: 500, or what HTTP itself is the reason for; 503 where the call is welcome later.
    pub status: u16,
    /// Whose fault it is, as SOAP says it: `Client`, `Server`, `VersionMismatch` or `MustUnderstand`.
    pub code: String,
    /// What people read.
    pub text: String,
    /// What programs read.
    pub details: Option<FaultDetailsType>,
    /// After how long the service wants to be asked again, if it says so.
    pub retry_after: Option<Duration>,
}

impl Fault {
    /// The number of the fault (README: reading a fault).
    #[must_use]
    pub fn number(&self) -> Option<i32> {
        self.details.as_ref()?.error_code
    }
}
