//! What the start tag says: attributes, `xsi:nil`, `xsi:type`.
//!
//! Whoever reads an element asks for the attributes it may have; what nobody asked for is refused when reading goes on.

use std::borrow::Cow;

use super::{Reader, trim};
use crate::attributes::Attribute;
use crate::datatypes::{Builtin, Datatype};
use crate::{Name, QName, Rule, Violation, XSD, XSI};

impl<'a> Reader<'a> {
    /// The value of an attribute of the element peeked at or just entered, references and white space normalised.
    ///
    /// An attribute nobody asks for is refused when reading goes on.
    pub fn attribute(&mut self, name: &Name) -> Option<Cow<'a, str>> {
        self.take(name.namespace, name.local)
    }

    /// The attributes nobody has asked for yet, in document order; `xsi:schemaLocation` and its kin are left out.
    pub fn attributes(&self) -> impl Iterator<Item = Attribute<'_>> {
        self.scanner.attributes.iter().filter(|held| !held.taken).filter_map(|held| {
            let namespace = self.scanner.namespaces.uri(held.space);
            (!is_location(namespace, held.local)).then_some(Attribute {
                namespace,
                local: held.local,
                value: &held.value,
            })
        })
    }

    /// Lets any further attribute of the element just entered stand.
    pub fn any_attributes(&mut self) {
        self.attributes_open = false;
    }

    /// Whether the element just entered says `xsi:nil="true"`.
    ///
    /// # Errors
    /// [`Rule::Lexical`] when the value is no boolean.
    pub fn nil(&mut self) -> Result<bool, Violation> {
        match self.take(XSI, "nil").as_deref().map(trim) {
            None | Some("false" | "0") => Ok(false),
            Some("true" | "1") => Ok(true),
            Some(_) => Err(self.at_attribute("nil", Rule::Lexical("boolean"))),
        }
    }

    /// The type the element just entered gives in `xsi:type`.
    ///
    /// # Errors
    /// [`Rule::Lexical`] when the value is no name or its prefix is not bound.
    pub fn type_name(&mut self) -> Result<Option<QName>, Violation> {
        let Some(value) = self.take(XSI, "type") else { return Ok(None) };
        match self.resolve(&value) {
            Some(tag) => Ok(Some(tag.to_qname())),
            None => Err(self.at_attribute("type", Rule::Lexical("QName"))),
        }
    }

    /// An attribute as a value of its simple type, if it is there.
    ///
    /// # Errors
    /// The rule the value breaks, at the attribute.
    pub fn optional_attribute<T: Datatype>(&mut self, name: &Name) -> Result<Option<T>, Violation> {
        let value = self.attribute(name).map(T::read).transpose();
        value.map_err(|rule| self.attribute_violation(name, rule).in_type(T::NAME))
    }

    /// An attribute as a value of its simple type.
    ///
    /// # Errors
    /// [`Rule::Missing`]; the rule the value breaks, at the attribute.
    pub fn required_attribute<T: Datatype>(&mut self, name: &Name) -> Result<T, Violation> {
        match self.optional_attribute(name)? {
            Some(value) => Ok(value),
            None => Err(self.violation(Rule::Missing {
                expected: format!("@{name}"),
            })),
        }
    }

    /// A broken rule at an attribute of the element just entered.
    #[must_use]
    pub fn attribute_violation(&self, name: &Name, rule: Rule) -> Violation {
        self.at_attribute(name.local, rule)
    }

    /// Takes `xsi:type` if it names one of these; otherwise it stays for the type to ask for, or to be refused.
    pub(super) fn allow_types(&mut self, types: &[Name]) {
        if self.scanner.attributes.is_empty() {
            return;
        }
        let Some(at) = self.find(XSI, "type") else { return };
        let value = self.scanner.attributes.get(at).map(|held| held.value.clone());
        let allowed = value.and_then(|value| self.resolve(&value).map(|tag| types.iter().any(|name| tag.is(name))));
        if let Some(held) = self.scanner.attributes.get_mut(at) {
            held.taken = allowed == Some(true);
        }
    }

    /// Takes `xsi:type` if it names a built-in type derived from this one, and says which.
    pub(super) fn narrower(&mut self, declared: &str) -> Option<Builtin> {
        let at = self.find(XSI, "type")?;
        let value = self.scanner.attributes.get(at)?.value.clone();
        let tag = self.resolve(&value).filter(|tag| tag.namespace == XSD)?;
        let (named, declared) = (Builtin::by_name(tag.local)?, Builtin::by_name(declared)?);
        let narrower = (named != declared && named.is_a(declared)).then_some(named)?;
        self.scanner.attributes.get_mut(at)?.taken = true;
        Some(narrower)
    }

    /// Refuses what remains of the attributes of the element just entered.
    pub(super) fn refuse_attributes(&self) -> Result<(), Violation> {
        match self.attributes().next() {
            None => Ok(()),
            Some(Attribute {
                namespace: XSI,
                local: "nil",
                ..
            }) => Err(self.violation(Rule::Nil)),
            Some(Attribute {
                namespace: XSI,
                local: "type",
                ..
            }) => Err(self.violation(Rule::Type)),
            Some(_) => Err(self.violation(Rule::Attribute)),
        }
    }

    fn take(&mut self, namespace: &str, local: &str) -> Option<Cow<'a, str>> {
        let at = self.find(namespace, local)?;
        let held = self.scanner.attributes.get_mut(at)?;
        held.taken = true;
        Some(held.value.clone())
    }

    fn find(&self, namespace: &str, local: &str) -> Option<usize> {
        let scanner = &self.scanner;
        scanner
            .attributes
            .iter()
            .position(|held| held.local == local && scanner.namespaces.uri(held.space) == namespace)
    }

    fn at_attribute(&self, local: &str, rule: Rule) -> Violation {
        Violation::new(format!("{}/@{local}", self.path()), rule)
    }
}

/// `xsi:schemaLocation` is a hint to fetch something; nothing is fetched.
fn is_location(namespace: &str, local: &str) -> bool {
    namespace == XSI && matches!(local, "schemaLocation" | "noNamespaceSchemaLocation")
}
