//! Character classes of the dialect, written as classes of the `regex` crate.

use std::fmt::Write;

use super::blocks::BLOCKS;
use crate::datatypes::{NAME_REST, NAME_START};

/// The general categories a pattern may name. Surrogates (`Cs`) are no characters and have none.
pub(super) const CATEGORIES: &[&str] = &[
    "L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No", "P", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Z",
    "Zs", "Zl", "Zp", "S", "Sm", "Sc", "Sk", "So", "C", "Cc", "Cf", "Co", "Cn",
];

/// The character a single-character escape stands for. `\$` is not in the schema's list, and in many schemas.
pub(super) fn single_escape(letter: char) -> Option<char> {
    match letter {
        'n' => Some('\n'),
        'r' => Some('\r'),
        't' => Some('\t'),
        '\\' | '|' | '.' | '?' | '*' | '+' | '(' | ')' | '{' | '}' | '-' | '[' | ']' | '^' | '$' => Some(letter),
        _ => None,
    }
}

/// The class a multi-character escape stands for; upper case is the complement.
pub(super) fn multi_escape(letter: char) -> Option<String> {
    let class = match letter.to_ascii_lowercase() {
        's' => "[ \\t\\n\\r]".to_owned(),
        'd' => "[\\p{Nd}]".to_owned(),
        'w' => "[^\\p{P}\\p{Z}\\p{C}]".to_owned(),
        'i' => ranges(NAME_START),
        'c' => ranges(NAME_START) + &ranges(NAME_REST),
        _ => return None,
    };
    // `\c` is two sets side by side; one more pair of brackets makes them one.
    Some(format!("[{}{class}]", if letter.is_ascii_uppercase() { "^" } else { "" }))
}

/// The class of a category or block name, as in `\p{Lu}` and `\p{IsGreek}`.
pub(super) fn property(name: &str, complement: bool) -> Option<String> {
    let not = if complement { "^" } else { "" };
    if CATEGORIES.contains(&name) {
        return Some(format!("[{not}\\p{{{name}}}]"));
    }
    let block = name.strip_prefix("Is")?;
    let mut class = String::new();
    for (_, first, last) in BLOCKS.iter().filter(|(name, ..)| *name == block) {
        let _ = write!(class, "\\x{{{first:X}}}-\\x{{{last:X}}}");
    }
    (!class.is_empty()).then(|| format!("[{not}{class}]"))
}

/// A character as a literal, inside a class and outside.
pub(super) fn literal(out: &mut String, character: char) {
    if character.is_ascii_alphanumeric() {
        out.push(character);
    } else {
        let _ = write!(out, "\\x{{{:X}}}", u32::from(character));
    }
}

fn ranges(ranges: &[(char, char)]) -> String {
    let mut class = String::from("[");
    for (first, last) in ranges {
        literal(&mut class, *first);
        class.push('-');
        literal(&mut class, *last);
    }
    class.push(']');
    class
}
