//! The load bench: what this house does on this machine, beside what the machine does without it.
//! It starts servers of its own as processes of their own, calls them through [`client`](crate::client) with envelopes that are written beforehand (two
//! cores are shared: what the callers cost is taken from the server), and measures each floor in the same run, in turns.
//! Absolute numbers say something about the machine; the ratios say something about us.

mod calls;
mod database;
mod drive;
pub mod floor;
mod measures;
mod process;
mod record;
mod report;
mod writes;

use std::num::NonZeroU32;

use crate::error::Error;

pub use measures::{NAMES, run};
pub use report::Report;

/// What is measured, and how long.
#[derive(Clone, Debug)]
pub struct Plan {
    /// A PostgreSQL server where databases may be made; none for SQLite in a temporary folder.
    pub postgres: Option<String>,
    /// Names of the measures, in their order.
    pub measures: Vec<&'static str>,
    /// Citizens of the archive.
    pub citizens: NonZeroU32,
    /// Messages of each of them.
    pub each: NonZeroU32,
    /// Citizens of the large archive, with ten messages each.
    pub many: NonZeroU32,
    /// Connections that call at a time.
    pub connections: usize,
    /// Seconds of one run.
    pub seconds: f64,
    /// Runs of a measure and of its floor, in turns; medians count.
    pub rounds: usize,
}

/// Why a measurement came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// A process or its files.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// The archive.
    #[error("{0}")]
    Archive(#[from] Error),
    /// Anything else, in one sentence.
    #[error("{0}")]
    Other(String),
}

impl Trouble {
    fn because(what: &str, why: impl std::fmt::Display) -> Self {
        Self::Other(format!("{what}: {why}"))
    }
}

/// The median; 0 of nothing.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
