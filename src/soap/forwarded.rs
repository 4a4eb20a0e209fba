//! What a trusted proxy says about the address a caller used: `Forwarded` (RFC 7239) and the `X-Forwarded-…` that came before it.
//! It takes what is a scheme, a host, perhaps a port and a path, and nothing else; what is malformed counts for nothing.
//! Whether the proxy is trusted, and whether it is asked at all, is left to the caller.

use std::net::Ipv6Addr;

use actix_web::http::header::{HeaderMap, HeaderName};

use crate::settings::PublicUrl;

static FORWARDED: HeaderName = HeaderName::from_static("forwarded");
static X_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
static X_PORT: HeaderName = HeaderName::from_static("x-forwarded-port");
static X_PREFIX: HeaderName = HeaderName::from_static("x-forwarded-prefix");
static X_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// The headers an answer depends on, for `Vary`.
pub(super) const VARY: &str = "Forwarded, X-Forwarded-Host, X-Forwarded-Port, X-Forwarded-Prefix, X-Forwarded-Proto";

/// The URL the caller used, as the proxy nearest to us saw it; `secure` is how that proxy reached us.
///
/// A proxy writes one of the two kinds and may pass on what its client wrote of the other: where both are there and differ, neither counts.
pub(super) fn url(headers: &HeaderMap, secure: bool) -> Option<PublicUrl> {
    let scheme = if secure { Scheme::Https } else { Scheme::Http };
    let standard = standard(headers, scheme);
    let common = common(headers, scheme);
    let (origin, prefix) = match (standard, common) {
        (Some(origin), None) => (origin, String::new()),
        (Some(origin), Some((same, prefix))) if origin == same => (origin, prefix),
        (Some(_), Some(_)) | (None, None) => return None,
        (None, Some((origin, prefix))) => (origin, prefix),
    };
    format!("{origin}{prefix}").parse().ok()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scheme {
    Http,
    Https,
}

/// Scheme, host and port; a port only where it is not the scheme's own.
#[derive(Debug, PartialEq, Eq)]
struct Origin {
    scheme: Scheme,
    host: String,
    port: Option<u16>,
}

impl Origin {
    fn new(scheme: Scheme, host: String, port: Option<u16>) -> Self {
        let own = match scheme {
            Scheme::Http => 80,
            Scheme::Https => 443,
        };
        Self {
            scheme,
            host,
            port: port.filter(|port| *port != own),
        }
    }
}

impl std::fmt::Display for Origin {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let scheme = match self.scheme {
            Scheme::Http => "http",
            Scheme::Https => "https",
        };
        write!(formatter, "{scheme}://{}", self.host)?;
        self.port.map_or(Ok(()), |port| write!(formatter, ":{port}"))
    }
}

/// The last element of `Forwarded`: the nearest proxy's own.
fn standard(headers: &HeaderMap, scheme: Scheme) -> Option<Origin> {
    let element = last(headers, &FORWARDED)?;
    let (mut host, mut proto) = (None, None);
    for pair in split(element, ';') {
        let (name, value) = pair.split_once('=')?;
        let slot = match name.trim() {
            name if name.eq_ignore_ascii_case("host") => &mut host,
            name if name.eq_ignore_ascii_case("proto") => &mut proto,
            _ => continue,
        };
        if slot.replace(unquoted(value.trim())).is_some() {
            return None;
        }
    }
    let (host, port) = parse_host(host?)?;
    Some(Origin::new(proto.map_or(Some(scheme), parse_scheme)?, host, port))
}

/// The last value of each `X-Forwarded-…`, and the prefix. The port of the host goes before the port that stands alone.
fn common(headers: &HeaderMap, scheme: Scheme) -> Option<(Origin, String)> {
    let part = |name| headers.contains_key(name).then(|| last(headers, name));
    let (host, port) = parse_host(part(&X_HOST)??)?;
    let alone = match part(&X_PORT) {
        Some(port) => Some(parse_port(port?)?),
        None => None,
    };
    let scheme = match part(&X_PROTO) {
        Some(proto) => parse_scheme(proto?)?,
        None => scheme,
    };
    let prefix = match part(&X_PREFIX) {
        Some(prefix) => parse_prefix(prefix?)?,
        None => "",
    };
    Some((Origin::new(scheme, host, port.or(alone)), prefix.to_owned()))
}

/// The last member of a list that may stand on several lines.
fn last<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    let line = headers.get_all(name).last()?.to_str().ok()?;
    split(line, ',').last().map(str::trim).filter(|value| !value.is_empty())
}

/// The parts between separators; a quoted string is not cut.
fn split(value: &str, separator: char) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    value.split(move |c| {
        let was_escaped = std::mem::take(&mut escaped);
        match c {
            '\\' if quoted && !was_escaped => escaped = true,
            '"' if !was_escaped => quoted = !quoted,
            _ => {}
        }
        c == separator && !quoted
    })
}

/// The inside of a quoted string. One with an escape in it is no host and no scheme anyhow.
fn unquoted(value: &str) -> &str {
    let inside = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
    inside.unwrap_or(value)
}

fn parse_scheme(text: &str) -> Option<Scheme> {
    match text {
        _ if text.eq_ignore_ascii_case("http") => Some(Scheme::Http),
        _ if text.eq_ignore_ascii_case("https") => Some(Scheme::Https),
        _ => None,
    }
}

/// A name, an IPv4 address or an IPv6 literal in brackets; perhaps with a port.
fn parse_host(text: &str) -> Option<(String, Option<u16>)> {
    let (host, rest) = match text.strip_prefix('[') {
        Some(literal) => {
            let (address, rest) = literal.split_once(']')?;
            (format!("[{}]", address.parse::<Ipv6Addr>().ok()?), rest)
        }
        None => {
            let (name, rest) = text.split_at(text.find(':').unwrap_or(text.len()));
            (is_name(name).then(|| name.to_ascii_lowercase())?, rest)
        }
    };
    match rest.strip_prefix(':') {
        Some(port) => Some((host, Some(parse_port(port)?))),
        None => rest.is_empty().then_some((host, None)),
    }
}

fn is_name(text: &str) -> bool {
    let is_label = |label: &str| {
        let ends = label.starts_with('-') || label.ends_with('-');
        (1..=63).contains(&label.len()) && !ends && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    text.len() <= 253 && text.split('.').all(is_label)
}

fn parse_port(text: &str) -> Option<u16> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|port| digits && *port != 0)
}

/// A path from `/` on, without `/` at the end.
fn parse_prefix(text: &str) -> Option<&str> {
    let path = text.trim_end_matches('/');
    let is_segment = |segment: &str| {
        let plain = segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
        plain && !matches!(segment, "" | "." | "..")
    };
    let sound = path.is_empty() || path.strip_prefix('/').is_some_and(|path| path.split('/').all(is_segment));
    (text.starts_with('/') && text.len() <= 256 && sound).then_some(path)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use actix_web::http::header::HeaderValue;

    fn told(lines: &[(&HeaderName, &str)]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append((*name).clone(), HeaderValue::from_str(value).unwrap());
        }
        url(&headers, false).map(|url| url.to_string())
    }

    #[test]
    fn the_standard_header_says_scheme_host_and_port() {
        for (value, expected) in [
            ("host=dialog.example.dk", "http://dialog.example.dk"),
            ("for=192.0.2.1;proto=https;host=Dialog.Example.dk", "https://dialog.example.dk"),
            (
                "Proto=HTTPS; Host=\"dialog.example.dk:8443\"; by=\"[2001:db8::7]\"",
                "https://dialog.example.dk:8443",
            ),
            ("host=\"[2001:db8:0::1]:444\";proto=https", "https://[2001:db8::1]:444"),
            ("host=\"192.0.2.9:80\"", "http://192.0.2.9"),
            ("host=a;for=\"x,y;host=b\"", "http://a"),
            ("host=first.example, host=last.example", "http://last.example"),
        ] {
            assert_eq!(told(&[(&FORWARDED, value)]).as_deref(), Some(expected), "{value}");
        }
        let lines = [(&FORWARDED, "host=first.example"), (&FORWARDED, "host=last.example")];
        assert_eq!(told(&lines).as_deref(), Some("http://last.example"));
    }

    #[test]
    fn the_older_headers_say_it_one_by_one() {
        for (lines, expected) in [
            (vec![(&X_HOST, "dialog.example.dk")], "http://dialog.example.dk"),
            (
                vec![(&X_HOST, "a.example"), (&X_PROTO, "https"), (&X_PORT, "443")],
                "https://a.example",
            ),
            (
                vec![(&X_HOST, "a.example"), (&X_PROTO, "https"), (&X_PORT, "8443")],
                "https://a.example:8443",
            ),
            (vec![(&X_HOST, "a.example:9000"), (&X_PORT, "8443")], "http://a.example:9000"),
            (vec![(&X_HOST, "[::1]:9000"), (&X_PREFIX, "/dfdg/v1/")], "http://[::1]:9000/dfdg/v1"),
            (vec![(&X_HOST, "a.example"), (&X_PREFIX, "/")], "http://a.example"),
            (
                vec![(&X_HOST, "spoofed.example, a.example"), (&X_PROTO, "http, https")],
                "https://a.example",
            ),
        ] {
            assert_eq!(told(&lines).as_deref(), Some(expected), "{lines:?}");
        }
    }

    #[test]
    fn without_a_host_nothing_is_said() {
        for lines in [
            vec![],
            vec![(&FORWARDED, "for=192.0.2.1;proto=https")],
            vec![(&X_PROTO, "https"), (&X_PORT, "8443"), (&X_PREFIX, "/a")],
        ] {
            assert_eq!(told(&lines), None, "{lines:?}");
        }
    }

    #[test]
    fn what_is_malformed_counts_for_nothing() {
        for host in [
            "",
            " ",
            "a b",
            "a/b",
            "a..b",
            ".a",
            "a.",
            "-a",
            "a-",
            "a:",
            "a:0",
            "a:65536",
            "a:+1",
            "a:1:2",
            "[::1",
            "::1",
            "[::1]x",
            "[1.2.3.4]",
            "[fe80::1%25eth0]",
            "a\"b",
            "a<b",
            "user@a",
            "ø.dk",
            "a?b",
            "a#b",
        ] {
            assert_eq!(told(&[(&X_HOST, host)]), None, "{host}");
            assert_eq!(told(&[(&FORWARDED, &format!("host=\"{host}\""))]), None, "{host}");
        }
        for value in [
            "host",
            "host=a;host=b",
            "host=a;proto=ftp",
            "host=a;proto=http;proto=https",
            "host=a,",
        ] {
            assert_eq!(told(&[(&FORWARDED, value)]), None, "{value}");
        }
        for (name, value) in [
            (&X_PROTO, "ftp"),
            (&X_PORT, "x"),
            (&X_PORT, ""),
            (&X_PREFIX, "a"),
            (&X_PREFIX, "//a"),
            (&X_PREFIX, "/a/../b"),
            (&X_PREFIX, "/a?b"),
            (&X_PREFIX, "/\"><x"),
        ] {
            assert_eq!(told(&[(&X_HOST, "a.example"), (name, value)]), None, "{name}: {value}");
        }
    }

    #[test]
    fn a_malformed_kind_leaves_the_other_alone() {
        let lines = [(&FORWARDED, "host=a b"), (&X_HOST, "a.example")];
        assert_eq!(told(&lines).as_deref(), Some("http://a.example"));
    }

    #[test]
    fn where_both_kinds_differ_neither_counts() {
        let same = [
            (&FORWARDED, "host=A.example;proto=https"),
            (&X_HOST, "a.example:443"),
            (&X_PROTO, "https"),
            (&X_PREFIX, "/p"),
        ];
        assert_eq!(told(&same).as_deref(), Some("https://a.example/p"));
        assert_eq!(told(&[(&FORWARDED, "host=spoofed.example"), (&X_HOST, "a.example")]), None);
    }
}
