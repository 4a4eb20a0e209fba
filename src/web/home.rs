//! The first page: the services with their versions, and how to begin.

use maud::{Markup, html};

use super::danish;
use super::language::Language;
use super::layout::{self, Frame};
use super::message::Message;
use super::origin::Origin;
use super::{ROOT, Site};

/// The page; the public URL is left open.
pub(super) fn page(site: &Site, language: Language) -> String {
    let say = |message| language.say(message);
    let main = html! {
        h1 { (say(Message::HomeTitle)) }
        p.lead { (say(Message::HomeLead)) }
        section aria-labelledby="services" {
            h2 #services { (say(Message::Services)) }
            div.cards {
                @for service in &site.services {
                    (card(service, language))
                }
            }
        }
        section aria-labelledby="start" {
            h2 #start { (say(Message::Start)) }
            ol.steps {
                li { (say(Message::StartContract)) }
                li { (say(Message::StartHeaders)) }
                li { (say(Message::StartFaults)) }
                li { (say(Message::StartLists)) " " a href=(format!("./code-lists?lang={}", language.tag())) { (say(Message::CodeLists)) } }
                li { @if site.development { (say(Message::StartDevelopment)) } @else { (say(Message::StartProduction)) } }
            }
        }
    };
    let other = super::other_language(language);
    let frame = Frame {
        language,
        root: "./",
        title: say(Message::Services),
        here: Some(Message::Services),
        other: &other,
        contents: None,
        main,
    };
    frame.render()
}

fn card(service: &super::Shown, language: Language) -> Markup {
    let say = |message| language.say(message);
    let described = service.description;
    let link = |path: &str| format!(".{}{path}", service.path);
    let page = link(&format!("?lang={}", language.tag()));
    html! {
        article.card {
            h3 { a href=(page) { (layout::name(described.name)) } " " span.version { (say(Message::Version)) " " (described.version) } }
            p { (danish::service(language, described)) }
            p.address { code { (ROOT) (service.path) } }
            ul.operations aria-label=(format!("{} – {}", say(Message::Operations), described.name)) {
                @for operation in described.operations {
                    li { a href=(format!("{page}#{}", operation.name)) { (layout::name(operation.name)) } }
                }
            }
            p.links {
                a href=(link("?wsdl")) { "WSDL" } " "
                a href=(link("?singleWsdl")) { "singleWsdl" }
                @if let Some(origin) = Origin::of(described.documentation) { " " (origin.badge(language)) }
            }
        }
    }
}
