//! The regular expressions of XML Schema (part 2, appendix F), matched by the `regex` crate.
//!
//! The room translates the schema's dialect: whole-value matching, `^` and `$` as plain characters, `\i` and `\c`, Unicode
//! blocks and class subtraction. It knows nothing of types; where a pattern stands is [`crate::facets`]' matter.

mod blocks;
mod class;
mod translate;

use std::sync::OnceLock;

use regex::{Regex, RegexBuilder};
use thiserror::Error;

use self::translate::translate;

/// Memory a compiled pattern may take. `.{0,20000}` needs most of it; a class of letters counted as often does not fit.
const LARGEST: usize = 32 << 20;

/// Why a pattern cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PatternError {
    /// Not in the dialect of XML Schema.
    #[error("{reason} at character {at} of the pattern")]
    Syntax {
        /// What is wrong.
        reason: &'static str,
        /// Where, in characters from 1.
        at: usize,
    },
    /// Its counted repetitions multiply beyond what we are willing to hold.
    #[error("the pattern's repetitions make it too large")]
    TooLarge,
}

/// Something a text can be matched against as a whole.
pub trait Matches {
    /// Whether the whole text matches.
    fn matches(&self, text: &str) -> bool;
}

/// The patterns of one derivation step, compiled.
#[derive(Clone, Debug)]
pub struct Pattern(Regex);

impl Pattern {
    /// One pattern.
    ///
    /// # Errors
    /// [`PatternError`] if the text is no pattern of XML Schema, or one too large to hold.
    pub fn new(pattern: &str) -> Result<Self, PatternError> {
        Self::any_of(&[pattern])
    }

    /// Several patterns of one step: a text matches if one of them does.
    ///
    /// # Errors
    /// As [`Self::new`], for the first that is bad.
    pub fn any_of<T: AsRef<str>>(patterns: &[T]) -> Result<Self, PatternError> {
        let branches: Vec<String> = patterns
            .iter()
            .map(|pattern| translate(pattern.as_ref()))
            .collect::<Result<_, _>>()?;
        RegexBuilder::new(&format!("^(?:{})$", branches.join("|")))
            .size_limit(LARGEST)
            .build()
            .map(Self)
            // The translation is sound, so that nothing but size is left to go wrong.
            .map_err(|_| PatternError::TooLarge)
    }
}

impl Matches for Pattern {
    fn matches(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}

/// The patterns of one derivation step, compiled at first use: for a `static` in generated code.
///
/// The generator compiles each pattern before it writes the code; should one fail here all the same, nothing matches it.
#[derive(Debug)]
pub struct LazyPattern {
    sources: &'static [&'static str],
    compiled: OnceLock<Option<Pattern>>,
}

impl LazyPattern {
    /// Several patterns in the dialect of XML Schema: a text matches if one of them does.
    #[must_use]
    pub const fn new(sources: &'static [&'static str]) -> Self {
        Self {
            sources,
            compiled: OnceLock::new(),
        }
    }
}

impl Matches for LazyPattern {
    fn matches(&self, text: &str) -> bool {
        self.compiled
            .get_or_init(|| Pattern::any_of(self.sources).ok())
            .as_ref()
            .is_some_and(|pattern| pattern.matches(text))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    /// A pattern, texts that match and texts that do not.
    type Case = (&'static str, &'static [&'static str], &'static [&'static str]);

    fn check(cases: &[Case]) {
        for (source, good, bad) in cases {
            let pattern = Pattern::new(source).unwrap_or_else(|error| unreachable!("{source}: {error}"));
            for text in *good {
                assert!(pattern.matches(text), "{source} matches {text:?}");
            }
            for text in *bad {
                assert!(!pattern.matches(text), "{source} does not match {text:?}");
            }
        }
    }

    #[test]
    fn the_whole_value_has_to_match() {
        check(&[
            ("a|bc", &["a", "bc"], &["", "abc", "ac", "a\n", "xa"]),
            ("", &[""], &["a"]),
            ("a||b", &["", "a", "b"], &["ab"]),
            ("()", &[""], &["()"]),
            ("(a|b(c|d)*)+", &["a", "bcd", "abab"], &["c", ""]),
        ]);
    }

    #[test]
    fn anchors_and_other_foreign_signs_are_plain_characters() {
        check(&[
            ("^a$", &["^a$"], &["a"]),
            ("a^b$c", &["a^b$c"], &["abc"]),
            ("a/b#c d&&e~~f--g", &["a/b#c d&&e~~f--g"], &["ab"]),
            ("\\$}", &["$}"], &["\\$"]),
            ("[$&~:^]+", &["$&~:^", "^^"], &["a"]),
            ("[&&~~]", &["&", "~"], &["-"]),
            ("\\^\\-\\|\\.\\?\\*\\+\\(\\)\\{\\}\\[\\]\\\\", &["^-|.?*+(){}[]\\"], &[""]),
            ("a\\nb\\tc\\rd", &["a\nb\tc\rd"], &["anbtcrd"]),
        ]);
    }

    #[test]
    fn a_point_is_all_but_line_ends() {
        check(&[(
            "a.c",
            &["abc", "a c", "a\u{85}c", "a\u{2028}c", "aøc", "a𝄞c"],
            &["a\nc", "a\rc", "ac", "a\r\nc"],
        )]);
    }

    #[test]
    fn quantifiers_count() {
        check(&[
            ("a?b*c+", &["c", "abbcc"], &["", "aabc", "ab"]),
            ("a{2}", &["aa"], &["a", "aaa"]),
            ("a{2,}", &["aa", "aaaaa"], &["a"]),
            ("a{2,3}", &["aa", "aaa"], &["a", "aaaa"]),
            ("a{0,1}b{0}", &["", "a"], &["b", "aa"]),
            ("(ab){2}", &["abab"], &["ab", "aabb"]),
            ("æ{2}", &["ææ"], &["æ"]),
        ]);
    }

    #[test]
    fn classes_hold_ranges_escapes_and_dashes_at_their_ends() {
        check(&[
            ("[-]", &["-"], &["", "a"]),
            ("[-a]", &["-", "a"], &["b"]),
            ("[a-]", &["-", "a"], &["b"]),
            ("[^-]", &["a"], &["-"]),
            ("[^-a]", &["b"], &["-", "a"]),
            ("[-][1]|[0-9]{1,8}", &["-1", "0", "12345678"], &["1-", "-2", "123456789", "-"]),
            ("[a\\-z]", &["a", "-", "z"], &["b"]),
            ("[\\t\\-\\]]", &["\t", "-", "]"], &["t", "\\"]),
            ("[+--]", &["+", ",", "-"], &["."]),
            ("[a^]", &["a", "^"], &["b"]),
            ("[a-c-e]", &["b", "-", "e"], &["d"]),
            ("[a-c-1-4x-z-7-9]*", &["c-4z-9", "a1z8", ""], &["5", "d"]),
            ("[\\d-z]", &["5", "-", "z"], &["y"]),
            ("[^a-cx]", &["d", "\n"], &["b", "x", ""]),
            ("[\\d\\-.]", &["5", "-", "."], &["a"]),
            ("[^\\d]", &["a"], &["5"]),
            ("[\\D\\d]", &["a", "5"], &[]),
            ("[à-ÿ]", &["æ", "ø"], &["z"]),
            ("[a-z&&b]", &["a", "&"], &["-"]),
            (
                "([^>\\(\\)\\[\\]\\\\,;:@\\s]{0,191}@[^>\\(\\)\\[\\]\\\\,;:@\\s]{1,64})",
                &["a.b@c.dk", "@c"],
                &["a@", "a b@c", "a@b@c", "a@c\n"],
            ),
        ]);
    }

    #[test]
    fn classes_are_subtracted() {
        check(&[
            ("[a-z-[aeiou]]+", &["bcd"], &["abc", "-", ""]),
            ("[^a-z-[0-9]]", &["A", "-"], &["a", "5"]),
            ("[\\i-[:]][\\c-[:]]*", &["a-1", "_", "ærø"], &["a:b", ":", "1a"]),
            ("[a-z-[b-y-[m]]]", &["a", "m", "z"], &["b", "n"]),
            ("[\\w-[\\d_]]+", &["æA"], &["a1"]),
            ("[a-z-[^aeiou]]", &["a"], &["b", "A"]),
        ]);
    }

    #[test]
    fn the_short_escapes_are_the_schemas_own() {
        check(&[
            ("\\d", &["0", "٣", "৪"], &["a", "²"]),
            ("\\D", &["a"], &["0", "٣"]),
            ("\\w", &["a", "ø", "0", "+", "$", "\u{301}"], &[" ", "-", "_", ".", "\u{a0}", "\t"]),
            ("\\W", &[" ", "-", "_"], &["a", "+"]),
            ("\\s", &[" ", "\t", "\n", "\r"], &["\u{a0}", "\u{b}", "\u{c}", "\u{85}"]),
            ("\\S", &["\u{a0}", "a"], &[" ", "\n"]),
            ("\\i", &["a", "_", ":", "ø"], &["1", "-", ".", "×"]),
            ("\\I", &["1", "-"], &["a", ":"]),
            ("\\c+", &["a-1.b:c_·"], &[" ", "/", "a b"]),
            ("\\C", &[" ", "/"], &["a", "-"]),
        ]);
    }

    #[test]
    fn categories_and_blocks_have_names() {
        check(&[
            ("\\p{Lu}\\p{Ll}*", &["Ærø", "A"], &["æ", "1"]),
            ("\\P{L}", &["1", " "], &["a"]),
            ("\\p{Nd}\\p{Sc}\\p{Zs}", &["1€ "], &["a€ "]),
            ("\\p{IsBasicLatin}+", &["abc~"], &["æ"]),
            ("\\p{IsLatin-1Supplement}+", &["æøå"], &["a", "ā"]),
            ("\\P{IsGreek}", &["a"], &["α"]),
            ("[\\p{IsCyrillic}-[\\P{Lu}]]", &["Ж"], &["ж", "A"]),
            ("\\p{IsMathematicalAlphanumericSymbols}", &["𝐀"], &["A"]),
            ("\\p{Cn}|\\p{Co}|\\p{Cc}|\\p{C}", &["\u{378}", "\u{e000}", "\u{85}"], &["a"]),
        ]);
    }

    #[test]
    fn every_category_and_block_can_be_used() {
        for name in class::CATEGORIES {
            assert!(
                Pattern::new(&format!("\\p{{{name}}}\\P{{{name}}}[^\\p{{{name}}}]")).is_ok(),
                "{name}"
            );
        }
        for (name, ..) in blocks::BLOCKS {
            assert!(
                Pattern::new(&format!("\\p{{Is{name}}}\\P{{Is{name}}}[^\\p{{Is{name}}}]")).is_ok(),
                "{name}"
            );
        }
    }

    #[test]
    fn what_is_no_pattern_is_an_error() {
        for bad in [
            "(",
            ")",
            "(a",
            "a)",
            "[",
            "]",
            "[]",
            "[^]",
            "[a",
            "a]",
            "*",
            "+a",
            "?",
            "a**",
            "a*?",
            "a+?",
            "a{2}{3}",
            "(?:a)",
            "(?i)a",
            "a{",
            "a{}",
            "a{,2}",
            "a{3,2}",
            "a{x}",
            "a{1",
            "a{1,",
            "a{-1}",
            "{1}",
            "a|*",
            "\\",
            "\\b",
            "\\A",
            "\\z",
            "\\1",
            "\\x41",
            "\\u0041",
            "\\e",
            "\\/",
            "\\p",
            "\\p{",
            "\\p{}",
            "\\p{X}",
            "\\p{lu}",
            "\\p{IsKlingon}",
            "\\p{Latin}",
            "\\pL",
            "[z-a]",
            "[a-\\d]",
            "[[a]",
            "[a[b]]",
            "[a-[b]",
            "[a-[b]c]",
            "[\\q]",
            "[a-]]",
            "[-[a]]",
            "a{99999999999999999999}",
            "[\\",
        ] {
            assert!(matches!(Pattern::new(bad), Err(PatternError::Syntax { .. })), "{bad}");
        }
    }

    #[test]
    fn an_error_says_where() {
        assert_eq!(
            Pattern::new("æø(").unwrap_err().to_string(),
            "a group is not closed at character 4 of the pattern"
        );
    }

    #[test]
    fn repetitions_that_multiply_are_refused_and_not_built() {
        for bad in ["((a{9999}){9999}){9999}", "(\\w{1,9999}){1,9999}"] {
            assert_eq!(Pattern::new(bad).unwrap_err(), PatternError::TooLarge, "{bad}");
        }
        let deep = "(".repeat(100_000) + &")".repeat(100_000);
        assert!(Pattern::new(&deep).is_err());
        let deep = "[a-".repeat(100_000) + &"]".repeat(100_000);
        assert!(Pattern::new(&deep).is_err());
    }

    #[test]
    fn a_long_counted_repetition_still_fits() {
        let pattern = Pattern::new(".{0,20000}").unwrap();
        assert!(pattern.matches(&"ø".repeat(20_000)));
        assert!(!pattern.matches(&"ø".repeat(20_001)));
    }

    #[test]
    fn a_lazy_pattern_matches_as_its_sources_do() {
        static STEP: LazyPattern = LazyPattern::new(&["a", "b"]);
        static BAD: LazyPattern = LazyPattern::new(&["("]);
        assert!(STEP.matches("b") && !STEP.matches("ab"));
        assert!(!BAD.matches("(") && !BAD.matches(""));
    }

    #[test]
    fn the_civil_registration_number_is_a_pattern() {
        check(&[(
            "((((0[1-9]|1[0-9]|2[0-9]|3[0-1])(01|03|05|07|08|10|12))|((0[1-9]|1[0-9]|2[0-9]|30)(04|06|09|11))|((0[1-9]|1[0-9]|2[0-9])(02)))[0-9]{6})|0000000000",
            &["0101011234", "3112991234", "0000000000"],
            &["3102011234", "310401123", "0000000001", "01010112345", "٠101011234"],
        )]);
    }
}
