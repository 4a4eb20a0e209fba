//! XPath as SoapUI projects write it: a prolog of `declare namespace p='uri';` and an expression, some of it XPath 2. It knows how to
//! hand the expression to libxml2 (XPath 1.0) and how to point at what was selected in the text of the document. What cannot be
//! said in XPath 1.0 is skipped, never guessed.

use crate::outcome::Stop;
use libxml::parser::Parser;
use libxml::tree::{Node, NodeType};
use regex::Regex;
use std::sync::LazyLock;

/// What an expression selected.
#[derive(Debug, PartialEq)]
pub enum Selection {
    /// Nodes in document order; none is a possible answer.
    Nodes(Vec<Found>),
    /// A number, text or truth value, written as XPath writes it.
    Value(String),
}

/// One selected node.
#[derive(Debug, PartialEq)]
pub struct Found {
    /// Where the element is (or the element that carries the attribute or text): for each level below the root, which child element.
    pub path: Vec<usize>,
    /// What it is.
    pub kind: Kind,
    /// Its text content.
    pub value: String,
}

/// The kinds of node that matter.
#[derive(Debug, PartialEq)]
pub enum Kind {
    /// An element.
    Element,
    /// An attribute, by local name and namespace.
    Attribute(String, Option<String>),
    /// Text.
    Text,
    /// A comment, a processing instruction, the document.
    Other,
}

/// Which prefixes an expression may use beside those it declares.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Prefixes {
    /// None: as in an assertion.
    Declared,
    /// Those of the document, where the expression declares none: as in a property expansion.
    OfDocument,
}

/// Evaluates `expression` over `document`.
pub fn select(document: &str, expression: &str, prefixes: Prefixes) -> Result<Selection, Stop> {
    let document = document.trim_start_matches('\u{feff}').trim_start();
    let tree = roxmltree::Document::parse(document).map_err(|error| Stop::Failed(format!("not XML: {error}")))?;
    let (mut namespaces, body) = prolog(expression)?;
    if namespaces.is_empty() && prefixes == Prefixes::OfDocument {
        namespaces = prefixes_of(&tree);
    }
    let rewritten = rewrite(&body);
    if rewritten.trim().is_empty() {
        return Stop::failed("the XPath expression is empty");
    }
    if rewritten.contains("namespace::") {
        return Stop::skipped(format!("the namespace axis cannot be evaluated: {body}"));
    }
    let parsed = Parser::default()
        .parse_string(document)
        .map_err(|error| Stop::Failed(format!("not XML: {error}")))?;
    let context = libxml::xpath::Context::new(&parsed).map_err(|()| Stop::Failed("no XPath context".into()))?;
    for (prefix, uri) in &namespaces {
        context
            .register_namespace(prefix, uri)
            .map_err(|()| Stop::Failed(format!("the prefix {prefix} cannot be declared")))?;
    }
    let object = context
        .evaluate_checked(&rewritten)
        .map_err(|error| refused(&body, &rewritten, &error.to_string()))?;
    let nodes = object.get_nodes_as_vec();
    if !nodes.is_empty() {
        return Ok(Selection::Nodes(nodes.iter().map(found).collect()));
    }
    let text = object.to_string();
    if text.is_empty() && !gives_text(&rewritten) {
        Ok(Selection::Nodes(Vec::new()))
    } else {
        Ok(Selection::Value(text))
    }
}

/// The text of the first thing selected: what a property expansion and a transfer take. None where nothing is selected.
pub fn first(document: &str, expression: &str, prefixes: Prefixes) -> Result<Option<String>, Stop> {
    match select(document, expression, prefixes)? {
        Selection::Value(text) => Ok(Some(text)),
        Selection::Nodes(nodes) => Ok(nodes.into_iter().next().map(|found| found.value)),
    }
}

/// The element at `path` below the root of `tree`.
pub fn locate<'a, 'i>(tree: &'a roxmltree::Document<'i>, path: &[usize]) -> Option<roxmltree::Node<'a, 'i>> {
    path.iter().try_fold(tree.root_element(), |node, index| {
        node.children().filter(roxmltree::Node::is_element).nth(*index)
    })
}

/// Splits declarations from the expression.
fn prolog(expression: &str) -> Result<(Vec<(String, String)>, String), Stop> {
    static DECLARATION: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r#"^\s*declare\s+namespace\s+([^\s=]+)\s*=\s*(?:'([^']*)'|"([^"]*)")\s*;?"#).ok());
    let mut rest = expression;
    let mut namespaces = Vec::new();
    while let Some(found) = DECLARATION.as_ref().and_then(|regex| regex.captures(rest)) {
        let text = |index| found.get(index).map(|part: regex::Match<'_>| part.as_str().to_owned());
        namespaces.push((text(1).unwrap_or_default(), text(2).or_else(|| text(3)).unwrap_or_default()));
        rest = rest.get(found.get(0).map_or(0, |all| all.end())..).unwrap_or_default();
    }
    if rest.trim_start().starts_with("declare ") {
        return Stop::skipped(format!(
            "this declaration cannot be read: {}",
            rest.trim().lines().next().unwrap_or_default()
        ));
    }
    Ok((namespaces, rest.trim().to_owned()))
}

/// The little of XPath 2 that XPath 1.0 can say in other words: `*:name`, `exists(…)`, `empty(…)`, comments. Text in quotes stays.
fn rewrite(expression: &str) -> String {
    static WORDS: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r#"'[^']*'|"[^"]*"|\(:(?s:.*?):\)|\*:([\p{L}_][\p{L}\p{N}_.\-]*)|\b(exists|empty)\s*\("#).ok());
    let Some(words) = WORDS.as_ref() else {
        return expression.to_owned();
    };
    let replaced = words.replace_all(expression, |found: &regex::Captures<'_>| {
        let whole = found.get(0).map_or("", |all| all.as_str());
        match (found.get(1), found.get(2).map(|word| word.as_str())) {
            (Some(name), _) => format!("*[local-name()='{}']", name.as_str()),
            (_, Some("exists")) => "boolean(".to_owned(),
            (_, Some(_)) => "not(".to_owned(),
            _ if whole.starts_with("(:") => String::new(),
            _ => whole.to_owned(),
        }
    });
    replaced.into_owned()
}

fn refused(body: &str, rewritten: &str, error: &str) -> Stop {
    static XPATH_2: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(concat!(
            r"\b(matches|ends-with|lower-case|upper-case|replace|tokenize|string-join|distinct-values|avg|min|max|abs|data|",
            r"current-dateTime|current-date|deep-equal|index-of|subsequence|node-name|compare)\s*\(|\b(xs|fn|xdt):|",
            r"\b(for|some|every)\s+\$|\bif\s*\(|\blet\s+\$|/(string|number)\(|\b(eq|ne|lt|gt|le|ge|castable|instance of|treat as|to)\b|<\w"
        ))
        .ok()
    });
    static LITERALS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r#"'[^']*'|"[^"]*""#).ok());
    let bare = LITERALS.as_ref().map_or_else(
        || rewritten.to_owned(),
        |literals| literals.replace_all(rewritten, "''").into_owned(),
    );
    if XPATH_2.as_ref().is_some_and(|words| words.is_match(&bare)) {
        Stop::Skipped(format!("XPath 2 or XQuery, which this runner does not evaluate: {body}"))
    } else {
        Stop::Failed(format!("the XPath expression cannot be evaluated ({error}): {body}"))
    }
}

/// Whether an expression gives text even where the text is empty.
fn gives_text(expression: &str) -> bool {
    [
        "string(",
        "concat(",
        "normalize-space(",
        "substring(",
        "substring-before(",
        "substring-after(",
        "translate(",
        "local-name(",
        "name(",
    ]
    .iter()
    .any(|function| expression.trim_start().starts_with(function))
}

fn prefixes_of(tree: &roxmltree::Document<'_>) -> Vec<(String, String)> {
    let mut known: Vec<(String, String)> = Vec::new();
    for namespace in tree.descendants().flat_map(|node| node.namespaces()) {
        if let Some(prefix) = namespace.name().filter(|prefix| known.iter().all(|(other, _)| other != prefix)) {
            known.push((prefix.to_owned(), namespace.uri().to_owned()));
        }
    }
    known
}

fn found(node: &Node) -> Found {
    let (kind, element) = match node.get_type() {
        Some(NodeType::ElementNode) => (Kind::Element, Some(node.clone())),
        Some(NodeType::AttributeNode) => (
            Kind::Attribute(node.get_name(), node.get_namespace().map(|namespace| namespace.get_href())),
            node.get_parent(),
        ),
        Some(NodeType::TextNode | NodeType::CDataSectionNode) => (Kind::Text, node.get_parent()),
        _ => (Kind::Other, None),
    };
    Found {
        path: element.map(path_of).unwrap_or_default(),
        kind,
        value: node.get_content(),
    }
}

fn path_of(node: Node) -> Vec<usize> {
    let mut path = Vec::new();
    let mut here = node;
    while let Some(parent) = here.get_parent().filter(|parent| parent.get_type() == Some(NodeType::ElementNode)) {
        let mut before = 0;
        let mut sibling = here.get_prev_element_sibling();
        while let Some(earlier) = sibling {
            before += 1;
            sibling = earlier.get_prev_element_sibling();
        }
        path.push(before);
        here = parent;
    }
    path.reverse();
    path
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]
    use super::*;

    const XML: &str = r#"<?xml version="1.0"?><a xmlns="urn:a" xmlns:b="urn:b"><b:c id="1">x</b:c><b:c id="2">y<d/></b:c></a>"#;

    fn value(expression: &str) -> Option<String> {
        first(XML, expression, Prefixes::Declared).unwrap()
    }

    #[test]
    fn a_prolog_declares_the_prefixes() {
        assert_eq!(value("declare namespace q='urn:b';\n//q:c[2]/@id"), Some("2".into()));
        assert_eq!(
            value("declare namespace q=\"urn:b\"; declare namespace z='urn:a';/z:a/q:c[1]"),
            Some("x".into())
        );
    }

    #[test]
    fn a_prefix_that_is_not_declared_is_a_failure_in_an_assertion_and_the_documents_in_an_expansion() {
        assert!(matches!(first(XML, "//b:c", Prefixes::Declared), Err(Stop::Failed(_))));
        assert_eq!(first(XML, "//b:c", Prefixes::OfDocument).unwrap(), Some("x".into()));
    }

    #[test]
    fn numbers_truth_and_text_are_values() {
        assert_eq!(value("count(//*:c)"), Some("2".into()));
        assert_eq!(value("exists(//*:nothing)"), Some("false".into()));
        assert_eq!(value("empty(//*:nothing)"), Some("true".into()));
        assert_eq!(value("string(//nothing)"), Some(String::new()));
        assert_eq!(value("//nothing"), None);
        assert_eq!(value("concat('*:c', ' exists(')"), Some("*:c exists(".into()));
    }

    #[test]
    fn what_only_xpath_2_can_say_is_skipped_and_what_nobody_can_say_fails() {
        for expression in [
            "matches(//*:c, 'x')",
            "for $i in //*:c return $i",
            "if (//*:c) then 1 else 2",
            "//*:c/string()",
            "<a>{//b}</a>",
        ] {
            assert!(
                matches!(select(XML, expression, Prefixes::Declared), Err(Stop::Skipped(_))),
                "{expression}"
            );
        }
        for expression in ["//[", "", "declare namespace q='urn:b';", "frobnicate(1)"] {
            assert!(
                matches!(select(XML, expression, Prefixes::Declared), Err(Stop::Failed(_))),
                "{expression}"
            );
        }
    }

    #[test]
    fn a_selected_node_is_found_again_in_the_text() {
        let Selection::Nodes(nodes) = select(XML, "//*:d", Prefixes::Declared).unwrap() else {
            panic!("no nodes")
        };
        let tree = roxmltree::Document::parse(XML).unwrap();
        assert_eq!(nodes.first().unwrap().path, [1, 0]);
        assert_eq!(locate(&tree, &[1, 0]).unwrap().tag_name().name(), "d");
    }

    #[test]
    fn broken_xml_is_a_failure() {
        assert!(matches!(select("<a><b></a>", "//b", Prefixes::Declared), Err(Stop::Failed(_))));
    }
}
