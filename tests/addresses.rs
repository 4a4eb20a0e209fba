//! Where callers are told the services are: the configured URL first, then what a trusted proxy says, then our own address; never what anybody else says.

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

use dialogmodul::services::Sources;
use dialogmodul::settings;
use support::database::{Kind, kinds};
use support::house::{CODE_LISTS, House, MESSAGES, noon};
use support::server::{Response, request};

const QUEUE: &str = "/PjakTassWCFtService/3/WsrmService.svc";
const OPEN: &str = include_str!("../fixtures/60-queue/03-create-sequence.request.xml");
const CREATE: &str = include_str!("../fixtures/60-queue/01-create.request.xml");

/// A house without a configured URL that trusts proxies of a network.
fn house(kind: Kind, trusted: &str, change: impl FnOnce(&mut settings::Server)) -> House {
    House::on(kind, Sources::fixed(noon()), |settings| {
        settings.public_url = None;
        settings.tls.proxies = trusted
            .split(',')
            .filter(|text| !text.is_empty())
            .map(|text| text.parse().unwrap())
            .collect();
        change(settings);
    })
}

fn get(house: &House, query: &str, headers: &str) -> Response {
    house.send(&request("GET", &format!("{CODE_LISTS}?{query}"), headers, b""))
}

/// What the served WSDL says before the path of the service.
fn told(house: &House, headers: &str) -> String {
    let response = get(house, "wsdl", headers);
    let (before, _) = response.text().rsplit_once(&format!("{CODE_LISTS}\"")).unwrap();
    before.rsplit_once("location=\"").unwrap().1.to_owned()
}

fn own(house: &House) -> String {
    format!("http://{}", house.address)
}

const FORWARDED: &str = "Forwarded: for=192.0.2.1;proto=https;host=\"dialog.example.dk:8443\"\r\n";
const X_FORWARDED: &str = "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: [2001:db8::5]\r\nX-Forwarded-Port: 8443\r\nX-Forwarded-Prefix: /dfdg\r\n";

#[test]
fn a_trusted_proxy_says_which_address_callers_use() {
    let house = house(Kind::Sqlite, "127.0.0.0/8", |_| ());
    assert_eq!(told(&house, FORWARDED), "https://dialog.example.dk:8443");
    assert_eq!(told(&house, X_FORWARDED), "https://[2001:db8::5]:8443/dfdg");
    assert_eq!(told(&house, ""), own(&house));
}

#[test]
fn everything_in_a_description_follows_the_address() {
    let house = house(Kind::Sqlite, "127.0.0.0/8", |_| ());
    for query in ["wsdl", "singleWsdl", "xsd=0"] {
        let text = get(&house, query, FORWARDED).text().to_owned();
        assert!(!text.contains(&house.address.to_string()), "{query}");
    }
    let wsdl = get(&house, "wsdl", FORWARDED).text().to_owned();
    assert!(
        wsdl.contains(&format!("schemaLocation=\"https://dialog.example.dk:8443{CODE_LISTS}?xsd=")),
        "{wsdl}"
    );
}

#[test]
fn nobody_else_says_it() {
    for trusted in ["", "10.0.0.0/8,::1"] {
        let house = house(Kind::Sqlite, trusted, |_| ());
        for headers in [FORWARDED, X_FORWARDED] {
            assert_eq!(told(&house, headers), own(&house), "{trusted}");
        }
    }
}

#[test]
fn the_host_header_never_says_it() {
    let house = house(Kind::Sqlite, "127.0.0.0/8", |_| ());
    let text = get(&house, "wsdl", "").text().to_owned();
    assert!(!text.contains("elsewhere.example"), "the Host header of every request here");
    assert_eq!(told(&house, "X-Forwarded-Proto: https\r\nX-Forwarded-Port: 443\r\n"), own(&house));
}

#[test]
fn a_configured_url_goes_first() {
    let house = house(Kind::Sqlite, "127.0.0.0/8", |settings| {
        settings.public_url = Some("https://dialog.example.org/a".parse().unwrap());
    });
    assert_eq!(told(&house, FORWARDED), "https://dialog.example.org/a");
    assert_eq!(
        get(&house, "wsdl", FORWARDED)
            .header("vary")
            .filter(|vary| vary.contains("orwarded")),
        None
    );
}

#[test]
fn what_is_malformed_counts_for_nothing() {
    let house = house(Kind::Sqlite, "127.0.0.0/8", |_| ());
    for headers in [
        "Forwarded: host=\"a b\"\r\n",
        "Forwarded: host=\"[::1\";proto=https\r\n",
        "Forwarded: host=a;proto=gopher\r\n",
        "X-Forwarded-Host: a\"><x\r\n",
        "X-Forwarded-Host: a:99999\r\n",
        "X-Forwarded-Host: a\r\nX-Forwarded-Prefix: /../b\r\n",
    ] {
        assert_eq!(told(&house, headers), own(&house), "{headers}");
    }
}

#[test]
fn the_proxy_nearest_to_us_is_believed_and_not_its_client() {
    let house = house(Kind::Sqlite, "127.0.0.0/8", |_| ());
    assert_eq!(
        told(&house, "X-Forwarded-Host: spoofed.example, dialog.example.dk\r\n"),
        "http://dialog.example.dk"
    );
    assert_eq!(
        told(&house, "Forwarded: host=spoofed.example, host=dialog.example.dk\r\n"),
        "http://dialog.example.dk"
    );
    let passed_on = "Forwarded: host=spoofed.example\r\nX-Forwarded-Host: dialog.example.dk\r\n";
    assert_eq!(told(&house, passed_on), own(&house));
}

#[test]
fn nothing_is_kept_from_one_address_to_the_next() {
    let house = house(Kind::Sqlite, "127.0.0.0/8", |_| ());
    let mut tags = std::collections::BTreeSet::new();
    for number in 0..30 {
        let host = format!("X-Forwarded-Host: host-{number}.example.dk\r\n");
        let response = get(&house, "wsdl", &host);
        assert!(response.text().contains(&format!("//host-{number}.example.dk/")));
        let names = response.header("vary").unwrap();
        assert!(names.contains("Forwarded") && names.contains("X-Forwarded-Host"), "{names}");
        let tag = response.header("etag").unwrap().to_owned();
        assert_eq!(get(&house, "wsdl", &format!("{host}If-None-Match: {tag}\r\n")).status(), 304);
        assert_eq!(get(&house, "wsdl", &format!("If-None-Match: {tag}\r\n")).status(), 200);
        assert!(tags.insert(tag));
    }
}

#[test]
fn the_queue_names_the_address_its_consumer_uses() {
    for kind in kinds() {
        let house = house(kind, "127.0.0.0/8", |_| ());
        let create = house.post(MESSAGES, "", CREATE.as_bytes());
        assert_eq!(create.status(), 200, "{}", create.text());
        let opened = house.post(QUEUE, FORWARDED, OPEN.as_bytes());
        assert!(
            opened
                .text()
                .contains("ServiceEndpoint>https://dialog.example.dk:8443/PjakTassWCFtService/10/"),
            "{}",
            opened.text()
        );
    }
}

/// The second binding is served only where the operator wants it; the first stays as it is.
#[test]
fn a_binding_for_soap_1_2_is_served_where_the_operator_says_so() {
    let plain = house(Kind::Sqlite, "", |settings| {
        settings.public_url = Some("http://a.example".parse().unwrap())
    });
    let both = house(Kind::Sqlite, "", |settings| {
        settings.public_url = Some("http://a.example".parse().unwrap());
        settings.soap12_binding = true;
    });
    for query in ["wsdl", "singleWsdl"] {
        let (plain, both) = (get(&plain, query, "").text().to_owned(), get(&both, query, "").text().to_owned());
        assert!(!plain.contains("soap12"), "{query}");
        let (_, first) = plain.split_once("<wsdl:binding ").unwrap();
        let (first, _) = first.split_once("</wsdl:binding>").unwrap();
        assert!(both.contains(first), "{query}");
        let (_, second) = both.split_once("<wsdl:binding name=\"CodeListServiceBindingSoap12\"").unwrap();
        assert_eq!(
            first.matches("<soap:").count(),
            second.matches("<soap12:").count() - 1,
            "{query}: and the address"
        );
        assert!(
            second.contains(&format!("<soap12:address location=\"http://a.example{CODE_LISTS}\"/>")),
            "{query}"
        );
    }
}
