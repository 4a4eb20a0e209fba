//! A WSDL document as written, read by yaserde from its canonical form.
//!
//! Names are `{namespace}local`, every element carries its ordinal; nothing is linked or judged here.

use yaserde::YaDeserialize;

use crate::model;

/// `wsdl:definitions`, without its schemas: they are documents of their own.
#[derive(Debug, Default, YaDeserialize)]
#[yaserde(prefix = "wsdl", rename = "definitions", namespaces = { "wsdl" = "http://schemas.xmlsoap.org/wsdl/" })]
#[allow(missing_docs, reason = "the fields are the attributes and elements of WSDL")]
pub struct Definitions {
    #[yaserde(attribute = true)]
    pub ordinal: u32,
    #[yaserde(attribute = true, rename = "targetNamespace")]
    pub target_namespace: Option<String>,
    #[yaserde(prefix = "wsdl")]
    pub documentation: Vec<Documentation>,
    #[yaserde(prefix = "wsdl")]
    pub message: Vec<Message>,
    #[yaserde(prefix = "wsdl", rename = "portType")]
    pub port_type: Vec<PortType>,
    #[yaserde(prefix = "wsdl")]
    pub binding: Vec<Binding>,
    #[yaserde(prefix = "wsdl")]
    pub service: Vec<Service>,
}

/// `wsdl:documentation`.
#[derive(Debug, Default, YaDeserialize)]
#[yaserde(prefix = "wsdl", rename = "documentation", namespaces = { "wsdl" = "http://schemas.xmlsoap.org/wsdl/" })]
pub struct Documentation {
    /// Its `xml:lang`; none is given where it is empty.
    #[yaserde(attribute = true)]
    pub language: Option<String>,
    /// The text.
    #[yaserde(text = true)]
    pub text: String,
}

impl From<&Documentation> for model::Text {
    fn from(documentation: &Documentation) -> Self {
        Self {
            language: documentation.language.clone().unwrap_or_default(),
            text: documentation.text.clone(),
        }
    }
}

/// `wsdl:message`.
#[derive(Debug, Default, YaDeserialize)]
#[yaserde(prefix = "wsdl", namespaces = { "wsdl" = "http://schemas.xmlsoap.org/wsdl/" })]
#[allow(missing_docs, reason = "the fields are the attributes and elements of WSDL")]
pub struct Message {
    #[yaserde(attribute = true)]
    pub ordinal: u32,
    #[yaserde(attribute = true)]
    pub name: Option<String>,
    #[yaserde(prefix = "wsdl")]
    pub part: Vec<Part>,
}

/// `wsdl:part`.
#[derive(Debug, Default, YaDeserialize)]
#[yaserde(prefix = "wsdl", namespaces = { "wsdl" = "http://schemas.xmlsoap.org/wsdl/" })]
#[allow(missing_docs, reason = "the fields are the attributes of WSDL")]
pub struct Part {
    #[yaserde(attribute = true)]
    pub ordinal: u32,
    #[yaserde(attribute = true)]
    pub name: Option<String>,
    #[yaserde(attribute = true)]
    pub element: Option<String>,
    #[yaserde(attribute = true, rename = "type")]
    pub type_name: Option<String>,
}

/// `wsdl:portType`.
#[derive(Debug, Default, YaDeserialize)]
#[yaserde(prefix = "wsdl", namespaces = { "wsdl" = "http://schemas.xmlsoap.org/wsdl/" })]
#[allow(missing_docs, reason = "the fields are the attributes and elements of WSDL")]
pub struct PortType {
    #[yaserde(attribute = true)]
    pub ordinal: u32,
    #[yaserde(attribute = true)]
    pub name: Option<String>,
    #[yaserde(prefix = "wsdl")]
    pub documentation: Vec<Documentation>,
    #[yaserde(prefix = "wsdl")]
    pub operation: Vec<Operation>,
}

/// `wsdl:binding`.
#[derive(Debug, Default, YaDeserialize)]
#[yaserde(prefix = "wsdl", namespaces = { "wsdl" = "http://schemas.xmlsoap.org/wsdl/", "soap" = "http://schemas.xmlsoap.org/wsdl/soap/" })]
#[allow(missing_docs, reason = "the fields are the attributes and elements of WSDL")]
pub struct Binding {
    #[yaserde(attribute = true)]
    pub ordinal: u32,
    #[yaserde(attribute = true)]
    pub name: Option<String>,
    #[yaserde(attribute = true, rename = "type")]
    pub port_type: Option<String>,
    /// Stands for the extension element of a protocol that is not SOAP 1.1.
    #[yaserde(prefix = "wsdl", rename = "otherBinding")]
    pub other_binding: Vec<Other>,
    #[yaserde(prefix = "soap", rename = "binding")]
    pub soap_binding: Vec<SoapBinding>,
    #[yaserde(prefix = "wsdl")]
    pub operation: Vec<Operation>,
}

/// An extension element of another protocol.
#[derive(Debug, Default, YaDeserialize)]
#[yaserde(prefix = "wsdl", namespaces = { "wsdl" = "http://schemas.xmlsoap.org/wsdl/" })]
pub struct Other {}

/// `soap:binding`.
#[derive(Debug, Default, YaDeserialize)]
#[yaserde(prefix = "soap", namespaces = { "soap" = "http://schemas.xmlsoap.org/wsdl/soap/" })]
#[allow(missing_docs, reason = "the fields are the attributes of WSDL")]
pub struct SoapBinding {
    #[yaserde(attribute = true)]
    pub ordinal: u32,
    #[yaserde(attribute = true)]
    pub transport: Option<String>,
    #[yaserde(attribute = true)]
    pub style: Option<String>,
}

/// `wsdl:operation`, of a port type or of a binding.
#[derive(Debug, Default, YaDeserialize)]
#[yaserde(prefix = "wsdl", namespaces = { "wsdl" = "http://schemas.xmlsoap.org/wsdl/", "soap" = "http://schemas.xmlsoap.org/wsdl/soap/" })]
#[allow(missing_docs, reason = "the fields are the attributes and elements of WSDL")]
pub struct Operation {
    #[yaserde(attribute = true)]
    pub ordinal: u32,
    #[yaserde(attribute = true)]
    pub name: Option<String>,
    #[yaserde(prefix = "wsdl")]
    pub documentation: Vec<Documentation>,
    #[yaserde(prefix = "soap", rename = "operation")]
    pub soap_operation: Vec<SoapOperation>,
    #[yaserde(prefix = "wsdl")]
    pub input: Vec<Direction>,
    #[yaserde(prefix = "wsdl")]
    pub output: Vec<Direction>,
    #[yaserde(prefix = "wsdl")]
    pub fault: Vec<Fault>,
}

/// `soap:operation`.
#[derive(Debug, Default, YaDeserialize)]
#[yaserde(prefix = "soap", namespaces = { "soap" = "http://schemas.xmlsoap.org/wsdl/soap/" })]
#[allow(missing_docs, reason = "the fields are the attributes of WSDL")]
pub struct SoapOperation {
    #[yaserde(attribute = true)]
    pub ordinal: u32,
    #[yaserde(attribute = true, rename = "soapAction")]
    pub soap_action: Option<String>,
    #[yaserde(attribute = true)]
    pub style: Option<String>,
}

/// `wsdl:input` or `wsdl:output`.
#[derive(Debug, Default, YaDeserialize)]
#[yaserde(prefix = "wsdl", namespaces = { "wsdl" = "http://schemas.xmlsoap.org/wsdl/", "soap" = "http://schemas.xmlsoap.org/wsdl/soap/" })]
#[allow(missing_docs, reason = "the fields are the attributes and elements of WSDL")]
pub struct Direction {
    #[yaserde(attribute = true)]
    pub ordinal: u32,
    #[yaserde(attribute = true)]
    pub message: Option<String>,
    #[yaserde(prefix = "soap")]
    pub body: Vec<SoapContent>,
    #[yaserde(prefix = "soap")]
    pub header: Vec<SoapContent>,
}

/// `wsdl:fault`.
#[derive(Debug, Default, YaDeserialize)]
#[yaserde(prefix = "wsdl", namespaces = { "wsdl" = "http://schemas.xmlsoap.org/wsdl/", "soap" = "http://schemas.xmlsoap.org/wsdl/soap/" })]
#[allow(missing_docs, reason = "the fields are the attributes and elements of WSDL")]
pub struct Fault {
    #[yaserde(attribute = true)]
    pub ordinal: u32,
    #[yaserde(attribute = true)]
    pub name: Option<String>,
    #[yaserde(attribute = true)]
    pub message: Option<String>,
    #[yaserde(prefix = "soap", rename = "fault")]
    pub soap_fault: Vec<SoapContent>,
}

/// `soap:body`, `soap:header` or `soap:fault`.
#[derive(Debug, Default, YaDeserialize)]
#[yaserde(prefix = "soap", namespaces = { "soap" = "http://schemas.xmlsoap.org/wsdl/soap/" })]
#[allow(missing_docs, reason = "the fields are the attributes of WSDL")]
pub struct SoapContent {
    #[yaserde(attribute = true)]
    pub ordinal: u32,
    #[yaserde(attribute = true)]
    pub message: Option<String>,
    #[yaserde(attribute = true)]
    pub part: Option<String>,
    #[yaserde(attribute = true)]
    pub parts: Option<String>,
    #[yaserde(attribute = true, rename = "use")]
    pub usage: Option<String>,
}

/// `wsdl:service`.
#[derive(Debug, Default, YaDeserialize)]
#[yaserde(prefix = "wsdl", namespaces = { "wsdl" = "http://schemas.xmlsoap.org/wsdl/" })]
#[allow(missing_docs, reason = "the fields are the attributes and elements of WSDL")]
pub struct Service {
    #[yaserde(attribute = true)]
    pub ordinal: u32,
    #[yaserde(attribute = true)]
    pub name: Option<String>,
    #[yaserde(prefix = "wsdl")]
    pub documentation: Vec<Documentation>,
    #[yaserde(prefix = "wsdl")]
    pub port: Vec<Port>,
}

/// `wsdl:port`.
#[derive(Debug, Default, YaDeserialize)]
#[yaserde(prefix = "wsdl", namespaces = { "wsdl" = "http://schemas.xmlsoap.org/wsdl/", "soap" = "http://schemas.xmlsoap.org/wsdl/soap/" })]
#[allow(missing_docs, reason = "the fields are the attributes and elements of WSDL")]
pub struct Port {
    #[yaserde(attribute = true)]
    pub ordinal: u32,
    #[yaserde(attribute = true)]
    pub name: Option<String>,
    #[yaserde(attribute = true)]
    pub binding: Option<String>,
    #[yaserde(prefix = "soap")]
    pub address: Vec<SoapAddress>,
}

/// `soap:address`.
#[derive(Debug, Default, YaDeserialize)]
#[yaserde(prefix = "soap", namespaces = { "soap" = "http://schemas.xmlsoap.org/wsdl/soap/" })]
#[allow(missing_docs, reason = "the fields are the attributes of WSDL")]
pub struct SoapAddress {
    #[yaserde(attribute = true)]
    pub location: Option<String>,
}
