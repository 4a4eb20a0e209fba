//! What a large document costs in memory while it goes through the house, counted by the allocator; what SQLite and libpq allocate themselves is not counted.
//! The test is alone in its binary: whatever else ran beside it would be counted, too.

#![allow(missing_docs, reason = "tests")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

mod support {
    #![allow(dead_code, reason = "each test binary uses its own part of the support")]
    pub mod database;
    pub mod scenario;
    pub mod server;
}

use std::fs;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use dialogmodul::services::Sources;
use peak_alloc::PeakAlloc;
use support::database::{Database, Kind, kinds};
use support::scenario;
use support::server::{Server, request};

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

const MESSAGES: &str = "/PjakTassWCFtService/2/CitizenMessageService.svc";

/// Base64 of a document that fills the 3.5 MiB a body may have.
const TEXT: usize = 3_600_000;

/// M12: the body, its document, and what carries the document to the database; nothing is held a fourth time.
#[test]
fn a_document_of_three_and_a_half_megabytes_costs_at_most_three_times_its_body() {
    let _alone = alone();
    for kind in kinds() {
        let database = Database::demo(kind);
        let server = Server::start(database.repository(), Sources::system());
        for (habit, line) in [("in one line", TEXT), ("in lines of 76", 76)] {
            let call = call(line);
            let mut connection = server.connect();
            // What is made once, such as compiled patterns, is not the document's.
            connection.write(&call);
            assert_eq!(connection.response().fault(), None);
            let before = at_rest();
            HEAP.reset_peak_usage();
            connection.write(&call);
            assert_eq!(connection.response().fault(), None);
            let most = HEAP.peak_usage().saturating_sub(before);
            println!("{kind:?} {habit}: {:.2} times the body", most as f64 / call.len() as f64);
            assert!(
                most <= 3 * call.len(),
                "{kind:?} {habit}: {most} bytes for a body of {}",
                call.len()
            );
        }
    }
}

/// A length that is declared is a word only: a hundred bodies that say five megabytes each and bring a byte take what a hundred small ones take.
#[test]
fn a_length_that_is_declared_takes_no_memory() {
    const BODIES: usize = 100;
    let _alone = alone();
    let database = Database::demo(Kind::Sqlite);
    let server = Server::start(database.repository(), Sources::system());
    let legal = call(76);
    let answered = || {
        let mut connection = server.connect();
        connection.write(&legal);
        assert_eq!(connection.response().fault(), None);
    };
    answered();
    let before = at_rest();
    let begun = format!("POST {MESSAGES} HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\nContent-Length: 5000000\r\n\r\n<");
    let sending: Vec<_> = (0..BODIES)
        .map(|_| {
            let mut connection = server.connect();
            connection.write(begun.as_bytes());
            connection
        })
        .collect();
    // The one worker has come to all of them when it has come to a later one.
    answered();
    let held = at_rest().saturating_sub(before);
    assert!(held > BODIES * 1024, "they are not there: {held} bytes");
    assert!(held < BODIES * 200 * 1024, "{held} bytes for {BODIES} bodies of one byte");
    drop(sending);
}

/// The heap is the whole process's: these tests run one after the other.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the heap holds when nothing more is let go: the last call's bytes go a moment after its answer.
fn at_rest() -> usize {
    let mut held = HEAP.current_usage();
    loop {
        std::thread::sleep(Duration::from_millis(200));
        let now = HEAP.current_usage();
        if now >= held {
            return now;
        }
        held = now;
    }
}

/// A CreateMessage with a document whose base64 has lines of so many characters.
fn call(line: usize) -> Vec<u8> {
    let path = scenario::fixtures().join("04-recommendation/01-create.request.xml");
    let envelope = fs::read_to_string(path).unwrap();
    let (before, rest) = envelope.split_once("DocumentContent>").unwrap();
    let (_, after) = rest.split_once("</").unwrap();
    let text = "JVBERi0xLjQK".repeat(TEXT / 12);
    let lines: Vec<_> = text
        .as_bytes()
        .chunks(line)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    let body = format!("{before}DocumentContent>{}</{after}", lines.join("\r\n"));
    request("POST", MESSAGES, "Content-Type: text/xml; charset=utf-8\r\n", body.as_bytes())
}
