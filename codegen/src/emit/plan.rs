//! What every thing of the model is called in the generated code, and in which module it stands.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use crate::{
    error::Error,
    model::{Block, ComplexId, Content, ElementId, Facets, Model, Particle, SimpleId, Term, TypeRef, Variety},
    names::{self, Module},
};

/// The names of all generated items.
pub(super) struct Plan<'a> {
    pub(super) model: &'a Model,
    /// By namespace.
    pub(super) modules: BTreeMap<String, Module>,
    complex: BTreeMap<ComplexId, Path>,
    simple: BTreeMap<SimpleId, Path>,
    /// Simple types by the name a violation gives them.
    wire: BTreeMap<SimpleId, String>,
    /// Elements with a default or fixed value, which are read by a type of their own.
    valued: BTreeMap<ElementId, Path>,
    pub(super) families: Vec<Family>,
    items: BTreeMap<String, Vec<Item>>,
    /// Type names taken, by module.
    taken: RefCell<BTreeMap<String, BTreeSet<String>>>,
    /// For each complex type those it holds by value, for the search of circles.
    holds: BTreeMap<ComplexId, BTreeSet<ComplexId>>,
}

/// A type in its module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Path {
    pub(super) namespace: String,
    pub(super) name: String,
}

/// The types that may stand where a base is declared.
#[derive(Clone, Debug)]
pub(super) struct Family {
    pub(super) base: ComplexId,
    pub(super) members: Vec<ComplexId>,
    pub(super) path: Path,
}

/// An item of a module, in order.
#[derive(Clone, Copy, Debug)]
pub(super) enum Item {
    Complex(ComplexId),
    Family(usize),
    Simple(SimpleId),
    Valued(ElementId),
}

impl<'a> Plan<'a> {
    pub(super) fn new(model: &'a Model) -> Result<Self, Error> {
        let services = model.services.iter();
        let services = services.map(|service| names::service_module(&service.name, service.version.as_deref()));
        let reserved = services
            .chain(["reading_attributes", "reading_known", "reading_nil_attributes", "reading_nillable"].map(str::to_owned))
            .collect();
        let mut plan = Self {
            model,
            modules: names::modules(&namespaces(model), &model.prefixes, reserved),
            complex: BTreeMap::new(),
            simple: BTreeMap::new(),
            wire: BTreeMap::new(),
            valued: BTreeMap::new(),
            families: Vec::new(),
            items: BTreeMap::new(),
            taken: RefCell::default(),
            holds: BTreeMap::new(),
        };
        plan.name_named();
        plan.name_anonymous()?;
        plan.find_holders();
        Ok(plan)
    }

    /// Named types come first, so that they keep their exact names.
    fn name_named(&mut self) {
        for (index, complex) in self.model.complex_types.iter().enumerate() {
            if let Some(name) = &complex.name {
                let path = self.take(&complex.namespace, &names::type_name(&name.local));
                self.complex.insert(ComplexId(index), path);
            }
        }
        for (index, simple) in self.model.simple_types.iter().enumerate() {
            if let Some(name) = &simple.name {
                let path = self.take(&simple.namespace, &names::type_name(&name.local));
                self.simple.insert(SimpleId(index), path);
                self.wire.insert(SimpleId(index), name.local.clone());
            }
        }
    }

    /// Types declared in place are named by the way that leads to them.
    fn name_anonymous(&mut self) -> Result<(), Error> {
        for index in 0..self.model.complex_types.len() {
            let id = ComplexId(index);
            let complex = self.model.complex(id);
            if complex.name.is_some() {
                if !complex.is_abstract {
                    self.items.entry(complex.namespace.clone()).or_default().push(Item::Complex(id));
                }
                self.visit_complex(id)?;
            }
        }
        for (index, element) in self.model.elements.iter().enumerate() {
            if element.is_global {
                self.visit_element(ElementId(index), "")?;
            }
        }
        for index in 0..self.model.simple_types.len() {
            let id = SimpleId(index);
            let simple = self.model.simple(id);
            if simple.name.is_some() {
                self.items.entry(simple.namespace.clone()).or_default().push(Item::Simple(id));
                let owner = self.simple.get(&id).map(|path| path.name.clone()).unwrap_or_default();
                self.visit_members(id, &owner, &simple.namespace);
            }
        }
        Ok(())
    }

    fn visit_complex(&mut self, id: ComplexId) -> Result<(), Error> {
        let complex = self.model.complex(id);
        let owner = self.complex.get(&id).map(|path| path.name.clone()).unwrap_or_default();
        for attribute in &complex.attributes {
            self.visit_simple(attribute.type_ref, &attribute.name.local, &owner, &complex.namespace);
        }
        match &complex.content {
            Content::Empty => {}
            Content::Simple(type_ref) => self.visit_simple(*type_ref, "Value", &owner, &complex.namespace),
            Content::Elements(particle) => self.visit_particle(particle, &owner)?,
        }
        Ok(())
    }

    fn visit_particle(&mut self, particle: &Particle, owner: &str) -> Result<(), Error> {
        match &particle.term {
            Term::Element(id) if self.model.element(*id).is_global => {}
            Term::Element(id) => self.visit_element(*id, owner)?,
            Term::Sequence(particles) | Term::Choice(particles) | Term::All(particles) => {
                for particle in particles {
                    self.visit_particle(particle, owner)?;
                }
            }
            Term::Any(_) => {}
        }
        Ok(())
    }

    fn visit_element(&mut self, id: ElementId, owner: &str) -> Result<(), Error> {
        let element = self.model.element(id);
        match element.type_ref {
            TypeRef::Simple(_) => {
                self.visit_simple(element.type_ref, &element.name.local, owner, &element.namespace);
            }
            TypeRef::Complex(complex) => {
                let anonymous = self.model.complex(complex).name.is_none();
                if anonymous && !self.complex.contains_key(&complex) {
                    let path = self.take(&element.namespace, &below(owner, &element.name.local));
                    self.complex.insert(complex, path);
                    self.items
                        .entry(element.namespace.clone())
                        .or_default()
                        .push(Item::Complex(complex));
                    self.visit_complex(complex)?;
                }
                self.visit_family(complex, element.block, &element.place)?;
            }
            TypeRef::AnyType | TypeRef::Builtin(_) => {}
        }
        if (element.default.is_some() || element.fixed.is_some()) && !self.valued.contains_key(&id) {
            let path = self.take(&element.namespace, &format!("{}Element", below(owner, &element.name.local)));
            self.valued.insert(id, path);
            self.items.entry(element.namespace.clone()).or_default().push(Item::Valued(id));
        }
        Ok(())
    }

    fn visit_simple(&mut self, type_ref: TypeRef, local: &str, owner: &str, namespace: &str) {
        let TypeRef::Simple(id) = type_ref else {
            return;
        };
        let simple = self.model.simple(id);
        if simple.name.is_some() || self.simple.contains_key(&id) {
            return;
        }
        self.wire.insert(id, local.to_owned());
        let name = below(owner, local);
        if self.needs_type(id) {
            let path = self.take(namespace, &name);
            self.simple.insert(id, path);
            self.items.entry(namespace.to_owned()).or_default().push(Item::Simple(id));
        }
        self.visit_members(id, &name, namespace);
    }

    fn visit_members(&mut self, id: SimpleId, owner: &str, namespace: &str) {
        match &self.model.simple(id).variety {
            Variety::Restriction { base, .. } => self.visit_simple(*base, "Base", owner, namespace),
            Variety::List { item } => self.visit_simple(*item, "Item", owner, namespace),
            Variety::Union { members } => {
                for (index, member) in members.iter().enumerate() {
                    self.visit_simple(*member, &format!("Member{}", index + 1), owner, namespace);
                }
            }
        }
    }

    /// A type declared in place that adds nothing is its base, and a list is a `Vec`.
    fn needs_type(&self, id: SimpleId) -> bool {
        match &self.model.simple(id).variety {
            Variety::Restriction { facets, .. } => *facets != Facets::default(),
            Variety::List { .. } => false,
            Variety::Union { .. } => true,
        }
    }

    fn visit_family(&mut self, base: ComplexId, block: Block, place: &crate::error::Place) -> Result<(), Error> {
        let members = self.model.family(base, block);
        if members == [base] || self.family_index(base, &members).is_some() {
            return Ok(());
        }
        if members.is_empty() {
            return Err(Error::unsupported(
                place,
                "an element of an abstract type that no type is derived from",
            ));
        }
        let namespace = self.model.complex(base).namespace.clone();
        let name = self.complex.get(&base).map(|path| path.name.clone()).unwrap_or_default();
        let path = self.take(&namespace, &format!("Any{name}"));
        self.items.entry(namespace).or_default().push(Item::Family(self.families.len()));
        self.families.push(Family { base, members, path });
        Ok(())
    }

    fn family_index(&self, base: ComplexId, members: &[ComplexId]) -> Option<usize> {
        self.families
            .iter()
            .position(|family| family.base == base && family.members == members)
    }

    /// A type name that is free in the module.
    pub(super) fn take(&self, namespace: &str, name: &str) -> Path {
        let mut taken = self.taken.borrow_mut();
        let taken = taken.entry(namespace.to_owned()).or_default();
        Path {
            namespace: namespace.to_owned(),
            name: names::unique(taken, name.to_owned()),
        }
    }

    fn find_holders(&mut self) {
        let ids = (0..self.model.complex_types.len()).map(ComplexId);
        let mut holds = BTreeMap::new();
        for id in ids {
            let mut held = BTreeSet::new();
            if let Content::Elements(particle) = &self.model.complex(id).content {
                self.collect_held(particle, &mut held);
            }
            holds.insert(id, held);
        }
        self.holds = holds;
    }

    fn collect_held(&self, particle: &Particle, held: &mut BTreeSet<ComplexId>) {
        if particle.max != Some(1) {
            return;
        }
        match &particle.term {
            Term::Element(id) => {
                let element = self.model.element(*id);
                if let TypeRef::Complex(complex) = element.type_ref {
                    held.extend(self.model.family(complex, element.block));
                }
            }
            Term::Sequence(particles) | Term::Choice(particles) | Term::All(particles) => {
                for particle in particles {
                    self.collect_held(particle, held);
                }
            }
            Term::Any(_) => {}
        }
    }

    /// Whether a value of one type may hold, by value, a value of the other.
    pub(super) fn reaches(&self, from: ComplexId, to: ComplexId) -> bool {
        let mut seen = BTreeSet::from([from]);
        let mut open = vec![from];
        while let Some(id) = open.pop() {
            if id == to {
                return true;
            }
            for next in self.holds.get(&id).into_iter().flatten() {
                if seen.insert(*next) {
                    open.push(*next);
                }
            }
        }
        false
    }

    /// Items of a namespace, in order.
    pub(super) fn items_of(&self, namespace: &str) -> Vec<Item> {
        self.items.get(namespace).cloned().unwrap_or_default()
    }

    /// The module of a namespace.
    pub(super) fn module(&self, namespace: &str) -> &str {
        self.modules.get(namespace).map_or("no_namespace", |module| &module.name)
    }

    /// The prefix of a namespace.
    pub(super) fn prefix(&self, namespace: &str) -> &str {
        self.modules.get(namespace).map_or("", |module| &module.prefix)
    }

    pub(super) fn complex_path(&self, id: ComplexId) -> Option<&Path> {
        self.complex.get(&id)
    }

    pub(super) fn simple_path(&self, id: SimpleId) -> Option<&Path> {
        self.simple.get(&id)
    }

    /// The reading type of an element with a default or fixed value.
    pub(super) fn valued_path(&self, id: ElementId) -> Option<&Path> {
        self.valued.get(&id)
    }

    /// The name of a simple type in violations.
    pub(super) fn wire_name(&self, id: SimpleId) -> &str {
        self.wire.get(&id).map_or("", String::as_str)
    }

    /// A type as code in the module of `namespace` writes it.
    pub(super) fn path_from(&self, path: &Path, namespace: &str) -> String {
        if path.namespace == namespace {
            path.name.clone()
        } else {
            format!("super::{}::{}", self.module(&path.namespace), path.name)
        }
    }

    /// The Rust type of a simple type.
    pub(super) fn simple_rust(&self, type_ref: TypeRef, namespace: &str) -> String {
        match type_ref {
            TypeRef::Builtin(builtin) => {
                let path = builtin.rust();
                path.strip_prefix("::std::string::")
                    .or_else(|| path.strip_prefix("::"))
                    .unwrap_or(path)
                    .to_owned()
            }
            TypeRef::Simple(id) => match (self.simple.get(&id), &self.model.simple(id).variety) {
                (Some(path), _) => self.path_from(path, namespace),
                (None, Variety::Restriction { base, .. }) => self.simple_rust(*base, namespace),
                (None, Variety::List { item }) => format!("Vec<{}>", self.simple_rust(*item, namespace)),
                (None, Variety::Union { .. }) => "String".to_owned(),
            },
            TypeRef::AnyType | TypeRef::Complex(_) => "String".to_owned(),
        }
    }

    /// The Rust type of an element's value, `xsi:type` and `xsi:nil` thought of; occurrence and boxes are not.
    pub(super) fn element_rust(&self, id: ElementId, namespace: &str) -> String {
        let element = self.model.element(id);
        let value = match element.type_ref {
            TypeRef::Complex(complex) => {
                let members = self.model.family(complex, element.block);
                let family = self.family_index(complex, &members).and_then(|index| self.families.get(index));
                let path = family.map(|family| &family.path).or_else(|| self.complex.get(&complex));
                path.map(|path| self.path_from(path, namespace)).unwrap_or_default()
            }
            simple => self.simple_rust(simple, namespace),
        };
        if element.is_nillable {
            format!("xml::Nillable<{value}>")
        } else {
            value
        }
    }

    /// The type an element is read by, where that is not the type of its value.
    pub(super) fn reading_rust(&self, id: ElementId, namespace: &str) -> Option<String> {
        if let Some(path) = self.valued.get(&id) {
            return Some(self.path_from(path, namespace));
        }
        let element = self.model.element(id);
        let has_attributes = |id: &ComplexId| {
            let complex = self.model.complex(*id);
            !complex.attributes.is_empty() || complex.any_attribute.is_some()
        };
        let family = match element.type_ref {
            TypeRef::Complex(complex) => self.model.family(complex, element.block),
            _ => Vec::new(),
        };
        let how = match family.as_slice() {
            members if !members.iter().any(has_attributes) => "reading_nillable::Plain",
            [_] => "reading_nil_attributes::WithAttributes",
            // A nil element may name a type of the family, whose attributes are then not looked at.
            _ => return None,
        };
        element.is_nillable.then(|| {
            let value = self.element_rust(id, namespace);
            let value = value
                .strip_prefix("xml::Nillable<")
                .and_then(|rest| rest.strip_suffix('>'))
                .unwrap_or(&value);
            format!("super::{how}<{value}>")
        })
    }

    /// A name as a constant expression.
    pub(super) fn name_expression(&self, namespace: &str, local: &str) -> String {
        let prefix = if namespace == "http://www.w3.org/XML/1998/namespace" {
            "xml"
        } else {
            self.prefix(namespace)
        };
        format!("xml::Name::new({namespace:?}, {prefix:?}, {local:?})")
    }
}

/// The name of a thing declared in place.
fn below(owner: &str, local: &str) -> String {
    let owner = owner.strip_suffix("Type").filter(|owner| !owner.is_empty()).unwrap_or(owner);
    format!("{owner}{}", names::type_name(local))
}

/// Every namespace that a name in the generated code needs.
fn namespaces(model: &Model) -> BTreeSet<String> {
    let complex = model.complex_types.iter().map(|complex| &complex.namespace);
    let simple = model.simple_types.iter().map(|simple| &simple.namespace);
    let elements = model
        .elements
        .iter()
        .flat_map(|element| [&element.namespace, &element.name.namespace]);
    let attributes = model.complex_types.iter().flat_map(|complex| &complex.attributes);
    let attributes = attributes.map(|attribute| &attribute.name.namespace);
    complex.chain(simple).chain(elements).chain(attributes).cloned().collect()
}
