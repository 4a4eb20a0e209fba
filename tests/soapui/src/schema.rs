//! Validation of SOAP messages against the schemas of a definition. It knows how to lay out schemas (documents and those inside a WSDL)
//! so that libxml2 follows every import without the network; which message is valid is then libxml2's verdict.

use crate::definition::{self, Name, Operation, XSD, resolve};
use crate::fragment;
use crate::outcome::Stop;
use libxml::parser::Parser;
use libxml::schemas::{SchemaParserContext, SchemaValidationContext};
use libxml::tree::{Node as XmlNode, NodeType};
use roxmltree::{Document, Node};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// A definition, ready to judge.
pub struct Schemas {
    documents: Vec<(String, String)>,
    context: SchemaValidationContext,
    // libxml2 reads the files when it compiles; they are kept for its messages.
    _folder: tempfile::TempDir,
}

impl Schemas {
    /// Compiles the schemas of a definition. What cannot be compiled cannot be judged: a skip.
    pub fn compile(documents: Vec<(String, String)>) -> Result<Self, Stop> {
        let cannot = |error: String| Stop::Skipped(format!("the definition cannot be used: {error}"));
        let folder = tempfile::tempdir().map_err(|error| cannot(error.to_string()))?;
        for (name, text) in lay_out(&documents).map_err(cannot)? {
            std::fs::write(folder.path().join(name), text).map_err(|error| cannot(error.to_string()))?;
        }
        let driver = folder.path().join("all.xsd");
        let mut parser = SchemaParserContext::from_file(&driver.to_string_lossy());
        let context = SchemaValidationContext::from_parser(&mut parser).map_err(|errors| cannot(said(errors)))?;
        Ok(Self {
            documents,
            context,
            _folder: folder,
        })
    }

    /// Judges a SOAP message that answers `operation`.
    pub fn judge(&mut self, message: &str, operation: &str) -> Result<(), Stop> {
        let Some(contract) = definition::operation(&self.documents, operation) else {
            return Stop::skipped(format!("the definition has no operation {operation}"));
        };
        if contract.rpc {
            return Stop::skipped("messages in RPC style are not validated");
        }
        let message = message.trim();
        Document::parse(message).map_err(|error| Stop::Failed(format!("not XML: {error}")))?;
        let parsed = Parser::default()
            .parse_string(message)
            .map_err(|error| Stop::Failed(format!("not XML: {error}")))?;
        let Some(body) = parsed
            .get_root_element()
            .and_then(|root| elements(&root).into_iter().find(|child| child.get_name() == "Body"))
        else {
            return Stop::failed("the answer is not a SOAP message");
        };
        for content in elements(&body) {
            self.judge_content(&content, &contract)?;
        }
        Ok(())
    }

    fn judge_content(&mut self, content: &XmlNode, contract: &Operation) -> Result<(), Stop> {
        let name = name_of(content);
        if name.1 == "Fault" && name.0.contains("soap-envelope") | name.0.contains("soap/envelope") {
            let details = elements(content)
                .into_iter()
                .filter(|child| matches!(child.get_name().as_str(), "detail" | "Detail"));
            for detail in details.flat_map(|detail| elements(&detail)) {
                self.judge_element(&detail, &contract.faults, "a fault that the operation declares")?;
            }
            return Ok(());
        }
        self.judge_element(content, &contract.outputs, "the operation's answer")
    }

    fn judge_element(&mut self, element: &XmlNode, allowed: &[Name], what: &str) -> Result<(), Stop> {
        let name = name_of(element);
        if !allowed.contains(&name) {
            let expected: Vec<String> = allowed.iter().map(|(uri, local)| format!("{{{uri}}}{local}")).collect();
            return Stop::failed(format!(
                "{{{}}}{} is not {what}; expected {}",
                name.0,
                name.1,
                expected.join(" or ")
            ));
        }
        self.context
            .validate_node(element)
            .map_err(|errors| Stop::Failed(format!("not valid against the schema:\n{}", said(errors))))
    }
}

/// The files for libxml2: one per schema, one per namespace that has several, and one that imports all.
fn lay_out(documents: &[(String, String)]) -> Result<Vec<(String, String)>, String> {
    let mut trees = Vec::new();
    for (url, text) in documents {
        let tree = Document::parse(text.trim_start_matches('\u{feff}').trim()).map_err(|error| format!("{url} is not XML: {error}"))?;
        trees.push((url.as_str(), tree));
    }
    let mut schemas: Vec<(&str, String)> = Vec::new();
    for (url, tree) in &trees {
        for node in tree.descendants().filter(|node| node.has_tag_name((XSD, "schema"))) {
            schemas.push((*url, fragment::standalone(node)));
        }
    }
    if schemas.is_empty() {
        return Err("it has no schema".into());
    }
    let mut parsed = Vec::new();
    for (url, text) in &schemas {
        parsed.push((*url, Document::parse(text).map_err(|error| format!("{url} is not XML: {error}"))?));
    }
    let mut by_namespace: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, (_, tree)) in parsed.iter().enumerate() {
        by_namespace
            .entry(tree.root_element().attribute("targetNamespace").unwrap_or_default().to_owned())
            .or_default()
            .push(index);
    }
    let by_url = |from: &str, location: &str| find(&parsed, &resolve(from, location));
    let included: BTreeSet<usize> = parsed
        .iter()
        .flat_map(|(url, tree)| {
            tree.root_element()
                .children()
                .filter(including)
                .filter_map(|node| by_url(url, node.attribute("schemaLocation")?))
        })
        .collect();
    // A schema without a namespace that others include has no life of its own.
    by_namespace.retain(|namespace, all| !namespace.is_empty() || all.iter().any(|index| !included.contains(index)));
    let entry = |namespace: &str| {
        by_namespace
            .iter()
            .position(|(other, _)| other == namespace)
            .map(|at| match by_namespace.get(namespace).map(Vec::as_slice) {
                Some([only]) => format!("s{only}.xsd"),
                _ => format!("n{at}.xsd"),
            })
    };
    let mut files = Vec::new();
    for (index, (url, tree)) in parsed.iter().enumerate() {
        let changes = tree
            .root_element()
            .children()
            .filter(|node| node.has_tag_name((XSD, "import")) || including(node))
            .map(|node| {
                let tag = node.document().input_text().get(node.range()).unwrap_or_default();
                let name = tag
                    .trim_start_matches('<')
                    .split(|character: char| character.is_whitespace() || character == '/')
                    .next()
                    .unwrap_or_default();
                let location = if including(&node) {
                    node.attribute("schemaLocation")
                        .and_then(|location| by_url(url, location))
                        .map(|found| format!("s{found}.xsd"))
                } else {
                    entry(node.attribute("namespace").unwrap_or_default())
                };
                let location = location.map(|file| format!(" schemaLocation=\"{file}\"")).unwrap_or_default();
                let namespace = node
                    .attribute("namespace")
                    .map(|uri| format!(" namespace=\"{}\"", crate::expansion::escape(uri)))
                    .unwrap_or_default();
                let opened = format!("<{name}{namespace}{location}");
                let inner = fragment::inside(node)
                    .and_then(|inner| tree.input_text().get(inner))
                    .filter(|_| node.has_tag_name((XSD, "redefine")));
                (
                    node.range(),
                    inner.map_or_else(|| format!("{opened}/>"), |inner| format!("{opened}>{inner}</{name}>")),
                )
            });
        files.push((format!("s{index}.xsd"), fragment::replaced(tree.input_text(), changes.collect())));
    }
    let mut driver = format!("<xs:schema xmlns:xs=\"{XSD}\" targetNamespace=\"urn:soapui-runner\">");
    for (namespace, all) in &by_namespace {
        let file = entry(namespace).unwrap_or_default();
        let escaped = crate::expansion::escape(namespace);
        let attribute = if namespace.is_empty() {
            String::new()
        } else {
            format!(" namespace=\"{escaped}\"")
        };
        let _ = write!(driver, "<xs:import{attribute} schemaLocation=\"{file}\"/>");
        if all.len() > 1 {
            let target = if namespace.is_empty() {
                String::new()
            } else {
                format!(" targetNamespace=\"{escaped}\"")
            };
            let includes: String = all
                .iter()
                .map(|index| format!("<xs:include schemaLocation=\"s{index}.xsd\"/>"))
                .collect();
            files.push((file, format!("<xs:schema xmlns:xs=\"{XSD}\"{target}>{includes}</xs:schema>")));
        }
    }
    files.push(("all.xsd".into(), driver + "</xs:schema>"));
    Ok(files)
}

/// The schema document with that address; where addresses are written in two ways, the one with the same file name.
fn find(parsed: &[(&str, Document<'_>)], url: &str) -> Option<usize> {
    let tidy = |url: &str| url.replace('\\', "/");
    let file = |url: &str| tidy(url).rsplit('/').next().unwrap_or_default().to_owned();
    parsed
        .iter()
        .position(|(other, _)| tidy(other) == tidy(url))
        .or_else(|| parsed.iter().position(|(other, _)| file(other) == file(url)))
}

fn including(node: &Node<'_, '_>) -> bool {
    node.has_tag_name((XSD, "include")) || node.has_tag_name((XSD, "redefine"))
}

fn elements(node: &XmlNode) -> Vec<XmlNode> {
    node.get_child_nodes()
        .into_iter()
        .filter(|child| child.get_type() == Some(NodeType::ElementNode))
        .collect()
}

fn name_of(node: &XmlNode) -> Name {
    (
        node.get_namespace().map(|namespace| namespace.get_href()).unwrap_or_default(),
        node.get_name(),
    )
}

fn said(errors: Vec<libxml::error::StructuredError>) -> String {
    let mut lines: Vec<String> = errors
        .into_iter()
        .map(|error| error.message.unwrap_or_default().trim().to_owned())
        .collect();
    lines.dedup();
    lines.truncate(10);
    lines.join("\n")
}

#[cfg(test)]
pub(crate) mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]
    use super::*;

    /// A definition whose namespace is split over an inline schema, an imported one and an included one.
    pub fn definition() -> Vec<(String, String)> {
        let wsdl = r#"<d:definitions xmlns:d="http://schemas.xmlsoap.org/wsdl/" xmlns:s="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:x="urn:x" xmlns:y="urn:y" targetNamespace="urn:t" xmlns:t="urn:t">
          <d:types><xs:schema targetNamespace="urn:x" elementFormDefault="qualified"><xs:import namespace="urn:y"/>
            <xs:element name="Answer"><xs:complexType><xs:sequence><xs:element name="Number" type="y:Small"/></xs:sequence></xs:complexType></xs:element></xs:schema>
            <xs:schema targetNamespace="urn:x"><xs:element name="Trouble" type="xs:int"/></xs:schema><xs:schema><xs:import namespace="urn:y" schemaLocation="sub/y.xsd"/></xs:schema></d:types>
          <d:message name="Out"><d:part name="p" element="x:Answer"/></d:message><d:message name="Bad"><d:part name="p" element="x:Trouble"/></d:message>
          <d:portType name="P"><d:operation name="Ask"><d:output message="t:Out"/><d:fault name="f" message="t:Bad"/></d:operation></d:portType></d:definitions>"#;
        let y = r#"<schema xmlns="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:y"><include schemaLocation="chameleon.xsd"/></schema>"#;
        let chameleon = r#"<schema xmlns="http://www.w3.org/2001/XMLSchema"><simpleType name="Small"><restriction base="int"><maxInclusive value="9"/></restriction></simpleType></schema>"#;
        [
            ("http://h/a.wsdl", wsdl),
            ("http://h/sub/y.xsd", y),
            ("http://h/sub/chameleon.xsd", chameleon),
        ]
        .map(|(url, text)| (url.to_owned(), text.to_owned()))
        .to_vec()
    }

    fn soap(content: &str) -> String {
        format!(r#"<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>{content}</e:Body></e:Envelope>"#)
    }

    fn judge(content: &str) -> Result<(), Stop> {
        Schemas::compile(definition()).unwrap().judge(&soap(content), "Ask")
    }

    #[test]
    fn valid_answers_and_faults_pass() {
        judge("<Answer xmlns='urn:x'><Number>9</Number></Answer>").unwrap();
        judge("<e:Fault><faultcode>e:Client</faultcode><faultstring>x</faultstring><detail><Trouble xmlns='urn:x'>1</Trouble></detail></e:Fault>").unwrap();
    }

    #[test]
    fn broken_facets_foreign_elements_and_undeclared_faults_fail() {
        for content in [
            "<Answer xmlns='urn:x'><Number>10</Number></Answer>",
            "<Answer xmlns='urn:x'/>",
            "<Answer xmlns='urn:z'><Number>9</Number></Answer>",
            "<e:Fault><detail><Trouble xmlns='urn:x'>no number</Trouble></detail></e:Fault>",
            "<e:Fault><detail><Other xmlns='urn:x'>1</Other></detail></e:Fault>",
        ] {
            assert!(matches!(judge(content), Err(Stop::Failed(_))), "{content}");
        }
    }

    #[test]
    fn what_cannot_be_judged_is_skipped() {
        assert!(matches!(
            Schemas::compile(definition()).unwrap().judge(&soap(""), "Other"),
            Err(Stop::Skipped(_))
        ));
        assert!(matches!(Schemas::compile(vec![("a".into(), "<a/>".into())]), Err(Stop::Skipped(_))));
    }
}
