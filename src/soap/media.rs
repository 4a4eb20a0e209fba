//! Media types: which bodies are taken, and in which encoding (interop.md: Requests).
//! It knows `text/xml` with and without charset, and turns UTF-16 with a byte order mark into UTF-8, once.
//! Whether the characters are XML is left to the reader.

use std::borrow::Cow;

use encoding_rs::{UTF_16BE, UTF_16LE};

/// What the `Content-Type` says about the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Media {
    /// `text/xml`, in UTF-8 or, with a byte order mark, in UTF-16.
    Xml,
    /// `text/xml`, said to be in UTF-16.
    Utf16,
    /// The media type of SOAP 1.2, which is another version of the protocol.
    Soap12,
    /// Anything else: other types, multipart, other encodings.
    Other,
}

impl Media {
    /// Reads the value of a `Content-Type` header.
    pub(super) fn of(content_type: Option<&str>) -> Self {
        let Some(content_type) = content_type else { return Self::Other };
        let mut parts = split(content_type);
        let essence = parts.next().unwrap_or_default().trim();
        if essence.eq_ignore_ascii_case("application/soap+xml") {
            return Self::Soap12;
        }
        if !essence.eq_ignore_ascii_case("text/xml") {
            return Self::Other;
        }
        let mut charsets = parts.filter_map(charset);
        let media = match charsets.next().as_deref() {
            None | Some("utf-8" | "utf8" | "us-ascii") => Self::Xml,
            Some("utf-16") => Self::Utf16,
            Some(_) => Self::Other,
        };
        if charsets.next().is_some() { Self::Other } else { media }
    }

    /// The body in UTF-8, borrowed where it already was. `None` where bytes and `Content-Type` do not fit together.
    pub(super) fn decode(self, body: &[u8]) -> Option<Cow<'_, [u8]>> {
        let marked = match body {
            [0xFF, 0xFE, text @ ..] => Some((UTF_16LE, text)),
            [0xFE, 0xFF, text @ ..] => Some((UTF_16BE, text)),
            _ => None,
        };
        match (self, marked) {
            (Self::Xml | Self::Utf16, Some((encoding, text))) => {
                let text = encoding.decode_without_bom_handling_and_without_replacement(text)?;
                Some(Cow::Owned(text.into_owned().into_bytes()))
            }
            (Self::Xml, None) => Some(Cow::Borrowed(body)),
            _ => None,
        }
    }
}

/// The parts of a header value between semicolons; a quoted string is not cut.
fn split(value: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    value.split(move |c| {
        quoted ^= c == '"';
        c == ';' && !quoted
    })
}

/// The charset in lower case, if the parameter is one.
fn charset(parameter: &str) -> Option<String> {
    let (name, value) = parameter.split_once('=')?;
    let value = value.trim().trim_matches('"');
    name.trim().eq_ignore_ascii_case("charset").then(|| value.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_spellings_of_real_clients_are_xml() {
        for accepted in [
            "text/xml",
            "text/xml;charset=UTF-8",
            "text/xml; charset=\"utf-8\"",
            "TEXT/XML ; Charset=utf-8; action=\"a;b\"",
        ] {
            assert_eq!(Media::of(Some(accepted)), Media::Xml, "{accepted}");
        }
        assert_eq!(Media::of(Some("text/xml; charset=utf-16")), Media::Utf16);
        assert_eq!(Media::of(Some("application/soap+xml; charset=utf-8")), Media::Soap12);
    }

    #[test]
    fn other_types_and_encodings_are_refused() {
        for refused in [
            "",
            "text/html",
            "application/xml",
            "multipart/related; type=\"text/xml\"",
            "text/xml; charset=iso-8859-1",
            "text/xml; charset=utf-8; charset=utf-8",
        ] {
            assert_eq!(Media::of(Some(refused)), Media::Other, "{refused}");
        }
        assert_eq!(Media::of(None), Media::Other);
    }

    #[test]
    fn utf_16_with_its_mark_becomes_utf_8() {
        let text = "<a>ø</a>";
        let little: Vec<u8> = [0xFF, 0xFE]
            .into_iter()
            .chain(text.encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        let big: Vec<u8> = [0xFE, 0xFF]
            .into_iter()
            .chain(text.encode_utf16().flat_map(u16::to_be_bytes))
            .collect();
        for media in [Media::Xml, Media::Utf16] {
            assert_eq!(media.decode(&little).unwrap(), text.as_bytes());
            assert_eq!(media.decode(&big).unwrap(), text.as_bytes());
        }
    }

    #[test]
    fn utf_16_without_mark_or_cut_in_half_is_refused() {
        assert!(Media::Utf16.decode(b"<a/>").is_none());
        assert!(Media::Xml.decode(&[0xFF, 0xFE, b'<', 0, b'a']).is_none());
        assert!(Media::Xml.decode(&[0xFF, 0xFE, 0x00, 0xD8]).is_none());
    }
}
