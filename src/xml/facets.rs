//! The facets of XML Schema 1.0 part 2, as checks on typed values.
//!
//! Generated decoders call these functions in straight lines, and [`SimpleType`] calls the same ones for a type that is
//! known only at run time. What a value is, is [`crate::datatypes`]' matter; which facets a type has, the schema's.

mod simple_type;
mod step;
mod value;
mod white_space;

pub use self::simple_type::SimpleType;
pub use self::step::{FacetError, Facets};
pub use self::value::Value;
pub use self::white_space::WhiteSpace;

use std::cmp::Ordering;

use crate::Rule;
use crate::datatypes::{Datatype, Decimal, Integer, NegativeInteger, NonNegativeInteger, NonPositiveInteger, PositiveInteger};
use crate::pattern::Matches;

/// `length`: exactly so many characters, octets or items ([`Datatype::length`] counts them).
///
/// # Errors
/// [`Rule::Facet`] if the value has another length.
pub fn length(count: usize, exact: usize) -> Result<(), Rule> {
    keep(count == exact, "length")
}

/// `minLength`: at least so many characters, octets or items.
///
/// # Errors
/// [`Rule::Facet`] if the value is shorter.
pub fn min_length(count: usize, least: usize) -> Result<(), Rule> {
    keep(count >= least, "minLength")
}

/// `maxLength`: at most so many characters, octets or items.
///
/// # Errors
/// [`Rule::Facet`] if the value is longer.
pub fn max_length(count: usize, most: usize) -> Result<(), Rule> {
    keep(count <= most, "maxLength")
}

/// The `pattern` facets of one derivation step, on the lexical form: one of them matches.
///
/// # Errors
/// [`Rule::Facet`] if none does.
pub fn pattern(text: &str, pattern: &impl Matches) -> Result<(), Rule> {
    keep(pattern.matches(text), "pattern")
}

/// `enumeration`: the value equals one of these, in the value space.
///
/// # Errors
/// [`Rule::Facet`] if it equals none.
pub fn enumeration<T: Datatype>(value: &T, allowed: &[T]) -> Result<(), Rule> {
    keep(allowed.iter().any(|one| value.same(one)), "enumeration")
}

/// `minInclusive`. A value that has no order to the bound breaks it.
///
/// # Errors
/// [`Rule::Facet`] unless the value is at or above the bound.
pub fn min_inclusive<T: PartialOrd>(value: &T, bound: &T) -> Result<(), Rule> {
    keep(
        matches!(value.partial_cmp(bound), Some(Ordering::Greater | Ordering::Equal)),
        "minInclusive",
    )
}

/// `maxInclusive`. A value that has no order to the bound breaks it.
///
/// # Errors
/// [`Rule::Facet`] unless the value is at or below the bound.
pub fn max_inclusive<T: PartialOrd>(value: &T, bound: &T) -> Result<(), Rule> {
    keep(
        matches!(value.partial_cmp(bound), Some(Ordering::Less | Ordering::Equal)),
        "maxInclusive",
    )
}

/// `minExclusive`. A value that has no order to the bound breaks it.
///
/// # Errors
/// [`Rule::Facet`] unless the value is above the bound.
pub fn min_exclusive<T: PartialOrd>(value: &T, bound: &T) -> Result<(), Rule> {
    keep(value.partial_cmp(bound) == Some(Ordering::Greater), "minExclusive")
}

/// `maxExclusive`. A value that has no order to the bound breaks it.
///
/// # Errors
/// [`Rule::Facet`] unless the value is below the bound.
pub fn max_exclusive<T: PartialOrd>(value: &T, bound: &T) -> Result<(), Rule> {
    keep(value.partial_cmp(bound) == Some(Ordering::Less), "maxExclusive")
}

/// `totalDigits`: at most so many digits, zeros at either end aside.
///
/// # Errors
/// [`Rule::Facet`] if the value has more.
pub fn total_digits(value: &impl Digits, most: usize) -> Result<(), Rule> {
    keep(value.total_digits() <= most, "totalDigits")
}

/// `fractionDigits`: at most so many decimals, zeros at the end aside.
///
/// # Errors
/// [`Rule::Facet`] if the value has more.
pub fn fraction_digits(value: &impl Digits, most: usize) -> Result<(), Rule> {
    keep(value.fraction_digits() <= most, "fractionDigits")
}

/// Values whose digits can be counted.
pub trait Digits {
    /// Digits, leading zeros and trailing zeros of the fraction aside.
    fn total_digits(&self) -> usize;

    /// Digits behind the point, trailing zeros aside.
    fn fraction_digits(&self) -> usize;
}

impl Digits for Decimal {
    fn total_digits(&self) -> usize {
        Self::total_digits(self)
    }

    fn fraction_digits(&self) -> usize {
        Self::fraction_digits(self)
    }
}

macro_rules! digits {
    (machine: $($machine:ty)*; unbounded: $($unbounded:ty)*) => {
        $(impl Digits for $machine {
            fn total_digits(&self) -> usize {
                i128::from(*self).unsigned_abs().checked_ilog10().map_or(0, |power| power as usize + 1)
            }

            fn fraction_digits(&self) -> usize {
                0
            }
        })*
        $(impl Digits for $unbounded {
            fn total_digits(&self) -> usize {
                Decimal::total_digits(self)
            }

            fn fraction_digits(&self) -> usize {
                0
            }
        })*
    };
}

digits!(
    machine: i8 i16 i32 i64 u8 u16 u32 u64;
    unbounded: Integer NonNegativeInteger PositiveInteger NonPositiveInteger NegativeInteger
);

fn keep(kept: bool, facet: &'static str) -> Result<(), Rule> {
    if kept { Ok(()) } else { Err(Rule::Facet(facet)) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::datatypes::{Base64, Date, DateTime, Duration};
    use crate::pattern::Pattern;

    fn broken(facet: &'static str) -> Result<(), Rule> {
        Err(Rule::Facet(facet))
    }

    #[test]
    fn lengths_count_characters_octets_and_items() {
        let word = "æøå".to_owned();
        assert_eq!(length(word.length(), 3), Ok(()));
        assert_eq!(length(word.length(), 6), broken("length"));
        assert_eq!(min_length(word.length(), 4), broken("minLength"));
        assert_eq!(min_length(word.length(), 3), Ok(()));
        assert_eq!(max_length(word.length(), 2), broken("maxLength"));
        assert_eq!(max_length(word.length(), 3), Ok(()));
        assert_eq!(length(Base64(vec![1, 2]).length(), 2), Ok(()));
        assert_eq!(length(vec![7, 8, 9].length(), 3), Ok(()));
    }

    #[test]
    fn bounds_include_or_exclude_themselves() {
        assert_eq!(min_inclusive(&1, &1), Ok(()));
        assert_eq!(min_inclusive(&0, &1), broken("minInclusive"));
        assert_eq!(min_exclusive(&2, &1), Ok(()));
        assert_eq!(min_exclusive(&1, &1), broken("minExclusive"));
        assert_eq!(max_inclusive(&1, &1), Ok(()));
        assert_eq!(max_inclusive(&2, &1), broken("maxInclusive"));
        assert_eq!(max_exclusive(&0, &1), Ok(()));
        assert_eq!(max_exclusive(&1, &1), broken("maxExclusive"));
    }

    #[test]
    fn without_an_order_to_the_bound_a_value_breaks_it() {
        let bound = DateTime::parse("2015-06-01T00:00:00Z").unwrap();
        let near = DateTime::parse("2015-06-01T10:00:00").unwrap();
        let far = DateTime::parse("2015-06-02T10:00:00").unwrap();
        assert_eq!(min_inclusive(&near, &bound), broken("minInclusive"));
        assert_eq!(max_inclusive(&near, &bound), broken("maxInclusive"));
        assert_eq!(min_inclusive(&far, &bound), Ok(()));
        let month = Duration::parse("P1M").unwrap();
        assert_eq!(max_inclusive(&Duration::parse("P30D").unwrap(), &month), broken("maxInclusive"));
        assert_eq!(max_inclusive(&Duration::parse("P27D").unwrap(), &month), Ok(()));
        assert_eq!(max_inclusive(&f64::NAN, &1.0), broken("maxInclusive"));
        assert_eq!(
            min_exclusive(&Date::parse("2015-06-02").unwrap(), &Date::parse("2015-06-01").unwrap()),
            Ok(())
        );
    }

    #[test]
    fn digits_are_counted_alike_in_every_number_type() {
        assert_eq!(total_digits(&Decimal::parse("00123.4500").unwrap(), 5), Ok(()));
        assert_eq!(total_digits(&Decimal::parse("123.45").unwrap(), 4), broken("totalDigits"));
        assert_eq!(fraction_digits(&Decimal::parse("1.50").unwrap(), 1), Ok(()));
        assert_eq!(fraction_digits(&Decimal::parse("1.55").unwrap(), 1), broken("fractionDigits"));
        for (number, count) in [(0, 0), (7, 1), (-10, 2), (i64::MIN, 19)] {
            assert_eq!(Digits::total_digits(&number), count);
            assert_eq!(Digits::total_digits(&Integer::try_from(Decimal::from(number)).unwrap()), count);
        }
        assert_eq!(fraction_digits(&5_u8, 0), Ok(()));
    }

    #[test]
    fn an_enumeration_compares_values_not_texts() {
        let allowed = [Decimal::parse("1.0").unwrap(), Decimal::parse("2").unwrap()];
        assert_eq!(enumeration(&Decimal::parse("01").unwrap(), &allowed), Ok(()));
        assert_eq!(enumeration(&Decimal::parse("3").unwrap(), &allowed), broken("enumeration"));
        assert_eq!(enumeration(&f32::NAN, &[f32::NAN]), Ok(()));
    }

    #[test]
    fn a_step_of_patterns_is_kept_when_one_matches() {
        let step = Pattern::any_of(&["a+", "b"]).unwrap();
        assert_eq!(pattern("aa", &step), Ok(()));
        assert_eq!(pattern("b", &step), Ok(()));
        assert_eq!(pattern("ab", &step), broken("pattern"));
    }
}
