//! Dispatch: which operation a request means.
//! The element in the Body decides; a SOAPAction that is not empty must agree with it (interop.md: Requests).
//! Which service, the address has said; whether the caller may, the desk says.

use xml::{Reader, Rule};

use super::rejection::Rejection;
use crate::contract::{Service, citizen_message_service_v2, code_list_service_v5};
use crate::services::Operation;

/// The operation of the payload the reader stands before.
///
/// # Errors
/// An empty Body, an element that is no operation of the service, an action that disagrees.
pub(super) fn operation(service: Service, reader: &mut Reader<'_>, action: Option<&str>) -> Result<Operation, Rejection> {
    let Some(tag) = reader.peek()? else {
        return Err(reader
            .violation(Rule::Missing {
                expected: "the element of the operation".to_owned(),
            })
            .into());
    };
    // A new service in the contract stops the compiler here.
    let found = match service {
        Service::CitizenMessageServiceV2 => citizen_message_service_v2::Operation::by_request(tag.namespace, tag.local)
            .map(|operation| (Operation::CitizenMessage(operation), operation.action())),
        Service::CodeListServiceV5 => code_list_service_v5::Operation::by_request(tag.namespace, tag.local)
            .map(|operation| (Operation::CodeList(operation), operation.action())),
    };
    let (operation, expected) = found.ok_or(Rejection::UnknownOperation)?;
    match action.map(unquoted) {
        None | Some("") => Ok(operation),
        Some(action) if action == expected => Ok(operation),
        Some(_) => Err(Rejection::Action),
    }
}

fn unquoted(action: &str) -> &str {
    let action = action.trim();
    action
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap_or(action)
        .trim()
}
