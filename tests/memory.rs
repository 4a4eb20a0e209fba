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
use std::time::Duration;

use dialogmodul::services::Sources;
use peak_alloc::PeakAlloc;
use support::database::{Database, kinds};
use support::scenario;
use support::server::{Server, request};

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

/// Base64 of a document that fills the 3.5 MiB a body may have.
const TEXT: usize = 3_600_000;

/// M12: the body, its document, and what carries the document to the database; nothing is held a fourth time.
#[test]
fn a_document_of_three_and_a_half_megabytes_costs_at_most_three_times_its_body() {
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
    request(
        "POST",
        "/PjakTassWCFtService/2/CitizenMessageService.svc",
        "Content-Type: text/xml; charset=utf-8\r\n",
        body.as_bytes(),
    )
}
