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
    pub mod certificates;
    pub mod database;
    pub mod proxy;
    pub mod server;
}

#[path = "inspection/apart.rs"]
mod apart;
#[path = "inspection/canary.rs"]
mod canary;
#[path = "inspection/chain.rs"]
mod chain;
#[path = "inspection/envelopes.rs"]
mod envelopes;
#[path = "inspection/export.rs"]
mod export;
#[path = "inspection/jobnet.rs"]
mod jobnet;
#[path = "inspection/matrix.rs"]
mod matrix;
#[path = "inspection/program.rs"]
mod program;
#[path = "inspection/provoke.rs"]
mod provoke;
#[path = "inspection/queue.rs"]
mod queue;
#[path = "inspection/records.rs"]
mod records;
#[path = "inspection/statements.rs"]
mod statements;
