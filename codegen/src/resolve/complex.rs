//! Complex types with their effective content: a derived type carries its base's elements and attributes itself.

use super::{Declared, Progress, Resolver, Scope, attributes::Attributes, attributes::either, block, empty_complex, flag, simple};
use crate::{
    error::{Error, Place},
    model::{
        Attribute, ComplexId, ComplexType, Content, Derivation, Documentation, Facets, Particle, SimpleId, SimpleType, Term, TypeRef,
        Variety,
    },
    xsd,
};

impl<'a> Resolver<'a> {
    /// Translates a named complex type, its base first.
    pub(super) fn complete(&mut self, id: ComplexId) -> Result<(), Error> {
        let Some((declared, progress)) = self.named_complex.get_mut(id.0) else {
            return Ok(());
        };
        let declared = *declared;
        match progress {
            Progress::Done => return Ok(()),
            Progress::Open => {
                let place = declared.scope.place(declared.item.ordinal);
                return Err(Error::invalid(&place, "the type is derived from itself"));
            }
            Progress::Waiting => *progress = Progress::Open,
        }
        let complex = self.complex(declared.scope, declared.item)?;
        if let Some(target) = self.model.complex_types.get_mut(id.0) {
            *target = complex;
        }
        if let Some((_, progress)) = self.named_complex.get_mut(id.0) {
            *progress = Progress::Done;
        }
        Ok(())
    }

    /// A complex type declared in place. It is translated later: it may hold the group it stands in.
    pub(super) fn anonymous_complex(&mut self, scope: Scope<'a>, item: &'a xsd::ComplexType) -> TypeRef {
        let id = ComplexId(self.model.complex_types.len());
        self.model.complex_types.push(empty_complex(scope, item));
        self.waiting.push_back((id, Declared { scope, item }));
        TypeRef::Complex(id)
    }

    /// Translates the types declared in place that were met so far, and those in them.
    pub(super) fn complete_waiting(&mut self) -> Result<(), Error> {
        while let Some((id, declared)) = self.waiting.pop_front() {
            let complex = self.complex(declared.scope, declared.item)?;
            if let Some(target) = self.model.complex_types.get_mut(id.0) {
                *target = complex;
            }
        }
        Ok(())
    }

    fn complex(&mut self, scope: Scope<'a>, item: &'a xsd::ComplexType) -> Result<ComplexType, Error> {
        let place = scope.place(item.ordinal);
        let contents = item.simple_content.iter().chain(&item.complex_content);
        let mixed = contents.map(|content| content.mixed.as_deref()).chain([item.mixed.as_deref()]);
        for mixed in mixed {
            if flag(mixed, &place)? {
                return Err(Error::unsupported(&place, "mixed content"));
            }
        }
        let mut complex = empty_complex(scope, item);
        complex.is_abstract = flag(item.is_abstract.as_deref(), &place)?;
        complex.block = block(item.block.as_deref(), scope.schema.block_default.as_deref());
        if let Some(content) = item.simple_content.first() {
            self.simple_content(scope, content, &mut complex)?;
        } else if let Some(content) = item.complex_content.first() {
            self.complex_content(scope, content, &mut complex)?;
        } else {
            complex.content = self.content(scope, &item.particles(), &place)?;
            let own = self.attributes(scope, &item.attribute, &item.attribute_group, &item.any_attribute)?;
            complex.attributes = own.declared;
            complex.any_attribute = own.wildcard;
        }
        Ok(complex)
    }

    fn complex_content(&mut self, scope: Scope<'a>, content: &'a xsd::DerivedContent, complex: &mut ComplexType) -> Result<(), Error> {
        let (item, derivation, place) = derivation(scope, content)?;
        let own = self.attributes(scope, &item.attribute, &item.attribute_group, &item.any_attribute)?;
        let name = item.base.as_deref().unwrap_or_default();
        if simple::is_any_type(name) {
            if derivation == Derivation::Extension {
                return Err(Error::unsupported(&place, "an extension of xs:anyType"));
            }
            complex.content = self.content(scope, &item.particles(), &place)?;
            complex.attributes = own.declared;
            complex.any_attribute = own.wildcard;
            return Ok(());
        }
        let TypeRef::Complex(id) = self.type_named(name, &place)? else {
            return Err(Error::invalid(&place, "the base of complex content is a complex type"));
        };
        self.complete(id)?;
        let base = self.model.complex(id).clone();
        if matches!(base.content, Content::Simple(_)) {
            return Err(Error::invalid(&place, "the base has simple content"));
        }
        let content = self.content(scope, &item.particles(), &place)?;
        complex.base = Some((id, derivation));
        complex.content = match derivation {
            Derivation::Extension => append(base.content, content, &place)?,
            Derivation::Restriction => content,
        };
        inherit(complex, derivation, base.attributes, base.any_attribute, own, &place)
    }

    fn simple_content(&mut self, scope: Scope<'a>, content: &'a xsd::DerivedContent, complex: &mut ComplexType) -> Result<(), Error> {
        let (item, derivation, place) = derivation(scope, content)?;
        let own = self.attributes(scope, &item.attribute, &item.attribute_group, &item.any_attribute)?;
        let base = self.type_named(item.base.as_deref().unwrap_or_default(), &place)?;
        let TypeRef::Complex(id) = base else {
            if derivation == Derivation::Restriction || base == TypeRef::AnyType {
                return Err(Error::invalid(&place, "the base is a complex type with simple content"));
            }
            complex.content = Content::Simple(base);
            complex.attributes = own.declared;
            complex.any_attribute = own.wildcard;
            return Ok(());
        };
        self.complete(id)?;
        let base = self.model.complex(id).clone();
        let Content::Simple(value) = base.content else {
            return Err(Error::unsupported(&place, "simple content over a base without simple content"));
        };
        complex.base = Some((id, derivation));
        complex.content = Content::Simple(match derivation {
            Derivation::Extension => value,
            Derivation::Restriction => self.narrowed(scope, item, value)?,
        });
        inherit(complex, derivation, base.attributes, base.any_attribute, own, &place)
    }

    /// The value of simple content with the facets of a restriction.
    fn narrowed(&mut self, scope: Scope<'a>, item: &'a xsd::Derivation, value: TypeRef) -> Result<TypeRef, Error> {
        let facets = simple::facets(scope, item)?;
        let base = match item.simple_type.first() {
            Some(simple) => self.anonymous_simple(scope, simple)?,
            None => value,
        };
        if facets == Facets::default() {
            return Ok(base);
        }
        let id = SimpleId(self.model.simple_types.len());
        self.model.simple_types.push(SimpleType {
            name: None,
            namespace: scope.namespace().to_owned(),
            place: scope.place(item.ordinal),
            documentation: Documentation::default(),
            variety: Variety::Restriction { base, facets },
        });
        Ok(TypeRef::Simple(id))
    }
}

fn derivation<'a>(scope: Scope<'a>, content: &'a xsd::DerivedContent) -> Result<(&'a xsd::Derivation, Derivation, Place), Error> {
    let place = |item: &xsd::Derivation| scope.place(item.ordinal);
    match (content.extension.first(), content.restriction.first()) {
        (Some(item), None) => Ok((item, Derivation::Extension, place(item))),
        (None, Some(item)) => Ok((item, Derivation::Restriction, place(item))),
        _ => {
            let place = scope.place(content.ordinal);
            Err(Error::invalid(&place, "content is an extension or a restriction"))
        }
    }
}

/// The base's content, then the extension's.
fn append(base: Content, own: Content, place: &Place) -> Result<Content, Error> {
    let (base, own) = match (base, own) {
        (Content::Elements(base), Content::Elements(own)) => (base, own),
        (Content::Empty, content) | (content, _) => return Ok(content),
    };
    if matches!(base.term, Term::All(_)) || matches!(own.term, Term::All(_)) {
        return Err(Error::invalid(place, "xs:all cannot be extended"));
    }
    let mut particles = open(base);
    particles.extend(open(own));
    Ok(Content::Elements(Particle {
        min: 1,
        max: Some(1),
        term: Term::Sequence(particles),
        place: place.clone(),
    }))
}

/// A plain sequence gives its particles; anything else stays one.
fn open(particle: Particle) -> Vec<Particle> {
    match particle {
        Particle {
            min: 1,
            max: Some(1),
            term: Term::Sequence(particles),
            ..
        } => particles,
        particle => vec![particle],
    }
}

fn inherit(
    complex: &mut ComplexType,
    derivation: Derivation,
    base: Vec<Attribute>,
    wildcard: Option<crate::model::Wildcard>,
    own: Attributes,
    place: &Place,
) -> Result<(), Error> {
    match derivation {
        Derivation::Extension => {
            let twice = |own: &&Attribute| base.iter().any(|base| base.name == own.name);
            if let Some(attribute) = own.declared.iter().find(twice) {
                return Err(Error::invalid(&attribute.place, "the base has this attribute already"));
            }
            complex.attributes = base;
            complex.attributes.extend(own.declared);
            complex.any_attribute = either(own.wildcard, wildcard, place)?;
        }
        Derivation::Restriction => {
            complex.attributes = base
                .into_iter()
                .filter(|base| !own.prohibited.contains(&base.name))
                .filter(|base| own.declared.iter().all(|own| own.name != base.name))
                .collect();
            complex.attributes.extend(own.declared);
            complex.any_attribute = own.wildcard;
        }
    }
    Ok(())
}
