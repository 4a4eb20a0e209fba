//! What can be wrong with a contract, said in one line with its place.

use std::path::PathBuf;

/// Where something stands in a contract document.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file as it was named to us.
    pub file: String,
    /// Line, counted from one.
    pub line: u32,
    /// The element with its usual prefix and its name, as in `xs:element CreateMessageRequest`.
    pub element: String,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.element)
    }
}

/// Why no code can be generated.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file cannot be read.
    #[error("{path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A document is not well-formed, or not in a known encoding.
    #[error("{file}:{line}: {reason}")]
    Malformed {
        /// The file.
        file: String,
        /// Line, counted from one; 0 where no line is to blame.
        line: u32,
        /// What is wrong.
        reason: String,
    },
    /// A construct outside the part of WSDL and XSD that we generate code for.
    #[error("{place}: {construct} is not supported")]
    Unsupported {
        /// The element that uses it.
        place: Place,
        /// The construct.
        construct: String,
    },
    /// A name that no document declares.
    #[error("{place}: no {kind} named {name}")]
    Unknown {
        /// The element that uses the name.
        place: Place,
        /// What was looked for.
        kind: &'static str,
        /// The name as `{namespace}local`.
        name: String,
    },
    /// A declaration that contradicts another, or itself.
    #[error("{place}: {reason}")]
    Invalid {
        /// The element to blame.
        place: Place,
        /// What is wrong.
        reason: String,
    },
}

impl Error {
    pub(crate) fn invalid(place: &Place, reason: impl Into<String>) -> Self {
        Self::Invalid {
            place: place.clone(),
            reason: reason.into(),
        }
    }

    pub(crate) fn unsupported(place: &Place, construct: impl Into<String>) -> Self {
        Self::Unsupported {
            place: place.clone(),
            construct: construct.into(),
        }
    }
}
