//! Limits of size, time and number, each with the setting that moves it, as a client meets them.

#![allow(missing_docs, reason = "tests")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

mod support {
    #![allow(dead_code, reason = "each test binary uses its own part of the support")]
    pub mod database;
    pub mod house;
    pub mod server;
}

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use dialogmodul::services::Sources;
use dialogmodul::settings::Limits;
use support::database::Kind;
use support::house::{CODE_LISTS, CREATE, House, LOOK_UP, MESSAGES, noon};
use support::server::{Connection, Response, request};
use uuid::Uuid;

const JOBNET: &str = "/PjakTassWCFtService/2/JobnetCitizenMessageService.svc";
const QUEUE: &str = "/PjakTassWCFtService/3/WsrmService.svc";
const EVENTS: &str = "/PjakTassWCFtService/10/WsrmMessageService.svc";
const GET: &str = include_str!("../fixtures/01-notification-on-jobnet/02-get-messages.request.xml");

fn limited(change: impl FnOnce(&mut Limits)) -> House {
    House::with(|settings| change(&mut settings.limits))
}

fn is_fault(response: &Response, status: u16, code: i32) {
    let text = response.text();
    assert_eq!((response.status(), response.fault()), (status, Some(code)), "{text}");
    assert!(text.contains("Log reference: "), "{text}");
}

/// Refused, and the connection closes.
fn is_last_fault(response: &Response, status: u16) {
    is_fault(response, status, 1014);
    assert_eq!(response.header("connection"), Some("close"), "{}", response.head);
}

fn is_answer(response: &Response) {
    assert_eq!(response.status(), 200, "{}", response.text());
}

/// A connection in the middle of a body.
fn half_sent(house: &House, path: &str) -> Connection {
    let mut connection = house.connect();
    connection.write(format!("POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\nContent-Length: 500\r\n\r\n<").as_bytes());
    connection
}

#[test]
fn a_body_beyond_the_limit_is_413_declared_or_not_and_the_client_can_read_it() {
    let house = House::new();
    let large = vec![b' '; 70 * 1024];
    is_last_fault(&house.post(CODE_LISTS, "", &large), 413);
    let mut connection = house.connect();
    connection
        .write(format!("POST {CODE_LISTS} HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\nTransfer-Encoding: chunked\r\n\r\n").as_bytes());
    for _ in 0..9 {
        connection.write(b"2000\r\n");
        connection.write(&large[..0x2000]);
        connection.write(b"\r\n");
    }
    let response = connection.response();
    is_fault(&response, 413, 1014);
    assert_eq!(response.header("connection"), Some("close"));
    // The same size is welcome where documents travel, and nowhere else.
    for (path, status) in [(MESSAGES, 500), (JOBNET, 500), (QUEUE, 413), (EVENTS, 413)] {
        is_fault(&house.post(path, "", &large), status, 1014);
    }
}

#[test]
fn a_body_without_end_does_not_keep_its_connection() {
    let house = House::new();
    for path in [CODE_LISTS, "/nothing"] {
        let mut connection = house.connect();
        connection
            .write(format!("POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\nTransfer-Encoding: chunked\r\n\r\n").as_bytes());
        let started = Instant::now();
        let chunk = [b"10000\r\n", vec![b' '; 0x10000].as_slice(), b"\r\n"].concat();
        while connection.try_write(&chunk) {
            assert!(started.elapsed() < Duration::from_secs(20), "{path} reads on and on");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

#[test]
fn a_long_uri_is_414_and_a_large_head_431() {
    let house = House::new();
    is_last_fault(
        &house.post(&format!("{CODE_LISTS}?{}", "a".repeat(3000)), "", LOOK_UP.as_bytes()),
        414,
    );
    is_last_fault(
        &house.post(CODE_LISTS, &format!("X: {}\r\n", "a".repeat(20_000)), LOOK_UP.as_bytes()),
        431,
    );
    let many: String = (0..70).map(|number| format!("X{number}: 1\r\n")).collect();
    is_last_fault(&house.post(CODE_LISTS, &many, LOOK_UP.as_bytes()), 431);
    // Whatever is asked for.
    for path in ["/health/live", CODE_LISTS, "/"] {
        is_last_fault(&house.get(&format!("{path}?{}", "a".repeat(3000))), 414);
        is_last_fault(
            &house.send(&request("GET", path, &format!("X: {}\r\n", "a".repeat(20_000)), b"")),
            431,
        );
    }
    // Beyond what the parser holds, it is the parser that refuses.
    for (line, status) in [
        (format!("/{}", "a".repeat(300_000)), 414),
        (format!("/ HTTP/1.1\r\nX: {}", "a".repeat(300_000)), 431),
    ] {
        let mut connection = house.connect();
        connection.try_write(format!("POST {line}").as_bytes());
        is_fault(&connection.response(), status, 1014);
    }
}

#[test]
fn a_slow_body_is_408() {
    let house = House::with(|settings| settings.limits.body_grace_seconds = 1);
    let mut connection = house.connect();
    connection.write(format!("POST {CODE_LISTS} HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\nContent-Length: 500\r\n\r\n<").as_bytes());
    let response = connection.response();
    is_fault(&response, 408, 1014);
    assert_eq!(response.header("connection"), Some("close"));
}

#[test]
fn bodies_in_flight_have_a_common_bound() {
    let house = House::with(|settings| settings.limits.bytes_in_flight = 1024);
    is_fault(&house.post(CODE_LISTS, "", LOOK_UP.as_bytes()), 503, 1100);
}

/// The documents fit; what is set a little lower than they need does not.
#[test]
fn every_bound_of_a_document_can_be_set() {
    type Change = fn(&mut Limits);
    let changes: [(Change, &str); 6] = [
        (|limits| limits.depth = 4, "element depth"),
        (|limits| limits.elements = 20, "elements"),
        (|limits| limits.namespaces = 3, "namespaces in scope"),
        (|limits| limits.attributes = 4, "attributes of an element"),
        (|limits| limits.name_length = 20, "characters of a name"),
        (|limits| limits.attribute_value = 30, "bytes of an attribute value"),
    ];
    is_answer(&House::new().post(MESSAGES, "", CREATE.as_bytes()));
    for (change, name) in changes {
        let response = limited(change).post(MESSAGES, "", CREATE.as_bytes());
        is_fault(&response, 500, 1014);
        assert!(response.text().contains(name), "{name}: {}", response.text());
    }
}

#[test]
fn sizes_of_head_and_body_can_be_set() {
    let long = format!("X: {}\r\n", "a".repeat(500));
    let length = LOOK_UP.len();
    for (change, status) in [
        ((|limits| limits.small_body = 100) as fn(&mut Limits), 413),
        (|limits| limits.uri = 20, 414),
        (|limits| limits.head = 400, 431),
        (|limits| limits.headers = 3, 431),
    ] {
        is_fault(&limited(change).post(CODE_LISTS, &long, LOOK_UP.as_bytes()), status, 1014);
    }
    is_answer(&limited(|limits| limits.small_body = length).post(CODE_LISTS, &long, LOOK_UP.as_bytes()));
    is_fault(
        &limited(|limits| limits.body = 100).post(MESSAGES, "", CREATE.as_bytes()),
        413,
        1014,
    );
}

#[test]
fn a_body_has_a_total_time_however_well_it_comes() {
    let house = limited(|limits| (limits.body_seconds, limits.body_rate) = (2, 1));
    let mut connection = half_sent(&house, CODE_LISTS);
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(20) && connection.try_write(b" ") {
        std::thread::sleep(Duration::from_millis(100));
        if started.elapsed() > Duration::from_secs(3) {
            break;
        }
    }
    is_fault(&connection.response(), 408, 1014);
}

/// Some five hundred bytes a second for three seconds: too slow where ten thousand are asked for, quick enough where fifty are.
#[test]
fn a_body_is_held_to_the_rate_that_is_set() {
    for (rate, status) in [(10_000, 408), (50, 200)] {
        let house = limited(|limits| (limits.body_grace_seconds, limits.body_rate) = (1, rate));
        let mut connection = house.connect();
        let bytes = request("POST", CODE_LISTS, "Content-Type: text/xml\r\n", LOOK_UP.as_bytes());
        let (head, body) = bytes.split_at(bytes.len() - LOOK_UP.len());
        connection.write(head);
        for piece in body.chunks(body.len().div_ceil(12)) {
            std::thread::sleep(Duration::from_millis(250));
            connection.try_write(piece);
        }
        assert_eq!(connection.response().status(), status, "{rate}");
    }
}

#[test]
fn a_slow_head_is_408_the_first_of_a_connection_or_a_later_one() {
    let house = limited(|limits| limits.head_seconds = 1);
    let mut connection = house.connect();
    connection.write(b"POST /nothing HTTP/1.1\r\nHos");
    is_fault(&connection.response(), 408, 1014);
    assert!(connection.is_closed());
    let mut connection = house.connect();
    connection.write(&request("POST", CODE_LISTS, "Content-Type: text/xml\r\n", LOOK_UP.as_bytes()));
    is_answer(&connection.response());
    connection.write(b"POST /nothing HTTP/1.1\r\nHos");
    is_fault(&connection.response(), 408, 1014);
    assert!(connection.is_closed());
}

#[test]
fn a_connection_that_rests_is_kept() {
    let house = limited(|limits| limits.head_seconds = 1);
    let mut connection = house.connect();
    connection.write(&request("GET", "/health/live", "", b""));
    is_answer(&connection.response());
    assert!(!connection.has_something(Duration::from_secs(5)));
    connection.write(&request("POST", CODE_LISTS, "Content-Type: text/xml\r\n", LOOK_UP.as_bytes()));
    is_answer(&connection.response());
}

#[test]
fn who_sends_slowly_takes_nobodys_place() {
    let house = limited(|limits| (limits.requests, limits.queue) = (1, 1));
    let slow: Vec<_> = (0..20).map(|_| half_sent(&house, CODE_LISTS)).collect();
    for _ in 0..5 {
        is_answer(&house.post(CODE_LISTS, "", LOOK_UP.as_bytes()));
    }
    drop(slow);
}

/// A house whose first message waits for its identifier until the gate is open, and how many identifiers have been asked for.
fn with_a_gate(gate: &Arc<Mutex<()>>, change: impl FnOnce(&mut Limits)) -> (House, Arc<AtomicU64>) {
    let (drawn, gate) = (Arc::new(AtomicU64::new(1)), Arc::clone(gate));
    let count = Arc::clone(&drawn);
    let identifiers = move || {
        let number = count.fetch_add(1, Ordering::SeqCst);
        // The first is the reference of the call, drawn at the door; the second is the message.
        if number == 2 {
            drop(gate.lock());
        }
        Uuid::from_u128(u128::from(number))
    };
    let house = House::on(Kind::Sqlite, Sources::new(noon, identifiers), |settings| {
        // However few cores there are, two large ones need not wait for each other.
        settings.limits.large_at_once = 2.try_into().ok();
        change(&mut settings.limits);
    });
    (house, drawn)
}

/// So large that it is decided on a thread of its own; a small one would be on the thread that hears the others.
fn large_create() -> String {
    format!("{CREATE}{}", " ".repeat(70 * 1024))
}

fn until_it_stands_at_the_gate(drawn: &AtomicU64) {
    while drawn.load(Ordering::SeqCst) < 3 {
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// While one thread stands still, the second request is decided where there is another thread, and waits where there is none.
#[test]
fn as_many_requests_are_decided_at_one_time_as_there_are_threads() {
    for (threads, passes) in [(1, false), (2, true)] {
        let gate = Arc::new(Mutex::new(()));
        let closed = gate.lock().unwrap();
        let (house, drawn) = with_a_gate(&gate, |limits| limits.threads = threads.try_into().unwrap());
        let bytes = request("POST", MESSAGES, "Content-Type: text/xml\r\n", large_create().as_bytes());
        let mut first = house.connect();
        first.write(&bytes);
        until_it_stands_at_the_gate(&drawn);
        let mut second = house.connect();
        second.write(&bytes);
        let time = Duration::from_millis(if passes { 20_000 } else { 500 });
        assert_eq!(second.has_something(time), passes, "{threads} threads");
        assert!(!first.has_something(Duration::from_millis(1)));
        drop(closed);
        is_answer(&first.response());
        is_answer(&second.response());
    }
}

/// One is in work, one waits; the third is asked to come back, and the others are answered when the first lets go.
#[test]
fn a_full_house_asks_to_come_back() {
    let gate = Arc::new(Mutex::new(()));
    let closed = gate.lock().unwrap();
    let (house, drawn) = with_a_gate(&gate, |limits| (limits.requests, limits.queue) = (1, 1));
    let (tell, told) = mpsc::channel();
    let ask = |path: &str, body: &str| {
        let (mut connection, tell) = (house.connect(), tell.clone());
        connection.write(&request("POST", path, "Content-Type: text/xml\r\n", body.as_bytes()));
        std::thread::spawn(move || tell.send(connection.response()).unwrap());
    };
    ask(MESSAGES, &large_create());
    until_it_stands_at_the_gate(&drawn);
    ask(CODE_LISTS, LOOK_UP);
    ask(CODE_LISTS, LOOK_UP);
    let refused = told.recv().unwrap();
    is_fault(&refused, 503, 1100);
    assert!(refused.header("retry-after").is_some());
    assert!(refused.text().contains("<faultcode>soap:Server</faultcode>"));
    assert!(told.recv_timeout(Duration::from_millis(100)).is_err());
    drop(closed);
    is_answer(&told.recv().unwrap());
    is_answer(&told.recv().unwrap());
    is_answer(&house.post(CODE_LISTS, "", LOOK_UP.as_bytes()));
}

#[test]
fn answers_in_flight_have_a_common_bound_and_small_ones_always_leave() {
    let text = CREATE.replace("Husk at opdatere din joblog inden fredag.", &"x".repeat(20_000));
    let house = limited(|limits| limits.answers_in_flight = 1024);
    is_answer(&house.post(MESSAGES, "", text.as_bytes()));
    is_answer(&house.post(MESSAGES, "", GET.as_bytes()));
    for _ in 0..5 {
        is_answer(&house.post(MESSAGES, "", text.as_bytes()));
    }
    is_fault(&house.post(MESSAGES, "", GET.as_bytes()), 503, 1100);
}

/// Sends for more than its kernel and ours hold, and reads nothing.
#[test]
fn a_reader_that_does_not_read_is_left() {
    let text = CREATE.replace("Husk at opdatere din joblog inden fredag.", &"x".repeat(20_000));
    let house = limited(|limits| (limits.answer_seconds, limits.head_seconds) = (1, 1000));
    for _ in 0..50 {
        is_answer(&house.post(MESSAGES, "", text.as_bytes()));
    }
    let mut connection = house.connect();
    let bytes = request("POST", MESSAGES, "Content-Type: text/xml\r\n", GET.as_bytes());
    for _ in 0..16 {
        connection.write(&bytes);
    }
    assert!(connection.is_cut_unread(Duration::from_secs(25)));
    is_answer(&house.post(CODE_LISTS, "", LOOK_UP.as_bytes()));
}

#[test]
fn connections_beyond_the_limit_wait_for_others_to_close() {
    let house = limited(|limits| limits.connections = 1);
    let mut first = house.connect();
    first.write(&request("POST", CODE_LISTS, "Content-Type: text/xml\r\n", LOOK_UP.as_bytes()));
    is_answer(&first.response());
    let mut second = house.connect();
    second.write(&request("POST", CODE_LISTS, "Content-Type: text/xml\r\n", LOOK_UP.as_bytes()));
    assert!(!second.has_something(Duration::from_millis(300)));
    drop(first);
    is_answer(&second.response());
}
