//! The door, as a client sees it: raw HTTP in, raw HTTP out, over a fresh demo archive.

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
    pub mod server;
}

use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, Utc};
use dialogmodul::services::Sources;
use dialogmodul::settings::{self, Profile};
use support::database::{Database, Kind};
use support::server::{Response, Server, request};
use uuid::Uuid;

const MESSAGES: &str = "/PjakTassWCFtService/2/CitizenMessageService.svc";
const CODE_LISTS: &str = "/PjakTassWCFtService/5/CodeListService.svc";
const CREATE: &str = include_str!("../fixtures/01-notification-on-jobnet/01-create.request.xml");
const LOOK_UP: &str = include_str!("../fixtures/26-code-lists/05-organisation-type.request.xml");

/// A server and the archive it needs, in the order they are to be dropped.
struct House {
    server: Server,
    database: Database,
}

impl std::ops::Deref for House {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.server
    }
}

fn house() -> House {
    house_with(|_| ())
}

fn house_with(change: impl FnOnce(&mut settings::Server)) -> House {
    house_of(Sources::fixed(noon()), change)
}

fn house_of(sources: Sources, change: impl FnOnce(&mut settings::Server)) -> House {
    let database = Database::demo(Kind::Sqlite);
    let server = Server::start_with(database.repository(), sources, change);
    House { server, database }
}

fn noon() -> DateTime<Utc> {
    "2026-11-20T11:00:00Z".parse().unwrap()
}

fn is_fault(response: &Response, status: u16, code: i32) {
    let text = response.text();
    assert_eq!((response.status(), response.fault()), (status, Some(code)), "{text}");
    assert_eq!(response.header("content-type"), Some("text/xml; charset=utf-8"));
    assert_eq!(response.header("content-length"), Some(response.body.len().to_string().as_str()));
    assert!(
        text.starts_with("<?xml version=\"1.0\" encoding=\"utf-8\"?><soap:Envelope "),
        "{text}"
    );
    assert!(text.contains("Log reference: "), "{text}");
}

fn is_answer(response: &Response) {
    assert_eq!(response.status(), 200, "{}", response.text());
    assert_eq!(response.header("content-type"), Some("text/xml; charset=utf-8"));
    assert!(response.text().contains("Response"), "{}", response.text());
}

mod calls {
    use super::*;

    #[test]
    fn a_message_goes_in_and_a_receipt_comes_out() {
        is_answer(&house().post(MESSAGES, "", CREATE.as_bytes()));
    }

    #[test]
    fn the_same_request_at_the_same_instant_gives_the_same_bytes() {
        let answers = [house(), house()].map(|house| house.post(MESSAGES, "", CREATE.as_bytes()).body);
        assert_eq!(answers[0], answers[1]);
    }

    #[test]
    fn a_service_is_found_under_its_aliases_in_any_case() {
        let house = house();
        for path in [
            "/pjaktass/5/codelistservice.svc",
            "/PjakTassWCF/5/CodeListService.SVC",
            "/PJAKTASSWCFTSERVICE/5/CODELISTSERVICE.svc",
        ] {
            is_answer(&house.post(path, "", LOOK_UP.as_bytes()));
        }
    }

    #[test]
    fn a_soap_action_is_quoted_unquoted_empty_or_missing_but_never_another() {
        let house = house();
        let action = "http://service.bm.dk/pjaktass/5/CodeListService#GetOrganisationTypeIdentifierCodeList";
        for line in [
            format!("SOAPAction: \"{action}\"\r\n"),
            format!("SOAPAction: {action}\r\n"),
            "SOAPAction: \"\"\r\n".to_owned(),
            "SOAPAction:\r\n".to_owned(),
            String::new(),
        ] {
            is_answer(&house.post(CODE_LISTS, &line, LOOK_UP.as_bytes()));
        }
        is_fault(
            &house.post(CODE_LISTS, &format!("SOAPAction: \"{action}s\"\r\n"), LOOK_UP.as_bytes()),
            500,
            1014,
        );
    }

    #[test]
    fn an_operation_of_another_service_is_unknown() {
        is_fault(&house().post(MESSAGES, "", LOOK_UP.as_bytes()), 500, 1014);
    }

    #[test]
    fn a_panic_is_an_internal_error_that_is_recorded_and_the_house_stays_open() {
        let drawn = AtomicU64::new(0);
        let identifiers = move || match drawn.fetch_add(1, Ordering::Relaxed) {
            // The first is the reference of the call, the second would be the message.
            1 => panic!("on purpose"),
            number => Uuid::from_u128(u128::from(number) + 1),
        };
        let house = house_of(Sources::new(noon, identifiers), |_| ());
        let before = house.database.counts();
        let response = house.post(MESSAGES, "", CREATE.as_bytes());
        is_fault(&response, 500, 1011);
        assert!(response.text().contains("<faultcode>soap:Server</faultcode>") && !response.text().contains("on purpose"));
        let grown: Vec<_> = house
            .database
            .counts()
            .into_iter()
            .filter(|(table, count)| before.get(table) != Some(count))
            .collect();
        assert!(grown.iter().all(|(table, _)| table.starts_with("audit_")), "{grown:?}");
        assert_eq!(house.database.count("audit_record"), 1);
        is_answer(&house.post(MESSAGES, "", CREATE.as_bytes()));
    }

    /// The reference of the call is drawn at the door, before there is a trip.
    #[test]
    fn a_panic_at_the_door_is_an_internal_error_and_the_worker_lives() {
        let drawn = AtomicU64::new(0);
        let identifiers = move || match drawn.fetch_add(1, Ordering::Relaxed) {
            0 => panic!("on purpose"),
            number => Uuid::from_u128(u128::from(number)),
        };
        let house = house_of(Sources::new(noon, identifiers), |_| ());
        let response = house.post(MESSAGES, "", CREATE.as_bytes());
        is_fault(&response, 500, 1011);
        assert!(!response.text().contains("on purpose"));
        is_answer(&house.post(MESSAGES, "", CREATE.as_bytes()));
    }

    #[test]
    fn without_a_certificate_nobody_calls_in_production() {
        let house = house_with(|settings| settings.profile = Profile::Production);
        is_fault(&house.post(MESSAGES, "", CREATE.as_bytes()), 500, 1101);
    }
}

mod envelopes {
    use super::*;

    #[test]
    fn the_media_type_says_which_version_of_soap_is_spoken() {
        let house = house();
        let soap12 = CREATE.replace(
            "http://schemas.xmlsoap.org/soap/envelope/",
            "http://www.w3.org/2003/05/soap-envelope",
        );
        let response = house.post(MESSAGES, "", soap12.as_bytes());
        is_fault(&response, 500, 1014);
        assert!(response.text().contains("<faultcode>soap:VersionMismatch</faultcode>"));
        let response = house.send(&request(
            "POST",
            MESSAGES,
            "Content-Type: application/soap+xml\r\n",
            soap12.as_bytes(),
        ));
        assert_eq!(response.status(), 200, "{}", response.text());
        assert_eq!(response.header("content-type"), Some("application/soap+xml; charset=utf-8"));
    }

    #[test]
    fn names_of_the_headers_in_the_wrong_namespace_are_taken_only_where_the_operator_says_so() {
        let lenient = house_with(|settings| settings.lenient_namespaces = true);
        let strict = house();
        // As node-soap writes them: the children of a header in its own namespace, or in none.
        for namespace in [" xmlns=\"http://service.bm.dk/RequestUserMetadata/2015/01/21/\"", ""] {
            let metadata = "<RequestUserStructure><UserFullName>A</UserFullName><RequestUserTypeIdentifier><CodeListItemIdentifier>2</CodeListItemIdentifier></RequestUserTypeIdentifier><UserIdentifier>1</UserIdentifier></RequestUserStructure><RequestOrganisationStructure><OrganisationTypeIdentifier><CodeListItemIdentifier>90</CodeListItemIdentifier></OrganisationTypeIdentifier><OrganisationCode>90000051</OrganisationCode></RequestOrganisationStructure><RegistrationDateTime>2026-11-20T11:00:00Z</RegistrationDateTime>";
            let (before, rest) = LOOK_UP.split_once("<ns0:RequestUserMetadataHeader ").unwrap();
            let (_, after) = rest.split_once("</ns0:RequestUserMetadataHeader>").unwrap();
            let envelope = format!(
                "{before}<n:RequestUserMetadataHeader xmlns:n=\"http://service.bm.dk/RequestUserMetadata/2015/01/21/\"{namespace}>{metadata}</n:RequestUserMetadataHeader>{after}"
            );
            is_fault(&strict.post(CODE_LISTS, "", envelope.as_bytes()), 500, 8235);
            is_answer(&lenient.post(CODE_LISTS, "", envelope.as_bytes()));
            is_answer(&lenient.post(CODE_LISTS, "", LOOK_UP.as_bytes()));
            let elsewhere = envelope.replace("<RequestUserStructure>", "<RequestUserStructure xmlns=\"urn:x\">");
            is_fault(&lenient.post(CODE_LISTS, "", elsewhere.as_bytes()), 500, 8235);
        }
        let bare_body = LOOK_UP.replace("<ns0:GetOrganisation", "<GetOrganisation");
        is_fault(&lenient.post(CODE_LISTS, "", bare_body.as_bytes()), 500, 1014);
    }

    #[test]
    fn an_unknown_header_for_us_that_must_be_understood_is_refused() {
        let house = house();
        for (attributes, understood) in [
            ("S:mustUnderstand=\"1\"", false),
            ("S:mustUnderstand=\"true\"", false),
            (
                "S:mustUnderstand=\"1\" S:actor=\"http://schemas.xmlsoap.org/soap/actor/next\"",
                false,
            ),
            ("S:mustUnderstand=\"0\"", true),
            ("S:mustUnderstand=\"1\" S:actor=\"urn:another\"", true),
        ] {
            let response = house.post(
                MESSAGES,
                "",
                CREATE
                    .replace("</S:Header>", &format!("<x:New xmlns:x=\"urn:x\" {attributes}/></S:Header>"))
                    .as_bytes(),
            );
            if understood {
                is_answer(&response);
            } else {
                is_fault(&response, 500, 1014);
                assert!(response.text().contains("<faultcode>soap:MustUnderstand</faultcode>"));
            }
        }
    }

    #[test]
    fn a_required_header_addressed_to_somebody_else_is_missing() {
        let elsewhere = CREATE.replace(
            "<ns2:ActiveOrganisationHeader ",
            "<ns2:ActiveOrganisationHeader S:actor=\"urn:another\" ",
        );
        is_fault(&house().post(MESSAGES, "", elsewhere.as_bytes()), 500, 8232);
    }

    #[test]
    fn exactly_one_element_stands_in_the_body() {
        let house = house();
        let (before, rest) = CREATE.split_once("<S:Body>").unwrap();
        let (payload, after) = rest.split_once("</S:Body>").unwrap();
        is_fault(
            &house.post(MESSAGES, "", format!("{before}<S:Body></S:Body>{after}").as_bytes()),
            500,
            1014,
        );
        is_fault(
            &house.post(
                MESSAGES,
                "",
                format!("{before}<S:Body>{payload}{payload}</S:Body>{after}").as_bytes(),
            ),
            500,
            1014,
        );
        is_fault(&house.post(MESSAGES, "", format!("{before}{after}").as_bytes()), 500, 1014);
    }

    #[test]
    fn what_follows_the_envelope_makes_the_message_invalid() {
        let house = house();
        is_fault(&house.post(MESSAGES, "", format!("{CREATE}<again/>").as_bytes()), 500, 1014);
        is_fault(
            &house.post(MESSAGES, "", CREATE.replace("</S:Body>", "</S:Body><S:Body/>").as_bytes()),
            500,
            1014,
        );
    }

    #[test]
    fn a_fault_names_elements_and_never_values() {
        let response = house().post(MESSAGES, "", CREATE.replace(">false<", ">hemmelig<").as_bytes());
        is_fault(&response, 500, 1014);
        assert!(response.text().contains("CreateMessageRequest/ReplyAllowed"), "{}", response.text());
        assert!(!response.text().contains("hemmelig"));
    }

    #[test]
    fn an_empty_body_is_a_fault() {
        is_fault(
            &house().send(&request("POST", MESSAGES, "Content-Type: text/xml\r\nContent-Length: 0\r\n", b"")),
            500,
            1014,
        );
    }
}

mod media {
    use super::*;

    #[test]
    fn the_content_types_of_real_clients_are_taken() {
        let house = house();
        for media in [
            "text/xml",
            "text/xml;charset=UTF-8",
            "text/xml; charset=\"utf-8\"",
            "TEXT/XML; Charset=utf-8",
        ] {
            is_answer(&house.send(&request(
                "POST",
                CODE_LISTS,
                &format!("Content-Type: {media}\r\n"),
                LOOK_UP.as_bytes(),
            )));
        }
    }

    #[test]
    fn utf_16_with_a_byte_order_mark_is_taken() {
        let house = house();
        let text = LOOK_UP.replace("encoding='UTF-8'", "encoding='UTF-16'");
        let little: Vec<u8> = [0xFF, 0xFE]
            .into_iter()
            .chain(text.encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        let big: Vec<u8> = [0xFE, 0xFF]
            .into_iter()
            .chain(text.encode_utf16().flat_map(u16::to_be_bytes))
            .collect();
        for (charset, bytes) in [("; charset=utf-16", &little), ("; charset=utf-16", &big), ("", &little)] {
            is_answer(&house.send(&request("POST", CODE_LISTS, &format!("Content-Type: text/xml{charset}\r\n"), bytes)));
        }
        is_fault(
            &house.send(&request(
                "POST",
                CODE_LISTS,
                "Content-Type: text/xml; charset=utf-16\r\n",
                LOOK_UP.as_bytes(),
            )),
            415,
            1014,
        );
    }

    #[test]
    fn other_media_types_and_content_encodings_are_415() {
        let house = house();
        for headers in [
            "Content-Type: text/html\r\n",
            "Content-Type: application/x-www-form-urlencoded\r\n",
            "Content-Type: multipart/related; type=\"text/xml\"; boundary=x\r\n",
            "Content-Type: text/xml; charset=iso-8859-1\r\n",
            "Content-Type: text/xml\r\nContent-Encoding: gzip\r\n",
            "",
        ] {
            is_fault(&house.send(&request("POST", CODE_LISTS, headers, LOOK_UP.as_bytes())), 415, 1014);
        }
    }
}

mod http {
    use super::*;

    #[test]
    fn other_methods_are_405_and_told_what_is_allowed() {
        let house = house();
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
        let house = house();
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
        let house = house();
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
        let house = house();
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
        let house = house();
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
        let house = house();
        let start = format!("POST {CODE_LISTS} HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\n");
        for broken in [
            "Content-Length: many\r\n\r\n",
            "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\nno chunk\r\n",
            "Transfer-Encoding: chunked\r\n\r\n4\r\n<a/>\r\nno chunk\r\n",
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
        let house = house();
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
        let house = house();
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
        let house = house();
        let mut connection = house.connect();
        connection.write(
            format!("POST {CODE_LISTS} HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\nContent-Length: 50\r\n\r\n<half").as_bytes(),
        );
        connection.stop_writing();
        is_fault(&connection.response(), 400, 1014);
    }
}

mod descriptions {
    use super::*;

    #[test]
    fn the_wsdl_is_served_in_every_spelling_and_leads_to_the_public_url() {
        let house = house();
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
        let house = house();
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
        let house = house();
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
        let house = house();
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
        let house = house();
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
        let house = house();
        let ask = include_str!("../fixtures/26-code-lists/01-citizen-message-context-type.request.xml");
        let recorded = include_bytes!("../fixtures/26-code-lists/01-citizen-message-context-type.response.xml");
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
        assert_eq!(house().get(&path).body, house().get(&path).body);
    }

    #[test]
    fn an_unknown_schema_is_404() {
        assert_eq!(house().get(&format!("{MESSAGES}?xsd=nothing")).status(), 404);
    }
}

mod health {
    use super::*;

    #[test]
    fn a_house_with_its_archive_is_alive_and_ready() {
        let house = house();
        for path in ["/health/live", "/health/ready"] {
            assert_eq!(house.get(path).status(), 200, "{path}");
        }
    }
}
