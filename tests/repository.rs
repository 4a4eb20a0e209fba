//! The archive on SQLite and on PostgreSQL: the same stories, told through the repository and checked past it in plain SQL.
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
    pub mod proxy;
}

mod archive {
    mod agreements;
    mod audit;
    mod commits;
    mod contention;
    mod crowds;
    mod imports;
    mod lists;
    mod messages;
    mod outages;
    mod people;
    mod purges;
    mod rectifications;
    mod tables;
    mod transfers;
}
