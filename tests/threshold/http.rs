//! HTTP: methods, paths, connections, framing.

use std::net::TcpStream;

use crate::support::house::{CODE_LISTS, House, LOOK_UP, MESSAGES};
use crate::support::server::request;
use crate::{is_answer, is_fault};

#[test]
fn other_methods_are_405_and_told_what_is_allowed() {
    let house = House::new();
    for (method, path, allowed) in [
        ("GET", format!("{MESSAGES}?other"), "POST"),
        ("PUT", MESSAGES.to_owned(), "GET, HEAD, POST"),
        ("DELETE", format!("{MESSAGES}?wsdl"), "GET, HEAD, POST"),
        ("POST", "/health/live".to_owned(), "GET, HEAD"),
    ] {
        let response = house.send(&request(method, &path, "", b""));
        is_fault(&response, 405, 1014);
        assert_eq!(response.header("allow"), Some(allowed));
    }
}

#[test]
fn an_unknown_path_is_404_and_a_fault_all_the_same() {
    let house = House::new();
    for path in [
        "/other",
        "/PjakTassWCFtService/99/CitizenMessageService.svc",
        "/other/2/CitizenMessageService.svc",
        "/%00",
    ] {
        is_fault(&house.post(path, "", LOOK_UP.as_bytes()), 404, 1014);
    }
}

#[test]
fn a_client_that_expects_100_continue_gets_it() {
    let house = House::new();
    let mut connection = house.connect();
    let bytes = request(
        "POST",
        CODE_LISTS,
        "Content-Type: text/xml\r\nExpect: 100-continue\r\n",
        LOOK_UP.as_bytes(),
    );
    let (head, body) = bytes.split_at(bytes.len() - LOOK_UP.len());
    connection.write(head);
    assert_eq!(connection.response().status(), 100);
    connection.write(body);
    is_answer(&connection.response());
}

#[test]
fn a_connection_carries_one_call_after_another_until_close_is_asked_for() {
    let house = House::new();
    let mut connection = house.connect();
    for _ in 0..2 {
        connection.write(&request("POST", CODE_LISTS, "Content-Type: text/xml\r\n", LOOK_UP.as_bytes()));
        is_answer(&connection.response());
    }
    connection.write(&request(
        "POST",
        CODE_LISTS,
        "Content-Type: text/xml\r\nConnection: close\r\n",
        LOOK_UP.as_bytes(),
    ));
    let last = connection.response();
    is_answer(&last);
    assert_eq!(last.header("connection"), Some("close"));
    assert!(connection.is_closed());
}

#[test]
fn http_1_0_and_chunked_bodies_are_served() {
    let house = House::new();
    is_answer(
        &house.send(
            format!(
                "POST {CODE_LISTS} HTTP/1.0\r\nContent-Type: text/xml\r\nContent-Length: {}\r\n\r\n{LOOK_UP}",
                LOOK_UP.len()
            )
            .as_bytes(),
        ),
    );
    let mut chunked =
        format!("POST {CODE_LISTS} HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\nTransfer-Encoding: chunked\r\n\r\n").into_bytes();
    for chunk in LOOK_UP.as_bytes().chunks(100) {
        chunked.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        chunked.extend_from_slice(chunk);
        chunked.extend_from_slice(b"\r\n");
    }
    chunked.extend_from_slice(b"0\r\n\r\n");
    is_answer(&house.send(&chunked));
}

#[test]
fn broken_framing_closes_the_connection() {
    let house = House::new();
    let start = format!("POST {CODE_LISTS} HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\n");
    for broken in [
        "Content-Length: many\r\n\r\n",
        "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\nno chunk\r\n",
        "Transfer-Encoding: chunked\r\n\r\n4\r\n<a/>\r\nno chunk\r\n",
        "Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 4\r\n\r\n<a/>",
    ] {
        let mut connection = house.connect();
        connection.write(format!("{start}{broken}").as_bytes());
        is_fault(&connection.response(), 400, 1014);
        assert!(connection.is_closed());
    }
}

/// Whoever has asked and says that nothing more comes is answered, and no more; whoever stops in the middle of a head is told so.
#[test]
fn a_head_that_breaks_off_is_400() {
    let house = House::new();
    let whole = request("POST", CODE_LISTS, "Content-Type: text/xml\r\n", LOOK_UP.as_bytes());
    let said = |bytes: &[u8]| {
        let mut connection = house.connect();
        connection.write(bytes);
        connection.stop_writing();
        connection
    };
    let mut asked = said(&whole);
    is_answer(&asked.response());
    assert!(asked.is_closed());
    assert!(said(b"").is_closed());
    let mut cut = said(b"POST / HT");
    is_fault(&cut.response(), 400, 1014);
    assert!(cut.is_closed());
}

/// The refusal stands behind the answer in the same bytes.
#[test]
fn what_is_no_http_behind_a_request_is_400_with_a_fault() {
    let house = House::new();
    let mut connection = house.connect();
    let mut bytes = request("POST", CODE_LISTS, "Content-Type: text/xml\r\n", LOOK_UP.as_bytes());
    bytes.extend_from_slice(b"\x00 no HTTP\r\n\r\n");
    connection.write(&bytes);
    is_answer(&connection.response());
    is_fault(&connection.response(), 400, 1014);
    assert!(connection.is_closed());
}

#[test]
fn a_body_that_breaks_off_is_400() {
    let house = House::new();
    let mut connection = house.connect();
    connection
        .write(format!("POST {CODE_LISTS} HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\nContent-Length: 50\r\n\r\n<half").as_bytes());
    connection.stop_writing();
    is_fault(&connection.response(), 400, 1014);
}

/// Whoever has begun a request when the house closes is answered and told that it was the last; whoever rests is let go, and nobody new is let in.
#[test]
fn a_house_that_closes_answers_what_has_begun() {
    let house = House::with(|settings| settings.shutdown_seconds = 30);
    let bytes = request("POST", CODE_LISTS, "Content-Type: text/xml\r\n", LOOK_UP.as_bytes());
    let (before, rest) = bytes.split_at(bytes.len() - 100);
    let (mut begun, mut resting) = (house.connect(), house.connect());
    begun.write(before);
    // The one worker has read what stood before this.
    resting.write(&bytes);
    is_answer(&resting.response());
    house.close();
    assert!(resting.is_closed());
    begun.write(rest);
    let last = begun.response();
    is_answer(&last);
    assert_eq!(last.header("connection"), Some("close"));
    assert!(begun.is_closed());
    assert!(TcpStream::connect(house.address).is_err());
}
