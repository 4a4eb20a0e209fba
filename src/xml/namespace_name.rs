//! Whether a text may name a namespace: it must be a URI reference (RFC 3986), as Namespaces in XML says and libxml2 insists.

/// Whether the text is a URI reference. Written in ASCII; escapes stand for everything else.
pub(crate) fn is_uri_reference(text: &str) -> bool {
    // Most have neither query nor fragment, and one pass over the bytes says so.
    let seen = text.bytes().fold(0, |seen, byte| seen | class(byte));
    let rest = if seen & (QUESTION | HASH) == 0 {
        text
    } else {
        let (rest, fragment) = text.split_once('#').unwrap_or((text, ""));
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        if !consists_of(fragment, COLON | AT | SLASH | QUESTION) || !consists_of(query, COLON | AT | SLASH | QUESTION) {
            return false;
        }
        rest
    };
    // A colon in the first segment ends a scheme, or the reference is none.
    let first = rest.bytes().position(|byte| matches!(byte, b':' | b'/'));
    let (scheme, rest) = match first.and_then(|first| rest.split_at_checked(first)) {
        Some((scheme, rest)) if rest.starts_with(':') => (Some(scheme), rest.get(1..).unwrap_or_default()),
        _ => (None, rest),
    };
    if scheme.is_some_and(|scheme| !is_scheme(scheme)) {
        return false;
    }
    let path = match rest.strip_prefix("//") {
        None => rest,
        Some(rest) => {
            let length = rest.bytes().position(|byte| byte == b'/').unwrap_or(rest.len());
            let (authority, path) = rest.split_at_checked(length).unwrap_or_default();
            if !is_authority(authority) {
                return false;
            }
            path
        }
    };
    consists_of(path, COLON | AT | SLASH)
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

fn is_authority(text: &str) -> bool {
    // A name alone, as most are.
    if consists_of(text, 0) {
        return true;
    }
    let (user, host) = text.split_once('@').unwrap_or(("", text));
    let (host, port) = match host.strip_prefix('[') {
        Some(literal) => match literal.split_once(']') {
            Some((literal, after)) if !literal.is_empty() && consists_of(literal, COLON) => {
                ("", after.strip_prefix(':').or((after.is_empty()).then_some("0")))
            }
            _ => return false,
        },
        None => match host.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (host, Some("0")),
        },
    };
    let port_fits = port.is_some_and(|port| matches!(port.len(), 1..=8) && port.bytes().all(|digit| digit.is_ascii_digit()));
    consists_of(user, COLON) && consists_of(host, 0) && port_fits
}

/// Whether the text has only unreserved characters, sub-delimiters, escapes and these others.
fn consists_of(text: &str, others: u8) -> bool {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if class(byte) & (PLAIN | others) != 0 {
            at += 1;
        } else if matches!(bytes.get(at..at + 3), Some([b'%', one, two]) if one.is_ascii_hexdigit() && two.is_ascii_hexdigit()) {
            at += 3;
        } else {
            return false;
        }
    }
    true
}

const PLAIN: u8 = 1;
const COLON: u8 = 2;
const AT: u8 = 4;
const SLASH: u8 = 8;
const QUESTION: u8 = 16;
const HASH: u8 = 32;

/// Which of the sets of RFC 3986 a byte is in.
fn class(byte: u8) -> u8 {
    const CLASSES: [u8; 256] = {
        let mut classes = [0; 256];
        let mut byte = 0;
        while byte < 128 {
            #[allow(clippy::indexing_slicing, reason = "at compile time, within the length")]
            #[allow(clippy::cast_possible_truncation, reason = "below 128")]
            {
                classes[byte] = match byte as u8 {
                    b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => PLAIN,
                    b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'=' => PLAIN,
                    b':' => COLON,
                    b'@' => AT,
                    b'/' => SLASH,
                    b'?' => QUESTION,
                    b'#' => HASH,
                    _ => 0,
                };
            }
            byte += 1;
        }
        classes
    };
    CLASSES.get(usize::from(byte)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uri_references_are_told_from_other_texts() {
        for uri in [
            "http://service.bm.dk/pjaktass/2015/06/01/CitizenMessageStructure/",
            "urn:oasis:names:tc:SAML:2.0:assertion",
            "http://rep.oio.dk/cpr.dk/xml/schemas/core/2005/03/18/",
            "relative/name",
            "a",
            "//host/path",
            "?q",
            "#f",
            "http://u:p@h:80/a?b=c&d#e?f/",
            "http://[2001:db8::1]:8080/",
            "mailto:a%20b@c",
            "file:///c:/x",
            "./a:b",
        ] {
            assert!(is_uri_reference(uri), "{uri}");
        }
        for text in [
            " ",
            "a b",
            ":m",
            "1a:b",
            "http:>//x",
            "http://h:x/",
            "http://h:/",
            "urn:æ",
            "%",
            "%1",
            "%zz",
            "a#b#c",
            "a[b]",
            "http://[::1/",
            "http://[::1]x",
            "{a}",
            "a\\b",
        ] {
            assert!(!is_uri_reference(text), "{text}");
        }
    }
}
