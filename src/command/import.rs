//! `dialogmodul import KIND FILE`: bring data in from a tab-separated file, all of it or nothing.

use std::fs::File;
use std::path::PathBuf;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::{Failure, open};
use crate::repository::import::Kind;
use crate::settings::Database;

/// What `import` is told.
#[derive(Args, Debug)]
pub(super) struct Import {
    /// What the lines of the file are.
    #[arg(value_enum)]
    kind: KindName,

    /// The file: UTF-8, tab separated, one header line.
    file: PathBuf,

    #[command(flatten)]
    database: Database,
}

/// What can be imported, as an operator says it.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum KindName {
    Citizens,
    Organisations,
    Relations,
    Agreements,
    CodeLists,
}
