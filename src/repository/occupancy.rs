//! One server at a time on a SQLite file: two would fight for its only write lock, and callers of both would pay.
//! It knows the lock that tells a server from another: on a file beside the database, gone with the process however that ends.
//! Commands beside a server take no such lock; SQLite's own is enough for them.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use super::engine::Engine as _;
use super::sqlite::Sqlite;
use super::{OpenError, Store};

/// A server's hold on its SQLite files, if it has any, until it is dropped.
#[derive(Debug)]
pub struct Occupancy {
    _locks: Vec<File>,
}

impl Occupancy {
    /// Takes hold of the databases of a server; PostgreSQL may have any number of servers.
    ///
    /// # Errors
    /// [`OpenError::Occupied`] while another server has one of them; [`OpenError`] otherwise where a lock cannot be made.
    pub fn take(archive: &str, audit: Option<&str>) -> Result<Self, OpenError> {
        let mut paths: Vec<(PathBuf, bool)> = Vec::new();
        for (url, is_audit) in [(Some(archive), false), (audit, true)] {
            if let Some(Store::Sqlite(file)) = url.map(|url| Store::named(url, false)).transpose()? {
                let path = beside(&file.path);
                // The audit may be in the archive's own file after all.
                if paths.iter().all(|(other, _)| *other != path) {
                    paths.push((path, is_audit));
                }
            }
        }
        let locked = |(path, is_audit): &(PathBuf, bool)| match lock(path) {
            Err(error) if *is_audit => Err(OpenError::Audit(Box::new(error))),
            locked => locked,
        };
        let locks = paths.iter().map(locked).collect::<Result<_, _>>()?;
        Ok(Self { _locks: locks })
    }
}

/// The lock's file. It stays where it is: who removed it could lock another of the same name.
fn beside(database: &str) -> PathBuf {
    let path = Path::new(database);
    // Under whatever name the database is reached; before the first start only its folder is there.
    let folder = path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    let in_folder = || Some(folder.canonicalize().ok()?.join(path.file_name()?));
    let path = path.canonicalize().ok().or_else(in_folder);
    let mut name = path.unwrap_or_else(|| database.into()).into_os_string();
    name.push("-server");
    name.into()
}

fn lock(path: &Path) -> Result<File, OpenError> {
    let unreachable = |error: std::io::Error| OpenError::Unreachable {
        engine: Sqlite::NAME,
        reason: error.to_string(),
    };
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path).map_err(unreachable)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::Occupied),
        Err(TryLockError::Error(error)) => Err(unreachable(error)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    /// One server on a file, under whatever name it is reached, as archive or as audit; the next when the first is gone.
    #[test]
    fn a_file_has_one_server_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let url = |name: &str| format!("sqlite:{}", folder.path().join(name).display());
        for name in ["a.sqlite", "b.sqlite"] {
            File::create(folder.path().join(name)).unwrap();
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink(folder.path().join("a.sqlite"), folder.path().join("other.sqlite")).unwrap();
        let first = Occupancy::take(&url("a.sqlite"), Some(&url("a.sqlite"))).unwrap();
        assert!(matches!(Occupancy::take(&url("a.sqlite"), None), Err(OpenError::Occupied)));
        #[cfg(unix)]
        assert!(matches!(Occupancy::take(&url("other.sqlite"), None), Err(OpenError::Occupied)));
        let as_audit = Occupancy::take(&url("b.sqlite"), Some(&url("a.sqlite"))).unwrap_err();
        assert!(matches!(as_audit, OpenError::Audit(_)), "{as_audit}");
        let beside = Occupancy::take("postgres://localhost/x", Some(&url("b.sqlite"))).unwrap();
        drop(first);
        drop(beside);
        Occupancy::take(&url("b.sqlite"), Some(&url("a.sqlite"))).unwrap();
    }
}
