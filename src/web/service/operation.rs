//! One operation: what it does, request and answer, faults, samples, and in the development profile a form to try it.

use maud::{Markup, html};
use xml::description::{Element, Operation};

use super::super::danish;
use super::super::language::Language;
use super::super::layout::{self, anchor, copy};
use super::super::message::Message;
use super::super::origin::Origin;
use super::super::{Shown, Site, fault, sample, table};
use super::figure;

/// The section of an operation.
pub(super) fn section(site: &Site, shown: &Shown, operation: &'static Operation, language: Language) -> Markup {
    let say = |message| language.say(message);
    let name = operation.name;
    let action = format!("{name}-action");
    let request = sample::request(shown.description.name, operation);
    let response = sample::response(shown.description.name, operation);
    html! {
        section.operation aria-labelledby=(name) {
            h2 id=(name) { (layout::name(name)) " " (anchor(language, name, name)) }
            p.lead {
                (danish::operation(language, shown.description, operation))
                @if let Some(origin) = Origin::of(operation.documentation) { " " (origin.badge(language)) }
            }
            dl.facts {
                div { dt { (say(Message::SoapAction)) } dd { code id=(action) { (operation.action) } " " (copy(language, &action, say(Message::SoapAction))) } }
                @if !operation.headers.is_empty() {
                    div { dt { (say(Message::HeadersOfRequest)) } dd { (header_links(operation.headers)) } }
                }
                @if !operation.response_headers.is_empty() {
                    div { dt { (say(Message::HeadersOfResponse)) } dd { (header_links(operation.response_headers)) } }
                }
            }
            h3 { (say(Message::Request)) ": " code { (layout::name(operation.request.name.local)) } }
            (table::of_element(language, operation.request))
            h3 { (say(Message::Response)) ": " code { (layout::name(operation.response.name.local)) } }
            (table::of_element(language, operation.response))
            h3 { (say(Message::Faults)) }
            (faults(site, shown, operation, language))
            h3 { (say(Message::Samples)) }
            p.note { (say(Message::SampleNote)) }
            (figure(language, name, &format!("{name}-request"), say(Message::SampleRequest), &request, true))
            (figure(language, name, &format!("{name}-response"), say(Message::SampleResponse), &response, false))
            @if site.development { (try_it(operation, &request, language)) }
        }
    }
}

fn header_links(headers: &[&'static Element]) -> Markup {
    html! {
        @for (at, header) in headers.iter().enumerate() {
            @if at > 0 { " · " }
            a href=(format!("#header-{}", header.name.local)) { code { (layout::name(header.name.local)) } }
        }
    }
}

fn faults(site: &Site, shown: &Shown, operation: &'static Operation, language: Language) -> Markup {
    let say = |message| language.say(message);
    let own = fault::of_operation(site, shown, operation);
    let label = format!("{} – {}", say(Message::Faults), operation.name);
    html! {
        @if own.is_empty() {
            p.empty { (say(Message::FaultsNone)) }
        } @else {
            (fault::table(language, &label, &own))
        }
        p.note {
            (say(Message::FaultsAlso)) " "
            @for (at, code) in codes(site).iter().enumerate() {
                @if at > 0 { ", " }
                a href="#faults" { (code) }
            }
            "."
        }
    }
}

/// The numbers of the faults of all operations, each once.
fn codes(site: &Site) -> Vec<i32> {
    let mut codes: Vec<_> = fault::of_all(site).into_iter().map(|(code, _)| code).collect();
    codes.dedup();
    codes
}

fn try_it(operation: &Operation, request: &str, language: Language) -> Markup {
    let say = |message| language.say(message);
    let name = operation.name;
    let (envelope, answer) = (format!("{name}-envelope"), format!("{name}-answer"));
    html! {
        details.try hidden {
            summary { (say(Message::Try)) ": " (name) }
            form.try-it data-action=(operation.action) data-sending=(say(Message::Sending)) data-not-reached=(say(Message::NotReached)) data-milliseconds=(say(Message::Milliseconds)) {
                p.note id=(format!("{name}-note")) { (say(Message::TryNote)) }
                label for=(envelope) { (say(Message::Envelope)) }
                textarea id=(envelope) aria-describedby=(format!("{name}-note")) rows="18" spellcheck="false" autocomplete="off" wrap="off" { (request) }
                p.buttons {
                    button.primary type="submit" { (say(Message::Send)) }
                    button type="reset" { (say(Message::Reset)) }
                }
                div.answer hidden {
                    p.outcome role="status" {}
                    pre tabindex="0" role="region" aria-label=(format!("{} – {name}", say(Message::Answered))) { code id=(answer) {} }
                    (copy(language, &answer, say(Message::Answered)))
                }
            }
        }
    }
}
