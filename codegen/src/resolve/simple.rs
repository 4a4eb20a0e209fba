//! Simple types: restriction with facets, list, union.

use super::{Resolver, Scope, empty_simple, parse_name};
use crate::{
    error::{Error, Place},
    model::{Builtin, Facets, SimpleId, TypeRef, Variety, WhiteSpace},
    xsd,
};

impl<'a> Resolver<'a> {
    /// A simple type declared in place.
    pub(super) fn anonymous_simple(&mut self, scope: Scope<'a>, item: &'a xsd::SimpleType) -> Result<TypeRef, Error> {
        let mut simple = empty_simple(scope, item);
        simple.name = None;
        simple.variety = self.variety(scope, item)?;
        let id = SimpleId(self.model.simple_types.len());
        self.model.simple_types.push(simple);
        Ok(TypeRef::Simple(id))
    }

    pub(super) fn variety(&mut self, scope: Scope<'a>, item: &'a xsd::SimpleType) -> Result<Variety, Error> {
        let place = scope.place(item.ordinal);
        if let Some(list) = item.list.first() {
            return self.list(scope, list);
        }
        if let Some(union) = item.union.first() {
            let place = scope.place(union.ordinal);
            let named = union.member_types.as_deref().unwrap_or_default();
            let mut members = named
                .split_ascii_whitespace()
                .map(|name| self.simple_named(name, &place))
                .collect::<Result<Vec<_>, _>>()?;
            for member in &union.simple_type {
                members.push(self.anonymous_simple(scope, member)?);
            }
            if members.is_empty() {
                return Err(Error::invalid(&place, "a union without members"));
            }
            return Ok(Variety::Union { members });
        }
        let Some(restriction) = item.restriction.first() else {
            return Err(Error::invalid(&place, "a simple type without restriction, list or union"));
        };
        let place = scope.place(restriction.ordinal);
        let base = match (&restriction.base, restriction.simple_type.first()) {
            (Some(base), None) => self.simple_named(base, &place)?,
            (None, Some(base)) => self.anonymous_simple(scope, base)?,
            _ => return Err(Error::invalid(&place, "a restriction needs one base")),
        };
        let facets = facets(scope, restriction)?;
        Ok(Variety::Restriction { base, facets })
    }

    fn list(&mut self, scope: Scope<'a>, list: &'a xsd::ListOrUnion) -> Result<Variety, Error> {
        let place = scope.place(list.ordinal);
        let item = match (&list.item_type, list.simple_type.first()) {
            (Some(item), None) => self.simple_named(item, &place)?,
            (None, Some(item)) => self.anonymous_simple(scope, item)?,
            _ => return Err(Error::invalid(&place, "a list needs one item type")),
        };
        Ok(Variety::List { item })
    }

    /// A simple type may not rest on itself; afterwards every walk along bases and members ends.
    pub(super) fn check_simple_circles(&self) -> Result<(), Error> {
        let count = self.model.simple_types.len();
        let mut done = vec![false; count];
        for index in 0..count {
            self.walk(SimpleId(index), &mut Vec::new(), &mut done)?;
        }
        self.check_enumerations()
    }

    fn walk(&self, id: SimpleId, path: &mut Vec<SimpleId>, done: &mut [bool]) -> Result<(), Error> {
        if done.get(id.0).copied().unwrap_or(true) {
            return Ok(());
        }
        let simple = self.model.simple(id);
        if path.contains(&id) {
            return Err(Error::invalid(&simple.place, "the type is derived from itself"));
        }
        path.push(id);
        let below = match &simple.variety {
            Variety::Restriction { base, .. } => vec![*base],
            Variety::List { item } => vec![*item],
            Variety::Union { members } => members.clone(),
        };
        for type_ref in below {
            if let TypeRef::Simple(below) = type_ref {
                self.walk(below, path, done)?;
            }
        }
        path.pop();
        if let Some(done) = done.get_mut(id.0) {
            *done = true;
        }
        Ok(())
    }

    /// Prefixes in enumerated QNames are resolved nowhere, so such types are refused.
    fn check_enumerations(&self) -> Result<(), Error> {
        for (index, simple) in self.model.simple_types.iter().enumerate() {
            let Variety::Restriction { facets, .. } = &simple.variety else {
                continue;
            };
            let is_name = self.model.primitive(TypeRef::Simple(SimpleId(index))) == Some(Builtin::QName);
            if is_name && !facets.enumeration.is_empty() {
                return Err(Error::unsupported(&simple.place, "an enumeration of xs:QName values"));
            }
        }
        Ok(())
    }
}

/// The facets of a restriction.
pub(super) fn facets(scope: Scope<'_>, item: &xsd::Derivation) -> Result<Facets, Error> {
    let number = |facets: &[xsd::Facet]| -> Result<Option<usize>, Error> {
        let Some((place, value)) = single(scope, facets)? else {
            return Ok(None);
        };
        let number = value.trim().parse::<usize>();
        number
            .map(Some)
            .map_err(|_| Error::invalid(&place, format!("{value:?} is not a count")))
    };
    let text = |facets: &[xsd::Facet]| -> Result<Option<String>, Error> { Ok(single(scope, facets)?.map(|(_, value)| value)) };
    let all = |facets: &[xsd::Facet]| -> Vec<String> { facets.iter().map(|facet| facet.value.clone().unwrap_or_default()).collect() };
    let white_space = match single(scope, &item.white_space)? {
        None => None,
        Some((place, value)) => Some(match value.as_str() {
            "preserve" => WhiteSpace::Preserve,
            "replace" => WhiteSpace::Replace,
            "collapse" => WhiteSpace::Collapse,
            _ => return Err(Error::invalid(&place, format!("{value:?} is no way to treat white space"))),
        }),
    };
    Ok(Facets {
        length: number(&item.length)?,
        min_length: number(&item.min_length)?,
        max_length: number(&item.max_length)?,
        patterns: all(&item.pattern),
        enumeration: all(&item.enumeration),
        white_space,
        total_digits: number(&item.total_digits)?,
        fraction_digits: number(&item.fraction_digits)?,
        min_inclusive: text(&item.min_inclusive)?,
        max_inclusive: text(&item.max_inclusive)?,
        min_exclusive: text(&item.min_exclusive)?,
        max_exclusive: text(&item.max_exclusive)?,
    })
}

fn single(scope: Scope<'_>, facets: &[xsd::Facet]) -> Result<Option<(Place, String)>, Error> {
    match facets {
        [] => Ok(None),
        [facet] => {
            let place = scope.place(facet.ordinal);
            match &facet.value {
                Some(value) => Ok(Some((place, value.clone()))),
                None => Err(Error::invalid(&place, "the facet has no value")),
            }
        }
        [_, second, ..] => Err(Error::invalid(&scope.place(second.ordinal), "the facet stands twice")),
    }
}

/// Whether a name in canonical form is in XSD's own namespace.
pub(super) fn is_any_type(name: &str) -> bool {
    let name = parse_name(name);
    name.namespace == super::XSD && name.local == "anyType"
}
