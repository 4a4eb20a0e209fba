//! Simple types known only at run time: what `codegen check` reads instance documents with.

use std::rc::Rc;

use thiserror::Error;

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

/// A simple type: reads texts to values.
#[derive(Debug)]
pub struct SimpleType {
    variety: Variety,
    white_space: WhiteSpace,
}

/// How a simple type is made.
#[derive(Debug)]
enum Variety {
    Builtin(Builtin),
    List(Rc<SimpleType>),
    Union(Vec<Rc<SimpleType>>),
    Restriction { base: Rc<SimpleType>, facets: Box<Step> },
}

/// The facets of a step, ready to be checked.
#[derive(Debug)]
struct Step {
    source: Facets,
    pattern: Option<Pattern>,
    enumeration: Option<Vec<Value>>,
    min_inclusive: Option<Value>,
    max_inclusive: Option<Value>,
    min_exclusive: Option<Value>,
    max_exclusive: Option<Value>,
}

impl SimpleType {
    /// A built-in type.
    #[must_use]
    pub fn builtin(builtin: Builtin) -> Self {
        Self {
            variety: Variety::Builtin(builtin),
            white_space: builtin.white_space(),
        }
    }

    /// A list of items.
    #[must_use]
    pub fn list(item: Rc<Self>) -> Self {
        Self {
            variety: Variety::List(item),
            white_space: WhiteSpace::Collapse,
        }
    }

    /// The first of these types that takes a text gives its value. Each treats white space in its own way.
    #[must_use]
    pub fn union(members: Vec<Rc<Self>>) -> Self {
        Self {
            variety: Variety::Union(members),
            white_space: WhiteSpace::Preserve,
        }
    }

    /// A type restricted by one step of facets.
    ///
    /// # Errors
    /// [`FacetError`] if the step makes no sense on that base.
    pub fn restriction(base: Rc<Self>, facets: Facets) -> Result<Self, FacetError> {
        let white_space = facets.white_space.unwrap_or(base.white_space);
        let facets = Box::new(Step::new(&base, facets)?);
        Ok(Self {
            variety: Variety::Restriction { base, facets },
            white_space,
        })
    }

    /// The value of a text as it stands in a document.
    ///
    /// # Errors
    /// The rule it breaks, [`Rule::Lexical`] or [`Rule::Facet`].
    pub fn read(&self, raw: &str) -> Result<Value, Rule> {
        self.parse(&self.white_space.apply(raw))
    }

    fn parse(&self, text: &str) -> Result<Value, Rule> {
        match &self.variety {
            Variety::Builtin(builtin) => Value::parse(*builtin, text),
            Variety::List(item) => items(text).map(|text| item.read(text)).collect::<Result<_, _>>().map(Value::List),
            Variety::Union(members) => members
                .iter()
                .find_map(|member| member.read(text).ok())
                .ok_or(Rule::Lexical("union")),
            Variety::Restriction { base, facets } => {
                let value = base.parse(text)?;
                facets.check(&value, text)?;
                Ok(value)
            }
        }
    }

    /// The built-in type at the root of an atomic type; none for lists and unions.
    #[must_use]
    pub fn root(&self) -> Option<Builtin> {
        match &self.variety {
            Variety::Builtin(builtin) if builtin.item().is_none() => Some(*builtin),
            Variety::Restriction { base, .. } => base.root(),
            _ => None,
        }
    }

    fn is_list(&self) -> bool {
        match &self.variety {
            Variety::List(_) => true,
            Variety::Builtin(builtin) => builtin.item().is_some(),
            Variety::Restriction { base, .. } => base.is_list(),
            Variety::Union(_) => false,
        }
    }

    /// The nearest value of a facet among this type and its bases.
    fn inherited<T>(&self, facet: impl Fn(&Facets) -> Option<T>) -> Option<T> {
        let mut current = self;
        while let Variety::Restriction { base, facets } = &current.variety {
            if let Some(found) = facet(&facets.source) {
                return Some(found);
            }
            current = base;
        }
        None
    }
}

impl Step {
    fn new(base: &SimpleType, source: Facets) -> Result<Self, FacetError> {
        applicable(base, &source)?;
        consistent(base, &source)?;
        let bound = |facet: &'static str, text: &Option<String>| match text {
            None => Ok(None),
            // A bound need not keep the patterns and bounds of the base, only be a value of its kind.
            Some(text) => base.root().map_or(Err(FacetError::NotApplicable(facet)), |root| {
                SimpleType::builtin(root).read(text).map(Some).map_err(|_| FacetError::Value(facet))
            }),
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
            pattern,
            enumeration,
            min_inclusive: bound("minInclusive", &source.min_inclusive)?,
            max_inclusive: bound("maxInclusive", &source.max_inclusive)?,
            min_exclusive: bound("minExclusive", &source.min_exclusive)?,
            max_exclusive: bound("maxExclusive", &source.max_exclusive)?,
            source,
        };
        step.bounds_agree()?;
        Ok(step)
    }

    fn check(&self, value: &Value, text: &str) -> Result<(), Rule> {
        if let Some(step) = &self.pattern {
            pattern(text, step)?;
        }
        if let Some(exact) = self.source.length {
            length(value.length(), exact)?;
        }
        if let Some(least) = self.source.min_length {
            min_length(value.length(), least)?;
        }
        if let Some(most) = self.source.max_length {
            max_length(value.length(), most)?;
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

fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split([' ', '\t', '\n', '\r']).filter(|item| !item.is_empty())
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn builtin(name: &str) -> Rc<SimpleType> {
        Rc::new(SimpleType::builtin(Builtin::by_name(name).unwrap()))
    }

    fn restricted(base: &Rc<SimpleType>, facets: Facets) -> Rc<SimpleType> {
        Rc::new(SimpleType::restriction(base.clone(), facets).unwrap())
    }

    fn check(kind: &SimpleType, good: &[&str], bad: &[(&str, &'static str)]) {
        for text in good {
            assert!(kind.read(text).is_ok(), "{text:?}");
        }
        for (text, facet) in bad {
            assert_eq!(kind.read(text), Err(Rule::Facet(facet)), "{text:?}");
        }
    }

    #[test]
    fn every_built_in_type_reads_a_value_of_its_own() {
        for (name, text) in [
            ("string", " a "),
            ("NMTOKENS", " a 1 "),
            ("boolean", " 1 "),
            ("unsignedByte", "\n255\n"),
            ("double", "-INF"),
            ("dateTime", "2015-06-01T24:00:00Z"),
            ("gMonthDay", "--02-29"),
            ("base64Binary", "TW Fu"),
            ("QName", "a:b"),
        ] {
            assert!(builtin(name).read(text).is_ok(), "{name}");
            assert!(builtin(name).read("\u{1}\u{1}").is_err() || name == "string", "{name}");
        }
    }

    #[test]
    fn steps_of_patterns_are_joined_and_patterns_of_a_step_are_alternatives() {
        let patterns = |patterns: &[&str]| Facets {
            patterns: patterns.iter().map(|one| (*one).to_owned()).collect(),
            ..Facets::default()
        };
        let first = restricted(&builtin("string"), patterns(&["[a-c]*", "[0-9]*"]));
        let second = restricted(&first, patterns(&[".{2}", "x"]));
        check(&second, &["ab", "12"], &[("a1", "pattern"), ("abc", "pattern"), ("x", "pattern")]);
    }

    #[test]
    fn a_pattern_sees_the_lexical_form_and_an_enumeration_the_value() {
        let number = restricted(
            &builtin("decimal"),
            Facets {
                patterns: vec!["[0-9.]{3}".into()],
                ..Facets::default()
            },
        );
        check(&number, &[" 1.0 "], &[("1", "pattern"), ("1.00", "pattern")]);
        let number = restricted(
            &number,
            Facets {
                enumeration: vec!["1.0".into(), "2.5".into()],
                ..Facets::default()
            },
        );
        check(&number, &["1.0", "001"], &[("003", "enumeration")]);
    }

    #[test]
    fn lists_are_measured_in_items_and_restricted_as_a_whole() {
        let list = Rc::new(SimpleType::list(builtin("int")));
        let short = restricted(
            &list,
            Facets {
                max_length: Some(2),
                ..Facets::default()
            },
        );
        check(&short, &["", "1", " 1\n2 "], &[("1 2 3", "maxLength")]);
        assert_eq!(list.read("1 x"), Err(Rule::Lexical("int")));
        let named = restricted(
            &list,
            Facets {
                enumeration: vec!["1 2".into()],
                ..Facets::default()
            },
        );
        check(&named, &["01 +2"], &[("2 1", "enumeration"), ("1", "enumeration")]);
        let spaced = restricted(
            &list,
            Facets {
                patterns: vec!["1 2".into()],
                ..Facets::default()
            },
        );
        check(&spaced, &["1  2"], &[("01 2", "pattern")]);
    }

    #[test]
    fn a_union_takes_the_first_member_that_fits() {
        let word = restricted(
            &builtin("token"),
            Facets {
                enumeration: vec!["unbounded".into()],
                ..Facets::default()
            },
        );
        let union = Rc::new(SimpleType::union(vec![builtin("int"), word]));
        assert_eq!(union.read(" 07 "), Ok(Value::Decimal(7.into())));
        assert_eq!(union.read(" unbounded "), Ok(Value::Text("unbounded".into())));
        assert_eq!(union.read("x"), Err(Rule::Lexical("union")));
        let one = restricted(
            &union,
            Facets {
                enumeration: vec!["7".into(), "unbounded".into()],
                ..Facets::default()
            },
        );
        check(&one, &["7", "007", "unbounded"], &[("8", "enumeration")]);
    }

    #[test]
    fn bounds_and_digits_are_checked_on_values() {
        let day = |text: &str| Some(text.to_owned());
        let year = restricted(
            &builtin("date"),
            Facets {
                min_inclusive: day("2015-01-01"),
                max_exclusive: day("2016-01-01"),
                ..Facets::default()
            },
        );
        check(
            &year,
            &["2015-01-01", "2015-12-31"],
            &[
                ("2014-12-31", "minInclusive"),
                ("2016-01-01", "maxExclusive"),
                ("2015-01-01Z", "minInclusive"),
            ],
        );
        let price = restricted(
            &builtin("decimal"),
            Facets {
                total_digits: Some(5),
                fraction_digits: Some(2),
                ..Facets::default()
            },
        );
        check(
            &price,
            &["123.45", "00123.4500"],
            &[("1234.56", "totalDigits"), ("1.234", "fractionDigits")],
        );
        let above = restricted(
            &builtin("float"),
            Facets {
                min_exclusive: day("0"),
                max_inclusive: day("INF"),
                ..Facets::default()
            },
        );
        check(&above, &["1e-10", "INF"], &[("0", "minExclusive"), ("NaN", "maxInclusive")]);
    }

    #[test]
    fn white_space_is_treated_before_length_and_pattern() {
        let code = restricted(
            &builtin("string"),
            Facets {
                white_space: Some(WhiteSpace::Collapse),
                length: Some(3),
                ..Facets::default()
            },
        );
        check(&code, &["  a b\n"], &[("ab", "length")]);
    }

    #[test]
    fn a_step_that_makes_no_sense_is_an_error() {
        let some = |text: &str| Some(text.to_owned());
        let fails = |base: &Rc<SimpleType>, facets: Facets| SimpleType::restriction(base.clone(), facets).map(|_| ()).unwrap_err();
        assert_eq!(
            fails(
                &builtin("int"),
                Facets {
                    length: Some(1),
                    ..Facets::default()
                }
            ),
            FacetError::NotApplicable("length")
        );
        assert_eq!(
            fails(
                &builtin("string"),
                Facets {
                    total_digits: Some(1),
                    ..Facets::default()
                }
            ),
            FacetError::NotApplicable("totalDigits")
        );
        assert_eq!(
            fails(
                &builtin("boolean"),
                Facets {
                    enumeration: vec!["true".into()],
                    ..Facets::default()
                }
            ),
            FacetError::NotApplicable("enumeration")
        );
        assert_eq!(
            fails(
                &builtin("int"),
                Facets {
                    min_inclusive: some("x"),
                    ..Facets::default()
                }
            ),
            FacetError::Value("minInclusive")
        );
        assert_eq!(
            fails(
                &builtin("int"),
                Facets {
                    enumeration: vec!["1.5".into()],
                    ..Facets::default()
                }
            ),
            FacetError::Value("enumeration")
        );
        assert_eq!(
            fails(
                &builtin("int"),
                Facets {
                    min_inclusive: some("2"),
                    max_inclusive: some("1"),
                    ..Facets::default()
                }
            ),
            FacetError::Contradiction("a lower bound")
        );
        assert_eq!(
            fails(
                &builtin("string"),
                Facets {
                    min_length: Some(2),
                    max_length: Some(1),
                    ..Facets::default()
                }
            ),
            FacetError::Contradiction("minLength")
        );
        assert_eq!(
            fails(
                &builtin("token"),
                Facets {
                    white_space: Some(WhiteSpace::Replace),
                    ..Facets::default()
                }
            ),
            FacetError::Contradiction("whiteSpace")
        );
        let short = restricted(
            &builtin("string"),
            Facets {
                max_length: Some(2),
                ..Facets::default()
            },
        );
        assert_eq!(
            fails(
                &short,
                Facets {
                    max_length: Some(3),
                    ..Facets::default()
                }
            ),
            FacetError::Contradiction("maxLength")
        );
        assert!(matches!(
            fails(
                &builtin("string"),
                Facets {
                    patterns: vec!["(".into()],
                    ..Facets::default()
                }
            ),
            FacetError::Pattern(_)
        ));
    }
}
