//! `dialogmodul backup FILE`: a copy of an archive on SQLite, while it is used.

use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;

use super::Failure;
use crate::repository::backup::{BackupError, back_up};

/// What `backup` is told.
#[derive(Args, Debug)]
pub(super) struct Backup {
    /// The copy; the file must not be there yet. It holds personal data: only its owner may read it.
    file: PathBuf,

    /// The archive: `sqlite:PATH`.
    #[arg(
        long,
        env = "DIALOGMODUL_DATABASE_URL",
        value_name = "URL",
        default_value = "sqlite:data/dialogmodul.sqlite",
        hide_env_values = true
    )]
    database_url: String,
}

impl Backup {
    /// Makes the copy.
    pub(super) fn run(self) -> Result<(), Failure> {
        let name = self.file.display();
        back_up(&self.database_url, &self.file).map_err(|error| match error {
            BackupError::NoFile => Failure::Setting(error.to_string()),
            other => Failure::Other(format!("{name}: {other}")),
        })?;
        // Nobody reads what we say if the terminal is gone.
        let _ = writeln!(
            std::io::stdout(),
            "{name}: the archive as it is now; the key of the audit is not in it"
        );
        Ok(())
    }
}
