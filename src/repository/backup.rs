//! A copy of an archive on SQLite, made while servers work on it: what was committed when it began, and nothing by half.
//! It opens no archive and runs no migration, so a copy can be made before an upgrade with either version.
//! PostgreSQL has tools of its own for this.

use std::fs::{self, File, OpenOptions};
use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;

use super::{keeps, one_line};

/// Why there is no copy.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The archive is not on SQLite.
    #[error("only a database under sqlite:PATH is copied like this; PostgreSQL has pg_dump")]
    NoFile,
    /// The archive is not there, is busy all the time, or is damaged.
    #[error("the archive cannot be read: {0}")]
    Archive(String),
    /// The file is there already, or cannot be written.
    #[error("the copy cannot be written: {0}")]
    Copy(#[from] std::io::Error),
}

/// Copies the archive into a new file, readable for its owner only; it is on the disk when this returns.
///
/// # Errors
/// See [`BackupError`]; then there is no copy.
pub fn back_up(url: &str, file: &Path) -> Result<(), BackupError> {
    let archive = url.strip_prefix("sqlite:").filter(|path| keeps(path)).ok_or(BackupError::NoFile)?;
    if !Path::new(archive).is_file() {
        return Err(BackupError::Archive("there is no such file".to_owned()));
    }
    let copy = create(file)?;
    let copied = copy_into(archive, file).and_then(|()| Ok(copy.sync_all()?));
    if copied.is_err() {
        // What the caller is told is why it failed.
        let _ = fs::remove_file(file);
    }
    copied
}

/// SQLite writes into a file that is empty; so nobody else's is overwritten, and nobody else reads it.
fn create(file: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)
}

fn copy_into(archive: &str, file: &Path) -> Result<(), BackupError> {
    let unreadable = |error: &dyn std::fmt::Display| BackupError::Archive(one_line(&error.to_string()));
    let name = file.to_str().ok_or_else(|| std::io::Error::other("its name is not UTF-8"))?;
    let mut connection = SqliteConnection::establish(archive).map_err(|error| unreadable(&error))?;
    connection
        .batch_execute("PRAGMA busy_timeout = 10000")
        .and_then(|()| diesel::sql_query("VACUUM INTO ?").bind::<Text, _>(name).execute(&mut connection))
        .map_err(|error| unreadable(&error))?;
    Ok(())
}
