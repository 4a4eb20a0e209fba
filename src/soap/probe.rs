//! Probes: parsers of the door that stand alone, for judges outside (`fuzz/`).
//! Each takes bytes and says what they are; nothing is looked up, decided or kept. What a request is answered with is left to `endpoint`.

use xml::{Limits, Reader};

use super::envelope::{self, Expected};
use super::media::Encoding;
use super::rejection::Rejection;
use super::version::Version;
use super::{dispatch, tls};
use crate::contract::Service;

/// The name of the operation that a body sent to a service asks for, in SOAP 1.2 or in 1.1.
///
/// # Errors
/// Why its answer would be a fault, as the log has it.
pub fn envelope(service: Service, soap_12: bool, body: &[u8]) -> Result<&'static str, String> {
    let operation = || -> Result<_, Rejection> {
        let document = Encoding::Utf8.decode(body).ok_or(Rejection::MediaType)?;
        let mut reader = match &document {
            std::borrow::Cow::Borrowed(_) => Reader::new(&document, Limits::default())?,
            std::borrow::Cow::Owned(_) => Reader::transcoded(&document, Limits::default())?,
        };
        let expected = Expected {
            service,
            version: if soap_12 { Version::Soap12 } else { Version::Soap11 },
            lenient: false,
        };
        envelope::open(&mut reader, expected)?;
        dispatch::operation(service, &mut reader, None)
    };
    operation()
        .map(|operation| operation.description().name)
        .map_err(|rejection| rejection.to_string())
}

/// The number of revocation lists in the bytes of a file.
///
/// # Errors
/// Why the file would not be used.
pub fn revocation_lists(file: &[u8]) -> Result<usize, String> {
    tls::revocation_lists(file)
}
