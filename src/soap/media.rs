//! Media types: which bodies are taken, in which version of SOAP and in which encoding (interop.md: Requests).
//! It knows `text/xml` and `application/soap+xml` with and without charset, and turns UTF-16 with a byte order mark into UTF-8, once.
//! Whether the characters are XML is left to the reader.

use std::borrow::Cow;

use encoding_rs::{UTF_16BE, UTF_16LE};

use super::version::Version;

/// What the `Content-Type` says about the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Media {
    /// The version of SOAP: each has a media type of its own.
    pub(super) version: Version,
    /// How the characters are written.
    pub(super) encoding: Encoding,
    /// What SOAP 1.2 has instead of a SOAPAction.
    pub(super) action: Option<String>,
}

/// How the characters of a body are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    /// In UTF-8 or, with a byte order mark, in UTF-16.
    Utf8,
    /// Said to be in UTF-16.
    Utf16,
}

/// The version of SOAP a `Content-Type` asks for; 1.1 where it asks for none.
pub(super) fn asked(content_type: Option<&str>) -> Version {
    content_type.and_then(version).unwrap_or(Version::Soap11)
}

impl Media {
    /// Reads the value of a `Content-Type` header; none for what is not taken: other types, multipart, other encodings.
    pub(super) fn of(content_type: Option<&str>) -> Option<Self> {
        let content_type = content_type?;
        let version = version(content_type)?;
        let parameters = || split(content_type).skip(1);
        let encoding = match at_most_one(parameters().filter_map(|parameter| value(parameter, "charset")))? {
            None => Encoding::Utf8,
            Some(charset) => match charset.to_ascii_lowercase().as_str() {
                "utf-8" | "utf8" | "us-ascii" => Encoding::Utf8,
                "utf-16" => Encoding::Utf16,
                _ => return None,
            },
        };
        let action = match version {
            Version::Soap11 => None,
            Version::Soap12 => at_most_one(parameters().filter_map(|parameter| value(parameter, "action")))?,
        };
        Some(Self {
            version,
            encoding,
            action: action.map(str::to_owned),
        })
    }
}

impl Encoding {
    /// The body in UTF-8, borrowed where it already was. `None` where bytes and `Content-Type` do not fit together.
    pub(super) fn decode(self, body: &[u8]) -> Option<Cow<'_, [u8]>> {
        let marked = match body {
            [0xFF, 0xFE, text @ ..] => Some((UTF_16LE, text)),
            [0xFE, 0xFF, text @ ..] => Some((UTF_16BE, text)),
            _ => None,
        };
        match (self, marked) {
            (_, Some((encoding, text))) => {
                let text = encoding.decode_without_bom_handling_and_without_replacement(text)?;
                Some(Cow::Owned(text.into_owned().into_bytes()))
            }
            (Self::Utf8, None) => Some(Cow::Borrowed(body)),
            (Self::Utf16, None) => None,
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

fn version(content_type: &str) -> Option<Version> {
    let essence = split(content_type).next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("text/xml") {
        Some(Version::Soap11)
    } else if essence.eq_ignore_ascii_case("application/soap+xml") {
        Some(Version::Soap12)
    } else {
        None
    }
}

/// The value of a parameter, if it has this name.
fn value<'p>(parameter: &'p str, wanted: &str) -> Option<&'p str> {
    let (name, value) = parameter.split_once('=')?;
    name.trim().eq_ignore_ascii_case(wanted).then(|| value.trim().trim_matches('"'))
}

/// A parameter said twice says nothing: none at all for more than one.
fn at_most_one<T>(mut found: impl Iterator<Item = T>) -> Option<Option<T>> {
    let first = found.next();
    found.next().is_none().then_some(first)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn media(version: Version, encoding: Encoding, action: Option<&str>) -> Option<Media> {
        Some(Media {
            version,
            encoding,
            action: action.map(str::to_owned),
        })
    }

    #[test]
    fn the_spellings_of_real_clients_are_xml() {
        for accepted in [
            "text/xml",
            "text/xml;charset=UTF-8",
            "text/xml; charset=\"utf-8\"",
            "TEXT/XML ; Charset=utf-8; action=\"a;b\"",
        ] {
            assert_eq!(
                Media::of(Some(accepted)),
                media(Version::Soap11, Encoding::Utf8, None),
                "{accepted}"
            );
        }
        assert_eq!(
            Media::of(Some("text/xml; charset=utf-16")),
            media(Version::Soap11, Encoding::Utf16, None)
        );
    }

    #[test]
    fn soap_12_has_a_media_type_of_its_own_and_the_action_in_it() {
        for (accepted, action) in [
            ("application/soap+xml", None),
            ("application/soap+xml; charset=utf-8; action=\"urn:a;b\"", Some("urn:a;b")),
            ("Application/SOAP+XML;action=urn:a;charset=utf-8", Some("urn:a")),
        ] {
            assert_eq!(
                Media::of(Some(accepted)),
                media(Version::Soap12, Encoding::Utf8, action),
                "{accepted}"
            );
        }
    }

    #[test]
    fn what_is_refused_is_told_in_the_version_it_asked_for() {
        assert_eq!(asked(Some("application/soap+xml; charset=latin1")), Version::Soap12);
        for other in [Some("text/xml"), Some("text/html"), None] {
            assert_eq!(asked(other), Version::Soap11);
        }
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
            "application/soap+xml; charset=iso-8859-1",
            "application/soap+xml; action=a; action=b",
        ] {
            assert_eq!(Media::of(Some(refused)), None, "{refused}");
        }
        assert_eq!(Media::of(None), None);
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
        for media in [Encoding::Utf8, Encoding::Utf16] {
            assert_eq!(media.decode(&little).unwrap(), text.as_bytes());
            assert_eq!(media.decode(&big).unwrap(), text.as_bytes());
        }
    }

    #[test]
    fn utf_16_without_mark_or_cut_in_half_is_refused() {
        assert!(Encoding::Utf16.decode(b"<a/>").is_none());
        assert!(Encoding::Utf8.decode(&[0xFF, 0xFE, b'<', 0, b'a']).is_none());
        assert!(Encoding::Utf8.decode(&[0xFF, 0xFE, 0x00, 0xD8]).is_none());
    }
}
