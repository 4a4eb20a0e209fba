//! The outbox: what waits to be carried out by e-mail and SMS, taken in small batches under a lease and settled one by one (D1).
//! It knows that several processes take from it, that a process may end at any moment, and that an outcome is written once: every step
//! is a unit with its condition and goes through the committer, so that delivery never fights the callers for the database.
//! Carrying out, and when to try again, is left to the room `delivery`.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Commit, Pools, Repository, postgres, sqlite};
use crate::domain::Channel;
pub use crate::domain::delivery::Claim;
use crate::domain::delivery::Verdict;
use crate::error::Error;

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
pub struct Outbox(Repository);

impl Outbox {
    pub(super) fn new(repository: Repository) -> Self {
        Self(repository)
    }

    /// Takes what is due, the longest due first. Of one citizen's deliveries on a channel only the oldest is given out,
    /// so that a later message never overtakes an earlier one; a reminder waits for messages and holds none up.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database is away or too many writes wait, [`Error::Internal`] otherwise; so for every method here.
    pub fn claim(&self, order: &Order) -> Result<Vec<Claim>, Error> {
        let due = match &self.0.0.pools {
            Pools::Sqlite(pool) => pool.lease().run(|connection| sqlite::outbox::due(connection, order)),
            Pools::Postgres(pool) => pool.lease().run(|connection| postgres::outbox::due(connection, order)),
        }?;
        // All are handed in before the first is waited for: one commit takes them.
        let asked: Vec<(Claim, Commit)> = due
            .into_iter()
            .map(|claim| (claim, self.0.commit(claim.take(order.now, order.leased_until))))
            .collect();
        let (mut taken, mut failed) = (Vec::new(), None);
        for (claim, commit) in asked {
            match stands(commit) {
                Ok(true) => taken.push(claim),
                // Another worker was first.
                Ok(false) => {}
                Err(error) => failed = Some(error),
            }
        }
        // What was taken is carried out, whatever became of the rest.
        failed.filter(|_| taken.is_empty()).map_or(Ok(taken), Err)
    }

    /// Writes down how the attempt ended. The first outcome stands: false if the delivery is no longer the worker's.
    /// `status` is the receiving side's own number for what it said.
    ///
    /// # Errors
    /// As above.
    pub fn settle(&self, claim: &Claim, verdict: Verdict, status: Option<u16>, now: DateTime<Utc>) -> Result<bool, Error> {
        let settled = stands(self.0.commit(claim.end(verdict, status, now)))?;
        if settled {
            self.0.0.tally.attempted(claim.channel, verdict.state());
        }
        Ok(settled)
    }

    /// Gives back what was not tried; it does not count as an attempt.
    ///
    /// # Errors
    /// As above.
    pub fn release(&self, claims: &[Claim]) -> Result<(), Error> {
        let asked: Vec<Commit> = claims.iter().map(|claim| self.0.commit(claim.give_back())).collect();
        let answers: Vec<Result<bool, Error>> = asked.into_iter().map(stands).collect();
        answers.into_iter().try_for_each(|answer| answer.map(drop))
    }
}

impl std::fmt::Debug for Outbox {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Outbox")
    }
}

/// Was the step stored, or is the delivery somebody else's?
fn stands(commit: Commit) -> Result<bool, Error> {
    match commit.wait() {
        Ok(()) => Ok(true),
        Err(Error::Refused(_)) => Ok(false),
        Err(error) => Err(error),
    }
}
