//! The backlog: how much waits to be carried out or fetched, for the operator who watches it.
//! It knows counts and the oldest instants, and names no citizen and no authority.
//! How the tables are asked is left to `query`.

use chrono::{DateTime, Utc};
use diesel::QueryResult;

use super::engine::Engine;
use super::outbox::OutboxDepth;
use crate::domain::OrganisationType;
use crate::error::Error;

/// What waits in an archive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Deliveries, per channel; a channel without work is left out.
    pub outbox: Vec<OutboxDepth>,
    /// Events, per type of the authorities they wait for; a type without events is left out.
    pub queues: Vec<QueueBacklog>,
}

/// What waits in the queues of all authorities of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueBacklog {
    /// The type.
    pub kind: OrganisationType,
    /// Events that are not acknowledged.
    pub waiting: u64,
    /// When the oldest of them was queued.
    pub oldest: DateTime<Utc>,
}

/// Asks over a connection of its own.
pub fn ask<E: Engine>(engine: &E, question: impl FnOnce(&mut E::Connection) -> QueryResult<Backlog>) -> Result<Backlog, Error> {
    let away = || Error::Unavailable("the database is away".to_owned());
    let mut connection = engine.reading().map_err(|_| away())?;
    engine.read(&mut connection, question).map_err(|error| {
        if E::is_alive(&mut connection) {
            Error::Internal(format!("what waits cannot be counted: {error}"))
        } else {
            away()
        }
    })
}
