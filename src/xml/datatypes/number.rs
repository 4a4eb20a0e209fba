//! `boolean`, the bounded integers, `float` and `double`.

use std::borrow::Cow;

use super::Datatype;
use crate::Rule;

impl Datatype for bool {
    const NAME: &'static str = "boolean";

    fn parse(text: &str) -> Result<Self, Rule> {
        match text {
            "true" | "1" => Ok(true),
            "false" | "0" => Ok(false),
            _ => Err(Rule::Lexical(Self::NAME)),
        }
    }

    fn text(&self) -> Cow<'_, str> {
        Cow::Borrowed(if *self { "true" } else { "false" })
    }
}

/// The bounded integers share one lexical form: an optional sign and digits. `-0` is zero for the unsigned ones too, as
/// they are derived from `integer`.
macro_rules! bounded_integer {
    ($($rust:ty, $name:literal;)*) => {$(
        impl Datatype for $rust {
            const NAME: &'static str = $name;

            fn parse(text: &str) -> Result<Self, Rule> {
                let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
                if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                    return Err(Rule::Lexical($name));
                }
                if digits.bytes().all(|byte| byte == b'0') {
                    return Ok(0);
                }
                text.parse().map_err(|_| Rule::Lexical($name))
            }

            fn text(&self) -> Cow<'_, str> {
                Cow::Owned(self.to_string())
            }
        }
    )*};
}

bounded_integer! {
    i8, "byte";
    i16, "short";
    i32, "int";
    i64, "long";
    u8, "unsignedByte";
    u16, "unsignedShort";
    u32, "unsignedInt";
    u64, "unsignedLong";
}

macro_rules! floating {
    ($($rust:ty, $name:literal;)*) => {$(
        impl Datatype for $rust {
            const NAME: &'static str = $name;

            fn parse(text: &str) -> Result<Self, Rule> {
                match text {
                    "INF" => Ok(<$rust>::INFINITY),
                    "-INF" => Ok(<$rust>::NEG_INFINITY),
                    "NaN" => Ok(<$rust>::NAN),
                    _ if is_float(text) => text.parse().map_err(|_| Rule::Lexical($name)),
                    _ => Err(Rule::Lexical($name)),
                }
            }

            fn text(&self) -> Cow<'_, str> {
                if self.is_nan() {
                    Cow::Borrowed("NaN")
                } else if self.is_infinite() {
                    Cow::Borrowed(if *self > 0.0 { "INF" } else { "-INF" })
                } else {
                    // `{:E}` is the shortest text that reads back as the same number: 1.5E3.
                    Cow::Owned(format!("{self:E}"))
                }
            }

            fn same(&self, other: &Self) -> bool {
                self == other || (self.is_nan() && other.is_nan())
            }
        }
    )*};
}

floating! {
    f32, "float";
    f64, "double";
}

/// A decimal mantissa and, after `e` or `E`, an integer exponent. Rust itself would also take `inf` and `infinity`.
fn is_float(text: &str) -> bool {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let mantissa = mantissa.strip_prefix(['+', '-']).unwrap_or(mantissa);
    let mut points = 0;
    let mut digits = 0;
    for byte in mantissa.bytes() {
        match byte {
            b'.' => points += 1,
            b'0'..=b'9' => digits += 1,
            _ => return false,
        }
    }
    let exponent = exponent.is_none_or(|exponent| {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        !exponent.is_empty() && exponent.bytes().all(|byte| byte.is_ascii_digit())
    });
    points <= 1 && digits > 0 && exponent
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_boolean_is_true_false_one_or_zero() {
        assert_eq!(bool::parse("true"), Ok(true));
        assert_eq!(bool::parse("1"), Ok(true));
        assert_eq!(bool::parse("false"), Ok(false));
        assert_eq!(bool::parse("0"), Ok(false));
        for bad in ["", "TRUE", "True", "yes", "00", "01", "t"] {
            assert_eq!(bool::parse(bad), Err(Rule::Lexical("boolean")), "{bad}");
        }
    }

    #[test]
    fn a_bounded_integer_keeps_its_range() {
        assert_eq!(i8::parse("127"), Ok(127));
        assert_eq!(i8::parse("-128"), Ok(-128));
        assert!(i8::parse("128").is_err());
        assert!(i8::parse("-129").is_err());
        assert_eq!(i64::parse("-9223372036854775808"), Ok(i64::MIN));
        assert!(i64::parse("9223372036854775808").is_err());
        assert_eq!(u64::parse("18446744073709551615"), Ok(u64::MAX));
        assert!(u64::parse("18446744073709551616").is_err());
        assert!(u8::parse("-1").is_err());
        assert!(u16::parse("65536").is_err());
    }

    #[test]
    fn an_integer_may_carry_a_sign_and_leading_zeros() {
        assert_eq!(i32::parse("+0007"), Ok(7));
        assert_eq!(u8::parse("-0"), Ok(0));
        assert_eq!(u8::parse("+255"), Ok(255));
        let zeros = "0".repeat(5000) + "1";
        assert_eq!(i32::parse(&zeros), Ok(1));
    }

    #[test]
    fn an_integer_is_nothing_but_digits() {
        for bad in ["", "+", "-", "1.0", "1.", "1e2", "0x1", " 1", "1 ", "--1", "+-1", "١", "1_000"] {
            assert_eq!(i32::parse(bad), Err(Rule::Lexical("int")), "{bad}");
            assert!(u32::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_float_has_its_own_words_for_the_infinite() {
        assert_eq!(f64::parse("INF"), Ok(f64::INFINITY));
        assert_eq!(f64::parse("-INF"), Ok(f64::NEG_INFINITY));
        assert!(f64::parse("NaN").unwrap().is_nan());
        assert!(f64::parse("NaN").unwrap().same(&f64::NAN));
        for bad in [
            "+INF", "inf", "Infinity", "nan", "-NaN", "", ".", "e5", "1e", "1e+", "1e1.5", "1 ", "0x1p3", "1f",
        ] {
            assert_eq!(f64::parse(bad), Err(Rule::Lexical("double")), "{bad}");
        }
    }

    #[test]
    fn a_float_reads_what_it_writes() {
        for good in [
            "-1E4",
            "1267.43233E12",
            "12.78e-2",
            "12",
            "-0",
            "0",
            "1.",
            ".5",
            "+.5E-03",
            "1e400",
            "1e-400",
        ] {
            let value = f64::parse(good).unwrap();
            assert!(f64::parse(&value.text()).unwrap().same(&value), "{good}");
            let value = f32::parse(good).unwrap();
            assert!(f32::parse(&value.text()).unwrap().same(&value), "{good}");
        }
        assert_eq!(f64::parse("1500").unwrap().text(), "1.5E3");
        assert_eq!(f64::INFINITY.text(), "INF");
        assert_eq!(f32::NEG_INFINITY.text(), "-INF");
    }
}
