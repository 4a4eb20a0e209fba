//! A client of the services, for whoever calls them from Rust: the generated types, a method for each operation, faults as values.
//! It knows HTTP/1.1 with connections kept open, TLS with a certificate of the calling system, deadlines, and the envelope around a call.
//! What the messages look like stands in [`contract`](crate::contract); whether to call again is left to the caller.
//!
//! ```no_run
//! use dialogmodul::client::{Connections, Headers, Settings};
//! use dialogmodul::contract::citizen_message_service_v2::Client;
//! # async fn call(headers: Headers, request: dialogmodul::contract::citizen_message_service::CreateMessageRequestType)
//! # -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::new(Connections::new("http://127.0.0.1:8080", Settings::default())?);
//! let response = client.create_message(&headers, &request).await?;
//! # drop(response); Ok(()) }
//! ```

mod answer;
mod connections;
mod envelope;
mod failure;
mod headers;
mod tls;

use std::time::Duration;

pub use hyper::body::Bytes;

pub use self::answer::Answer;
pub use self::connections::{Connections, WrongAddress, path};
pub use self::envelope::write as envelope;
pub use self::failure::{Failure, Fault};
pub use self::headers::{Headers, WrongRequestId};
pub use self::tls::{Tls, WrongTls};

/// What a client can choose.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How long a call may take in all, from its first byte to the last of its answer. Default: 30 seconds.
    pub deadline: Duration,
    /// Bytes an answer may have. Default: 64 MiB, more than the largest page of documents.
    pub largest_answer: usize,
    /// Connections that are kept open while nobody uses them. Default: 16.
    pub kept: usize,
    /// Whom we trust and who we are, for addresses that begin with `https`. Default: the authorities of this machine, no certificate.
    pub tls: Tls,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            deadline: Duration::from_secs(30),
            largest_answer: 64 * 1024 * 1024,
            kept: 16,
            tls: Tls::default(),
        }
    }
}
