//! The reader and the writer from outside: what is refused, what is taken, how far it goes, what is written.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

mod codec;
mod legal;
mod limits;
mod linear;
mod malformed;
mod mutants;
mod reading;
mod writing;

use xml::{Limits, Reader, Violation};

/// Goes over a whole document without wanting anything of it.
fn pass(document: &[u8]) -> Result<(), Violation> {
    pass_within(document, Limits::default())
}

fn pass_within(document: &[u8], limits: Limits) -> Result<(), Violation> {
    let mut reader = Reader::new(document, limits)?;
    reader.skip()?;
    reader.finish()
}
