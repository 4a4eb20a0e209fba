//! Which prefix stands for which namespace, as elements open and close.

use std::borrow::Cow;

use crate::Rule;
use crate::namespace_name::is_uri_reference;

/// The namespace of `xml:lang` and its kin; the prefix `xml` is always bound to it.
const XML: &str = "http://www.w3.org/XML/1998/namespace";
const XMLNS: &str = "http://www.w3.org/2000/xmlns/";
/// Declarations of an ordinary request.
const USUAL: usize = 16;

/// A resolved namespace, valid while the element that declared it is open.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Space {
    None,
    Xml,
    Bound(usize),
}

/// The declarations in scope, innermost last. Looked up from the end: they are few, by limit.
#[derive(Debug)]
pub(crate) struct Namespaces<'a> {
    bindings: Vec<Binding<'a>>,
}

impl Default for Namespaces<'_> {
    fn default() -> Self {
        Self {
            bindings: Vec::with_capacity(USUAL),
        }
    }
}

#[derive(Debug)]
struct Binding<'a> {
    prefix: &'a str,
    uri: Cow<'a, str>,
}

impl<'a> Namespaces<'a> {
    /// How many declarations are in scope; what [`close`](Self::close) takes back to.
    pub(crate) fn len(&self) -> usize {
        self.bindings.len()
    }

    /// Forgets the declarations beyond the first `len`.
    pub(crate) fn close(&mut self, len: usize) {
        self.bindings.truncate(len);
    }

    /// Adds a declaration of an element whose own declarations begin at `own`. An empty prefix is the default namespace.
    pub(crate) fn declare(&mut self, prefix: &'a str, uri: Cow<'a, str>, own: usize, limit: usize) -> Result<(), Rule> {
        match prefix {
            "xmlns" => return Err(Rule::Malformed("the prefix xmlns is declared")),
            "xml" if uri != XML => return Err(Rule::Malformed("the prefix xml is bound to another namespace")),
            "xml" => {}
            _ if uri == XML || uri == XMLNS => return Err(Rule::Malformed("a reserved namespace is bound to another prefix")),
            "" => {}
            _ if uri.is_empty() => return Err(Rule::Malformed("a prefix is bound to no namespace")),
            _ => {}
        }
        if !is_uri_reference(&uri) {
            return Err(Rule::Malformed("a namespace name is not a URI reference"));
        }
        if self.bindings.iter().skip(own).any(|binding| binding.prefix == prefix) {
            return Err(Rule::Malformed("an attribute stands twice"));
        }
        if self.bindings.len() >= limit {
            return Err(Rule::Limit("namespaces in scope"));
        }
        self.bindings.push(Binding { prefix, uri });
        Ok(())
    }

    /// The namespace a prefix stands for; the empty prefix asks for the default namespace.
    pub(crate) fn resolve(&self, prefix: &str) -> Result<Space, Rule> {
        // Prefixes are so short that comparing them byte by byte is faster than a call.
        let is = |binding: &Binding<'_>| binding.prefix.len() == prefix.len() && binding.prefix.bytes().eq(prefix.bytes());
        if let Some(at) = self.bindings.iter().rposition(is) {
            return Ok(Space::Bound(at));
        }
        match prefix {
            "" => Ok(Space::None),
            "xml" => Ok(Space::Xml),
            _ => Err(Rule::Malformed("a prefix is bound to no namespace")),
        }
    }

    /// The name of a resolved namespace; empty for none.
    pub(crate) fn uri(&self, space: Space) -> &str {
        match space {
            Space::None => "",
            Space::Xml => XML,
            Space::Bound(at) => self.bindings.get(at).map_or("", |binding| &binding.uri),
        }
    }

    /// Prefix and namespace of each declaration that the first `outer` give to an element which itself declares the rest.
    pub(crate) fn inherited(&self, outer: usize) -> impl Iterator<Item = (&str, &str)> {
        self.bindings.iter().take(outer).enumerate().filter_map(|(at, binding)| {
            let shadowed = self.bindings.iter().skip(at + 1).any(|later| later.prefix == binding.prefix);
            let idle = shadowed || binding.uri.is_empty() || binding.prefix == "xml";
            (!idle).then_some((binding.prefix, &*binding.uri))
        })
    }
}
