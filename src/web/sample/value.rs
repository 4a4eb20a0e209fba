//! Values for samples: what the table says, else what the facets of a type allow.

use std::collections::HashMap;
use std::sync::LazyLock;

use xml::datatypes::Builtin;
use xml::description::{Type, Variety};
use xml::facets::SimpleType;

use super::pattern;

/// The table: the end of a path of elements, and the value there.
const TABLE: &str = include_str!("../../../fixtures/samples.tsv");
/// What the table says of an element that need not stand and is better left out.
pub(super) const OMITTED: &str = "-";

static STATED: LazyLock<HashMap<&'static str, &'static str>> =
    LazyLock::new(|| TABLE.lines().skip(1).filter_map(|line| line.split_once('\t')).collect());

/// What the table says at a path: the longest end of the path that it knows.
pub(super) fn stated(path: &[&str]) -> Option<&'static str> {
    (0..path.len()).find_map(|from| STATED.get(path.get(from..)?.join("/").as_str()).copied())
}

/// A value of a type at a path.
pub(super) fn of(type_ref: Type, path: &[&str]) -> String {
    let judge = type_ref.interpreted().ok().flatten();
    let fits = |text: &str| {
        judge
            .as_ref()
            .is_none_or(|judge: &std::rc::Rc<SimpleType>| judge.read(text).is_ok())
    };
    let stated = stated(path).filter(|text| *text != OMITTED && fits(text));
    if let Some(text) = stated {
        return text.to_owned();
    }
    let facets = Facets::of(type_ref);
    let mut candidates = facets.given.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>();
    candidates.extend(facets.patterns.iter().filter_map(|pattern| pattern::text(pattern)));
    candidates.extend(facets.bounds.iter().map(|bound| (*bound).to_owned()));
    candidates.extend(GENERAL.iter().map(|text| (*text).to_owned()));
    candidates.extend(
        [facets.shortest, facets.longest]
            .into_iter()
            .flatten()
            .map(|length| "x".repeat(length)),
    );
    candidates.into_iter().find(|text| fits(text)).unwrap_or_default()
}

/// Texts of which every built-in type takes one; a guid, numbers of usual lengths and dates before words.
const GENERAL: &[&str] = &[
    "true",
    "1",
    "2026-11-20T11:00:00+01:00",
    "2026-11-20",
    "11:00:00",
    "P1D",
    "2026-11",
    "2026",
    "--11-20",
    "---20",
    "--11",
    "Eksempel",
    "RWtzZW1wZWw=",
    "0f",
    "-1",
    "1234567890",
    "12345678",
    "",
];

/// What the facets of a type and of its bases say.
#[derive(Default)]
struct Facets {
    given: Vec<&'static str>,
    patterns: Vec<&'static str>,
    bounds: Vec<&'static str>,
    shortest: Option<usize>,
    longest: Option<usize>,
}

impl Facets {
    fn of(type_ref: Type) -> Self {
        let mut all = Self::default();
        let mut current = type_ref;
        loop {
            match current {
                Type::Simple(simple) => match simple.variety {
                    Variety::Restriction(base, facets) => {
                        for facet in facets {
                            match facet.name {
                                "enumeration" => all.given.push(facet.value),
                                "pattern" => all.patterns.push(facet.value),
                                "minInclusive" | "maxInclusive" => all.bounds.push(facet.value),
                                "length" | "minLength" => all.shortest = facet.value.parse().ok(),
                                "maxLength" => all.longest = facet.value.parse().ok(),
                                _ => {}
                            }
                        }
                        current = base;
                    }
                    Variety::List(item) => current = item,
                    Variety::Union(members) => match members.first() {
                        Some(member) => current = *member,
                        None => return all,
                    },
                },
                Type::Builtin(builtin) => {
                    if builtin.is_a(Builtin::String) {
                        all.bounds.push("Eksempel");
                    }
                    return all;
                }
                Type::Any | Type::Complex(_) => return all,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use xml::datatypes::Builtin;

    use super::*;

    #[test]
    fn every_builtin_type_has_a_value() {
        for builtin in Builtin::ALL.iter().copied().filter(|builtin| *builtin != Builtin::Notation) {
            let judge = SimpleType::builtin(builtin);
            let value = of(Type::Builtin(builtin), &[]);
            assert!(judge.read(&value).is_ok(), "{}: {value}", builtin.name());
        }
    }

    #[test]
    fn the_longest_end_of_a_path_that_the_table_knows_counts() {
        assert_eq!(stated(&["a", "b"]), None);
        let (long, value) = STATED
            .iter()
            .max_by_key(|(path, _)| path.split('/').count())
            .map_or(("", ""), |(path, value)| (*path, *value));
        let path: Vec<_> = std::iter::once("elsewhere").chain(long.split('/')).collect();
        assert_eq!(stated(&path), Some(value));
    }
}
