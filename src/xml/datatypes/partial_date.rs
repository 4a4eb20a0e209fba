//! `gYear`, `gYearMonth`, `gMonth`, `gMonthDay` and `gDay`: parts of a date.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;

use chrono::FixedOffset;

use super::Datatype;
use super::calendar::{Moment, Parts, Zone, day_nanos, days_in_month, write_year, write_zone};
use crate::Rule;

/// Year, month and day; what a type leaves out stands at a reference value that has all days (1972-01-01).
#[derive(Clone, Copy, Debug)]
struct Fields {
    year: i32,
    month: u32,
    day: u32,
}

const REFERENCE: Fields = Fields {
    year: 1972,
    month: 1,
    day: 1,
};

macro_rules! partial_date {
    ($($(#[$doc:meta])* $rust:ident, $name:literal, $read:expr, $write:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $rust {
            fields: Fields,
            zone: Option<Zone>,
        }

        impl $rust {
            /// The zone, if one was given.
            #[must_use]
            pub fn offset(&self) -> Option<FixedOffset> {
                self.zone.map(|zone| zone.offset)
            }

            fn moment(&self) -> Moment {
                let Fields { year, month, day } = self.fields;
                Moment::new(day_nanos(year.into(), month, day), self.zone)
            }
        }

        impl Datatype for $rust {
            const NAME: &'static str = $name;

            fn parse(text: &str) -> Result<Self, Rule> {
                let read: fn(&mut Parts<'_>) -> Option<Fields> = $read;
                let mut parts = Parts(text);
                read(&mut parts)
                    .and_then(|fields| Some(Self { fields, zone: parts.zone_and_end()? }))
                    .ok_or(Rule::Lexical($name))
            }

            fn text(&self) -> Cow<'_, str> {
                let write: fn(&mut String, &Fields) = $write;
                let mut text = String::new();
                write(&mut text, &self.fields);
                write_zone(&mut text, self.zone);
                Cow::Owned(text)
            }
        }

        impl PartialEq for $rust {
            fn eq(&self, other: &Self) -> bool {
                self.moment() == other.moment()
            }
        }

        impl Eq for $rust {}

        impl PartialOrd for $rust {
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                self.moment().partial_cmp(&other.moment())
            }
        }

        impl fmt::Display for $rust {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(&self.text())
            }
        }
    )*};
}

partial_date! {
    /// `xs:gYear`: `2015`.
    GYear, "gYear",
        |parts| Some(Fields { year: parts.year()?, ..REFERENCE }),
        |out, fields| write_year(out, fields.year);
    /// `xs:gYearMonth`: `2015-06`.
    GYearMonth, "gYearMonth",
        |parts| {
            let year = parts.year()?;
            parts.literal('-')?;
            Some(Fields { year, month: parts.month()?, ..REFERENCE })
        },
        |out, fields| {
            write_year(out, fields.year);
            out.push_str(&format!("-{:02}", fields.month));
        };
    /// `xs:gMonth`: `--06`.
    GMonth, "gMonth",
        |parts| {
            dashes(parts, 2)?;
            Some(Fields { month: parts.month()?, ..REFERENCE })
        },
        |out, fields| out.push_str(&format!("--{:02}", fields.month));
    /// `xs:gMonthDay`: `--06-01`; 29 February is one.
    GMonthDay, "gMonthDay",
        |parts| {
            dashes(parts, 2)?;
            let month = parts.month()?;
            dashes(parts, 1)?;
            Some(Fields { month, day: parts.day(days_in_month(REFERENCE.year, month))?, ..REFERENCE })
        },
        |out, fields| out.push_str(&format!("--{:02}-{:02}", fields.month, fields.day));
    /// `xs:gDay`: `---01`.
    GDay, "gDay",
        |parts| {
            dashes(parts, 3)?;
            Some(Fields { day: parts.day(31)?, ..REFERENCE })
        },
        |out, fields| out.push_str(&format!("---{:02}", fields.day));
}

fn dashes(parts: &mut Parts<'_>, count: usize) -> Option<()> {
    (0..count).try_for_each(|_| parts.literal('-'))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn check<T: Datatype + fmt::Debug>(good: &[&str], bad: &[&str]) {
        for text in good {
            assert_eq!(T::parse(text).unwrap().text(), *text);
        }
        for text in bad {
            assert_eq!(T::parse(text), Err(Rule::Lexical(T::NAME)), "{text}");
        }
    }

    #[test]
    fn each_kind_has_its_own_form() {
        check::<GYear>(
            &["2015", "2015Z", "-0044", "12015+02:00"],
            &["", "15", "0000", "02015", "2015-06", "+2015", "2015-"],
        );
        check::<GYearMonth>(
            &["2015-06", "2015-12-05:00", "-0044-03"],
            &["", "2015", "2015-13", "2015-6", "2015-06-01", "15-06"],
        );
        check::<GMonth>(&["--06", "--12Z"], &["", "06", "-06", "--13", "--00", "--6", "--06--", "--06-01"]);
        check::<GMonthDay>(
            &["--06-01", "--02-29", "--12-31+14:00"],
            &["", "--02-30", "--04-31", "--13-01", "06-01", "--06-1"],
        );
        check::<GDay>(&["---01", "---31Z", "---31-05:00"], &["", "---32", "---00", "--01", "---1", "01"]);
    }

    #[test]
    fn each_kind_is_ordered() {
        assert!(GYear::parse("-0001").unwrap() < GYear::parse("0001").unwrap());
        assert!(GYearMonth::parse("2015-06").unwrap() < GYearMonth::parse("2015-07").unwrap());
        assert!(GMonthDay::parse("--02-29").unwrap() < GMonthDay::parse("--03-01").unwrap());
        assert!(GDay::parse("---30").unwrap() < GDay::parse("---31").unwrap());
        assert!(GMonth::parse("--01").unwrap() < GMonth::parse("--02Z").unwrap());
        assert_eq!(GDay::parse("---30").unwrap().partial_cmp(&GDay::parse("---30Z").unwrap()), None);
    }
}
