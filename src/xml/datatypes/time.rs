//! `time`.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;

use chrono::{FixedOffset, NaiveTime, Timelike};

use super::Datatype;
use super::calendar::{Moment, NANOS_PER_SECOND, Parts, Zone, digits_needed, write_clock, write_fraction, write_zone};
use crate::Rule;

/// `xs:time`: a time of day that recurs, with a zone or without. 24:00:00 is 00:00:00.
#[derive(Clone, Copy, Debug)]
pub struct Time {
    naive: NaiveTime,
    zone: Option<Zone>,
    fraction_digits: u8,
}

impl Time {
    /// A time of day in a zone, or in none.
    #[must_use]
    pub fn new(naive: NaiveTime, offset: Option<FixedOffset>) -> Self {
        Self {
            naive,
            zone: offset.map(Zone::from),
            fraction_digits: digits_needed(naive.nanosecond()),
        }
    }

    /// The time as written.
    #[must_use]
    pub fn naive(&self) -> NaiveTime {
        self.naive
    }

    /// The zone, if one was given.
    #[must_use]
    pub fn offset(&self) -> Option<FixedOffset> {
        self.zone.map(|zone| zone.offset)
    }

    fn moment(&self) -> Moment {
        let seconds = i128::from(self.naive.num_seconds_from_midnight());
        Moment::new(seconds * NANOS_PER_SECOND + i128::from(self.naive.nanosecond()), self.zone)
    }
}

impl Datatype for Time {
    const NAME: &'static str = "time";

    fn parse(text: &str) -> Result<Self, Rule> {
        read(text).ok_or(Rule::Lexical(Self::NAME))
    }

    fn text(&self) -> Cow<'_, str> {
        let mut text = String::with_capacity(24);
        write_clock(&mut text, &self.naive);
        write_fraction(&mut text, self.naive.nanosecond(), self.fraction_digits);
        write_zone(&mut text, self.zone);
        Cow::Owned(text)
    }
}

fn read(text: &str) -> Option<Time> {
    let mut parts = Parts(text);
    let clock = parts.clock()?;
    Some(Time {
        naive: NaiveTime::from_hms_nano_opt(clock.hour, clock.minute, clock.second, clock.nanos)?,
        zone: parts.zone_and_end()?,
        fraction_digits: clock.fraction_digits,
    })
}

impl PartialEq for Time {
    fn eq(&self, other: &Self) -> bool {
        self.moment() == other.moment()
    }
}

impl Eq for Time {}

impl PartialOrd for Time {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.moment().partial_cmp(&other.moment())
    }
}

impl fmt::Display for Time {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_time_is_written_as_it_was_read() {
        for text in ["00:00:00", "13:20:00-05:00", "13:20:30.5555", "23:59:59.1234567Z", "12:00:00+00:00"] {
            assert_eq!(Time::parse(text).unwrap().text(), text);
        }
        assert_eq!(Time::parse("24:00:00").unwrap().text(), "00:00:00");
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for bad in [
            "",
            "1:20:00",
            "13:20",
            "13:20:60",
            "24:00:01",
            "13:20:00.",
            "13:20:00+24:00",
            "T13:20:00",
            "-13:20:00",
        ] {
            assert_eq!(Time::parse(bad), Err(Rule::Lexical("time")), "{bad}");
        }
    }

    #[test]
    fn times_are_in_order_in_utc() {
        let time = |text| Time::parse(text).unwrap();
        assert!(time("10:00:00") < time("10:00:00.1"));
        assert_eq!(time("12:00:00+02:00"), time("10:00:00Z"));
        assert_eq!(time("12:00:00").partial_cmp(&time("12:00:00Z")), None);
    }
}
