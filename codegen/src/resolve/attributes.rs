//! Attributes, attribute groups and attribute wildcards.

use super::{Resolver, Scope, elements, parse_name, unknown};
use crate::{
    error::{Error, Place},
    model::{Attribute, Builtin, Documentation, Facets, Namespaces, QName, SimpleId, SimpleType, TypeRef, Variety, Wildcard},
    xsd,
};

const XML: &str = "http://www.w3.org/XML/1998/namespace";

/// What a type or an attribute group says about attributes.
#[derive(Default)]
pub(super) struct Attributes {
    pub(super) declared: Vec<Attribute>,
    pub(super) prohibited: Vec<QName>,
    pub(super) wildcard: Option<Wildcard>,
}

impl<'a> Resolver<'a> {
    /// The attributes written below one element, groups followed.
    pub(super) fn attributes(
        &mut self,
        scope: Scope<'a>,
        attributes: &'a [xsd::Attribute],
        groups: &'a [xsd::AttributeGroup],
        any: &'a [xsd::Wildcard],
    ) -> Result<Attributes, Error> {
        let mut found = Attributes::default();
        let mut items = attributes.iter().map(|item| (item.ordinal, Some(item), None)).collect::<Vec<_>>();
        items.extend(groups.iter().map(|item| (item.ordinal, None, Some(item))));
        items.sort_by_key(|(ordinal, ..)| *ordinal);
        for (ordinal, attribute, group) in items {
            if let Some(item) = attribute {
                let attribute = self.attribute(scope, item)?;
                if item.usage.as_deref() == Some("prohibited") {
                    found.prohibited.push(attribute.name);
                } else {
                    found.declared.push(attribute);
                }
            }
            if let Some(item) = group {
                let group = self.attribute_group(item, &scope.place(ordinal))?;
                found.declared.extend(group.declared);
                found.wildcard = both(found.wildcard, group.wildcard, &scope.place(ordinal))?;
            }
        }
        if let Some(item) = any.first() {
            let place = scope.place(item.ordinal);
            let (namespace, process) = (&item.namespace, &item.process_contents);
            let own = elements::wildcard(scope, namespace.as_deref(), process.as_deref(), &place)?;
            found.wildcard = both(Some(own), found.wildcard, &place)?;
        }
        let mut names = Vec::new();
        for attribute in &found.declared {
            if names.contains(&&attribute.name) {
                return Err(Error::invalid(&attribute.place, "the attribute is declared twice"));
            }
            names.push(&attribute.name);
        }
        Ok(found)
    }

    /// A declaration, global or local; a reference is none.
    pub(super) fn attribute_declaration(
        &mut self,
        scope: Scope<'a>,
        item: &'a xsd::Attribute,
        is_global: bool,
    ) -> Result<Attribute, Error> {
        let place = scope.place(item.ordinal);
        let type_ref = match (&item.type_name, item.simple_type.first()) {
            (Some(name), None) => self.simple_named(name, &place)?,
            (None, Some(simple)) => self.anonymous_simple(scope, simple)?,
            (None, None) => TypeRef::Builtin(Builtin::AnySimpleType),
            _ => return Err(Error::invalid(&place, "an attribute has one type")),
        };
        Ok(Attribute {
            name: elements::attribute_name(scope, item, is_global)?,
            type_ref,
            is_required: false,
            default: item.default.clone(),
            fixed: item.fixed.clone(),
            place,
            documentation: item.documentation.iter().map(Into::into).collect(),
        })
    }

    fn attribute(&mut self, scope: Scope<'a>, item: &'a xsd::Attribute) -> Result<Attribute, Error> {
        let place = scope.place(item.ordinal);
        let mut attribute = match &item.reference {
            Some(reference) => {
                let name = parse_name(reference);
                match self.attributes.get(&name).copied() {
                    Some(global) => self.attribute_declaration(global.scope, global.item, true)?,
                    None => self.xml_attribute(&name, &place)?,
                }
            }
            None => self.attribute_declaration(scope, item, false)?,
        };
        attribute.is_required = match item.usage.as_deref() {
            Some("required") => true,
            None | Some("optional" | "prohibited") => false,
            Some(_) => return Err(Error::invalid(&place, "use is required, optional or prohibited")),
        };
        if item.default.is_some() || item.fixed.is_some() {
            attribute.default.clone_from(&item.default);
            attribute.fixed.clone_from(&item.fixed);
        }
        if attribute.default.is_some() && (attribute.fixed.is_some() || attribute.is_required) {
            return Err(Error::invalid(&place, "an attribute with a default is optional and not fixed"));
        }
        attribute.place = place;
        Ok(attribute)
    }

    fn attribute_group(&mut self, item: &'a xsd::AttributeGroup, place: &Place) -> Result<Attributes, Error> {
        let reference = item.reference.as_deref();
        let name = parse_name(reference.ok_or_else(|| Error::invalid(place, "ref is missing"))?);
        if self.open_groups.contains(&name) {
            return Err(Error::invalid(place, format!("the attribute group {name} contains itself")));
        }
        let declared = self.attribute_groups.get(&name).copied();
        let declared = declared.ok_or_else(|| unknown(place, "attribute group", &name))?;
        let held = std::mem::replace(&mut self.open_groups, vec![name]);
        let group = declared.item;
        let found = self.attributes(declared.scope, &group.attribute, &group.attribute_group, &group.any_attribute);
        self.open_groups = held;
        found
    }

    /// The attributes of the `xml` prefix, which need no schema document.
    fn xml_attribute(&mut self, name: &QName, place: &Place) -> Result<Attribute, Error> {
        let type_ref = match name.local.as_str() {
            _ if name.namespace != XML => return Err(unknown(place, "attribute", name)),
            "lang" => TypeRef::Builtin(Builtin::Language),
            "base" => TypeRef::Builtin(Builtin::AnyUri),
            "id" => TypeRef::Builtin(Builtin::Id),
            "space" => self.xml_space(place),
            _ => return Err(unknown(place, "attribute", name)),
        };
        Ok(Attribute {
            name: name.clone(),
            type_ref,
            is_required: false,
            default: None,
            fixed: None,
            place: place.clone(),
            documentation: Documentation::default(),
        })
    }

    fn xml_space(&mut self, place: &Place) -> TypeRef {
        let id = SimpleId(self.model.simple_types.len());
        self.model.simple_types.push(SimpleType {
            name: None,
            namespace: XML.to_owned(),
            place: place.clone(),
            documentation: Documentation::default(),
            variety: Variety::Restriction {
                base: TypeRef::Builtin(Builtin::NcName),
                facets: Facets {
                    enumeration: vec!["default".to_owned(), "preserve".to_owned()],
                    ..Facets::default()
                },
            },
        });
        TypeRef::Simple(id)
    }
}

/// The attributes both wildcards allow; the first says how far to look.
fn both(first: Option<Wildcard>, second: Option<Wildcard>, place: &Place) -> Result<Option<Wildcard>, Error> {
    let (first, second) = match (first, second) {
        (Some(first), Some(second)) => (first, second),
        (one, other) => return Ok(one.or(other)),
    };
    let namespaces = match (first.namespaces, second.namespaces) {
        (Namespaces::Any, other) | (other, Namespaces::Any) => other,
        (one, other) if one == other => one,
        (Namespaces::Listed(listed), other) | (other, Namespaces::Listed(listed)) => {
            Namespaces::Listed(listed.into_iter().filter(|name| other.allow(name)).collect())
        }
        _ => return Err(Error::unsupported(place, "the intersection of these wildcards")),
    };
    Ok(Some(Wildcard {
        namespaces,
        process: first.process,
    }))
}

/// The attributes one of the wildcards allows; the first says how far to look.
pub(super) fn either(first: Option<Wildcard>, second: Option<Wildcard>, place: &Place) -> Result<Option<Wildcard>, Error> {
    let (first, second) = match (first, second) {
        (Some(first), Some(second)) => (first, second),
        (one, other) => return Ok(one.or(other)),
    };
    let namespaces = match (first.namespaces, second.namespaces) {
        (Namespaces::Any, _) | (_, Namespaces::Any) => Namespaces::Any,
        (one, other) if one == other => one,
        (Namespaces::Listed(one), Namespaces::Listed(other)) => {
            let mut listed = [one, other].concat();
            listed.sort();
            listed.dedup();
            Namespaces::Listed(listed)
        }
        _ => return Err(Error::unsupported(place, "the union of these wildcards")),
    };
    Ok(Some(Wildcard {
        namespaces,
        process: first.process,
    }))
}
