//! The audit read back: who had to do with a citizen (S6), and whether it is what was written (S5).
//! It knows which engine answers; what is asked is in `query/audit`, what is judged in `verification`.
//! Whom the answer is for is left to the command line.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use diesel::QueryResult;

use super::stored::{Citizen, Head, Record};
use super::verification::{self, Anchor, Source, Verification};
use super::{Keys, Seal};
use crate::domain::audit::Outcome;
use crate::domain::{CivilRegistrationNumber, LogReference};
use crate::error::Error;
use crate::repository::engine::Engine;
use crate::repository::postgres;
use crate::repository::sqlite;
use crate::repository::types::Identifier;
use crate::repository::{Pools, one_line};

/// The audit of an archive.
pub struct Audit {
    pools: Pools,
    keys: Arc<Keys>,
}

/// One call about a citizen, or one that showed a message of the citizen among others.
/// The caseworker is not in it: the citizen asks the authority for that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// When the call arrived.
    pub at: DateTime<Utc>,
    /// The reference caller and operator share.
    pub call: LogReference,
    /// On whose behalf: `type/code`.
    pub organisation: Option<String>,
    /// The name of that organisation, where it is registered.
    pub name: Option<String>,
    /// The calling system.
    pub system: Option<String>,
    /// The organisation of the user: `type/code`.
    pub user_organisation: Option<String>,
    /// Service, version and operation.
    pub operation: Option<String>,
    /// Messages, threads and documents touched or shown; none where they are not the citizen's alone.
    pub objects: String,
    /// What was searched for.
    pub criterion: Option<String>,
    /// How the call ended.
    pub outcome: Outcome,
}

impl Audit {
    pub(in crate::repository) fn new(pools: &Pools, keys: &Arc<Keys>) -> Self {
        Self {
            pools: pools.clone(),
            keys: Arc::clone(keys),
        }
    }

    /// Every call about a citizen, in the order of time.
    ///
    /// # Errors
    /// The database is away or broken.
    pub fn of_citizen(&self, cpr: &CivilRegistrationNumber) -> Result<Vec<Access>, Error> {
        let hash = self.keys.hash(cpr);
        match &self.pools {
            Pools::Sqlite(pool) => accesses(&mut SqliteSource::open(pool.engine())?, &hash),
            Pools::Postgres(pool) => accesses(&mut PostgresSource::open(pool.engine())?, &hash),
        }
    }

    /// Is the audit what was written? `anchors` are ends the chains had earlier. `progress` is told records read and records expected.
    ///
    /// # Errors
    /// The database is away or broken. What is wrong with the audit is in the answer.
    pub fn verify(&self, anchors: &[Anchor], progress: &mut dyn FnMut(u64, u64)) -> Result<Verification, Error> {
        let found = match &self.pools {
            Pools::Sqlite(pool) => verification::verify(&mut SqliteSource::open(pool.engine())?, &self.keys, anchors, progress),
            Pools::Postgres(pool) => verification::verify(&mut PostgresSource::open(pool.engine())?, &self.keys, anchors, progress),
        };
        found.map_err(broken)
    }
}

/// What an export asks of the database, beside what verification asks.
trait Records: Source {
    fn of_citizen(&mut self, hash: &Seal) -> QueryResult<Vec<Record>>;
    fn that_showed(&mut self, hash: &Seal) -> QueryResult<Vec<Record>>;
    fn organisation_names(&mut self) -> QueryResult<Vec<(String, String)>>;
}

macro_rules! sources {
    ($($source:ident of $kind:ident in $engine:ident)+) => { $(
        struct $source<'e>(&'e $engine::$kind, $engine::Connection);

        impl<'e> $source<'e> {
            fn open(engine: &'e $engine::$kind) -> Result<Self, Error> {
                let connection = engine.reading().map_err(|error| Error::Unavailable(one_line(&error)))?;
                Ok(Self(engine, connection))
            }
        }

        impl Source for $source<'_> {
            fn next_chain(&mut self, after: Option<Identifier>) -> QueryResult<Option<Identifier>> {
                self.0.read(&mut self.1, |connection| $engine::audit::next_chain(connection, after))
            }

            fn heads(&mut self) -> QueryResult<Vec<Head>> {
                self.0.read(&mut self.1, |connection| $engine::audit::heads(connection))
            }

            fn records(&mut self, chain: Identifier, after: i64, limit: i64) -> QueryResult<Vec<Record>> {
                self.0.read(&mut self.1, |connection| $engine::audit::records(connection, chain, after, limit))
            }

            fn citizens(&mut self, chain: Identifier, after: i64, to: i64) -> QueryResult<Vec<Citizen>> {
                self.0.read(&mut self.1, |connection| $engine::audit::citizens(connection, chain, after, to))
            }
        }

        impl Records for $source<'_> {
            fn of_citizen(&mut self, hash: &Seal) -> QueryResult<Vec<Record>> {
                self.0.read(&mut self.1, |connection| $engine::audit::of_citizen(connection, hash))
            }

            fn that_showed(&mut self, hash: &Seal) -> QueryResult<Vec<Record>> {
                self.0.read(&mut self.1, |connection| $engine::audit::that_showed(connection, hash))
            }

            fn organisation_names(&mut self) -> QueryResult<Vec<(String, String)>> {
                self.0.read(&mut self.1, |connection| $engine::audit::organisation_names(connection))
            }
        }
    )+ };
}

sources! {
    SqliteSource of Sqlite in sqlite
    PostgresSource of Postgres in postgres
}

fn broken(error: diesel::result::Error) -> Error {
    Error::Internal(format!("the audit cannot be read: {error}"))
}

fn accesses(source: &mut impl Records, hash: &Seal) -> Result<Vec<Access>, Error> {
    let names: HashMap<String, String> = source.organisation_names().map_err(broken)?.into_iter().collect();
    let about = source.of_citizen(hash).map_err(broken)?.into_iter();
    // An inbox names the messages of others too.
    let among = source.that_showed(hash).map_err(broken)?.into_iter().map(|record| Record {
        objects: String::new(),
        ..record
    });
    let mut accesses: Vec<Access> = about.chain(among).map(|record| access(record, &names)).collect();
    accesses.sort_by_key(|access| (access.at, access.call));
    Ok(accesses)
}

fn access(record: Record, names: &HashMap<String, String>) -> Access {
    Access {
        at: record.recorded_at.0,
        call: LogReference(record.call.0),
        name: record.organisation.as_ref().and_then(|key| names.get(key)).cloned(),
        organisation: record.organisation,
        system: record.system,
        user_organisation: record.acting_organisation,
        operation: record.operation,
        objects: record.objects,
        criterion: record.criterion,
        outcome: match record.outcome {
            0 => Outcome::Answered,
            code => Outcome::Fault(code),
        },
    }
}
