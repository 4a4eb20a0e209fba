//! A field of a generated struct: its type, how it is read and how it is written.

use crate::model::Particle;

/// A field of a struct, or the payload of a variant.
pub(super) struct Field {
    pub(super) name: String,
    pub(super) doc: String,
    pub(super) rust: String,
    /// Expression that reads it from `reader`.
    pub(super) read: String,
    pub(super) write: Write,
}

/// How a field is written.
pub(super) enum Write {
    Element(String),
    BoxedElement(String),
    Optional(String),
    BoxedOptional(String),
    Repeated(String),
    Group,
    OptionalGroup,
    RepeatedGroup,
    Raw,
    OptionalRaw,
    RepeatedRaw,
}

impl Field {
    /// Statement that writes it; `place` is `self.field`, or the name of a reference.
    pub(super) fn write(&self, place: &str) -> String {
        let reference = if place.contains('.') {
            format!("&{place}")
        } else {
            place.to_owned()
        };
        match &self.write {
            Write::Element(name) => format!("writer.element(&{name}, {reference});\n"),
            Write::BoxedElement(name) => format!("writer.element(&{name}, {place}.as_ref());\n"),
            Write::Optional(name) => format!("writer.optional(&{name}, {place}.as_ref());\n"),
            Write::BoxedOptional(name) => format!("writer.optional(&{name}, {place}.as_deref());\n"),
            Write::Repeated(name) => format!("writer.repeated(&{name}, {reference});\n"),
            Write::Group => format!("{place}.write(writer);\n"),
            Write::OptionalGroup => format!("if let Some(group) = {reference} {{ group.write(writer); }}\n"),
            Write::RepeatedGroup => format!("for group in {reference} {{ group.write(writer); }}\n"),
            Write::Raw => format!("writer.raw({reference});\n"),
            Write::OptionalRaw => format!("if let Some(raw) = {reference} {{ writer.raw(raw); }}\n"),
            Write::RepeatedRaw => format!("for raw in {reference} {{ writer.raw(raw); }}\n"),
        }
    }

    /// The field as a struct declares it.
    pub(super) fn declaration(&self) -> String {
        format!("{}pub {}: {},\n", self.doc, self.name, self.rust)
    }
}

/// A field that holds markup as it was written.
pub(super) fn raw(condition: &str, capture: &str, expected: &str, particle: &Particle) -> (String, String, Write) {
    match (particle.min, particle.max) {
        (1, Some(1)) => {
            let read = format!("if {condition} {{ {capture} }} else {{ return Err(reader.absent({expected:?})); }}");
            ("String".to_owned(), read, Write::Raw)
        }
        (_, Some(1)) => {
            let read = format!("if {condition} {{ Some({capture}) }} else {{ None }}");
            ("Option<String>".to_owned(), read, Write::OptionalRaw)
        }
        (min, max) => {
            let read = repeat(condition, capture, expected, min, max);
            ("Vec<String>".to_owned(), read, Write::RepeatedRaw)
        }
    }
}

/// An expression that reads as many as there are.
pub(super) fn repeat(condition: &str, one: &str, expected: &str, min: u32, max: Option<u32>) -> String {
    let condition = match max {
        Some(max) => format!("values.len() < {max} && ({condition})"),
        None => condition.to_owned(),
    };
    let least = if min == 0 {
        String::new()
    } else {
        let few = if min == 1 {
            "values.is_empty()".to_owned()
        } else {
            format!("values.len() < {min}")
        };
        format!("if {few} {{ return Err(reader.absent({expected:?})); }}")
    };
    format!("{{ let mut values = Vec::new(); while {condition} {{ values.push({one}); }} {least} values }}")
}

/// An occurrence in words.
pub(super) fn often(particle: &Particle) -> String {
    match (particle.min, particle.max) {
        (1, Some(1)) => "exactly one".to_owned(),
        (0, Some(1)) => "at most one".to_owned(),
        (0, None) => "any number".to_owned(),
        (min, None) => format!("{min} or more"),
        (min, Some(max)) if min == max => format!("exactly {min}"),
        (min, Some(max)) => format!("{min} to {max}"),
    }
}
