//! The columns of one line, read into values with a reason where that fails.
//! It knows lengths, numbers, days and the forms of CPR and CVR numbers; a reason names the column and never quotes it.
//! Which columns there are is left to the entries.

use std::ops::RangeInclusive;

use chrono::NaiveDate;
use csv::StringRecord;

/// What is wrong with a line.
pub type Reason = String;

/// One line of one kind of file.
pub trait Entry: Sized {
    /// The columns in their order.
    const COLUMNS: &'static [&'static str];

    /// Reads a line.
    fn read(fields: &Fields<'_>) -> Result<Self, Reason>;

    /// What no two lines of a file may share.
    fn key(&self) -> String;
}

/// The columns of a line by name.
pub struct Fields<'a> {
    columns: &'static [&'static str],
    record: &'a StringRecord,
}

impl<'a> Fields<'a> {
    /// The columns of a record.
    pub fn new(columns: &'static [&'static str], record: &'a StringRecord) -> Self {
        Self { columns, record }
    }

    /// A text of so many characters, without control characters.
    pub fn text(&self, column: &str, length: RangeInclusive<usize>) -> Result<String, Reason> {
        let text = self.raw(column);
        if !length.contains(&text.chars().count()) || text.chars().any(char::is_control) {
            return Err(format!(
                "{column} must be a text of {} to {} characters",
                length.start(),
                length.end()
            ));
        }
        if !text.is_empty() && text.trim().len() != text.len() {
            return Err(format!("{column} must not begin or end with white space"));
        }
        Ok(text.to_owned())
    }

    /// A text, or nothing where the column is empty.
    pub fn optional(&self, column: &str, length: usize) -> Result<Option<String>, Reason> {
        Ok(Some(self.text(column, 0..=length)?).filter(|text| !text.is_empty()))
    }

    /// A whole number in a range.
    pub fn number(&self, column: &str, range: RangeInclusive<i32>) -> Result<i32, Reason> {
        let number = self.raw(column).parse().ok().filter(|number| range.contains(number));
        number.ok_or_else(|| format!("{column} must be a number from {} to {}", range.start(), range.end()))
    }

    /// A calendar day.
    pub fn day(&self, column: &str) -> Result<NaiveDate, Reason> {
        let text = self.raw(column);
        let day = (text.len() == 10)
            .then(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok())
            .flatten();
        day.ok_or_else(|| format!("{column} must be a day like 2026-01-31"))
    }

    /// A calendar day, or nothing where the column is empty.
    pub fn optional_day(&self, column: &str) -> Result<Option<NaiveDate>, Reason> {
        if self.raw(column).is_empty() {
            Ok(None)
        } else {
            self.day(column).map(Some)
        }
    }

    /// A closed-open period of at least one day.
    pub fn period(&self, from: &str, to: &str) -> Result<(NaiveDate, NaiveDate), Reason> {
        let period = (self.day(from)?, self.day(to)?);
        if period.0 < period.1 {
            Ok(period)
        } else {
            Err(format!("{from} must be before {to}"))
        }
    }

    /// A civil registration number by STAR's pattern, but for the one that never names a citizen.
    pub fn cpr(&self, column: &str) -> Result<String, Reason> {
        let text = self.raw(column);
        if is_cpr(text) {
            Ok(text.to_owned())
        } else {
            Err(format!("{column} must be ten digits that begin with a day and a month"))
        }
    }

    /// A CVR number: eight digits.
    pub fn cvr(&self, column: &str) -> Result<String, Reason> {
        let text = self.raw(column);
        let fits = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit());
        if fits {
            Ok(text.to_owned())
        } else {
            Err(format!("{column} must be eight digits"))
        }
    }

    /// An organisation by type and code, as `type/code`.
    pub fn organisation(&self, kind: &str, code: &str) -> Result<String, Reason> {
        Ok(format!("{}/{}", self.number(kind, 1..=100)?, self.text(code, 1..=20)?))
    }

    /// A column as it stands in the file.
    pub fn raw(&self, column: &str) -> &'a str {
        self.columns
            .iter()
            .position(|known| *known == column)
            .and_then(|index| self.record.get(index))
            .unwrap_or_default()
    }
}

fn is_cpr(text: &str) -> bool {
    let digits = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit());
    let part = |range| text.get(range).and_then(|part: &str| part.parse::<u32>().ok()).unwrap_or(0);
    let days = match part(2..4) {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 29,
        _ => 0,
    };
    digits && (1..=days).contains(&part(0..2))
}
