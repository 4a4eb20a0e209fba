//! What a failed statement means: whether trying again helps, and whether the caller may come back later.
//! It knows the words of both engines where the kind of an error does not tell.
//! What is done about it is left to whoever ran the statement.

use diesel::result::{DatabaseErrorKind, Error as DatabaseError};

use crate::error::Error;

/// What a failed statement means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Another writer was first; try again.
    Contention,
    /// A key exists already.
    Duplicate,
    /// The database cannot store or read anything now: its disk is full or broken, or it only lets itself be read.
    Storage,
    /// Trying again would not help.
    Other,
}

/// Another writer was first, or the statement took too long in its queue.
const BUSY: [&str; 5] = [
    "database is locked",
    "database table is locked",
    "deadlock",
    "lock timeout",
    "statement timeout",
];

/// What SQLite says, what PostgreSQL says of files, and what a standby says.
const NO_STORAGE: [&str; 10] = [
    "disk is full",
    "disk I/O error",
    "readonly database",
    "unable to open database file",
    "No space left on device",
    "Input/output error",
    "could not extend file",
    "could not write",
    "could not fsync",
    "read-only transaction",
];

impl Trouble {
    /// PostgreSQL reports only the serialization failure by kind; the others are known by their words, SQLite's by its own.
    pub fn of(error: &DatabaseError) -> Self {
        match error {
            DatabaseError::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => Self::Contention,
            // The same request through another process (M20): on the next try its answer is there, and the condition fails.
            DatabaseError::DatabaseError(DatabaseErrorKind::UniqueViolation, information)
                if information.table_name() == Some("answered_request") =>
            {
                Self::Contention
            }
            DatabaseError::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => Self::Duplicate,
            DatabaseError::DatabaseError(_, information) => {
                let says = |words: &&str| information.message().contains(*words);
                if BUSY.iter().any(&says) {
                    Self::Contention
                } else if NO_STORAGE.iter().any(says) {
                    Self::Storage
                } else {
                    Self::Other
                }
            }
            DatabaseError::RollbackErrorOnCommit { commit_error, .. } => Self::of(commit_error),
            _ => Self::Other,
        }
    }
}

/// How a call fails that needed the statement: it may come back where the database is only busy or cannot store now.
pub fn failure(what: &str, error: &DatabaseError) -> Error {
    match Trouble::of(error) {
        Trouble::Contention | Trouble::Storage => Error::Unavailable(format!("{what}: {error}")),
        Trouble::Duplicate | Trouble::Other => Error::Internal(format!("{what}: {error}")),
    }
}
