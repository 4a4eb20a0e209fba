//! The answers of the HTTP parser: it refuses what is no HTTP before any of our code is asked, with a status and nothing else.
//! Such an answer is known by being a status line, a few headers and the end; it is given the body every failure has.
//! All other bytes that leave are left alone.

use super::door::Door;
use super::envelope;
use super::fault::Fault;
use super::rejection::Rejection;
use super::version::Version;

/// The head of a bare answer, and no more, fits into so many bytes.
const LONGEST: usize = 512;
const EMPTY: &[u8] = b"content-length: 0\r\n";
const START: &[u8] = b"HTTP/1.";

/// What leaves in place of the parser's own answer; `None` where the bytes are anything else. An answer of ours may stand before it. What came was
/// too long for a URI in its first line, or was not.
pub(super) fn with_a_fault(bytes: &[u8], long_line: bool, door: &Door) -> Option<Vec<u8>> {
    let (before, head, rejection) = refused(bytes, long_line)?;
    let head = std::str::from_utf8(head).ok()?;
    let (line, rest) = head.split_once("\r\n")?;
    let line = if matches!(rejection, Rejection::UriTooLong) {
        "HTTP/1.1 414 URI Too Long"
    } else {
        line
    };
    let others: Vec<&str> = rest
        .trim_end()
        .lines()
        .filter(|header| !header.starts_with("content-length:"))
        .collect();
    Some([before, &answer(line, &others.join("\r\n"), &rejection, door)].concat())
}

/// An answer with a fault, written without the parser.
pub(super) fn answer(status: &str, headers: &str, rejection: &Rejection, door: &Door) -> Vec<u8> {
    let fault = envelope::write_fault(Version::Soap11, &Fault::from(rejection), door.desk.begin().0);
    let length = fault.len();
    let head = format!("{status}\r\ncontent-length: {length}\r\ncontent-type: text/xml; charset=utf-8\r\n{headers}\r\n\r\n");
    [head.into_bytes(), fault].concat()
}

/// What stands before the parser's bare answer, that answer, and what it refuses; no answer of ours ends as one of those does.
fn refused(bytes: &[u8], long_line: bool) -> Option<(&[u8], &[u8], Rejection)> {
    if !bytes.ends_with(b"\r\n\r\n") {
        return None;
    }
    let near = bytes.len().saturating_sub(LONGEST);
    let at = near + bytes.get(near..)?.windows(START.len()).rposition(|start| start == START)?;
    let (before, bare) = bytes.split_at_checked(at)?;
    let rejection = match bare.get(START.len() + 2..START.len() + 5)? {
        b"400" | b"431" if long_line => Rejection::UriTooLong,
        b"400" => Rejection::Framing,
        b"408" => Rejection::HeadTooSlow,
        b"431" => Rejection::HeadTooLarge,
        // Its own bug, or what it takes for one.
        b"500" => Rejection::Panic,
        _ => return None,
    };
    let is_bare = bare.windows(EMPTY.len()).any(|line| line == EMPTY);
    is_bare.then_some((before, bare, rejection))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn rejection(bytes: &[u8], long_line: bool) -> Option<Rejection> {
        refused(bytes, long_line).map(|(_, _, rejection)| rejection)
    }

    #[test]
    fn only_a_bare_refusal_is_the_parsers() {
        let bare = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\ndate: x\r\n\r\n";
        assert!(matches!(rejection(bare, false), Some(Rejection::HeadTooLarge)));
        assert!(matches!(rejection(bare, true), Some(Rejection::UriTooLong)));
        let bug = b"HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n";
        assert!(matches!(rejection(bug, false), Some(Rejection::Panic)));
        for other in [
            b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".as_slice(),
            b"HTTP/1.1 400 Bad Request\r\ncontent-length: 10\r\n\r\n",
            b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\nHTTP/1.1 200 OK\r\n",
            b"HTTP/1.1 400",
            b"",
        ] {
            assert!(rejection(other, false).is_none(), "{}", String::from_utf8_lossy(other));
        }
    }

    #[test]
    fn a_refusal_is_known_behind_an_answer() {
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 600\r\n\r\n"
            .iter()
            .copied()
            .chain([b'x'; 600])
            .collect::<Vec<u8>>();
        let bare = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n".as_slice();
        let both = [&answer, bare].concat();
        let (before, found, rejection) = refused(&both, false).unwrap();
        assert_eq!((before, found), (answer.as_slice(), bare));
        assert!(matches!(rejection, Rejection::Framing));
    }
}
