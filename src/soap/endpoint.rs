//! The endpoint: every HTTP request comes in here, and every answer leaves from here.
//! It knows methods, media types and the order of things: body within its limits, the trip on a thread of its own, the commit, then the answer.
//! What happens on the trip is left to `trip`; the words of a fault to `fault`.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use actix_web::http::header::{self, HeaderMap};
use actix_web::http::{Method, StatusCode};
use actix_web::web::{self, Payload};
use actix_web::{HttpRequest, HttpResponse};
use log::warn;

use super::address::{Address, Form};
use super::door::Door;
use super::fault::Fault;
use super::guard::Pulse;
use super::journal::Entry;
use super::limits::{Place, Room, SMALL, Turn};
use super::media::{self, Media};
use super::outflow::Outflow;
use super::promise::Promise;
use super::rejection::Rejection;
use super::settle::{self, Settled};
use super::trip::{self, Answer, Arrival, Request};
use super::version::Version;
use super::{body, envelope, front, health, identity, metrics};
use crate::contract::Service;
use crate::domain::LogReference;
use crate::domain::audit::UNAVAILABLE;
use crate::services::{Identity, Refused};

/// Answers any request.
pub(super) async fn serve(door: web::Data<Door>, request: HttpRequest, payload: Payload) -> HttpResponse {
    let busy = Pulse::begin(&request);
    let asked = asked(&request);
    let mut answering = pin!(answer(door.clone(), request, payload));
    // The trip minds its own panics; this is for those before it and after.
    let response = poll_fn(
        |context| match catch_unwind(AssertUnwindSafe(|| answering.as_mut().poll(context))) {
            Ok(polled) => polled,
            Err(_) => Poll::Ready(respond(&Rejection::Panic, asked, door.desk.begin().0)),
        },
    )
    .await;
    busy.end();
    response
}

async fn answer(door: web::Data<Door>, request: HttpRequest, payload: Payload) -> HttpResponse {
    if door.metrics.are_asked(&request) {
        return metrics::page(&door, &request).await;
    }
    let uri = request.uri();
    let address = Address::of(uri.path(), uri.query().unwrap_or_default());
    let method = request.method();
    let is_no_call = matches!(*method, Method::GET | Method::HEAD) || matches!(address, Address::Unknown);
    if is_no_call && let Err(rejection) = check_size(&door, &request) {
        return reject(&door, &request, payload, rejection);
    }
    match (address, method) {
        (Address::Description(service, form), &(Method::GET | Method::HEAD)) => describe(&door, service, &form, &request),
        (Address::Service(service), &(Method::GET | Method::HEAD)) if front::is_page(request.query_string()) => {
            front::service(&door, service, &request)
        }
        (Address::Front(page), &(Method::GET | Method::HEAD)) => match front::show(&door, page, &request).await {
            Some(shown) => shown,
            None => reject(&door, &request, payload, Rejection::UnknownPath),
        },
        (Address::Live, &(Method::GET | Method::HEAD)) => health::live(),
        (Address::Ready, &(Method::GET | Method::HEAD)) => health::ready(Arc::clone(&door.desk)).await,
        (Address::Service(service), _) => {
            let methods = if front::is_page(request.query_string()) {
                "GET, HEAD, POST"
            } else {
                "POST"
            };
            call(door.into_inner(), service, methods, request, payload).await
        }
        (Address::Description(service, _), _) => call(door.into_inner(), service, "GET, HEAD, POST", request, payload).await,
        (Address::Live | Address::Ready | Address::Front(_), _) => reject(&door, &request, payload, Rejection::Method("GET, HEAD")),
        (Address::Unknown, _) => reject(&door, &request, payload, Rejection::UnknownPath),
    }
}

/// A call of a service: one request, one unit, one line in the log; with another method than POST too. `methods` are those of the address.
async fn call(door: Arc<Door>, service: Service, methods: &'static str, request: HttpRequest, mut payload: Payload) -> HttpResponse {
    let (reference, received_at) = door.desk.begin();
    let mut entry = Entry::begin(service, reference);
    let asked = asked(&request);
    entry.asked(asked);
    let identity = identity::of_request(&door, &request);
    let certificate = identity::certificate(&door, &request, &identity);
    let refused = Refused {
        reference,
        received_at,
        certificate,
        system: None,
        stated: None,
        operation: None,
    };
    let promise = Promise::new(Arc::clone(&door.desk), refused);
    let received = receive(&door, service, methods, &request, identity, &mut payload).await;
    let is_read = received.is_ok();
    let errand = match received {
        Ok(Received {
            identity,
            media,
            body,
            place,
        }) => {
            entry.received(body.len());
            let action = match media.version {
                Version::Soap11 => text(request.headers(), "soapaction").map(str::to_owned),
                Version::Soap12 => media.action.clone(),
            };
            let request = Request {
                service,
                places: door.places(&request),
                media,
                action,
                request_id: request_id(request.headers()),
                body,
                identity,
                reference,
                received_at,
            };
            Ok((request, place))
        }
        Err(rejection) => {
            let unit = promise.unit(Fault::from(&rejection).number);
            Err(Arrival::refused(rejection, unit))
        }
    };
    let seconds = door.limits.body_seconds;
    let begun = errand.as_ref().ok().and_then(|(request, _)| begin(&door, request));
    let is_ahead = errand.is_ok() && !matches!(&begun, Some((_, Some(arrival))) if arrival.unit.conditions.is_empty());
    // In a box, for it is large, and would be copied to each place where it may wait.
    let carrying = Box::pin(carry_out(door, entry, errand, begun, promise));
    let carried = async {
        if is_ahead {
            // A call that has come in is carried out and recorded even if its client goes away meanwhile.
            actix_web::rt::spawn(carrying).await
        } else {
            // What is left is in the writer's hands at once, client or not, and nothing is to be done after it; where it is not, the
            // promise leaves the record.
            Ok(carrying.await)
        }
    };
    let carried = tokio::time::timeout(PATIENCE, carried).await.unwrap_or_else(|_| {
        warn!("The call {reference} takes too long; its caller was asked to come back");
        Ok(Err(Rejection::Overload))
    });
    if !is_read {
        body::let_go(payload);
    }
    send(
        carried.unwrap_or(Err(Rejection::Panic)),
        asked,
        request.headers(),
        seconds,
        reference,
    )
}

/// The answer as it leaves, in the version of SOAP that was asked for.
fn send(
    answer: Result<(Answer, Room), Rejection>,
    asked: Version,
    headers: &HeaderMap,
    seconds: u64,
    reference: LogReference,
) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CONTENT_TYPE, asked.content_type()));
    match answer {
        Ok((Answer::Written(bytes), room)) => response.body(Outflow::new(bytes, room, seconds)),
        Ok((Answer::Kept(page), room)) => {
            let bytes = page.in_form(&mut response, headers);
            response.body(Outflow::new(bytes, room, seconds))
        }
        Err(rejection) => respond(&rejection, asked, reference),
    }
}

/// The turn of a small request, if it need not wait for it, and its trip, if that needs no thread of its own.
fn begin(door: &Door, request: &Request) -> Option<(Turn, Option<Arrival>)> {
    let turn = door.budget.turn_at_once().filter(|_| request.body.len() <= SMALL)?;
    Some((turn, trip::take_at_once(door, request)))
}

/// From the request, begun or not, or what is left of a refused one, to what its client is told and the room that takes.
async fn carry_out(
    door: Arc<Door>,
    mut entry: Entry,
    errand: Result<(Request, Place), Arrival>,
    begun: Option<(Turn, Option<Arrival>)>,
    mut promise: Promise,
) -> Result<(Answer, Room), Rejection> {
    let (request, mut arrival, _turn) = match errand {
        Ok((request, place)) => {
            let passed = door.budget.pass(&place).await;
            let (turn, arrival) = match begun {
                Some(begun) => begun,
                None => (door.budget.turn().await, trip::take_at_once(&door, &request)),
            };
            // A large body without an identifier is let go before its document is stored.
            let request = Arc::new(request);
            let kept = request.is_kept().then(|| Arc::clone(&request));
            let arrival = match arrival {
                Some(arrival) => arrival,
                None => walk(&door, request, true, &promise).await,
            };
            drop(passed);
            (kept, arrival, Some((turn, place)))
        }
        Err(arrival) => (None, arrival, None),
    };
    let mut trips = 1;
    let answer = loop {
        entry.arrived(&arrival);
        // Without a request there is nothing to be overtaken, and nothing to walk again.
        let again = request.as_ref().filter(|_| trips < TRIPS);
        match (settle::settle(&door.desk, arrival, again.is_some(), &mut promise).await, again) {
            (Settled::Answer(answer), _) => break answer,
            (Settled::Overtaken, Some(request)) => arrival = walk(&door, Arc::clone(request), false, &promise).await,
            (Settled::Overtaken, None) => break Err(Rejection::Overload),
        }
        trips += 1;
    };
    // An answer that finds no room is made again when the caller comes back.
    let room = answer
        .as_ref()
        .map_or(Ok(Room::small()), |answer| door.budget.answer(answer.own_len()));
    let answer = answer.and_then(|answer| room.map(|room| (answer, room)));
    entry.close(answer.as_ref().map(|(answer, _)| answer.len()), &door.metrics);
    answer
}

/// How often a request may be overtaken: after the first time the answer of its twin is there to be found, and the caller is admitted anew.
const TRIPS: usize = 3;

/// How long a caller waits for the answer to what has been received, whatever the house behind waits for: below five seconds.
const PATIENCE: Duration = Duration::from_millis(4_500);

/// What of a request has been received.
struct Received {
    identity: Identity,
    media: Media,
    body: Vec<u8>,
    place: Place,
}

/// Reads the body, unless head or house say no; nobody's body is read.
async fn receive(
    door: &Door,
    service: Service,
    methods: &'static str,
    request: &HttpRequest,
    identity: Result<Identity, Rejection>,
    payload: &mut Payload,
) -> Result<Received, Rejection> {
    if request.method() != Method::POST {
        return Err(Rejection::Method(methods));
    }
    let media = check_head(door, request)?;
    let identity = identity?;
    let mut room = door.budget.receive()?;
    let declared = text(request.headers(), header::CONTENT_LENGTH.as_str()).and_then(|length| length.parse().ok());
    let body = body::read(payload, declared, door.body_limit(service), &door.limits, &mut room).await?;
    let place = door.budget.enter(room)?;
    Ok(Received {
        identity,
        media,
        body,
        place,
    })
}

/// What can be refused before a byte of the body is read.
fn check_head(door: &Door, request: &HttpRequest) -> Result<Media, Rejection> {
    check_size(door, request)?;
    let headers = request.headers();
    // For the parser all that follows is WebSocket then, whatever length is declared: where the request ends would be anybody's guess.
    if headers
        .get_all(header::UPGRADE)
        .any(|protocol| protocol.as_bytes().trim_ascii().eq_ignore_ascii_case(b"websocket"))
    {
        return Err(Rejection::Framing);
    }
    if headers
        .get_all(header::CONTENT_ENCODING)
        .any(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity"))
    {
        return Err(Rejection::ContentEncoding);
    }
    if headers.get_all(header::CONTENT_TYPE).nth(1).is_some() {
        return Err(Rejection::MediaType);
    }
    Media::of(text(headers, header::CONTENT_TYPE.as_str())).ok_or(Rejection::MediaType)
}

/// The URI, and all headers together, whatever they ask for.
fn check_size(door: &Door, request: &HttpRequest) -> Result<(), Rejection> {
    let headers = request.headers();
    let length: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    if request.uri().path_and_query().map_or(0, |uri| uri.as_str().len()) > door.limits.uri {
        return Err(Rejection::UriTooLong);
    }
    if headers.len() > door.limits.headers || length > door.limits.head {
        return Err(Rejection::HeadTooLarge);
    }
    Ok(())
}

/// Takes the request through the house, on a thread where waiting harms nobody.
async fn walk(door: &Arc<Door>, request: Arc<Request>, is_first: bool, promise: &Promise) -> Arrival {
    let door = Arc::clone(door);
    let reference = request.reference;
    let deadline = Instant::now() + PATIENCE;
    let late = promise.unit(UNAVAILABLE);
    let trip = move || {
        if Instant::now() < deadline {
            trip::take(&door, &request, is_first)
        } else {
            // Nobody waits for the answer any more, and nothing has been done yet.
            Arrival::refused(Rejection::Overload, late)
        }
    };
    match web::block(trip).await {
        Ok(arrival) => arrival,
        Err(error) => {
            warn!("The call {reference} was not carried out: {error}");
            Arrival::refused(Rejection::Overload, promise.unit(UNAVAILABLE))
        }
    }
}

/// A description, or 304 where the caller has it.
fn describe(door: &Door, service: Service, form: &Form, request: &HttpRequest) -> HttpResponse {
    let places = door.places(request);
    let Some(page) = places.description(service).and_then(|description| match form {
        Form::Wsdl => Some(&description.wsdl),
        Form::Single => Some(&description.single),
        Form::Schema(name) => description.schema(name),
    }) else {
        return respond(&Rejection::UnknownPath, Version::Soap11, door.desk.begin().0);
    };
    let headers = request.headers();
    let status = if page.is_known(headers) {
        StatusCode::NOT_MODIFIED
    } else {
        StatusCode::OK
    };
    let mut response = HttpResponse::build(status);
    response
        .insert_header((header::ETAG, page.tag(headers)))
        .insert_header((header::VARY, door.atlas.vary("Accept-Encoding")))
        .insert_header((header::CACHE_CONTROL, "public, max-age=300"));
    match status {
        StatusCode::OK => page.send(response.insert_header((header::CONTENT_TYPE, "text/xml; charset=utf-8")), headers),
        _ => response.finish(),
    }
}

/// A request that is no call.
fn reject(door: &Door, request: &HttpRequest, payload: Payload, rejection: Rejection) -> HttpResponse {
    if request.headers().contains_key(header::TRANSFER_ENCODING) {
        body::let_go(payload);
    }
    respond(&rejection, asked(request), door.desk.begin().0)
}

/// After these the connection closes: who sends so much, or so slowly, would do it again.
const CLOSING: [StatusCode; 4] = [
    StatusCode::REQUEST_TIMEOUT,
    StatusCode::PAYLOAD_TOO_LARGE,
    StatusCode::URI_TOO_LONG,
    StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
];

/// A fault, in the version of SOAP that was asked for.
fn respond(rejection: &Rejection, asked: Version, reference: LogReference) -> HttpResponse {
    let version = rejection.told_in(asked);
    let fault = Fault::from(rejection);
    let status = fault.status(version);
    let mut response = HttpResponse::build(status);
    response.insert_header((header::CONTENT_TYPE, version.content_type()));
    if let Rejection::Method(allowed) = rejection {
        response.insert_header((header::ALLOW, *allowed));
    }
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.insert_header((header::RETRY_AFTER, "5"));
    }
    if CLOSING.contains(&status) || matches!(rejection, Rejection::Framing) {
        response.force_close();
    }
    response.body(envelope::write_fault(version, &fault, reference))
}

/// The version of SOAP a request asks for.
fn asked(request: &HttpRequest) -> Version {
    media::asked(text(request.headers(), header::CONTENT_TYPE.as_str()))
}

/// The identifier of the request; header lines of one name are one list, as HTTP has it, and a list is no identifier.
fn request_id(headers: &HeaderMap) -> Option<String> {
    let lines: Vec<_> = headers
        .get_all("x-requestid")
        .map(|value| String::from_utf8_lossy(value.as_bytes()))
        .collect();
    (!lines.is_empty()).then(|| lines.join(", "))
}

pub(super) fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}
