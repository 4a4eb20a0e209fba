//! The string types: `string` and everything derived from it, and `QName` and `NOTATION`, whose text is a name.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use super::Datatype;
use crate::Rule;
use crate::facets::WhiteSpace;

impl Datatype for String {
    const NAME: &'static str = "string";
    const WHITE_SPACE: WhiteSpace = WhiteSpace::Preserve;

    fn parse(text: &str) -> Result<Self, Rule> {
        Ok(text.to_owned())
    }

    fn text(&self) -> Cow<'_, str> {
        Cow::Borrowed(self)
    }

    fn read(raw: Cow<'_, str>) -> Result<Self, Rule> {
        Ok(raw.into_owned())
    }

    fn length(&self) -> usize {
        self.chars().count()
    }
}

/// A string type: text that passes `$accepts`.
macro_rules! text {
    ($($(#[$doc:meta])* $rust:ident, $name:literal, $white_space:ident, $accepts:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $rust(String);

        impl $rust {
            /// The value, if it is one of the type.
            ///
            /// # Errors
            #[doc = concat!("[`Rule::Lexical`] if the text is no `", $name, "`.")]
            pub fn new(text: impl Into<String>) -> Result<Self, Rule> {
                let text = text.into();
                let accepts: fn(&str) -> bool = $accepts;
                if accepts(&text) { Ok(Self(text)) } else { Err(Rule::Lexical($name)) }
            }

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

        impl Deref for $rust {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $rust {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(&self.0)
            }
        }

        impl From<$rust> for String {
            fn from(value: $rust) -> Self {
                value.0
            }
        }

        impl Datatype for $rust {
            const NAME: &'static str = $name;
            const WHITE_SPACE: WhiteSpace = WhiteSpace::$white_space;

            fn parse(text: &str) -> Result<Self, Rule> {
                Self::new(text)
            }

            fn text(&self) -> Cow<'_, str> {
                Cow::Borrowed(&self.0)
            }

            fn length(&self) -> usize {
                self.0.chars().count()
            }
        }
    )*};
}

text! {
    /// `xs:anySimpleType`: any text.
    AnySimple, "anySimpleType", Preserve, |_| true;
    /// `xs:normalizedString`: no tab, no line break.
    NormalizedString, "normalizedString", Replace, |text| !text.contains(['\t', '\n', '\r']);
    /// `xs:token`: words with one space between them.
    Token, "token", Collapse, is_token;
    /// `xs:language`: the form of RFC 1766, such as `da` or `en-GB`.
    Language, "language", Collapse, is_language;
    /// `xs:NMTOKEN`: one or more name characters.
    NmToken, "NMTOKEN", Collapse, is_nmtoken;
    /// `xs:Name`: an XML name, colons included.
    Name, "Name", Collapse, is_name;
    /// `xs:NCName`: a name without a colon.
    NcName, "NCName", Collapse, is_ncname;
    /// `xs:ID`. That it is unique in its document is not checked here.
    Id, "ID", Collapse, is_ncname;
    /// `xs:IDREF`. That it points to an ID is not checked here.
    IdRef, "IDREF", Collapse, is_ncname;
    /// `xs:ENTITY`. Documents with a DOCTYPE are refused, so no entity is ever declared.
    Entity, "ENTITY", Collapse, is_ncname;
    /// `xs:QName`, as written: the prefix is bound to a namespace by the element it stands in.
    QName, "QName", Collapse, is_qname;
    /// `xs:NOTATION`, as written.
    Notation, "NOTATION", Collapse, is_qname;
}

/// Whether the text is an XML `Name` (XML 1.0, fifth edition).
#[must_use]
pub fn is_name(text: &str) -> bool {
    text.starts_with(is_name_start) && is_nmtoken(text)
}

/// Whether the text is an `NCName`: a name without a colon.
#[must_use]
pub fn is_ncname(text: &str) -> bool {
    is_name(text) && !text.contains(':')
}

/// Whether the text is an `Nmtoken`: one or more name characters.
#[must_use]
pub fn is_nmtoken(text: &str) -> bool {
    !text.is_empty() && text.chars().all(is_name_character)
}

fn is_qname(text: &str) -> bool {
    match text.split_once(':') {
        Some((prefix, local)) => is_ncname(prefix) && is_ncname(local),
        None => is_ncname(text),
    }
}

fn is_token(text: &str) -> bool {
    matches!(WhiteSpace::Collapse.apply(text), Cow::Borrowed(collapsed) if collapsed.len() == text.len())
}

fn is_language(text: &str) -> bool {
    text.split('-').enumerate().all(|(place, part)| {
        (1..=8).contains(&part.len())
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphabetic() || (place > 0 && byte.is_ascii_digit()))
    })
}

/// First characters of a name, as ranges; `\i` of the pattern dialect is the same set.
pub(crate) const NAME_START: &[(char, char)] = &[
    (':', ':'),
    ('A', 'Z'),
    ('_', '_'),
    ('a', 'z'),
    ('\u{C0}', '\u{D6}'),
    ('\u{D8}', '\u{F6}'),
    ('\u{F8}', '\u{2FF}'),
    ('\u{370}', '\u{37D}'),
    ('\u{37F}', '\u{1FFF}'),
    ('\u{200C}', '\u{200D}'),
    ('\u{2070}', '\u{218F}'),
    ('\u{2C00}', '\u{2FEF}'),
    ('\u{3001}', '\u{D7FF}'),
    ('\u{F900}', '\u{FDCF}'),
    ('\u{FDF0}', '\u{FFFD}'),
    ('\u{10000}', '\u{EFFFF}'),
];

/// What a name may hold after its first character, beyond [`NAME_START`].
pub(crate) const NAME_REST: &[(char, char)] = &[
    ('-', '.'),
    ('0', '9'),
    ('\u{B7}', '\u{B7}'),
    ('\u{300}', '\u{36F}'),
    ('\u{203F}', '\u{2040}'),
];

fn is_name_start(character: char) -> bool {
    in_ranges(NAME_START, character)
}

fn is_name_character(character: char) -> bool {
    in_ranges(NAME_START, character) || in_ranges(NAME_REST, character)
}

fn in_ranges(ranges: &[(char, char)], character: char) -> bool {
    ranges.iter().any(|(first, last)| (*first..=*last).contains(&character))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_string_is_kept_as_it_is_and_a_token_is_collapsed() {
        let raw = " a\t b\n";
        assert_eq!(String::read(Cow::Borrowed(raw)).unwrap(), raw);
        assert_eq!(NormalizedString::read(Cow::Borrowed(raw)).unwrap().as_str(), " a  b ");
        assert_eq!(Token::read(Cow::Borrowed(raw)).unwrap().as_str(), "a b");
    }

    #[test]
    fn a_value_made_in_code_obeys_its_type_too() {
        assert!(NormalizedString::new("a  b").is_ok());
        assert!(NormalizedString::new("a\tb").is_err());
        assert!(Token::new("a b").is_ok());
        for bad in [" a", "a ", "a  b", "a\nb"] {
            assert!(Token::new(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_language_has_parts_of_at_most_eight_letters() {
        for good in ["da", "en-GB", "x-klingon", "de-1996", "abcdefgh-12345678"] {
            assert!(Language::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "-", "da-", "abcdefghi", "1a", "da_DK", "da--DK", "æ"] {
            assert!(Language::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn names_begin_with_a_letter_underscore_or_colon() {
        for (text, name, ncname, nmtoken, qname) in [
            ("a", true, true, true, true),
            ("æblegrød-1.x", true, true, true, true),
            ("_", true, true, true, true),
            (":a", true, false, true, false),
            ("a:b", true, false, true, true),
            ("a:b:c", true, false, true, false),
            ("a:1", true, false, true, false),
            ("a:", true, false, true, false),
            ("1a", false, false, true, false),
            ("-a", false, false, true, false),
            (".a", false, false, true, false),
            ("", false, false, false, false),
            ("a b", false, false, false, false),
            ("a×b", false, false, false, false),
            ("a/b", false, false, false, false),
        ] {
            assert_eq!(Name::parse(text).is_ok(), name, "{text}");
            assert_eq!(NcName::parse(text).is_ok(), ncname, "{text}");
            assert_eq!(Id::parse(text).is_ok(), ncname, "{text}");
            assert_eq!(IdRef::parse(text).is_ok(), ncname, "{text}");
            assert_eq!(Entity::parse(text).is_ok(), ncname, "{text}");
            assert_eq!(NmToken::parse(text).is_ok(), nmtoken, "{text}");
            assert_eq!(QName::parse(text).is_ok(), qname, "{text}");
            assert_eq!(Notation::parse(text).is_ok(), qname, "{text}");
        }
    }

    #[test]
    fn length_counts_characters_not_bytes() {
        assert_eq!("rødgrød 𝄞".to_owned().length(), 9);
        assert_eq!(Token::new("æøå").unwrap().length(), 3);
    }
}
