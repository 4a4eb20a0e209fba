//! Dispatch: which operation a request means.
//! The element in the Body decides; a SOAPAction that is not empty must agree with it (interop.md: Requests).
//! Which service, the address has said; whether the caller may, the desk says.

use xml::{Reader, Rule};

use super::rejection::Rejection;
use crate::contract::{Operation, Service};

/// The operation of the payload the reader stands before.
///
/// # Errors
/// An empty Body, an element that is no operation of the service, an action that disagrees.
pub(super) fn operation(service: Service, reader: &mut Reader<'_>, action: Option<&str>) -> Result<Operation, Rejection> {
    let Some(tag) = reader.peek()? else {
        let expected = "the element of the operation".to_owned();
        return Err(reader.violation(Rule::Missing { expected }).into());
    };
    let operation = service.operation(tag.namespace, tag.local).ok_or(Rejection::UnknownOperation)?;
    match action.map(unquoted) {
        None | Some("") => Ok(operation),
        Some(action) if action == operation.description().action => Ok(operation),
        Some(_) => Err(Rejection::Action),
    }
}

/// Can the request mean an operation of this kind, as far as its action tells?
pub(super) fn may_mean(service: Service, action: Option<&str>, kind: fn(Operation) -> bool) -> bool {
    match action.map(unquoted) {
        None | Some("") => true,
        Some(action) => service
            .operations()
            .into_iter()
            .any(|operation| kind(operation) && operation.description().action == action),
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
