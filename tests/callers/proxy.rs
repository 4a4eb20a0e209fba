//! Behind a proxy that ends TLS: the certificate in a header, from the proxy and from nobody else.

use dialogmodul::settings::Tls;

use crate::on_each_engine;
use crate::stage::{CODE_LISTS, House, NAMES, fund, kss};
use crate::support;
use crate::support::certificates::{Authority, Issued, Wish, second};
use crate::support::database::{Database, Kind};
use crate::support::server::Server;

pub const HEADER: &str = "X-Client-Certificate";

/// The settings behind proxies of a network, over plain HTTP.
pub fn behind(house: &House, network: &str) -> Tls {
    Tls {
        certificate: None,
        key: None,
        header: Some(HEADER.to_owned()),
        proxies: vec![network.parse().unwrap()],
        ..house.tls()
    }
}

/// PEM as nginx escapes it: everything but letters, digits and a few signs.
pub fn escaped(issued: &Issued) -> String {
    let byte = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    issued.pem().bytes().map(byte).collect()
}

fn base64(issued: &Issued) -> String {
    base64_simd::STANDARD.encode_to_string(&issued.der)
}

fn call(server: &Server, values: &[&str]) -> Option<i32> {
    let headers: String = values.iter().map(|value| format!("{HEADER}: {value}\r\n")).collect();
    server.post(CODE_LISTS, &headers, NAMES).fault()
}

on_each_engine! {
    /// S1: a trusted proxy's header is the caller's certificate, checked as if it had been shown to us.
    fn s1_a_trusted_proxy_passes_certificates_on(database: &Database) {
        let house = House::new();
        let revoked = house.clients.issue(&Wish { serial: 66, ..Wish::client(kss()) });
        house.write("list.crl", house.clients.revocations(-60, 3600, &[66]));
        let server = house.open(database, behind(&house, "127.0.0.0/8"));
        let good = house.issue(kss());
        assert_eq!(call(&server, &[&escaped(&good)]), None);
        assert_eq!(call(&server, &[&base64(&good)]), None);
        assert_eq!(call(&server, &[&format!(":{}:", base64(&good))]), None);
        assert_eq!(call(&server, &[&escaped(&house.issue(fund()))]), Some(1013));
        assert_eq!(call(&server, &[]), Some(1101));
        assert_eq!(call(&server, &[""]), Some(1101));
        assert_eq!(call(&server, &["(null)"]), Some(1013));
        assert_eq!(call(&server, &[&escaped(&good), &escaped(&good)]), Some(1013));
        assert_eq!(call(&server, &[&escaped(&good), ""]), Some(1013));
        assert_eq!(call(&server, &[&escaped(&Authority::new("Clients").issue(&Wish::client(kss())))]), Some(1013));
        assert_eq!(call(&server, &[&escaped(&house.clients.issue(&Wish { to: -60, ..Wish::client(kss()) }))]), Some(1013));
        assert_eq!(call(&server, &[&escaped(&house.issue(second("PID:9208-2002-2-123456789012")))]), Some(1013));
        assert_eq!(call(&server, &[&escaped(&revoked)]), Some(1013));
    }
}

/// S1: from an address that is no proxy's, the header counts for nothing, whatever it holds.
#[test]
fn s1_nobody_else_can_pass_a_certificate_on() {
    let (database, house) = (Database::new(Kind::Sqlite), House::new());
    let server = house.open(&database, behind(&house, "192.0.2.0/24"));
    for value in [
        escaped(&house.issue(kss())),
        base64(&house.issue(kss())),
        String::new(),
        "(null)".to_owned(),
    ] {
        assert_eq!(call(&server, &[&value]), Some(1101));
    }
    // What a proxy may say about the client's address changes nothing.
    let headers = format!(
        "{HEADER}: {}\r\nX-Forwarded-For: 192.0.2.1\r\nForwarded: for=192.0.2.1\r\n",
        escaped(&house.issue(kss()))
    );
    assert_eq!(server.post(CODE_LISTS, &headers, NAMES).fault(), Some(1101));
}

/// S1: over TLS, too, everybody is whom their own certificate names, and only a proxy is whom its header names.
#[test]
fn s1_a_proxys_own_certificate_is_not_its_callers() {
    let (database, house) = (Database::new(Kind::Sqlite), House::new());
    let (good, other) = (house.issue(kss()), house.issue(fund()));
    let with_header = |network: &str| {
        let plain = behind(&house, network);
        Tls {
            certificate: house.tls().certificate,
            key: house.tls().key,
            ..plain
        }
    };
    let cases = [
        // Network of proxies, own certificate, header, expected.
        ("192.0.2.0/24", Some(&good), Some(&other), None),
        ("192.0.2.0/24", Some(&other), Some(&good), Some(1013)),
        ("192.0.2.0/24", None, Some(&good), Some(1101)),
        ("127.0.0.1", Some(&good), Some(&other), Some(1013)),
        ("127.0.0.1", Some(&other), Some(&good), None),
        ("127.0.0.1", None, Some(&good), None),
        ("127.0.0.1", Some(&good), None, Some(1101)),
    ];
    for (network, own, passed_on, expected) in cases {
        let server = house.open(&database, with_header(network));
        let header = passed_on
            .map(|issued| format!("{HEADER}: {}\r\n", escaped(issued)))
            .unwrap_or_default();
        let answer = house.client(own).connect(server.address).post(CODE_LISTS, &header, NAMES).unwrap();
        assert_eq!(answer.fault(), expected, "{network} {} {}", own.is_some(), passed_on.is_some());
    }
}
