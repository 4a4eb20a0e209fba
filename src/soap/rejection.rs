//! Rejections: every reason why the answer is a fault, from the first byte of HTTP to the last of the commit.
//! It knows reasons only; the words the caller reads are left to `fault`.

use xml::{QName, Violation};

use super::tls;
use super::version::Version;
use crate::error::Error;

/// Why the answer is a fault.
#[derive(Debug, thiserror::Error)]
pub(super) enum Rejection {
    /// No service at this path.
    #[error("no service at this path")]
    UnknownPath,
    /// A method the path does not take; these it takes.
    #[error("the path takes {0} only")]
    Method(&'static str),
    /// The `Content-Type` is not XML in an encoding we take, or does not fit the bytes.
    #[error("not text/xml in UTF-8 or UTF-16")]
    MediaType,
    /// The body has a `Content-Encoding`.
    #[error("the body has a content encoding")]
    ContentEncoding,
    /// Path and query are too long.
    #[error("path and query are too long")]
    UriTooLong,
    /// The headers are too many or too long.
    #[error("the HTTP headers are too many or too long")]
    HeadTooLarge,
    /// The head came too slowly.
    #[error("the request head came too slowly")]
    HeadTooSlow,
    /// This is not HTTP as it should be.
    #[error("not HTTP/1.1")]
    Framing,
    /// The body is too large.
    #[error("the body is too large")]
    BodyTooLarge,
    /// The body came too slowly.
    #[error("the body came too slowly")]
    BodyTooSlow,
    /// The body broke off or its framing is wrong.
    #[error("the body broke off")]
    BodyBroken,
    /// There is no room for the request now.
    #[error("too many requests in work")]
    Overload,
    /// No client certificate came with the connection.
    #[error("no client certificate")]
    CertificateMissing,
    /// The client certificate that came with the request is none of a system, or not trusted (any more).
    #[error("the client certificate is not accepted: {0}")]
    CertificateRefused(tls::Refused),
    /// The root is the Envelope of another version than the media type names; of which, if we know it.
    #[error("not an envelope of {asked}")]
    Version {
        /// What the media type names.
        asked: Version,
        /// What the envelope is.
        found: Option<Version>,
    },
    /// Header blocks for us must be understood and are not; in SOAP 1.2 with their names.
    #[error("a header block that must be understood is not known")]
    MustUnderstand(Vec<QName>),
    /// Something claims an encoding (SOAP 1.2).
    #[error("an element claims an encoding")]
    Encoding,
    /// A header the contract requires is not there.
    #[error("the SOAP header {} is missing", .0.name().local)]
    HeaderMissing(Header),
    /// A header breaks its schema, or is there twice.
    #[error("the SOAP header {} is not readable", .0.name().local)]
    HeaderInvalid(Header, Option<Violation>),
    /// The body element is no operation of the service.
    #[error("the body element is no operation of the service")]
    UnknownOperation,
    /// The SOAPAction names another operation than the body element.
    #[error("the SOAPAction names another operation")]
    Action,
    /// The call failed behind the door.
    #[error(transparent)]
    Failed(#[from] Error),
    /// The call panicked; where, the panic hook has logged.
    #[error("the call panicked")]
    Panic,
}

/// The headers of every operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Header {
    /// On whose behalf the call is made.
    ActiveOrganisation,
    /// Who acts.
    RequestUserMetadata,
}

impl Rejection {
    /// The version the fault is told in: the one asked for, but whoever sent an envelope of SOAP 1.1 reads SOAP 1.1 (SOAP 1.2 Part 1, appendix A).
    pub(super) fn told_in(&self, asked: Version) -> Version {
        match self {
            Self::Version {
                found: Some(Version::Soap11),
                ..
            } => Version::Soap11,
            _ => asked,
        }
    }
}

impl From<Violation> for Rejection {
    fn from(violation: Violation) -> Self {
        Self::Failed(Error::Invalid(violation))
    }
}
