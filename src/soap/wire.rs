//! The few parts of the contract the door itself reads and writes: headers, fault detail, documents.
//! Every name comes from the generated module, so that another contract moves the door along with it.

use encoding_rs::UTF_8;

use super::description::{Description, Document, with_soap_12};
use super::fault::Fault;
use super::rejection::Header;
use crate::contract::ams_dk;
use crate::contract::cpr_dk::PersonCivilRegistrationIdentifierType;
use crate::contract::request_user_metadata;
use crate::contract::service_bm_dk::FaultDetailsType;
use crate::contract::{self, Service};
use crate::domain::LogReference;

/// The schema type of a civil registration number: breaking it has a fault code of its own (1001).
pub(super) const CPR_TYPE: &str = <PersonCivilRegistrationIdentifierType as xml::datatypes::Datatype>::NAME;

impl Header {
    /// The element on the wire.
    pub(super) fn name(self) -> &'static xml::Name {
        match self {
            Self::ActiveOrganisation => &ams_dk::ACTIVE_ORGANISATION_HEADER,
            Self::RequestUserMetadata => &request_user_metadata::REQUEST_USER_METADATA_HEADER,
        }
    }
}

/// The detail of a fault. What we know of our inside is not in it.
pub(super) fn details(fault: &Fault, reference: LogReference) -> FaultDetailsType {
    FaultDetailsType {
        error_code: Some(fault.number),
        message: Some(xml::Nillable(Some(fault.message(reference)))),
        inner_exception: None,
        stack_trace: None,
        source: None,
    }
}

/// The description of a service at an address; with a binding for SOAP 1.2 beside the contract's own, if that is wanted.
pub(super) fn describe(service: Service, address: &str, soap_12: bool) -> Description {
    let mut texts: Vec<String> = service.documents().iter().map(|document| text(document)).collect();
    if let Some(wsdl) = texts.first_mut().filter(|_| soap_12) {
        *wsdl = with_soap_12(wsdl);
    }
    let documents: Vec<_> = service
        .documents()
        .iter()
        .zip(&texts)
        .map(|(document, text)| Document {
            name: document.name,
            namespace: document.namespace,
            text,
        })
        .collect();
    match documents.as_slice() {
        [wsdl, schemas @ ..] => Description::new(*wsdl, schemas, address),
        [] => Description::new(Document::default(), &[], address),
    }
}

/// The document in UTF-8; a declaration that names another encoding goes.
fn text(document: &contract::Document) -> String {
    let (text, encoding, _) = UTF_8.decode(document.bytes);
    match text.split_once("?>") {
        Some((declaration, rest)) if encoding != UTF_8 && declaration.starts_with("<?xml ") => rest.to_owned(),
        _ => text.into_owned(),
    }
}
