//! Faults: which ones an operation can be answered with, and what a caller can do about each.
//! It knows what to do in both languages; numbers and texts are the rules' and the door's.

mod advice;

use maud::{Markup, html};
use xml::datatypes::Datatype;
use xml::description::{ComplexType, Content, Operation, Particle, Term, Type};

use super::language::Language;
use super::layout;
use super::message::Message;
use super::{Shown, Site};
use crate::contract::cpr_dk::PersonCivilRegistrationIdentifierType;

/// A fault that the door gives.
#[derive(Clone, Debug)]
pub struct Platform {
    /// `ErrorCode`.
    pub code: i32,
    /// The text.
    pub text: String,
    /// Only a request that carries a civil registration number can be answered with it.
    pub of_cpr: bool,
}

/// A row of a table: code and text.
type Row = (i32, String);

/// The faults of an operation beside those of all.
pub(super) fn of_operation(site: &Site, shown: &Shown, operation: &Operation) -> Vec<Row> {
    let all = of_all(site);
    let rights = shown.service.operations().into_iter();
    let right = rights.into_iter().find(|known| known.description().name == operation.name);
    let refusals = right.map(|right| right.refusals()).unwrap_or_default();
    let own = refusals.into_iter().map(|refusal| (refusal.code(), refusal.to_string()));
    let carries_cpr = carries_cpr(operation.request.type_ref, &mut Vec::new());
    let platform = site.platform.iter().filter(|fault| fault.of_cpr && carries_cpr);
    let platform = platform.map(|fault| (fault.code, fault.text.clone()));
    let mut rows: Vec<Row> = own
        .chain(platform)
        .filter(|(code, text)| !all.iter().any(|known| known.0 == *code && known.1 == *text))
        .collect();
    rows.sort();
    rows.dedup();
    rows
}

/// The faults that any operation can be answered with: the door's, and what every operation of the contract may refuse.
pub(super) fn of_all(site: &Site) -> Vec<Row> {
    let mut operations = site.services.iter().flat_map(|shown| shown.service.operations());
    let first = operations.next().map(|operation| operation.refusals()).unwrap_or_default();
    let others: Vec<_> = operations.map(|operation| operation.refusals()).collect();
    let refusals = first
        .into_iter()
        .filter(|refusal| others.iter().all(|other| other.contains(refusal)));
    let refusals = refusals.map(|refusal| (refusal.code(), refusal.to_string()));
    let platform = site.platform.iter().filter(|fault| !fault.of_cpr);
    let mut rows: Vec<Row> = platform.map(|fault| (fault.code, fault.text.clone())).chain(refusals).collect();
    rows.sort();
    rows.dedup();
    rows
}

/// A table of faults.
pub(super) fn table(language: Language, label: &str, rows: &[Row]) -> Markup {
    let say = |message| language.say(message);
    let table = html! {
        table.faults {
            thead { tr {
                th scope="col" { (say(Message::Code)) }
                th scope="col" { (say(Message::Text)) }
                th scope="col" { (say(Message::Mend)) }
            } }
            tbody {
                @for (code, text) in rows {
                    tr {
                        th scope="row" { code { (code) } }
                        td lang="en" { (text) }
                        td { (advice::of(*code, language)) }
                    }
                }
            }
        }
    };
    layout::scrolling(language, label, &table)
}

/// Does a civil registration number stand anywhere in it?
fn carries_cpr(type_ref: Type, seen: &mut Vec<*const ComplexType>) -> bool {
    match type_ref {
        Type::Simple(simple) => simple
            .name
            .is_some_and(|name| name.local == PersonCivilRegistrationIdentifierType::NAME),
        Type::Complex(complex) => {
            let place = std::ptr::from_ref(complex);
            if seen.contains(&place) {
                return false;
            }
            seen.push(place);
            match complex.content {
                Content::Elements(particle) => within(&particle, seen),
                Content::Simple(type_ref) => carries_cpr(type_ref, seen),
                Content::Empty => false,
            }
        }
        Type::Any | Type::Builtin(_) => false,
    }
}

fn within(particle: &Particle, seen: &mut Vec<*const ComplexType>) -> bool {
    match particle.term {
        Term::Element(element) => carries_cpr(element.type_ref, seen),
        Term::Sequence(particles) | Term::Choice(particles) | Term::All(particles) => {
            particles.iter().any(|particle| within(particle, seen))
        }
        Term::Any => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::pages;
    use super::*;

    #[test]
    fn every_fault_of_every_operation_has_advice_in_both_languages() {
        let site = pages(false).site;
        let all = of_all(&site);
        assert!(all.iter().any(|(code, _)| *code == 1014) && all.iter().any(|(code, _)| *code == 4575));
        for shown in &site.services {
            for operation in shown.description.operations {
                for (code, _) in of_operation(&site, shown, operation).iter().chain(&all) {
                    for language in Language::ALL {
                        assert!(!advice::of(*code, language).is_empty(), "{code} has no advice");
                    }
                }
            }
        }
    }
}
