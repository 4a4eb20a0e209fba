//! More than one of everything: three processes of the program on one PostgreSQL, a replica that is read instead of the database, and
//! others who hold what a commit needs.

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
    pub mod server;
}

#[allow(dead_code, reason = "each test binary uses its own part of the gateway")]
#[path = "outgoing/gateway.rs"]
mod gateway;

mod scaling {
    mod locks;
    mod processes;
    mod replicas;
}
