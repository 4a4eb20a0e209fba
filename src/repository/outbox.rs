//! The outbox: what waits to be carried out by e-mail and SMS, taken in small batches under a lease and settled one by one (D1).
//! It knows that several processes take from it, that a process may end at any moment, and that an outcome is written once.
//! Carrying out, and when to try again, is left to the room `delivery`.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use diesel::QueryResult;
use uuid::Uuid;

use super::Pools;
use super::engine::Engine;
use super::pool::Pool;
use super::postgres::{self, Postgres};
use super::sqlite::{self, Sqlite};
use super::tally::Tally;
use super::trouble::{self, Trouble};
use crate::domain::delivery::{DeliveryKind, Verdict};
use crate::domain::{Channel, CitizenKey, MessageId};
use crate::error::Error;

/// How long a lock is waited for: longer than a call would, for nobody waits for a delivery.
const PATIENCE: Duration = Duration::from_secs(4);

/// What a worker asks for.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    /// The worker: one of a process, and another after every start.
    pub owner: Uuid,
    /// Only this channel.
    pub channel: Channel,
    /// Reminders too (D4)?
    pub reminders: bool,
    /// Only what is due now, and what no other worker has.
    pub now: DateTime<Utc>,
    /// Until then it is the worker's.
    pub leased_until: DateTime<Utc>,
    /// So many at most.
    pub limit: u32,
}

/// A delivery a worker has taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The delivery: stays the same through all attempts.
    pub id: Uuid,
    /// About whom.
    pub citizen: CitizenKey,
    /// Which message.
    pub message: MessageId,
    /// On which channel.
    pub channel: Channel,
    /// What is carried out.
    pub kind: DeliveryKind,
    /// Which attempt this is, from 1; one that was cut off counts.
    pub attempt: u32,
    /// Who took it.
    pub owner: Uuid,
}

/// How much waits on a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutboxDepth {
    /// Which channel.
    pub channel: Channel,
    /// Deliveries that wait, those in work among them.
    pub waiting: u64,
    /// Of these, how many were tried before.
    pub retried: u64,
    /// When the oldest of them was first due.
    pub oldest: DateTime<Utc>,
}

/// The outbox of an archive; one worker at a time.
pub struct Outbox(Desk, Tally);

enum Desk {
    Sqlite(Line<Sqlite>),
    Postgres(Line<Postgres>),
}

/// Runs the same statements, compiled for the engine in use.
macro_rules! ask {
    ($outbox:ident, $question:ident($($argument:expr),*)) => {
        match &mut $outbox.0 {
            Desk::Sqlite(line) => line.run(|connection| sqlite::outbox::$question(connection, $($argument),*)),
            Desk::Postgres(line) => line.run(|connection| postgres::outbox::$question(connection, $($argument),*)),
        }
    };
}

impl Outbox {
    pub(super) fn new(pools: &Pools, tally: &Tally) -> Self {
        let desk = match pools {
            Pools::Sqlite(pool) => Desk::Sqlite(Line::new(pool)),
            Pools::Postgres(pool) => Desk::Postgres(Line::new(pool)),
        };
        Self(desk, tally.clone())
    }

    /// Takes what is due, the longest due first. Of one citizen's deliveries on a channel only the oldest is given out,
    /// so that a later message never overtakes an earlier one; a reminder waits for messages and holds none up.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database is away, [`Error::Internal`] otherwise; so for every method here.
    pub fn claim(&mut self, order: &Order) -> Result<Vec<Claim>, Error> {
        ask!(self, claim(order))
    }

    /// Writes down how the attempt ended. The first outcome stands: false if the delivery is no longer the worker's.
    /// `status` is the receiving side's own number for what it said.
    ///
    /// # Errors
    /// As above.
    pub fn settle(&mut self, claim: &Claim, verdict: Verdict, status: Option<u16>, now: DateTime<Utc>) -> Result<bool, Error> {
        let settled = ask!(self, settle(claim, verdict, status, now))?;
        if settled {
            self.1.attempted(claim.channel, verdict.state());
        }
        Ok(settled)
    }

    /// Gives back what was not tried; it does not count as an attempt.
    ///
    /// # Errors
    /// As above.
    pub fn release(&mut self, claims: &[Claim]) -> Result<(), Error> {
        ask!(self, release(claims))
    }
}

impl std::fmt::Debug for Outbox {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Outbox")
    }
}

/// A writing connection that is made when needed, and made again when it broke.
struct Line<E: Engine> {
    pool: Pool<E>,
    connection: Option<E::Connection>,
}

impl<E: Engine> Line<E> {
    fn new(pool: &Pool<E>) -> Self {
        Self {
            pool: pool.clone(),
            connection: None,
        }
    }

    fn run<T>(&mut self, mut statements: impl FnMut(&mut E::Connection) -> QueryResult<T>) -> Result<T, Error> {
        let away = || Error::Unavailable("the database is away".to_owned());
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.pool.engine().writing().map_err(|_| away())?,
        };
        let begun = Instant::now();
        let result = loop {
            match statements(&mut connection) {
                Err(error) if Trouble::of(&error) == Trouble::Contention && begun.elapsed() < PATIENCE => {}
                result => break result,
            }
        };
        match result {
            Ok(value) => {
                self.connection = Some(connection);
                Ok(value)
            }
            Err(_) if !E::is_alive(&mut connection) => Err(away()),
            // A connection whose transaction broke off is not used again.
            Err(error) => Err(trouble::failure("the outbox cannot be worked on", &error)),
        }
    }
}
