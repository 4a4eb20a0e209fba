//! A schema document as written, read by yaserde from its canonical form.
//!
//! Names are `{namespace}local`, every element carries its ordinal; nothing is linked or judged here.

use yaserde::YaDeserialize;

use crate::model;

macro_rules! ordered {
    ($($kind:ident $field:ident),*; $type:ty; $all:ident) => {
        impl $type {
            /// Children in document order.
            pub fn $all(&self) -> Vec<Child<'_>> {
                let mut children = Vec::new();
                $(children.extend(self.$field.iter().map(Child::$kind));)*
                children.sort_by_key(Child::ordinal);
                children
            }
        }
    };
}

/// `xs:schema`.
#[derive(Debug, Default, YaDeserialize)]
#[yaserde(prefix = "xs", rename = "schema", namespaces = { "xs" = "http://www.w3.org/2001/XMLSchema" })]
#[allow(missing_docs, reason = "the fields are the attributes and elements of XSD")]
pub struct Schema {
    #[yaserde(attribute = true)]
    pub ordinal: u32,
    #[yaserde(attribute = true, rename = "targetNamespace")]
    pub target_namespace: Option<String>,
    #[yaserde(attribute = true, rename = "elementFormDefault")]
    pub element_form_default: Option<String>,
    #[yaserde(attribute = true, rename = "attributeFormDefault")]
    pub attribute_form_default: Option<String>,
    #[yaserde(attribute = true, rename = "blockDefault")]
    pub block_default: Option<String>,
    #[yaserde(prefix = "xs")]
    pub documentation: Vec<Documentation>,
    #[yaserde(prefix = "xs", rename = "simpleType")]
    pub simple_type: Vec<SimpleType>,
    #[yaserde(prefix = "xs", rename = "complexType")]
    pub complex_type: Vec<ComplexType>,
    #[yaserde(prefix = "xs")]
    pub group: Vec<Group>,
    #[yaserde(prefix = "xs", rename = "attributeGroup")]
    pub attribute_group: Vec<AttributeGroup>,
    #[yaserde(prefix = "xs")]
    pub element: Vec<Element>,
    #[yaserde(prefix = "xs")]
    pub attribute: Vec<Attribute>,
}

/// `xs:documentation`.
#[derive(Debug, Default, YaDeserialize)]
#[yaserde(prefix = "xs", rename = "documentation", namespaces = { "xs" = "http://www.w3.org/2001/XMLSchema" })]
pub struct Documentation {
    /// Its `xml:lang`; none is given where it is empty.
    #[yaserde(attribute = true)]
    pub language: Option<String>,
    /// The text.
    #[yaserde(text = true)]
    pub text: String,
}

impl From<&Documentation> for model::Text {
    fn from(documentation: &Documentation) -> Self {
        Self {
            language: documentation.language.clone().unwrap_or_default(),
            text: documentation.text.clone(),
        }
    }
}

/// `xs:element`, global or local.
#[derive(Debug, Default, YaDeserialize)]
#[yaserde(prefix = "xs", rename = "element", namespaces = { "xs" = "http://www.w3.org/2001/XMLSchema" })]
#[allow(missing_docs, reason = "the fields are the attributes and elements of XSD")]
pub struct Element {
    #[yaserde(attribute = true)]
    pub ordinal: u32,
    #[yaserde(attribute = true)]
    pub name: Option<String>,
    #[yaserde(attribute = true, rename = "ref")]
    pub reference: Option<String>,
    #[yaserde(attribute = true, rename = "type")]
    pub type_name: Option<String>,
    #[yaserde(attribute = true, rename = "minOccurs")]
    pub min_occurs: Option<String>,
    #[yaserde(attribute = true, rename = "maxOccurs")]
    pub max_occurs: Option<String>,
    #[yaserde(attribute = true)]
    pub nillable: Option<String>,
    #[yaserde(attribute = true)]
    pub default: Option<String>,
    #[yaserde(attribute = true)]
    pub fixed: Option<String>,
    #[yaserde(attribute = true)]
    pub form: Option<String>,
    #[yaserde(attribute = true)]
    pub block: Option<String>,
    #[yaserde(prefix = "xs")]
    pub documentation: Vec<Documentation>,
    #[yaserde(prefix = "xs", rename = "simpleType")]
    pub simple_type: Vec<SimpleType>,
    #[yaserde(prefix = "xs", rename = "complexType")]
    pub complex_type: Vec<ComplexType>,
}

/// `xs:complexType`, named or anonymous.
#[derive(Debug, Default, YaDeserialize)]
#[yaserde(prefix = "xs", rename = "complexType", namespaces = { "xs" = "http://www.w3.org/2001/XMLSchema" })]
#[allow(missing_docs, reason = "the fields are the attributes and elements of XSD")]
pub struct ComplexType {
    #[yaserde(attribute = true)]
    pub ordinal: u32,
    #[yaserde(attribute = true)]
    pub name: Option<String>,
    #[yaserde(attribute = true, rename = "abstract")]
    pub is_abstract: Option<String>,
    #[yaserde(attribute = true)]
    pub mixed: Option<String>,
    #[yaserde(attribute = true)]
    pub block: Option<String>,
    #[yaserde(prefix = "xs")]
    pub documentation: Vec<Documentation>,
    #[yaserde(prefix = "xs", rename = "simpleContent")]
    pub simple_content: Vec<DerivedContent>,
    #[yaserde(prefix = "xs", rename = "complexContent")]
    pub complex_content: Vec<DerivedContent>,
    #[yaserde(prefix = "xs")]
    pub group: Vec<Group>,
    #[yaserde(prefix = "xs")]
    pub all: Vec<Group>,
    #[yaserde(prefix = "xs")]
    pub choice: Vec<Group>,
    #[yaserde(prefix = "xs")]
    pub sequence: Vec<Group>,
    #[yaserde(prefix = "xs")]
    pub attribute: Vec<Attribute>,
    #[yaserde(prefix = "xs", rename = "attributeGroup")]
    pub attribute_group: Vec<AttributeGroup>,
    #[yaserde(prefix = "xs", rename = "anyAttribute")]
    pub any_attribute: Vec<Wildcard>,
}

/// `xs:simpleContent` or `xs:complexContent`.
#[derive(Debug, Default, YaDeserialize)]
#[yaserde(prefix = "xs", namespaces = { "xs" = "http://www.w3.org/2001/XMLSchema" })]
#[allow(missing_docs, reason = "the fields are the attributes and elements of XSD")]
pub struct DerivedContent {
    #[yaserde(attribute = true)]
    pub ordinal: u32,
    #[yaserde(attribute = true)]
    pub mixed: Option<String>,
    #[yaserde(prefix = "xs")]
    pub extension: Vec<Derivation>,
    #[yaserde(prefix = "xs")]
    pub restriction: Vec<Derivation>,
}

/// `xs:extension` or `xs:restriction` of a complex type, or `xs:restriction` of a simple type.
#[derive(Debug, Default, YaDeserialize)]
#[yaserde(prefix = "xs", namespaces = { "xs" = "http://www.w3.org/2001/XMLSchema" })]
#[allow(missing_docs, reason = "the fields are the attributes and elements of XSD")]
pub struct Derivation {
    #[yaserde(attribute = true)]
    pub ordinal: u32,
    #[yaserde(attribute = true)]
    pub base: Option<String>,
    #[yaserde(prefix = "xs")]
    pub group: Vec<Group>,
    #[yaserde(prefix = "xs")]
    pub all: Vec<Group>,
    #[yaserde(prefix = "xs")]
    pub choice: Vec<Group>,
    #[yaserde(prefix = "xs")]
    pub sequence: Vec<Group>,
    #[yaserde(prefix = "xs")]
    pub attribute: Vec<Attribute>,
    #[yaserde(prefix = "xs", rename = "attributeGroup")]
    pub attribute_group: Vec<AttributeGroup>,
    #[yaserde(prefix = "xs", rename = "anyAttribute")]
    pub any_attribute: Vec<Wildcard>,
    #[yaserde(prefix = "xs", rename = "simpleType")]
    pub simple_type: Vec<SimpleType>,
    #[yaserde(prefix = "xs")]
    pub length: Vec<Facet>,
    #[yaserde(prefix = "xs", rename = "minLength")]
    pub min_length: Vec<Facet>,
    #[yaserde(prefix = "xs", rename = "maxLength")]
    pub max_length: Vec<Facet>,
    #[yaserde(prefix = "xs")]
    pub pattern: Vec<Facet>,
    #[yaserde(prefix = "xs")]
    pub enumeration: Vec<Facet>,
    #[yaserde(prefix = "xs", rename = "whiteSpace")]
    pub white_space: Vec<Facet>,
    #[yaserde(prefix = "xs", rename = "totalDigits")]
    pub total_digits: Vec<Facet>,
    #[yaserde(prefix = "xs", rename = "fractionDigits")]
    pub fraction_digits: Vec<Facet>,
    #[yaserde(prefix = "xs", rename = "minInclusive")]
    pub min_inclusive: Vec<Facet>,
    #[yaserde(prefix = "xs", rename = "maxInclusive")]
    pub max_inclusive: Vec<Facet>,
    #[yaserde(prefix = "xs", rename = "minExclusive")]
    pub min_exclusive: Vec<Facet>,
    #[yaserde(prefix = "xs", rename = "maxExclusive")]
    pub max_exclusive: Vec<Facet>,
}

/// `xs:group` (definition or reference), `xs:all`, `xs:choice` or `xs:sequence`.
#[derive(Debug, Default, YaDeserialize)]
#[yaserde(prefix = "xs", namespaces = { "xs" = "http://www.w3.org/2001/XMLSchema" })]
#[allow(missing_docs, reason = "the fields are the attributes and elements of XSD")]
pub struct Group {
    #[yaserde(attribute = true)]
    pub ordinal: u32,
    #[yaserde(attribute = true)]
    pub name: Option<String>,
    #[yaserde(attribute = true, rename = "ref")]
    pub reference: Option<String>,
    #[yaserde(attribute = true, rename = "minOccurs")]
    pub min_occurs: Option<String>,
    #[yaserde(attribute = true, rename = "maxOccurs")]
    pub max_occurs: Option<String>,
    #[yaserde(prefix = "xs")]
    pub element: Vec<Element>,
    #[yaserde(prefix = "xs")]
    pub group: Vec<Group>,
    #[yaserde(prefix = "xs")]
    pub all: Vec<Group>,
    #[yaserde(prefix = "xs")]
    pub choice: Vec<Group>,
    #[yaserde(prefix = "xs")]
    pub sequence: Vec<Group>,
    #[yaserde(prefix = "xs")]
    pub any: Vec<Wildcard>,
}

/// `xs:attributeGroup`, definition or reference.
#[derive(Debug, Default, YaDeserialize)]
#[yaserde(prefix = "xs", rename = "attributeGroup", namespaces = { "xs" = "http://www.w3.org/2001/XMLSchema" })]
#[allow(missing_docs, reason = "the fields are the attributes and elements of XSD")]
pub struct AttributeGroup {
    #[yaserde(attribute = true)]
    pub ordinal: u32,
    #[yaserde(attribute = true)]
    pub name: Option<String>,
    #[yaserde(attribute = true, rename = "ref")]
    pub reference: Option<String>,
    #[yaserde(prefix = "xs")]
    pub attribute: Vec<Attribute>,
    #[yaserde(prefix = "xs", rename = "attributeGroup")]
    pub attribute_group: Vec<AttributeGroup>,
    #[yaserde(prefix = "xs", rename = "anyAttribute")]
    pub any_attribute: Vec<Wildcard>,
}

/// `xs:attribute`, global or local.
#[derive(Debug, Default, YaDeserialize)]
#[yaserde(prefix = "xs", rename = "attribute", namespaces = { "xs" = "http://www.w3.org/2001/XMLSchema" })]
#[allow(missing_docs, reason = "the fields are the attributes and elements of XSD")]
pub struct Attribute {
    #[yaserde(attribute = true)]
    pub ordinal: u32,
    #[yaserde(attribute = true)]
    pub name: Option<String>,
    #[yaserde(attribute = true, rename = "ref")]
    pub reference: Option<String>,
    #[yaserde(attribute = true, rename = "type")]
    pub type_name: Option<String>,
    #[yaserde(attribute = true, rename = "use")]
    pub usage: Option<String>,
    #[yaserde(attribute = true)]
    pub default: Option<String>,
    #[yaserde(attribute = true)]
    pub fixed: Option<String>,
    #[yaserde(attribute = true)]
    pub form: Option<String>,
    #[yaserde(prefix = "xs")]
    pub documentation: Vec<Documentation>,
    #[yaserde(prefix = "xs", rename = "simpleType")]
    pub simple_type: Vec<SimpleType>,
}

/// `xs:any` or `xs:anyAttribute`.
#[derive(Debug, Default, YaDeserialize)]
#[yaserde(prefix = "xs", namespaces = { "xs" = "http://www.w3.org/2001/XMLSchema" })]
#[allow(missing_docs, reason = "the fields are the attributes and elements of XSD")]
pub struct Wildcard {
    #[yaserde(attribute = true)]
    pub ordinal: u32,
    #[yaserde(attribute = true)]
    pub namespace: Option<String>,
    #[yaserde(attribute = true, rename = "processContents")]
    pub process_contents: Option<String>,
    #[yaserde(attribute = true, rename = "minOccurs")]
    pub min_occurs: Option<String>,
    #[yaserde(attribute = true, rename = "maxOccurs")]
    pub max_occurs: Option<String>,
}

/// `xs:simpleType`, named or anonymous.
#[derive(Debug, Default, YaDeserialize)]
#[yaserde(prefix = "xs", rename = "simpleType", namespaces = { "xs" = "http://www.w3.org/2001/XMLSchema" })]
#[allow(missing_docs, reason = "the fields are the attributes and elements of XSD")]
pub struct SimpleType {
    #[yaserde(attribute = true)]
    pub ordinal: u32,
    #[yaserde(attribute = true)]
    pub name: Option<String>,
    #[yaserde(prefix = "xs")]
    pub documentation: Vec<Documentation>,
    #[yaserde(prefix = "xs")]
    pub restriction: Vec<Derivation>,
    #[yaserde(prefix = "xs")]
    pub list: Vec<ListOrUnion>,
    #[yaserde(prefix = "xs")]
    pub union: Vec<ListOrUnion>,
}

/// `xs:list` or `xs:union`.
#[derive(Debug, Default, YaDeserialize)]
#[yaserde(prefix = "xs", namespaces = { "xs" = "http://www.w3.org/2001/XMLSchema" })]
#[allow(missing_docs, reason = "the fields are the attributes and elements of XSD")]
pub struct ListOrUnion {
    #[yaserde(attribute = true)]
    pub ordinal: u32,
    #[yaserde(attribute = true, rename = "itemType")]
    pub item_type: Option<String>,
    #[yaserde(attribute = true, rename = "memberTypes")]
    pub member_types: Option<String>,
    #[yaserde(prefix = "xs", rename = "simpleType")]
    pub simple_type: Vec<SimpleType>,
}

/// A facet with its value.
#[derive(Debug, Default, YaDeserialize)]
#[yaserde(prefix = "xs", namespaces = { "xs" = "http://www.w3.org/2001/XMLSchema" })]
#[allow(missing_docs, reason = "the fields are the attributes of XSD")]
pub struct Facet {
    #[yaserde(attribute = true)]
    pub ordinal: u32,
    #[yaserde(attribute = true)]
    pub value: Option<String>,
}

/// A particle below a group or a type, with its kind.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs, reason = "the variants are the elements of XSD")]
pub enum Child<'a> {
    Element(&'a Element),
    Group(&'a Group),
    All(&'a Group),
    Choice(&'a Group),
    Sequence(&'a Group),
    Any(&'a Wildcard),
}

impl Child<'_> {
    /// Position in the document.
    pub fn ordinal(&self) -> u32 {
        match self {
            Self::Element(element) => element.ordinal,
            Self::Group(group) | Self::All(group) | Self::Choice(group) | Self::Sequence(group) => group.ordinal,
            Self::Any(wildcard) => wildcard.ordinal,
        }
    }
}

ordered!(Element element, Group group, All all, Choice choice, Sequence sequence, Any any; Group; children);
ordered!(Group group, All all, Choice choice, Sequence sequence; ComplexType; particles);
ordered!(Group group, All all, Choice choice, Sequence sequence; Derivation; particles);
