//! Whether a text may name a namespace: it must be a URI reference (RFC 3986), as Namespaces in XML says and libxml2 insists.

/// Whether the text is a URI reference. Written in ASCII; escapes stand for everything else.
pub(crate) fn is_uri_reference(text: &str) -> bool {
    let (rest, fragment) = text.split_once('#').unwrap_or((text, ""));
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    if !consists_of(fragment, ":@/?") || !consists_of(query, ":@/?") {
        return false;
    }
    // A colon in the first segment ends a scheme, or the reference is none.
    let rest = match rest.split_once(':') {
        Some((scheme, rest)) if !scheme.contains('/') => {
            if !is_scheme(scheme) {
                return false;
            }
            rest
        }
        _ => rest,
    };
    let path = match rest.strip_prefix("//") {
        None => rest,
        Some(rest) => {
            let (authority, path) = rest.split_at_checked(rest.find('/').unwrap_or(rest.len())).unwrap_or_default();
            if !is_authority(authority) {
                return false;
            }
            path
        }
    };
    consists_of(path, ":@/")
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

fn is_authority(text: &str) -> bool {
    let (user, host) = text.split_once('@').unwrap_or(("", text));
    let (host, port) = match host.strip_prefix('[') {
        Some(literal) => match literal.split_once(']') {
            Some((literal, after)) if !literal.is_empty() && consists_of(literal, ":") => {
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
    consists_of(user, ":") && consists_of(host, "") && port_fits
}

/// Whether the text has only unreserved characters, sub-delimiters, escapes and these.
fn consists_of(text: &str, others: &str) -> bool {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        at += match byte {
            b'%' if matches!(bytes.get(at + 1..at + 3), Some([one, two]) if one.is_ascii_hexdigit() && two.is_ascii_hexdigit()) => 3,
            _ if byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=".contains(&byte) || others.as_bytes().contains(&byte) => 1,
            _ => return false,
        };
    }
    true
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
