//! `dialogmodul backup FILE`: a copy of an archive on SQLite, and of an audit in a file of its own, while they are used.

use std::io::Write as _;
use std::path::{Path, PathBuf};

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

    /// The audit, where it is in a database of its own; the same as for every command.
    #[arg(long, env = "DIALOGMODUL_AUDIT_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    audit_database_url: Option<String>,

    /// The copy of such an audit, if it is on SQLite. It is made after that of the archive, so that it holds every record the archive's copy rests on.
    #[arg(long, env = "DIALOGMODUL_AUDIT_BACKUP_FILE", value_name = "FILE")]
    audit_file: Option<PathBuf>,
}

impl Backup {
    /// Makes the copies.
    pub(super) fn run(self) -> Result<(), Failure> {
        let audit_is_file = self.audit_database_url.as_ref().is_some_and(|url| url.starts_with("sqlite:"));
        if audit_is_file != self.audit_file.is_some() {
            return Err(Failure::Setting(
                "an audit in a file of its own is copied with the archive: set --audit-database-url sqlite:PATH and --audit-file together"
                    .to_owned(),
            ));
        }
        copy(&self.database_url, &self.file, "archive")?;
        match (self.audit_database_url, self.audit_file) {
            (Some(url), Some(file)) => copy(&url, &file, "audit"),
            (Some(_), None) => {
                let _ = writeln!(std::io::stdout(), "the audit is on PostgreSQL: copy it now, with pg_dump");
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

fn copy(url: &str, file: &Path, what: &str) -> Result<(), Failure> {
    let name = file.display();
    back_up(url, file).map_err(|error| match error {
        BackupError::NoFile => Failure::Setting(format!("{what}: {error}")),
        other => Failure::Other(format!("{name}: {other}")),
    })?;
    // Nobody reads what we say if the terminal is gone.
    let _ = writeln!(
        std::io::stdout(),
        "{name}: the {what} as it is now; the key of the audit is not in it"
    );
    Ok(())
}
