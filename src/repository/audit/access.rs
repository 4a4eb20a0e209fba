//! The audit read back: who had to do with a citizen (S6), and whether it is what was written (S5).
//! It knows which database answers, and that records written before the audit was moved into one of its own are still in the archive;
//! what is asked is in `query/audit`, what is judged in `verification`.
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
use crate::repository::{Pools, Store, one_line};

/// The audit of an archive.
pub struct Audit {
    stores: Vec<Store>,
    keys: Arc<Keys>,
}

/// One record, as an auditor reads it who holds the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What every reader may know.
    pub access: Access,
    /// Identifier of the acting user.
    pub user: Option<String>,
    /// The citizen the call was about, if the record says so and its cipher text was made with this key.
    pub citizen: Option<CivilRegistrationNumber>,
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
    /// The archive comes first.
    pub(in crate::repository) fn new(pools: &Pools, apart: Option<&Store>, keys: &Arc<Keys>) -> Self {
        let archive = match pools {
            Pools::Sqlite(pool) => Store::Sqlite(pool.engine().clone()),
            Pools::Postgres(pool) => Store::Postgres(pool.engine().clone()),
        };
        Self {
            stores: std::iter::once(archive).chain(apart.cloned()).collect(),
            keys: Arc::clone(keys),
        }
    }

    /// Every call about a citizen, in the order of time.
    ///
    /// # Errors
    /// A database is away or broken.
    pub fn of_citizen(&self, cpr: &CivilRegistrationNumber) -> Result<Vec<Access>, Error> {
        accesses(&mut self.open()?, &self.keys.hash(cpr)).map_err(broken)
    }

    /// Every record, chain by chain, with the citizen in clear.
    ///
    /// # Errors
    /// A database is away or broken, or `each` fails.
    pub fn each<E: From<Error>>(&self, each: &mut dyn FnMut(Entry) -> Result<(), E>) -> Result<(), E> {
        let mut sources = self.open()?;
        let names = sources.organisation_names().map_err(broken)?;
        let (mut chain, mut after) = (sources.next_chain(None).map_err(broken)?, i64::MIN);
        while let Some(id) = chain {
            let page = sources.records(id, after, verification::PAGE).map_err(broken)?;
            let Some(last) = page.last() else {
                (chain, after) = (sources.next_chain(chain).map_err(broken)?, i64::MIN);
                continue;
            };
            after = last.number;
            for record in page {
                let citizen = record.citizen_encrypted.as_deref().zip(record.citizen_hash.as_deref());
                each(Entry {
                    citizen: citizen.and_then(|(sealed, hash)| self.keys.decrypt(sealed, hash)),
                    user: record.acting_user.clone(),
                    access: access(record, &names),
                })?;
            }
        }
        Ok(())
    }

    /// Is the audit what was written? `anchors` are ends the chains had earlier; where the audit is kept apart, the archive has some, too.
    /// `progress` is told records read and records expected.
    ///
    /// # Errors
    /// A database is away or broken. What is wrong with the audit is in the answer.
    pub fn verify(&self, anchors: &[Anchor], progress: &mut dyn FnMut(u64, u64)) -> Result<Verification, Error> {
        verification::verify(&mut self.open()?, &self.keys, anchors, progress).map_err(broken)
    }

    fn open(&self) -> Result<Sources<'_>, Error> {
        self.stores.iter().map(open).collect::<Result<_, _>>().map(Sources)
    }
}

fn open(store: &Store) -> Result<Box<dyn Records + '_>, Error> {
    Ok(match store {
        Store::Sqlite(engine) => Box::new(SqliteSource::open(engine)?),
        Store::Postgres(engine) => Box::new(PostgresSource::open(engine)?),
    })
}

/// The databases in which there are records.
struct Sources<'s>(Vec<Box<dyn Records + 's>>);

impl Sources<'_> {
    fn all<T>(&mut self, mut question: impl FnMut(&mut dyn Records) -> QueryResult<Vec<T>>) -> QueryResult<Vec<T>> {
        let answers = self.0.iter_mut().map(|source| question(source.as_mut()));
        Ok(answers.collect::<QueryResult<Vec<_>>>()?.into_iter().flatten().collect())
    }

    /// The names of organisations by their keys; the archive has them.
    fn organisation_names(&mut self) -> QueryResult<HashMap<String, String>> {
        let names = self
            .0
            .first_mut()
            .map_or_else(|| Ok(Vec::new()), |source| source.organisation_names())?;
        Ok(names.into_iter().collect())
    }
}

/// A chain is in one of them.
impl Source for Sources<'_> {
    fn next_chain(&mut self, after: Option<Identifier>) -> QueryResult<Option<Identifier>> {
        let chains = self.all(|source| Ok(source.next_chain(after)?.into_iter().collect()))?;
        Ok(chains.into_iter().min())
    }

    fn heads(&mut self) -> QueryResult<Vec<Head>> {
        self.all(|source| source.heads())
    }

    fn marks(&mut self) -> QueryResult<Vec<Head>> {
        self.0.first_mut().map_or_else(|| Ok(Vec::new()), |source| source.marks())
    }

    fn records(&mut self, chain: Identifier, after: i64, limit: i64) -> QueryResult<Vec<Record>> {
        self.all(|source| source.records(chain, after, limit))
    }

    fn citizens(&mut self, chain: Identifier, after: i64, to: i64) -> QueryResult<Vec<Citizen>> {
        self.all(|source| source.citizens(chain, after, to))
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

            fn marks(&mut self) -> QueryResult<Vec<Head>> {
                self.0.read(&mut self.1, |connection| $engine::audit::marks(connection))
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

fn accesses(sources: &mut Sources<'_>, hash: &Seal) -> QueryResult<Vec<Access>> {
    let names = sources.organisation_names()?;
    let about = sources.all(|source| source.of_citizen(hash))?.into_iter();
    // An inbox names the messages of others too.
    let among = sources.all(|source| source.that_showed(hash))?.into_iter().map(|record| Record {
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
