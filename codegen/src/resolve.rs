//! From documents as written to the linked model: every name is followed to its declaration, or refused with its place.
//!
//! It knows XSD's and WSDL's rules of reference and derivation. Files are behind it, Rust is ahead of it.

mod attributes;
mod complex;
mod determinism;
mod elements;
mod services;
mod simple;

use std::collections::{BTreeMap, VecDeque};

use crate::{
    error::{Error, Place},
    model::{
        Block, Builtin, ComplexId, ComplexType, Content, Document, Element, ElementId, Facets, Model, QName, SimpleId, SimpleType, Term,
        TypeRef, Variety,
    },
    source::{Sources, Unit},
    wsdl, xsd,
};

const XSD: &str = "http://www.w3.org/2001/XMLSchema";

/// Links all documents.
///
/// # Errors
/// A name nobody declares, a declaration that contradicts another, or a construct we do not support.
pub fn resolve(sources: &Sources) -> Result<Model, Error> {
    let mut schemas = Vec::new();
    let mut definitions = Vec::new();
    for unit in &sources.units {
        if unit.is_schema {
            schemas.push((unit, parse::<xsd::Schema>(unit)?));
        } else {
            definitions.push((unit, parse::<wsdl::Definitions>(unit)?));
        }
    }
    let mut resolver = Resolver::default();
    resolver.model.documents = documents(sources);
    let prefixes = sources.units.iter().flat_map(|unit| unit.prefixes.iter().cloned());
    resolver.model.prefixes = prefixes.collect();
    resolver.declare(&schemas)?;
    resolver.translate()?;
    determinism::check(&resolver.model)?;
    services::link(&mut resolver.model, &definitions)?;
    Ok(resolver.model)
}

/// A declaration with the document it stands in.
struct Declared<'a, T> {
    scope: Scope<'a>,
    item: &'a T,
}

impl<T> Clone for Declared<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Declared<'_, T> {}

/// The schema document a declaration stands in.
#[derive(Clone, Copy)]
struct Scope<'a> {
    unit: &'a Unit,
    schema: &'a xsd::Schema,
}

impl Scope<'_> {
    fn place(&self, ordinal: u32) -> Place {
        self.unit.place(ordinal)
    }

    fn namespace(&self) -> &str {
        &self.unit.namespace
    }
}

#[derive(Default)]
struct Resolver<'a> {
    model: Model,
    types: BTreeMap<QName, TypeRef>,
    elements: BTreeMap<QName, ElementId>,
    groups: BTreeMap<QName, Declared<'a, xsd::Group>>,
    attribute_groups: BTreeMap<QName, Declared<'a, xsd::AttributeGroup>>,
    attributes: BTreeMap<QName, Declared<'a, xsd::Attribute>>,
    named_simple: Vec<Declared<'a, xsd::SimpleType>>,
    named_complex: Vec<(Declared<'a, xsd::ComplexType>, Progress)>,
    global_elements: Vec<Declared<'a, xsd::Element>>,
    /// Complex types declared in place, not yet translated.
    waiting: VecDeque<(ComplexId, Declared<'a, xsd::ComplexType>)>,
    /// What the groups hold that were translated already; their elements are shared by all who refer to them.
    group_terms: BTreeMap<QName, Term>,
    /// Groups being expanded, to find circles.
    open_groups: Vec<QName>,
}

/// How far a named complex type is translated; its base must be complete before it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Progress {
    Waiting,
    Open,
    Done,
}

impl<'a> Resolver<'a> {
    /// Gives every named declaration its id, so that references can run ahead.
    fn declare(&mut self, schemas: &'a [(&'a Unit, xsd::Schema)]) -> Result<(), Error> {
        for (unit, schema) in schemas {
            let scope = Scope { unit, schema };
            for item in &schema.simple_type {
                let id = SimpleId(self.model.simple_types.len());
                self.model.simple_types.push(empty_simple(scope, item));
                self.named_simple.push(Declared { scope, item });
                let name = name_of(scope, item.name.as_deref(), item.ordinal)?;
                insert(&mut self.types, name, TypeRef::Simple(id), &scope.place(item.ordinal))?;
            }
            for item in &schema.complex_type {
                let id = ComplexId(self.model.complex_types.len());
                self.model.complex_types.push(empty_complex(scope, item));
                self.named_complex.push((Declared { scope, item }, Progress::Waiting));
                let name = name_of(scope, item.name.as_deref(), item.ordinal)?;
                insert(&mut self.types, name, TypeRef::Complex(id), &scope.place(item.ordinal))?;
            }
            for item in &schema.element {
                let id = ElementId(self.model.elements.len());
                let name = name_of(scope, item.name.as_deref(), item.ordinal)?;
                self.model.elements.push(empty_element(scope, item, name.clone()));
                self.global_elements.push(Declared { scope, item });
                insert(&mut self.elements, name, id, &scope.place(item.ordinal))?;
            }
            for item in &schema.group {
                let name = name_of(scope, item.name.as_deref(), item.ordinal)?;
                let place = scope.place(item.ordinal);
                insert(&mut self.groups, name, Declared { scope, item }, &place)?;
            }
            for item in &schema.attribute_group {
                let name = name_of(scope, item.name.as_deref(), item.ordinal)?;
                let place = scope.place(item.ordinal);
                insert(&mut self.attribute_groups, name, Declared { scope, item }, &place)?;
            }
            for item in &schema.attribute {
                let name = name_of(scope, item.name.as_deref(), item.ordinal)?;
                let place = scope.place(item.ordinal);
                insert(&mut self.attributes, name, Declared { scope, item }, &place)?;
            }
        }
        Ok(())
    }

    fn translate(&mut self) -> Result<(), Error> {
        for (index, declared) in self.named_simple.clone().into_iter().enumerate() {
            let variety = self.variety(declared.scope, declared.item)?;
            if let Some(target) = self.model.simple_types.get_mut(index) {
                target.variety = variety;
            }
        }
        self.check_simple_circles()?;
        for index in 0..self.named_complex.len() {
            self.complete(ComplexId(index))?;
        }
        for (index, declared) in self.global_elements.clone().into_iter().enumerate() {
            let element = self.element_declaration(declared.scope, declared.item, true)?;
            if let Some(target) = self.model.elements.get_mut(index) {
                *target = element;
            }
        }
        for declared in self.attributes.values().copied().collect::<Vec<_>>() {
            let attribute = self.attribute_declaration(declared.scope, declared.item, true)?;
            self.model.attributes.push(attribute);
        }
        self.complete_waiting()
    }

    /// The type of a name.
    fn type_named(&self, name: &str, place: &Place) -> Result<TypeRef, Error> {
        let name = parse_name(name);
        if name.namespace == XSD && name.local == "anyType" {
            return Ok(TypeRef::AnyType);
        }
        if name.namespace == XSD {
            let builtin = Builtin::by_name(&name.local).ok_or_else(|| unknown(place, "type", &name))?;
            return match builtin {
                Builtin::Notation | Builtin::Entity | Builtin::Entities => {
                    Err(Error::unsupported(place, format!("the type xs:{}", builtin.name())))
                }
                builtin => Ok(TypeRef::Builtin(builtin)),
            };
        }
        let found = self.types.get(&name).copied();
        found.ok_or_else(|| unknown(place, "type", &name))
    }

    /// The same, where only a simple type may stand.
    fn simple_named(&self, name: &str, place: &Place) -> Result<TypeRef, Error> {
        match self.type_named(name, place)? {
            TypeRef::Complex(_) | TypeRef::AnyType => Err(Error::invalid(place, format!("{name} is not a simple type"))),
            simple => Ok(simple),
        }
    }
}

fn parse<T: yaserde::YaDeserialize>(unit: &Unit) -> Result<T, Error> {
    yaserde::de::from_str(&unit.text).map_err(|error| Error::Malformed {
        file: unit.places.first().map(|place| place.file.clone()).unwrap_or_default(),
        line: 0,
        reason: error.to_string(),
    })
}

fn documents(sources: &Sources) -> Vec<Document> {
    let files = sources.files.iter().enumerate();
    files
        .map(|(index, file)| {
            let mut units = sources.units.iter().filter(|unit| unit.file == index);
            Document {
                path: file.path.to_string_lossy().replace('\\', "/"),
                name: file
                    .path
                    .file_name()
                    .map(|name| name.to_string_lossy().into_owned())
                    .unwrap_or_default(),
                namespace: units
                    .rfind(|unit| !unit.is_schema)
                    .or_else(|| sources.units.iter().find(|unit| unit.file == index))
                    .map(|unit| unit.namespace.clone())
                    .unwrap_or_default(),
                imports: file.imports.clone(),
            }
        })
        .collect()
}

fn insert<T>(table: &mut BTreeMap<QName, T>, name: QName, item: T, place: &Place) -> Result<(), Error> {
    if table.contains_key(&name) {
        return Err(Error::invalid(place, format!("{name} is declared twice")));
    }
    table.insert(name, item);
    Ok(())
}

fn name_of(scope: Scope<'_>, name: Option<&str>, ordinal: u32) -> Result<QName, Error> {
    let name = name.ok_or_else(|| Error::invalid(&scope.place(ordinal), "a name is missing"))?;
    Ok(QName::new(scope.namespace(), name))
}

/// `{namespace}local`, as the canonical form writes it.
fn parse_name(text: &str) -> QName {
    match text.strip_prefix('{').and_then(|rest| rest.rsplit_once('}')) {
        Some((namespace, local)) => QName::new(namespace, local),
        None => QName::new("", text),
    }
}

fn unknown(place: &Place, kind: &'static str, name: &QName) -> Error {
    Error::Unknown {
        place: place.clone(),
        kind,
        name: name.to_string(),
    }
}

/// An XSD boolean attribute.
fn flag(value: Option<&str>, place: &Place) -> Result<bool, Error> {
    match value.map(str::trim) {
        None | Some("false" | "0") => Ok(false),
        Some("true" | "1") => Ok(true),
        Some(_) => Err(Error::invalid(place, "a boolean attribute is neither true nor false")),
    }
}

/// `block` and `blockDefault`.
fn block(own: Option<&str>, default: Option<&str>) -> Block {
    let value = own.or(default).unwrap_or_default();
    let has = |word: &str| value.split_ascii_whitespace().any(|item| item == word || item == "#all");
    Block {
        extension: has("extension"),
        restriction: has("restriction"),
    }
}

fn empty_simple(scope: Scope<'_>, item: &xsd::SimpleType) -> SimpleType {
    SimpleType {
        name: item.name.as_ref().map(|name| QName::new(scope.namespace(), name)),
        namespace: scope.namespace().to_owned(),
        place: scope.place(item.ordinal),
        documentation: item.documentation.iter().map(Into::into).collect(),
        variety: Variety::Restriction {
            base: TypeRef::Builtin(Builtin::AnySimpleType),
            facets: Facets::default(),
        },
    }
}

fn empty_complex(scope: Scope<'_>, item: &xsd::ComplexType) -> ComplexType {
    ComplexType {
        name: item.name.as_ref().map(|name| QName::new(scope.namespace(), name)),
        namespace: scope.namespace().to_owned(),
        place: scope.place(item.ordinal),
        documentation: item.documentation.iter().map(Into::into).collect(),
        is_abstract: false,
        base: None,
        block: Block::default(),
        content: Content::Empty,
        attributes: Vec::new(),
        any_attribute: None,
    }
}

fn empty_element(scope: Scope<'_>, item: &xsd::Element, name: QName) -> Element {
    Element {
        name,
        namespace: scope.namespace().to_owned(),
        is_global: false,
        type_ref: TypeRef::AnyType,
        is_nillable: false,
        default: None,
        fixed: None,
        block: Block::default(),
        place: scope.place(item.ordinal),
        documentation: item.documentation.iter().map(Into::into).collect(),
    }
}
