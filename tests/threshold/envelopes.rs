//! Envelopes: versions, headers, the one element of the body.

use crate::support::house::{CODE_LISTS, CREATE, House, LOOK_UP, MESSAGES};
use crate::support::server::request;
use crate::{is_answer, is_fault};

#[test]
fn the_media_type_says_which_version_of_soap_is_spoken() {
    let house = House::new();
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
    let lenient = House::with(|settings| settings.lenient_namespaces = true);
    let strict = House::new();
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
    let house = House::new();
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
    is_fault(&House::new().post(MESSAGES, "", elsewhere.as_bytes()), 500, 8232);
}

#[test]
fn exactly_one_element_stands_in_the_body() {
    let house = House::new();
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
    let house = House::new();
    is_fault(&house.post(MESSAGES, "", format!("{CREATE}<again/>").as_bytes()), 500, 1014);
    is_fault(
        &house.post(MESSAGES, "", CREATE.replace("</S:Body>", "</S:Body><S:Body/>").as_bytes()),
        500,
        1014,
    );
}

#[test]
fn a_fault_names_elements_and_never_values() {
    let response = House::new().post(MESSAGES, "", CREATE.replace(">false<", ">hemmelig<").as_bytes());
    is_fault(&response, 500, 1014);
    assert!(response.text().contains("CreateMessageRequest/ReplyAllowed"), "{}", response.text());
    assert!(!response.text().contains("hemmelig"));
}

#[test]
fn an_empty_body_is_a_fault() {
    is_fault(
        &House::new().send(&request("POST", MESSAGES, "Content-Type: text/xml\r\nContent-Length: 0\r\n", b"")),
        500,
        1014,
    );
}
