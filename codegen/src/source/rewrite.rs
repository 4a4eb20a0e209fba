//! One document, walked once with positions and prefixes, and written again in a canonical form that is easy to read.
//!
//! The canonical form is plain UTF-8, has fixed prefixes, carries an `ordinal` on every element and every name as
//! `{namespace}local`. What the grammar table does not know is refused here.

use quick_xml::{
    NsReader, XmlVersion,
    events::{BytesStart, Event},
    name::{PrefixDeclaration, ResolveResult},
};

use super::{grammar, policy};
use crate::error::{Error, Place};

pub(super) const XSD: &str = "http://www.w3.org/2001/XMLSchema";
pub(super) const WSDL: &str = "http://schemas.xmlsoap.org/wsdl/";
pub(super) const SOAP: &str = "http://schemas.xmlsoap.org/wsdl/soap/";
const OTHER_BINDINGS: [&str; 3] = [
    "http://schemas.xmlsoap.org/wsdl/soap12/",
    "http://schemas.xmlsoap.org/wsdl/http/",
    "http://schemas.xmlsoap.org/wsdl/mime/",
];

/// A schema or the WSDL part of a document, in canonical form.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) is_schema: bool,
    pub(super) namespace: Option<String>,
    pub(super) text: String,
    /// Namespaces and the prefixes its author gave them.
    pub(super) prefixes: Vec<(String, String)>,
    /// By ordinal.
    pub(super) places: Vec<Place>,
}

/// Another document that this one asks for.
#[derive(Debug)]
pub(super) struct Dependency {
    pub(super) kind: DependencyKind,
    pub(super) location: Option<String>,
    pub(super) place: Place,
}

#[derive(Debug)]
pub(super) enum DependencyKind {
    /// A schema of another namespace.
    Import(Option<String>),
    /// A schema of the same namespace, here the namespace of the one that includes it.
    Include(Option<String>),
    /// Another WSDL.
    Wsdl,
}

/// What walking a document gave.
#[derive(Debug, Default)]
pub(super) struct Rewritten {
    pub(super) parts: Vec<Part>,
    pub(super) dependencies: Vec<Dependency>,
}

/// Walks a document; `adopted` is the namespace a schema without one takes from the schema that includes it.
pub(super) fn rewrite(file: &str, text: &str, adopted: Option<&str>) -> Result<Rewritten, Error> {
    is_well_formed(file, text)?;
    let mut reader = NsReader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut walker = Walker {
        file,
        text,
        adopted,
        reader,
        line: 1,
        counted: 0,
        open: Vec::new(),
        parts: Vec::new(),
        other_binding: false,
        result: Rewritten::default(),
    };
    walker.walk()?;
    Ok(walker.result)
}

pub(super) struct Walker<'a> {
    file: &'a str,
    text: &'a str,
    adopted: Option<&'a str>,
    reader: NsReader<&'a [u8]>,
    line: u32,
    counted: usize,
    /// Canonical names of the open elements.
    open: Vec<String>,
    /// Parts being written: the WSDL, and inside it a schema.
    parts: Vec<Part>,
    /// Inside a `wsdl:binding` for a protocol that is not SOAP 1.1.
    other_binding: bool,
    result: Rewritten,
}

impl<'a> Walker<'a> {
    fn walk(&mut self) -> Result<(), Error> {
        loop {
            self.count_lines();
            match self.read()? {
                Event::Start(start) => self.start(&start)?,
                Event::End(_) => self.end(),
                Event::Text(text) if text.trim().is_empty() => {}
                Event::Text(_) | Event::CData(_) | Event::GeneralRef(_) => {
                    return Err(self.malformed("text between the elements"));
                }
                Event::DocType(_) => return Err(self.malformed("a document type declaration")),
                Event::Comment(_) | Event::PI(_) | Event::Decl(_) | Event::Empty(_) => {}
                Event::Eof => break,
            }
        }
        if self.result.parts.is_empty() {
            return Err(self.malformed("neither a schema nor a WSDL"));
        }
        Ok(())
    }

    fn start(&mut self, start: &BytesStart<'a>) -> Result<(), Error> {
        let namespace = self.namespace_of(start)?;
        let local = start.local_name().into_inner().to_owned();
        let parent = self.open.last().cloned().unwrap_or_default();
        let element = match namespace.as_str() {
            XSD => format!("xs:{local}"),
            WSDL => format!("wsdl:{local}"),
            SOAP => format!("soap:{local}"),
            other if OTHER_BINDINGS.contains(&other) && self.may_skip(&parent, &local) => {
                return self.skip(start);
            }
            other if policy::is_policy(other) && parent.starts_with("wsdl:") => return self.policy(start),
            _ => start.name().into_inner().to_owned(),
        };
        let place = self.place(start, &element);
        match element.as_str() {
            "xs:annotation" if parent.starts_with("xs:") => return self.annotation(start),
            "wsdl:documentation" if parent.starts_with("wsdl:") => {
                let language = language(start);
                let text = self.flatten(start)?;
                self.write_documentation("wsdl", &language, &text);
                return Ok(());
            }
            _ => {}
        }
        let allowed = match parent.as_str() {
            "" => element == "xs:schema" || element == "wsdl:definitions",
            parent => {
                let grandparent = self.open.iter().rev().nth(1).map_or("", String::as_str);
                grammar::rule(grandparent, parent).is_some_and(|rule| rule.children.contains(&element.as_str()))
            }
        };
        let Some(rule) = grammar::rule(&parent, &element).filter(|_| allowed) else {
            let below = if parent.is_empty() {
                "as the root".to_owned()
            } else {
                format!("in {parent}")
            };
            return Err(Error::unsupported(&place, format!("{element} {below}")));
        };
        let attributes = self.attributes(start, &place, &rule)?;
        self.open_part(&element, &attributes);
        self.dependency(&element, &attributes, &place);
        if element == "wsdl:binding" {
            self.other_binding = false;
        }
        self.write_start(&element, &attributes, place);
        self.open.push(element);
        Ok(())
    }

    fn end(&mut self) {
        let Some(element) = self.open.pop() else {
            return;
        };
        if let Some(part) = self.parts.last_mut() {
            part.text.push_str(&format!("</{element}>"));
        }
        if element == "xs:schema" || element == "wsdl:definitions" {
            self.result.parts.extend(self.parts.pop());
        }
    }

    /// A schema or a WSDL begins a part of its own.
    fn open_part(&mut self, element: &str, attributes: &[(String, String)]) {
        let is_schema = element == "xs:schema";
        if is_schema || element == "wsdl:definitions" {
            let bindings = self.reader.resolver().bindings();
            let prefixes = bindings.filter_map(|(prefix, namespace)| match prefix {
                PrefixDeclaration::Named(prefix) => Some((namespace.into_inner().to_owned(), prefix.to_owned())),
                PrefixDeclaration::Default => None,
            });
            let prefixes = prefixes.collect();
            self.parts.push(Part {
                prefixes,
                is_schema,
                namespace: value(attributes, "targetNamespace").map(str::to_owned),
                text: String::new(),
                places: Vec::new(),
            });
        }
    }

    fn dependency(&mut self, element: &str, attributes: &[(String, String)], place: &Place) {
        let namespace = || value(attributes, "namespace").map(str::to_owned);
        let target = self.parts.last().and_then(|part| part.namespace.clone());
        let (kind, location) = match element {
            "xs:import" => (DependencyKind::Import(namespace()), "schemaLocation"),
            "xs:include" => (DependencyKind::Include(target), "schemaLocation"),
            "wsdl:import" => (DependencyKind::Wsdl, "location"),
            _ => return,
        };
        self.result.dependencies.push(Dependency {
            kind,
            location: value(attributes, location).map(str::to_owned),
            place: place.clone(),
        });
    }

    fn attributes(&self, start: &BytesStart<'a>, place: &Place, rule: &grammar::Rule) -> Result<Vec<(String, String)>, Error> {
        let mut found = Vec::new();
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|error| self.malformed(&error.to_string()))?;
            if attribute.key.as_namespace_binding().is_some() {
                continue;
            }
            let value = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(|error| self.malformed(&error.to_string()))?;
            let (namespace, local) = self.reader.resolver().resolve_attribute(attribute.key);
            let local = local.into_inner();
            if let ResolveResult::Bound(namespace) = namespace {
                let asked = local == "required" && value.trim() == "true" || local == "arrayType";
                if namespace.into_inner() == WSDL && asked {
                    return Err(Error::unsupported(place, format!("wsdl:{local}")));
                }
                continue;
            }
            if rule.names.contains(&local) {
                let names = value
                    .split_ascii_whitespace()
                    .map(|name| self.resolve(name, place))
                    .collect::<Result<Vec<_>, _>>()?;
                found.push((local.to_owned(), names.join(" ")));
            } else if rule.attributes.contains(&local) {
                found.push((local.to_owned(), value.into_owned()));
            } else if local != "id" {
                return Err(Error::unsupported(place, format!("the attribute {local}")));
            }
        }
        let schema = place.element.split(' ').next() == Some("xs:schema");
        if schema && value(&found, "targetNamespace").is_none() {
            found.extend(self.adopted.map(|name| ("targetNamespace".to_owned(), name.to_owned())));
        }
        Ok(found)
    }

    /// `prefix:local` to `{namespace}local`; a name without namespace follows an adopted schema into its namespace.
    fn resolve(&self, name: &str, place: &Place) -> Result<String, Error> {
        let (prefix, local) = match name.split_once(':') {
            Some((prefix, local)) => (Some(prefix), local),
            None => (None, name),
        };
        let lookup = |prefix: Option<&str>| {
            self.reader.resolver().bindings().find_map(|(declared, namespace)| {
                let matches = match declared {
                    PrefixDeclaration::Default => prefix.is_none(),
                    PrefixDeclaration::Named(declared) => prefix == Some(declared),
                };
                matches.then(|| namespace.into_inner().to_owned())
            })
        };
        let namespace = match (lookup(prefix), prefix) {
            (Some(namespace), _) => namespace,
            (None, Some("xml")) => "http://www.w3.org/XML/1998/namespace".to_owned(),
            (None, Some(prefix)) => {
                return Err(Error::invalid(place, format!("the prefix {prefix} is not declared")));
            }
            (None, None) => String::new(),
        };
        if namespace.is_empty() {
            return Ok(format!("{{{}}}{local}", self.adopted.unwrap_or_default()));
        }
        Ok(format!("{{{namespace}}}{local}"))
    }

    fn write_start(&mut self, element: &str, attributes: &[(String, String)], place: Place) {
        let Some(part) = self.parts.last_mut() else {
            return;
        };
        let ordinal = part.places.len();
        part.places.push(place);
        part.text.push_str(&format!("<{element}"));
        if ordinal == 0 {
            part.text
                .push_str(&format!(" xmlns:xs=\"{XSD}\" xmlns:wsdl=\"{WSDL}\" xmlns:soap=\"{SOAP}\""));
        }
        part.text.push_str(&format!(" ordinal=\"{ordinal}\""));
        for (name, value) in attributes {
            part.text.push_str(&format!(" {name}=\"{}\"", escape(value)));
        }
        part.text.push('>');
    }

    /// The texts of an annotation become children of the annotated element; notes for machines are left out.
    fn annotation(&mut self, start: &BytesStart<'a>) -> Result<(), Error> {
        let mut depth = 0_u32;
        loop {
            self.count_lines();
            match self.read()? {
                Event::Start(inner) if inner.local_name().into_inner() == "documentation" && depth == 0 => {
                    let language = language(&inner);
                    let text = self.flatten(&inner)?;
                    self.write_documentation("xs", &language, &text);
                }
                Event::Start(_) => depth += 1,
                Event::End(_) if depth == 0 => return Ok(()),
                Event::End(_) => depth -= 1,
                Event::Eof => return Err(self.malformed(&format!("{:?} is not closed", start.name()))),
                _ => {}
            }
        }
    }

    fn write_documentation(&mut self, prefix: &str, language: &str, text: &str) {
        if let Some(part) = self.parts.last_mut()
            && !text.is_empty()
        {
            let (language, text) = (escape(language), escape(text));
            part.text.push_str(&format!(
                "<{prefix}:documentation language=\"{language}\">{text}</{prefix}:documentation>"
            ));
        }
    }

    /// The character content of a whole element, markup dropped and white space collapsed.
    fn flatten(&mut self, start: &BytesStart<'a>) -> Result<String, Error> {
        let mut text = String::new();
        let mut depth = 0_u32;
        loop {
            match self.read()? {
                Event::Start(_) => depth += 1,
                Event::End(_) if depth == 0 => break,
                Event::End(_) => depth -= 1,
                Event::Text(piece) => text.push_str(&piece.xml10_content()),
                Event::CData(piece) => text.push_str(&piece.xml10_content()),
                Event::GeneralRef(reference) => {
                    let char = reference.resolve_char_ref().map_err(|error| self.malformed(&error.to_string()))?;
                    match char {
                        Some(char) => text.push(char),
                        None => text.push_str(
                            quick_xml::escape::resolve_predefined_entity(&reference)
                                .ok_or_else(|| self.malformed("an entity nobody declared"))?,
                        ),
                    }
                }
                Event::Eof => return Err(self.malformed(&format!("{:?} is not closed", start.name()))),
                _ => {}
            }
        }
        Ok(text.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// Other protocols stand beside SOAP 1.1 in many contracts; inside a SOAP 1.1 binding nothing of theirs is skipped.
    fn may_skip(&mut self, parent: &str, local: &str) -> bool {
        if parent == "wsdl:binding" && local == "binding" {
            self.other_binding = true;
            if let Some(part) = self.parts.last_mut() {
                part.text.push_str("<wsdl:otherBinding></wsdl:otherBinding>");
            }
        }
        self.other_binding || parent == "wsdl:port"
    }

    fn skip(&mut self, start: &BytesStart<'a>) -> Result<(), Error> {
        self.flatten(start).map(drop)
    }

    pub(super) fn namespace_of(&self, start: &BytesStart<'a>) -> Result<String, Error> {
        match self.reader.resolver().resolve_element(start.name()).0 {
            ResolveResult::Bound(namespace) => Ok(namespace.into_inner().to_owned()),
            ResolveResult::Unbound => Ok(String::new()),
            ResolveResult::Unknown(prefix) => Err(self.malformed(&format!("the prefix {prefix} is not declared"))),
        }
    }

    pub(super) fn place(&self, start: &BytesStart<'a>, element: &str) -> Place {
        let name = ["name", "ref", "base", "value", "message", "namespace"]
            .iter()
            .find_map(|name| start.try_get_attribute(name).ok().flatten());
        Place {
            file: self.file.to_owned(),
            line: self.line,
            element: match name {
                Some(name) => format!("{element} {}", name.value),
                None => element.to_owned(),
            },
        }
    }

    pub(super) fn read(&mut self) -> Result<Event<'a>, Error> {
        self.reader.read_event().map_err(|error| self.malformed(&error.to_string()))
    }

    pub(super) fn count_lines(&mut self) {
        let position = usize::try_from(self.reader.buffer_position()).unwrap_or(usize::MAX);
        let passed = self.text.get(self.counted..position).unwrap_or_default();
        let lines = passed.matches('\n').count();
        self.line += u32::try_from(lines).unwrap_or(u32::MAX);
        self.counted = position;
    }

    pub(super) fn malformed(&self, reason: &str) -> Error {
        Error::Malformed {
            file: self.file.to_owned(),
            line: self.line,
            reason: reason.to_owned(),
        }
    }
}

/// The tokenizer takes much that is not XML; the strict reader does not. Contracts are larger than requests, and ours:
/// tools write dozens of prefixes into one `wsdl:definitions`, and a stylesheet on top.
fn is_well_formed(file: &str, text: &str) -> Result<(), Error> {
    let limits = xml::Limits {
        depth: 256,
        attributes: 4096,
        namespaces: 4096,
        name_length: 4096,
        elements: 1_000_000,
        attribute_value: 1 << 20,
        instructions: true,
    };
    let failed = |line: usize, violation: &xml::Violation| Error::Malformed {
        file: file.to_owned(),
        line: u32::try_from(line).unwrap_or_default(),
        reason: violation.rule.to_string(),
    };
    let mut reader = xml::Reader::transcoded(text.as_bytes(), limits).map_err(|violation| failed(1, &violation))?;
    if let Err(violation) = reader.skip() {
        return Err(failed(reader.position().line, &violation));
    }
    let line = reader.position().line;
    reader.finish().map_err(|violation| failed(line, &violation))
}

fn value<'a>(attributes: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let found = attributes.iter().find(|(attribute, _)| attribute == name);
    found.map(|(_, value)| value.as_str())
}

/// The `xml:lang` of an element; empty where it has none.
fn language(start: &BytesStart<'_>) -> String {
    let found = start
        .attributes()
        .flatten()
        .find(|attribute| attribute.key.into_inner() == "xml:lang");
    let value = found.and_then(|attribute| {
        attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .ok()
            .map(|value| value.into_owned())
    });
    value.unwrap_or_default()
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\t' | '\n' | '\r' => escaped.push_str(&format!("&#{};", u32::from(char))),
            char => escaped.push(char),
        }
    }
    escaped
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::rewrite;

    #[test]
    fn what_tools_put_around_a_contract_is_no_obstacle() {
        let prefixes: String = (0..100).map(|n| format!(" xmlns:q{n}='urn:example:{n}'")).collect();
        let text = format!(
            "<?xml version='1.0'?>\n<?xml-stylesheet href='view.xsl'?>\n<q7:schema xmlns:q7='http://www.w3.org/2001/XMLSchema'{}/>",
            prefixes.replace(" xmlns:q7='urn:example:7'", "")
        );
        assert_eq!(rewrite("many.xsd", &text, None).unwrap().parts.len(), 1);
    }
}
