//! `dateTime`.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;

use chrono::{Datelike, Days, FixedOffset, NaiveDate, NaiveDateTime, TimeZone, Timelike, Utc};

use super::Datatype;
use super::calendar::{
    Moment, NANOS_PER_SECOND, Parts, Zone, day_nanos, digits_needed, write_clock, write_digits, write_fraction, write_year, write_zone,
};
use crate::Rule;

/// `xs:dateTime`: a date and time of day, with a zone or without.
///
/// It writes what it read: seven fraction digits stay seven, `Z` stays `Z`. Up to nine fraction digits are kept;
/// 24:00:00 becomes midnight of the next day. Equality and order are those of the schema: by the moment in UTC, and none
/// between a value with and one without a zone that lie within 14 hours.
#[derive(Clone, Copy, Debug)]
pub struct DateTime {
    naive: NaiveDateTime,
    zone: Option<Zone>,
    fraction_digits: u8,
}

impl DateTime {
    /// A local date and time in a zone, or in none; written with as many fraction digits as it needs.
    #[must_use]
    pub fn new(naive: NaiveDateTime, offset: Option<FixedOffset>) -> Self {
        Self {
            naive,
            zone: offset.map(Zone::from),
            fraction_digits: digits_needed(naive.nanosecond()),
        }
    }

    /// The same value, written with so many fraction digits (at most 9); further digits are cut off.
    #[must_use]
    pub fn with_fraction_digits(self, digits: u8) -> Self {
        let digits = digits.min(9);
        let unit = 10_u32.pow(9 - u32::from(digits));
        let nanos = self.naive.nanosecond() / unit * unit;
        Self {
            naive: self.naive.with_nanosecond(nanos).unwrap_or(self.naive),
            fraction_digits: digits,
            ..self
        }
    }

    /// The date and time as written, zone aside.
    #[must_use]
    pub fn naive(&self) -> NaiveDateTime {
        self.naive
    }

    /// The zone, if one was given.
    #[must_use]
    pub fn offset(&self) -> Option<FixedOffset> {
        self.zone.map(|zone| zone.offset)
    }

    /// The moment in UTC; `None` without a zone.
    #[must_use]
    pub fn to_utc(&self) -> Option<chrono::DateTime<Utc>> {
        self.to_fixed().map(|moment| moment.to_utc())
    }

    /// The moment in its own zone; `None` without one.
    #[must_use]
    pub fn to_fixed(&self) -> Option<chrono::DateTime<FixedOffset>> {
        self.offset()?.from_local_datetime(&self.naive).single()
    }

    fn moment(&self) -> Moment {
        let day = day_nanos(self.naive.year().into(), self.naive.month(), self.naive.day());
        let seconds = i128::from(self.naive.num_seconds_from_midnight());
        Moment::new(day + seconds * NANOS_PER_SECOND + i128::from(self.naive.nanosecond()), self.zone)
    }
}

impl Datatype for DateTime {
    const NAME: &'static str = "dateTime";

    fn parse(text: &str) -> Result<Self, Rule> {
        read(text).ok_or(Rule::Lexical(Self::NAME))
    }

    fn text(&self) -> Cow<'_, str> {
        let mut text = String::with_capacity(33);
        write_year(&mut text, self.naive.year());
        text.push('-');
        write_digits(&mut text, self.naive.month(), 2);
        text.push('-');
        write_digits(&mut text, self.naive.day(), 2);
        text.push('T');
        write_clock(&mut text, &self.naive);
        write_fraction(&mut text, self.naive.nanosecond(), self.fraction_digits);
        write_zone(&mut text, self.zone);
        Cow::Owned(text)
    }
}

fn read(text: &str) -> Option<DateTime> {
    let mut parts = Parts(text);
    let year = parts.year()?;
    parts.literal('-')?;
    let month = parts.month()?;
    parts.literal('-')?;
    let day = parts.day(31)?;
    parts.literal('T')?;
    let clock = parts.clock()?;
    let date = NaiveDate::from_ymd_opt(year, month, day)?;
    let date = if clock.next_day {
        skip_year_zero(date.checked_add_days(Days::new(1))?)?
    } else {
        date
    };
    Some(DateTime {
        naive: date.and_hms_nano_opt(clock.hour, clock.minute, clock.second, clock.nanos)?,
        zone: parts.zone_and_end()?,
        fraction_digits: clock.fraction_digits,
    })
}

/// The day after -0001-12-31 is 0001-01-01.
fn skip_year_zero(date: NaiveDate) -> Option<NaiveDate> {
    if date.year() == 0 { date.with_year(1) } else { Some(date) }
}

impl PartialEq for DateTime {
    fn eq(&self, other: &Self) -> bool {
        self.moment() == other.moment()
    }
}

impl Eq for DateTime {}

impl PartialOrd for DateTime {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.moment().partial_cmp(&other.moment())
    }
}

impl fmt::Display for DateTime {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text())
    }
}

impl From<chrono::DateTime<Utc>> for DateTime {
    fn from(moment: chrono::DateTime<Utc>) -> Self {
        moment.fixed_offset().into()
    }
}

impl From<chrono::DateTime<FixedOffset>> for DateTime {
    fn from(moment: chrono::DateTime<FixedOffset>) -> Self {
        Self::new(moment.naive_local(), Some(*moment.offset()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn moment(text: &str) -> DateTime {
        DateTime::parse(text).unwrap()
    }

    #[test]
    fn a_date_time_is_written_as_it_was_read() {
        for text in [
            "2019-04-30T15:06:58.9218786+02:00",
            "2019-04-30T15:06:58",
            "2019-04-30T15:06:58Z",
            "2019-04-30T15:06:58+00:00",
            "2019-04-30T15:06:58.000Z",
            "2019-04-30T15:06:58.120-05:30",
            "2019-04-30T15:06:58.123456789Z",
            "-0044-03-15T12:00:00",
            "12019-04-30T00:00:00+14:00",
            "0001-01-01T00:00:00-14:00",
            "2000-02-29T23:59:59",
            "-0004-02-29T00:00:00",
        ] {
            assert_eq!(moment(text).text(), text);
        }
    }

    #[test]
    fn more_than_nine_fraction_digits_are_read_and_cut() {
        assert_eq!(moment("2019-04-30T15:06:58.1234567899Z").text(), "2019-04-30T15:06:58.123456789Z");
    }

    #[test]
    fn hour_24_is_midnight_of_the_next_day() {
        assert_eq!(moment("2019-12-31T24:00:00Z").text(), "2020-01-01T00:00:00Z");
        assert_eq!(moment("2019-12-31T24:00:00.000").text(), "2020-01-01T00:00:00.000");
        assert_eq!(moment("9999-12-31T24:00:00").text(), "10000-01-01T00:00:00");
        assert_eq!(moment("-0001-12-31T24:00:00").text(), "0001-01-01T00:00:00");
        for bad in [
            "2019-12-31T24:00:01",
            "2019-12-31T24:01:00",
            "2019-12-31T24:00:00.1",
            "2019-12-31T24:00:00.0000000001",
            "2019-12-31T25:00:00",
        ] {
            assert!(DateTime::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_is_no_date_time_is_refused() {
        for bad in [
            "",
            "2019-04-30",
            "2019-04-30 15:06:58",
            "2019-04-30t15:06:58",
            "2019-4-30T15:06:58",
            "19-04-30T15:06:58",
            "02019-04-30T15:06:58",
            "0000-01-01T00:00:00",
            "+2019-04-30T15:06:58",
            "2019-02-29T00:00:00",
            "1900-02-29T00:00:00",
            "2019-04-31T00:00:00",
            "2019-13-01T00:00:00",
            "2019-00-01T00:00:00",
            "2019-04-00T00:00:00",
            "2019-04-30T15:06",
            "2019-04-30T15:06:60",
            "2019-04-30T15:60:00",
            "2019-04-30T15:06:58.",
            "2019-04-30T15:06:58,5",
            "2019-04-30T15:06:58z",
            "2019-04-30T15:06:58+2:00",
            "2019-04-30T15:06:58+02",
            "2019-04-30T15:06:58+0200",
            "2019-04-30T15:06:58+14:01",
            "2019-04-30T15:06:58+15:00",
            "2019-04-30T15:06:58+02:60",
            "2019-04-30T15:06:58Z ",
            "2019-04-30T15:06:58ZZ",
            "2019-04-30T1é:06:58",
            "999999-01-01T00:00:00",
            "99999999999999999999-01-01T00:00:00",
            "٢٠١٩-04-30T15:06:58",
        ] {
            assert_eq!(DateTime::parse(bad), Err(Rule::Lexical("dateTime")), "{bad}");
        }
    }

    #[test]
    fn equality_is_by_the_moment() {
        assert_eq!(moment("2019-04-30T15:00:00+02:00"), moment("2019-04-30T13:00:00Z"));
        assert_eq!(moment("2019-04-30T15:00:00.50"), moment("2019-04-30T15:00:00.5"));
        assert_ne!(moment("2019-04-30T15:00:00"), moment("2019-04-30T15:00:00Z"));
    }

    #[test]
    fn order_to_a_value_without_a_zone_may_be_undetermined() {
        use std::cmp::Ordering::{Greater, Less};
        for (left, right, order) in [
            ("2000-01-15T00:00:00", "2000-02-15T00:00:00", Some(Less)),
            ("2000-01-15T12:00:00", "2000-01-16T12:00:00Z", Some(Less)),
            ("2000-01-01T12:00:00", "1999-12-31T23:00:00Z", None),
            ("2000-01-16T12:00:00", "2000-01-16T12:00:00Z", None),
            ("2000-01-16T00:00:00", "2000-01-16T12:00:00Z", None),
            ("2000-01-17T03:00:00", "2000-01-16T12:00:00Z", Some(Greater)),
            ("2000-01-16T02:00:00", "2000-01-16T16:00:00Z", None),
            ("2000-01-16T01:59:59.999", "2000-01-16T16:00:00Z", Some(Less)),
        ] {
            assert_eq!(moment(left).partial_cmp(&moment(right)), order, "{left} and {right}");
            assert_eq!(
                moment(right).partial_cmp(&moment(left)),
                order.map(Ordering::reverse),
                "{right} and {left}"
            );
        }
    }

    #[test]
    fn it_converts_to_and_from_chrono() {
        let text = "2019-04-30T15:06:58.9218786+02:00";
        assert_eq!(moment(text).to_utc().unwrap().to_rfc3339(), "2019-04-30T13:06:58.921878600+00:00");
        assert_eq!(DateTime::from(moment(text).to_fixed().unwrap()).text(), text);
        assert_eq!(
            DateTime::from(moment(text).to_utc().unwrap()).text(),
            "2019-04-30T13:06:58.9218786Z"
        );
        assert_eq!(moment("2019-04-30T15:06:58").to_utc(), None);
        assert_eq!(moment(text).with_fraction_digits(3).text(), "2019-04-30T15:06:58.921+02:00");
        assert_eq!(moment(text).with_fraction_digits(0).text(), "2019-04-30T15:06:58+02:00");
    }
}
