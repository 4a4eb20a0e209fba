//! Bytes of a document to text, by byte-order mark, by shape, or by declared encoding.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// The document as text without byte-order mark and without XML declaration.
///
/// Lines are kept: the declaration is replaced by nothing, but its line breaks stay.
pub(super) fn decode(bytes: &[u8]) -> Result<String, String> {
    let (encoding, bytes) = match Encoding::for_bom(bytes) {
        Some((encoding, length)) => (encoding, bytes.get(length..).unwrap_or_default()),
        None => (guess(bytes)?, bytes),
    };
    let text = encoding
        .decode_without_bom_handling_and_without_replacement(bytes)
        .ok_or_else(|| format!("the document is not valid {}", encoding.name()))?;
    Ok(without_declaration(&text))
}

fn guess(bytes: &[u8]) -> Result<&'static Encoding, String> {
    match bytes {
        [b'<', 0, ..] => return Ok(UTF_16LE),
        [0, b'<', ..] => return Ok(UTF_16BE),
        _ => {}
    }
    let head = bytes.get(..bytes.len().min(200)).unwrap_or_default();
    let head = String::from_utf8_lossy(head);
    let Some(declaration) = head
        .strip_prefix("<?xml")
        .and_then(|rest| rest.split_once("?>"))
        .map(|(declaration, _)| declaration)
    else {
        return Ok(UTF_8);
    };
    let Some((_, rest)) = declaration.split_once("encoding") else {
        return Ok(UTF_8);
    };
    let label = rest
        .trim_start_matches(|c: char| c == '=' || c.is_ascii_whitespace())
        .trim_start_matches(['"', '\''])
        .split(['"', '\''])
        .next()
        .unwrap_or_default();
    Encoding::for_label(label.as_bytes()).ok_or_else(|| format!("unknown encoding {label:?}"))
}

fn without_declaration(text: &str) -> String {
    match text.strip_prefix("<?xml ").and_then(|rest| rest.split_once("?>")) {
        Some((declaration, rest)) => {
            let lines = declaration.matches('\n').count();
            format!("{}{rest}", "\n".repeat(lines))
        }
        None => text.to_owned(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::decode;

    #[test]
    fn a_declared_encoding_is_followed() {
        let bytes = b"<?xml version='1.0' encoding='iso-8859-1'?><a>\xe6</a>";
        assert_eq!(decode(bytes).unwrap(), "<a>æ</a>");
    }

    #[test]
    fn utf_16_is_read_with_and_without_mark() {
        let wide: Vec<u8> = "<a>æ</a>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(decode(&wide).unwrap(), "<a>æ</a>");
        let marked: Vec<u8> = [0xff, 0xfe].into_iter().chain(wide).collect();
        assert_eq!(decode(&marked).unwrap(), "<a>æ</a>");
    }

    #[test]
    fn an_unknown_encoding_is_an_error() {
        assert!(decode(b"<?xml version='1.0' encoding='ebcdic'?><a/>").is_err());
    }
}
