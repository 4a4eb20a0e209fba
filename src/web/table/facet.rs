//! Facets in words: of a type and all it is derived from.

use maud::{Markup, html};
use xml::description::{Facet, Type, Variety};

use super::super::language::Language;
use super::super::message::Message;

/// The facets of a type, and what the element adds to it.
pub(super) fn list(language: Language, type_ref: Type, is_nillable: bool, default: Option<&str>, fixed: Option<&str>) -> Markup {
    let say = |message| language.say(message);
    let facets = all(type_ref);
    let value = |name: &str| facets.iter().find(|facet| facet.name == name).map(|facet| facet.value);
    let each = |name: &'static str| facets.iter().filter(move |facet| facet.name == name).map(|facet| facet.value);
    let enumeration: Vec<_> = each("enumeration").collect();
    let mut parts: Vec<Markup> = Vec::new();
    let length = (value("length"), value("minLength"), value("maxLength"));
    let bounds = match length {
        (Some(exact), _, _) => Some(exact.to_owned()),
        (None, Some(least), Some(most)) => Some(format!("{least}–{most}")),
        (None, Some(least), None) => Some(format!("{} {least}", say(Message::AtLeast))),
        (None, None, Some(most)) => Some(format!("{} {most}", say(Message::AtMost))),
        (None, None, None) => None,
    };
    parts.extend(bounds.map(|bounds| html! { (say(Message::Length)) " " (bounds) }));
    match (value("minInclusive"), value("maxInclusive")) {
        (Some(least), Some(most)) => parts.push(html! { (least) "–" (most) }),
        (Some(least), None) => parts.push(html! { (say(Message::AtLeast)) " " (least) }),
        (None, Some(most)) => parts.push(html! { (say(Message::AtMost)) " " (most) }),
        (None, None) => {}
    }
    let single = [
        ("minExclusive", Message::MoreThan),
        ("maxExclusive", Message::LessThan),
        ("totalDigits", Message::Digits),
        ("fractionDigits", Message::Decimals),
        ("whiteSpace", Message::WhiteSpace),
    ];
    for (name, message) in single {
        parts.extend(value(name).map(|value| html! { (say(message)) " " (value) }));
    }
    if !enumeration.is_empty() {
        parts.push(html! {
            @for (at, value) in enumeration.iter().enumerate() {
                @if at > 0 { " | " }
                code { (value) }
            }
        });
    }
    parts.extend(each("pattern").map(|pattern| html! { (say(Message::Pattern)) " " code.pattern { (pattern) } }));
    if is_nillable {
        parts.push(html! { (say(Message::Nillable)) });
    }
    parts.extend(default.map(|value| html! { (say(Message::Default)) " " code { (value) } }));
    parts.extend(fixed.map(|value| html! { (say(Message::Fixed)) " " code { (value) } }));
    html! { @for part in parts { span.facet { (part) } " " } }
}

/// The facets of all steps, the last first: where a facet stands twice, the narrower is found first.
fn all(type_ref: Type) -> Vec<Facet> {
    let mut found = Vec::new();
    let mut current = type_ref;
    while let Type::Simple(simple) = current {
        match simple.variety {
            Variety::Restriction(base, facets) => {
                found.extend_from_slice(facets);
                current = base;
            }
            Variety::List(_) | Variety::Union(_) => break,
        }
    }
    found
}
