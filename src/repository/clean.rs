//! Cleaning up after a purge, over a connection of its own.
//! It knows that readers and writers come first: what they hold up is tried again for a while.
//! What there is to clean is left to the engine.

use std::time::{Duration, Instant};

use super::engine::Engine;
use crate::error::Error;

/// How long it is tried.
const PATIENCE: Duration = Duration::from_secs(30);

/// Cleans; false if somebody was in the way to the end.
pub fn clean<E: Engine>(engine: &E, rewrite: bool) -> Result<bool, Error> {
    let away = || Error::Unavailable("the database is away".to_owned());
    let mut connection = engine.writing().map_err(|_| away())?;
    let deadline = Instant::now() + PATIENCE;
    let mut rewrite = rewrite;
    loop {
        let cleaned = E::clean(&mut connection, &mut rewrite);
        let out_of_time = Instant::now() > deadline;
        match cleaned {
            Ok(true) => return Ok(true),
            Ok(false) if out_of_time => return Ok(false),
            Ok(false) => {}
            Err(_) if !E::is_alive(&mut connection) => return Err(away()),
            Err(error) if out_of_time => return Err(Error::Unavailable(format!("the database cannot be cleaned now: {error}"))),
            Err(_) => {}
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}
