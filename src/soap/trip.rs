//! The trip of one request behind the door: plain synchronous Rust from the bytes of the body to the bytes of the answer.
//! It opens the envelope and has the desk admit and answer the call; a panic on the way is an answer like any other.
//! What the trip leaves behind is returned as a unit; committing it is left to `endpoint`.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use xml::Reader;

use super::dispatch;
use super::door::Door;
use super::envelope::{self, Expected};
use super::fault::Fault;
use super::media::Media;
use super::places::Places;
use super::rejection::Rejection;
use super::version::Version;
use crate::contract::Service;
use crate::domain::audit::Outcome;
use crate::domain::{LogReference, Unit};
use crate::error::Error;
use crate::services::{Call, Identity, Operation, Refused, Stated, Surroundings};

/// A request whose body is read.
pub(super) struct Request {
    pub(super) service: Service,
    /// Where the services are, as the sender knows them.
    pub(super) places: Arc<Places>,
    pub(super) media: Media,
    /// The SOAPAction or, in SOAP 1.2, what the media type says instead.
    pub(super) action: Option<String>,
    /// The header by which a request that comes again is known (M20).
    pub(super) request_id: Option<String>,
    pub(super) body: Vec<u8>,
    pub(super) identity: Identity,
    pub(super) reference: LogReference,
    pub(super) received_at: DateTime<Utc>,
}

/// How the trip ended.
pub(super) struct Arrival {
    /// The bytes of the answer, or why there are none.
    pub(super) answer: Result<Vec<u8>, Rejection>,
    /// What it leaves behind, the audit record included.
    pub(super) unit: Unit,
    /// The operation, if it was found.
    pub(super) operation: Option<Operation>,
    /// The calling system, if it was admitted.
    pub(super) system: Option<String>,
}

impl Arrival {
    /// A request that never came to the desk.
    pub(super) fn refused(rejection: Rejection, unit: Unit) -> Self {
        Self {
            answer: Err(rejection),
            unit,
            operation: None,
            system: None,
        }
    }
}

/// What is learnt on the way; it outlives a panic.
#[derive(Default)]
struct Notes {
    operation: Option<Operation>,
    stated: Option<Stated>,
    system: Option<String>,
    unit: Option<Unit>,
}

/// Takes a request through the house.
pub(super) fn take(door: &Door, request: &Request) -> Arrival {
    let desk = &door.desk;
    let mut notes = Notes::default();
    // What a panic leaves half done is thrown away with the call; `notes` only gains whole values.
    let walked = catch_unwind(AssertUnwindSafe(|| walk(door, request, &mut notes)));
    let answer = walked.unwrap_or(Err(Rejection::Panic));
    let unit = match (notes.unit.take(), &answer) {
        (Some(unit), _) => unit,
        (None, Err(rejection)) => desk.refused(refused(request, &notes), Fault::from(rejection).number),
        (None, Ok(_)) => Unit::default(),
    };
    Arrival {
        answer,
        unit,
        operation: notes.operation,
        system: notes.system,
    }
}

fn walk(door: &Door, request: &Request, notes: &mut Notes) -> Result<Vec<u8>, Rejection> {
    let (desk, limits) = (&door.desk, door.limits.document());
    let document = request.media.encoding.decode(&request.body).ok_or(Rejection::MediaType)?;
    let transcoded = matches!(document, std::borrow::Cow::Owned(_));
    let begin = || {
        if transcoded {
            Reader::transcoded(&document, limits)
        } else {
            Reader::new(&document, limits)
        }
    };
    let mut reader = begin()?;
    let version = request.media.version;
    let expected = Expected {
        service: request.service,
        version,
        lenient: door.lenient,
    };
    let headers = envelope::open(&mut reader, expected).map_err(|rejection| match rejection {
        Rejection::HeaderInvalid(..) => begin()
            .ok()
            .and_then(|mut reader| envelope::overruling(&mut reader, expected))
            .unwrap_or(rejection),
        rejection => rejection,
    })?;
    let stated = Stated::of(headers.metadata, headers.organisation);
    notes.stated = Some(stated.clone());
    // Found first, so that the record of a caller who is not admitted says what was tried; told only to who is admitted.
    let operation = dispatch::operation(request.service, &mut reader, request.action.as_deref());
    notes.operation = operation.as_ref().ok().copied();
    let caller = desk.admit(&request.identity, stated, request.received_at)?;
    notes.system = Some(caller.system.clone());
    let operation = operation?;
    let surroundings = Surroundings {
        blocks: headers.further,
        addresses: &request.places.addresses,
    };
    let mut call = desk
        .call(request.reference, request.received_at, &request.identity, caller)
        .within(surroundings);
    let answer = match call.repeated(operation, request.request_id.as_deref(), &request.body) {
        Ok(Some(bytes)) => Ok(bytes),
        Ok(None) => answer(&mut call, operation, &mut reader, version),
        Err(error) => Err(error),
    };
    let answer = answer.map_err(Rejection::from);
    if let Ok(bytes) = &answer {
        call.keep(bytes);
    }
    let outcome = answer
        .as_ref()
        .map_or_else(|rejection| Outcome::Fault(Fault::from(rejection).number), |_| Outcome::Answered);
    notes.unit = Some(call.into_unit(outcome));
    answer
}

/// The envelope of the answer; with headers where the contract declares some.
fn answer(call: &mut Call<'_>, operation: Operation, reader: &mut Reader<'_>, version: Version) -> Result<Vec<u8>, Error> {
    if operation.description().response_headers.is_empty() {
        return envelope::write(version, 4096, |writer| call.answer(operation, reader, writer));
    }
    envelope::write_with_headers(version, 4096, |writer| {
        call.answer(operation, reader, writer)?;
        Ok(call.answer_blocks())
    })
}

/// What the audit keeps of a request that failed before it had a call.
fn refused(request: &Request, notes: &Notes) -> Refused {
    Refused {
        reference: request.reference,
        received_at: request.received_at,
        certificate: Some(request.identity.subject()),
        system: notes.system.clone(),
        stated: notes.stated.clone(),
        operation: notes.operation,
    }
}
