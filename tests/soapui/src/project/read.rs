//! Reads a project file into the model. It knows where the format keeps things, in the several ways its versions keep them, and what
//! of a step this runner does not have; what the model means is said there.

use super::{Action, Assertion, Case, End, Interface, NAMESPACE, Project, Request, Step, Suite, Transfer, Values};
use roxmltree::{Document, Node};

impl Project {
    /// Reads a project file; the error says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim_start_matches('\u{feff}');
        let document = Document::parse_with_options(
            text,
            roxmltree::ParsingOptions {
                nodes_limit: u32::MAX,
                ..Default::default()
            },
        )
        .map_err(|error| format!("not XML: {error}"))?;
        let root = document.root_element();
        if !is(root, "soapui-project") {
            return Err(format!(
                "not a SoapUI project: the root element is {{{}}}{}",
                root.tag_name().namespace().unwrap_or_default(),
                root.tag_name().name()
            ));
        }
        if child(root, "encryptedContent").is_some_and(|content| !own_text(content).trim().is_empty()) {
            return Err("the project is encrypted".into());
        }
        Ok(Self {
            name: attribute(root, "name"),
            properties: properties(root),
            interfaces: children(root, "interface").map(interface).collect(),
            suites: children(root, "testSuite").map(suite).collect(),
            scripts: [
                scripts(root, &["afterLoadScript", "beforeRunScript", "afterRunScript"]),
                handlers(root),
            ]
            .concat(),
        })
    }
}

fn interface(node: Node<'_, '_>) -> Interface {
    let cache = child(node, "definitionCache");
    let mut parts: Vec<(String, String)> = cache
        .into_iter()
        .flat_map(|cache| children(cache, "part"))
        .map(|part| (child_text(part, "url"), child(part, "content").map(content).unwrap_or_default()))
        .collect();
    let root = cache.map(|cache| attribute(cache, "rootPart")).unwrap_or_default();
    parts.sort_by_key(|(url, _)| *url != root);
    Interface {
        name: attribute(node, "name"),
        soap12: attribute(node, "soapVersion") == "1_2",
        definition: attribute(node, "definition"),
        parts,
        endpoints: child(node, "endpoints")
            .into_iter()
            .flat_map(|all| children(all, "endpoint"))
            .map(own_text)
            .collect(),
        actions: children(node, "operation")
            .map(|operation| (attribute(operation, "name"), attribute(operation, "action")))
            .collect(),
    }
}

/// A cached document is text, or (older files) escaped or plain XML.
fn content(node: Node<'_, '_>) -> String {
    match node.children().find(Node::is_element) {
        Some(element) => node.document().input_text().get(element.range()).unwrap_or_default().to_owned(),
        None => own_text(node),
    }
}

fn suite(node: Node<'_, '_>) -> Suite {
    Suite {
        name: attribute(node, "name"),
        disabled: flag(node, "disabled", false),
        properties: properties(node),
        cases: children(node, "testCase").map(case).collect(),
        scripts: scripts(node, &["setupScript", "tearDownScript"]),
    }
}

fn case(node: Node<'_, '_>) -> Case {
    Case {
        name: attribute(node, "name"),
        id: attribute(node, "id"),
        disabled: flag(node, "disabled", false),
        fail_on_error: flag(node, "failOnError", true),
        search_properties: flag(node, "searchProperties", false),
        properties: properties(node),
        steps: children(node, "testStep").map(step).collect(),
        scripts: scripts(node, &["setupScript", "tearDownScript"]),
    }
}

fn step(node: Node<'_, '_>) -> Step {
    let kind = attribute(node, "type");
    let action = match (kind.as_str(), child(node, "config")) {
        ("request", Some(config)) => Action::Request(Box::new(request(config))),
        ("properties", Some(config)) => Action::Properties(properties(config), child_text(config, "source")),
        ("transfer", Some(config)) => Action::Transfer(children(config, "transfers").map(transfer).collect()),
        ("delay", config) => Action::Delay(config.and_then(|config| child(config, "delay")).map(own_text).unwrap_or_default()),
        ("calltestcase", Some(config)) => Action::Call(
            child_text(config, "targetTestCase"),
            properties(config),
            child(config, "returnProperties")
                .into_iter()
                .flat_map(|all| children(all, "entry"))
                .map(own_text)
                .collect(),
        ),
        ("groovy", _) => Action::Foreign("a Groovy script".into()),
        ("request" | "properties" | "transfer" | "calltestcase", None) => {
            Action::Foreign(format!("a step of type {kind} without its configuration"))
        }
        _ => Action::Foreign(format!("a step of type {kind}")),
    };
    Step {
        name: attribute(node, "name"),
        disabled: flag(node, "disabled", false),
        action,
    }
}

fn request(config: Node<'_, '_>) -> Request {
    let outer = child(config, "request");
    let call = outer.unwrap_or(config);
    let settings = setting(call, "request-headers").map(|text| headers(&text)).unwrap_or_default();
    let mut assertions: Vec<Assertion> = Vec::new();
    for node in config.descendants().filter(|node| is(*node, "assertion")) {
        assertions.push(assertion(node, node.parent() != outer));
    }
    let mut foreign: Vec<String> = Vec::new();
    for (name, what) in [
        ("outgoingWss", "outgoing WS-Security"),
        ("incomingWss", "incoming WS-Security"),
        ("sslKeystore", "a client certificate"),
    ] {
        if !attribute(call, name).is_empty() {
            foreign.push(format!("{what} ({})", attribute(call, name)));
        }
    }
    for (name, what) in [
        ("useWsAddressing", "WS-Addressing"),
        ("useWsReliableMessaging", "WS-ReliableMessaging"),
    ] {
        if flag(call, name, false) {
            foreign.push(what.into());
        }
    }
    if !attribute(call, "wssPasswordType").is_empty() {
        foreign.push("a WS-Security user name token".into());
    }
    foreign.extend(children(call, "attachment").take(1).map(|_| "attachments".to_owned()));
    if child(call, "request").is_some_and(|body| !attribute(body, "compression").is_empty()) {
        foreign.push("a compressed request text".into());
    }
    if setting(call, "remove_empty_content").is_some_and(|text| text == "true") {
        foreign.push("removing empty content".into());
    }
    let (credentials, other) = child(call, "credentials").map_or((None, None), credentials);
    foreign.extend(other);
    if outer.is_none() {
        foreign.push("a request step without a request".into());
    }
    Request {
        interface: child_text(config, "interface"),
        operation: child_text(config, "operation"),
        endpoint: child_text(call, "endpoint"),
        body: child(call, "request").map(own_text).map(line_ends).unwrap_or_default(),
        headers: settings,
        timeout: attribute(call, "timeout"),
        credentials,
        entitize: ["entitizeProperties", "entitize-properties", "entitize_properties"]
            .iter()
            .any(|id| setting(call, id).is_some_and(|text| text == "true")),
        assertions,
        foreign,
    }
}

fn credentials(node: Node<'_, '_>) -> (Option<(String, String)>, Option<String>) {
    let user = child_text(node, "username");
    let kind = child_text(node, "authType");
    match kind.as_str() {
        "No Authorization" => (None, None),
        _ if user.is_empty() && !kind.contains("OAuth") => (None, None),
        "" | "Basic" | "Preemptive" | "Global HTTP Settings" => (Some((user, child_text(node, "password"))), None),
        other => (None, Some(format!("authentication by {other}"))),
    }
}

fn assertion(node: Node<'_, '_>, misplaced: bool) -> Assertion {
    let kind = attribute(node, "type");
    let name = attribute(node, "name");
    let mut settings = Values::new();
    for entry in child(node, "configuration")
        .into_iter()
        .flat_map(|all| all.children())
        .filter(Node::is_element)
    {
        settings.insert(entry.tag_name().name().to_owned(), line_ends(own_text(entry)));
    }
    Assertion {
        name: if name.is_empty() { kind.clone() } else { name },
        kind,
        disabled: flag(node, "disabled", false),
        misplaced,
        settings,
    }
}

fn transfer(node: Node<'_, '_>) -> Transfer {
    let end = |side: &str| End {
        step: child_text(node, &format!("{side}Step")),
        property: child_text(node, &format!("{side}Type")),
        path: child_text(node, &format!("{side}Path")),
    };
    Transfer {
        name: child_text(node, "name"),
        disabled: flag(node, "disabled", false),
        source: end("source"),
        target: end("target"),
        fail_on_error: flag(node, "failOnError", true),
        null_on_missing: flag(node, "setNullOnMissingSource", true),
        ignore_empty: flag(node, "ignoreEmpty", false),
        text_content: flag(node, "transferTextContent", true),
        child_nodes: flag(node, "transferChildNodes", false),
        to_all: flag(node, "transferToAll", false),
        entitize: flag(node, "entitize", false),
        xquery: flag(node, "useXQuery", false) || child_text(node, "type") == "XQUERY",
    }
}

/// `con:properties` of a node, or (properties step) the `con:property` elements anywhere below it.
fn properties(node: Node<'_, '_>) -> Values {
    let holder = child(node, "properties").unwrap_or(node);
    let entry = |property: Node<'_, '_>| {
        (
            child_text(property, "name"),
            child(property, "value").map(own_text).unwrap_or_default(),
        )
    };
    children(holder, "property").map(entry).collect()
}

fn scripts(node: Node<'_, '_>, names: &[&str]) -> Vec<String> {
    names
        .iter()
        .filter(|name| !child_text(node, name).is_empty())
        .map(|name| format!("the {name} (Groovy)"))
        .collect()
}

/// Event handlers are scripts too; those whose every line is a comment (as new projects have them) do nothing.
fn handlers(root: Node<'_, '_>) -> Vec<String> {
    let idle = |text: &str| text.lines().all(|line| line.trim().is_empty() || line.trim().starts_with("//"));
    let busy = children(root, "eventHandlers").filter(|handler| !idle(&child_text(*handler, "script")));
    busy.map(|handler| format!("the event handler {} (Groovy)", attribute(handler, "name")))
        .collect()
}

/// HTTP headers are XML in a text: entries of key and value.
fn headers(text: &str) -> Vec<(String, String)> {
    let text = text.trim();
    let text = if text.starts_with("<?xml") {
        text.split_once("?>").map_or("", |(_, rest)| rest)
    } else {
        text
    };
    let wrapped = format!("<headers xmlns:con='{NAMESPACE}'>{text}</headers>");
    let Ok(document) = Document::parse(&wrapped) else {
        return Vec::new();
    };
    document
        .descendants()
        .filter(|node| node.tag_name().name() == "entry")
        .map(|entry| (attribute(entry, "key"), attribute(entry, "value")))
        .collect()
}

/// The setting of a node whose identifier ends in `@name`.
fn setting(node: Node<'_, '_>, name: &str) -> Option<String> {
    let settings = child(node, "settings")?;
    children(settings, "setting")
        .find(|setting| attribute(*setting, "id").ends_with(&format!("@{name}")))
        .map(own_text)
}

fn is(node: Node<'_, '_>, name: &str) -> bool {
    node.is_element() && node.tag_name().name() == name && node.tag_name().namespace() == Some(NAMESPACE)
}

fn child<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    node.children().find(|child| is(*child, name))
}

fn children<'a, 'i: 'a>(node: Node<'a, 'i>, name: &'static str) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(move |child| is(*child, name))
}

fn child_text(node: Node<'_, '_>, name: &str) -> String {
    child(node, name).map(own_text).unwrap_or_default().trim().to_owned()
}

fn own_text(node: Node<'_, '_>) -> String {
    node.children().filter(Node::is_text).filter_map(|text| text.text()).collect()
}

/// Files that SoapUI wrote on Windows have the two characters `\\r` at the ends of lines inside texts; they stand for the line's end.
fn line_ends(text: String) -> String {
    text.replace("\\r\n", "\n")
}

fn attribute(node: Node<'_, '_>, name: &str) -> String {
    node.attribute(name).unwrap_or_default().to_owned()
}

fn flag(node: Node<'_, '_>, name: &str, default: bool) -> bool {
    node.attribute(name).map_or(default, |value| matches!(value, "true" | "1"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]
    use super::*;

    fn step_of(xml: &str) -> Action {
        let text = format!(
            "<con:soapui-project xmlns:con='{NAMESPACE}' name='p'><con:testSuite name='s'><con:testCase name='c'>{xml}</con:testCase></con:testSuite></con:soapui-project>"
        );
        let mut project = Project::parse(&text).unwrap();
        project.suites[0].cases[0].steps.remove(0).action
    }

    #[test]
    fn only_a_project_is_read() {
        assert!(Project::parse("<a/>").is_err());
        assert!(Project::parse("<soapui-project/>").is_err());
        let encrypted = format!("<soapui-project xmlns='{NAMESPACE}'><encryptedContent>x</encryptedContent></soapui-project>");
        assert!(Project::parse(&encrypted).is_err());
    }

    #[test]
    fn headers_are_read_with_and_without_a_wrapping_fragment() {
        for text in [
            "<entry key='a' value='1' xmlns='http://eviware.com/soapui/config'/>",
            "<xml-fragment><con:entry key='a' value='1' xmlns:con='http://eviware.com/soapui/config'/></xml-fragment>",
            "<con:entry key='a' value='1'/>",
        ] {
            assert_eq!(headers(text), [("a".to_owned(), "1".to_owned())], "{text}");
        }
        assert!(headers("<xml-fragment/>").is_empty());
    }

    #[test]
    fn what_the_runner_does_not_have_stays_visible() {
        assert!(matches!(step_of("<con:testStep type='groovy' name='g'/>"), Action::Foreign(why) if why.contains("Groovy")));
        assert!(matches!(step_of("<con:testStep type='datasource' name='d'/>"), Action::Foreign(why) if why.contains("datasource")));
        let Action::Request(request) = step_of(
            "<con:testStep type='request' name='r'><con:config><con:request outgoingWss='w' useWsAddressing='true'><con:attachment/></con:request></con:config></con:testStep>",
        ) else {
            panic!("not a request")
        };
        assert_eq!(request.foreign.len(), 3);
    }

    #[test]
    fn a_carriage_return_written_in_two_characters_is_an_end_of_line() {
        let Action::Request(request) = step_of(
            "<con:testStep type='request' name='r'><con:config><con:request><con:request>&lt;a>\\r\n&lt;/a></con:request></con:request></con:config></con:testStep>",
        ) else {
            panic!("not a request")
        };
        assert_eq!(request.body, "<a>\n</a>");
    }

    #[test]
    fn only_event_handlers_that_do_something_count() {
        let project = |script: &str| {
            let text = format!(
                "<soapui-project xmlns='{NAMESPACE}'><eventHandlers name='h'><script>{script}</script></eventHandlers></soapui-project>"
            );
            Project::parse(&text).unwrap().scripts.len()
        };
        assert_eq!((project("// nothing\n\n// at all"), project("// something\nlog.info 1")), (0, 1));
    }

    #[test]
    fn an_assertion_where_soapui_reads_none_is_marked() {
        let Action::Request(request) = step_of(
            "<con:testStep type='request' name='r'><con:config><con:request/><con:assertion type='SOAP Response'/></con:config></con:testStep>",
        ) else {
            panic!("not a request")
        };
        assert!(request.assertions[0].misplaced);
    }

    #[test]
    fn transfers_have_soapuis_defaults() {
        let Action::Transfer(transfers) = step_of(
            "<con:testStep type='transfer' name='t'><con:config><con:transfers><con:name>n</con:name></con:transfers></con:config></con:testStep>",
        ) else {
            panic!("not a transfer")
        };
        let transfer = &transfers[0];
        assert!(transfer.fail_on_error && transfer.null_on_missing && transfer.text_content);
        assert!(!transfer.ignore_empty && !transfer.to_all && !transfer.entitize && !transfer.child_nodes);
    }
}
