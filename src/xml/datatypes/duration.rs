//! `duration`.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;

use super::Datatype;
use super::calendar::{NANOS_PER_SECOND, Parts, day_nanos, digits_needed, write_fraction};
use crate::Rule;

/// `xs:duration`: so many months and so many seconds, both of one sign.
///
/// Written in its shortest form: `P12M` is written `P1Y`. Up to nine fraction digits of a second are kept; a part with
/// more than 15 digits is refused. A month has no fixed number of days, so some durations have no order: `P1M` and `P30D`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Duration {
    /// Negative if the duration is.
    months: i64,
    /// Nanoseconds, days included; negative if the duration is.
    nanos: i128,
}

impl Duration {
    /// Whole months, years included; negative in a negative duration.
    #[must_use]
    pub fn months(&self) -> i64 {
        self.months
    }

    /// Nanoseconds beside the months, days included; negative in a negative duration.
    #[must_use]
    pub fn nanoseconds(&self) -> i128 {
        self.nanos
    }

    /// Where the duration ends if it begins in the given month, on its first day.
    fn end(&self, year: i128, month: u32) -> i128 {
        let months = year * 12 + i128::from(month) - 1 + i128::from(self.months);
        let month = u32::try_from(months.rem_euclid(12)).unwrap_or(0) + 1;
        day_nanos(months.div_euclid(12), month, 1) + self.nanos
    }
}

/// Part 2, 3.2.6.2: one duration is less than another if it is from each of four starting points.
impl PartialOrd for Duration {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        let [first, rest @ ..] =
            [(1696, 9), (1697, 2), (1903, 3), (1903, 7)].map(|(year, month)| self.end(year, month).cmp(&other.end(year, month)));
        rest.iter().all(|order| *order == first).then_some(first)
    }
}

impl Datatype for Duration {
    const NAME: &'static str = "duration";

    fn parse(text: &str) -> Result<Self, Rule> {
        read(text).ok_or(Rule::Lexical(Self::NAME))
    }

    fn text(&self) -> Cow<'_, str> {
        Cow::Owned(self.to_string())
    }
}

fn read(text: &str) -> Option<Duration> {
    let mut parts = Parts(text);
    let negative = parts.literal('-').is_some();
    parts.literal('P')?;
    let mut duration = Duration::default();
    // The letters that may still come, in order; a letter uses up itself and those before it.
    let mut letters = "YMD";
    let mut count = 0;
    let mut in_time = false;
    while !parts.0.is_empty() {
        if !in_time && parts.literal('T').is_some() {
            (in_time, letters, count) = (true, "HMS", 0);
            continue;
        }
        let number = amount(&mut parts)?;
        let (fraction, digits) = parts.fraction()?;
        let letter = parts.0.chars().next()?;
        parts.literal(letter)?;
        let (_, later) = letters.split_once(letter)?;
        letters = later;
        count += 1;
        match (in_time, letter) {
            (true, 'S') => duration.nanos += number * NANOS_PER_SECOND + i128::from(fraction),
            _ if digits > 0 => return None,
            (false, 'Y') => duration.months += i64::try_from(number * 12).ok()?,
            (false, 'M') => duration.months += i64::try_from(number).ok()?,
            (false, 'D') => duration.nanos += number * 86_400 * NANOS_PER_SECOND,
            (true, 'H') => duration.nanos += number * 3_600 * NANOS_PER_SECOND,
            (true, 'M') => duration.nanos += number * 60 * NANOS_PER_SECOND,
            _ => return None,
        }
    }
    if count == 0 {
        return None;
    }
    if negative {
        duration = Duration {
            months: -duration.months,
            nanos: -duration.nanos,
        };
    }
    Some(duration)
}

fn amount(parts: &mut Parts<'_>) -> Option<i128> {
    let digits = parts.digits();
    if digits.is_empty() || digits.trim_start_matches('0').len() > 15 {
        return None;
    }
    digits.parse().ok()
}

impl fmt::Display for Duration {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let months = self.months.unsigned_abs();
        let seconds = self.nanos.unsigned_abs() / NANOS_PER_SECOND.unsigned_abs();
        let nanos = u32::try_from(self.nanos.unsigned_abs() % NANOS_PER_SECOND.unsigned_abs()).unwrap_or(0);
        if months == 0 && seconds == 0 && nanos == 0 {
            return out.write_str("PT0S");
        }
        let mut text = String::from(if self.months < 0 || self.nanos < 0 { "-P" } else { "P" });
        let part = |text: &mut String, number: u128, letter| {
            if number > 0 {
                text.push_str(&format!("{number}{letter}"));
            }
        };
        part(&mut text, u128::from(months / 12), 'Y');
        part(&mut text, u128::from(months % 12), 'M');
        part(&mut text, seconds / 86_400, 'D');
        let time = seconds % 86_400;
        if time > 0 || nanos > 0 {
            text.push('T');
            part(&mut text, time / 3_600, 'H');
            part(&mut text, time / 60 % 60, 'M');
            if !time.is_multiple_of(60) || nanos > 0 {
                text.push_str(&(time % 60).to_string());
                write_fraction(&mut text, nanos, digits_needed(nanos));
                text.push('S');
            }
        }
        out.write_str(&text)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn duration(text: &str) -> Duration {
        Duration::parse(text).unwrap()
    }

    #[test]
    fn a_duration_is_written_in_its_shortest_form() {
        for (read, written) in [
            ("P1Y2M3DT4H5M6.7S", "P1Y2M3DT4H5M6.7S"),
            ("P12M", "P1Y"),
            ("-P60D", "-P60D"),
            ("PT24H", "P1D"),
            ("PT90S", "PT1M30S"),
            ("P0D", "PT0S"),
            ("-PT0S", "PT0S"),
            ("PT0.0000001S", "PT0.0000001S"),
            ("P1347Y", "P1347Y"),
            ("P0Y1347M0D", "P112Y3M"),
            ("PT1.500S", "PT1.5S"),
            ("P00000000000000000000001D", "P1D"),
        ] {
            assert_eq!(duration(read).text(), written, "{read}");
            assert_eq!(duration(written), duration(read));
        }
    }

    #[test]
    fn what_is_no_duration_is_refused() {
        for bad in [
            "",
            "P",
            "-P",
            "PT",
            "P1YT",
            "1Y",
            "P1",
            "P1S",
            "P1H",
            "PT1Y",
            "PT1D",
            "P-1Y",
            "+P1Y",
            "--P1Y",
            "P1M1Y",
            "P1D1M",
            "PT1M1H",
            "PT1S1M",
            "P1Y1Y",
            "P1.5Y",
            "PT1.5M",
            "PT1.S",
            "PT.5S",
            "P1YT1",
            "P1TY",
            "p1y",
            "P 1Y",
            "P1Y ",
            "P1DT1HT1S",
            "PéY",
            "P1W",
            "P9999999999999999Y",
        ] {
            assert_eq!(Duration::parse(bad), Err(Rule::Lexical("duration")), "{bad}");
        }
    }

    #[test]
    fn months_and_days_have_only_a_partial_order() {
        use std::cmp::Ordering::{Equal, Greater, Less};
        for (left, right, order) in [
            ("P1Y", "P364D", Some(Greater)),
            ("P1Y", "P365D", None),
            ("P1Y", "P366D", None),
            ("P1Y", "P367D", Some(Less)),
            ("P1M", "P27D", Some(Greater)),
            ("P1M", "P28D", None),
            ("P1M", "P31D", None),
            ("P1M", "P32D", Some(Less)),
            ("P5M", "P149D", Some(Greater)),
            ("P5M", "P150D", None),
            ("P5M", "P153D", None),
            ("P5M", "P154D", Some(Less)),
            ("P1D", "PT24H", Some(Equal)),
            ("-P1D", "P1D", Some(Less)),
            ("PT0S", "P0Y", Some(Equal)),
        ] {
            assert_eq!(duration(left).partial_cmp(&duration(right)), order, "{left} and {right}");
        }
    }
}
