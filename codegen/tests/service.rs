//! A service in STAR's own style of WSDL: its trait, its table of operations, its dispatch and its documents.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

mod contract {
    #![allow(missing_docs, dead_code, reason = "what codegen writes is used here, not documented")]
    include!("../../tests/constructs/wsdl/golden.rs");
}

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use contract::{
    Service, Transport,
    calendar_service_v1::{self as calendar, CalendarService, Operation},
    headers, messages,
};
use xml::{Limits, Nillable, Reader, Rule, Violation, Writer};

struct Desk;

#[derive(Debug, PartialEq)]
enum Failure {
    Invalid(Violation),
    Closed,
}

impl From<Violation> for Failure {
    fn from(violation: Violation) -> Self {
        Self::Invalid(violation)
    }
}

impl CalendarService for Desk {
    type Failure = Failure;

    fn book(&mut self, request: messages::BookRequestType) -> Result<messages::BookResponse, Failure> {
        if request.r#where.as_str() == "nowhere" {
            return Err(Failure::Closed);
        }
        Ok(messages::BookResponse { number: 7 })
    }

    fn list(&mut self, request: Nillable<messages::BookRequestType>) -> Result<messages::NumbersType, Failure> {
        Ok(messages::NumbersType::new(if request.0.is_some() { vec![1] } else { vec![1, 2] }).unwrap())
    }
}

fn answer(request: &str) -> Result<String, Failure> {
    let mut reader = Reader::new(request.as_bytes(), Limits::default())?;
    let root = reader.peek()?.unwrap().to_qname();
    let operation = Operation::by_request(&root.namespace, &root.local).unwrap();
    let mut writer = Writer::fragment(256);
    calendar::answer(&mut Desk, operation, &mut reader, &mut writer)?;
    Ok(String::from_utf8(writer.finish()).unwrap())
}

fn book(place: &str) -> String {
    format!("<BookRequest xmlns='urn:example:messages'><When>2015-06-01T12:00:00</When><Where>{place}</Where></BookRequest>")
}

#[test]
fn the_root_of_the_body_chooses_the_operation() {
    let booked = answer(&book("here")).unwrap();
    assert_eq!(
        booked,
        "<m:BookResponse xmlns:m=\"urn:example:messages\"><m:Number>7</m:Number></m:BookResponse>"
    );
    let nil = "<ListRequest xmlns='urn:example:messages' xmlns:i='http://www.w3.org/2001/XMLSchema-instance' i:nil='true'/>";
    assert_eq!(
        answer(nil).unwrap(),
        "<m:ListResponse xmlns:m=\"urn:example:messages\">1 2</m:ListResponse>"
    );
    assert_eq!(Operation::by_request("urn:example:messages", "BookResponse"), None);
    assert_eq!(Operation::by_request("urn:example:headers", "BookRequest"), None);
}

#[test]
fn a_request_that_breaks_the_schema_never_reaches_the_service() {
    let Err(Failure::Invalid(violation)) = answer(&book("")) else {
        panic!("an empty place is taken");
    };
    assert_eq!(violation.rule, Rule::Facet("minLength"));
    assert_eq!(violation.in_type, Some("PlaceType"));
    assert_eq!(violation.path, "BookRequest/Where");
    assert_eq!(answer(&book("nowhere")), Err(Failure::Closed));
}

/// Calls the desk without a network.
struct Counter;

impl Transport for Counter {
    type Headers = ();
    type Failure = Failure;

    fn call<A>(
        &self,
        operation: contract::Operation,
        (): &(),
        request: impl FnOnce(&mut Writer),
        response: fn(&mut Reader<'_>) -> Result<A, Violation>,
    ) -> impl Future<Output = Result<A, Failure>> + Send {
        let mut writer = Writer::fragment(256);
        request(&mut writer);
        let request = String::from_utf8(writer.finish()).unwrap();
        let begins = format!("<m:{}Request ", operation.description().name);
        assert!(request.starts_with(&begins), "{request}");
        async move {
            let answer = answer(&request)?;
            Ok(response(&mut Reader::new(answer.as_bytes(), Limits::default())?)?)
        }
    }
}

fn now<T>(call: impl Future<Output = T>) -> T {
    let mut context = Context::from_waker(Waker::noop());
    match pin!(call).poll(&mut context) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("nothing is waited for"),
    }
}

#[test]
fn the_client_writes_requests_and_reads_responses() {
    let client = calendar::Client::new(Counter);
    let place = |place: &str| contract::outside::PlaceType::new(place).unwrap();
    let mut request = messages::BookRequestType {
        when: xml::datatypes::Datatype::parse("2015-06-01T12:00:00").unwrap(),
        r#where: place("here"),
    };
    assert_eq!(now(client.book(&(), &request)), Ok(messages::BookResponse { number: 7 }));
    request.r#where = place("nowhere");
    assert_eq!(now(client.book(&(), &request)), Err(Failure::Closed));
    assert_eq!(
        now(client.list(&(), &Nillable(None))).map(|numbers| numbers.into_inner()),
        Ok(vec![1, 2])
    );
    assert_eq!(
        now(client.list(&(), &Nillable(Some(request)))).map(|numbers| numbers.into_inner()),
        Ok(vec![1])
    );
}

#[test]
fn the_table_of_operations_tells_what_the_wsdl_tells() {
    assert_eq!(Operation::ALL, [Operation::Book, Operation::List]);
    let book = Operation::Book;
    assert_eq!(book.name(), "Book");
    assert_eq!(book.action(), "http://example.dk/pjaktass/3/CalendarService#Book");
    assert_eq!(book.request(), &messages::BOOK_REQUEST);
    assert_eq!(book.response(), &messages::BOOK_RESPONSE);
    assert_eq!(book.headers(), [headers::CALLER, headers::TRACE]);
    assert_eq!(book.description().response_headers, [headers::TRACE]);
    assert_eq!(book.documentation(), "Books an appointment.");
    let [fault] = book.faults() else {
        panic!("Book declares one fault");
    };
    assert_eq!((fault.name, fault.element), ("Trouble", headers::TROUBLE));
    assert!(Operation::List.faults().is_empty());
}

#[test]
fn the_catalogue_knows_services_and_documents() {
    let [service] = Service::ALL else {
        panic!("there is one service");
    };
    assert_eq!((service.name(), service.version()), ("CalendarService", "1"));
    assert_eq!(service.namespace(), "http://example.dk/pjaktass/3/CalendarService");
    assert_eq!(service.address(), "https://example.dk/CalendarService.svc");
    assert_eq!(service.operations().len(), 2);
    let operation = service.operation("urn:example:messages", "ListRequest").unwrap();
    assert_eq!((operation.service(), operation.description().name), (*service, "List"));
    let [wsdl, schema] = service.documents() else {
        panic!("the WSDL needs one schema file");
    };
    assert_eq!((wsdl.name, schema.name), ("service.v1.wsdl", "outside.xsd"));
    assert_eq!(wsdl.imports, [("urn:example:outside", "outside.xsd")]);
    assert_eq!(schema.namespace, "urn:example:outside");
    assert!(schema.bytes.starts_with(b"<?xml"));
}
