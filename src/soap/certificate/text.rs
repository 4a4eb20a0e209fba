//! Strings of ASN.1: each type with its own encoding and its own alphabet.

use x509_parser::asn1_rs::{Any, Tag};

use super::Unfit;

/// The characters of a directory string. Control characters are refused: nobody's number holds them, and logs must not.
pub(super) fn decode(value: &Any<'_>) -> Result<String, Unfit> {
    let bytes: &[u8] = value.data;
    let text = match value.tag() {
        Tag::Utf8String => String::from_utf8(bytes.to_vec()).ok(),
        Tag::PrintableString => ascii(bytes, |byte| byte.is_ascii_alphanumeric() || b" '()+,-./:=?".contains(&byte)),
        Tag::NumericString => ascii(bytes, |byte| byte.is_ascii_digit() || byte == b' '),
        // T.61 agrees with ASCII where numbers are concerned; nothing else is needed of it.
        Tag::Ia5String | Tag::VisibleString | Tag::T61String => ascii(bytes, |byte| byte.is_ascii()),
        Tag::BmpString => wide::<2>(bytes),
        Tag::UniversalString => wide::<4>(bytes),
        _ => None,
    };
    text.filter(|text| !text.is_empty() && !text.chars().any(char::is_control))
        .ok_or(Unfit::Text)
}

fn ascii(bytes: &[u8], allowed: impl Fn(u8) -> bool) -> Option<String> {
    bytes
        .iter()
        .all(|&byte| allowed(byte))
        .then(|| bytes.iter().map(|&byte| char::from(byte)).collect())
}

/// Characters of a fixed width, big-endian. BMPString is UCS-2: no surrogates.
fn wide<const WIDTH: usize>(bytes: &[u8]) -> Option<String> {
    let (characters, rest) = bytes.as_chunks::<WIDTH>();
    let number = |character: &[u8; WIDTH]| character.iter().fold(0, |number, &byte| number << 8 | u32::from(byte));
    let text = characters.iter().map(|character| char::from_u32(number(character))).collect();
    if rest.is_empty() { text } else { None }
}
