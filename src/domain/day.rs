//! Danish calendar days: relations, agreements and code lists change at midnight in Copenhagen (S3).
//! It knows the time zone and its two changes a year. Which day matters is left to the rules that ask.

use chrono::{DateTime, FixedOffset, LocalResult, NaiveDate, NaiveDateTime, Offset, TimeZone, Utc};
use chrono_tz::Europe::Copenhagen;

/// The calendar day in Denmark at an instant.
#[must_use]
pub fn danish_day(instant: DateTime<Utc>) -> NaiveDate {
    instant.with_timezone(&Copenhagen).date_naive()
}

/// An instant as Danish wall-clock time with its offset.
#[must_use]
pub fn danish_time(instant: DateTime<Utc>) -> DateTime<FixedOffset> {
    let local = instant.with_timezone(&Copenhagen);
    local.with_timezone(&local.offset().fix())
}

/// The instant a caller means by a Danish wall-clock time without an offset (ours): the first of two in the hour that comes twice,
/// an hour later in the hour that is skipped.
#[must_use]
pub fn danish_instant(local: NaiveDateTime) -> DateTime<Utc> {
    match Copenhagen.from_local_datetime(&local) {
        LocalResult::Single(time) | LocalResult::Ambiguous(time, _) => time.to_utc(),
        LocalResult::None => local.and_utc() - chrono::TimeDelta::hours(1),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn instant(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    /// S3: the day changes at midnight in Copenhagen, in winter and summer time and on the days between.
    #[test]
    fn s3_the_day_is_the_danish_one() {
        for (at, day) in [
            ("2026-01-14T22:59:59Z", "2026-01-14"),
            ("2026-01-14T23:00:00Z", "2026-01-15"),
            ("2026-07-14T21:59:59.999999Z", "2026-07-14"),
            ("2026-07-14T22:00:00Z", "2026-07-15"),
            // Summer time begins on 29 March 2026, a day of 23 hours …
            ("2026-03-28T22:59:59Z", "2026-03-28"),
            ("2026-03-28T23:00:00Z", "2026-03-29"),
            ("2026-03-29T21:59:59Z", "2026-03-29"),
            ("2026-03-29T22:00:00Z", "2026-03-30"),
            // … and ends on 25 October, a day of 25 hours.
            ("2026-10-24T22:00:00Z", "2026-10-25"),
            ("2026-10-25T22:59:59Z", "2026-10-25"),
            ("2026-10-25T23:00:00Z", "2026-10-26"),
            ("2026-12-31T23:00:00Z", "2027-01-01"),
        ] {
            assert_eq!(danish_day(instant(at)).to_string(), day, "{at}");
        }
    }

    #[test]
    fn danish_time_carries_the_offset_of_the_season() {
        assert_eq!(
            danish_time(instant("2026-01-15T12:00:00Z")).to_rfc3339(),
            "2026-01-15T13:00:00+01:00"
        );
        assert_eq!(
            danish_time(instant("2026-07-15T12:00:00Z")).to_rfc3339(),
            "2026-07-15T14:00:00+02:00"
        );
    }

    #[test]
    fn a_time_without_offset_is_danish() {
        for (local, at) in [
            ("2026-01-15T13:00:00", "2026-01-15T12:00:00Z"),
            ("2026-07-15T14:00:00", "2026-07-15T12:00:00Z"),
            ("2026-03-29T02:30:00", "2026-03-29T01:30:00Z"),
            ("2026-10-25T02:30:00", "2026-10-25T00:30:00Z"),
        ] {
            assert_eq!(danish_instant(local.parse().unwrap()), instant(at), "{local}");
        }
    }
}
