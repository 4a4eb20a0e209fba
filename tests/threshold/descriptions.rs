//! What is served for reading: WSDL, schemas, code lists, compressed or not.

use crate::support::house::{CODE_LISTS, House, MESSAGES};
use crate::support::server::request;

#[test]
fn the_wsdl_is_served_in_every_spelling_and_leads_to_the_public_url() {
    let house = House::new();
    let wsdl = house.get(&format!("{MESSAGES}?wsdl"));
    assert_eq!((wsdl.status(), wsdl.header("content-type")), (200, Some("text/xml; charset=utf-8")));
    assert!(wsdl.text().contains(&format!("location=\"http://dialog.example.dk{MESSAGES}\"")));
    assert!(!wsdl.text().contains("elsewhere.example") && !wsdl.text().contains(".invalid"));
    for path in [
        format!("{MESSAGES}?WSDL"),
        "/pjaktass/2/citizenmessageservice.svc?Wsdl".to_owned(),
        "/PjakTassWCF/2/wsdl/CitizenMessageService.wsdl".to_owned(),
    ] {
        assert_eq!(house.get(&path).body, wsdl.body, "{path}");
    }
}

#[test]
fn every_schema_the_wsdl_leads_to_is_served_and_leads_on() {
    let house = House::new();
    let mut open = vec![format!("{MESSAGES}?wsdl"), format!("{CODE_LISTS}?wsdl")];
    let mut seen: Vec<String> = Vec::new();
    while let Some(path) = open.pop() {
        let page = house.get(&path);
        assert_eq!(page.status(), 200, "{path}");
        for location in page.text().split("schemaLocation=\"").skip(1) {
            let next = location
                .split('"')
                .next()
                .unwrap()
                .strip_prefix("http://dialog.example.dk")
                .unwrap()
                .to_owned();
            if !seen.contains(&next) {
                seen.push(next.clone());
                open.push(next);
            }
        }
        for import in page.text().split("import ").skip(1) {
            assert!(
                import.split('>').next().unwrap().contains("schemaLocation"),
                "{path}: an import leads nowhere"
            );
        }
    }
    assert!(seen.len() > 20, "only {} schemas", seen.len());
}

#[test]
fn the_single_wsdl_holds_everything() {
    let house = House::new();
    for path in [MESSAGES, CODE_LISTS] {
        let single = house.get(&format!("{path}?singleWSDL"));
        assert_eq!(single.status(), 200);
        let text = single.text();
        assert!(!text.contains("schemaLocation"));
        assert!(text.matches("targetNamespace=").count() > 8);
        assert_eq!(text.matches("<?xml").count(), 1);
    }
}

#[test]
fn a_description_has_a_tag_and_is_not_sent_twice() {
    let house = House::new();
    let path = format!("{MESSAGES}?wsdl");
    let first = house.get(&path);
    let tag = first.header("etag").unwrap();
    assert!(first.header("cache-control").unwrap().contains("max-age"));
    let again = house.send(&request("GET", &path, &format!("If-None-Match: \"other\", W/{tag}\r\n"), b""));
    assert_eq!((again.status(), again.body.len()), (304, 0));
    let mut connection = house.connect();
    connection.write(&request("HEAD", &path, "", b""));
    let head = connection.head();
    assert_eq!(
        (head.status(), head.header("content-length")),
        (200, Some(first.body.len().to_string().as_str()))
    );
}

/// Compressed for those who ask, with a tag of its own; whoever has it is not sent it again.
#[test]
fn a_description_is_compressed_for_those_who_ask() {
    let house = House::new();
    let path = format!("{MESSAGES}?singleWsdl");
    let plain = house.get(&path);
    let compressed = house.send(&request("GET", &path, "Accept-Encoding: br, gzip\r\n", b""));
    assert_eq!(
        (compressed.header("content-encoding"), plain.header("content-encoding")),
        (Some("gzip"), None)
    );
    assert!(compressed.body.len() * 4 < plain.body.len());
    assert_eq!(unpacked(&compressed.body), plain.body);
    let tag = compressed.header("etag").unwrap();
    assert_ne!(Some(tag), plain.header("etag"));
    for (headers, status) in [
        (format!("If-None-Match: {tag}\r\nAccept-Encoding: gzip\r\n"), 304),
        (format!("If-None-Match: {tag}\r\n"), 200),
    ] {
        let again = house.send(&request("GET", &path, &headers, b""));
        assert_eq!((again.status(), again.header("vary").is_some()), (status, true), "{headers}");
    }
}

/// K2: a list is the same from the shelf, written anew, and compressed; an answer of another kind is not compressed.
#[test]
fn k2_a_code_list_is_compressed_for_those_who_ask() {
    let house = House::new();
    let ask = include_str!("../../fixtures/26-code-lists/01-citizen-message-context-type.request.xml");
    let recorded = include_bytes!("../../fixtures/26-code-lists/01-citizen-message-context-type.response.xml");
    for _ in 0..3 {
        let plain = house.post(CODE_LISTS, "", ask.as_bytes());
        assert_eq!(
            (plain.body.as_slice(), plain.header("content-encoding")),
            (recorded.as_slice(), None)
        );
        let compressed = house.post(CODE_LISTS, "Accept-Encoding: gzip\r\n", ask.as_bytes());
        assert_eq!(compressed.header("content-encoding"), Some("gzip"));
        assert_eq!(unpacked(&compressed.body), recorded);
    }
    let refused = house.post(CODE_LISTS, "Accept-Encoding: gzip\r\n", b"<a/>");
    assert_eq!((refused.status(), refused.header("content-encoding")), (500, None));
}

fn unpacked(gzip: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(gzip), &mut bytes).unwrap();
    bytes
}

#[test]
fn descriptions_are_the_same_to_the_byte_after_a_restart() {
    let path = format!("{CODE_LISTS}?singleWsdl");
    assert_eq!(House::new().get(&path).body, House::new().get(&path).body);
}

#[test]
fn an_unknown_schema_is_404() {
    assert_eq!(House::new().get(&format!("{MESSAGES}?xsd=nothing")).status(), 404);
}

#[test]
fn a_house_with_its_archive_is_alive_and_ready() {
    let house = House::new();
    for path in ["/health/live", "/health/ready"] {
        assert_eq!(house.get(path).status(), 200, "{path}");
    }
}
