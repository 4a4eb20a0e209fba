//! Faults: what the caller reads when a call is rejected (contract 1.3).
//! One exhaustive match knows status, fault code, number and text of every rejection; the detail is written through the generated type.
//! Numbers and texts of the rules' refusals are left to `domain::Refusal`.

use actix_web::http::StatusCode;
use xml::{QName, Rule, Violation};

use super::rejection::{self, Rejection};
use super::version::Version;
use super::wire;
use crate::domain::{LogReference, Refusal, audit};
use crate::error::Error;

/// Whose fault it is; the local part of `faultcode`, in SOAP 1.2 of `Code/Value`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Code {
    /// The caller can mend it.
    Client,
    /// The caller cannot.
    Server,
    /// The envelope is of another version.
    VersionMismatch,
    /// A header that must be understood is not.
    MustUnderstand,
    /// An element claims an encoding (SOAP 1.2 only).
    DataEncodingUnknown,
}

impl Code {
    /// The word on the wire.
    pub(super) fn word(self, version: Version) -> &'static str {
        match (version, self) {
            (_, Self::VersionMismatch) => "VersionMismatch",
            (_, Self::MustUnderstand) => "MustUnderstand",
            (Version::Soap11, Self::Client | Self::DataEncodingUnknown) => "Client",
            (Version::Soap11, Self::Server) => "Server",
            (Version::Soap12, Self::Client) => "Sender",
            (Version::Soap12, Self::Server) => "Receiver",
            (Version::Soap12, Self::DataEncodingUnknown) => "DataEncodingUnknown",
        }
    }
}

/// A fault, ready to be written.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// HTTP status where HTTP itself is the reason; otherwise the version of SOAP says it.
    http: Option<StatusCode>,
    /// Whose fault it is.
    pub(super) code: Code,
    /// `ErrorCode`.
    pub(super) number: i32,
    /// `faultstring`, and the beginning of `Message`.
    pub(super) text: String,
    /// What `Message` adds for the caller who looks for the reason. Names only, never values.
    pub(super) hint: Option<String>,
    /// What SOAP 1.2 has the answer's header say.
    pub(super) header: Option<Header>,
}

/// What the header of an answer says about a fault.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Header {
    /// Which versions there are (SOAP 1.2 Part 1, 5.4.7).
    Upgrade,
    /// Which blocks were not understood (SOAP 1.2 Part 1, 5.4.8).
    NotUnderstood(Vec<QName>),
}

impl Fault {
    /// HTTP status: 500 for all that got as far as an envelope of SOAP 1.1 (6.2); in SOAP 1.2 400 for the sender's faults (Part 2, 7.5.2.2).
    pub(super) fn status(&self, version: Version) -> StatusCode {
        self.http.unwrap_or(match (version, self.code) {
            (Version::Soap12, Code::Client) => StatusCode::BAD_REQUEST,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        })
    }

    /// `Message`: text, hint and the reference by which the operator finds the call.
    pub(super) fn message(&self, reference: LogReference) -> String {
        let hint = self.hint.as_deref().map(|hint| format!(" {hint}.")).unwrap_or_default();
        let stop = if self.text.ends_with('.') { "" } else { "." };
        format!("{}{stop}{hint} Log reference: {reference}", self.text)
    }
}

/// Numbers and texts of the platform (STAR).
pub(super) const INVALID_CPR: (i32, &str) = (1001, "Invalid cpr");
const INTERNAL: (i32, &str) = (audit::INTERNAL, "Internal error on server");
const NOT_VALID: (i32, &str) = (1014, "The submitted message is not valid");
const CERTIFICATE_MISSING: (i32, &str) = (1101, "Client certificate missing from request");
const UNAVAILABLE: (i32, &str) = (audit::UNAVAILABLE, "An error has occurred");

impl From<&Rejection> for Fault {
    fn from(rejection: &Rejection) -> Self {
        use StatusCode as Status;
        match rejection {
            Rejection::UnknownPath => refused(Status::NOT_FOUND, "There is no service at this path"),
            Rejection::Method(_) => refused(Status::METHOD_NOT_ALLOWED, "Calls are sent with POST"),
            Rejection::MediaType => refused(
                Status::UNSUPPORTED_MEDIA_TYPE,
                "Calls are sent as text/xml in UTF-8, or in UTF-16 with a byte order mark",
            ),
            Rejection::ContentEncoding => refused(Status::UNSUPPORTED_MEDIA_TYPE, "Calls are sent without a content encoding"),
            Rejection::UriTooLong => refused(Status::URI_TOO_LONG, "The path and query are too long"),
            Rejection::HeadTooLarge => refused(Status::REQUEST_HEADER_FIELDS_TOO_LARGE, "The HTTP headers are too many or too long"),
            Rejection::HeadTooSlow => refused(Status::REQUEST_TIMEOUT, "The HTTP headers came too slowly"),
            Rejection::Framing => refused(Status::BAD_REQUEST, "The request is not HTTP/1.1"),
            Rejection::BodyTooLarge => refused(Status::PAYLOAD_TOO_LARGE, "The message is too large"),
            Rejection::BodyTooSlow => refused(Status::REQUEST_TIMEOUT, "The message came too slowly"),
            Rejection::BodyBroken => refused(Status::BAD_REQUEST, "The message broke off"),
            Rejection::CertificateMissing => plain(CERTIFICATE_MISSING.0, CERTIFICATE_MISSING.1.to_owned()),
            // What is wrong with it is for the log: whoever holds it can look at it.
            Rejection::CertificateRefused(_) => plain(Refusal::NoAgreement.code(), Refusal::NoAgreement.to_string()),
            Rejection::Version { asked, .. } => Self {
                code: Code::VersionMismatch,
                header: (*asked == Version::Soap12).then_some(Header::Upgrade),
                ..client(NOT_VALID, format!("The root element must be the Envelope of {asked}"))
            },
            Rejection::MustUnderstand(blocks) => Self {
                code: Code::MustUnderstand,
                header: (!blocks.is_empty()).then(|| Header::NotUnderstood(blocks.clone())),
                ..client(NOT_VALID, "A SOAP header that must be understood is not known here")
            },
            Rejection::Encoding => Self {
                code: Code::DataEncodingUnknown,
                ..client(
                    NOT_VALID,
                    "No encodingStyle is known here: values are written as the schemas have them",
                )
            },
            Rejection::HeaderMissing(header) => {
                let (number, _) = header.numbers();
                plain(
                    number,
                    format!(
                        "The Soap request message is missing its required Soap header: {}",
                        header.name().local
                    ),
                )
            }
            Rejection::HeaderInvalid(header, violation) => {
                let (_, number) = header.numbers();
                let hint = violation
                    .as_ref()
                    .map_or_else(|| "It occurs more than once".to_owned(), ToString::to_string);
                Self {
                    hint: Some(hint),
                    ..plain(number, format!("Could not deserialize the Soap header: {}", header.name().local))
                }
            }
            Rejection::UnknownOperation => client(NOT_VALID, "The body element is not an operation of this service"),
            Rejection::Action => client(NOT_VALID, "The SOAPAction is not the one of the operation in the body"),
            Rejection::Failed(Error::Refused(refusal)) if refusal.code() == NOT_VALID.0 => client(NOT_VALID, refusal.to_string()),
            Rejection::Failed(Error::Refused(refusal)) => plain(refusal.code(), refusal.to_string()),
            Rejection::Failed(Error::Invalid(violation)) if breaks_cpr(violation) => client(INVALID_CPR, violation.to_string()),
            Rejection::Failed(Error::Invalid(violation)) => client(NOT_VALID, violation.to_string()),
            Rejection::Overload | Rejection::Failed(Error::Unavailable(_)) => server(Some(Status::SERVICE_UNAVAILABLE), UNAVAILABLE),
            Rejection::Failed(Error::Internal(_)) | Rejection::Panic => server(None, INTERNAL),
        }
    }
}

impl rejection::Header {
    /// The numbers for a header that is missing, and for one that cannot be read (STAR).
    fn numbers(self) -> (i32, i32) {
        match self {
            Self::ActiveOrganisation => (8232, 8234),
            Self::RequestUserMetadata => (8233, 8235),
        }
    }
}

/// Refused before there was an envelope: the status says what HTTP says, the body is a fault all the same.
fn refused(status: StatusCode, hint: &str) -> Fault {
    Fault {
        http: Some(status),
        ..client(NOT_VALID, hint)
    }
}

fn client((number, text): (i32, &str), hint: impl Into<String>) -> Fault {
    Fault {
        hint: Some(hint.into()),
        ..plain(number, text.to_owned())
    }
}

fn plain(number: i32, text: String) -> Fault {
    Fault {
        http: None,
        code: Code::Client,
        number,
        text,
        hint: None,
        header: None,
    }
}

/// What went wrong on our side stands in the log only.
fn server(http: Option<StatusCode>, (number, text): (i32, &str)) -> Fault {
    Fault {
        http,
        code: Code::Server,
        ..plain(number, text.to_owned())
    }
}

/// Invalid cpr means that the number itself breaks its type; a missing element is 1014.
fn breaks_cpr(violation: &Violation) -> bool {
    let value = matches!(violation.rule, Rule::Facet(_) | Rule::Lexical(_));
    value && violation.in_type == Some(wire::CPR_TYPE)
}
