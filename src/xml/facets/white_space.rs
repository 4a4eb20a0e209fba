//! The `whiteSpace` facet.

use std::borrow::Cow;

/// What happens to white space (space, tab, line feed, carriage return) before a value is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum WhiteSpace {
    /// The text stays as it is.
    Preserve,
    /// Every white space character becomes a space.
    Replace,
    /// As `Replace`; then runs become one space, and none is left at the ends.
    Collapse,
}

impl WhiteSpace {
    /// The facet's value by its name in a schema.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        match name {
            "preserve" => Some(Self::Preserve),
            "replace" => Some(Self::Replace),
            "collapse" => Some(Self::Collapse),
            _ => None,
        }
    }

    /// The text after the facet; borrowed when nothing changes, or when only the ends were cut.
    #[must_use]
    pub fn apply(self, text: &str) -> Cow<'_, str> {
        match self {
            Self::Preserve => Cow::Borrowed(text),
            Self::Replace if text.contains(['\t', '\n', '\r']) => Cow::Owned(text.replace(['\t', '\n', '\r'], " ")),
            Self::Replace => Cow::Borrowed(text),
            Self::Collapse => collapse(text.trim_matches(SPACES)),
        }
    }
}

const SPACES: [char; 4] = [' ', '\t', '\n', '\r'];

/// `text` has no white space at its ends.
fn collapse(text: &str) -> Cow<'_, str> {
    let mut after_space = false;
    let clean = text.bytes().all(|byte| {
        let pair = after_space && byte == b' ';
        after_space = byte == b' ';
        !pair && !matches!(byte, b'\t' | b'\n' | b'\r')
    });
    if clean {
        return Cow::Borrowed(text);
    }
    let mut collapsed = String::with_capacity(text.len());
    for word in text.split(SPACES).filter(|word| !word.is_empty()) {
        if !collapsed.is_empty() {
            collapsed.push(' ');
        }
        collapsed.push_str(word);
    }
    Cow::Owned(collapsed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_does_its_own() {
        for (text, replaced, collapsed) in [
            ("", "", ""),
            (" ", " ", ""),
            ("a", "a", "a"),
            ("a b", "a b", "a b"),
            (" a\tb\r\nc ", " a b  c ", "a b c"),
            ("a  b", "a  b", "a b"),
            ("\u{a0}a\u{a0}", "\u{a0}a\u{a0}", "\u{a0}a\u{a0}"),
            ("\n\n", "  ", ""),
        ] {
            assert_eq!(WhiteSpace::Preserve.apply(text), text);
            assert_eq!(WhiteSpace::Replace.apply(text), replaced);
            assert_eq!(WhiteSpace::Collapse.apply(text), collapsed);
        }
    }

    #[test]
    fn unchanged_text_is_borrowed() {
        for (kind, text) in [
            (WhiteSpace::Preserve, " a\tb "),
            (WhiteSpace::Replace, " a  b "),
            (WhiteSpace::Collapse, "\ta b\n"),
        ] {
            assert!(matches!(kind.apply(text), Cow::Borrowed(_)), "{text:?}");
        }
    }
}
