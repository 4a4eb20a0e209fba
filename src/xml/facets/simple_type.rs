//! Simple types known only at run time: what `codegen check` reads instance documents with.

use std::borrow::Cow;
use std::rc::Rc;

use super::WhiteSpace;
use super::step::{FacetError, Facets, Step};
use super::value::Value;
use crate::Rule;
use crate::datatypes::Builtin;

/// A simple type: reads texts to values.
#[derive(Debug)]
pub struct SimpleType {
    variety: Variety,
    pub(super) white_space: WhiteSpace,
}

/// How a simple type is made.
#[derive(Debug)]
enum Variety {
    Builtin(Builtin),
    List(Rc<SimpleType>),
    Union(Vec<Rc<SimpleType>>),
    Restriction { base: Rc<SimpleType>, facets: Box<Step> },
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
        self.normalised(raw).map(|(value, _)| value)
    }

    /// The value and the lexical form it was read from, white space processed.
    fn normalised<'t>(&self, raw: &'t str) -> Result<(Value, Cow<'t, str>), Rule> {
        let text = self.white_space.apply(raw);
        match &self.variety {
            Variety::Builtin(builtin) => Ok((Value::parse(*builtin, &text)?, text)),
            Variety::List(item) => {
                let values = items(&text).map(|text| item.read(text)).collect::<Result<_, _>>()?;
                Ok((Value::List(values), text))
            }
            // The member that takes the text says how its white space is treated.
            Variety::Union(members) => {
                let taken = members.iter().find_map(|member| member.normalised(raw).ok());
                taken.ok_or(Rule::Lexical("union"))
            }
            Variety::Restriction { base, facets } => {
                let (value, text) = match text {
                    Cow::Borrowed(text) => base.normalised(text)?,
                    Cow::Owned(text) => base.normalised(&text).map(|(value, text)| (value, Cow::Owned(text.into_owned())))?,
                };
                facets.check(&value, &text)?;
                Ok((value, text))
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

    /// As [`Self::root`], and for a list that of its items.
    #[must_use]
    pub fn item_root(&self) -> Option<Builtin> {
        match &self.variety {
            Variety::Builtin(builtin) => Some(builtin.item().unwrap_or(*builtin)),
            Variety::List(item) => item.root(),
            Variety::Restriction { base, .. } => base.item_root(),
            Variety::Union(_) => None,
        }
    }

    pub(super) fn is_list(&self) -> bool {
        match &self.variety {
            Variety::List(_) => true,
            Variety::Builtin(builtin) => builtin.item().is_some(),
            Variety::Restriction { base, .. } => base.is_list(),
            Variety::Union(_) => false,
        }
    }

    /// The nearest value of a facet among this type and its bases.
    pub(super) fn inherited<T>(&self, facet: impl Fn(&Facets) -> Option<T>) -> Option<T> {
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

fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split([' ', '\t', '\n', '\r']).filter(|item| !item.is_empty())
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
        let two = restricted(
            &union,
            Facets {
                patterns: vec!["[0-9]{2}".into()],
                ..Facets::default()
            },
        );
        check(&two, &["12", " 12 "], &[("1", "pattern"), ("unbounded", "pattern")]);
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
    fn the_length_of_a_name_with_a_prefix_does_not_count() {
        let name = restricted(
            &builtin("QName"),
            Facets {
                max_length: Some(1),
                ..Facets::default()
            },
        );
        check(&name, &["a:bc", "d"], &[]);
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
    fn a_bound_is_a_value_of_the_base_or_its_own_exclusive_bound() {
        let below = |bound: &str| Facets {
            max_exclusive: Some(bound.into()),
            ..Facets::default()
        };
        let five = restricted(&builtin("int"), below("5"));
        assert!(SimpleType::restriction(five.clone(), below("5")).is_ok());
        assert!(SimpleType::restriction(five.clone(), below("4")).is_ok());
        assert!(SimpleType::restriction(five.clone(), below("6")).is_err());
        let least = |bound: &str| Facets {
            min_inclusive: Some(bound.into()),
            ..Facets::default()
        };
        assert!(SimpleType::restriction(five.clone(), least("4")).is_ok());
        assert!(SimpleType::restriction(five, least("5")).is_err());
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
