//! The assertions of SoapUI, by the names its files use. It knows their traps: `SOAP Fault Assertion` asserts that the answer is *not* a
//! fault, `Not SOAP Fault Assertion` that it is one. An assertion it does not know is skipped; none passes unread.

use crate::compare::{self, Leniency};
use crate::expansion::Context;
use crate::http::Answer;
use crate::outcome::Stop;
use crate::project::Assertion;
use crate::xpath::{self, Kind, Prefixes, Selection};
use regex::Regex;
use roxmltree::{Document, Node};

/// Namespace of SOAP 1.1 envelopes.
const SOAP11: &str = "http://schemas.xmlsoap.org/soap/envelope/";
/// Namespace of SOAP 1.2 envelopes.
const SOAP12: &str = "http://www.w3.org/2003/05/soap-envelope";

/// What assertions judge.
pub struct Exchange<'a> {
    /// The answer.
    pub answer: &'a Answer,
    /// Whether the interface speaks SOAP 1.2.
    pub soap12: bool,
    /// Validates the answer; given the address of another definition where the assertion names one.
    pub comply: &'a mut dyn FnMut(&str) -> Result<(), Stop>,
}

/// Judges one assertion.
pub fn judge(assertion: &Assertion, exchange: &mut Exchange<'_>, context: &Context) -> Result<(), Stop> {
    if assertion.misplaced {
        return Stop::skipped("an assertion where SoapUI reads none");
    }
    let setting = |name: &str| assertion.settings.get(name).map(String::as_str);
    let expanded = |name: &str| context.expand(setting(name).unwrap_or_default(), false);
    let flag = |name: &str| setting(name).is_some_and(|text| text.trim() == "true");
    let answer = exchange.answer;
    match assertion.kind.as_str() {
        "SOAP Response" => soap_response(&answer.body, exchange.soap12),
        "SOAP Fault Assertion" => match fault(answer)? {
            Some(said) => Stop::failed(format!("the answer is a SOAP fault: {said}")),
            None => Ok(()),
        },
        "Not SOAP Fault Assertion" => match fault(answer)? {
            Some(_) => Ok(()),
            None => Stop::failed("the answer is not a SOAP fault"),
        },
        "Schema Compliance" => (exchange.comply)(expanded("definition")?.trim()),
        "Simple Contains" | "Simple NotContains" => {
            let token = expanded("token")?;
            let wanted = assertion.kind == "Simple Contains";
            if token.is_empty() {
                return Stop::failed("there is no token to look for");
            }
            match (contains(&answer.body, &token, flag("ignoreCase"), flag("useRegEx"))?, wanted) {
                (true, true) | (false, false) => Ok(()),
                (false, true) => Stop::failed(format!("the answer does not contain: {token}\n{}", excerpt(&answer.body))),
                (true, false) => Stop::failed(format!("the answer contains: {token}")),
            }
        }
        "XPath Match" | "XQuery Match" => {
            let leniency = Leniency {
                wildcards: flag("allowWildcards"),
                prefixes: flag("ignoreNamspaceDifferences"),
                comments: flag("ignoreComments"),
            };
            if setting("path").is_none_or(str::is_empty) {
                return Stop::failed("there is no path");
            }
            if setting("content").is_none() {
                return Stop::failed("there is no content to compare with");
            }
            let matched = matches(&answer.body, &expanded("path")?, &expanded("content")?, leniency);
            match matched {
                Err(Stop::Failed(why)) if assertion.kind == "XQuery Match" && why.contains("cannot be evaluated") => Stop::skipped(why),
                other => other,
            }
        }
        "Response SLA Assertion" => {
            let limit = expanded("SLA")?;
            let Ok(limit) = limit.trim().parse::<u128>() else {
                return Stop::failed(format!("not a number of milliseconds: {limit}"));
            };
            let took = answer.took.as_millis();
            if took <= limit {
                Ok(())
            } else {
                Stop::failed(format!("the answer took {took} ms, more than {limit} ms"))
            }
        }
        "Valid HTTP Status Codes" => status(answer.status, &expanded("codes")?, true),
        "Invalid HTTP Status Codes" => status(answer.status, &expanded("codes")?, false),
        "GroovyScriptAssertion" => Stop::skipped("a Groovy script"),
        other => Stop::skipped(format!("assertions of type {other}")),
    }
}

fn soap_response(body: &str, soap12: bool) -> Result<(), Stop> {
    let tree = Document::parse(body.trim()).map_err(|error| Stop::Failed(format!("the answer is not XML: {error}\n{}", excerpt(body))))?;
    let uri = if soap12 { SOAP12 } else { SOAP11 };
    let root = tree.root_element();
    if !root.has_tag_name((uri, "Envelope")) {
        return Stop::failed(format!(
            "the answer is not an Envelope of {uri} but {{{}}}{}",
            root.tag_name().namespace().unwrap_or_default(),
            root.tag_name().name()
        ));
    }
    let children: Vec<Node<'_, '_>> = root.children().filter(Node::is_element).collect();
    let body = match children.as_slice() {
        [body] => body,
        [header, body] if header.has_tag_name((uri, "Header")) => body,
        _ => return Stop::failed("the Envelope does not hold one Body, with at most a Header before it"),
    };
    if !body.has_tag_name((uri, "Body")) {
        return Stop::failed("the Envelope has no Body");
    }
    let has = |fault: Node<'_, '_>, name: &str| fault.children().any(|child| child.is_element() && child.tag_name().name() == name);
    for fault in body.children().filter(|node| node.has_tag_name((uri, "Fault"))) {
        for name in if soap12 { ["Code", "Reason"] } else { ["faultcode", "faultstring"] } {
            if !has(fault, name) {
                return Stop::failed(format!("the Fault has no {name}"));
            }
        }
    }
    Ok(())
}

/// The text of the fault, where the answer is one. An empty answer to a one-way call is none.
fn fault(answer: &Answer) -> Result<Option<String>, Stop> {
    if answer.body.trim().is_empty() && (200..300).contains(&answer.status) {
        return Ok(None);
    }
    let tree = Document::parse(answer.body.trim())
        .map_err(|error| Stop::Failed(format!("the answer is not XML: {error}\n{}", excerpt(&answer.body))))?;
    let root = tree.root_element();
    let uri = root.tag_name().namespace().unwrap_or_default();
    if root.tag_name().name() != "Envelope" || ![SOAP11, SOAP12].contains(&uri) {
        return Stop::failed("the answer is not a SOAP message");
    }
    let body = root.children().find(|child| child.has_tag_name((uri, "Body")));
    let fault = body.and_then(|body| body.children().find(|child| child.has_tag_name((uri, "Fault"))));
    let said = |fault: Node<'_, '_>| {
        let text = fault
            .descendants()
            .filter(Node::is_text)
            .filter_map(|text| text.text())
            .map(str::trim)
            .filter(|text| !text.is_empty());
        text.collect::<Vec<_>>().join(" | ")
    };
    Ok(fault.map(said))
}

fn contains(body: &str, token: &str, ignore_case: bool, regular: bool) -> Result<bool, Stop> {
    let (body, token) = (body.replace("\r\n", "\n"), token.replace("\r\n", "\n"));
    if regular {
        // As in Java, the expression must fit the whole answer.
        let flags = if ignore_case { "(?i)" } else { "" };
        let regex = Regex::new(&format!("^(?:{flags}{token})$"))
            .map_err(|error| Stop::Skipped(format!("this regular expression is not understood: {error}")))?;
        return Ok(regex.is_match(&body));
    }
    Ok(if ignore_case {
        body.to_lowercase().contains(&token.to_lowercase())
    } else {
        body.contains(&token)
    })
}

/// Passes if one of the selected nodes is what was expected.
fn matches(body: &str, path: &str, expected: &str, leniency: Leniency) -> Result<(), Stop> {
    let body = body.trim_start_matches('\u{feff}').trim();
    let nodes = match xpath::select(body, path, Prefixes::Declared)? {
        Selection::Value(value) => return differs(path, compare::text(expected, &value, leniency.wildcards), 1),
        Selection::Nodes(nodes) => nodes,
    };
    let tree = Document::parse(body).map_err(|error| Stop::Failed(format!("not XML: {error}")))?;
    let expected = unwrapped(expected);
    let xml = !path.trim_end().ends_with("text()") && expected.trim_start().starts_with('<') && Document::parse(expected.trim()).is_ok();
    let mut difference = None;
    for found in &nodes {
        let element = (found.kind == Kind::Element).then(|| xpath::locate(&tree, &found.path)).flatten();
        let this = match element {
            Some(element) if xml => compare::xml(expected, &crate::fragment::standalone(element), leniency),
            Some(element) => compare::text(expected, &own_text(element), leniency.wildcards),
            None => compare::text(expected, &found.value, leniency.wildcards),
        };
        if this.is_none() {
            return Ok(());
        }
        difference = this;
    }
    differs(
        path,
        difference.or_else(|| Some(format!("nothing was selected\n{}", excerpt(body)))),
        nodes.len(),
    )
}

fn differs(path: &str, difference: Option<String>, selected: usize) -> Result<(), Stop> {
    match difference {
        None => Ok(()),
        Some(text) if selected > 1 => Stop::failed(format!(
            "{path}\nnone of {selected} selected nodes is the expected one; the last:\n{text}"
        )),
        Some(text) => Stop::failed(format!("{path}\n{text}")),
    }
}

/// XQuery results come wrapped.
fn unwrapped(expected: &str) -> &str {
    let trimmed = expected.trim();
    trimmed
        .strip_prefix("<xml-fragment>")
        .and_then(|rest| rest.strip_suffix("</xml-fragment>"))
        .unwrap_or(expected)
}

/// The text of an element; where it has children, what stands before the first.
fn own_text(element: Node<'_, '_>) -> String {
    let before = |node: &Node<'_, '_>| !node.is_element();
    element
        .children()
        .take_while(before)
        .filter(Node::is_text)
        .filter_map(|text| text.text())
        .collect()
}

fn status(status: u16, codes: &str, valid: bool) -> Result<(), Stop> {
    let codes: Vec<&str> = codes.split(',').map(str::trim).filter(|code| !code.is_empty()).collect();
    if codes.is_empty() {
        return Stop::failed("there are no status codes to compare with");
    }
    match (codes.iter().any(|code| code.parse() == Ok(status)), valid) {
        (true, true) | (false, false) => Ok(()),
        (false, true) => Stop::failed(format!("expected: {}\nactual:   {status}", codes.join(" or "))),
        (true, false) => Stop::failed(format!("expected: not {}\nactual:   {status}", codes.join(" nor "))),
    }
}

fn excerpt(body: &str) -> String {
    let start: String = body.chars().take(600).collect();
    format!("the answer: {start}{}", if start.len() < body.len() { " …" } else { "" })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::project::Values;
    use std::time::Duration;

    const OK: &str = "<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'><e:Body><a xmlns='urn:a'><b i='1'>x</b><b>y</b><c><d>z</d></c></a></e:Body></e:Envelope>";
    const FAULT: &str = "<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'><e:Body><e:Fault><faultcode>e:Client</faultcode><faultstring>no</faultstring></e:Fault></e:Body></e:Envelope>";

    fn judged(body: &str, kind: &str, settings: &[(&str, &str)]) -> Result<(), Stop> {
        let settings = settings
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect::<Values>();
        let assertion = Assertion {
            kind: kind.into(),
            settings,
            ..Assertion::default()
        };
        let answer = Answer {
            status: if body == FAULT { 500 } else { 200 },
            body: body.into(),
            took: Duration::from_millis(50),
            ..Answer::default()
        };
        let context = Context {
            case: Values::from([("v".to_owned(), "x".to_owned())]),
            ..Context::default()
        };
        let mut comply = |definition: &str| if definition.is_empty() { Ok(()) } else { Stop::failed("other") };
        judge(
            &assertion,
            &mut Exchange {
                answer: &answer,
                soap12: false,
                comply: &mut comply,
            },
            &context,
        )
    }

    fn passes(body: &str, kind: &str, settings: &[(&str, &str)]) {
        assert_eq!(judged(body, kind, settings), Ok(()), "{kind} {settings:?}");
    }

    fn fails(body: &str, kind: &str, settings: &[(&str, &str)]) {
        assert!(matches!(judged(body, kind, settings), Err(Stop::Failed(_))), "{kind} {settings:?}");
    }

    fn skips(body: &str, kind: &str, settings: &[(&str, &str)]) {
        assert!(matches!(judged(body, kind, settings), Err(Stop::Skipped(_))), "{kind} {settings:?}");
    }

    #[test]
    fn the_names_of_the_fault_assertions_mean_their_opposite() {
        passes(OK, "SOAP Fault Assertion", &[]);
        fails(FAULT, "SOAP Fault Assertion", &[]);
        passes(FAULT, "Not SOAP Fault Assertion", &[]);
        fails(OK, "Not SOAP Fault Assertion", &[]);
    }

    #[test]
    fn what_is_not_soap_is_neither_a_fault_nor_none() {
        for body in ["<html/>", "no XML"] {
            fails(body, "SOAP Fault Assertion", &[]);
            fails(body, "Not SOAP Fault Assertion", &[]);
            fails(body, "SOAP Response", &[]);
        }
        passes("", "SOAP Fault Assertion", &[]);
    }

    #[test]
    fn a_soap_response_is_an_envelope_of_the_right_version() {
        passes(OK, "SOAP Response", &[]);
        passes(FAULT, "SOAP Response", &[]);
        fails(&OK.replace(SOAP11, SOAP12), "SOAP Response", &[]);
        fails(&FAULT.replace("<faultcode>e:Client</faultcode>", ""), "SOAP Response", &[]);
        fails(
            "<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'/>",
            "SOAP Response",
            &[],
        );
    }

    #[test]
    fn schema_compliance_asks_the_definition() {
        passes(OK, "Schema Compliance", &[]);
        fails(OK, "Schema Compliance", &[("definition", "http://other")]);
    }

    #[test]
    fn contains_looks_for_a_token_an_ignored_case_or_an_expression_for_the_whole() {
        passes(OK, "Simple Contains", &[("token", ">${#TestCase#v}<")]);
        fails(OK, "Simple Contains", &[("token", ">X<")]);
        passes(OK, "Simple Contains", &[("token", ">X<"), ("ignoreCase", "true")]);
        passes(OK, "Simple Contains", &[("token", "(?s).*>[xy]<.*"), ("useRegEx", "true")]);
        fails(OK, "Simple Contains", &[("token", ">[xy]<"), ("useRegEx", "true")]);
        skips(OK, "Simple Contains", &[("token", "(?=x)"), ("useRegEx", "true")]);
        fails(OK, "Simple Contains", &[]);
    }

    #[test]
    fn not_contains_is_the_opposite() {
        passes(OK, "Simple NotContains", &[("token", "q")]);
        fails(OK, "Simple NotContains", &[("token", ">x<")]);
        fails(OK, "Simple NotContains", &[("token", "")]);
        fails(OK, "Simple NotContains", &[("token", "(?s).*x.*"), ("useRegEx", "true")]);
    }

    #[test]
    fn an_xpath_match_passes_if_any_selected_node_is_the_expected_one() {
        let path = "declare namespace p='urn:a';\n//p:b";
        passes(OK, "XPath Match", &[("path", path), ("content", "y")]);
        passes(OK, "XPath Match", &[("path", path), ("content", "${#TestCase#v}")]);
        fails(OK, "XPath Match", &[("path", path), ("content", "z")]);
        fails(
            OK,
            "XPath Match",
            &[("path", "declare namespace p='urn:a';//p:nothing"), ("content", "")],
        );
        passes(OK, "XPath Match", &[("path", "//*:b/@i"), ("content", "1")]);
        passes(OK, "XPath Match", &[("path", "count(//*:b) = 2"), ("content", "true")]);
        fails(OK, "XPath Match", &[("path", "count(//*:b)"), ("content", "3")]);
        fails(OK, "XPath Match", &[("path", "//p:b"), ("content", "x")]);
        fails(OK, "XPath Match", &[("content", "x")]);
        fails(OK, "XPath Match", &[("path", "//*:b")]);
    }

    #[test]
    fn an_xpath_match_compares_xml_and_wildcards() {
        let c = ("path", "//*:c");
        passes(OK, "XPath Match", &[c, ("content", "<c xmlns='urn:a'>\n <d>z</d>\n</c>")]);
        fails(OK, "XPath Match", &[c, ("content", "<c xmlns='urn:a'><d>q</d></c>")]);
        passes(
            OK,
            "XPath Match",
            &[c, ("content", "<c xmlns='urn:a'><d>*</d></c>"), ("allowWildcards", "true")],
        );
        fails(OK, "XPath Match", &[c, ("content", "<c xmlns='urn:a'><d>*</d></c>")]);
        fails(OK, "XPath Match", &[c, ("content", "<p:c xmlns:p='urn:a'><p:d>z</p:d></p:c>")]);
        passes(
            OK,
            "XPath Match",
            &[
                c,
                ("content", "<p:c xmlns:p='urn:a'><p:d>z</p:d></p:c>"),
                ("ignoreNamspaceDifferences", "true"),
            ],
        );
        passes(
            OK,
            "XPath Match",
            &[
                c,
                ("content", "<c xmlns='urn:a'><!-- q --><d>z</d></c>"),
                ("ignoreComments", "true"),
            ],
        );
        fails(OK, "XPath Match", &[c, ("content", "<c xmlns='urn:a'><!-- q --><d>z</d></c>")]);
        passes(
            OK,
            "XPath Match",
            &[("path", "//*:d"), ("content", "z*"), ("allowWildcards", "true")],
        );
    }

    #[test]
    fn an_xquery_match_is_judged_where_it_is_xpath_and_skipped_elsewhere() {
        passes(
            OK,
            "XQuery Match",
            &[("path", "//*:d"), ("content", "<xml-fragment>z</xml-fragment>")],
        );
        fails(OK, "XQuery Match", &[("path", "//*:d"), ("content", "q")]);
        skips(
            OK,
            "XQuery Match",
            &[("path", "<r>{for $b in //*:b return $b}</r>"), ("content", "<r/>")],
        );
        skips(
            OK,
            "XQuery Match",
            &[("path", "declare function local:f() { 1 }; local:f()"), ("content", "1")],
        );
    }

    #[test]
    fn time_and_status_are_limits() {
        passes(OK, "Response SLA Assertion", &[("SLA", "50")]);
        fails(OK, "Response SLA Assertion", &[("SLA", "49")]);
        fails(OK, "Response SLA Assertion", &[("SLA", "soon")]);
        passes(OK, "Valid HTTP Status Codes", &[("codes", "500, 200")]);
        fails(FAULT, "Valid HTTP Status Codes", &[("codes", "200")]);
        fails(OK, "Valid HTTP Status Codes", &[]);
        passes(OK, "Invalid HTTP Status Codes", &[("codes", "404,500")]);
        fails(FAULT, "Invalid HTTP Status Codes", &[("codes", "404,500")]);
        fails(OK, "Invalid HTTP Status Codes", &[]);
    }

    #[test]
    fn what_cannot_be_judged_is_skipped() {
        for kind in [
            "GroovyScriptAssertion",
            "MessageContentAssertion",
            "WS-Security Status Assertion",
            "",
            "JsonPath Match",
        ] {
            skips(OK, kind, &[]);
        }
        skips(OK, "XPath Match", &[("path", "matches(//*:b, 'x')"), ("content", "true")]);
        skips(OK, "Simple Contains", &[("token", "${=1}")]);
    }
}
