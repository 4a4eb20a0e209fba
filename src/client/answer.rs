//! What came back over HTTP, before anybody has read it.

use std::time::Duration;

use hyper::body::Bytes;

/// An answer: status and body.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Status of HTTP.
    pub status: u16,
    /// The body.
    pub body: Bytes,
    /// The value of `Retry-After`, where it is a number of seconds.
    pub retry_after: Option<Duration>,
}
