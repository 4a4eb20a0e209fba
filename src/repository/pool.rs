//! Read connections: a pool per engine, and the lease of one connection for the life of a call.
//! It knows that a connection may have died in the pool: no check on check-out, but a fresh connection and a second try.
//! What is read is left to `query`.

use std::sync::Arc;
use std::time::Duration;

use diesel::QueryResult;
use diesel::result::{DatabaseErrorKind, Error as DatabaseError};

use super::engine::Engine;
use super::trouble;
use crate::error::Error;

/// How long a call waits for a connection; with the query itself it stays below five seconds.
const WAIT: Duration = Duration::from_secs(3);

/// A pool of read connections.
pub struct Pool<E: Engine> {
    connections: r2d2::Pool<Manager<E>>,
    engine: Arc<E>,
}

impl<E: Engine> Clone for Pool<E> {
    fn clone(&self) -> Self {
        Self {
            connections: self.connections.clone(),
            engine: self.engine.clone(),
        }
    }
}

impl<E: Engine> Pool<E> {
    /// A pool of at most `size` connections, opened when they are first needed.
    pub fn new(engine: Arc<E>, size: u32) -> Self {
        Self::waiting(engine, size, WAIT)
    }

    /// A pool that gives up on a connection after `patience`.
    pub fn waiting(engine: Arc<E>, size: u32, patience: Duration) -> Self {
        let pool = r2d2::Pool::builder()
            .max_size(size.max(1))
            .min_idle(Some(0))
            .test_on_check_out(false)
            .connection_timeout(patience)
            .error_handler(Box::new(LogFailure))
            .build_unchecked(Manager(engine.clone()));
        Self { connections: pool, engine }
    }

    /// The engine behind the pool.
    pub fn engine(&self) -> &Arc<E> {
        &self.engine
    }

    /// How many connections there are, and how many of them rest.
    pub fn state(&self) -> r2d2::State {
        self.connections.state()
    }

    /// A lease that takes its connection when the first query needs it.
    pub fn lease(&self) -> Lease<E> {
        Lease {
            pool: self.clone(),
            connection: None,
        }
    }
}

/// One call's connection.
pub struct Lease<E: Engine> {
    pool: Pool<E>,
    connection: Option<r2d2::PooledConnection<Manager<E>>>,
}

impl<E: Engine> Lease<E> {
    /// Runs a query; once more on other connections as long as the leased one turns out to be dead.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database is away or all connections are taken, [`Error::Internal`] otherwise.
    pub fn run<T>(&mut self, mut query: impl FnMut(&mut E::Connection) -> QueryResult<T>) -> Result<T, Error> {
        for _ in 0..=self.pool.connections.max_size() {
            let mut pooled = match self.connection.take() {
                Some(pooled) => pooled,
                None => self
                    .pool
                    .connections
                    .get()
                    .map_err(|_| Error::Unavailable("the database gives no connection".to_owned()))?,
            };
            match self.pool.engine.read(&mut pooled.connection, &mut query) {
                Ok(value) => {
                    self.connection = Some(pooled);
                    return Ok(value);
                }
                // Only a replica cancels a question: what it read was being removed.
                Err(DatabaseError::DatabaseError(DatabaseErrorKind::SerializationFailure, _)) => {
                    return Err(Error::Unavailable("the replica gave way to what it replicates".to_owned()));
                }
                Err(_) if !E::is_alive(&mut pooled.connection) => pooled.broken = true,
                Err(error) => return Err(trouble::failure("a query failed", &error)),
            }
        }
        Err(Error::Unavailable("the database closes its connections".to_owned()))
    }
}

impl<E: Engine> Lease<E> {
    /// Does the database answer?
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub fn ping(&mut self) -> Result<(), Error> {
        self.run(|connection| Ok(E::is_alive(connection)))?
            .then_some(())
            .ok_or_else(|| Error::Unavailable("the database does not answer".to_owned()))
    }
}

/// A pooled connection with a mark when it has died.
pub struct Pooled<C> {
    connection: C,
    broken: bool,
}

struct Manager<E>(Arc<E>);

impl<E: Engine> r2d2::ManageConnection for Manager<E> {
    type Connection = Pooled<E::Connection>;
    type Error = diesel::ConnectionError;

    fn connect(&self) -> Result<Self::Connection, Self::Error> {
        Ok(Pooled {
            connection: self.0.reading()?,
            broken: false,
        })
    }

    fn is_valid(&self, _: &mut Self::Connection) -> Result<(), Self::Error> {
        Ok(())
    }

    fn has_broken(&self, pooled: &mut Self::Connection) -> bool {
        pooled.broken
    }
}

#[derive(Debug)]
struct LogFailure;

impl r2d2::HandleError<diesel::ConnectionError> for LogFailure {
    fn handle_error(&self, error: diesel::ConnectionError) {
        log::warn!("no connection to the database: {error}");
    }
}
