//! The effort of writing: how long it is tried, and why it is given up.
//! What a failed statement means is left to `trouble`; trying again to the committer and the ledger.

use std::time::{Duration, Instant};

use crate::error::Error;

/// Pause before the first further try; it doubles each time.
pub const PAUSE: Duration = Duration::from_millis(5);

/// How long a lock or a conflict with another process is tried again before others get their turn.
pub const CONTENTION: Duration = Duration::from_secs(1);
/// How long before its deadline a unit is no longer tried for a lock: whoever waits for the answer hears of it in time.
pub const NOTICE: Duration = Duration::from_secs(1);

/// Why a batch was not stored.
#[derive(Clone, Debug)]
pub enum Failure {
    /// The database is away.
    Away,
    /// Another process holds what we need.
    Busy,
    /// The database is there, but cannot store anything.
    Storage(String),
    /// The database refuses the rows.
    Rejected(String),
}

impl From<&Failure> for Error {
    fn from(failure: &Failure) -> Self {
        match failure {
            Failure::Away => Self::Unavailable("the database is away".to_owned()),
            Failure::Busy => Self::Unavailable("the database is busy".to_owned()),
            Failure::Storage(_) => Self::Unavailable("the database stores nothing".to_owned()),
            Failure::Rejected(reason) => Self::Internal(format!("facts could not be stored: {reason}")),
        }
    }
}

/// Sleeps and doubles the pause; nothing if the deadline would pass.
pub fn wait(pause: &mut Duration, deadline: Instant) -> Option<()> {
    if Instant::now() + *pause >= deadline {
        return None;
    }
    std::thread::sleep(*pause);
    *pause = (*pause * 2).min(Duration::from_millis(200));
    Some(())
}
