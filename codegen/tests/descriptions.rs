//! Descriptions: the goldens of `tests/constructs/` compile and say what the contracts say. That they are what codegen writes
//! today is seen in `goldens.rs`.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

use std::ptr;

use xml::description::{ComplexType, Content, Element, Particle, Term, Type};

macro_rules! descriptions {
    ($($module:ident $folder:literal;)*) => {
        $(mod $module {
            #![allow(missing_docs, dead_code, reason = "what codegen writes is read here, not documented")]
            include!(concat!("../../tests/constructs/", $folder, "/description.rs"));
        })*
    };
}

descriptions! {
    attributes "attributes";
    choice "choice";
    complex_extension "complex-extension";
    facets_text "facets-text";
    list "list";
    recursion "recursion";
    union "union";
    wsdl "wsdl";
}

#[test]
fn a_service_is_told_with_its_operations_and_in_every_language_of_its_wsdl() {
    let [service] = wsdl::SERVICES else { panic!("one service") };
    assert_eq!((service.name, service.version), ("CalendarService", "1"));
    let said: Vec<_> = service.documentation.iter().map(|text| (text.language, text.text)).collect();
    assert_eq!(said, [("", "Appointments of citizens."), ("da", "Aftaler med borgere.")]);
    let book = service.operations.first().unwrap();
    assert_eq!((book.name, book.request.name.local), ("Book", "BookRequest"));
    assert_eq!(book.headers.len(), 2);
    assert_eq!(book.faults.len(), 1);
}

#[test]
fn a_type_that_holds_itself_is_one_and_the_same() {
    let holds_itself = |node: &ComplexType| {
        let children = children(node);
        let mut types = children.iter().map(|(_, element)| element.type_ref);
        types.any(|held| matches!(held, Type::Complex(held) if ptr::eq(held, node)))
    };
    assert!(recursion::COMPLEX_TYPES.iter().any(|node| holds_itself(node)));
}

#[test]
fn content_is_told_with_that_of_the_base_and_with_its_occurrence() {
    let car = complex_extension::COMPLEX_TYPES.iter().find(|it| it.base.is_some()).unwrap();
    let own = children(car);
    let base = children(car.base.unwrap());
    assert!(own.len() > base.len(), "the extension adds to its base");
    assert!(own.iter().all(|(particle, _)| particle.max.is_none_or(|max| max >= particle.min)));
}

#[test]
fn a_described_type_judges_values_as_the_contract_does() {
    for simple in facets_text::SIMPLE_TYPES
        .iter()
        .chain(list::SIMPLE_TYPES)
        .chain(union::SIMPLE_TYPES)
    {
        assert!(Type::Simple(simple).interpreted().is_ok_and(|made| made.is_some()));
    }
    let narrowed = facets_text::SIMPLE_TYPES
        .iter()
        .filter_map(|simple| Type::Simple(simple).interpreted().unwrap());
    assert!(narrowed.into_iter().any(|made| {
        made.read("\u{1F600} no type takes this, it is too long or of other letters")
            .is_err()
    }));
    assert!(Type::Any.interpreted().unwrap().is_none());
}

#[test]
fn attributes_and_choices_are_told() {
    let item = attributes::ELEMENTS
        .iter()
        .map(|element| complex(element))
        .find(|it| !it.attributes.is_empty())
        .unwrap();
    assert!(item.attributes.iter().any(|attribute| attribute.is_required));
    let contact = complex(choice::ELEMENTS.first().unwrap());
    let Content::Elements(particle) = contact.content else {
        panic!("elements")
    };
    assert!(has_choice(&particle));
}

fn has_choice(particle: &Particle) -> bool {
    match particle.term {
        Term::Choice(_) => true,
        Term::Sequence(particles) | Term::All(particles) => particles.iter().any(has_choice),
        Term::Element(_) | Term::Any => false,
    }
}

fn complex(element: &Element) -> &'static ComplexType {
    match element.type_ref {
        Type::Complex(complex) => complex,
        _ => panic!("{} has a complex type", element.name),
    }
}

fn children(complex: &ComplexType) -> Vec<(Particle, &'static Element)> {
    let mut found = Vec::new();
    let mut open = match complex.content {
        Content::Elements(particle) => vec![particle],
        Content::Empty | Content::Simple(_) => Vec::new(),
    };
    while let Some(particle) = open.pop() {
        match particle.term {
            Term::Element(element) => found.push((particle, element)),
            Term::Sequence(particles) | Term::Choice(particles) | Term::All(particles) => open.extend(particles),
            Term::Any => {}
        }
    }
    found
}
