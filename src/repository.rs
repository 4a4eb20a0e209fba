//! The archive: citizens and who may see them, code lists, and messages with everything that happened to them.
//! It knows two database engines behind one set of queries, one writer that appends units, and pools of readers.
//! What may be read or written is left to the services and the domain.

pub mod audit;
mod backlog;
pub mod backup;
pub mod bench;
mod clean;
mod commit;
mod committer;
mod effort;
mod engine;
mod facts;
pub mod import;
mod ledger;
mod occupancy;
mod outbox;
mod pool;
mod postgres;
mod reader;
mod replica;
mod rows;
mod schema;
mod sqlite;
mod tally;
pub mod transfer;
mod trouble;
mod types;

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};

pub use backlog::{Backlog, QueueBacklog};
pub use commit::Commit;
pub use occupancy::Occupancy;
pub use outbox::{Claim, Order, Outbox, OutboxDepth};
pub use reader::Reader;

use crate::domain::{Channel, CivilRegistrationNumber, Context, Message, MessageId, Organisation, ThreadId, Unit};
use crate::error::Error;
use audit::{Audit, Chain, Keys};
use committer::{Bounds, Committer};
use engine::Engine;
use import::{ImportError, Kind, Source, Summary};
use ledger::{Book, Ledger};
use pool::Pool;
use postgres::Postgres;
use replica::Replica;
use sqlite::Sqlite;
use tally::Tally;

/// How an archive is opened.
#[derive(Clone)]
pub struct Settings {
    /// Key of the audit; stands outside the database. Who loses it can no longer find a citizen's records (S5).
    pub audit_key: [u8; 32],
    /// The database of the audit, in the form of the archive's URL; none: beside the facts.
    pub audit_url: Option<String>,
    /// Read connections at most.
    pub readers: u32,
    /// A replica of the PostgreSQL database, for questions whose answer may be a moment old.
    pub replica: Option<String>,
    /// Does the URL lead to a pooler that gives a connection to the server for one transaction at a time (PgBouncer, `pool_mode = transaction`)?
    pub pooled: bool,
    /// Units that may wait for the writer; one more is refused as unavailable.
    pub queue: usize,
    /// Units in one transaction at most.
    pub batch: usize,
    /// Does the archive keep what it is given? If not, a unit is accepted and forgotten: benches measure a call without its storing.
    pub keeps: bool,
}

impl Settings {
    /// The usual settings with a key for the audit: 16 readers, 1024 waiting units, 256 in a transaction.
    pub fn new(audit_key: [u8; 32]) -> Self {
        Self {
            audit_key,
            audit_url: None,
            readers: 16,
            replica: None,
            pooled: false,
            queue: 1024,
            batch: 256,
            keeps: true,
        }
    }
}

/// Why an archive cannot be opened; one sentence for the operator, without user names or passwords.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The URL names no engine we have.
    #[error("the database URL must be sqlite:PATH or postgres://USER@HOST/DATABASE")]
    UnknownEngine,
    /// Another server has the SQLite file.
    #[error("another server works on the SQLite database; several on one archive need PostgreSQL")]
    Occupied,
    /// A replica of something that has none.
    #[error("only a PostgreSQL database has a replica: its URL begins with postgres://, like that of the database")]
    NoReplica,
    /// The database cannot be reached.
    #[error("the {engine} database cannot be opened: {reason}")]
    Unreachable {
        /// Which engine.
        engine: &'static str,
        /// What the engine says.
        reason: String,
    },
    /// The tables cannot be brought to this version.
    #[error("the tables of the {engine} database cannot be prepared: {reason}")]
    Migration {
        /// Which engine.
        engine: &'static str,
        /// What the engine says.
        reason: String,
    },
    /// The same for the database of the audit.
    #[error("audit: {0}")]
    Audit(Box<OpenError>),
    /// No thread for the writer.
    #[error("the writer of the database cannot be started: {0}")]
    Writer(#[from] std::io::Error),
}

/// Which messages of a list are wanted; unset fields filter nothing.
#[derive(Clone, Debug)]
pub struct MessageFilter {
    /// Only this context.
    pub context: Option<Context>,
    /// Only this channel.
    pub channel: Option<Channel>,
    /// Only this thread.
    pub thread: Option<ThreadId>,
    /// Stored at or after.
    pub from: Option<DateTime<Utc>>,
    /// Stored before.
    pub to: Option<DateTime<Utc>>,
    /// Only what the viewer has neither read nor sent.
    pub unread_only: bool,
    /// So many at most.
    pub limit: u32,
    /// Continue after this message: only older ones. Pages stay stable while messages arrive.
    pub before: Option<MessageId>,
}

impl Default for MessageFilter {
    fn default() -> Self {
        Self {
            context: None,
            channel: None,
            thread: None,
            from: None,
            to: None,
            unread_only: false,
            limit: 100,
            before: None,
        }
    }
}

/// Both numbers that name a citizen: the civil registration number and the CV number.
pub type CitizenNumbers = (CivilRegistrationNumber, String);

/// The message a document belongs to, and the bytes unless they were rectified or purged.
pub type StoredDocument = (Message, Option<Vec<u8>>);

/// What hangs on a thread, as it was sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// Messages.
    pub messages: u64,
    /// Documents.
    pub documents: u64,
    /// Bytes of titles, texts and documents.
    pub bytes: u64,
}

/// A certificate may act for an organisation (S1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreement {
    /// Name of the system the certificate belongs to.
    pub system: String,
    /// For whom it may act.
    pub organisation: Organisation,
    /// First day.
    pub from: NaiveDate,
    /// First day on which it no longer holds (closed-open).
    pub to: NaiveDate,
}

/// The archive; a cheap handle. When the last one goes, units already handed in are stored first.
#[derive(Clone)]
pub struct Repository(Arc<Archive>);

struct Archive {
    pools: Pools,
    /// Where the audit is, if not in the archive.
    apart: Option<Store>,
    keys: Arc<Keys>,
    committer: Committer,
    tally: Tally,
    replica: Option<Replica>,
}

/// A database, to be connected to.
#[derive(Clone)]
pub(crate) enum Store {
    Sqlite(Arc<Sqlite>),
    Postgres(Arc<Postgres>),
}

impl Store {
    /// The database a URL names.
    fn named(url: &str, pooled: bool) -> Result<Self, OpenError> {
        if let Some(path) = url.strip_prefix("sqlite:").filter(|path| keeps(path)) {
            Ok(Self::Sqlite(Arc::new(Sqlite { path: path.to_owned() })))
        } else if is_postgres(url) {
            Ok(Self::Postgres(Arc::new(Postgres::new(url, pooled))))
        } else {
            Err(OpenError::UnknownEngine)
        }
    }

    /// The same database, by another name perhaps?
    fn is(&self, other: &Self) -> bool {
        let file = |store: &Sqlite| std::fs::canonicalize(&store.path).ok();
        match (self, other) {
            (Self::Sqlite(own), Self::Sqlite(other)) => own.path == other.path || file(own).is_some() && file(own) == file(other),
            (Self::Postgres(own), Self::Postgres(other)) => own.is(other),
            _ => false,
        }
    }

    /// A ledger over it, its tables brought to this version.
    fn ledger(&self) -> Result<Box<dyn Ledger>, OpenError> {
        match self {
            Self::Sqlite(engine) => Ok(Box::new(Book::new(engine.clone(), ready(engine.as_ref(), Sqlite::migrate_audit)?))),
            Self::Postgres(engine) => Ok(Box::new(Book::new(
                engine.clone(),
                ready(engine.as_ref(), Postgres::migrate_audit)?,
            ))),
        }
    }

    fn ping(&self) -> Result<(), Error> {
        let answers = match self {
            Self::Sqlite(engine) => engine.reading().map(|mut connection| Sqlite::is_alive(&mut connection)),
            Self::Postgres(engine) => engine.reading().map(|mut connection| Postgres::is_alive(&mut connection)),
        };
        match answers {
            Ok(true) => Ok(()),
            _ => Err(Error::Unavailable("the database of the audit does not answer".to_owned())),
        }
    }
}

/// The read pool of the engine in use.
#[derive(Clone)]
pub(crate) enum Pools {
    Sqlite(Pool<Sqlite>),
    Postgres(Pool<Postgres>),
}

impl Repository {
    /// Opens `sqlite:PATH` (made if missing) or `postgres://…` and brings its tables to this version; several processes may start at once.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open(url: &str, settings: &Settings) -> Result<Self, OpenError> {
        if settings.replica.is_some() && !is_postgres(url) {
            return Err(OpenError::NoReplica);
        }
        let archive = match Store::named(url, settings.pooled)? {
            Store::Sqlite(engine) => Archive::open(Store::Sqlite(engine.clone()), engine, settings, Pools::Sqlite),
            Store::Postgres(engine) => Archive::open(Store::Postgres(engine.clone()), engine, settings, Pools::Postgres),
        };
        Ok(Self(Arc::new(archive?)))
    }

    /// A reader for the life of one call; it takes a connection when it first needs one.
    pub fn reader(&self) -> Reader {
        Reader::new(&self.0.pools)
    }

    /// A reader for one call whose answer may be a moment old: of the replica, where there is one that answers.
    pub fn replica_reader(&self) -> Reader {
        match &self.0.replica {
            Some(replica) => Reader::of_replica(replica, &self.0.pools),
            None => self.reader(),
        }
    }

    /// Does a reader, just now, read in this process and without waiting for a connection?
    pub fn reads_at_once(&self) -> bool {
        match &self.0.pools {
            Pools::Sqlite(pool) => pool.state().idle_connections > 0,
            Pools::Postgres(_) => false,
        }
    }

    /// Is the audit in a database of its own? Then what only leaves a record does not go by the archive.
    pub fn audits_apart(&self) -> bool {
        self.0.apart.is_some()
    }

    /// Hands a unit to the writer. All of it is stored or none; the answer comes after the commit.
    pub fn commit(&self, unit: Unit) -> Commit {
        self.0.committer.commit(unit)
    }

    /// Imports a tab-separated file. If something is wrong with it nothing is stored. On SQLite citizens, relations and archive releases are looked
    /// through first and then stored in portions, so that a server goes on writing; everything else, and all on PostgreSQL, is one transaction.
    /// `progress` is told now and then how many lines are stored.
    ///
    /// # Errors
    /// See [`ImportError`].
    pub fn import(&self, kind: Kind, source: impl Source, progress: &mut dyn FnMut(u64)) -> Result<Summary, ImportError> {
        let away = |error: diesel::ConnectionError| ImportError::Database(one_line(&error));
        match &self.0.pools {
            Pools::Sqlite(pool) => sqlite::import::import(&mut pool.engine().writing().map_err(away)?, kind, &source, progress),
            Pools::Postgres(pool) => postgres::import::import(&mut pool.engine().writing().map_err(away)?, kind, &source, progress),
        }
    }

    /// Imports the demo data; doing it again changes nothing.
    ///
    /// # Errors
    /// See [`ImportError`].
    pub fn load_demo(&self) -> Result<(), ImportError> {
        Kind::ALL
            .iter()
            .try_for_each(|(kind, _)| self.import(*kind, kind.demo().as_bytes(), &mut |_| {}).map(drop))
    }

    /// The outbox, for a worker.
    pub fn outbox(&self) -> Outbox {
        Outbox::new(self.clone())
    }

    /// How much waits in outbox and queues, over a connection made for the question: it does not wait for a reader.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database is away, [`Error::Internal`] otherwise.
    pub fn backlog(&self) -> Result<Backlog, Error> {
        match &self.0.pools {
            Pools::Sqlite(pool) => backlog::ask(pool.engine().as_ref(), sqlite::backlog::backlog),
            Pools::Postgres(pool) => backlog::ask(pool.engine().as_ref(), postgres::backlog::backlog),
        }
    }

    /// What the archive counts about itself, in the text format of Prometheus; the database is not asked.
    pub fn measured(&self) -> String {
        let database = match &self.0.pools {
            Pools::Sqlite(pool) => pool.state(),
            Pools::Postgres(pool) => pool.state(),
        };
        self.0.tally.text(&[Some(database), self.0.replica.as_ref().map(Replica::state)])
    }

    /// The audit, to be read back.
    pub fn audit(&self) -> Audit {
        Audit::new(&self.0.pools, self.0.apart.as_ref(), &self.0.keys)
    }

    /// Frees the room of what was purged. With `rewrite` no byte of it is left in the database's own files; writers wait meanwhile.
    /// False if some of it is still there, because somebody reads it all the time.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database is away or busy, [`Error::Internal`] otherwise.
    pub fn clean(&self, rewrite: bool) -> Result<bool, Error> {
        match &self.0.pools {
            Pools::Sqlite(pool) => clean::clean(pool.engine().as_ref(), rewrite),
            Pools::Postgres(pool) => clean::clean(pool.engine().as_ref(), rewrite),
        }
    }

    /// Is it a server beside which other processes go on working while files are written anew?
    pub fn is_server(&self) -> bool {
        matches!(self.0.pools, Pools::Postgres(_))
    }

    /// Do the databases answer, and did the archive store what it was last asked to?
    ///
    /// # Errors
    /// [`Error::Unavailable`] if not.
    pub fn ping(&self) -> Result<(), Error> {
        self.reader().ping()?;
        if self.0.committer.is_well() {
            self.0.apart.as_ref().map_or(Ok(()), Store::ping)
        } else {
            Err(Error::Unavailable("the database stores nothing".to_owned()))
        }
    }
}

impl std::fmt::Debug for Repository {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self.0.pools {
            Pools::Sqlite(_) => "Repository(SQLite)",
            Pools::Postgres(_) => "Repository(PostgreSQL)",
        })
    }
}

impl Archive {
    fn open<E: Engine>(own: Store, engine: Arc<E>, settings: &Settings, pools: fn(Pool<E>) -> Pools) -> Result<Self, OpenError> {
        let connection = ready(engine.as_ref(), E::migrate)?;
        let apart = |error| OpenError::Audit(Box::new(error));
        let store = settings
            .audit_url
            .as_deref()
            .map(|url| Store::named(url, settings.pooled))
            .transpose()
            .map_err(apart)?;
        let mut ledger = store.as_ref().map(Store::ledger).transpose().map_err(apart)?;
        // Only now that both are there can it be seen that they are one.
        let store = store.filter(|store| !store.is(&own));
        if store.is_none() {
            ledger = None;
        }
        let keys = Arc::new(Keys::derive(&settings.audit_key));
        let chain = Chain::begin(Arc::clone(&keys));
        let replica = match &settings.replica {
            Some(url) if is_postgres(url) => Some(Replica::new(Postgres::new(url, settings.pooled), settings.readers)),
            Some(_) => return Err(OpenError::NoReplica),
            None => None,
        };
        let tally = Tally::new(settings.readers.max(1) * if replica.is_some() { 2 } else { 1 });
        let bounds = Bounds {
            waiting: settings.queue,
            batch: settings.batch,
        };
        let committer = if settings.keeps {
            Committer::start(engine.clone(), connection, ledger, chain, bounds, tally.clone())?
        } else {
            Committer::forgetful(tally.clone())
        };
        Ok(Self {
            pools: pools(Pool::new(engine, settings.readers)),
            apart: store,
            keys,
            committer,
            tally,
            replica,
        })
    }
}

/// A connection for writing, once the tables are brought to this version.
fn ready<E: Engine>(engine: &E, migrate: fn(&mut E::Connection) -> diesel::migration::Result<()>) -> Result<E::Connection, OpenError> {
    let unreachable = |error: diesel::ConnectionError| OpenError::Unreachable {
        engine: E::NAME,
        reason: one_line(&error),
    };
    let mut connection = engine.writing().map_err(unreachable)?;
    migrate(&mut connection).map_err(|error| OpenError::Migration {
        engine: E::NAME,
        reason: one_line(&error),
    })?;
    // A fresh connection: what the migration set for itself must not stay with the writer.
    engine.writing().map_err(unreachable)
}

fn is_postgres(url: &str) -> bool {
    url.starts_with("postgres://") || url.starts_with("postgresql://")
}

/// Does SQLite keep what is written under this path? Under some names it makes a database of its own for each connection.
pub(crate) fn keeps(path: &str) -> bool {
    !path.is_empty() && !path.contains(":memory:") && !path.contains("mode=memory")
}

fn one_line(error: &impl ToString) -> String {
    error.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}
