//! The contract as data: statics of the vocabulary in `xml::description`, for whoever shows the contract or makes samples of it.
//!
//! Only what services and named declarations lead to is told, each thing once; they refer to each other, so that a type may hold itself.

use std::collections::{BTreeMap, BTreeSet};

use super::plan::Plan;
use crate::model::{
    Attribute, ComplexId, Content, Documentation, ElementId, Facets, Operation, Particle, Service, SimpleId, Term, TypeRef, Variety,
};

/// The text, not laid out yet.
pub(super) fn text(plan: &Plan<'_>) -> String {
    let mut work = Work {
        plan,
        seen: BTreeSet::new(),
        open: Vec::new(),
    };
    let model = plan.model;
    let global = positions(&model.elements, |element| element.is_global).map(|at| Item::Element(ElementId(at)));
    let simple = positions(&model.simple_types, |simple| simple.name.is_some()).map(|at| Item::Simple(SimpleId(at)));
    let complex = positions(&model.complex_types, |complex| complex.name.is_some()).map(|at| Item::Complex(ComplexId(at)));
    let elements = work.list(global);
    let simple_types = work.list(simple);
    let complex_types = work.list(complex);
    let services: String = model.services.iter().map(|service| work.service(service)).collect();
    let mut statics = BTreeMap::new();
    while let Some(item) = work.open.pop() {
        let text = work.item(item);
        statics.insert(item, text);
    }
    let statics: String = statics.into_values().collect();
    let text = format!(
        "/// The services.
        pub static SERVICES: &[Service] = &[{services}];

        /// The elements declared at the top of a schema.
        pub static ELEMENTS: &[&Element] = &[{elements}];

        /// The simple types that have a name.
        pub static SIMPLE_TYPES: &[&SimpleType] = &[{simple_types}];

        /// The complex types that have a name.
        pub static COMPLEX_TYPES: &[&ComplexType] = &[{complex_types}];

        {statics}"
    );
    format!("{}{text}", imports(&text))
}

/// The words of the vocabulary that the text uses.
fn imports(text: &str) -> String {
    const WORDS: [&str; 13] = [
        "Attribute",
        "ComplexType",
        "Content",
        "Element",
        "Facet",
        "Operation",
        "Particle",
        "Service",
        "SimpleType",
        "Term",
        "Text",
        "Type",
        "Variety",
    ];
    let uses = |word: &str| {
        let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        words.into_iter().any(|found| found == word)
    };
    let used = WORDS.into_iter().filter(|word| uses(word)).collect::<Vec<_>>().join(", ");
    let builtin = if uses("Builtin") { "use xml::datatypes::Builtin;\n" } else { "" };
    format!("{builtin}use xml::description::{{{used}}};\n")
}

/// What has a static of its own.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Item {
    Element(ElementId),
    Simple(SimpleId),
    Complex(ComplexId),
}

/// What is told already, and what is still to be told.
struct Work<'p, 'm> {
    plan: &'p Plan<'m>,
    seen: BTreeSet<Item>,
    open: Vec<Item>,
}

impl Work<'_, '_> {
    /// A reference to the static of an item, which will be told.
    fn refer(&mut self, item: Item) -> String {
        if self.seen.insert(item) {
            self.open.push(item);
        }
        match item {
            Item::Element(id) => format!("&ELEMENT_{}", id.0),
            Item::Simple(id) => format!("&SIMPLE_TYPE_{}", id.0),
            Item::Complex(id) => format!("&COMPLEX_TYPE_{}", id.0),
        }
    }

    fn list(&mut self, items: impl IntoIterator<Item = Item>) -> String {
        items.into_iter().map(|item| format!("{},", self.refer(item))).collect()
    }

    fn elements(&mut self, ids: &[ElementId]) -> String {
        self.list(ids.iter().copied().map(Item::Element))
    }

    fn service(&mut self, service: &Service) -> String {
        let operations: String = service.operations.iter().map(|operation| self.operation(operation)).collect();
        format!(
            "Service {{ name: {:?}, version: {:?}, namespace: {:?}, documentation: {}, operations: &[{operations}] }},",
            service.name,
            service.version.clone().unwrap_or_default(),
            service.namespace,
            documentation(&service.documentation),
        )
    }

    fn operation(&mut self, operation: &Operation) -> String {
        let faults = operation.faults.iter().map(|fault| fault.element).collect::<Vec<_>>();
        format!(
            "Operation {{ name: {:?}, action: {:?}, documentation: {}, request: {}, response: {}, headers: &[{}], response_headers: &[{}], faults: &[{}] }},",
            operation.name,
            operation.action,
            documentation(&operation.documentation),
            self.refer(Item::Element(operation.request)),
            self.refer(Item::Element(operation.response)),
            self.elements(&operation.headers),
            self.elements(&operation.response_headers),
            self.elements(&faults),
        )
    }

    fn item(&mut self, item: Item) -> String {
        let own = self.refer(item);
        let own = own.trim_start_matches('&');
        let model = self.plan.model;
        match item {
            Item::Element(id) => {
                let element = model.element(id);
                format!(
                    "static {own}: Element = Element {{ name: {}, type_ref: {}, is_nillable: {}, default: {:?}, fixed: {:?}, documentation: {} }};",
                    self.plan.name_expression(&element.name.namespace, &element.name.local),
                    self.type_ref(element.type_ref),
                    element.is_nillable,
                    element.default,
                    element.fixed,
                    documentation(&element.documentation),
                )
            }
            Item::Simple(id) => {
                let simple = model.simple(id);
                let variety = match &simple.variety {
                    Variety::Restriction { base, facets } => {
                        format!("Variety::Restriction({}, &[{}])", self.type_ref(*base), self::facets(facets))
                    }
                    Variety::List { item } => format!("Variety::List({})", self.type_ref(*item)),
                    Variety::Union { members } => {
                        let members: String = members.iter().map(|member| format!("{},", self.type_ref(*member))).collect();
                        format!("Variety::Union(&[{members}])")
                    }
                };
                format!(
                    "static {own}: SimpleType = SimpleType {{ name: {}, documentation: {}, variety: {variety} }};",
                    self.name(simple.name.as_ref()),
                    documentation(&simple.documentation),
                )
            }
            Item::Complex(id) => {
                let complex = model.complex(id);
                let base = match complex.base {
                    Some((base, _)) => format!("Some({})", self.refer(Item::Complex(base))),
                    None => "None".to_owned(),
                };
                let content = match &complex.content {
                    Content::Empty => "Content::Empty".to_owned(),
                    Content::Simple(type_ref) => format!("Content::Simple({})", self.type_ref(*type_ref)),
                    Content::Elements(particle) => format!("Content::Elements({})", self.particle(particle)),
                };
                let attributes: String = complex.attributes.iter().map(|attribute| self.attribute(attribute)).collect();
                format!(
                    "static {own}: ComplexType = ComplexType {{ name: {}, documentation: {}, is_abstract: {}, base: {base}, content: {content}, attributes: &[{attributes}], any_attribute: {} }};",
                    self.name(complex.name.as_ref()),
                    documentation(&complex.documentation),
                    complex.is_abstract,
                    complex.any_attribute.is_some(),
                )
            }
        }
    }

    fn name(&self, name: Option<&crate::model::QName>) -> String {
        name.map_or("None".to_owned(), |name| {
            format!("Some({})", self.plan.name_expression(&name.namespace, &name.local))
        })
    }

    fn type_ref(&mut self, type_ref: TypeRef) -> String {
        match type_ref {
            TypeRef::AnyType => "Type::Any".to_owned(),
            TypeRef::Builtin(builtin) => format!("Type::Builtin(Builtin::{builtin:?})"),
            TypeRef::Simple(id) => format!("Type::Simple({})", self.refer(Item::Simple(id))),
            TypeRef::Complex(id) => format!("Type::Complex({})", self.refer(Item::Complex(id))),
        }
    }

    fn particle(&mut self, particle: &Particle) -> String {
        let term = match &particle.term {
            Term::Element(id) => format!("Term::Element({})", self.refer(Item::Element(*id))),
            Term::Sequence(particles) => format!("Term::Sequence(&[{}])", self.particles(particles)),
            Term::Choice(particles) => format!("Term::Choice(&[{}])", self.particles(particles)),
            Term::All(particles) => format!("Term::All(&[{}])", self.particles(particles)),
            Term::Any(_) => "Term::Any".to_owned(),
        };
        format!("Particle {{ min: {}, max: {:?}, term: {term} }}", particle.min, particle.max)
    }

    fn particles(&mut self, particles: &[Particle]) -> String {
        particles.iter().map(|particle| format!("{},", self.particle(particle))).collect()
    }

    fn attribute(&mut self, attribute: &Attribute) -> String {
        format!(
            "Attribute {{ name: {}, type_ref: {}, is_required: {}, default: {:?}, fixed: {:?}, documentation: {} }},",
            self.plan.name_expression(&attribute.name.namespace, &attribute.name.local),
            self.type_ref(attribute.type_ref),
            attribute.is_required,
            attribute.default,
            attribute.fixed,
            documentation(&attribute.documentation),
        )
    }
}

fn documentation(documentation: &Documentation) -> String {
    let texts = documentation.texts().iter();
    let texts: String = texts
        .map(|text| format!("Text {{ language: {:?}, text: {:?} }},", text.language, text.text))
        .collect();
    format!("&[{texts}]")
}

fn facets(facets: &Facets) -> String {
    let count = |name: &'static str, value: Option<usize>| value.map(|value| (name, value.to_string()));
    let bound = |name: &'static str, value: &Option<String>| value.clone().map(|value| (name, value));
    let white_space = facets.white_space.map(|value| ("whiteSpace", format!("{value:?}").to_lowercase()));
    let single = [
        count("length", facets.length),
        count("minLength", facets.min_length),
        count("maxLength", facets.max_length),
    ];
    let patterns = facets.patterns.iter().map(|value| ("pattern", value.clone()));
    let enumeration = facets.enumeration.iter().map(|value| ("enumeration", value.clone()));
    let others = [
        white_space,
        bound("minInclusive", &facets.min_inclusive),
        bound("minExclusive", &facets.min_exclusive),
        bound("maxInclusive", &facets.max_inclusive),
        bound("maxExclusive", &facets.max_exclusive),
        count("totalDigits", facets.total_digits),
        count("fractionDigits", facets.fraction_digits),
    ];
    let all = single
        .into_iter()
        .flatten()
        .chain(patterns)
        .chain(enumeration)
        .chain(others.into_iter().flatten());
    all.map(|(name, value)| format!("Facet {{ name: {name:?}, value: {value:?} }},"))
        .collect()
}

/// The positions of what is wanted.
fn positions<T>(things: &[T], wanted: impl Fn(&T) -> bool) -> impl Iterator<Item = usize> {
    things.iter().enumerate().filter(move |(_, thing)| wanted(thing)).map(|(at, _)| at)
}
