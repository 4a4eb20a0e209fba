//! A WSDL with everything it imports, cached in the project or fetched. It knows which elements an operation answers with and which
//! faults it declares; validating against the schemas is left to `schema`.

use crate::http;
use crate::project::Interface;
use roxmltree::{Document, Node};
use std::collections::BTreeMap;

/// Namespace of WSDL 1.1.
const WSDL: &str = "http://schemas.xmlsoap.org/wsdl/";
/// Namespace of XML Schema.
pub const XSD: &str = "http://www.w3.org/2001/XMLSchema";

/// An expanded name: namespace and local name.
pub type Name = (String, String);

/// What a WSDL says of an operation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Operation {
    /// Elements of the answer's body.
    pub outputs: Vec<Name>,
    /// Elements of fault details.
    pub faults: Vec<Name>,
    /// Whether its messages are written in RPC style.
    pub rpc: bool,
}

/// The documents of a definition: address and text, the WSDL first.
pub fn documents(interface: &Interface) -> Result<Vec<(String, String)>, String> {
    if interface.parts.iter().any(|(_, text)| !text.trim().is_empty()) {
        return Ok(interface.parts.clone());
    }
    fetch(&interface.definition)
}

/// Fetches a WSDL and everything it imports, from the web or from files.
pub fn fetch(url: &str) -> Result<Vec<(String, String)>, String> {
    if url.is_empty() {
        return Err("there is neither a cached definition nor an address to fetch it from".into());
    }
    let mut waiting = vec![url.to_owned()];
    let mut documents: Vec<(String, String)> = Vec::new();
    while let Some(url) = waiting.pop() {
        if documents.iter().any(|(known, _)| *known == url) {
            continue;
        }
        if documents.len() > 500 {
            return Err("the definition has more than 500 documents".into());
        }
        let text = read(&url).map_err(|error| format!("the definition {url} cannot be fetched: {error}"))?;
        let tree =
            Document::parse(text.trim_start_matches('\u{feff}')).map_err(|error| format!("the definition {url} is not XML: {error}"))?;
        waiting.extend(locations(&tree).into_iter().map(|location| resolve(&url, &location)));
        documents.push((url, text));
    }
    Ok(documents)
}

/// What the WSDL documents say of the operation with that name.
pub fn operation(documents: &[(String, String)], name: &str) -> Option<Operation> {
    let trees: Vec<Document<'_>> = documents
        .iter()
        .filter_map(|(_, text)| Document::parse(text.trim_start_matches('\u{feff}').trim()).ok())
        .collect();
    let all = |local: &'static str| {
        trees
            .iter()
            .flat_map(move |tree| tree.descendants().filter(move |node| node.has_tag_name((WSDL, local))))
    };
    let mut messages: BTreeMap<String, Vec<Name>> = BTreeMap::new();
    for message in all("message") {
        let elements = message
            .children()
            .filter_map(|part| part.attribute("element").map(|element| qualified(part, element)))
            .collect();
        messages.insert(message.attribute("name").unwrap_or_default().to_owned(), elements);
    }
    let named = |node: &Node<'_, '_>| node.attribute("name") == Some(name);
    let elements = |node: Node<'_, '_>| {
        messages
            .get(local(node.attribute("message").unwrap_or_default()))
            .cloned()
            .unwrap_or_default()
    };
    let port = all("portType")
        .flat_map(|port| port.children())
        .find(|node| node.has_tag_name((WSDL, "operation")) && named(node))?;
    let of = |kind: &'static str| {
        port.children()
            .filter(move |node| node.has_tag_name((WSDL, kind)))
            .flat_map(elements)
            .collect()
    };
    let rpc = all("binding").any(|binding| {
        let rpc = |node: Node<'_, '_>| node.children().any(|child| child.attribute("style") == Some("rpc"));
        rpc(binding) || binding.children().any(|operation| named(&operation) && rpc(operation))
    });
    Some(Operation {
        outputs: of("output"),
        faults: of("fault"),
        rpc,
    })
}

/// A reference to an address, seen from a document's address.
pub fn resolve(base: &str, reference: &str) -> String {
    let reference = reference.replace('\\', "/");
    let base = base.replace('\\', "/");
    if reference.contains("://") || reference.starts_with("file:") {
        return reference;
    }
    let origin = base.find("://").map_or(0, |at| {
        base.get(at + 3..)
            .and_then(|rest| rest.find('/'))
            .map_or(base.len(), |slash| at + 3 + slash)
    });
    let (origin, path) = base.split_at(origin);
    if reference.starts_with('/') {
        return format!("{origin}{reference}");
    }
    let path = path.split('?').next().unwrap_or_default();
    if reference.starts_with('?') {
        return format!("{origin}{path}{reference}");
    }
    let mut segments: Vec<&str> = path.split('/').collect();
    segments.pop();
    for segment in reference.split('/') {
        match segment {
            "." => {}
            ".." if segments.last().is_some_and(|last| *last != ".." && !last.is_empty()) => {
                segments.pop();
            }
            other => segments.push(other),
        }
    }
    format!("{origin}{}", segments.join("/"))
}

fn read(url: &str) -> Result<String, String> {
    if url.starts_with("http://") || url.starts_with("https://") {
        return http::get(url);
    }
    let path = url.strip_prefix("file://").or_else(|| url.strip_prefix("file:")).unwrap_or(url);
    std::fs::read_to_string(path).map_err(|error| error.to_string())
}

fn locations(tree: &Document<'_>) -> Vec<String> {
    let importing = |node: &Node<'_, '_>| matches!(node.tag_name().name(), "import" | "include" | "redefine");
    tree.descendants()
        .filter(importing)
        .filter_map(|node| node.attribute("schemaLocation").or_else(|| node.attribute("location")))
        .map(str::to_owned)
        .collect()
}

fn qualified(node: Node<'_, '_>, name: &str) -> Name {
    let (prefix, local) = name.split_once(':').map_or((None, name), |(prefix, local)| (Some(prefix), local));
    (node.lookup_namespace_uri(prefix).unwrap_or_default().to_owned(), local.to_owned())
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_resolved_like_addresses() {
        for (base, reference, expected) in [
            ("http://h/a/b.svc?wsdl", "http://o/x", "http://o/x"),
            ("http://h/a/b.svc?wsdl", "?xsd=1", "http://h/a/b.svc?xsd=1"),
            ("http://h/a/b.svc?wsdl", "/x.xsd", "http://h/x.xsd"),
            ("http://h/a/b.svc?wsdl", "../x.xsd", "http://h/x.xsd"),
            ("wsdl/A.wsdl", "../xsd/x.xsd", "xsd/x.xsd"),
            ("/c/wsdl/A.wsdl", "./x.xsd", "/c/wsdl/x.xsd"),
            ("file:\\C:\\a\\b.wsdl", "..\\x.xsd", "file:/C:/x.xsd"),
        ] {
            assert_eq!(resolve(base, reference), expected, "{base} {reference}");
        }
    }

    #[test]
    fn an_operation_knows_its_answer_and_its_faults() {
        let wsdl = r#"<d:definitions xmlns:d="http://schemas.xmlsoap.org/wsdl/" xmlns:t="urn:t" xmlns:x="urn:x">
          <d:message name="Out"><d:part name="p" element="x:Answer"/></d:message><d:message name="Bad"><d:part name="p" element="x:Trouble"/></d:message>
          <d:portType name="P"><d:operation name="Ask"><d:output message="t:Out"/><d:fault name="f" message="t:Bad"/></d:operation></d:portType></d:definitions>"#;
        let documents = [("a".to_owned(), wsdl.to_owned())];
        let name = |local: &str| ("urn:x".to_owned(), local.to_owned());
        let expected = Operation {
            outputs: vec![name("Answer")],
            faults: vec![name("Trouble")],
            rpc: false,
        };
        assert_eq!(operation(&documents, "Ask"), Some(expected));
        assert_eq!(operation(&documents, "Other"), None);
    }
}
