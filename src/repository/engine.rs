//! What the archive asks of a database engine: connections for reading and writing, and one transaction that appends units.
//! The two engines answer it in `sqlite` and `postgres`; the queries themselves are written once, in `query`.
//! Pools, retries and answers are left to `pool` and `committer`.

use diesel::backend::Backend;
use diesel::migration::{Migration, MigrationSource};
use diesel::{ConnectionResult, QueryResult};

use super::audit::Chain;
use super::facts::Facts;
use super::ledger::{Entry, Lapse};
use crate::domain::{Refusal, Unit};

/// A database engine.
pub trait Engine: Send + Sync + 'static {
    /// Its connection.
    type Connection: Send + 'static;

    /// Its name, for the operator.
    const NAME: &'static str;

    /// Opens a connection that only reads.
    fn reading(&self) -> ConnectionResult<Self::Connection>;

    /// Asks on a connection that only reads; every question goes through here.
    ///
    /// # Errors
    /// Those of the question.
    fn read<T>(&self, connection: &mut Self::Connection, question: impl FnOnce(&mut Self::Connection) -> QueryResult<T>) -> QueryResult<T>;

    /// Opens a connection that writes; every write is a transaction of its own.
    fn writing(&self) -> ConnectionResult<Self::Connection>;

    /// Brings the tables to the version of this program; several processes may do so at once.
    fn migrate(connection: &mut Self::Connection) -> diesel::migration::Result<()>;

    /// The same for a database with nothing but an audit.
    fn migrate_audit(connection: &mut Self::Connection) -> diesel::migration::Result<()>;

    /// Appends units in one transaction and moves the audit chain on.
    /// `refusals` has one entry per unit once the facts are in and only the commit is outstanding.
    /// With an entry the records go there, committed before the facts are; a mark beside the facts takes their place.
    fn append(
        connection: &mut Self::Connection,
        units: &[&Unit],
        chain: &mut Chain,
        refusals: &mut Vec<Option<Refusal>>,
        entry: Option<&mut Entry<'_>>,
    ) -> Result<(), Lapse>;

    /// Writes the records of a batch and nothing else, in one transaction.
    fn record(connection: &mut Self::Connection, facts: &Facts<'_>, chain: &Chain) -> QueryResult<()>;

    /// Is there a mark of the chain's last record? Tells how a commit of facts ended whose records are elsewhere; `before` is the chain before it.
    fn is_marked(connection: &mut Self::Connection, before: &Chain, chain: &Chain) -> QueryResult<bool>;

    /// Is the last record of the chain stored? Tells how a commit ended whose answer got lost.
    fn is_recorded(connection: &mut Self::Connection, chain: &Chain) -> QueryResult<bool>;

    /// Stores something that says nothing: can the database still?
    fn probe(connection: &mut Self::Connection) -> QueryResult<()>;

    /// Frees the room of what was purged; with `rewrite` no byte of it is left in the files, and writers wait meanwhile. Once that is done, it is set back.
    /// False if somebody still reads what was, so that it could not be removed everywhere: to be tried again.
    fn clean(connection: &mut Self::Connection, rewrite: &mut bool) -> QueryResult<bool>;

    /// Does the connection still answer?
    fn is_alive(connection: &mut Self::Connection) -> bool;
}

/// Of all migrations those of the audit: their names begin with the word.
pub struct AuditOnly<S>(pub S);

impl<B: Backend, S: MigrationSource<B>> MigrationSource<B> for AuditOnly<S> {
    fn migrations(&self) -> diesel::migration::Result<Vec<Box<dyn Migration<B>>>> {
        let mut migrations = self.0.migrations()?;
        migrations.retain(|migration| migration.name().to_string().contains("_audit"));
        Ok(migrations)
    }
}
