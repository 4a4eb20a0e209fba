//! Checks instance documents against a linked model, without generating code.
//!
//! It interprets the model with the same reader, datatypes and facets that generated decoders use, so that schema test
//! suites can be run against them. How schemas are read and linked is left to [`crate::source`] and [`crate::resolve`].

mod particles;
#[cfg(test)]
mod tests;
mod types;
mod walk;

use std::fmt;
use std::path::{Path, PathBuf};

use xml::{Limits, Reader, Violation};

use self::particles::ContentModel;
use self::types::Types;
use self::walk::Walk;
use crate::error::Error;
use crate::model::{Attribute, Content, Model, Namespaces, Process, TypeRef, Wildcard};
use crate::{resolve, source};

/// What `codegen check` found.
#[derive(Debug)]
pub enum Verdict {
    /// The instance is valid.
    Valid,
    /// The instance breaks this rule; its path begins with `/`.
    Invalid(Violation),
    /// The schema cannot be used.
    Unusable(Error),
}

impl Verdict {
    /// Exit code of the command: 0, 1 or 2.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Valid => 0,
            Self::Invalid(_) => 1,
            Self::Unusable(_) => 2,
        }
    }
}

/// `valid`, `invalid: PATH: RULE`, or the schema's error with its place.
impl fmt::Display for Verdict {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Valid => out.write_str("valid"),
            Self::Invalid(Violation { path, rule, .. }) if path.is_empty() => write!(out, "invalid: /: {rule}"),
            Self::Invalid(Violation { path, rule, .. }) => write!(out, "invalid: {path}: {rule}"),
            Self::Unusable(error) => error.fmt(out),
        }
    }
}

/// Checks the instance file against the schema file and all it includes and imports.
#[must_use]
pub fn check(schema: &Path, instance: &Path) -> Verdict {
    let folders: Vec<PathBuf> = schema.parent().map(Path::to_owned).into_iter().collect();
    let checked = source::load(&[schema.to_owned()], &folders)
        .and_then(|sources| resolve::resolve(&sources))
        .and_then(|model| {
            let checker = Checker::new(&model)?;
            let document = std::fs::read(instance).map_err(|source| Error::Read {
                path: instance.to_owned(),
                source,
            })?;
            Ok(checker.check(&document))
        });
    match checked {
        Ok(Ok(())) => Verdict::Valid,
        Ok(Err(violation)) => Verdict::Invalid(violation),
        Err(error) => Verdict::Unusable(error),
    }
}

/// A model made ready to check documents.
pub struct Checker<'m> {
    model: &'m Model,
    types: Types<'m>,
    /// Of each complex type, by its id.
    contents: Vec<ContentModel>,
}

impl<'m> Checker<'m> {
    /// Compiles every pattern, bound and content model.
    ///
    /// # Errors
    /// Facets that make no sense; a default or fixed value that its type does not take.
    pub fn new(model: &'m Model) -> Result<Self, Error> {
        let types = Types::new(model)?;
        let particle = |content: &'m Content| match content {
            Content::Elements(particle) => Some(particle),
            Content::Empty | Content::Simple(_) => None,
        };
        let contents = model
            .complex_types
            .iter()
            .map(|complex| ContentModel::new(model, particle(&complex.content)));
        let checker = Self {
            model,
            contents: contents.collect(),
            types,
        };
        checker.check_values()?;
        Ok(checker)
    }

    /// Checks a document in UTF-8, or in UTF-16 with a byte order mark.
    ///
    /// # Errors
    /// The first rule the document breaks.
    pub fn check(&self, document: &[u8]) -> Result<(), Violation> {
        let transcoded = match document {
            [0xFF, 0xFE, rest @ ..] => Some(utf16(rest, u16::from_le_bytes)),
            [0xFE, 0xFF, rest @ ..] => Some(utf16(rest, u16::from_be_bytes)),
            _ => None,
        };
        let reader = match &transcoded {
            Some(text) => Reader::transcoded(text.as_bytes(), LIMITS)?,
            None => Reader::new(document, LIMITS)?,
        };
        Walk::new(self, reader).document()
    }

    fn check_values(&self) -> Result<(), Error> {
        let attributes = self
            .model
            .complex_types
            .iter()
            .flat_map(|complex| &complex.attributes)
            .chain(&self.model.attributes);
        let of_attributes = attributes.map(|one| (one.type_ref, &one.default, &one.fixed, &one.place));
        let of_elements = self
            .model
            .elements
            .iter()
            .map(|one| (one.type_ref, &one.default, &one.fixed, &one.place));
        for (type_ref, default, fixed, place) in of_attributes.chain(of_elements) {
            let type_ref = match type_ref {
                TypeRef::Complex(id) => match self.model.complex(id).content {
                    Content::Simple(content) => content,
                    _ => continue,
                },
                simple => simple,
            };
            for value in default.iter().chain(fixed) {
                let read = self.types.simple(type_ref).read(value);
                read.map_err(|rule| Error::invalid(place, format!("the default or fixed value is not one of the type: {rule}")))?;
            }
        }
        Ok(())
    }

    fn global_attribute(&self, namespace: &str, local: &str) -> Option<&'m Attribute> {
        self.model
            .attributes
            .iter()
            .find(|one| one.name.local == local && one.name.namespace == namespace)
    }
}

/// Test documents are trusted not to attack us; depth is bounded because the walk recurses.
const LIMITS: Limits = Limits {
    depth: 256,
    attributes: 10_000,
    namespaces: 1_000,
    name_length: 10_000,
    elements: 10_000_000,
    attribute_value: 10_000_000,
    instructions: true,
};

/// `xs:anyType` takes any attribute, and looks at those that are declared.
static ANY_ATTRIBUTE: Wildcard = Wildcard {
    namespaces: Namespaces::Any,
    process: Process::Lax,
};

/// A broken surrogate becomes U+FFFD; an odd last byte is dropped.
fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let (pairs, _) = bytes.as_chunks::<2>();
    char::decode_utf16(pairs.iter().map(|pair| unit(*pair)))
        .map(|character| character.unwrap_or('\u{FFFD}'))
        .collect()
}
