//! A SoapUI project file as a model: interfaces, suites, cases, steps, properties. It knows what each can hold and which
//! steps this runner has; a step it does not have stays in the model by its type. What the steps do is left to the rooms beside it.

mod read;

use std::collections::BTreeMap;

/// Properties by name.
pub type Values = BTreeMap<String, String>;

/// A project file.
#[derive(Debug, Default)]
pub struct Project {
    /// Its name.
    pub name: String,
    /// Its properties.
    pub properties: Values,
    /// The services it calls.
    pub interfaces: Vec<Interface>,
    /// Its suites, in order.
    pub suites: Vec<Suite>,
    /// Scripts that SoapUI would run around the project: what they are for.
    pub scripts: Vec<String>,
}

/// A service.
#[derive(Debug, Default)]
pub struct Interface {
    /// The name that request steps use.
    pub name: String,
    /// Whether it speaks SOAP 1.2.
    pub soap12: bool,
    /// Address of the WSDL.
    pub definition: String,
    /// The cached documents: address and text; the first is the WSDL.
    pub parts: Vec<(String, String)>,
    /// Addresses of the service.
    pub endpoints: Vec<String>,
    /// SOAPAction by operation.
    pub actions: Values,
}

/// A test suite.
#[derive(Debug, Default)]
pub struct Suite {
    /// Its name.
    pub name: String,
    /// Whether the project says that it does not run.
    pub disabled: bool,
    /// Its properties.
    pub properties: Values,
    /// Its cases, in order.
    pub cases: Vec<Case>,
    /// Scripts around it.
    pub scripts: Vec<String>,
}

/// A test case.
#[derive(Debug, Default)]
pub struct Case {
    /// Its name.
    pub name: String,
    /// The identifier that `calltestcase` uses.
    pub id: String,
    /// Whether the project says that it does not run.
    pub disabled: bool,
    /// Whether the first failed step ends it.
    pub fail_on_error: bool,
    /// Whether `${name}` is looked up in the steps before.
    pub search_properties: bool,
    /// Its properties.
    pub properties: Values,
    /// Its steps, in order.
    pub steps: Vec<Step>,
    /// Scripts around it.
    pub scripts: Vec<String>,
}

/// A test step.
#[derive(Debug)]
pub struct Step {
    /// Its name.
    pub name: String,
    /// Whether the project says that it does not run.
    pub disabled: bool,
    /// What it does.
    pub action: Action,
}

/// What a step does.
#[derive(Debug)]
pub enum Action {
    /// Calls an operation.
    Request(Box<Request>),
    /// Holds properties, and reads more from a file where one is named (to be expanded).
    Properties(Values, String),
    /// Moves values between steps.
    Transfer(Vec<Transfer>),
    /// Waits: milliseconds, to be expanded.
    Delay(String),
    /// Runs another case: its identifier, the properties it is given and the names of those it gives back.
    Call(String, Values, Vec<String>),
    /// Something this runner does not have: why.
    Foreign(String),
}

/// A call of an operation.
#[derive(Debug, Default)]
pub struct Request {
    /// Name of the interface.
    pub interface: String,
    /// Name of the operation.
    pub operation: String,
    /// Address, to be expanded.
    pub endpoint: String,
    /// The envelope, to be expanded.
    pub body: String,
    /// HTTP headers of its own, to be expanded.
    pub headers: Vec<(String, String)>,
    /// Milliseconds, to be expanded; empty for the default.
    pub timeout: String,
    /// User name and password for basic authentication, to be expanded.
    pub credentials: Option<(String, String)>,
    /// Whether expanded values are escaped for XML.
    pub entitize: bool,
    /// What is asserted of the answer.
    pub assertions: Vec<Assertion>,
    /// Parts of the call that this runner does not have (attachments, WS-Security …).
    pub foreign: Vec<String>,
}

/// An assertion as the file has it.
#[derive(Clone, Debug, Default)]
pub struct Assertion {
    /// Its type, in SoapUI's words.
    pub kind: String,
    /// Its name; the type where it has none.
    pub name: String,
    /// Whether the project says that it does not count.
    pub disabled: bool,
    /// Whether it stands where SoapUI does not read assertions.
    pub misplaced: bool,
    /// The children of its configuration, by local name.
    pub settings: Values,
}

/// A move of one value.
#[derive(Clone, Debug, Default)]
pub struct Transfer {
    /// Its name.
    pub name: String,
    /// Whether the project says that it does not count.
    pub disabled: bool,
    /// Step (or `#Project#` …), property and path it is read from.
    pub source: End,
    /// Step (or `#Project#` …), property and path it is written to.
    pub target: End,
    /// Whether a failed move fails the step.
    pub fail_on_error: bool,
    /// Whether a missing source empties the target.
    pub null_on_missing: bool,
    /// Whether an empty source leaves the target as it is.
    pub ignore_empty: bool,
    /// Whether the text of an element is moved instead of the element.
    pub text_content: bool,
    /// Whether the children of an element are moved instead of the element.
    pub child_nodes: bool,
    /// Whether every selected target is written.
    pub to_all: bool,
    /// Whether the value is escaped for XML.
    pub entitize: bool,
    /// Whether the source path is XQuery.
    pub xquery: bool,
}

/// One end of a transfer.
#[derive(Clone, Debug, Default)]
pub struct End {
    /// Step, or `#Project#`, `#TestSuite#`, `#TestCase#`, `#Global#`; empty for the last request step before.
    pub step: String,
    /// Property.
    pub property: String,
    /// XPath; empty for the whole value.
    pub path: String,
}

/// Namespace of project files.
pub const NAMESPACE: &str = "http://eviware.com/soapui/config";

impl Project {
    /// The interface of that name.
    pub fn interface(&self, name: &str) -> Option<&Interface> {
        self.interfaces.iter().find(|interface| interface.name == name)
    }
}
