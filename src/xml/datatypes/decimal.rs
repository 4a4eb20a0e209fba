//! `decimal`: a number of any size, exact.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use super::Datatype;
use crate::Rule;

/// `xs:decimal`: sign, digits and the place of the point. Any number of digits; comparing and reading take linear time.
///
/// Written without needless zeros: `+01.50` is written `1.5`, `2.0` is written `2`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Decimal {
    negative: bool,
    /// Significant digits; none for zero, no leading zero, no trailing zero behind the point.
    digits: String,
    /// How many decimals the number has: 1.5 is digits 15 with scale 1.
    scale: usize,
}

impl Decimal {
    /// The digits the `totalDigits` facet counts: as many as `i` in `i × 10^-n`, and never fewer than `n`.
    #[must_use]
    pub fn total_digits(&self) -> usize {
        self.digits.len().max(self.scale)
    }

    /// The decimals the `fractionDigits` facet counts: trailing zeros do not.
    #[must_use]
    pub fn fraction_digits(&self) -> usize {
        self.scale
    }

    /// Whether the number has no decimals.
    #[must_use]
    pub fn is_integer(&self) -> bool {
        self.scale == 0
    }

    /// The number as an `i64`; `None` if it has decimals or is too large.
    #[must_use]
    pub fn to_i64(&self) -> Option<i64> {
        self.to_i128()?.try_into().ok()
    }

    /// The number as a `u64`; `None` if it is negative, has decimals or is too large.
    #[must_use]
    pub fn to_u64(&self) -> Option<u64> {
        self.to_i128()?.try_into().ok()
    }

    fn to_i128(&self) -> Option<i128> {
        if self.scale > 0 {
            return None;
        }
        if self.digits.is_empty() {
            return Some(0);
        }
        let magnitude: i128 = self.digits.parse().ok()?;
        Some(if self.negative { -magnitude } else { magnitude })
    }

    fn cmp_magnitude(&self, other: &Self) -> Ordering {
        // No leading zeros: more places before the point is more; with as many, the digits compare as text.
        let places = |decimal: &Self| (decimal.digits.len(), decimal.scale);
        let (mine, my_scale) = places(self);
        let (theirs, their_scale) = places(other);
        match (self.digits.is_empty(), other.digits.is_empty()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => (mine + their_scale)
                .cmp(&(theirs + my_scale))
                .then_with(|| self.digits.cmp(&other.digits)),
        }
    }
}

impl Datatype for Decimal {
    const NAME: &'static str = "decimal";

    fn parse(text: &str) -> Result<Self, Rule> {
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.len() + fraction.len() == 0 || !all_digits(whole) || !all_digits(fraction) {
            return Err(Rule::Lexical(Self::NAME));
        }
        let fraction = fraction.trim_end_matches('0');
        let digits = match whole.trim_start_matches('0') {
            "" => fraction.trim_start_matches('0').to_owned(),
            whole => [whole, fraction].concat(),
        };
        Ok(Self {
            negative: negative && !digits.is_empty(),
            digits,
            scale: fraction.len(),
        })
    }

    fn text(&self) -> Cow<'_, str> {
        Cow::Owned(self.to_string())
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.negative {
            out.write_str("-")?;
        }
        let point = self.digits.len().saturating_sub(self.scale);
        let (whole, fraction) = self.digits.split_at_checked(point).unwrap_or(("", ""));
        out.write_str(if whole.is_empty() { "0" } else { whole })?;
        if self.scale > 0 {
            write!(out, ".{fraction:0>scale$}", scale = self.scale)?;
        }
        Ok(())
    }
}

impl FromStr for Decimal {
    type Err = Rule;

    fn from_str(text: &str) -> Result<Self, Rule> {
        Self::parse(text)
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => self.cmp_magnitude(other),
            (true, true) => other.cmp_magnitude(self),
        }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

macro_rules! from_integer {
    ($($rust:ty)*) => {$(
        impl From<$rust> for Decimal {
            fn from(number: $rust) -> Self {
                let text = number.to_string();
                let digits = text.strip_prefix('-').unwrap_or(&text);
                Self {
                    negative: digits.len() < text.len(),
                    digits: if digits == "0" { String::new() } else { digits.to_owned() },
                    scale: 0,
                }
            }
        }
    )*};
}

from_integer!(i8 i16 i32 i64 u8 u16 u32 u64);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    #[test]
    fn a_decimal_is_written_without_needless_zeros() {
        for (read, written) in [
            ("0", "0"),
            ("-0", "0"),
            ("-0.00", "0"),
            ("+01.50", "1.5"),
            ("210.", "210"),
            (".5", "0.5"),
            ("-.05", "-0.05"),
            ("100", "100"),
            ("100.10", "100.1"),
            ("0.001", "0.001"),
            ("00012678967.543233", "12678967.543233"),
        ] {
            assert_eq!(decimal(read).text(), written, "{read}");
            assert_eq!(decimal(written), decimal(read));
        }
    }

    #[test]
    fn a_decimal_has_no_exponent_and_no_blank() {
        for bad in [
            "", ".", "+", "-", "-.", "1e3", "1 ", "1,5", "1.2.3", "INF", "NaN", "٣", "0x1", "+-1",
        ] {
            assert_eq!(Decimal::parse(bad), Err(Rule::Lexical("decimal")), "{bad}");
        }
    }

    #[test]
    fn decimals_are_in_numeric_order() {
        let ascending = [
            "-1000.5",
            "-1000",
            "-999",
            "-1.01",
            "-1",
            "-0.5",
            "-0.05",
            "0",
            "0.0005",
            "0.05",
            "0.5",
            "0.51",
            "1",
            "1.01",
            "9",
            "10",
            "99.99",
            "100",
            "100.5",
            "123456789012345678901234567890",
        ];
        for (low, text) in ascending.iter().enumerate() {
            for (high, other) in ascending.iter().enumerate() {
                assert_eq!(decimal(text).cmp(&decimal(other)), low.cmp(&high), "{text} and {other}");
            }
        }
    }

    #[test]
    fn digits_are_counted_in_the_value() {
        for (text, total, fraction) in [
            ("0", 0, 0),
            ("00100", 3, 0),
            ("1.500", 2, 1),
            ("0.001", 3, 3),
            ("-12.34", 4, 2),
            ("1.0", 1, 0),
        ] {
            assert_eq!(decimal(text).total_digits(), total, "{text}");
            assert_eq!(decimal(text).fraction_digits(), fraction, "{text}");
        }
    }

    #[test]
    fn a_decimal_converts_to_and_from_machine_integers() {
        assert_eq!(Decimal::from(i64::MIN).to_i64(), Some(i64::MIN));
        assert_eq!(Decimal::from(u64::MAX).to_u64(), Some(u64::MAX));
        assert_eq!(Decimal::from(u64::MAX).to_i64(), None);
        assert_eq!(Decimal::from(-1).to_u64(), None);
        assert_eq!(Decimal::from(0), decimal("0"));
        assert_eq!(decimal("1.5").to_i64(), None);
        assert_eq!(decimal(&"9".repeat(60)).to_i64(), None);
    }
}
