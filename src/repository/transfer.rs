//! The whole archive from one engine to the other: every table, every column, in one transaction, read from the tables themselves.
//! It knows no table by what it is for: which there are is asked of both databases, which must agree. A row travels as a JSON array
//! of values that both engines can write and read; identifiers, order and seals arrive as they left.
//! How much of it is done is told to the command line.

mod side;

use std::collections::BTreeMap;

use diesel::connection::{AnsiTransactionManager, TransactionManager};

use super::engine::Engine;
use super::postgres::Postgres;
use super::sqlite::Sqlite;
use super::{keeps, one_line};
use side::Side;

/// Characters of rows that travel together, about.
const PORTION: usize = 4 * 1024 * 1024;
/// Rows that travel together at most.
const ROWS: usize = 1_000;
/// The last table: while it holds a citizen, the database refuses that anything of the citizen is marked as purged.
const LAST: &str = "legal_hold";

/// Why nothing was moved; the target is as it was. The text holds no personal data and no password.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// The two URLs are not what we move between.
    #[error("one of the two must be sqlite:PATH of an archive, the other postgres://USER@HOST/DATABASE")]
    Urls,
    /// One of the databases cannot be opened or stopped us.
    #[error("{side}: {reason}; nothing was moved")]
    Database {
        /// Which of the two.
        side: &'static str,
        /// What it says.
        reason: String,
    },
    /// Source and this program differ in version.
    #[error("the source has other tables than this program: start a server of this version on it once; nothing was moved")]
    Version,
    /// There is something in the target.
    #[error("the target is not empty: the table {0} has rows; nothing was moved")]
    NotEmpty(String),
    /// Another number of rows arrived than left.
    #[error("{0}: another number of rows arrived than left; nothing was moved")]
    Incomplete(String),
}

/// What was moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Tables, empty ones too.
    pub tables: usize,
    /// Rows of all tables.
    pub rows: u64,
}

/// Copies an archive: all of it, or nothing. The target gets the tables of this program and must be empty; nobody writes to the source
/// meanwhile, and it stays as it is. `progress` is told now and then how many rows of how many are done.
///
/// # Errors
/// See [`TransferError`].
pub fn transfer(from: &str, to: &str, progress: &mut dyn FnMut(u64, u64)) -> Result<Moved, TransferError> {
    match (sqlite(from), postgres(from), sqlite(to), postgres(to)) {
        (Some(from), _, _, Some(to)) => copy(&from, &to, progress),
        (_, Some(from), Some(to), _) => copy(&from, &to, progress),
        _ => Err(TransferError::Urls),
    }
}

fn sqlite(url: &str) -> Option<Sqlite> {
    let path = url.strip_prefix("sqlite:").filter(|path| keeps(path))?;
    Some(Sqlite { path: path.to_owned() })
}

fn postgres(url: &str) -> Option<Postgres> {
    (url.starts_with("postgres://") || url.starts_with("postgresql://")).then(|| Postgres::new(url, false))
}

fn copy<F, T>(from: &F, to: &T, progress: &mut dyn FnMut(u64, u64)) -> Result<Moved, TransferError>
where
    F: Engine,
    T: Engine,
    F::Connection: Side<Engine = F>,
    T::Connection: Side<Engine = T>,
{
    let mut source = <F::Connection as Side>::existing(from).map_err(|error| source_said(&error))?;
    let mut target = to.writing().map_err(|error| target_said(&error))?;
    T::migrate(&mut target).map_err(|error| target_said(&error))?;
    // What the migration set for itself must not stay with us.
    let mut target = to.writing().map_err(|error| target_said(&error))?;
    source.begin_alone().map_err(|error| source_said(&error))?;
    target.begin_alone().map_err(|error| target_said(&error))?;
    let moved = copy_tables(&mut source, &mut target, progress)?;
    AnsiTransactionManager::commit_transaction(&mut target).map_err(|error| target_said(&error))?;
    Ok(moved)
}

fn copy_tables(source: &mut impl Side, target: &mut impl Side, progress: &mut dyn FnMut(u64, u64)) -> Result<Moved, TransferError> {
    let tables = tables_of_both(source, target)?;
    let mut total = 0;
    for table in tables.keys() {
        total += source.count(table).map_err(|error| source_said(&error))?;
        if target.count(table).map_err(|error| target_said(&error))? > 0 {
            return Err(TransferError::NotEmpty(table.clone()));
        }
    }
    let mut done = 0;
    let (last, others): (Vec<_>, Vec<_>) = tables.iter().partition(|(table, _)| *table == LAST);
    for (table, columns) in others.into_iter().chain(last) {
        source.read(table, columns, &mut |rows| {
            let rows_as_one = format!("[{}]", rows.join(","));
            let arrived = target.write(table, columns, &rows_as_one).map_err(|error| target_said(&error))?;
            done += rows.len() as u64;
            progress(done, total);
            if arrived == rows.len() {
                Ok(())
            } else {
                Err(TransferError::Incomplete(table.clone()))
            }
        })?;
    }
    if done != total {
        return Err(TransferError::Incomplete("all tables together".to_owned()));
    }
    // Numbers that were given out once are not given out again.
    for (table, number) in source.counters().map_err(|error| source_said(&error))? {
        target.count_on(&table, number).map_err(|error| target_said(&error))?;
    }
    Ok(Moved {
        tables: tables.len(),
        rows: done,
    })
}

/// The tables with their columns; the kinds are PostgreSQL's words, for SQLite has no types for identifiers and instants.
fn tables_of_both(source: &mut impl Side, target: &mut impl Side) -> Result<Tables, TransferError> {
    let versions = (
        source.versions().map_err(|error| source_said(&error))?,
        target.versions().map_err(|error| target_said(&error))?,
    );
    let here = source.tables().map_err(|error| source_said(&error))?;
    let there = target.tables().map_err(|error| target_said(&error))?;
    let names = |tables: &Tables| -> Vec<(String, Vec<String>)> {
        let of_columns = |columns: &Vec<Column>| {
            let mut names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
            names.sort();
            names
        };
        tables.iter().map(|(table, columns)| (table.clone(), of_columns(columns))).collect()
    };
    if versions.0 != versions.1 || names(&here) != names(&there) {
        return Err(TransferError::Version);
    }
    let is_typed = here.values().flatten().any(|column| column.kind != Kind::Unknown);
    Ok(if is_typed { here } else { there })
}

/// Tables by name.
type Tables = BTreeMap<String, Vec<Column>>;

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Column {
    name: String,
    kind: Kind,
}

/// What a column holds, and so how it travels.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    /// An identifier: 32 hexadecimal digits.
    Id,
    /// An instant: microseconds since 1970.
    Instant,
    /// Bytes: hexadecimal digits.
    Bytes,
    /// A day: `2026-01-31`.
    Day,
    /// Yes or no: 1 or 0.
    Truth,
    /// Text or a number, as it is; the type on PostgreSQL.
    Plain(String),
    /// Only PostgreSQL knows.
    Unknown,
}

fn source_said(error: &impl ToString) -> TransferError {
    TransferError::Database {
        side: "the source",
        reason: one_line(error),
    }
}

fn target_said(error: &impl ToString) -> TransferError {
    TransferError::Database {
        side: "the target",
        reason: one_line(error),
    }
}
