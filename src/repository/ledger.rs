//! The ledger: the audit in a database of its own, on either engine, whatever the archive is on.
//! It knows that its commit comes first: what the archive stores has its records, and a commit whose answer got lost is asked for before it is tried again.
//! What a record holds is left to `audit`, what becomes of the facts to the committer.

use std::sync::Arc;
use std::time::Instant;

use diesel::result::Error as DatabaseError;

use super::audit::Chain;
use super::effort::{CONTENTION, Failure, PAUSE, wait};
use super::engine::Engine;
use super::facts::Facts;
use super::trouble::Trouble;

/// Where records go that are not kept beside the facts.
pub trait Ledger: Send {
    /// Writes the records of a batch, which end with the chain's last, in one commit. After a failure the chain must not be gone on with.
    ///
    /// # Errors
    /// The records are not there, or nobody knows.
    fn write(&mut self, facts: &Facts<'_>, chain: &Chain, deadline: Instant) -> Result<(), Failure>;
}

/// A ledger on an engine.
pub struct Book<E: Engine> {
    engine: Arc<E>,
    connection: Option<E::Connection>,
}

impl<E: Engine> Book<E> {
    /// A ledger over a connection that is already open.
    pub fn new(engine: Arc<E>, connection: E::Connection) -> Self {
        Self {
            engine,
            connection: Some(connection),
        }
    }

    fn connect(&self) -> Option<E::Connection> {
        self.engine
            .writing()
            .map_err(|error| log::warn!("no connection to the database of the audit: {error}"))
            .ok()
    }
}

impl<E: Engine> Ledger for Book<E> {
    fn write(&mut self, facts: &Facts<'_>, chain: &Chain, deadline: Instant) -> Result<(), Failure> {
        let (begun, mut pause, mut unsure) = (Instant::now(), PAUSE, false);
        loop {
            let Some(mut connection) = self.connection.take().or_else(|| self.connect()) else {
                wait(&mut pause, deadline).ok_or(Failure::Away)?;
                continue;
            };
            let written = if unsure && E::is_recorded(&mut connection, chain).unwrap_or(false) {
                Ok(())
            } else {
                E::record(&mut connection, facts, chain)
            };
            let Err(error) = written else {
                self.connection = Some(connection);
                return Ok(());
            };
            if !E::is_alive(&mut connection) {
                log::warn!("the connection to the database of the audit broke while writing: {error}");
                unsure = true;
                wait(&mut pause, deadline).ok_or(Failure::Away)?;
                continue;
            }
            let trouble = Trouble::of(&error);
            // A transaction that broke off for another reason may have taken the connection's state with it.
            if matches!(trouble, Trouble::Contention | Trouble::Duplicate) {
                self.connection = Some(connection);
            }
            match trouble {
                // The lost commit came through after all, between our question and our second try.
                Trouble::Duplicate if unsure => wait(&mut pause, deadline).ok_or(Failure::Away)?,
                Trouble::Contention => wait(&mut pause, begun + CONTENTION).ok_or(Failure::Busy)?,
                Trouble::Storage => return Err(Failure::Storage(error.to_string())),
                Trouble::Duplicate | Trouble::Other => return Err(Failure::Rejected(error.to_string())),
            }
        }
    }
}

/// One batch's way into the ledger.
pub struct Entry<'l> {
    ledger: &'l mut dyn Ledger,
    deadline: Instant,
    written: bool,
}

impl<'l> Entry<'l> {
    /// An entry that is to be written by then.
    pub fn new(ledger: &'l mut (dyn Ledger + 'static), deadline: Instant) -> Self {
        Self {
            ledger,
            deadline,
            written: false,
        }
    }

    /// Writes it.
    pub fn write(&mut self, facts: &Facts<'_>, chain: &Chain) -> Result<(), Lapse> {
        self.ledger.write(facts, chain, self.deadline).map_err(Lapse::Audit)?;
        self.written = true;
        Ok(())
    }

    /// Is it there?
    pub fn is_written(&self) -> bool {
        self.written
    }
}

/// Which of the two databases did not store a batch.
pub enum Lapse {
    /// The archive.
    Archive(DatabaseError),
    /// The audit, and therefore neither.
    Audit(Failure),
}

impl From<DatabaseError> for Lapse {
    fn from(error: DatabaseError) -> Self {
        Self::Archive(error)
    }
}
