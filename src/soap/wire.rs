//! The few parts of the contract the door itself reads and writes: headers, fault detail, documents.
//! Every name comes from the generated module, so that another contract moves the door along with it.

use super::description::{Description, Document};
use super::fault::Fault;
use super::rejection::Header;
use crate::contract::{ActiveOrganisationHeader, FaultDetails, RequestUserMetadataHeader, Service};
use crate::domain::LogReference;

/// The schema type of a civil registration number: breaking it has a fault code of its own (1001).
pub(super) const CPR_TYPE: &str = "PersonCivilRegistrationIdentifierType";

impl Header {
    /// Name of the element on the wire.
    pub(super) fn element(self) -> &'static str {
        match self {
            Self::ActiveOrganisation => ActiveOrganisationHeader::NAME.local,
            Self::RequestUserMetadata => RequestUserMetadataHeader::NAME.local,
        }
    }
}

/// The detail of a fault. What we know of our inside is not in it.
pub(super) fn details(fault: &Fault, reference: LogReference) -> FaultDetails {
    FaultDetails {
        error_code: Some(fault.number),
        message: Some(fault.message(reference)),
    }
}

/// The description of a service at an address.
pub(super) fn describe(service: Service, address: &str) -> Description {
    let wsdl = Document {
        name: "",
        namespace: "",
        text: "",
    };
    let _ = service;
    Description::new(wsdl, &[], address)
}
