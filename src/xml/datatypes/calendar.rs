//! What the date and time types share: reading their parts, zones, and the order of moments.

use std::cmp::Ordering;

use chrono::{FixedOffset, Timelike};

pub(super) const NANOS_PER_SECOND: i128 = 1_000_000_000;
const NANOS_PER_DAY: i128 = 86_400 * NANOS_PER_SECOND;
const FOURTEEN_HOURS: i128 = 14 * 3_600 * NANOS_PER_SECOND;

/// A time zone as it was written: `Z` and `+00:00` are the same zone, and each is written back as it came.
#[derive(Clone, Copy, Debug)]
pub(super) struct Zone {
    pub(super) offset: FixedOffset,
    zulu: bool,
}

impl From<FixedOffset> for Zone {
    fn from(offset: FixedOffset) -> Self {
        Self {
            offset,
            zulu: offset.local_minus_utc() == 0,
        }
    }
}

/// A point on the time line, with or without a zone: the value space of the date and time types.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    /// Nanoseconds from 0000-03-01T00:00:00 in the moment's own zone.
    local: i128,
    zone: Option<Zone>,
}

impl Moment {
    pub(super) fn new(local: i128, zone: Option<Zone>) -> Self {
        Self { local, zone }
    }

    fn utc(self) -> i128 {
        let offset = self.zone.map_or(0, |zone| zone.offset.local_minus_utc());
        self.local - i128::from(offset) * NANOS_PER_SECOND
    }
}

impl PartialEq for Moment {
    fn eq(&self, other: &Self) -> bool {
        self.partial_cmp(other) == Some(Ordering::Equal)
    }
}

/// A moment without a zone may lie 14 hours to either side; within that reach it has no order to one with a zone.
impl PartialOrd for Moment {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        let order = self.utc().cmp(&other.utc());
        let distance = (self.utc() - other.utc()).abs();
        (self.zone.is_some() == other.zone.is_some() || distance > FOURTEEN_HOURS).then_some(order)
    }
}

/// Nanoseconds from the origin of [`Moment`] to the start of a day of the Gregorian calendar, extended both ways.
pub(super) fn day_nanos(year: i128, month: u32, day: u32) -> i128 {
    // Years begin in March, so that the leap day is the last of its year.
    let year = if month <= 2 { year - 1 } else { year };
    let day_of_year = i128::from((153 * ((month + 9) % 12) + 2) / 5 + day - 1);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let days = era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    days * NANOS_PER_DAY
}

/// Days of a month; the rule for leap years is applied to the year as it is written, also before year 1.
pub(super) fn days_in_month(year: i32, month: u32) -> u32 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 31,
    }
}

/// Reads the parts of a date or time from left to right. `None` means: not in the lexical space.
pub(super) struct Parts<'a>(pub(super) &'a str);

impl Parts<'_> {
    pub(super) fn literal(&mut self, expected: char) -> Option<()> {
        self.0 = self.0.strip_prefix(expected)?;
        Some(())
    }

    /// A year: four digits or more, no needless zeros, no year 0. Years outside what chrono can hold are refused.
    pub(super) fn year(&mut self) -> Option<i32> {
        let negative = self.literal('-').is_some();
        let digits = self.digits();
        if digits.len() < 4 || (digits.len() > 4 && digits.starts_with('0')) {
            return None;
        }
        let year: i32 = digits.parse().ok()?;
        (1..=262_000).contains(&year).then_some(if negative { -year } else { year })
    }

    pub(super) fn month(&mut self) -> Option<u32> {
        self.two().filter(|month| (1..=12).contains(month))
    }

    /// A day from 1 to `last`.
    pub(super) fn day(&mut self, last: u32) -> Option<u32> {
        self.two().filter(|day| (1..=last).contains(day))
    }

    /// Two digits.
    pub(super) fn two(&mut self) -> Option<u32> {
        let (digits, rest) = self.0.split_at_checked(2)?;
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        self.0 = rest;
        digits.parse().ok()
    }

    /// As many digits as there are.
    pub(super) fn digits(&mut self) -> &str {
        let end = self.0.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.0.split_at_checked(end).unwrap_or(("", self.0));
        self.0 = rest;
        digits
    }

    /// `hh:mm:ss` with an optional fraction, or 24:00:00.
    pub(super) fn clock(&mut self) -> Option<Clock> {
        let hour = self.two()?;
        self.literal(':')?;
        let minute = self.two()?;
        self.literal(':')?;
        let second = self.two()?;
        let (nanos, fraction_digits) = self.fraction()?;
        let midnight = hour == 24 && minute == 0 && second == 0 && nanos == 0;
        if !midnight && (hour > 23 || minute > 59 || second > 59) {
            return None;
        }
        Some(Clock {
            hour: hour % 24,
            minute,
            second,
            nanos,
            fraction_digits,
            next_day: hour == 24,
        })
    }

    /// A fraction of a second in nanoseconds, and how many digits it had. Digits beyond the ninth are read and dropped.
    pub(super) fn fraction(&mut self) -> Option<(u32, u8)> {
        if self.literal('.').is_none() {
            return Some((0, 0));
        }
        let digits = self.digits();
        let kept = digits.get(..9).unwrap_or(digits);
        let nanos: u32 = kept.parse().ok()?;
        let count = u8::try_from(kept.len()).ok()?;
        // A dropped digit other than 0 still tells 24:00:00 apart from a moment after it.
        let beyond = digits.bytes().skip(9).any(|byte| byte != b'0');
        let nanos = nanos * 10_u32.pow(9 - u32::from(count));
        Some((if beyond && nanos == 0 { 1 } else { nanos }, count))
    }

    /// The zone and the end of the text.
    pub(super) fn zone_and_end(mut self) -> Option<Option<Zone>> {
        let zone = match self.0 {
            "" => return Some(None),
            "Z" => {
                return Some(Some(Zone {
                    offset: FixedOffset::east_opt(0)?,
                    zulu: true,
                }));
            }
            signed if signed.starts_with('-') => -1,
            signed if signed.starts_with('+') => 1,
            _ => return None,
        };
        self.0 = self.0.get(1..)?;
        let hours = self.two()?;
        self.literal(':')?;
        let minutes = self.two()?;
        if !self.0.is_empty() || minutes > 59 || hours * 60 + minutes > 14 * 60 {
            return None;
        }
        let seconds = i32::try_from((hours * 60 + minutes) * 60).ok()?;
        Some(Some(Zone {
            offset: FixedOffset::east_opt(zone * seconds)?,
            zulu: false,
        }))
    }
}

/// The time of a day as it was written.
pub(super) struct Clock {
    pub(super) hour: u32,
    pub(super) minute: u32,
    pub(super) second: u32,
    pub(super) nanos: u32,
    pub(super) fraction_digits: u8,
    /// 24:00:00 was written: the first moment of the day that follows.
    pub(super) next_day: bool,
}

/// `-0044`, `2015`, `12015`.
pub(super) fn write_year(out: &mut String, year: i32) {
    if year < 0 {
        out.push('-');
    }
    match year.unsigned_abs() {
        year @ 0..=9999 => write_digits(out, year, 4),
        year => out.push_str(&year.to_string()),
    }
}

/// `15:06:58`.
pub(super) fn write_clock(out: &mut String, time: &impl Timelike) {
    write_digits(out, time.hour(), 2);
    out.push(':');
    write_digits(out, time.minute(), 2);
    out.push(':');
    write_digits(out, time.second(), 2);
}

/// `.1234567`, with as many digits as are asked for.
pub(super) fn write_fraction(out: &mut String, nanos: u32, digits: u8) {
    if digits > 0 {
        out.push('.');
        write_digits(out, nanos / 10_u32.pow(9_u32.saturating_sub(digits.into())), digits.into());
    }
}

/// The last so many digits of a number. A page of messages has hundreds of them, and a format string costs ten times as much.
pub(super) fn write_digits(out: &mut String, number: u32, digits: u32) {
    let places = (0..digits).rev().map(|place| number / 10_u32.pow(place) % 10);
    out.extend(places.filter_map(|digit| char::from_digit(digit, 10)));
}

/// The fewest digits that keep the value.
pub(super) fn digits_needed(nanos: u32) -> u8 {
    let mut digits = 9;
    let mut rest = nanos;
    while digits > 0 && rest.is_multiple_of(10) {
        rest /= 10;
        digits -= 1;
    }
    digits
}

/// `Z`, `+02:00` or nothing.
pub(super) fn write_zone(out: &mut String, zone: Option<Zone>) {
    let Some(zone) = zone else { return };
    if zone.zulu {
        out.push('Z');
        return;
    }
    let seconds = zone.offset.local_minus_utc();
    let sign = if seconds < 0 { '-' } else { '+' };
    let minutes = seconds.unsigned_abs() / 60;
    out.push(sign);
    write_digits(out, minutes / 60, 2);
    out.push(':');
    write_digits(out, minutes % 60, 2);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_over_the_leap_rules() {
        let days = |year, month, day| day_nanos(year, month, day) / NANOS_PER_DAY;
        assert_eq!(days(0, 3, 1), 0);
        assert_eq!(days(1970, 1, 1), 719_468);
        assert_eq!(days(2000, 3, 1) - days(2000, 2, 1), 29);
        assert_eq!(days(1900, 3, 1) - days(1900, 2, 1), 28);
        assert_eq!(days(-4, 3, 1) - days(-4, 2, 1), 29);
        assert_eq!(days(2024, 1, 1) - days(2023, 1, 1), 365);
    }

    #[test]
    fn the_digits_of_a_fraction_are_the_fewest_that_keep_it() {
        assert_eq!(digits_needed(0), 0);
        assert_eq!(digits_needed(921_878_600), 7);
        assert_eq!(digits_needed(1), 9);
        assert_eq!(digits_needed(500_000_000), 1);
    }
}
