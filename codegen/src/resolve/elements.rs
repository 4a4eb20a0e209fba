//! Elements and the particles that hold them.

use super::{Resolver, Scope, block, flag, name_of, parse_name, unknown};
use crate::{
    error::{Error, Place},
    model::{Content, Element, ElementId, Namespaces, Particle, Process, QName, Term, TypeRef, Wildcard},
    xsd,
};

impl<'a> Resolver<'a> {
    /// A declaration, global or local; a reference is none.
    pub(super) fn element_declaration(&mut self, scope: Scope<'a>, item: &'a xsd::Element, is_global: bool) -> Result<Element, Error> {
        let place = scope.place(item.ordinal);
        let mut name = name_of(scope, item.name.as_deref(), item.ordinal)?;
        let form = item.form.as_deref().or(scope.schema.element_form_default.as_deref());
        if !is_global && form != Some("qualified") {
            name.namespace.clear();
        }
        let type_ref = match (&item.type_name, item.simple_type.first(), item.complex_type.first()) {
            (Some(name), None, None) => self.type_named(name, &place)?,
            (None, Some(simple), None) => self.anonymous_simple(scope, simple)?,
            (None, None, Some(complex)) => self.anonymous_complex(scope, complex),
            (None, None, None) => TypeRef::AnyType,
            _ => return Err(Error::invalid(&place, "an element has one type")),
        };
        if item.default.is_some() && item.fixed.is_some() {
            return Err(Error::invalid(&place, "an element has a default or a fixed value, not both"));
        }
        let complex = matches!(type_ref, TypeRef::Complex(_) | TypeRef::AnyType);
        if complex && (item.default.is_some() || item.fixed.is_some()) {
            return Err(Error::unsupported(&place, "a default or fixed value of a complex type"));
        }
        Ok(Element {
            name,
            namespace: scope.namespace().to_owned(),
            is_global,
            type_ref,
            is_nillable: flag(item.nillable.as_deref(), &place)?,
            default: item.default.clone(),
            fixed: item.fixed.clone(),
            block: block(item.block.as_deref(), scope.schema.block_default.as_deref()),
            place,
            documentation: item.documentation.iter().map(Into::into).collect(),
        })
    }

    /// The content of a type from its one group, if it has any.
    pub(super) fn content(&mut self, scope: Scope<'a>, particles: &[xsd::Child<'a>], owner: &Place) -> Result<Content, Error> {
        match particles {
            [] => Ok(Content::Empty),
            [only] => match self.particle(scope, *only)? {
                Some(particle) if !is_hollow(&particle) => Ok(Content::Elements(particle)),
                _ => Ok(Content::Empty),
            },
            _ => Err(Error::invalid(owner, "a type has one group")),
        }
    }

    /// A particle; none where it may not occur at all.
    fn particle(&mut self, scope: Scope<'a>, child: xsd::Child<'a>) -> Result<Option<Particle>, Error> {
        let place = scope.place(child.ordinal());
        let (min, max) = match child {
            xsd::Child::Element(element) => (&element.min_occurs, &element.max_occurs),
            xsd::Child::Any(wildcard) => (&wildcard.min_occurs, &wildcard.max_occurs),
            xsd::Child::Group(group) | xsd::Child::All(group) | xsd::Child::Choice(group) | xsd::Child::Sequence(group) => {
                (&group.min_occurs, &group.max_occurs)
            }
        };
        let (min, max) = occurs(min.as_deref(), max.as_deref(), &place)?;
        if max == Some(0) {
            return Ok(None);
        }
        let term = match child {
            xsd::Child::Element(element) => Term::Element(self.element(scope, element)?),
            xsd::Child::Any(item) => {
                let (namespace, process) = (&item.namespace, &item.process_contents);
                Term::Any(wildcard(scope, namespace.as_deref(), process.as_deref(), &place)?)
            }
            xsd::Child::Sequence(group) => Term::Sequence(self.particles(scope, group)?),
            xsd::Child::Choice(group) => Term::Choice(self.particles(scope, group)?),
            xsd::Child::All(group) => self.all(scope, group, max, &place)?,
            xsd::Child::Group(group) => self.group(group, &place)?,
        };
        Ok(Some(Particle { min, max, term, place }))
    }

    fn particles(&mut self, scope: Scope<'a>, group: &'a xsd::Group) -> Result<Vec<Particle>, Error> {
        let mut particles = Vec::new();
        for child in group.children() {
            particles.extend(self.particle(scope, child)?);
        }
        Ok(particles)
    }

    fn all(&mut self, scope: Scope<'a>, group: &'a xsd::Group, max: Option<u32>, place: &Place) -> Result<Term, Error> {
        let particles = self.particles(scope, group)?;
        let many = particles.iter().find(|particle| particle.max != Some(1));
        if let Some(place) = many.map(|many| &many.place).or((max != Some(1)).then_some(place)) {
            return Err(Error::invalid(place, "nothing in xs:all occurs more than once"));
        }
        Ok(Term::All(particles))
    }

    /// A reference to a group stands for the one group it holds.
    fn group(&mut self, group: &'a xsd::Group, place: &Place) -> Result<Term, Error> {
        let reference = group.reference.as_deref();
        let name = parse_name(reference.ok_or_else(|| Error::invalid(place, "ref is missing"))?);
        if let Some(known) = self.group_terms.get(&name) {
            return Ok(known.clone());
        }
        if self.open_groups.contains(&name) {
            return Err(Error::invalid(place, format!("the group {name} contains itself")));
        }
        let declared = *self.groups.get(&name).ok_or_else(|| unknown(place, "group", &name))?;
        self.open_groups.push(name.clone());
        let content = declared.item.children();
        let owner = declared.scope.place(declared.item.ordinal);
        let content = self.content(declared.scope, &content, &owner)?;
        self.open_groups.pop();
        let term = match content {
            Content::Elements(particle) => particle.term,
            Content::Empty | Content::Simple(_) => Term::Sequence(Vec::new()),
        };
        self.group_terms.insert(name, term.clone());
        Ok(term)
    }

    fn element(&mut self, scope: Scope<'a>, item: &'a xsd::Element) -> Result<ElementId, Error> {
        let place = scope.place(item.ordinal);
        if let Some(reference) = &item.reference {
            if item.name.is_some() || item.type_name.is_some() {
                return Err(Error::invalid(&place, "a reference has neither name nor type"));
            }
            let name = parse_name(reference);
            let found = self.elements.get(&name).copied();
            return found.ok_or_else(|| unknown(&place, "element", &name));
        }
        let element = self.element_declaration(scope, item, false)?;
        let id = ElementId(self.model.elements.len());
        self.model.elements.push(element);
        Ok(id)
    }
}

/// A wildcard with XSD's defaults.
pub(super) fn wildcard(scope: Scope<'_>, namespace: Option<&str>, process: Option<&str>, place: &Place) -> Result<Wildcard, Error> {
    let target = scope.namespace();
    let namespaces = match namespace.map(str::trim) {
        None | Some("##any") => Namespaces::Any,
        Some("##other") => Namespaces::Other(target.to_owned()),
        Some(listed) => {
            let mut listed = listed
                .split_ascii_whitespace()
                .map(|namespace| match namespace {
                    "##targetNamespace" => target.to_owned(),
                    "##local" => String::new(),
                    namespace => namespace.to_owned(),
                })
                .collect::<Vec<_>>();
            listed.sort();
            listed.dedup();
            Namespaces::Listed(listed)
        }
    };
    let process = match process {
        Some("lax") => Process::Lax,
        Some("skip") => Process::Skip,
        None | Some("strict") => Process::Strict,
        Some(_) => return Err(Error::invalid(place, "processContents is strict, lax or skip")),
    };
    Ok(Wildcard { namespaces, process })
}

fn occurs(min: Option<&str>, max: Option<&str>, place: &Place) -> Result<(u32, Option<u32>), Error> {
    let number = |text: &str| {
        text.trim()
            .parse::<u32>()
            .map_err(|_| Error::invalid(place, format!("{text:?} is not an occurrence")))
    };
    let min = min.map_or(Ok(1), number)?;
    let max = match max.map(str::trim) {
        Some("unbounded") => None,
        Some(max) => Some(number(max)?),
        None => Some(1),
    };
    if max.is_some_and(|max| max < min) {
        return Err(Error::invalid(place, "minOccurs is greater than maxOccurs"));
    }
    Ok((min, max))
}

/// A sequence or an `all` of nothing.
fn is_hollow(particle: &Particle) -> bool {
    match &particle.term {
        Term::Sequence(particles) | Term::All(particles) => particles.iter().all(is_hollow),
        Term::Element(_) | Term::Choice(_) | Term::Any(_) => false,
    }
}

/// The name an attribute takes by its form.
pub(super) fn attribute_name(scope: Scope<'_>, item: &xsd::Attribute, is_global: bool) -> Result<QName, Error> {
    let mut name = name_of(scope, item.name.as_deref(), item.ordinal)?;
    let form = item.form.as_deref().or(scope.schema.attribute_form_default.as_deref());
    if !is_global && form != Some("qualified") {
        name.namespace.clear();
    }
    Ok(name)
}
