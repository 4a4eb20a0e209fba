//! Descriptions: what a contract declares, as data that a program can walk: services, elements, types, facets, and what is said of them.
//!
//! codegen emits them as statics that refer to each other; a type may refer to itself. They know nothing of how values are read and written,
//! and what is made of them – pages, samples – is left to whoever reads them.

use std::rc::Rc;

use crate::Name;
use crate::datatypes::Builtin;
use crate::facets::{FacetError, Facets, SimpleType as Interpreted, WhiteSpace};

/// What a contract says about a thing, in the order of its texts; empty where it says nothing.
pub type Documentation = &'static [Text];

/// One `documentation`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text {
    /// Its `xml:lang`; empty for none.
    pub language: &'static str,
    /// The text, white space collapsed.
    pub text: &'static str,
}

/// A service: a port type with a SOAP binding.
#[derive(Clone, Copy)]
pub struct Service {
    /// Its name.
    pub name: &'static str,
    /// Its version; empty for none.
    pub version: &'static str,
    /// Target namespace of its WSDL.
    pub namespace: &'static str,
    /// What it is for.
    pub documentation: Documentation,
    /// Its operations, in the order of the WSDL.
    pub operations: &'static [Operation],
}

/// An operation of a service.
#[derive(Clone, Copy)]
pub struct Operation {
    /// Its name.
    pub name: &'static str,
    /// Its SOAP action.
    pub action: &'static str,
    /// What it does.
    pub documentation: Documentation,
    /// The body of a request.
    pub request: &'static Element,
    /// The body of an answer.
    pub response: &'static Element,
    /// Headers of a request.
    pub headers: &'static [&'static Element],
    /// Headers of an answer.
    pub response_headers: &'static [&'static Element],
    /// Details of its faults.
    pub faults: &'static [&'static Element],
}

/// An element.
#[derive(Clone, Copy)]
pub struct Element {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub type_ref: Type,
    /// `xsi:nil` may stand.
    pub is_nillable: bool,
    /// What an empty one means.
    pub default: Option<&'static str>,
    /// The only value.
    pub fixed: Option<&'static str>,
    /// What it means.
    pub documentation: Documentation,
}

/// The type of an element or attribute.
#[derive(Clone, Copy)]
pub enum Type {
    /// `xs:anyType`.
    Any,
    /// A simple type of XSD itself.
    Builtin(Builtin),
    /// A simple type of the contract.
    Simple(&'static SimpleType),
    /// A complex type of the contract.
    Complex(&'static ComplexType),
}

/// A simple type.
#[derive(Clone, Copy)]
pub struct SimpleType {
    /// None if it is declared in place.
    pub name: Option<Name>,
    /// What it means.
    pub documentation: Documentation,
    /// How its values are made.
    pub variety: Variety,
}

/// How the values of a simple type are made.
#[derive(Clone, Copy)]
pub enum Variety {
    /// Another simple type, narrowed by facets: of this step alone, in the order of the specification.
    Restriction(Type, &'static [Facet]),
    /// Items between white space.
    List(Type),
    /// The first member that takes the text.
    Union(&'static [Type]),
}

/// A facet. Patterns and enumerations stand once for each value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facet {
    /// Its name in XSD: `maxLength`.
    pub name: &'static str,
    /// Its value as it is written.
    pub value: &'static str,
}

/// A complex type.
#[derive(Clone, Copy)]
pub struct ComplexType {
    /// None if it is declared in place.
    pub name: Option<Name>,
    /// What it means.
    pub documentation: Documentation,
    /// Only types derived from it can stand in a message.
    pub is_abstract: bool,
    /// The type it is derived from.
    pub base: Option<&'static ComplexType>,
    /// Its content, the base's included.
    pub content: Content,
    /// Its attributes, the base's included.
    pub attributes: &'static [Attribute],
    /// Further attributes may stand.
    pub any_attribute: bool,
}

/// What stands between the tags.
#[derive(Clone, Copy)]
pub enum Content {
    /// Nothing.
    Empty,
    /// A text.
    Simple(Type),
    /// Elements.
    Elements(Particle),
}

/// A term and how often it stands.
#[derive(Clone, Copy)]
pub struct Particle {
    /// At least.
    pub min: u32,
    /// At most; none for unbounded.
    pub max: Option<u32>,
    /// What stands.
    pub term: Term,
}

/// What a particle holds.
#[derive(Clone, Copy)]
pub enum Term {
    /// An element.
    Element(&'static Element),
    /// All in this order.
    Sequence(&'static [Particle]),
    /// One of them.
    Choice(&'static [Particle]),
    /// All in any order.
    All(&'static [Particle]),
    /// Any element of some namespaces.
    Any,
}

/// An attribute.
#[derive(Clone, Copy)]
pub struct Attribute {
    /// Its name.
    pub name: Name,
    /// Its type; never complex.
    pub type_ref: Type,
    /// It must stand.
    pub is_required: bool,
    /// Its value where it is left out.
    pub default: Option<&'static str>,
    /// The only value.
    pub fixed: Option<&'static str>,
    /// What it means.
    pub documentation: Documentation,
}

impl Type {
    /// The type as the facets' interpreter takes it, to judge values with; none for a type that is not simple.
    ///
    /// # Errors
    /// Facets that contradict each other: never those of a contract that codegen took.
    pub fn interpreted(self) -> Result<Option<Rc<Interpreted>>, FacetError> {
        match self {
            Self::Any | Self::Complex(_) => Ok(None),
            Self::Builtin(builtin) => Ok(Some(Rc::new(Interpreted::builtin(builtin)))),
            Self::Simple(simple) => simple.interpreted().map(Some),
        }
    }
}

impl SimpleType {
    fn interpreted(&self) -> Result<Rc<Interpreted>, FacetError> {
        let below = |type_ref: Type| {
            Ok(type_ref
                .interpreted()?
                .unwrap_or_else(|| Rc::new(Interpreted::builtin(Builtin::AnySimpleType))))
        };
        Ok(Rc::new(match self.variety {
            Variety::Restriction(base, facets) => Interpreted::restriction(below(base)?, Facets::from_iter(facets.iter().copied()))?,
            Variety::List(item) => Interpreted::list(below(item)?),
            Variety::Union(members) => {
                let members = members.iter().map(|member| below(*member));
                Interpreted::union(members.collect::<Result<_, FacetError>>()?)
            }
        }))
    }
}

/// The facets of a step from their texts.
impl FromIterator<Facet> for Facets {
    fn from_iter<I: IntoIterator<Item = Facet>>(facets: I) -> Self {
        let mut all = Self::default();
        for Facet { name, value } in facets {
            let count = value.parse().ok();
            let text = Some(value.to_owned());
            match name {
                "length" => all.length = count,
                "minLength" => all.min_length = count,
                "maxLength" => all.max_length = count,
                "pattern" => all.patterns.extend(text),
                "enumeration" => all.enumeration.extend(text),
                "whiteSpace" => all.white_space = WhiteSpace::by_name(value),
                "totalDigits" => all.total_digits = count,
                "fractionDigits" => all.fraction_digits = count,
                "minInclusive" => all.min_inclusive = text,
                "maxInclusive" => all.max_inclusive = text,
                "minExclusive" => all.min_exclusive = text,
                "maxExclusive" => all.max_exclusive = text,
                _ => {}
            }
        }
        all
    }
}
