//! What the load bench needs of a database beside the house: databases of its own, filled in bulk, and the bare insert of the rows of units.
//! It knows tables and transactions, and none of the rules: what is measured here is the engine through the same prepared statements, with
//! no conditions, no queue of units and no answers. How callers are gathered and timed is left to the bench.

use std::sync::Arc;

use diesel::connection::SimpleConnection;
use diesel::{Connection as _, PgConnection, SqliteConnection};

use super::audit::{Chain, Keys};
use super::engine::Engine;
use super::facts::{Facts, Standing};
use super::postgres::Postgres;
use super::rows::AuditHead;
use super::sqlite::Sqlite;
use super::{Repository, Settings, one_line, postgres, sqlite};
use crate::domain::Unit;
use crate::error::Error;

/// Citizens and messages in bulk; `{citizens}`, `{each}` and `{now}` are put in.
const FILL_SQLITE: &str = include_str!("bench/fill.sqlite.sql");
const FILL_POSTGRES: &str = include_str!("bench/fill.postgres.sql");
/// One authority's inbox beside them, put in the same way.
const INBOX_SQLITE: &str = include_str!("bench/inbox.sqlite.sql");
const INBOX_POSTGRES: &str = include_str!("bench/inbox.postgres.sql");

/// The key of the audit in these databases; there is nothing in them to protect.
pub const AUDIT_KEY: [u8; 32] = [0x5A; 32];

/// A PostgreSQL database made for a measurement; it goes with the value.
pub struct Made {
    server: String,
    name: String,
    url: String,
}

impl Made {
    /// Makes a database on a server whose URL names one that is there.
    ///
    /// # Errors
    /// The server is away, or does not let us.
    pub fn on(server: &str) -> Result<Self, Error> {
        let name = format!("dialogmodul_bench_{}", uuid::Uuid::now_v7().simple());
        let mut connection = PgConnection::establish(server).map_err(|error| away(&error))?;
        connection
            .batch_execute(&format!("CREATE DATABASE {name}"))
            .map_err(|error| away(&error))?;
        let (base, parameters) = server.split_once('?').map_or((server, None), |(base, rest)| (base, Some(rest)));
        let host = base.find("://").map_or(0, |at| at + 3);
        let end = base.get(host..).and_then(|rest| rest.find('/')).map_or(base.len(), |at| host + at);
        let parameters = parameters.map(|rest| format!("?{rest}")).unwrap_or_default();
        Ok(Self {
            url: format!("{}/{name}{parameters}", base.get(..end).unwrap_or_default()),
            server: server.to_owned(),
            name,
        })
    }

    /// Its URL.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        let dropped = PgConnection::establish(&self.server)
            .map_err(|error| one_line(&error))
            .and_then(|mut connection| {
                let drop = format!("DROP DATABASE {} WITH (FORCE)", self.name);
                connection.batch_execute(&drop).map_err(|error| one_line(&error))
            });
        if let Err(reason) = dropped {
            log::warn!("the database {} is left behind: {reason}", self.name);
        }
    }
}

/// Opens an archive of the bench with the demo data in it.
///
/// # Errors
/// It cannot be opened or filled.
pub fn open(url: &str) -> Result<Repository, Error> {
    let repository = Repository::open(url, &Settings::new(AUDIT_KEY)).map_err(|error| away(&error))?;
    repository.load_demo().map_err(|error| Error::Internal(one_line(&error)))?;
    Ok(repository)
}

/// Citizens and messages of an archive.
#[derive(Clone, Copy, Debug)]
pub struct Filling {
    /// Citizens.
    pub citizens: u32,
    /// Messages of each.
    pub each: u32,
    /// When the last was sent, in milliseconds since 1970.
    pub now: i64,
}

impl Filling {
    /// Puts them into an archive.
    ///
    /// # Errors
    /// The database is away, or full.
    pub fn fill(self, url: &str) -> Result<(), Error> {
        self.carry_out(url, FILL_SQLITE, FILL_POSTGRES)
    }

    /// Puts as many messages again into the inbox of one authority, all read but twenty.
    ///
    /// # Errors
    /// The database is away, or full.
    pub fn fill_inbox(self, url: &str) -> Result<(), Error> {
        self.carry_out(url, INBOX_SQLITE, INBOX_POSTGRES)
    }

    fn carry_out(self, url: &str, sqlite: &str, postgres: &str) -> Result<(), Error> {
        let put_in = |sql: &str| {
            sql.replace("{citizens}", &self.citizens.to_string())
                .replace("{each}", &self.each.to_string())
                .replace("{now}", &self.now.to_string())
        };
        match Bare::open(url)? {
            Bare::Sqlite(mut connection) => connection.batch_execute(&put_in(sqlite)),
            Bare::Postgres(mut connection) => connection
                .batch_execute(&put_in(postgres))
                .and_then(|()| connection.batch_execute("VACUUM (ANALYZE)")),
        }
        .map_err(|error| away(&error))
    }
}

/// The rows of one unit, ready to be inserted.
pub struct Prepared<'u> {
    facts: Facts<'u>,
    head: AuditHead,
}

/// The rows of units, each on its own.
pub fn prepare(units: &[Unit]) -> Vec<Prepared<'_>> {
    let mut chain = Chain::begin(Arc::new(Keys::derive(&AUDIT_KEY)));
    let prepared = units.iter().map(|unit| {
        let (facts, _) = Facts::gather(&[unit], Standing::default(), &mut chain);
        Prepared { facts, head: chain.head() }
    });
    prepared.collect()
}

/// A connection that inserts what it is given.
pub enum Bare {
    /// To a file, as durable as the archive's own writer.
    Sqlite(SqliteConnection),
    /// To a server.
    Postgres(PgConnection),
}

impl Bare {
    /// Opens a connection with the settings of the archive's writer.
    ///
    /// # Errors
    /// The database is away.
    pub fn open(url: &str) -> Result<Self, Error> {
        match url.strip_prefix("sqlite:") {
            Some(path) => Sqlite { path: path.to_owned() }.writing().map(Self::Sqlite),
            None => Postgres::new(url, false).writing().map(Self::Postgres),
        }
        .map_err(|error| away(&error))
    }

    /// Inserts the rows of all these units in one transaction.
    ///
    /// # Errors
    /// The database refuses a row.
    pub fn insert(&mut self, units: Vec<Prepared<'_>>) -> Result<(), Error> {
        let mut heads = Vec::new();
        let mut all = Facts::default();
        for Prepared { facts, head } in units {
            all.join(facts);
            heads = vec![head];
        }
        match self {
            Self::Sqlite(connection) => sqlite::append::bare(connection, &all, &heads),
            Self::Postgres(connection) => postgres::append::bare(connection, &all, &heads),
        }
        .map_err(|error| away(&error))
    }
}

fn away(error: &impl ToString) -> Error {
    Error::Unavailable(one_line(error))
}
