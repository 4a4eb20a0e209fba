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
use super::limits::SMALL;
use super::media::Media;
use super::page::Page;
use super::places::Places;
use super::rejection::Rejection;
use super::shelf;
use super::version::Version;
use crate::contract::{Service, code_list_service_v5};
use crate::domain::audit::Outcome;
use crate::domain::{Caller, Condition, LogReference, Unit};
use crate::error::Error;
use crate::services::{Call, CodeListAnswer, Identity, Operation, Refused, Stated, Surroundings};

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

impl Request {
    /// Is it kept until its unit is stored, so that it can take another trip where it is overtaken? What is large is let go before.
    pub(super) fn is_kept(&self) -> bool {
        self.request_id.is_some() || self.body.len() <= SMALL
    }
}

/// How the trip ended.
pub(super) struct Arrival {
    /// The answer, or why there is none.
    pub(super) answer: Result<Answer, Rejection>,
    /// What it leaves behind, the audit record included.
    pub(super) unit: Unit,
    /// The operation, if it was found.
    pub(super) operation: Option<Operation>,
    /// The calling system, if it was admitted.
    pub(super) system: Option<String>,
}

/// The envelope that answers a call.
#[derive(Debug)]
pub(super) enum Answer {
    /// Written for this call.
    Written(Vec<u8>),
    /// Taken from the shelf.
    Kept(Page),
}

impl Answer {
    /// The bytes it has for itself: what stands on the shelf is everybody's.
    pub(super) fn own_len(&self) -> usize {
        match self {
            Self::Written(bytes) => bytes.len(),
            Self::Kept(_) => 0,
        }
    }

    /// Its length in bytes, not compressed.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Written(bytes) => bytes.len(),
            Self::Kept(page) => page.bytes().len(),
        }
    }
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
    /// What the caller's admission rests on.
    admission: Option<Condition>,
    unit: Option<Unit>,
    /// It was left to a trip that may wait.
    left: bool,
}

/// Who is admitted, and what that rests on; nobody where the request is left to a trip that may wait.
type Admitted = Result<Option<(Caller, Option<Condition>)>, Error>;

/// Takes a request through the house, for the first time or after it was overtaken. On the first trip its caller may be admitted by an
/// earlier admission (S1): not for a look-up of code lists, which does not wait to hear whether that still holds, nor where the request
/// could not take another trip.
pub(super) fn take(door: &Door, request: &Request, is_first: bool) -> Arrival {
    let (desk, identity, at) = (&door.desk, &request.identity, request.received_at);
    let again = is_first && request.is_kept() && request.service != Service::CodeListServiceV5;
    let admit = |stated, _| {
        if again {
            desk.admit_again(identity, stated, at).map(Some)
        } else {
            Ok(Some((desk.admit(identity, stated, at)?, None)))
        }
    };
    arrive(door, request, admit).0
}

/// Takes a request through the house if nothing on the way is worth another thread: a look-up of code lists for a caller who is known
/// (K2), which asks the archive nothing, and a new message where a few rows are read in this process. Pages of messages and large bodies
/// would keep other callers waiting.
pub(super) fn take_at_once(door: &Door, request: &Request) -> Option<Arrival> {
    let desk = &door.desk;
    let is_small = request.body.len() <= SMALL;
    let may_create = || dispatch::may_mean(request.service, request.action.as_deref(), Operation::creates);
    let (arrival, left) = match request.service {
        Service::CodeListServiceV5 if desk.has_fresh_lists() => arrive(door, request, |stated, _| {
            let caller = desk.admitted(&request.identity, stated, request.received_at);
            Ok(caller.map(|caller| (caller, None)))
        }),
        Service::CitizenMessageServiceV2 | Service::JobnetCitizenMessageServiceV2 if is_small && may_create() && desk.reads_at_once() => {
            arrive(door, request, |stated, operation| match operation {
                Some(operation) if operation.creates() => desk.admit_again(&request.identity, stated, request.received_at).map(Some),
                _ => Ok(None),
            })
        }
        _ => return None,
    };
    (!left).then_some(arrival)
}

/// Arrives, and says whether that came to nothing because `admit` leaves the request to a trip that may wait.
fn arrive(door: &Door, request: &Request, admit: impl FnOnce(Stated, Option<Operation>) -> Admitted) -> (Arrival, bool) {
    let desk = &door.desk;
    let mut notes = Notes::default();
    // What a panic leaves half done is thrown away with the call; `notes` only gains whole values.
    let walked = catch_unwind(AssertUnwindSafe(|| walk(door, request, &mut notes, admit)));
    let answer = walked.unwrap_or(Err(Rejection::Panic));
    let mut unit = match (notes.unit.take(), &answer) {
        (Some(unit), _) => unit,
        (None, _) if notes.left => Unit::default(),
        (None, Err(rejection)) => desk.refused(refused(request, &notes), Fault::from(rejection).number),
        (None, Ok(_)) => Unit::default(),
    };
    unit.require_admission(notes.admission.take());
    let arrival = Arrival {
        answer,
        unit,
        operation: notes.operation,
        system: notes.system,
    };
    (arrival, notes.left)
}

fn walk(
    door: &Door,
    request: &Request,
    notes: &mut Notes,
    admit: impl FnOnce(Stated, Option<Operation>) -> Admitted,
) -> Result<Answer, Rejection> {
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
    let Some((caller, admission)) = admit(stated, notes.operation)? else {
        notes.left = true;
        return Err(Rejection::Overload);
    };
    notes.admission.clone_from(&admission);
    notes.system = Some(caller.system.clone());
    let operation = operation?;
    let surroundings = Surroundings {
        blocks: headers.further,
        addresses: &request.places.addresses,
    };
    let mut call = desk
        .call(request.reference, request.received_at, &request.identity, caller)
        .within(surroundings)
        .resting_on(admission);
    let answer = match call.repeated(operation, request.request_id.as_deref(), &request.body) {
        Ok(Some(bytes)) => Ok(Answer::Written(bytes)),
        Ok(None) => answer(door, &mut call, operation, &mut reader, version),
        Err(error) => Err(error),
    };
    let answer = answer.map_err(Rejection::from);
    if let Ok(Answer::Written(bytes)) = &answer {
        call.keep(bytes);
    }
    let outcome = answer
        .as_ref()
        .map_or_else(|rejection| Outcome::Fault(Fault::from(rejection).number), |_| Outcome::Answered);
    notes.unit = Some(call.into_unit(outcome));
    answer
}

/// The envelope of the answer; with headers where the contract declares some.
fn answer(door: &Door, call: &mut Call<'_>, operation: Operation, reader: &mut Reader<'_>, version: Version) -> Result<Answer, Error> {
    if let Operation::CodeListServiceV5(operation) = operation {
        return code_list_answer(door, call, operation, reader, version);
    }
    if operation.description().response_headers.is_empty() {
        return envelope::write(version, 4096, |writer| call.answer(operation, reader, writer)).map(Answer::Written);
    }
    let written = envelope::write_with_headers(version, 4096, |writer| {
        call.answer(operation, reader, writer)?;
        Ok(call.answer_blocks())
    });
    written.map(Answer::Written)
}

/// Whole lists stand on the shelf; those of a day are written.
fn code_list_answer(
    door: &Door,
    call: &mut Call<'_>,
    operation: code_list_service_v5::Operation,
    reader: &mut Reader<'_>,
    version: Version,
) -> Result<Answer, Error> {
    let payload = match call.code_list_answer(operation, reader)? {
        CodeListAnswer::Made(payload) => payload,
        CodeListAnswer::Kept(lists, number) => match door.shelf.page(&lists, number, version) {
            Some(page) => return Ok(Answer::Kept(page)),
            None => return Err(Error::Internal("a code list has no place on the shelf".to_owned())),
        },
    };
    Ok(Answer::Written(shelf::enclosed(&payload, version)))
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
