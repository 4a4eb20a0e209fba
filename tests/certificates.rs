//! Who may come in: certificates read from what rcgen and our own hand made, and a running server that is called with them, on SQLite and
//! on PostgreSQL (S1).

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
    pub mod certificates;
    pub mod database;
    pub mod server;
    pub mod tls_client;
}

#[path = "callers/agreements.rs"]
mod agreements;
#[path = "callers/mutual_tls.rs"]
mod mutual_tls;
#[path = "callers/proxy.rs"]
mod proxy;
#[path = "callers/reading.rs"]
mod reading;
#[path = "callers/revocation.rs"]
mod revocation;
#[path = "callers/stage.rs"]
mod stage;
