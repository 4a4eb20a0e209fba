//! A replica of the database, for questions whose answer may be a moment old; by default there is none.
//! It knows that a replica may be away, and leaves it alone for a while then: the database itself is asked instead.
//! Which questions may go to it is left to the services.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::pool::{Lease, Pool};
use super::postgres::Postgres;

/// How long a call waits for a connection: the database itself is still to be asked within the call's time.
const WAIT: Duration = Duration::from_millis(500);
/// How long a replica that did not answer is left alone.
const REST: Duration = Duration::from_secs(5);

/// A replica; a cheap handle.
#[derive(Clone)]
pub struct Replica(Arc<State>);

struct State {
    pool: Pool<Postgres>,
    rests_until: Mutex<Option<Instant>>,
}

impl Replica {
    /// A replica that is connected to when it is first asked.
    pub fn new(engine: Postgres, readers: u32) -> Self {
        Self(Arc::new(State {
            pool: Pool::waiting(Arc::new(engine), readers, WAIT),
            rests_until: Mutex::new(None),
        }))
    }

    /// A lease, unless the replica is left alone just now.
    pub fn lease(&self) -> Option<Lease<Postgres>> {
        let rests_until = *self.0.rests_until.lock().unwrap_or_else(PoisonError::into_inner);
        let rests = rests_until.is_some_and(|until| Instant::now() < until);
        (!rests).then(|| self.0.pool.lease())
    }

    /// The replica did not answer.
    pub fn rest(&self, reason: &str) {
        log::warn!("the replica is left alone for {} seconds: {reason}", REST.as_secs());
        *self.0.rests_until.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now() + REST);
    }

    /// How many connections there are, and how many of them rest.
    pub fn state(&self) -> r2d2::State {
        self.0.pool.state()
    }
}
