//! The whole archive from one engine to the other: every table, every column, in one transaction, read from the tables themselves.
//! It knows no table by what it is for: which there are is asked of both databases, which must agree. A row travels as a JSON array
//! of values that both engines can write and read; identifiers, order and seals arrive as they left.
//! An audit in a database of its own travels beside it. How much is done is told to the command line.

mod side;

use std::collections::BTreeMap;

use diesel::connection::{AnsiTransactionManager, TransactionManager};
use diesel::{PgConnection, SqliteConnection};

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
    /// Archive and audit are said to be one, here or there.
    #[error("the audit is in a database of its own, and goes to one: --from-audit and --to-audit must differ from --from and --to")]
    SameDatabase,
    /// With the audit's own database.
    #[error("audit: {0}")]
    Audit(Box<TransferError>),
    /// The audit arrived, the archive did not.
    #[error("the audit was moved, but the archive was not: {0}; empty the audit's target and begin again")]
    AuditOnly(String),
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

/// Where a database is, and where it goes.
#[derive(Clone, Copy, Debug)]
pub struct Route<'u> {
    /// The URL it has.
    pub from: &'u str,
    /// The URL it is to have.
    pub to: &'u str,
}

/// Copies an archive, and its audit if that is in a database of its own: all of it, or nothing. The targets get the tables of this program and
/// must be empty; nobody writes to the sources meanwhile, and they stay as they are. `progress` is told now and then how many rows of how many are done.
///
/// # Errors
/// See [`TransferError`].
pub fn transfer(archive: Route<'_>, audit: Option<Route<'_>>, progress: &mut dyn FnMut(u64, u64)) -> Result<Moved, TransferError> {
    if audit.is_some_and(|audit| audit.from == archive.from || audit.to == archive.to) {
        return Err(TransferError::SameDatabase);
    }
    // The archive is closed to writers first, as a server opens it first.
    let mut legs = vec![leg(archive, false)?];
    if let Some(audit) = audit {
        legs.push(leg(audit, true).map_err(of_audit)?);
    }
    let total = legs.iter().map(|leg| leg.rows()).sum();
    let mut moved = Moved { tables: 0, rows: 0 };
    for (leg, is_audit) in legs.iter_mut().zip([false, true]) {
        let before = moved.rows;
        let arrived = leg.travel(&mut |done| progress(before + done, total));
        let arrived = if is_audit { arrived.map_err(of_audit) } else { arrived }?;
        moved.tables += arrived.tables;
        moved.rows += arrived.rows;
    }
    // The audit first, as with every commit: an archive never stands without its records.
    let audit = legs.split_off(1);
    let with_audit = !audit.is_empty();
    audit.into_iter().try_for_each(|leg| leg.arrive().map_err(of_audit))?;
    legs.into_iter().try_for_each(|leg| leg.arrive()).map_err(|error| match error {
        TransferError::Database { reason, .. } if with_audit => TransferError::AuditOnly(reason),
        error => error,
    })?;
    Ok(moved)
}

fn of_audit(error: TransferError) -> TransferError {
    TransferError::Audit(Box::new(error))
}

/// A database on its way.
fn leg(route: Route<'_>, is_audit: bool) -> Result<Box<dyn Travels>, TransferError> {
    match (sqlite(route.from), postgres(route.from), sqlite(route.to), postgres(route.to)) {
        (Some(from), _, _, Some(to)) => Ok(Box::new(Leg::<SqliteConnection, PgConnection>::begin(&from, &to, is_audit)?)),
        (_, Some(from), Some(to), _) => Ok(Box::new(Leg::<PgConnection, SqliteConnection>::begin(&from, &to, is_audit)?)),
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

/// What is to be moved.
trait Travels {
    /// Rows of all tables.
    fn rows(&self) -> u64;

    /// Writes every row into the target; nobody sees it yet.
    fn travel(&mut self, progress: &mut dyn FnMut(u64)) -> Result<Moved, TransferError>;

    /// Now it is there.
    fn arrive(self: Box<Self>) -> Result<(), TransferError>;
}

/// A database on its way: both ends inside a transaction beside which nobody writes.
struct Leg<S, T> {
    source: S,
    target: T,
    tables: Tables,
    total: u64,
}

impl<S: Side, T: Side> Leg<S, T> {
    /// Opens both ends, and finds the same tables there, with nothing in those of the target.
    fn begin(from: &S::Engine, to: &T::Engine, is_audit: bool) -> Result<Self, TransferError> {
        let mut source = S::existing(from).map_err(|error| source_said(&error))?;
        let mut target = to.writing().map_err(|error| target_said(&error))?;
        let migrate = if is_audit { T::Engine::migrate_audit } else { T::Engine::migrate };
        migrate(&mut target).map_err(|error| target_said(&error))?;
        // What the migration set for itself must not stay with us.
        let mut target = to.writing().map_err(|error| target_said(&error))?;
        source.begin_alone().map_err(|error| source_said(&error))?;
        target.begin_alone().map_err(|error| target_said(&error))?;
        let tables = tables_of_both(&mut source, &mut target)?;
        let mut total = 0;
        for table in tables.keys() {
            total += source.count(table).map_err(|error| source_said(&error))?;
            if target.count(table).map_err(|error| target_said(&error))? > 0 {
                return Err(TransferError::NotEmpty(table.clone()));
            }
        }
        Ok(Self {
            source,
            target,
            tables,
            total,
        })
    }
}

impl<S: Side, T: Side> Travels for Leg<S, T> {
    fn rows(&self) -> u64 {
        self.total
    }

    fn travel(&mut self, progress: &mut dyn FnMut(u64)) -> Result<Moved, TransferError> {
        let mut done = 0;
        let (last, others): (Vec<_>, Vec<_>) = self.tables.iter().partition(|(table, _)| *table == LAST);
        for (table, columns) in others.into_iter().chain(last) {
            let target = &mut self.target;
            self.source.read(table, columns, &mut |rows| {
                let rows_as_one = format!("[{}]", rows.join(","));
                let arrived = target.write(table, columns, &rows_as_one).map_err(|error| target_said(&error))?;
                done += rows.len() as u64;
                progress(done);
                if arrived == rows.len() {
                    Ok(())
                } else {
                    Err(TransferError::Incomplete(table.clone()))
                }
            })?;
        }
        if done != self.total {
            return Err(TransferError::Incomplete("all tables together".to_owned()));
        }
        // Numbers that were given out once are not given out again.
        for (table, number) in self.source.counters().map_err(|error| source_said(&error))? {
            self.target.count_on(&table, number).map_err(|error| target_said(&error))?;
        }
        Ok(Moved {
            tables: self.tables.len(),
            rows: done,
        })
    }

    fn arrive(mut self: Box<Self>) -> Result<(), TransferError> {
        AnsiTransactionManager::commit_transaction(&mut self.target).map_err(|error| target_said(&error))
    }
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
