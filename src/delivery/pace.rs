//! Pace: when an attempt is made again, when a delivery is given up, and how long a worker may hold what it has taken (D1).
//! It knows only numbers and the reason of a failure. Waiting is left to the worker.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::Setback;
use crate::domain::delivery::Verdict;

/// How patient a worker is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Attempts before a delivery is given up.
    pub attempts: u32,
    /// Pause after the first attempt; it doubles with each one.
    pub first_pause: TimeDelta,
    /// Longest pause.
    pub longest_pause: TimeDelta,
    /// How long one send may take.
    pub send: Duration,
}

impl Pace {
    /// What comes of an attempt that ended now.
    pub fn verdict(&self, result: Result<(), Setback>, attempt: u32, now: DateTime<Utc>) -> Verdict {
        let Err(Setback { reason, .. }) = result else {
            return Verdict::Delivered;
        };
        if reason.is_permanent() || attempt >= self.attempts {
            Verdict::Failed { reason }
        } else {
            let until = now + self.pause(attempt);
            Verdict::Postponed { reason, until }
        }
    }

    /// The pause after an attempt, counted from 1: doubling, capped.
    pub fn pause(&self, attempt: u32) -> TimeDelta {
        let doublings = attempt.saturating_sub(1).min(30);
        self.first_pause
            .checked_mul(1 << doublings)
            .map_or(self.longest_pause, |pause| pause.min(self.longest_pause))
    }

    /// How long a worker holds a batch: six sends.
    pub fn lease(&self) -> TimeDelta {
        self.sends(6)
    }

    /// What must be left of the lease when a send begins: three sends, so that it ends long before another worker may take the delivery,
    /// even where two processes' clocks differ.
    pub fn reserve(&self) -> TimeDelta {
        self.sends(3)
    }

    fn sends(&self, number: u32) -> TimeDelta {
        TimeDelta::from_std(self.send * number).unwrap_or(TimeDelta::MAX)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::domain::delivery::Reason;

    const PACE: Pace = Pace {
        attempts: 5,
        first_pause: TimeDelta::seconds(30),
        longest_pause: TimeDelta::seconds(100),
        send: Duration::from_secs(30),
    };

    fn now() -> DateTime<Utc> {
        "2026-05-04T10:00:00Z".parse().unwrap()
    }

    /// D1: pauses double from the first to the longest, and no number of attempts overflows.
    #[test]
    fn d1_pauses_double_up_to_a_cap() {
        for (attempt, seconds) in [(1, 30), (2, 60), (3, 100), (4, 100), (31, 100), (u32::MAX, 100)] {
            assert_eq!(PACE.pause(attempt), TimeDelta::seconds(seconds), "attempt {attempt}");
        }
        let days = TimeDelta::days(100_000_000);
        let patient = Pace {
            first_pause: days,
            longest_pause: days * 2,
            ..PACE
        };
        assert_eq!(patient.pause(40), days * 2);
    }

    /// D1: what may pass is tried again until the attempts are used up; what will not change is given up at once.
    #[test]
    fn d1_a_delivery_is_given_up_at_the_last_attempt_or_at_a_permanent_reason() {
        assert_eq!(PACE.verdict(Ok(()), 5, now()), Verdict::Delivered);
        for reason in Reason::ALL.iter().copied() {
            for attempt in 1..=6 {
                let expected = if reason.is_permanent() || attempt >= 5 {
                    Verdict::Failed { reason }
                } else {
                    Verdict::Postponed {
                        reason,
                        until: now() + PACE.pause(attempt),
                    }
                };
                assert_eq!(
                    PACE.verdict(Err(reason.into()), attempt, now()),
                    expected,
                    "{reason:?} at attempt {attempt}"
                );
            }
        }
    }

    /// D1: a send that begins ends while the delivery is still the worker's.
    #[test]
    fn d1_a_lease_outlasts_a_send() {
        let send = TimeDelta::from_std(PACE.send).unwrap();
        assert!(PACE.reserve() > send * 2 && PACE.lease() > PACE.reserve() + send);
    }
}
