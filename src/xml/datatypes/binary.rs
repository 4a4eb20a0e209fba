//! `base64Binary` and `hexBinary`: octets.

use std::borrow::Cow;

use base64_simd::STANDARD;

use super::Datatype;
use crate::{Rule, Writer};

/// `xs:base64Binary`. White space may stand anywhere in the text; padding is required and its spare bits are zero.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Base64(pub Vec<u8>);

impl Datatype for Base64 {
    const NAME: &'static str = "base64Binary";

    fn parse(text: &str) -> Result<Self, Rule> {
        let bytes = text.as_bytes();
        // The common document has no line breaks and is decoded straight into its own buffer.
        if let Ok(octets) = STANDARD.decode_to_vec(bytes) {
            return Ok(Self(octets));
        }
        if !bytes.iter().copied().any(is_space) {
            return Err(Rule::Lexical(Self::NAME));
        }
        decode_broken(bytes).map(Self).ok_or(Rule::Lexical(Self::NAME))
    }

    fn text(&self) -> Cow<'_, str> {
        Cow::Owned(STANDARD.encode_to_string(&self.0))
    }

    // Collapsing first would copy the document once for nothing.
    fn read(raw: Cow<'_, str>) -> Result<Self, Rule> {
        Self::parse(&raw)
    }

    fn put(&self, writer: &mut Writer) {
        writer.base64(&self.0);
    }

    fn length(&self) -> usize {
        self.0.len()
    }
}

/// `xs:hexBinary`: two hexadecimal digits of either case for each octet, written in upper case.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct HexBinary(pub Vec<u8>);

impl Datatype for HexBinary {
    const NAME: &'static str = "hexBinary";

    fn parse(text: &str) -> Result<Self, Rule> {
        let (pairs, []) = text.as_bytes().as_chunks::<2>() else {
            return Err(Rule::Lexical(Self::NAME));
        };
        pairs
            .iter()
            .map(|[high, low]| Some(hex_digit(*high)? << 4 | hex_digit(*low)?))
            .collect::<Option<_>>()
            .map(Self)
            .ok_or(Rule::Lexical(Self::NAME))
    }

    fn text(&self) -> Cow<'_, str> {
        Cow::Owned(self.0.iter().map(|octet| format!("{octet:02X}")).collect())
    }

    fn length(&self) -> usize {
        self.0.len()
    }
}

/// Decodes text with white space in it, piece by piece into the one buffer that stays.
fn decode_broken(bytes: &[u8]) -> Option<Vec<u8>> {
    const PIECE: usize = 16 * 1024;
    let digits = bytes.iter().filter(|byte| !is_space(**byte)).count();
    let mut octets = Vec::with_capacity(digits / 4 * 3);
    let mut piece = Vec::with_capacity(digits.min(2 * PIECE));
    let words = bytes.split(|byte| is_space(*byte)).flat_map(|word| word.chunks(PIECE));
    for word in words {
        piece.extend_from_slice(word);
        if piece.len() >= PIECE {
            // At least one digit is kept back: padding may stand at the very end alone.
            let whole = (piece.len() - 1) / 4 * 4;
            let ready = piece.get(..whole).filter(|ready| !ready.contains(&b'='))?;
            STANDARD.decode_append(ready, &mut octets).ok()?;
            piece.drain(..whole);
        }
    }
    STANDARD.decode_append(&piece, &mut octets).ok()?;
    Some(octets)
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

fn hex_digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn base64_is_decoded_to_octets() {
        for (text, octets) in [
            ("", &b""[..]),
            ("TQ==", b"M"),
            ("TWE=", b"Ma"),
            ("TWFu", b"Man"),
            ("+/8=", b"\xfb\xff"),
        ] {
            assert_eq!(Base64::parse(text).unwrap().0, octets, "{text}");
            assert_eq!(Base64(octets.to_vec()).text(), text);
        }
    }

    #[test]
    fn base64_may_be_broken_by_white_space_anywhere() {
        for text in [" TWFuTQ==", "TWFuTQ==\n", "TWFu\r\nTQ==", "T W F u T Q = =", "\tTWF\n\nuTQ=\t="] {
            assert_eq!(Base64::read(Cow::Borrowed(text)).unwrap().0, b"ManM", "{text:?}");
        }
        assert_eq!(Base64::read(Cow::Borrowed(" \n ")).unwrap().0, b"");
    }

    #[test]
    fn base64_is_strict_about_padding_and_alphabet() {
        for bad in [
            "T",
            "TQ",
            "TQ=",
            "TWE",
            "TWF=u",
            "TQ==TQ==",
            "====",
            "=",
            "TR==",
            "TWF=",
            "TWE==",
            "TW-u",
            "TW_u",
            "TWFu=",
            "TWFu====",
            "TQ= =TQ==",
            "TWFu\u{a0}",
            "TWFu\u{b}",
            "TWéu",
        ] {
            assert_eq!(Base64::read(Cow::Borrowed(bad)), Err(Rule::Lexical("base64Binary")), "{bad:?}");
        }
    }

    #[test]
    fn a_large_text_with_line_breaks_decodes_to_the_same_octets() {
        let octets: Vec<u8> = (0..100_000_u32).map(|number| (number % 251) as u8).collect();
        let text = Base64(octets.clone()).text().into_owned();
        let broken: String = text
            .as_bytes()
            .chunks(76)
            .map(|line| String::from_utf8_lossy(line).into_owned() + "\r\n")
            .collect();
        assert_eq!(Base64::parse(&broken).unwrap().0, octets);
    }

    #[test]
    fn padding_stands_at_the_end_of_a_large_broken_text_alone() {
        for length in (4 * 1024 * 3 - 8)..(4 * 1024 * 3 + 8) {
            let text = Base64(vec![7; length]).text().into_owned();
            assert_eq!(Base64::parse(&format!("{text}\n")).unwrap().0, vec![7; length]);
            let twice = format!("{text}\n{text}");
            assert_eq!(Base64::parse(&twice).is_ok(), !text.contains('='), "{length}");
        }
    }

    #[test]
    fn hexadecimal_comes_in_pairs_of_either_case() {
        assert_eq!(HexBinary::parse("0fB7").unwrap().0, [0x0f, 0xb7]);
        assert_eq!(HexBinary::parse("").unwrap().0, b"");
        assert_eq!(HexBinary(vec![0x0f, 0xb7]).text(), "0FB7");
        for bad in ["0", "0fB", "0g", "0x0f", "0 f0", "é"] {
            assert_eq!(HexBinary::parse(bad), Err(Rule::Lexical("hexBinary")), "{bad}");
        }
    }
}
