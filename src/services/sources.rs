//! Where time and identifiers come from.
//! In service they are the clock and UUIDv7; in tests both are fixed, so that the same requests at the same instant give the same bytes.
//! Nothing else in the services asks for either.

use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use uuid::Uuid;

type Clock = dyn Fn() -> DateTime<Utc> + Send + Sync;
type Identifiers = dyn Fn() -> Uuid + Send + Sync;

/// A clock and a source of identifiers.
pub struct Sources {
    clock: Box<Clock>,
    identifiers: Box<Identifiers>,
}

impl Sources {
    /// The machine's clock and UUIDv7, which grows within the process.
    #[must_use]
    pub fn system() -> Self {
        Self::new(Utc::now, Uuid::now_v7)
    }

    /// A clock that stands still and identifiers that count from one.
    #[must_use]
    pub fn fixed(instant: DateTime<Utc>) -> Self {
        let next = AtomicU64::new(1);
        Self::new(move || instant, move || counted(instant, next.fetch_add(1, Ordering::Relaxed)))
    }

    /// Any clock and any source of identifiers; they must grow in the order in which they are handed out.
    #[must_use]
    pub fn new(clock: impl Fn() -> DateTime<Utc> + Send + Sync + 'static, identifiers: impl Fn() -> Uuid + Send + Sync + 'static) -> Self {
        Self {
            clock: Box::new(clock),
            identifiers: Box::new(identifiers),
        }
    }

    /// The instant, in whole microseconds: what every database keeps, so that a receipt and a later look-up agree.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        let instant = (self.clock)();
        instant.duration_trunc(TimeDelta::microseconds(1)).unwrap_or(instant)
    }

    /// A new identifier.
    #[must_use]
    pub fn identifier(&self) -> Uuid {
        (self.identifiers)()
    }
}

impl std::fmt::Debug for Sources {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Sources")
    }
}

/// A UUIDv7 of the instant whose random part is a count.
fn counted(instant: DateTime<Utc>, count: u64) -> Uuid {
    let milliseconds = u64::try_from(instant.timestamp_millis()).unwrap_or_default();
    let mut random = [0; 10];
    random[2..].copy_from_slice(&count.to_be_bytes());
    uuid::Builder::from_unix_timestamp_millis(milliseconds, &random).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixed_sources_repeat_themselves_and_grow() {
        let instant = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        let (one, other) = (Sources::fixed(instant), Sources::fixed(instant));
        let drawn: Vec<_> = (0..300).map(|_| one.identifier()).collect();
        assert!(drawn.is_sorted());
        assert!(drawn.iter().all(|identifier| *identifier == other.identifier()));
        assert_eq!(one.now(), instant);
    }

    #[test]
    fn instants_have_whole_microseconds() {
        let instant = DateTime::UNIX_EPOCH + TimeDelta::nanoseconds(1_234_567_891);
        assert_eq!(
            Sources::fixed(instant).now(),
            DateTime::UNIX_EPOCH + TimeDelta::nanoseconds(1_234_567_000)
        );
    }

    #[test]
    fn identifiers_of_the_system_grow() {
        let sources = Sources::system();
        let drawn: Vec<_> = (0..1000).map(|_| sources.identifier()).collect();
        assert!(drawn.is_sorted());
    }
}
