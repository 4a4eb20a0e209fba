//! PostgreSQL: many processes may write; rows are locked where two of them could disagree.
//! It knows the time-outs of a connection and which locks keep replies, rectifications and shared documents consistent.
//! The queries are those of `query`, compiled for this engine.

#![allow(clippy::duplicate_mod, reason = "the queries are written once and compiled for each engine")]

use std::collections::{BTreeSet, HashSet};
use std::time::{Duration, Instant};

use diesel::connection::{AnsiTransactionManager, CacheSize, Connection as _, SimpleConnection, TransactionManager as _};
use diesel::expression::functions::declare_sql_function;
use diesel::prelude::*;
use diesel::query_builder::QueryId;
use diesel::result::{DatabaseErrorKind, Error};
use diesel::sql_types::{Array, BigInt, SqlType};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::audit::Chain;
use super::engine::{AuditOnly, Engine};
use super::facts::Facts;
use super::ledger::{Entry, Lapse};
use super::rows;
use super::schema::{citizen, document_content, outbox as waiting, thread};
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
pub type Connection = PgConnection;
/// Dialect the queries are compiled for.
pub type Backend = diesel::pg::Pg;

/// The tables of this engine, embedded in the program.
pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// How a transaction begins: nothing a call waits for may hang, so all ends before the five seconds after which the caller gets an answer anyway.
/// The time-outs are the transaction's own; a pooler may give the next one another connection to the server.
const BEGIN: &str =
    "BEGIN; SET LOCAL statement_timeout = '4s'; SET LOCAL lock_timeout = '1s'; SET LOCAL idle_in_transaction_session_timeout = '10s';";
/// One question through a pooler. It is planned anew each time: with the joins as they are written, there is little to plan.
const BEGIN_READING: &str = "BEGIN READ ONLY; SET LOCAL statement_timeout = '4s'; SET LOCAL join_collapse_limit = 1; \
                             SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; \
                             SET LOCAL enable_material = off; SET LOCAL enable_bitmapscan = off; SET LOCAL jit = off; \
                             SET LOCAL max_parallel_workers_per_gather = 0;";
/// What a reader's connection keeps. A plan that is made once names no citizen and finds the partition when it runs; making one each time for the
/// joins of a page of messages costs several times what the page does. Such a plan knows nothing of the values: where nearly all messages are to
/// citizens, it would expect as many for an authority, and join all there are before it finds a few; and for a page of one citizen's messages it
/// would read the texts of all of them. A call finds what it asks for by an index, row by row; compiling its plan, as PostgreSQL does where it
/// expects much, took thirty times what the whole call for a page of a large inbox takes.
const READER: &str = "SET statement_timeout = '4s'; SET default_transaction_read_only = on; SET plan_cache_mode = force_generic_plan; \
                      SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; \
                      SET enable_material = off; SET enable_bitmapscan = off; SET jit = off; SET max_parallel_workers_per_gather = 0;";
/// A server that is gone without a word is noticed within five seconds, whether something was sent to it or only awaited from it.
const NETWORK: [(&str, &str); 5] = [
    ("connect_timeout", "2"),
    ("tcp_user_timeout", "4000"),
    ("keepalives_idle", "2"),
    ("keepalives_interval", "1"),
    ("keepalives_count", "2"),
];
/// Any number will do, as long as all processes use the same.
const MIGRATION_LOCK: &str = "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; SELECT pg_advisory_xact_lock(7230411905);";
/// Transactions write side by side: a long one holds nobody up.
const ONE_WRITER: bool = false;
/// How often a connection through a pooler is tried: what Diesel sets at its beginning may be parted between two connections of the server.
const TRIES: usize = 5;
/// What the triggers of the audit call; an archive has it from its own migrations.
const KEEP_FACT: &str = "CREATE OR REPLACE FUNCTION keep_fact() RETURNS trigger LANGUAGE plpgsql AS $$ \
                         BEGIN RAISE EXCEPTION '% of % is refused: facts are appended, never altered', TG_OP, TG_TABLE_NAME; END $$;";

/// What a function gives that gives nothing.
#[derive(SqlType, QueryId)]
#[diesel(postgres_type(oid = 2278, array_oid = 0))]
pub struct Nothing;

#[declare_sql_function]
extern "SQL" {
    /// One row for each member.
    fn unnest(numbers: Array<BigInt>) -> BigInt;
    /// Waits for the lock of a number, and holds it until the end of the transaction.
    fn pg_advisory_xact_lock(number: BigInt) -> Nothing;
}

/// A PostgreSQL database.
pub struct Postgres {
    /// Its URL.
    url: String,
    /// A pooler stands before it that gives a connection to the server for one transaction at a time.
    pooled: bool,
}

impl Postgres {
    /// Gives the URL time-outs of the network, unless it brings its own.
    pub fn new(url: &str, pooled: bool) -> Self {
        let mut url = url.to_owned();
        for (parameter, value) in NETWORK {
            if !url.contains(&format!("{parameter}=")) {
                let separator = if url.contains('?') { '&' } else { '?' };
                url.push_str(&format!("{separator}{parameter}={value}"));
            }
        }
        Self { url, pooled }
    }

    /// Does the other lead to the same database, as far as the URL tells?
    pub fn is(&self, other: &Self) -> bool {
        self.url == other.url
    }

    fn connect(&self) -> ConnectionResult<Connection> {
        if !self.pooled {
            return Connection::establish(&self.url);
        }
        let mut connection = Connection::establish(&self.url);
        for _ in 1..TRIES {
            if !matches!(connection, Err(ConnectionError::CouldntSetupConfiguration(_))) {
                break;
            }
            connection = Connection::establish(&self.url);
        }
        let mut connection = connection?;
        // A statement prepared under a name stays with one connection of the server, and the next transaction may get another.
        connection.set_prepared_statement_cache_size(CacheSize::Disabled);
        Ok(connection)
    }
}

impl Engine for Postgres {
    type Connection = Connection;

    const NAME: &'static str = "PostgreSQL";

    fn reading(&self) -> ConnectionResult<Connection> {
        let mut connection = self.connect()?;
        if !self.pooled {
            connection
                .batch_execute(READER)
                .map_err(ConnectionError::CouldntSetupConfiguration)?;
        }
        Ok(connection)
    }

    fn read<T>(&self, connection: &mut Connection, question: impl FnOnce(&mut Connection) -> QueryResult<T>) -> QueryResult<T> {
        if self.pooled {
            transaction_that(connection, BEGIN_READING, question)
        } else {
            question(connection)
        }
    }

    fn writing(&self) -> ConnectionResult<Connection> {
        self.connect()
    }

    fn migrate(connection: &mut Connection) -> diesel::migration::Result<()> {
        connection.transaction(|connection| {
            connection.batch_execute(MIGRATION_LOCK)?;
            connection.run_pending_migrations(MIGRATIONS).map(drop)
        })
    }

    fn migrate_audit(connection: &mut Connection) -> diesel::migration::Result<()> {
        connection.transaction(|connection| {
            connection.batch_execute(MIGRATION_LOCK)?;
            connection.batch_execute(KEEP_FACT)?;
            connection.run_pending_migrations(AuditOnly(MIGRATIONS)).map(drop)
        })
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
        transaction(connection, |connection| append::is_recorded(connection, chain))
    }

    fn probe(connection: &mut Connection) -> QueryResult<()> {
        // A transaction with a number is written to the log.
        connection.batch_execute("SELECT pg_current_xact_id()")
    }

    /// Makes the room of what was deleted free, beside all work; written anew, the tables hold not a byte of it, but nobody can use them meanwhile.
    /// What somebody still sees who began before it went is copied along, though; so they are waited for.
    fn clean(connection: &mut Connection, rewrite: &mut bool) -> QueryResult<bool> {
        if *rewrite && !earlier_ended(connection)? {
            return Ok(false);
        }
        let how = if *rewrite { "VACUUM (FULL, ANALYZE)" } else { "VACUUM (ANALYZE)" };
        PURGED_TABLES
            .iter()
            .try_for_each(|table| connection.batch_execute(&format!("{how} {table}")))?;
        *rewrite = false;
        Ok(true)
    }

    fn is_alive(connection: &mut Connection) -> bool {
        connection.batch_execute("SELECT 1").is_ok()
    }
}

/// Waits for whoever may see what is gone by now; false if somebody does after ten seconds. Of other roles' sessions PostgreSQL tells a member of
/// `pg_read_all_stats` alone. VACUUM itself, which sees no rows, is not waited for.
fn earlier_ended(connection: &mut Connection) -> QueryResult<bool> {
    let now: Number = diesel::sql_query("SELECT pg_current_xact_id()::xid::text::bigint AS number").get_result(connection)?;
    let earlier = format!(
        "SELECT count(*) AS number FROM (\
           SELECT unnest(ARRAY[backend_xmin, backend_xid]) AS began FROM pg_stat_activity \
             WHERE (datname = current_database() OR datname IS NULL) AND pid <> pg_backend_pid() AND query NOT LIKE 'autovacuum: VACUUM%' \
           UNION ALL SELECT xmin FROM pg_replication_slots \
           UNION ALL SELECT transaction FROM pg_prepared_xacts WHERE database = current_database()) AS one \
         WHERE age(began) > age('{}'::xid)",
        now.number
    );
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let left: Number = diesel::sql_query(&earlier).get_result(connection)?;
        if left.number == 0 || Instant::now() > deadline {
            return Ok(left.number == 0);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    number: i64,
}

/// What purge removes rows from.
const PURGED_TABLES: [&str; 13] = [
    "thread",
    "message",
    "message_content",
    "document",
    "document_name",
    "document_content",
    "reading",
    "rectification",
    "delivery",
    "delivery_outcome",
    "delivery_attempt",
    "outbox",
    "answered_request",
];

/// Locks the threads, in the order of their keys so that two processes cannot wait for each other, and reads their first messages.
fn lock_threads(
    connection: &mut Connection,
    citizens: &[Identifier],
    threads: &[Identifier],
) -> QueryResult<Vec<(Identifier, Identifier, Identifier)>> {
    thread::table
        .filter(thread::citizen.eq_any(citizens))
        .filter(thread::id.eq_any(threads))
        .order((thread::citizen, thread::id))
        .select((thread::citizen, thread::id, thread::first_message))
        .for_no_key_update()
        .load(connection)
}

/// Content that another message brought earlier was not inserted again: hold it, so that no rectification takes it away before our commit.
/// If one just did, the batch starts again and inserts it.
fn hold_contents(connection: &mut Connection, contents: &[rows::DocumentContent]) -> QueryResult<()> {
    if contents.is_empty() {
        return Ok(());
    }
    let citizens: Vec<Identifier> = contents.iter().map(|content| content.citizen).collect();
    let hashes: Vec<&[u8]> = contents.iter().map(|content| content.sha256.as_slice()).collect();
    let held: HashSet<(Identifier, Vec<u8>)> = document_content::table
        .filter(document_content::citizen.eq_any(citizens))
        .filter(document_content::sha256.eq_any(hashes))
        .order((document_content::citizen, document_content::sha256))
        .select((document_content::citizen, document_content::sha256))
        .for_key_share()
        .load(connection)?
        .into_iter()
        .collect();
    if contents
        .iter()
        .all(|content| held.contains(&(content.citizen, content.sha256.to_vec())))
    {
        Ok(())
    } else {
        Err(Error::DatabaseError(
            DatabaseErrorKind::SerializationFailure,
            Box::new("shared content was removed meanwhile".to_owned()),
        ))
    }
}

/// Who has deliveries of the outbox; they are locked in the order of their keys, so that a delivery goes to one worker.
fn lock_waiting(connection: &mut Connection, citizens: &[Identifier], deliveries: &[Identifier]) -> QueryResult<Vec<outbox::Held>> {
    waiting::table
        .filter(waiting::citizen.eq_any(citizens))
        .filter(waiting::id.eq_any(deliveries))
        .order((waiting::citizen, waiting::id))
        .select((
            waiting::citizen,
            waiting::id,
            waiting::attempts,
            waiting::owner,
            waiting::leased_until,
        ))
        .for_update()
        .load(connection)
}

/// Waits for messages that are just being stored with the same content; afterwards their documents are visible.
fn lock_contents(connection: &mut Connection, citizen: Identifier, hashes: &[Vec<u8>]) -> QueryResult<()> {
    document_content::table
        .filter(document_content::citizen.eq(citizen))
        .filter(document_content::sha256.eq_any(hashes))
        .order(document_content::sha256)
        .select(document_content::citizen)
        .for_update()
        .load::<Identifier>(connection)
        .map(drop)
}

/// Holds queues until the end of the transaction, by advisory locks in ascending order.
fn hold_queues(connection: &mut Connection, queues: &BTreeSet<i64>) -> QueryResult<()> {
    if queues.is_empty() {
        return Ok(());
    }
    let queues: Vec<i64> = queues.iter().copied().collect();
    diesel::select(pg_advisory_xact_lock(unnest(queues))).execute(connection).map(drop)
}

/// Until the end of the transaction no legal hold is put on these citizens.
fn share_citizens(connection: &mut Connection, citizens: &[Identifier]) -> QueryResult<()> {
    citizen::table
        .filter(citizen::key.eq_any(citizens))
        .order(citizen::key)
        .select(citizen::key)
        .for_key_share()
        .load::<Identifier>(connection)
        .map(drop)
}

/// Waits until nothing of these citizens is being purged.
fn lock_citizens(connection: &mut Connection, citizens: &[Identifier]) -> QueryResult<()> {
    if citizens.is_empty() {
        return Ok(());
    }
    citizen::table
        .filter(citizen::key.eq_any(citizens))
        .order(citizen::key)
        .select(citizen::key)
        .for_update()
        .load::<Identifier>(connection)
        .map(drop)
}

/// A transaction that may write.
fn transaction<T, E: From<Error>>(connection: &mut Connection, work: impl FnOnce(&mut Connection) -> Result<T, E>) -> Result<T, E> {
    transaction_that(connection, BEGIN, work)
}

/// A transaction that begins with these statements, sent as one.
fn transaction_that<T, E: From<Error>>(
    connection: &mut Connection,
    begin: &str,
    work: impl FnOnce(&mut Connection) -> Result<T, E>,
) -> Result<T, E> {
    AnsiTransactionManager::begin_transaction_sql(connection, begin)?;
    match work(connection) {
        Ok(value) => {
            AnsiTransactionManager::commit_transaction(connection)?;
            Ok(value)
        }
        Err(error) => match AnsiTransactionManager::rollback_transaction(connection) {
            Ok(()) | Err(Error::BrokenTransactionManager) => Err(error),
            Err(rollback) => Err(rollback.into()),
        },
    }
}
