//! The types a page tells of: those with a name that its operations, headers and faults lead to, in the order they are met.

use maud::{Markup, html};
use xml::Name;
use xml::description::{ComplexType, Content, Particle, Service, SimpleType, Term, Type, Variety};

use super::super::language::Language;
use super::super::layout::{self, anchor};
use super::super::message::Message;
use super::super::origin::{Origin, told};
use super::super::table;

/// The types of a page.
#[derive(Default)]
pub(super) struct Types {
    complex: Vec<&'static ComplexType>,
    simple: Vec<&'static SimpleType>,
}

impl Types {
    /// What a service leads to. The types of bodies, headers and faults are told where those are, unless something else has them too.
    pub(super) fn of(service: &'static Service) -> Self {
        let mut types = Self::default();
        for operation in service.operations {
            let others = [operation.headers, operation.response_headers, operation.faults].concat();
            for root in [operation.request, operation.response].into_iter().chain(others) {
                match root.type_ref {
                    Type::Complex(complex) => types.meet_inside(complex),
                    simple => types.meet(simple),
                }
            }
        }
        types
    }

    /// Their names, complex types first.
    pub(super) fn names(&self) -> impl Iterator<Item = Name> {
        let complex = self.complex.iter().filter_map(|complex| complex.name);
        complex.chain(self.simple.iter().filter_map(|simple| simple.name))
    }

    fn meet(&mut self, type_ref: Type) {
        match type_ref {
            Type::Any | Type::Builtin(_) => {}
            Type::Simple(simple) => self.meet_simple(simple),
            Type::Complex(complex) => self.meet_complex(complex),
        }
    }

    fn meet_simple(&mut self, simple: &'static SimpleType) {
        if self.simple.iter().any(|known| std::ptr::eq(*known, simple)) {
            return;
        }
        if simple.name.is_some() {
            self.simple.push(simple);
        }
        match simple.variety {
            Variety::Restriction(base, _) => self.meet(base),
            Variety::List(item) => self.meet(item),
            Variety::Union(members) => members.iter().for_each(|member| self.meet(*member)),
        }
    }

    fn meet_complex(&mut self, complex: &'static ComplexType) {
        if self.complex.iter().any(|known| std::ptr::eq(*known, complex)) {
            return;
        }
        self.complex.push(complex);
        self.meet_inside(complex);
    }

    fn meet_inside(&mut self, complex: &'static ComplexType) {
        if let Some(base) = complex.base {
            self.meet_complex(base);
        }
        match &complex.content {
            Content::Empty => {}
            Content::Simple(type_ref) => self.meet(*type_ref),
            Content::Elements(particle) => self.meet_particle(particle),
        }
        for attribute in complex.attributes {
            self.meet(attribute.type_ref);
        }
    }

    fn meet_particle(&mut self, particle: &'static Particle) {
        match particle.term {
            Term::Element(element) => self.meet(element.type_ref),
            Term::Sequence(particles) | Term::Choice(particles) | Term::All(particles) => {
                particles.iter().for_each(|particle| self.meet_particle(particle));
            }
            Term::Any => {}
        }
    }

    /// The section of all.
    pub(super) fn section(&self, language: Language) -> Markup {
        let say = |message| language.say(message);
        let complex = self.complex.iter().filter_map(|complex| Some((complex.name?, *complex)));
        let simple: Vec<_> = self.simple.iter().filter_map(|simple| Some((simple.name?, *simple))).collect();
        html! {
            section aria-labelledby="types" {
                h2 #types { (say(Message::Types)) " " (anchor(language, "types", say(Message::Types))) }
                p { (say(Message::TypesLead)) }
                h3 { (say(Message::ComplexTypes)) }
                @for (name, complex) in complex { (of_complex(language, name, complex)) }
                h3 { (say(Message::SimpleTypes)) }
                (of_simple(language, &simple))
            }
        }
    }
}

fn of_complex(language: Language, name: Name, complex: &'static ComplexType) -> Markup {
    let say = |message| language.say(message);
    let id = table::anchor(&name);
    html! {
        div.type {
            h4 id=(id) { code { (layout::name(name.local)) } " " (anchor(language, &id, name.local)) }
            p {
                (told(language, complex.documentation))
                @if let Some(origin) = Origin::of(complex.documentation) { " " (origin.badge(language)) }
                @if let Some(base) = complex.base { " " span.note { (say(Message::Extends)) " " (table::type_link(language, Type::Complex(base))) } }
                @if complex.is_abstract { " " span.note { (say(Message::Abstract)) } }
            }
            p.namespace { code { (name.namespace) } }
            (table::of_type(language, name.local, complex))
        }
    }
}

/// All simple types in one table.
fn of_simple(language: Language, types: &[(Name, &'static SimpleType)]) -> Markup {
    let say = |message| language.say(message);
    let table = html! {
        table.elements {
            thead { tr {
                th scope="col" { (say(Message::Type)) }
                th scope="col" { (say(Message::Based)) }
                th scope="col" { (say(Message::Facets)) }
                th scope="col" { (say(Message::Meaning)) }
            } }
            tbody {
                @for (name, simple) in types {
                    tr id=(table::anchor(name)) {
                        th.name scope="row" { code { (layout::name(name.local)) } }
                        td { (table::variety(language, simple)) }
                        td.facets { (table::facets(language, Type::Simple(simple))) }
                        td {
                            (told(language, simple.documentation))
                            @if let Some(origin) = Origin::of(simple.documentation) { " " (origin.badge(language)) }
                        }
                    }
                }
            }
        }
    };
    layout::scrolling(language, say(Message::SimpleTypes), &table)
}
