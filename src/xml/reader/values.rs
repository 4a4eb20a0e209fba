//! Elements as values: what generated code calls in schema order.

use std::borrow::Cow;

use super::{Reader, trim};
use crate::characters::is_ncname;
use crate::datatypes::Datatype;
use crate::facets::Value;
use crate::{Decode, Name, QName, Rule, Tag, Violation};

impl<'a> Reader<'a> {
    /// The next child, which must be this element.
    ///
    /// # Errors
    /// [`Rule::Missing`] at the end of the open element, [`Rule::Unexpected`] at another element, otherwise what the type says.
    pub fn required<T: Decode>(&mut self, name: &Name) -> Result<T, Violation> {
        if self.at(name)? {
            self.decode(None)
        } else {
            Err(self.absent(&name.to_string()))
        }
    }

    /// The next child if it is this element.
    ///
    /// # Errors
    /// What the type says.
    pub fn optional<T: Decode>(&mut self, name: &Name) -> Result<Option<T>, Violation> {
        if self.at(name)? { self.decode(None).map(Some) } else { Ok(None) }
    }

    /// The next children as far as they are this element, at least `min` of them and at most `max`.
    ///
    /// # Errors
    /// As [`required`](Self::required) below `min`, [`Rule::TooMany`] above `max`.
    pub fn repeated<T: Decode>(&mut self, name: &Name, min: usize, max: usize) -> Result<Vec<T>, Violation> {
        let mut values = Vec::new();
        while self.at(name)? {
            if values.len() >= max {
                return Err(self.violation(Rule::TooMany {
                    name: name.to_string(),
                    most: max,
                }));
            }
            values.push(self.decode(Some(values.len() + 1))?);
        }
        if values.len() < min {
            Err(self.absent(&name.to_string()))
        } else {
            Ok(values)
        }
    }

    /// The violation of an element that should stand next: missing at the end of the open element, otherwise unexpected.
    pub fn absent(&mut self, expected: &str) -> Violation {
        let expected = expected.to_owned();
        match self.peek() {
            Ok(None) => self.violation(Rule::Missing { expected }),
            Ok(Some(_)) => self.violation(Rule::Unexpected { expected }),
            Err(violation) => violation,
        }
    }

    fn decode<T: Decode>(&mut self, index: Option<usize>) -> Result<T, Violation> {
        self.enter_as(index)?;
        self.allow_types(T::TYPES);
        T::decode(self)
    }

    /// The text of the element just entered, made a value of the named simple type. Goes through the end tag.
    ///
    /// # Errors
    /// As [`text`](Self::text); the rule `read` says is broken, with the type.
    pub fn value<T>(&mut self, in_type: &'static str, read: impl FnOnce(Cow<'a, str>) -> Result<T, Rule>) -> Result<T, Violation> {
        let text = self.text()?;
        read(text).map_err(|rule| self.violation(rule).in_type(in_type))
    }

    /// The text of the element just entered as a value of a built-in type, or of the one derived from it that `xsi:type` names.
    /// Goes through the end tag.
    ///
    /// # Errors
    /// As [`value`](Self::value).
    pub fn built_in<T: Datatype>(&mut self) -> Result<T, Violation> {
        let Some(narrower) = self.narrower(T::NAME) else {
            return self.value(T::NAME, T::read);
        };
        self.value(narrower.name(), |raw| {
            let text = narrower.white_space().apply(&raw);
            Value::parse(narrower, &text)?;
            T::parse(&text)
        })
    }

    /// The text of the element just entered as a `xs:QName`, resolved with the namespaces in scope there.
    ///
    /// # Errors
    /// As [`text`](Self::text); [`Rule::Lexical`] when it is no name or its prefix is not bound.
    pub fn qname(&mut self) -> Result<QName, Violation> {
        let text = self.text()?;
        match self.resolve(&text) {
            Some(tag) => Ok(tag.to_qname()),
            None => Err(self.violation(Rule::Lexical("QName"))),
        }
    }

    /// A prefixed name as the namespaces in scope have it; `None` if it is no name or its prefix is not bound.
    pub(super) fn resolve<'r>(&'r self, value: &'r str) -> Option<Tag<'r>> {
        let value = trim(value);
        let (prefix, local) = match value.split_once(':') {
            Some((prefix, local)) if is_ncname(prefix) => (prefix, local),
            Some(_) => return None,
            None => ("", value),
        };
        let space = self.scanner.namespaces.resolve(prefix).ok().filter(|_| is_ncname(local))?;
        Some(Tag {
            namespace: self.scanner.namespaces.uri(space),
            local,
        })
    }
}
