//! Versions of SOAP: 1.1 as STAR has it, and 1.2 beside it on the same addresses.
//! It knows how each spells its envelope and its media type; the media type of a request says which one is asked for, and the answer is in that one.
//! Reading and writing envelopes is left to `envelope`.

use std::fmt;

use xml::Name;

/// Namespace of SOAP 1.1 (W3C).
pub(super) const SOAP_11: &str = "http://schemas.xmlsoap.org/soap/envelope/";
/// Namespace of SOAP 1.2 (W3C).
pub(super) const SOAP_12: &str = "http://www.w3.org/2003/05/soap-envelope";

/// A version of SOAP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    /// SOAP 1.1.
    Soap11,
    /// SOAP 1.2.
    Soap12,
}

/// What the elements and attributes of an envelope are called.
#[derive(Debug)]
pub(super) struct Vocabulary {
    pub(super) envelope: Name,
    pub(super) header: Name,
    pub(super) body: Name,
    pub(super) fault: Name,
    pub(super) must_understand: Name,
    /// `actor`, since SOAP 1.2 `role`.
    pub(super) role: Name,
    pub(super) relay: Name,
    pub(super) encoding_style: Name,
    /// The roles a header block may name that are ours, as the ultimate receiver (1.1: 4.2.2; 1.2 Part 1: 2.2).
    pub(super) our_roles: &'static [&'static str],
}

static VOCABULARY_11: Vocabulary = Vocabulary::new(SOAP_11, "soap", "actor", &["", "http://schemas.xmlsoap.org/soap/actor/next"]);
static VOCABULARY_12: Vocabulary = Vocabulary::new(
    SOAP_12,
    "env",
    "role",
    &[
        "",
        "http://www.w3.org/2003/05/soap-envelope/role/next",
        "http://www.w3.org/2003/05/soap-envelope/role/ultimateReceiver",
    ],
);

impl Version {
    /// The version whose Envelope has this namespace.
    pub(super) fn of_namespace(namespace: &str) -> Option<Self> {
        match namespace {
            SOAP_11 => Some(Self::Soap11),
            SOAP_12 => Some(Self::Soap12),
            _ => None,
        }
    }

    /// Its names.
    pub(super) fn vocabulary(self) -> &'static Vocabulary {
        match self {
            Self::Soap11 => &VOCABULARY_11,
            Self::Soap12 => &VOCABULARY_12,
        }
    }

    /// The `Content-Type` of an answer, for SOAP 1.1 to the letter of interop.md.
    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::Soap11 => "text/xml; charset=utf-8",
            Self::Soap12 => "application/soap+xml; charset=utf-8",
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Soap11 => "SOAP 1.1",
            Self::Soap12 => "SOAP 1.2",
        })
    }
}

impl Vocabulary {
    /// The attributes that the envelope has for a header block.
    pub(super) fn of_a_block(&self, version: Version) -> Vec<Name> {
        let mut names = vec![self.must_understand, self.role, self.encoding_style];
        names.extend((version == Version::Soap12).then_some(self.relay));
        names
    }

    const fn new(namespace: &'static str, prefix: &'static str, role: &'static str, our_roles: &'static [&'static str]) -> Self {
        Self {
            envelope: Name::new(namespace, prefix, "Envelope"),
            header: Name::new(namespace, prefix, "Header"),
            body: Name::new(namespace, prefix, "Body"),
            fault: Name::new(namespace, prefix, "Fault"),
            must_understand: Name::new(namespace, prefix, "mustUnderstand"),
            role: Name::new(namespace, prefix, role),
            relay: Name::new(namespace, prefix, "relay"),
            encoding_style: Name::new(namespace, prefix, "encodingStyle"),
            our_roles,
        }
    }
}
