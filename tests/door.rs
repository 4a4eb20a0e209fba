//! The door, as a client sees it: raw HTTP in, raw HTTP out, over a fresh demo archive.

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
    pub mod house;
    pub mod server;
}

#[path = "threshold/away.rs"]
mod away;
#[path = "threshold/calls.rs"]
mod calls;
#[path = "threshold/descriptions.rs"]
mod descriptions;
#[path = "threshold/envelopes.rs"]
mod envelopes;
#[path = "threshold/http.rs"]
mod http;
#[path = "threshold/media.rs"]
mod media;

use support::server::Response;

fn is_fault(response: &Response, status: u16, code: i32) {
    let text = response.text();
    assert_eq!((response.status(), response.fault()), (status, Some(code)), "{text}");
    assert_eq!(response.header("content-type"), Some("text/xml; charset=utf-8"));
    assert_eq!(response.header("content-length"), Some(response.body.len().to_string().as_str()));
    assert!(
        text.starts_with("<?xml version=\"1.0\" encoding=\"utf-8\"?><soap:Envelope "),
        "{text}"
    );
    assert!(text.contains("Log reference: "), "{text}");
}

fn is_answer(response: &Response) {
    assert_eq!(response.status(), 200, "{}", response.text());
    assert_eq!(response.header("content-type"), Some("text/xml; charset=utf-8"));
    assert!(response.text().contains("Response"), "{}", response.text());
}
