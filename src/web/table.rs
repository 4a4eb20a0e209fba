//! Tables of elements in the form integrators know: element, type, facets, occurrence, meaning.
//! It knows how particles lie in each other; what a type is called on the page is decided here too, so that tables and types agree.

mod facet;

use maud::{Markup, html};
use xml::Name;
use xml::description::{Attribute, ComplexType, Content, Documentation, Element, Particle, SimpleType, Term, Type, Variety};

use super::language::Language;
use super::layout;
use super::message::Message;
use super::origin::{Origin, told};
use crate::contract::code_list_base;

/// A row: what stands, how deep, and how often.
struct Row {
    depth: usize,
    what: What,
    occurrence: String,
}

enum What {
    Element(&'static Element),
    Attribute(&'static Attribute),
    Choice,
    Any,
}

/// The table of what an element holds; of the element itself where its type is simple.
pub(super) fn of_element(language: Language, element: &'static Element) -> Markup {
    match element.type_ref {
        Type::Complex(complex) => of_type(language, element.name.local, complex),
        _ => {
            let row = Row {
                depth: 0,
                what: What::Element(element),
                occurrence: "1".to_owned(),
            };
            rendered(language, element.name.local, &[row])
        }
    }
}

/// The table of a complex type.
pub(super) fn of_type(language: Language, label: &str, complex: &'static ComplexType) -> Markup {
    let mut rows = Vec::new();
    collect(complex, 0, &mut rows);
    if rows.is_empty() {
        let text = match complex.content {
            Content::Simple(type_ref) => html! { p { (type_link(language, type_ref)) } },
            Content::Empty | Content::Elements(_) => html! { p.empty { (language.say(Message::NoElements)) } },
        };
        return text;
    }
    rendered(language, label, &rows)
}

fn collect(complex: &'static ComplexType, depth: usize, rows: &mut Vec<Row>) {
    if let Content::Elements(particle) = &complex.content {
        lay(particle, depth, false, rows);
    }
    rows.extend(complex.attributes.iter().map(|attribute| Row {
        depth,
        what: What::Attribute(attribute),
        occurrence: if attribute.is_required { "1" } else { "0–1" }.to_owned(),
    }));
}

/// Rows of a particle; what stands in a choice, or in a group that need not stand, need not stand either.
fn lay(particle: &'static Particle, depth: usize, is_optional: bool, rows: &mut Vec<Row>) {
    let optional = is_optional || particle.min == 0;
    let occurrence = occurrence(if is_optional { 0 } else { particle.min }, particle.max);
    match &particle.term {
        Term::Element(element) => {
            rows.push(Row {
                depth,
                what: What::Element(element),
                occurrence,
            });
            // A type without a name has no place of its own on the page.
            if let Type::Complex(complex) = element.type_ref
                && complex.name.is_none()
            {
                collect(complex, depth + 1, rows);
            }
        }
        Term::Sequence(particles) | Term::All(particles) => {
            for inner in *particles {
                lay(inner, depth, optional, rows);
            }
        }
        Term::Choice(particles) => {
            rows.push(Row {
                depth,
                what: What::Choice,
                occurrence,
            });
            for inner in *particles {
                lay(inner, depth + 1, false, rows);
            }
        }
        Term::Any => rows.push(Row {
            depth,
            what: What::Any,
            occurrence,
        }),
    }
}

fn occurrence(min: u32, max: Option<u32>) -> String {
    match max {
        Some(max) if max == min => min.to_string(),
        Some(max) => format!("{min}–{max}"),
        None => format!("{min}–*"),
    }
}

fn rendered(language: Language, label: &str, rows: &[Row]) -> Markup {
    let say = |message| language.say(message);
    let table = html! {
        table.elements {
            thead { tr {
                th scope="col" { (say(Message::Element)) }
                th scope="col" { (say(Message::Type)) }
                th scope="col" { (say(Message::Facets)) }
                th scope="col" { (say(Message::Occurrence)) }
                th scope="col" { (say(Message::Meaning)) }
            } }
            tbody {
                @for row in rows { (self::row(language, row)) }
            }
        }
    };
    layout::scrolling(language, label, &table)
}

fn row(language: Language, row: &Row) -> Markup {
    let say = |message| language.say(message);
    let depth = (row.depth > 0).then(|| format!("depth-{}", row.depth.min(4)));
    html! {
        tr {
            @match &row.what {
                What::Element(element) => {
                    th.(depth.as_deref().unwrap_or("name")) scope="row" { code { (layout::name(element.name.local)) } }
                    td { (type_link(language, element.type_ref)) }
                    td.facets { (facet::list(language, element.type_ref, element.is_nillable, element.default, element.fixed)) }
                    td.occurrence { (row.occurrence) }
                    td { (meaning(language, element.documentation, element.type_ref)) }
                }
                What::Attribute(attribute) => {
                    th.(depth.as_deref().unwrap_or("name")) scope="row" { code { "@" (layout::name(attribute.name.local)) } }
                    td { (type_link(language, attribute.type_ref)) }
                    td.facets { (facet::list(language, attribute.type_ref, false, attribute.default, attribute.fixed)) }
                    td.occurrence { (row.occurrence) }
                    td { span.note { (say(Message::Attribute)) } " " (meaning(language, attribute.documentation, attribute.type_ref)) }
                }
                What::Choice | What::Any => {
                    th.(depth.as_deref().unwrap_or("name")) scope="row" {
                        em { (say(if matches!(row.what, What::Any) { Message::AnyElement } else { Message::OneOf })) }
                    }
                    td {} td {}
                    td.occurrence { (row.occurrence) }
                    td {}
                }
            }
        }
    }
}

/// What an element means; what its type means, where nothing is said of it.
fn meaning(language: Language, documentation: Documentation, type_ref: Type) -> Markup {
    let documentation = match (documentation, type_ref) {
        ([], Type::Simple(simple)) => simple.documentation,
        ([], Type::Complex(complex)) => complex.documentation,
        (own, _) => own,
    };
    html! {
        (told(language, documentation))
        @if let Some(origin) = Origin::of(documentation) { " " (origin.badge(language)) }
    }
}

/// The name of a type, leading to where the page tells of it.
pub(super) fn type_link(language: Language, type_ref: Type) -> Markup {
    let say = |message| language.say(message);
    match type_ref {
        Type::Any => html! { code { "xs:anyType" } },
        Type::Builtin(builtin) => html! { code { "xs:" (builtin.name()) } },
        Type::Simple(simple) => match simple.name {
            Some(name) => named(&name),
            None => variety(language, simple),
        },
        Type::Complex(complex) => match complex.name {
            Some(name) => html! {
                (named(&name))
                @if is_code_list(complex) {
                    " " a.list href=(format!("../../code-lists?lang={}#{}", language.tag(), list_of(name.local))) { (say(Message::CodeList)) }
                }
            },
            None => html! { em { (say(Message::DeclaredHere)) } },
        },
    }
}

fn named(name: &Name) -> Markup {
    html! { a href=(format!("#{}", anchor(name))) { code { (layout::name(name.local)) } } }
}

/// A simple type without a name: what it is made of.
pub(super) fn variety(language: Language, simple: &SimpleType) -> Markup {
    match simple.variety {
        Variety::Restriction(base, _) => type_link(language, base),
        Variety::List(item) => html! { (language.say(Message::ListOf)) " " (type_link(language, item)) },
        Variety::Union(members) => html! {
            (language.say(Message::OneTypeOf))
            @for member in members { " " (type_link(language, *member)) }
        },
    }
}

/// The facets of a simple type and its bases.
pub(super) fn facets(language: Language, type_ref: Type) -> Markup {
    facet::list(language, type_ref, false, None, None)
}

/// Where the page tells of a type.
pub(super) fn anchor(name: &Name) -> String {
    format!("type-{}-{}", name.prefix, name.local)
}

/// A value of a code list: a type that extends the base of all of them.
fn is_code_list(complex: &ComplexType) -> bool {
    let base = code_list_base::CODE_LIST_ITEM_IDENTIFIER.namespace;
    let is_base = |name: Name| name.namespace == base;
    complex.base.and_then(|base| base.name).is_some_and(is_base) && !complex.name.is_some_and(is_base)
}

/// The list whose values a type holds: lists are named after their elements.
fn list_of(name: &str) -> &str {
    name.strip_suffix("Type").unwrap_or(name)
}
