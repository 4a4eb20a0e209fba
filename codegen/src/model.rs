//! The linked contract: every type, element and service, with every name followed to its declaration.
//!
//! It knows the effective content of each type (base and extension together) and where each declaration stands. How
//! things are called in Rust, and how they are read and written, is left to the later stages.

use std::rc::Rc;

pub use xml::{
    datatypes::Builtin,
    facets::{Facets, WhiteSpace},
};

use crate::error::{Error, Place};

/// A name in a namespace; the namespace is empty for none.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct QName {
    /// Namespace, empty for none.
    pub namespace: String,
    /// Local name.
    pub local: String,
}

impl QName {
    /// A name from its parts.
    pub fn new(namespace: impl Into<String>, local: impl Into<String>) -> Self {
        Self {
            namespace: namespace.into(),
            local: local.into(),
        }
    }
}

impl std::fmt::Display for QName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{{{}}}{}", self.namespace, self.local)
    }
}

/// What the contract says about a thing, in the order of its texts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Documentation(Vec<Text>);

/// One `documentation`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// Its `xml:lang`; empty for none.
    pub language: String,
    /// The text, white space collapsed.
    pub text: String,
}

impl Documentation {
    /// The texts; none is empty.
    pub fn texts(&self) -> &[Text] {
        &self.0
    }

    /// What is said without a language or in English, for the comments of the generated code; where nothing is, all that is said.
    pub fn plain(&self) -> String {
        let is_plain = |text: &&Text| text.language.is_empty() || text.language == "en" || text.language.starts_with("en-");
        let mut texts = self.0.iter().filter(is_plain).collect::<Vec<_>>();
        if texts.is_empty() {
            texts.extend(&self.0);
        }
        texts.iter().map(|text| text.text.as_str()).collect::<Vec<_>>().join("\n\n")
    }
}

impl FromIterator<Text> for Documentation {
    fn from_iter<I: IntoIterator<Item = Text>>(texts: I) -> Self {
        Self(texts.into_iter().collect())
    }
}

/// Everything the given documents declare. Lists are in document order; ids are positions in them.
#[derive(Debug, Default)]
pub struct Model {
    /// Simple types, named and anonymous.
    pub simple_types: Vec<SimpleType>,
    /// Complex types, named and anonymous.
    pub complex_types: Vec<ComplexType>,
    /// Elements, global and local.
    pub elements: Vec<Element>,
    /// Global attributes.
    pub attributes: Vec<Attribute>,
    /// Services with a SOAP 1.1 binding.
    pub services: Vec<Service>,
    /// Files the services need when they are served, in order of discovery.
    pub documents: Vec<Document>,
    /// Namespaces and the prefixes the documents give them, in order of discovery.
    pub prefixes: Vec<(String, String)>,
}

/// A simple type of the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SimpleId(pub usize);

/// A complex type of the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ComplexId(pub usize);

/// An element of the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ElementId(pub usize);

/// The type of an element, or of an attribute (never complex there).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TypeRef {
    /// `xs:anyType`: anything well-formed.
    AnyType,
    /// A simple type of XSD itself.
    Builtin(Builtin),
    /// A simple type of the contract.
    Simple(SimpleId),
    /// A complex type of the contract.
    Complex(ComplexId),
}

/// A simple type.
#[derive(Clone, Debug)]
pub struct SimpleType {
    /// None if it is declared in place.
    pub name: Option<QName>,
    /// The namespace of the schema that declares it.
    pub namespace: String,
    /// Where it stands.
    pub place: Place,
    /// What the contract says about it.
    pub documentation: Documentation,
    /// How its values are made.
    pub variety: Variety,
}

/// How a simple type is derived.
#[derive(Clone, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly all are restrictions, and there are hundreds of them, not millions"
)]
pub enum Variety {
    /// Another simple type with further facets; list and union go through it.
    Restriction {
        /// Built-in or simple.
        base: TypeRef,
        /// The facets of this step alone.
        facets: Facets,
    },
    /// Items between white space.
    List {
        /// Built-in or simple.
        item: TypeRef,
    },
    /// The first member that takes the text.
    Union {
        /// Built-in or simple.
        members: Vec<TypeRef>,
    },
}

/// A complex type.
#[derive(Clone, Debug)]
pub struct ComplexType {
    /// None if it is declared in place.
    pub name: Option<QName>,
    /// The namespace of the schema that declares it.
    pub namespace: String,
    /// Where it stands.
    pub place: Place,
    /// What the contract says about it.
    pub documentation: Documentation,
    /// Only types derived from it can stand in a message.
    pub is_abstract: bool,
    /// The complex type it is derived from; `xs:anyType` and simple bases are not named here.
    pub base: Option<(ComplexId, Derivation)>,
    /// Derivations that may not stand in for it by `xsi:type`.
    pub block: Block,
    /// Content, the base's included.
    pub content: Content,
    /// Attributes, the base's included.
    pub attributes: Vec<Attribute>,
    /// Further attributes.
    pub any_attribute: Option<Wildcard>,
}

/// How a complex type is derived from its base.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Derivation {
    /// It adds.
    Extension,
    /// It narrows.
    Restriction,
}

/// Derivations that are kept out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// No extension.
    pub extension: bool,
    /// No restriction.
    pub restriction: bool,
}

/// What stands between the tags.
#[derive(Clone, Debug)]
pub enum Content {
    /// Nothing.
    Empty,
    /// Text of a simple or built-in type.
    Simple(TypeRef),
    /// Elements.
    Elements(Particle),
}

/// A term and how often it stands.
#[derive(Clone, Debug)]
pub struct Particle {
    /// At least.
    pub min: u32,
    /// At most; none for unbounded.
    pub max: Option<u32>,
    /// What stands.
    pub term: Term,
    /// Where it is declared.
    pub place: Place,
}

/// What a particle holds. Groups by reference are already in their place.
#[derive(Clone, Debug)]
pub enum Term {
    /// An element.
    Element(ElementId),
    /// All in this order.
    Sequence(Vec<Particle>),
    /// One of them.
    Choice(Vec<Particle>),
    /// All in any order.
    All(Vec<Particle>),
    /// Any element of some namespaces.
    Any(Wildcard),
}

/// Elements or attributes known only by their namespaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wildcard {
    /// Which namespaces.
    pub namespaces: Namespaces,
    /// How far to look.
    pub process: Process,
}

/// The namespaces of a wildcard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Namespaces {
    /// All, and none.
    Any,
    /// All but this one and none.
    Other(String),
    /// These; empty for none.
    Listed(Vec<String>),
}

impl Namespaces {
    /// Whether a name of this namespace (empty for none) may stand.
    pub fn allow(&self, namespace: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Other(target) => !namespace.is_empty() && namespace != target,
            Self::Listed(listed) => listed.iter().any(|allowed| allowed == namespace),
        }
    }
}

/// How far the content of a wildcard is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Process {
    /// It must be declared and valid.
    Strict,
    /// Valid if it is declared.
    Lax,
    /// Well-formed.
    Skip,
}

/// An element declaration.
#[derive(Clone, Debug)]
pub struct Element {
    /// Its name on the wire; without namespace if its form is unqualified.
    pub name: QName,
    /// The namespace of the schema that declares it.
    pub namespace: String,
    /// Declared at the top of a schema.
    pub is_global: bool,
    /// Its type.
    pub type_ref: TypeRef,
    /// `xsi:nil` may stand.
    pub is_nillable: bool,
    /// Value of an empty element.
    pub default: Option<String>,
    /// The only value.
    pub fixed: Option<String>,
    /// Derivations that `xsi:type` may not name here.
    pub block: Block,
    /// Where it stands.
    pub place: Place,
    /// What the contract says about it.
    pub documentation: Documentation,
}

/// An attribute as a type uses it, or a global one.
#[derive(Clone, Debug)]
pub struct Attribute {
    /// Its name on the wire; without namespace unless its form is qualified.
    pub name: QName,
    /// Built-in or simple.
    pub type_ref: TypeRef,
    /// It must stand.
    pub is_required: bool,
    /// Its value when it is left out.
    pub default: Option<String>,
    /// The only value.
    pub fixed: Option<String>,
    /// Where it stands.
    pub place: Place,
    /// What the contract says about it.
    pub documentation: Documentation,
}

/// A service.
#[derive(Clone, Debug)]
pub struct Service {
    /// Name of its port type.
    pub name: String,
    /// Version, from the file name or the namespace.
    pub version: Option<String>,
    /// Target namespace of the WSDL.
    pub namespace: String,
    /// Address in the WSDL.
    pub address: String,
    /// What the contract says about it.
    pub documentation: Documentation,
    /// Its operations in the order of the port type.
    pub operations: Vec<Operation>,
    /// The WSDL file, a position in [`Model::documents`].
    pub document: usize,
    /// Where it stands.
    pub place: Place,
}

/// An operation of a service.
#[derive(Clone, Debug)]
pub struct Operation {
    /// Its name.
    pub name: String,
    /// Its SOAP action.
    pub action: String,
    /// What the contract says about it.
    pub documentation: Documentation,
    /// Element of the request body.
    pub request: ElementId,
    /// Element of the response body.
    pub response: ElementId,
    /// Elements of the request's headers.
    pub headers: Vec<ElementId>,
    /// Elements of the response's headers.
    pub response_headers: Vec<ElementId>,
    /// Declared faults.
    pub faults: Vec<Fault>,
    /// Where it stands.
    pub place: Place,
}

/// A declared fault.
#[derive(Clone, Debug)]
pub struct Fault {
    /// Its name.
    pub name: String,
    /// Element of its detail.
    pub element: ElementId,
}

/// A file of the contract.
#[derive(Clone, Debug)]
pub struct Document {
    /// Path as it was named to us, with `/`.
    pub path: String,
    /// File name.
    pub name: String,
    /// Target namespace.
    pub namespace: String,
    /// Schemas it imports or includes: namespace and position in [`Model::documents`].
    pub imports: Vec<(String, usize)>,
}

#[expect(clippy::indexing_slicing, reason = "ids are positions that this model gave out itself")]
impl Model {
    /// The simple type of an id.
    pub fn simple(&self, id: SimpleId) -> &SimpleType {
        &self.simple_types[id.0]
    }

    /// The complex type of an id.
    pub fn complex(&self, id: ComplexId) -> &ComplexType {
        &self.complex_types[id.0]
    }

    /// The element of an id.
    pub fn element(&self, id: ElementId) -> &Element {
        &self.elements[id.0]
    }
}

impl Model {
    /// The global element of a name.
    pub fn global_element(&self, namespace: &str, local: &str) -> Option<ElementId> {
        let found = self
            .elements
            .iter()
            .position(|element| element.is_global && element.name.local == local && element.name.namespace == namespace);
        found.map(ElementId)
    }

    /// Complex types that `xsi:type` may name where `id` is declared, itself first; abstract ones left out.
    pub fn family(&self, id: ComplexId, block: Block) -> Vec<ComplexId> {
        let ids = (0..self.complex_types.len()).map(ComplexId);
        let derived = ids.filter(|other| *other != id && self.may_stand_for(*other, id, block));
        std::iter::once(id)
            .chain(derived)
            .filter(|id| !self.complex(*id).is_abstract && (self.complex(*id).name.is_some() || self.complex(*id).base.is_none()))
            .collect()
    }

    fn may_stand_for(&self, derived: ComplexId, base: ComplexId, block: Block) -> bool {
        let own = self.complex(base).block;
        let extension = block.extension || own.extension;
        let restriction = block.restriction || own.restriction;
        let mut current = derived;
        while current != base {
            let Some((next, derivation)) = self.complex(current).base else {
                return false;
            };
            let blocked = match derivation {
                Derivation::Extension => extension,
                Derivation::Restriction => restriction,
            };
            if blocked {
                return false;
            }
            current = next;
        }
        true
    }

    /// The built-in type under a simple type; a list or union has none.
    pub fn primitive(&self, type_ref: TypeRef) -> Option<Builtin> {
        match type_ref {
            TypeRef::Builtin(builtin) => Some(builtin),
            TypeRef::Complex(_) | TypeRef::AnyType => None,
            TypeRef::Simple(id) => match &self.simple(id).variety {
                Variety::Restriction { base, .. } => self.primitive(*base),
                Variety::List { .. } | Variety::Union { .. } => None,
            },
        }
    }

    /// A simple type as the runtime interprets it: what codegen checks values and facets with.
    ///
    /// # Errors
    /// Facets that contradict each other or their base.
    pub fn interpreted(&self, type_ref: TypeRef) -> Result<Rc<xml::facets::SimpleType>, Error> {
        use xml::facets::SimpleType as Interpreted;
        let id = match type_ref {
            TypeRef::Builtin(builtin) => return Ok(Rc::new(Interpreted::builtin(builtin))),
            TypeRef::Simple(id) => id,
            TypeRef::AnyType | TypeRef::Complex(_) => return Ok(Rc::new(Interpreted::builtin(Builtin::AnySimpleType))),
        };
        let simple = self.simple(id);
        Ok(Rc::new(match &simple.variety {
            Variety::List { item } => Interpreted::list(self.interpreted(*item)?),
            Variety::Union { members } => {
                let members = members.iter().map(|member| self.interpreted(*member));
                Interpreted::union(members.collect::<Result<_, _>>()?)
            }
            Variety::Restriction { base, facets } => {
                let made = Interpreted::restriction(self.interpreted(*base)?, facets.clone());
                made.map_err(|error| Error::invalid(&simple.place, error.to_string()))?
            }
        }))
    }
}
