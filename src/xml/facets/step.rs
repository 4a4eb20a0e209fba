//! One restriction step: its facets as a schema writes them, made ready to be checked.

use thiserror::Error;

use super::simple_type::SimpleType;
use super::value::Value;
use super::{
    WhiteSpace, fraction_digits, keep, length, max_exclusive, max_inclusive, max_length, min_exclusive, min_inclusive, min_length, pattern,
    total_digits,
};
use crate::Rule;
use crate::datatypes::Builtin;
use crate::pattern::{Pattern, PatternError};

/// The facets one restriction step adds, as a schema writes them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facets {
    /// Exact length.
    pub length: Option<usize>,
    /// Least length.
    pub min_length: Option<usize>,
    /// Greatest length.
    pub max_length: Option<usize>,
    /// Patterns, of which one has to match.
    pub patterns: Vec<String>,
    /// Values, of which it has to be one.
    pub enumeration: Vec<String>,
    /// Treatment of white space.
    pub white_space: Option<WhiteSpace>,
    /// Most digits.
    pub total_digits: Option<usize>,
    /// Most decimals.
    pub fraction_digits: Option<usize>,
    /// Lower bound, itself allowed.
    pub min_inclusive: Option<String>,
    /// Upper bound, itself allowed.
    pub max_inclusive: Option<String>,
    /// Lower bound, itself not allowed.
    pub min_exclusive: Option<String>,
    /// Upper bound, itself not allowed.
    pub max_exclusive: Option<String>,
}

/// What is wrong with a restriction step of a schema.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FacetError {
    /// A pattern cannot be used.
    #[error("pattern: {0}")]
    Pattern(#[from] PatternError),
    /// A bound or an enumerated value is no value of the base type.
    #[error("the value of {0} is not one of the base type")]
    Value(&'static str),
    /// The base type has no such facet.
    #[error("the base type has no facet {0}")]
    NotApplicable(&'static str),
    /// Two facets contradict each other, or a facet is wider than the base type's.
    #[error("{0} contradicts another facet of the type or its base")]
    Contradiction(&'static str),
}

/// The facets of a step, ready to be checked.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) source: Facets,
    pattern: Option<Pattern>,
    /// The length facets count; for a name with a prefix they mean nothing.
    is_measured: bool,
    enumeration: Option<Vec<Value>>,
    min_inclusive: Option<Value>,
    max_inclusive: Option<Value>,
    min_exclusive: Option<Value>,
    max_exclusive: Option<Value>,
}

impl Step {
    pub(super) fn new(base: &SimpleType, source: Facets) -> Result<Self, FacetError> {
        applicable(base, &source)?;
        consistent(base, &source)?;
        let bound = |facet: &'static str, own: fn(&Facets) -> &Option<String>| {
            own(&source).as_ref().map(|text| bound(base, facet, own, text)).transpose()
        };
        let pattern = match source.patterns.as_slice() {
            [] => None,
            patterns => Some(Pattern::any_of(patterns)?),
        };
        let enumeration = match source.enumeration.as_slice() {
            [] => None,
            values => {
                let values = values.iter().map(|value| base.read(value)).collect::<Result<_, _>>();
                Some(values.map_err(|_| FacetError::Value("enumeration"))?)
            }
        };
        let step = Self {
            is_measured: !matches!(base.root(), Some(Builtin::QName | Builtin::Notation)),
            pattern,
            enumeration,
            min_inclusive: bound("minInclusive", |facets| &facets.min_inclusive)?,
            max_inclusive: bound("maxInclusive", |facets| &facets.max_inclusive)?,
            min_exclusive: bound("minExclusive", |facets| &facets.min_exclusive)?,
            max_exclusive: bound("maxExclusive", |facets| &facets.max_exclusive)?,
            source,
        };
        step.bounds_agree()?;
        Ok(step)
    }

    pub(super) fn check(&self, value: &Value, text: &str) -> Result<(), Rule> {
        if let Some(step) = &self.pattern {
            pattern(text, step)?;
        }
        if self.is_measured {
            self.check_length(value.length())?;
        }
        if let Some(bound) = &self.min_inclusive {
            min_inclusive(value, bound)?;
        }
        if let Some(bound) = &self.max_inclusive {
            max_inclusive(value, bound)?;
        }
        if let Some(bound) = &self.min_exclusive {
            min_exclusive(value, bound)?;
        }
        if let Some(bound) = &self.max_exclusive {
            max_exclusive(value, bound)?;
        }
        if let Some(most) = self.source.total_digits {
            total_digits(value, most)?;
        }
        if let Some(most) = self.source.fraction_digits {
            fraction_digits(value, most)?;
        }
        match &self.enumeration {
            Some(allowed) => keep(allowed.contains(value), "enumeration"),
            None => Ok(()),
        }
    }

    fn check_length(&self, count: usize) -> Result<(), Rule> {
        if let Some(exact) = self.source.length {
            length(count, exact)?;
        }
        if let Some(least) = self.source.min_length {
            min_length(count, least)?;
        }
        match self.source.max_length {
            Some(most) => max_length(count, most),
            None => Ok(()),
        }
    }

    fn bounds_agree(&self) -> Result<(), FacetError> {
        let lower = self.min_inclusive.as_ref().or(self.min_exclusive.as_ref());
        let upper = self.max_inclusive.as_ref().or(self.max_exclusive.as_ref());
        let both_inclusive = self.min_inclusive.is_some() && self.max_inclusive.is_some();
        let both_exclusive = self.min_exclusive.is_some() && self.max_exclusive.is_some();
        match (lower, upper) {
            (Some(lower), Some(upper)) if lower > upper => Err(FacetError::Contradiction("a lower bound")),
            (Some(lower), Some(upper)) if lower == upper && !both_inclusive && !both_exclusive => {
                Err(FacetError::Contradiction("a lower bound"))
            }
            _ => Ok(()),
        }
    }
}

/// A bound is a value of the base type; an exclusive one may also repeat the base's, which is none.
fn bound(base: &SimpleType, facet: &'static str, own: fn(&Facets) -> &Option<String>, text: &str) -> Result<Value, FacetError> {
    let refused = FacetError::Value(facet);
    if let Ok(value) = base.read(text) {
        return Ok(value);
    }
    let root = SimpleType::builtin(base.root().ok_or(FacetError::NotApplicable(facet))?);
    let value = root.read(text).map_err(|_| refused.clone())?;
    let repeated = base.inherited(|facets| own(facets).clone()).and_then(|text| root.read(&text).ok());
    if repeated == Some(value.clone()) && facet.ends_with("Exclusive") {
        Ok(value)
    } else {
        Err(refused)
    }
}

/// Part 2, 4.1.5: which facets a type may have.
fn applicable(base: &SimpleType, facets: &Facets) -> Result<(), FacetError> {
    let refuse = |given: bool, allowed: bool, facet| {
        if given && !allowed {
            Err(FacetError::NotApplicable(facet))
        } else {
            Ok(())
        }
    };
    let root = base.root().map(Builtin::primitive);
    let measured = base.is_list()
        || matches!(
            root,
            Some(Builtin::String | Builtin::HexBinary | Builtin::Base64Binary | Builtin::AnyUri | Builtin::QName | Builtin::Notation)
        );
    let ordered = matches!(
        root,
        Some(
            Builtin::Decimal
                | Builtin::Float
                | Builtin::Double
                | Builtin::Duration
                | Builtin::DateTime
                | Builtin::Time
                | Builtin::Date
                | Builtin::GYearMonth
                | Builtin::GYear
                | Builtin::GMonthDay
                | Builtin::GDay
                | Builtin::GMonth
        )
    );
    let number = root == Some(Builtin::Decimal);
    refuse(facets.length.is_some(), measured, "length")?;
    refuse(facets.min_length.is_some(), measured, "minLength")?;
    refuse(facets.max_length.is_some(), measured, "maxLength")?;
    refuse(!facets.enumeration.is_empty(), root != Some(Builtin::Boolean), "enumeration")?;
    refuse(facets.min_inclusive.is_some(), ordered, "minInclusive")?;
    refuse(facets.max_inclusive.is_some(), ordered, "maxInclusive")?;
    refuse(facets.min_exclusive.is_some(), ordered, "minExclusive")?;
    refuse(facets.max_exclusive.is_some(), ordered, "maxExclusive")?;
    refuse(facets.total_digits.is_some(), number, "totalDigits")?;
    refuse(facets.fraction_digits.is_some(), number, "fractionDigits")?;
    refuse(facets.white_space.is_some(), root.is_some() || base.is_list(), "whiteSpace")
}

/// Part 2, 4.3: facets of one step that exclude each other, or widen what the base narrowed.
fn consistent(base: &SimpleType, facets: &Facets) -> Result<(), FacetError> {
    let refuse = |wrong: bool, facet| if wrong { Err(FacetError::Contradiction(facet)) } else { Ok(()) };
    let own_or = |own: Option<usize>, facet: fn(&Facets) -> Option<usize>| own.or_else(|| base.inherited(facet));
    let more = |one: Option<usize>, other: Option<usize>| matches!((one, other), (Some(one), Some(other)) if one > other);
    refuse(
        facets.length.is_some() && (facets.min_length.is_some() || facets.max_length.is_some()),
        "length",
    )?;
    let base_length = base.inherited(|facets| facets.length);
    refuse(
        facets.length.is_some() && base_length.is_some() && facets.length != base_length,
        "length",
    )?;
    let length = facets.length.or(base_length);
    let least = own_or(facets.min_length, |facets| facets.min_length);
    let most = own_or(facets.max_length, |facets| facets.max_length);
    refuse(more(least, most) || more(least, length), "minLength")?;
    refuse(more(length, most), "maxLength")?;
    refuse(more(base.inherited(|facets| facets.min_length), facets.min_length), "minLength")?;
    refuse(more(facets.max_length, base.inherited(|facets| facets.max_length)), "maxLength")?;
    let total = own_or(facets.total_digits, |facets| facets.total_digits);
    let fraction = own_or(facets.fraction_digits, |facets| facets.fraction_digits);
    refuse(facets.total_digits == Some(0), "totalDigits")?;
    refuse(more(fraction, total), "fractionDigits")?;
    refuse(
        more(facets.total_digits, base.inherited(|facets| facets.total_digits)),
        "totalDigits",
    )?;
    refuse(
        more(facets.fraction_digits, base.inherited(|facets| facets.fraction_digits)),
        "fractionDigits",
    )?;
    refuse(facets.min_inclusive.is_some() && facets.min_exclusive.is_some(), "minExclusive")?;
    refuse(facets.max_inclusive.is_some() && facets.max_exclusive.is_some(), "maxExclusive")?;
    refuse(facets.white_space.is_some_and(|own| own < base.white_space), "whiteSpace")
}
