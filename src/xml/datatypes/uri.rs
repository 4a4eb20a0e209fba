//! `anyURI`.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use super::Datatype;
use crate::Rule;
use crate::namespace_name::is_uri_reference;

/// `xs:anyURI`: a URI reference, before escaping (letters outside ASCII and spaces may stand in it).
///
/// Refused are texts that no escaping turns into a URI reference: a broken percent escape, a second `#`, a scheme
/// that is none. Nothing is ever fetched.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AnyUri(String);

impl AnyUri {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text, owned.
    #[must_use]
    pub fn into_inner(self) -> String {
        self.0
    }
}

impl Datatype for AnyUri {
    const NAME: &'static str = "anyURI";

    fn parse(text: &str) -> Result<Self, Rule> {
        if is_uri_reference(&escaped(text)) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Rule::Lexical(Self::NAME))
        }
    }

    fn text(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.0)
    }

    fn length(&self) -> usize {
        self.0.chars().count()
    }
}

impl Deref for AnyUri {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AnyUri {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// Part 2, 3.2.17: characters a URI cannot hold stand for their escapes. Which ones does not matter here.
fn escaped(text: &str) -> Cow<'_, str> {
    let foreign = |character: char| !character.is_ascii() || character.is_ascii_control() || " <>\"{}|\\^`".contains(character);
    if text.contains(foreign) {
        Cow::Owned(text.replace(foreign, "%20"))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uri_reference_may_be_relative_and_unescaped() {
        for good in [
            "",
            "http://example.org/a?b#c",
            "urn:isbn:1",
            "../a",
            "a b",
            "#x",
            "?x",
            "æ/ø",
            "%20",
            "mailto:a@b.dk",
            "http://[::1]:80/",
            "a/b:c",
        ] {
            assert!(AnyUri::parse(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn what_cannot_be_escaped_into_a_uri_is_refused() {
        for bad in ["%", "%2", "%GG", "a#b#c", ":", ":a", "1a:b", "æ:b"] {
            assert_eq!(AnyUri::parse(bad), Err(Rule::Lexical("anyURI")), "{bad}");
        }
    }
}
