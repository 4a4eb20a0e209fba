//! SQLite: one file, one writer at a time, as many readers as there are cores.
//! It knows the settings of a connection and the transaction that takes the write lock at once.
//! The queries are those of `query`, compiled for this engine.

#![allow(clippy::duplicate_mod, reason = "the queries are written once and compiled for each engine")]

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use diesel::connection::{AnsiTransactionManager, Connection as _, SimpleConnection, TransactionManager as _};
use diesel::migration::MigrationSource;
use diesel::prelude::*;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::audit::Chain;
use super::engine::{AuditOnly, Engine};
use super::facts::Facts;
use super::ledger::{Entry, Lapse};
use super::rows;
use super::schema::{outbox as waiting, thread};
use super::trouble::Trouble;
use super::types::Identifier;
use crate::domain::{Refusal, Unit};

#[path = "query/append.rs"]
pub mod append;
#[path = "query/audit.rs"]
pub mod audit;
#[path = "query/backlog.rs"]
pub mod backlog;
#[path = "query/citizens.rs"]
pub mod citizens;
#[path = "query/code_lists.rs"]
pub mod code_lists;
#[path = "query/documents.rs"]
pub mod documents;
#[path = "query/import.rs"]
pub mod import;
#[path = "query/messages.rs"]
pub mod messages;
#[path = "query/organisations.rs"]
pub mod organisations;
#[path = "query/outbox.rs"]
pub mod outbox;
#[path = "query/purge.rs"]
pub mod purge;
#[path = "query/queue.rs"]
pub mod queue;
#[path = "query/requests.rs"]
pub mod requests;

/// Connection the queries run on.
pub type Connection = SqliteConnection;
/// Dialect the queries are compiled for.
pub type Backend = diesel::sqlite::Sqlite;

/// The tables of this engine, embedded in the program.
pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/sqlite");

/// A commit is on the disk when it is answered: WAL alone would lose it with the power. The log may grow to 64 MiB before it is copied into
/// the file, which holds up the commit that does it: a message touches a page of every table it has a row in, and a page that many messages
/// touched is copied once. With SQLite's 4 MiB one message in twenty took three times as long as most.
const WRITER: &str = "PRAGMA busy_timeout = 1000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536; \
                      PRAGMA wal_autocheckpoint = 16384; PRAGMA secure_delete = ON; PRAGMA busy_timeout = 0;";
/// How long a writer waits for the write lock at a time, and how often it looks. SQLite's own waiting looks ever less often and
/// loses the lock again and again to a process that commits without a pause.
const TURN: Duration = Duration::from_secs(2);
const LOOK: Duration = Duration::from_millis(1);
/// One transaction writes at a time: who has much to store lets others in between.
const ONE_WRITER: bool = true;
/// How long a process that starts waits for others that migrate.
const MIGRATION: Duration = Duration::from_secs(30);
/// The file is not mapped: SQLite gives the whole mapping back after each commit of another connection, and every call leaves a record; a
/// page of messages then costs twice as much as one that is read into the cache.
const READER: &str = "PRAGMA busy_timeout = 1000; PRAGMA query_only = ON; PRAGMA cache_size = -65536;";

/// A SQLite file.
pub struct Sqlite {
    /// Its path.
    pub path: String,
}

impl Engine for Sqlite {
    type Connection = Connection;

    const NAME: &'static str = "SQLite";

    fn reading(&self) -> ConnectionResult<Connection> {
        open(&self.path, READER)
    }

    fn read<T>(&self, connection: &mut Connection, question: impl FnOnce(&mut Connection) -> QueryResult<T>) -> QueryResult<T> {
        question(connection)
    }

    fn writing(&self) -> ConnectionResult<Connection> {
        open(&self.path, WRITER)
    }

    fn migrate(connection: &mut Connection) -> diesel::migration::Result<()> {
        migrate_with(connection, MIGRATIONS)
    }

    fn migrate_audit(connection: &mut Connection) -> diesel::migration::Result<()> {
        migrate_with(connection, AuditOnly(MIGRATIONS))
    }

    fn append(
        connection: &mut Connection,
        units: &[&Unit],
        chain: &mut Chain,
        refusals: &mut Vec<Option<Refusal>>,
        entry: Option<&mut Entry<'_>>,
    ) -> Result<(), Lapse> {
        transaction(connection, |connection| append::append(connection, units, chain, refusals, entry))
    }

    fn record(connection: &mut Connection, facts: &Facts<'_>, chain: &Chain) -> QueryResult<()> {
        transaction(connection, |connection| append::record(connection, facts, chain))
    }

    fn is_marked(connection: &mut Connection, before: &Chain, chain: &Chain) -> QueryResult<bool> {
        transaction(connection, |connection| append::is_marked(connection, before, chain))
    }

    fn is_recorded(connection: &mut Connection, chain: &Chain) -> QueryResult<bool> {
        append::is_recorded(connection, chain)
    }

    fn probe(connection: &mut Connection) -> QueryResult<()> {
        // Writes the first page, and syncs it.
        transaction(connection, |connection| connection.batch_execute("PRAGMA user_version = 0"))
    }

    /// The pages of what was deleted are zeroed already, but for what the pages' own reorganisation left behind: only writing the file anew
    /// is sure to leave nothing. The log in front of the file is emptied either way.
    fn clean(connection: &mut Connection, rewrite: &mut bool) -> QueryResult<bool> {
        connection.batch_execute("PRAGMA busy_timeout = 1000")?;
        if *rewrite {
            connection.batch_execute("VACUUM")?;
            *rewrite = false;
        }
        let left: Checkpoint = diesel::sql_query("PRAGMA wal_checkpoint(TRUNCATE)").get_result(connection)?;
        Ok(left.busy == 0)
    }

    fn is_alive(connection: &mut Connection) -> bool {
        connection.batch_execute("SELECT 1").is_ok()
    }
}

#[derive(QueryableByName)]
struct Checkpoint {
    #[diesel(sql_type = diesel::sql_types::Integer)]
    busy: i32,
}

/// The threads with their first messages. The transaction holds the only write lock, so nothing more is to be locked.
fn lock_threads(
    connection: &mut Connection,
    citizens: &[Identifier],
    threads: &[Identifier],
) -> QueryResult<Vec<(Identifier, Identifier, Identifier)>> {
    thread::table
        .filter(thread::citizen.eq_any(citizens))
        .filter(thread::id.eq_any(threads))
        .select((thread::citizen, thread::id, thread::first_message))
        .load(connection)
}

/// Nobody else writes during the transaction: content that was there stays.
fn hold_contents(_: &mut Connection, _: &[rows::DocumentContent]) -> QueryResult<()> {
    Ok(())
}

/// Who has deliveries of the outbox. As with threads, nothing is to be locked.
fn lock_waiting(connection: &mut Connection, citizens: &[Identifier], deliveries: &[Identifier]) -> QueryResult<Vec<outbox::Held>> {
    waiting::table
        .filter(waiting::citizen.eq_any(citizens))
        .filter(waiting::id.eq_any(deliveries))
        .select((
            waiting::citizen,
            waiting::id,
            waiting::attempts,
            waiting::owner,
            waiting::leased_until,
        ))
        .load(connection)
}

/// As with threads: the write lock is enough.
fn lock_contents(_: &mut Connection, _: Identifier, _: &[Vec<u8>]) -> QueryResult<()> {
    Ok(())
}

/// As with threads: nobody else numbers events or opens sequences.
fn hold_queues(_: &mut Connection, _: &BTreeSet<i64>) -> QueryResult<()> {
    Ok(())
}

/// As with threads.
fn share_citizens(_: &mut Connection, _: &[Identifier]) -> QueryResult<()> {
    Ok(())
}

/// As with threads.
fn lock_citizens(_: &mut Connection, _: &[Identifier]) -> QueryResult<()> {
    Ok(())
}

/// A transaction that may write.
fn transaction<T, E: From<diesel::result::Error>>(
    connection: &mut Connection,
    work: impl FnOnce(&mut Connection) -> Result<T, E>,
) -> Result<T, E> {
    begin(connection)?;
    end(connection, work)
}

/// Runs what migrations are outstanding, when it is our turn.
fn migrate_with(connection: &mut Connection, migrations: impl MigrationSource<Backend>) -> diesel::migration::Result<()> {
    let started = Instant::now();
    while let Err(error) = begin(connection) {
        // Another process that starts may need longer for its migrations.
        if Trouble::of(&error) != Trouble::Contention || started.elapsed() > MIGRATION {
            return Err(error.into());
        }
    }
    end(connection, |connection| connection.run_pending_migrations(migrations).map(drop))
}

/// Takes the write lock as soon as nobody has it.
fn begin(connection: &mut Connection) -> QueryResult<()> {
    let begun = Instant::now();
    loop {
        match AnsiTransactionManager::begin_transaction_sql(connection, "BEGIN IMMEDIATE") {
            Err(error) if Trouble::of(&error) == Trouble::Contention && begun.elapsed() < TURN => std::thread::sleep(LOOK),
            begun => return begun,
        }
    }
}

/// Works and commits. After an error of the disk SQLite has rolled back by itself; what counts is the error.
fn end<T, E: From<diesel::result::Error>>(connection: &mut Connection, work: impl FnOnce(&mut Connection) -> Result<T, E>) -> Result<T, E> {
    let worked = work(connection);
    if worked.is_ok() {
        AnsiTransactionManager::commit_transaction(connection)?;
    } else {
        let _ = AnsiTransactionManager::rollback_transaction(connection);
    }
    worked
}

fn open(path: &str, settings: &str) -> ConnectionResult<Connection> {
    let mut connection = Connection::establish(path)?;
    connection
        .batch_execute(settings)
        .map_err(ConnectionError::CouldntSetupConfiguration)?;
    Ok(connection)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use diesel::sql_types::BigInt;

    #[derive(QueryableByName)]
    struct Setting {
        #[diesel(sql_type = BigInt)]
        value: i64,
    }

    fn setting(connection: &mut Connection, name: &str) -> i64 {
        let query = format!("SELECT {name} AS value FROM pragma_{name}");
        diesel::sql_query(query).get_result::<Setting>(connection).unwrap().value
    }

    /// A commit that was answered survives a power failure: WAL with FULL (2), not NORMAL; and readers cannot write.
    #[test]
    fn the_writer_is_durable_and_readers_only_read() {
        let folder = tempfile::tempdir().unwrap();
        let engine = Sqlite {
            path: folder.path().join("archive.sqlite").display().to_string(),
        };
        let mut writer = engine.writing().unwrap();
        assert_eq!((setting(&mut writer, "synchronous"), setting(&mut writer, "secure_delete")), (2, 1));
        let mut reader = engine.reading().unwrap();
        assert_eq!(setting(&mut reader, "query_only"), 1);
        assert!(reader.batch_execute("CREATE TABLE x (y)").is_err());
    }
}
