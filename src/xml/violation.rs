//! Why a document was refused: which rule, where, and in which type.
//! Neither values nor names the sender invented are ever part of it, so it can stand in a fault and in a log.

use thiserror::Error;

/// A broken rule and the place it was broken.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{}", self.sentence())]
pub struct Violation {
    /// The element, as local names of the contract joined by `/` from the root, `[n]` (from 1) on a repeated one, `@name` for an attribute.
    /// Elements the contract does not know are left out; empty before the root.
    pub path: String,
    /// What was broken.
    pub rule: Rule,
    /// The schema type whose lexical form or facet was broken.
    pub in_type: Option<&'static str>,
}

impl Violation {
    /// A broken rule at a path.
    #[must_use]
    pub fn new(path: impl Into<String>, rule: Rule) -> Self {
        Self {
            path: path.into(),
            rule,
            in_type: None,
        }
    }

    /// The same with the schema type that was broken.
    #[must_use]
    pub fn in_type(mut self, name: &'static str) -> Self {
        self.in_type = Some(name);
        self
    }

    fn sentence(&self) -> String {
        let mut sentence = if self.path.is_empty() {
            self.rule.to_string()
        } else {
            format!("{}: {}", self.path, self.rule)
        };
        if let Some(name) = self.in_type {
            sentence.push_str(" (type ");
            sentence.push_str(name);
            sentence.push(')');
        }
        sentence
    }
}

/// The rules a document can break. The texts are for people; match on the variant.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Rule {
    /// Not well-formed XML 1.0 with namespaces, or a construct we do not take (DOCTYPE, processing instructions).
    #[error("the document is not well-formed: {0}")]
    Malformed(&'static str),
    /// One of [`Limits`](crate::Limits); the text names it.
    #[error("too large: {0}")]
    Limit(&'static str),
    /// An element stands where another, or none, is expected.
    #[error("another element stands here, expected is {expected}")]
    Unexpected {
        /// `{namespace}local`, several joined by ` or `, or a phrase.
        expected: String,
    },
    /// The element, attribute or text is not there.
    #[error("{expected} is missing")]
    Missing {
        /// `{namespace}local`, several joined by ` or `, or a phrase.
        expected: String,
    },
    /// An element occurs more often than the schema allows.
    #[error("more than {most} of {name}")]
    TooMany {
        /// `{namespace}local`.
        name: String,
        /// The schema's `maxOccurs`.
        most: usize,
    },
    /// Character data where only elements may stand.
    #[error("there is text where only elements may stand")]
    Text,
    /// An attribute the schema does not declare here.
    #[error("there is an attribute the contract does not declare")]
    Attribute,
    /// `xsi:nil` on an element that is not nillable, or content in a nil one.
    #[error("the element may not be nil, or is nil and not empty")]
    Nil,
    /// `xsi:type` names a type that may not stand here.
    #[error("xsi:type names a type that may not stand here")]
    Type,
    /// The text is not a value of this schema type.
    #[error("the text is not a valid {0}")]
    Lexical(&'static str),
    /// A facet of the type is broken; the text is the facet's schema name.
    #[error("the value breaks the facet {0}")]
    Facet(&'static str),
}
