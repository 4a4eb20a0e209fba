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

/// What leaves in place of the parser's own answer; `None` where the bytes are anything else.
pub(super) fn with_a_fault(bytes: &[u8], door: &Door) -> Option<Vec<u8>> {
    let rejection = rejection(bytes)?;
    let head = std::str::from_utf8(bytes).ok()?;
    let (line, rest) = head.split_once("\r\n")?;
    let others: Vec<&str> = rest
        .trim_end()
        .lines()
        .filter(|header| !header.starts_with("content-length:"))
        .collect();
    Some(answer(line, &others.join("\r\n"), &rejection, door))
}

/// An answer with a fault, written without the parser.
pub(super) fn answer(status: &str, headers: &str, rejection: &Rejection, door: &Door) -> Vec<u8> {
    let fault = envelope::write_fault(Version::Soap11, &Fault::from(rejection), door.desk.begin().0);
    let length = fault.len();
    let head = format!("{status}\r\ncontent-length: {length}\r\ncontent-type: text/xml; charset=utf-8\r\n{headers}\r\n\r\n");
    [head.into_bytes(), fault].concat()
}

/// What the parser has refused, if the bytes are its bare answer.
fn rejection(bytes: &[u8]) -> Option<Rejection> {
    let status = bytes.strip_prefix(b"HTTP/1.").filter(|_| bytes.len() <= LONGEST)?.get(2..5)?;
    let rejection = match status {
        b"400" => Rejection::Framing,
        b"408" => Rejection::HeadTooSlow,
        b"431" => Rejection::HeadTooLarge,
        _ => return None,
    };
    let bare = bytes.ends_with(b"\r\n\r\n") && bytes.windows(EMPTY.len()).any(|line| line == EMPTY);
    bare.then_some(rejection)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn only_a_bare_refusal_is_the_parsers() {
        let bare = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\ndate: x\r\n\r\n";
        assert!(matches!(rejection(bare), Some(Rejection::HeadTooLarge)));
        for other in [
            b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".as_slice(),
            b"HTTP/1.1 400 Bad Request\r\ncontent-length: 10\r\n\r\n",
            b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\nHTTP/1.1 200 OK\r\n",
            b"HTTP/1.1 400",
            b"",
        ] {
            assert!(rejection(other).is_none(), "{}", String::from_utf8_lossy(other));
        }
    }
}
