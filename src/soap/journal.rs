//! The journal: one line in the log for each call, with the reference the caller was given, and one count in the metrics.
//! It knows service, operation, system, outcome and duration, and nothing of what was said: no number, name or text of a citizen can reach it.
//! Where the line goes is left to the logger.

use std::time::Instant;

use log::{Level, log};

use super::fault::Fault;
use super::metrics::{ANSWERED, Metrics};
use super::rejection::Rejection;
use super::trip::Arrival;
use super::version::Version;
use crate::contract::Service;
use crate::domain::LogReference;
use crate::error::Error;
use crate::services::Operation;

/// A call on its way.
pub(super) struct Entry {
    service: Service,
    reference: LogReference,
    started: Instant,
    bytes_in: usize,
    operation: Option<Operation>,
    system: Option<String>,
    asked: Version,
}

impl Entry {
    /// A call has come in.
    pub(super) fn begin(service: Service, reference: LogReference) -> Self {
        Self {
            service,
            reference,
            started: Instant::now(),
            bytes_in: 0,
            operation: None,
            system: None,
            asked: Version::Soap11,
        }
    }

    /// The version of SOAP asked for.
    pub(super) fn asked(&mut self, version: Version) {
        self.asked = version;
    }

    /// Its body is read.
    pub(super) fn received(&mut self, bytes: usize) {
        self.bytes_in = bytes;
    }

    /// Its trip is over.
    pub(super) fn arrived(&mut self, arrival: &Arrival) {
        self.operation = arrival.operation;
        self.system.clone_from(&arrival.system);
    }

    /// Its answer, of so many bytes, is known: it is counted, and the line is written.
    pub(super) fn close(self, answer: Result<usize, &Rejection>, metrics: &Metrics) {
        let elapsed = self.started.elapsed();
        let (said, status, outcome, bytes_out) = match answer {
            Ok(bytes) => ("answered".to_owned(), 200, ANSWERED.to_owned(), bytes),
            Err(rejection) => {
                let fault = Fault::from(rejection);
                (
                    format!("refused: {rejection}"),
                    fault.status(rejection.told_in(self.asked)).as_u16(),
                    fault.number.to_string(),
                    0,
                )
            }
        };
        metrics.count(self.service, self.operation, &outcome, elapsed);
        log!(
            level(answer),
            "{service}/{version} {operation} {said}; call={reference} system={system} outcome={outcome} status={status} in={bytes_in} out={bytes_out} ms={elapsed:.2}",
            service = self.service.name(),
            version = self.service.version(),
            operation = self.operation.map_or("-", |operation| operation.description().name),
            reference = self.reference,
            system = self.system.as_deref().unwrap_or("-"),
            bytes_in = self.bytes_in,
            elapsed = elapsed.as_secs_f64() * 1000.0,
        );
    }
}

/// The operator looks at what only the operator can mend.
fn level(answer: Result<usize, &Rejection>) -> Level {
    match answer {
        Err(Rejection::Failed(Error::Internal(_)) | Rejection::Panic) => Level::Error,
        Err(Rejection::Failed(Error::Unavailable(_)) | Rejection::Overload) => Level::Warn,
        _ => Level::Info,
    }
}
