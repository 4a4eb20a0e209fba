//! `date`.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;

use chrono::{Datelike, FixedOffset, NaiveDate};

use super::Datatype;
use super::calendar::{Moment, Parts, Zone, day_nanos, write_digits, write_year, write_zone};
use crate::Rule;

/// `xs:date`: a day, with a zone or without. Order and equality go by the day's first moment.
#[derive(Clone, Copy, Debug)]
pub struct Date {
    naive: NaiveDate,
    zone: Option<Zone>,
}

impl Date {
    /// A day in a zone, or in none.
    #[must_use]
    pub fn new(naive: NaiveDate, offset: Option<FixedOffset>) -> Self {
        Self {
            naive,
            zone: offset.map(Zone::from),
        }
    }

    /// The day as written.
    #[must_use]
    pub fn naive(&self) -> NaiveDate {
        self.naive
    }

    /// The zone, if one was given.
    #[must_use]
    pub fn offset(&self) -> Option<FixedOffset> {
        self.zone.map(|zone| zone.offset)
    }

    fn moment(&self) -> Moment {
        Moment::new(day_nanos(self.naive.year().into(), self.naive.month(), self.naive.day()), self.zone)
    }
}

impl Datatype for Date {
    const NAME: &'static str = "date";

    fn parse(text: &str) -> Result<Self, Rule> {
        read(text).ok_or(Rule::Lexical(Self::NAME))
    }

    fn text(&self) -> Cow<'_, str> {
        let mut text = String::with_capacity(16);
        write_year(&mut text, self.naive.year());
        text.push('-');
        write_digits(&mut text, self.naive.month(), 2);
        text.push('-');
        write_digits(&mut text, self.naive.day(), 2);
        write_zone(&mut text, self.zone);
        Cow::Owned(text)
    }
}

fn read(text: &str) -> Option<Date> {
    let mut parts = Parts(text);
    let year = parts.year()?;
    parts.literal('-')?;
    let month = parts.month()?;
    parts.literal('-')?;
    let day = parts.day(31)?;
    Some(Date {
        naive: NaiveDate::from_ymd_opt(year, month, day)?,
        zone: parts.zone_and_end()?,
    })
}

impl PartialEq for Date {
    fn eq(&self, other: &Self) -> bool {
        self.moment() == other.moment()
    }
}

impl Eq for Date {}

impl PartialOrd for Date {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.moment().partial_cmp(&other.moment())
    }
}

impl fmt::Display for Date {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text())
    }
}

impl From<NaiveDate> for Date {
    fn from(naive: NaiveDate) -> Self {
        Self::new(naive, None)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_date_is_written_as_it_was_read() {
        for text in [
            "2015-06-01",
            "2015-06-01Z",
            "2015-06-01+02:00",
            "-0044-03-15",
            "12015-06-01-11:30",
            "2000-02-29",
        ] {
            assert_eq!(Date::parse(text).unwrap().text(), text);
        }
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for bad in [
            "",
            "2015-06",
            "2015-6-1",
            "15-06-01",
            "0000-06-01",
            "2015-02-29",
            "2015-06-31",
            "2015-06-01T00:00:00",
            "2015/06/01",
            "2015-06-01+2",
            "02015-06-01",
            "2015-06-01z",
            " 2015-06-01",
        ] {
            assert_eq!(Date::parse(bad), Err(Rule::Lexical("date")), "{bad}");
        }
    }

    #[test]
    fn dates_are_in_order_by_their_first_moment() {
        let date = |text| Date::parse(text).unwrap();
        assert!(date("2015-06-01") < date("2015-06-02"));
        assert!(date("2015-06-01+02:00") < date("2015-06-01Z"));
        assert_eq!(date("2015-06-01").partial_cmp(&date("2015-06-01Z")), None);
        assert!(date("2015-06-01") < date("2015-06-02Z"));
    }
}
