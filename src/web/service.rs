//! The page of a service: what it is, its headers, each operation, the faults of all, and the types.

mod operation;
mod types;

use maud::{Markup, html};
use xml::description::Element;

use super::danish;
use super::fault;
use super::language::Language;
use super::layout::{self, Frame, anchor, copy};
use super::message::Message;
use super::origin::told;
use super::table;
use super::{ROOT, Shown, Site};
use types::Types;

/// The page; the public URL is left open.
pub(super) fn page(site: &Site, shown: &Shown, language: Language) -> String {
    let say = |message| language.say(message);
    let described = shown.description;
    let types = Types::of(described);
    let main = html! {
        h1 { (layout::name(described.name)) " " span.version { (say(Message::Version)) " " (described.version) } }
        p.lead { (danish::service(language, described)) }
        (facts(shown, language))
        (headers(shown, language))
        @for operation in described.operations {
            (operation::section(site, shown, operation, language))
        }
        (faults(site, shown, language))
        (types.section(language))
    };
    let other = super::other_language(language);
    let title = format!("{} {}", described.name, described.version);
    let frame = Frame {
        language,
        root: "../../",
        title: &title,
        here: None,
        other: &other,
        contents: Some(contents(shown, &types, language)),
        main,
    };
    frame.render()
}

fn contents(shown: &Shown, types: &Types, language: Language) -> Markup {
    let say = |message| language.say(message);
    html! {
        p.heading { (say(Message::OnThisPage)) }
        ul {
            li { a href="#headers" { (say(Message::Headers)) } }
            li {
                span { (say(Message::Operations)) }
                ul {
                    @for operation in shown.description.operations {
                        li { a href=(format!("#{}", operation.name)) { (layout::name(operation.name)) } }
                    }
                }
            }
            li { a href="#faults" { (say(Message::FaultsOfAll)) } }
            li {
                a href="#types" { (say(Message::Types)) }
                ul.many {
                    @for name in types.names() {
                        li { a href=(format!("#{}", table::anchor(&name))) { (layout::name(name.local)) } }
                    }
                }
            }
        }
    }
}

/// Address, namespace, descriptions.
fn facts(shown: &Shown, language: Language) -> Markup {
    let say = |message| language.say(message);
    let schemas = shown.service.documents().iter().skip(1);
    html! {
        dl.facts {
            div { dt { (say(Message::Address)) } dd { code #address { (ROOT) (shown.path) } " " (copy(language, "address", say(Message::Address))) } }
            div { dt { (say(Message::Namespace)) } dd { code { (shown.description.namespace) } } }
            div { dt { (say(Message::Protocol)) } dd { (say(Message::ProtocolText)) } }
            div {
                dt { (say(Message::Descriptions)) }
                dd {
                    a href="?wsdl" { "?wsdl" } " · " a href="?singleWsdl" { "?singleWsdl" }
                    details {
                        summary { (say(Message::Schemas)) " (?xsd)" }
                        ul.plain {
                            @for schema in schemas {
                                @let stem = schema.name.strip_suffix(".xsd").unwrap_or(schema.name);
                                li { a href=(format!("?xsd={stem}")) { (stem) } br; code { (schema.namespace) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The headers of the service's operations, each once.
fn headers(shown: &Shown, language: Language) -> Markup {
    let say = |message| language.say(message);
    let operations = shown.description.operations;
    let request = unique(operations.iter().flat_map(|operation| operation.headers));
    let response = unique(operations.iter().flat_map(|operation| operation.response_headers));
    html! {
        section aria-labelledby="headers" {
            h2 #headers { (say(Message::Headers)) " " (anchor(language, "headers", say(Message::Headers))) }
            p { (say(Message::HeadersLead)) }
            @for (heading, headers) in [(Message::HeadersOfRequest, request), (Message::HeadersOfResponse, response)] {
                @if !headers.is_empty() {
                    h3 { (say(heading)) }
                    @for header in headers { (self::header(language, header)) }
                }
            }
        }
    }
}

fn header(language: Language, element: &'static Element) -> Markup {
    let id = format!("header-{}", element.name.local);
    html! {
        h4 #(id) { (layout::name(element.name.local)) " " (anchor(language, &id, element.name.local)) }
        p { (told(language, element.documentation)) }
        p.namespace { code { (element.name.namespace) } }
        (table::of_element(language, element))
    }
}

fn faults(site: &Site, shown: &Shown, language: Language) -> Markup {
    let say = |message| language.say(message);
    let details = unique(shown.description.operations.iter().flat_map(|operation| operation.faults));
    html! {
        section aria-labelledby="faults" {
            h2 #faults { (say(Message::FaultsOfAll)) " " (anchor(language, "faults", say(Message::FaultsOfAll))) }
            p { (say(Message::FaultsOfAllLead)) }
            (fault::table(language, say(Message::FaultsOfAll), &fault::of_all(site)))
            @for detail in details {
                h3 { (say(Message::FaultDetail)) ": " (detail.name.local) }
                p.namespace { code { (detail.name.namespace) } }
                (table::of_element(language, detail))
            }
        }
    }
}

/// Elements, each once, in the order they are met.
fn unique(elements: impl Iterator<Item = &'static &'static Element>) -> Vec<&'static Element> {
    let mut found: Vec<&'static Element> = Vec::new();
    for element in elements {
        if !found.iter().any(|known| known.name == element.name) {
            found.push(element);
        }
    }
    found
}

/// A figure with XML that can be copied.
fn figure(language: Language, operation: &str, id: &str, caption: &str, text: &str, is_open: bool) -> Markup {
    let label = format!("{caption} – {operation}");
    html! {
        details.sample open[is_open] {
            summary { (caption) }
            figure {
                (copy(language, id, &label))
                pre tabindex="0" role="region" aria-label=(label) { code id=(id) { (layout::xml(text)) } }
            }
        }
    }
}
