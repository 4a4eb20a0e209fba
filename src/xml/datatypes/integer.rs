//! `integer` and the unbounded types derived from it.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use super::{Datatype, Decimal};
use crate::Rule;

/// An unbounded integer type: a [`Decimal`] whose text has no point and whose value passes `$accepts`.
macro_rules! integer {
    ($($(#[$doc:meta])* $rust:ident, $name:literal, $accepts:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $rust(Decimal);

        impl $rust {
            /// The number.
            #[must_use]
            pub fn into_inner(self) -> Decimal {
                self.0
            }
        }

        impl Deref for $rust {
            type Target = Decimal;

            fn deref(&self) -> &Decimal {
                &self.0
            }
        }

        impl TryFrom<Decimal> for $rust {
            type Error = Rule;

            fn try_from(number: Decimal) -> Result<Self, Rule> {
                let accepts: fn(&Decimal) -> bool = $accepts;
                if number.is_integer() && accepts(&number) {
                    Ok(Self(number))
                } else {
                    Err(Rule::Lexical($name))
                }
            }
        }

        impl fmt::Display for $rust {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(out)
            }
        }

        impl Datatype for $rust {
            const NAME: &'static str = $name;

            fn parse(text: &str) -> Result<Self, Rule> {
                if text.contains('.') {
                    return Err(Rule::Lexical($name));
                }
                Decimal::parse(text).map_err(|_| Rule::Lexical($name))?.try_into()
            }

            fn text(&self) -> Cow<'_, str> {
                self.0.text()
            }
        }
    )*};
}

integer! {
    /// `xs:integer`, of any size.
    Integer, "integer", |_| true;
    /// `xs:nonNegativeInteger`: zero and above.
    NonNegativeInteger, "nonNegativeInteger", |number| *number >= Decimal::default();
    /// `xs:positiveInteger`: above zero.
    PositiveInteger, "positiveInteger", |number| *number > Decimal::default();
    /// `xs:nonPositiveInteger`: zero and below.
    NonPositiveInteger, "nonPositiveInteger", |number| *number <= Decimal::default();
    /// `xs:negativeInteger`: below zero.
    NegativeInteger, "negativeInteger", |number| *number < Decimal::default();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_integer_has_no_point() {
        assert!(Integer::parse("-00123456789012345678901234567890").is_ok());
        for bad in ["", "1.0", "1.", ".", "1e3", " 1", "+"] {
            assert_eq!(Integer::parse(bad), Err(Rule::Lexical("integer")), "{bad}");
        }
    }

    #[test]
    fn the_signed_kinds_keep_their_side_of_zero() {
        let accepted = |text: &str| {
            [
                NonNegativeInteger::parse(text).is_ok(),
                PositiveInteger::parse(text).is_ok(),
                NonPositiveInteger::parse(text).is_ok(),
                NegativeInteger::parse(text).is_ok(),
            ]
        };
        assert_eq!(accepted("0"), [true, false, true, false]);
        assert_eq!(accepted("-0"), [true, false, true, false]);
        assert_eq!(accepted("+1"), [true, true, false, false]);
        assert_eq!(accepted("-1"), [false, false, true, true]);
        assert_eq!(accepted("x"), [false; 4]);
    }
}
