//! The hostile corpus of `fixtures/hostile/`: one file for each idea, grown to its size, with the answer its name promises.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// A hostile request.
pub struct Hostile {
    /// The file's name.
    pub name: String,
    /// The bytes of a whole HTTP request.
    pub bytes: Vec<u8>,
    /// What is to come back.
    pub expected: Expected,
}

/// What the name of a file promises.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    pub status: u16,
    /// Whose fault it is said to be; none where no fault comes.
    pub blame: Option<&'static str>,
    /// `ErrorCode`.
    pub number: Option<i32>,
}

/// Every hostile request; documents that would call somewhere call `listener`.
pub fn corpus(listener: SocketAddr) -> Vec<Hostile> {
    let mut all: Vec<_> = ["xml", "http"]
        .into_iter()
        .flat_map(|kind| files(&folder().join(kind)))
        .map(|path| read(&path, listener))
        .collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
}

/// Where the corpus is.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/hostile")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

fn read(path: &Path, listener: SocketAddr) -> Hostile {
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    let bytes = grow(&fs::read(path).unwrap(), &listener.to_string());
    let words: Vec<&str> = name.split('.').collect();
    let [_, promise, kind] = words[..] else {
        panic!("{name} is not called idea.answer.kind")
    };
    let bytes = if kind == "http" {
        bytes
    } else {
        super::server::request(
            "POST",
            "/PjakTassWCFtService/2/CitizenMessageService.svc",
            "Content-Type: text/xml\r\n",
            &bytes,
        )
    };
    Hostile {
        expected: expected(promise),
        name,
        bytes,
    }
}

/// `1014`, `413`, `431-1014`, `MustUnderstand`, `400`: a status, a fault or both.
fn expected(promise: &str) -> Expected {
    let (mut status, mut blame, mut number) = (500, Some("Client"), Some(1014));
    match promise {
        "VersionMismatch" => blame = Some("VersionMismatch"),
        "MustUnderstand" => blame = Some("MustUnderstand"),
        _ => {
            for word in promise.split('-') {
                match word.parse().unwrap_or_else(|_| panic!("what is {promise}?")) {
                    small @ 100..600 => status = u16::try_from(small).unwrap(),
                    large => number = Some(large),
                }
            }
        }
    }
    if promise == "400" {
        (blame, number) = (None, None);
    }
    Expected { status, blame, number }
}

/// `⟦80000× a#='1'⟧` is the text between × and ⟧, so many times, `#` its number; `⟦listener⟧` an address that must not be called.
fn grow(seed: &[u8], listener: &str) -> Vec<u8> {
    let (open, times, close) = ("⟦".as_bytes(), "×".as_bytes(), "⟧".as_bytes());
    let mut grown = Vec::new();
    let mut rest = seed;
    while let Some(at) = find(rest, open) {
        grown.extend_from_slice(&rest[..at]);
        rest = &rest[at + open.len()..];
        let end = find(rest, close).expect("⟧ after ⟦");
        let inner = &rest[..end];
        rest = &rest[end + close.len()..];
        if inner == b"listener" {
            grown.extend_from_slice(listener.as_bytes());
            continue;
        }
        let cut = find(inner, times).expect("× in ⟦⟧");
        let count: usize = std::str::from_utf8(&inner[..cut]).unwrap().parse().unwrap();
        let piece = &inner[cut + times.len()..];
        for number in 0..count {
            let number = number.to_string();
            for (index, part) in piece.split(|&byte| byte == b'#').enumerate() {
                if index > 0 {
                    grown.extend_from_slice(number.as_bytes());
                }
                grown.extend_from_slice(part);
            }
        }
    }
    grown.extend_from_slice(rest);
    grown
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}
