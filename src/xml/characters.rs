//! Which characters XML 1.0 (fifth edition) allows, and what references and line ends stand for.

use std::borrow::Cow;

/// What one pass over all bytes tells about a document.
pub(crate) struct Survey {
    /// There is a character XML forbids.
    pub(crate) forbidden: bool,
    /// There is a carriage return, so line ends need normalising.
    pub(crate) carriage_return: bool,
    /// There is a `]`, so text may hold `]]>`.
    pub(crate) bracket: bool,
}

/// Looks at every character once, in pieces so that the compiler can use wide registers.
pub(crate) fn survey(text: &str) -> Survey {
    let (mut control, mut carriage_return, mut bracket, mut high) = (false, false, false, false);
    let mut look = |piece: &[u8]| {
        let mut low = false;
        for &byte in piece {
            low |= byte < 0x20;
            bracket |= byte == b']';
            high |= byte == 0xEF;
        }
        // Many documents have few line ends.
        if low {
            for &byte in piece {
                control |= byte < 0x20 && byte != b'\t' && byte != b'\n' && byte != b'\r';
                carriage_return |= byte == b'\r';
            }
        }
    };
    let (pieces, rest) = text.as_bytes().as_chunks::<128>();
    pieces.iter().for_each(|piece| look(piece));
    look(rest);
    // U+FFFE and U+FFFF begin with the byte EF.
    let forbidden = control || (high && text.contains(['\u{FFFE}', '\u{FFFF}']));
    Survey {
        forbidden,
        carriage_return,
        bracket,
    }
}

/// Whether XML allows the character in a document.
pub(crate) fn is_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// Whether the byte is XML white space.
pub(crate) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// Whether there is nothing but XML white space.
pub(crate) fn is_blank(text: &str) -> bool {
    text.bytes().all(is_space)
}

/// The length in bytes of the name without colons (`NCName`) at the start; 0 when there is none.
pub(crate) fn ncname_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    match bytes.first() {
        Some(&first) if in_name(first) & START != 0 => {}
        Some(0x80..) => return wide_length(text, true),
        _ => return 0,
    }
    match bytes.iter().position(|&byte| in_name(byte) & PART == 0) {
        None => bytes.len(),
        Some(at) if matches!(bytes.get(at), Some(0x80..)) => at + wide_length(text.get(at..).unwrap_or_default(), false),
        Some(at) => at,
    }
}

const START: u8 = 1;
const PART: u8 = 2;

/// What an ASCII byte may do in a name: [`START`] it, be a [`PART`] of it, both or nothing.
fn in_name(byte: u8) -> u8 {
    const BYTES: [u8; 256] = {
        let mut bytes = [0; 256];
        let mut byte = 0;
        while byte < 128 {
            #[allow(clippy::indexing_slicing, reason = "at compile time, within the length")]
            #[allow(clippy::cast_possible_truncation, reason = "below 128")]
            {
                bytes[byte] = match byte as u8 {
                    b'a'..=b'z' | b'A'..=b'Z' | b'_' => START | PART,
                    b'0'..=b'9' | b'-' | b'.' => PART,
                    _ => 0,
                };
            }
            byte += 1;
        }
        bytes
    };
    BYTES.get(usize::from(byte)).copied().unwrap_or_default()
}

/// Whether the whole text is a name without colons.
pub(crate) fn is_ncname(text: &str) -> bool {
    !text.is_empty() && ncname_length(text) == text.len()
}

/// The rest of a name that has characters beyond ASCII.
fn wide_length(text: &str, mut first: bool) -> usize {
    for (at, c) in text.char_indices() {
        if !(is_name_start(c) || (!first && is_name_part(c))) {
            return at;
        }
        first = false;
    }
    text.len()
}

fn is_name_start(c: char) -> bool {
    matches!(c,
        'a'..='z' | 'A'..='Z' | '_'
        | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}' | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}'
        | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}' | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}'
        | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}' | '\u{10000}'..='\u{EFFFF}')
}

fn is_name_part(c: char) -> bool {
    matches!(c, '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

/// The character a reference stands for, given what is between `&` and `;`. Only the five predefined entities exist.
pub(crate) fn reference(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = name.strip_prefix('#')?;
            let (digits, radix) = number.strip_prefix('x').map_or((number, 10), |hex| (hex, 16));
            // `from_str_radix` alone would take a sign.
            if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
                return None;
            }
            let code = u32::from_str_radix(digits, radix).ok()?;
            char::from_u32(code).filter(|&c| is_char(c))
        }
    }
}

/// Text with each line end (`\r\n` or `\r`) as `\n`.
pub(crate) fn line_ends(text: &str) -> Cow<'_, str> {
    if !text.contains('\r') {
        return Cow::Borrowed(text);
    }
    let mut normal = String::with_capacity(text.len());
    for (at, line) in text.split('\r').enumerate() {
        if at > 0 {
            normal.push('\n');
        }
        normal.push_str(if at > 0 { line.strip_prefix('\n').unwrap_or(line) } else { line });
    }
    Cow::Owned(normal)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn references_stand_for_one_allowed_character() {
        assert_eq!(reference("#65"), Some('A'));
        assert_eq!(reference("#x1F600"), Some('😀'));
        assert_eq!(reference("#00000000000065"), Some('A'));
        for wrong in [
            "",
            "#",
            "#x",
            "#0",
            "#x0",
            "#1",
            "#xD800",
            "#xFFFE",
            "#x110000",
            "#99999999999999999999",
            "#X41",
            "#+65",
            "#-1",
            "#6 5",
            "#6a",
            "nbsp",
            "AMP",
        ] {
            assert_eq!(reference(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn line_ends_become_line_feeds() {
        assert_eq!(line_ends("a\r\nb\rc\n\r\r\nd\r"), "a\nb\nc\n\n\nd\n");
        assert!(matches!(line_ends("a\nb"), Cow::Borrowed(_)));
    }

    #[test]
    fn names_begin_with_a_letter() {
        for name in ["a", "_", "a-1.b", "Ærø", "a·", "日本"] {
            assert!(is_ncname(name), "{name}");
        }
        for name in ["", "1a", "-a", ".a", "·a", "a:b", "a b", "×", "a÷"] {
            assert!(!is_ncname(name), "{name}");
        }
    }
}
