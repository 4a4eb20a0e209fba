//! `dialogmodul backup FILE`: a copy of an archive on SQLite, while it is used.

use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;

use super::{Failure, open};
use crate::settings::Database;

/// What `backup` is told.
#[derive(Args, Debug)]
pub(super) struct Backup {
    /// The copy; the file must not be there yet. It holds personal data: only its owner may read it.
    file: PathBuf,

    #[command(flatten)]
    database: Database,
}

impl Backup {
    /// Makes the copy.
    pub(super) fn run(self) -> Result<(), Failure> {
        let name = self.file.display();
        open(&self.database)?
            .back_up(&self.file)
            .map_err(|error| Failure::Other(format!("{name}: {error}")))?;
        // Nobody reads what we say if the terminal is gone.
        let _ = writeln!(std::io::stdout(), "{name}: the archive as it is now; the key of the audit is not in it");
        Ok(())
    }
}
