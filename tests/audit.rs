//! What an auditor looks at: who may what, by the whole table; one record for every call; a chain that shows what was done to it; and no
//! personal data outside the tables that are meant to hold it (S1 to S8).

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

#[path = "audit/canary.rs"]
mod canary;
#[path = "audit/chain.rs"]
mod chain;
#[path = "audit/envelopes.rs"]
mod envelopes;
#[path = "audit/export.rs"]
mod export;
#[path = "audit/matrix.rs"]
mod matrix;
#[path = "audit/records.rs"]
mod records;
