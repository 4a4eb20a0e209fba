use super::support::difference::difference;
use super::support::replay;
use super::support::scenario::{self, Outcome};
use super::support::stage::Stage;
use super::*;

const ROLE: &str = "http://www.w3.org/2003/05/soap-envelope/role";
const MUST: &str = "soap-env:mustUnderstand=\"true\"";

/// A fault of SOAP 1.2 with this code and HTTP status.
fn is_fault(response: &Response, status: u16, code: &str) {
    let text = response.text();
    assert_eq!(response.status(), status, "{text}");
    assert_eq!(response.header("content-type"), Some("application/soap+xml; charset=utf-8"));
    assert_eq!(between(text, "<env:Value>", "</env:Value>"), format!("env:{code}"), "{text}");
}

fn is_answered_12(response: &Response) {
    is_answered(response);
    assert_eq!(response.header("content-type"), Some("application/soap+xml; charset=utf-8"));
    assert!(response.text().contains(&format!("<env:Envelope xmlns:env=\"{SOAP_12}\">")));
}

#[test]
fn part_1_clause_2_2_a_block_is_ours_by_its_role() {
    let node = Node::start();
    for (role, ours) in [
        (String::new(), true),
        ("soap-env:role=\"\"".to_owned(), true),
        (format!("soap-env:role=\"{ROLE}/next\""), true),
        (format!("soap-env:role=\"{ROLE}/ultimateReceiver\""), true),
        (format!("soap-env:role=\"{ROLE}/none\""), false),
        ("soap-env:role=\"urn:somebody\"".to_owned(), false),
    ] {
        let response = node.soap_12(&with_block(&look_up_12(), &format!("{MUST} {role}")));
        if ours {
            is_fault(&response, 500, "MustUnderstand");
        } else {
            is_answered_12(&response);
        }
    }
}

#[test]
fn part_1_clause_2_2_the_actor_of_soap_1_1_is_no_role() {
    let block = with_block(&look_up_12(), &format!("{MUST} soap-env:actor=\"urn:somebody\""));
    is_fault(&Node::start().soap_12(&block), 500, "MustUnderstand");
}

#[test]
fn part_1_clause_2_4_a_mandatory_block_is_understood_or_refused() {
    let node = Node::start();
    let known = look_up_12().replace(
        "<ns0:ActiveOrganisationHeader ",
        &format!("<ns0:ActiveOrganisationHeader {MUST} soap-env:role=\"{ROLE}/next\" "),
    );
    is_answered_12(&node.soap_12(&known));
    is_fault(&node.soap_12(&with_block(&look_up_12(), MUST)), 500, "MustUnderstand");
}

#[test]
fn part_1_clause_2_6_nothing_is_processed_where_a_mandatory_block_is_not_understood() {
    let node = Node::start();
    let messages = node.database.count("message");
    let create = CREATE
        .replace(SOAP_11, SOAP_12)
        .replace("</S:Header>", "<t:Block xmlns:t=\"urn:t\" S:mustUnderstand=\"1\"/></S:Header>");
    let head = "Content-Type: application/soap+xml\r\n";
    let path = "/PjakTassWCFtService/2/CitizenMessageService.svc";
    is_fault(
        &node.server.send(&request("POST", path, head, create.as_bytes())),
        500,
        "MustUnderstand",
    );
    assert_eq!(node.database.count("message"), messages);
}

#[test]
fn part_1_clause_2_6_a_mandatory_block_goes_before_a_header_that_cannot_be_read() {
    let node = Node::start();
    let unreadable = look_up_12().replace(">90000051</ns0:OrganisationCode>", "></ns0:OrganisationCode>");
    assert_ne!(unreadable, look_up_12());
    assert_eq!(node.soap_12(&unreadable).fault(), Some(8234));
    let response = node.soap_12(&with_block(&unreadable, MUST));
    is_fault(&response, 500, "MustUnderstand");
    assert!(response.text().contains("<env:NotUnderstood xmlns:n=\"urn:t\" qname=\"n:Block\"/>"));
    assert_eq!(node.soap_12(&with_block(&unreadable, "")).fault(), Some(8234));
}

#[test]
fn part_1_clause_2_8_an_envelope_of_another_version_is_a_version_mismatch() {
    let response = Node::start().soap_12(&LOOK_UP.replace(SOAP_11, "http://www.w3.org/2001/12/soap-envelope"));
    is_fault(&response, 500, "VersionMismatch");
}

#[test]
fn part_1_clause_5_a_document_type_is_the_senders_fault() {
    let envelope = look_up_12().replacen("?>", "?><!DOCTYPE a>", 1);
    is_fault(&Node::start().soap_12(&envelope), 400, "Sender");
}

#[test]
fn part_1_clause_5_a_processing_instruction_is_the_senders_fault_and_a_comment_is_none() {
    let node = Node::start();
    is_fault(
        &node.soap_12(&look_up_12().replace("<soap-env:Body>", "<?target data?><soap-env:Body>")),
        400,
        "Sender",
    );
    is_answered_12(&node.soap_12(&look_up_12().replace("<soap-env:Body>", "<!-- remark --><soap-env:Body>")));
}

#[test]
fn part_1_clause_5_1_the_envelope_has_a_body_and_nothing_after_it() {
    let node = Node::start();
    let body = format!(
        "<soap-env:Body>{}</soap-env:Body>",
        between(LOOK_UP, "<soap-env:Body>", "</soap-env:Body>")
    );
    is_fault(&node.soap_12(&look_up_12().replace(&body, "")), 400, "Sender");
    let more = look_up_12().replace("</soap-env:Body>", "</soap-env:Body><t:More xmlns:t=\"urn:t\"/>");
    is_fault(&node.soap_12(&more), 400, "Sender");
}

#[test]
fn part_1_clause_5_1_envelope_header_and_body_may_carry_qualified_attributes() {
    let node = Node::start();
    for element in ["Envelope", "Header", "Body"] {
        let envelope = look_up_12().replace(
            &format!("<soap-env:{element}"),
            &format!("<soap-env:{element} xmlns:t=\"urn:t\" t:remark=\"x\""),
        );
        is_answered_12(&node.soap_12(&envelope));
    }
}

#[test]
fn part_1_clause_5_1_1_no_encoding_style_stands_on_envelope_header_or_body() {
    let node = Node::start();
    for element in ["Envelope", "Header", "Body"] {
        let envelope = look_up_12().replace(
            &format!("<soap-env:{element}"),
            &format!("<soap-env:{element} xmlns:e=\"{SOAP_12}\" e:encodingStyle=\"{SOAP_12}/encoding/none\""),
        );
        is_fault(&node.soap_12(&envelope), 400, "Sender");
    }
}

#[test]
fn part_1_clause_5_1_1_a_child_of_the_body_may_say_that_it_claims_no_encoding() {
    let node = Node::start();
    let styled = |style: &str| look_up_12().replace("CodeListRequest ", &format!("CodeListRequest soap-env:encodingStyle=\"{style}\" "));
    is_answered_12(&node.soap_12(&styled(&format!("{SOAP_12}/encoding/none"))));
    is_fault(
        &node.soap_12(&styled("http://www.w3.org/2003/05/soap-encoding")),
        500,
        "DataEncodingUnknown",
    );
}

#[test]
fn part_1_clause_5_1_1_the_encoding_of_a_block_for_somebody_else_is_theirs() {
    let node = Node::start();
    let encoded = "soap-env:encodingStyle=\"http://www.w3.org/2003/05/soap-encoding\"";
    is_fault(&node.soap_12(&with_block(&look_up_12(), encoded)), 500, "DataEncodingUnknown");
    is_answered_12(&node.soap_12(&with_block(&look_up_12(), &format!("{encoded} soap-env:role=\"urn:somebody\""))));
}

#[test]
fn part_1_clause_5_2_the_header_comes_before_the_body() {
    let header = format!(
        "<soap-env:Header>{}</soap-env:Header>",
        between(LOOK_UP, "<soap-env:Header>", "</soap-env:Header>")
    );
    let last = look_up_12()
        .replace(&header, "")
        .replace("</soap-env:Body>", &format!("</soap-env:Body>{header}"));
    is_fault(&Node::start().soap_12(&last), 400, "Sender");
}

#[test]
fn part_1_clause_5_2_1_a_header_block_has_a_namespace() {
    let bare = look_up_12().replace("</soap-env:Header>", "<Block/></soap-env:Header>");
    is_fault(&Node::start().soap_12(&bare), 400, "Sender");
}

#[test]
fn part_1_clause_5_2_3_must_understand_is_a_boolean() {
    let node = Node::start();
    for (value, must) in [("true", true), ("1", true), ("false", false), ("0", false), (" 1 ", true)] {
        let response = node.soap_12(&with_block(&look_up_12(), &format!("soap-env:mustUnderstand=\"{value}\"")));
        if must {
            is_fault(&response, 500, "MustUnderstand");
        } else {
            is_answered_12(&response);
        }
    }
    is_fault(
        &node.soap_12(&with_block(&look_up_12(), "soap-env:mustUnderstand=\"TRUE\"")),
        400,
        "Sender",
    );
}

#[test]
fn part_1_clause_5_2_4_relay_is_a_boolean_and_nothing_to_an_ultimate_receiver() {
    let node = Node::start();
    for value in ["true", "0"] {
        is_answered_12(&node.soap_12(&with_block(&look_up_12(), &format!("soap-env:relay=\"{value}\""))));
    }
    is_fault(
        &node.soap_12(&with_block(&look_up_12(), "soap-env:relay=\"perhaps\"")),
        400,
        "Sender",
    );
}

#[test]
fn part_1_clause_5_3_what_stands_in_the_body_is_known_by_its_qualified_name() {
    let node = Node::start();
    is_fault(&node.soap_12(&look_up_12().replace("CodeListRequest", "NoRequest")), 400, "Sender");
    let fault = "<soap-env:Fault><soap-env:Code><soap-env:Value>soap-env:Sender</soap-env:Value></soap-env:Code></soap-env:Fault>";
    let envelope = look_up_12();
    let payload = between(&envelope, "<soap-env:Body>", "</soap-env:Body>");
    is_fault(&node.soap_12(&envelope.replace(payload, fault)), 400, "Sender");
}

#[test]
fn part_1_clause_5_4_a_fault_has_code_reason_and_detail_in_that_order() {
    let text = Node::start()
        .soap_12(&look_up_12().replace("CodeListRequest", "NoRequest"))
        .text()
        .to_owned();
    let body = between(&text, "<env:Body>", "</env:Body>");
    let tags = ["<env:Fault><env:Code>", "</env:Code><env:Reason>", "</env:Reason><env:Detail>"];
    let places: Vec<_> = tags
        .iter()
        .map(|tag| body.find(tag).unwrap_or_else(|| panic!("{tag}: {text}")))
        .collect();
    assert!(places.is_sorted() && places[0] == 0, "{text}");
    assert!(body.ends_with("</env:Detail></env:Fault>"), "{text}");
}

#[test]
fn part_1_clause_5_4_2_1_a_reason_says_its_language() {
    let text = Node::start()
        .soap_12(&look_up_12().replace("CodeListRequest", "NoRequest"))
        .text()
        .to_owned();
    assert!(!between(&text, "<env:Text xml:lang=\"en\">", "</env:Text>").is_empty());
}

#[test]
fn part_1_clause_5_4_6_the_codes_say_whose_fault_it_is() {
    let node = Node::start();
    is_fault(
        &node.soap_12(&LOOK_UP.replace(SOAP_11, "http://www.w3.org/2001/12/soap-envelope")),
        500,
        "VersionMismatch",
    );
    is_fault(&node.soap_12(&with_block(&look_up_12(), MUST)), 500, "MustUnderstand");
    is_fault(&node.soap_12(&look_up_12().replace("CodeListRequest", "NoRequest")), 400, "Sender");
    let encoded = with_block(&look_up_12(), "soap-env:encodingStyle=\"urn:any\"");
    is_fault(&node.soap_12(&encoded), 500, "DataEncodingUnknown");
}

#[test]
fn part_1_clause_5_4_6_what_is_wrong_with_us_is_the_receivers_fault() {
    let database = Database::demo(Kind::Sqlite);
    let drawn = std::sync::atomic::AtomicU64::new(0);
    let identifiers = move || match drawn.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
        1 => panic!("on purpose"),
        number => uuid::Uuid::from_u128(u128::from(number) + 1),
    };
    let noon = || "2026-11-20T11:00:00Z".parse().unwrap();
    let server = Server::start(database.repository(), Sources::new(noon, identifiers));
    let create = CREATE.replace(SOAP_11, SOAP_12);
    let path = "/PjakTassWCFtService/2/CitizenMessageService.svc";
    let response = server.send(&request("POST", path, "Content-Type: application/soap+xml\r\n", create.as_bytes()));
    is_fault(&response, 500, "Receiver");
    assert_eq!(response.fault(), Some(1011));
}

#[test]
fn part_1_clause_5_4_7_a_version_mismatch_says_which_envelopes_there_are() {
    let response = Node::start().soap_12(&LOOK_UP.replace(SOAP_11, "urn:any"));
    let header = between(response.text(), "<env:Header>", "</env:Header>").to_owned();
    assert!(
        header.starts_with("<env:Upgrade ") && header.contains(&format!("xmlns:soap=\"{SOAP_11}\"")),
        "{header}"
    );
    let (first, second) = (
        "SupportedEnvelope qname=\"env:Envelope\"",
        "SupportedEnvelope qname=\"soap:Envelope\"",
    );
    assert!(header.find(first).unwrap() < header.find(second).unwrap(), "{header}");
}

#[test]
fn part_1_clause_5_4_8_every_block_that_was_not_understood_is_named() {
    let two = with_block(&look_up_12(), MUST).replace(
        "</soap-env:Header>",
        &format!("<o:Other xmlns:o=\"urn:o&amp;p\" {MUST}/><o:Free xmlns:o=\"urn:o\"/></soap-env:Header>"),
    );
    let response = Node::start().soap_12(&two);
    assert_eq!(
        between(response.text(), "<env:Header>", "</env:Header>"),
        "<env:NotUnderstood xmlns:n=\"urn:t\" qname=\"n:Block\"/><env:NotUnderstood xmlns:n=\"urn:o&amp;p\" qname=\"n:Other\"/>"
    );
}

#[test]
fn part_1_clause_5_4_8_a_request_cannot_make_the_fault_long() {
    let block = format!("<t:Block xmlns:t=\"urn:t\" {MUST}/>");
    let many = look_up_12().replace("</soap-env:Header>", &format!("{}</soap-env:Header>", block.repeat(1000)));
    let response = Node::start().soap_12(&many);
    is_fault(&response, 500, "MustUnderstand");
    assert_eq!(response.text().matches("<env:NotUnderstood ").count(), 8);
}

#[test]
fn part_1_appendix_a_who_sends_soap_1_1_as_soap_1_2_is_told_in_soap_1_1() {
    let response = Node::start().soap_12(LOOK_UP);
    let text = response.text();
    assert_eq!(response.status(), 500);
    assert_eq!(response.header("content-type"), Some("text/xml; charset=utf-8"));
    assert!(text.contains("<faultcode>soap:VersionMismatch</faultcode>"), "{text}");
    assert!(
        text.contains(&format!("<soap:Header><env:Upgrade xmlns:env=\"{SOAP_12}\">")),
        "{text}"
    );
}

#[test]
fn part_1_appendix_a_who_sends_soap_1_2_as_soap_1_1_is_told_in_soap_1_1() {
    let response = Node::start().soap_11(&look_up_12());
    assert_eq!(response.header("content-type"), Some("text/xml; charset=utf-8"));
    assert!(
        response.text().contains("<faultcode>soap:VersionMismatch</faultcode>"),
        "{}",
        response.text()
    );
}

#[test]
fn part_2_clause_6_5_the_action_of_the_media_type_agrees_with_the_body() {
    let node = Node::start();
    for action in [format!("\"{ACTION}\""), "\"\"".to_owned(), ACTION.replace('#', "%23") + "x"] {
        let response = node.send(&format!("application/soap+xml; action={action}"), &look_up_12());
        if action.ends_with('x') {
            is_fault(&response, 400, "Sender");
        } else {
            is_answered_12(&response);
        }
    }
    // SOAPAction belongs to SOAP 1.1.
    let head = "Content-Type: application/soap+xml\r\nSOAPAction: \"urn:another\"\r\n";
    is_answered_12(&node.server.send(&request("POST", PATH, head, look_up_12().as_bytes())));
}

#[test]
fn part_2_clause_7_1_4_envelopes_travel_as_application_soap_xml() {
    let node = Node::start();
    is_answered_12(&node.soap_12(&look_up_12()));
    let refused = node.send("application/soap+xml; charset=iso-8859-1", &look_up_12());
    is_fault(&refused, 415, "Sender");
}

#[test]
fn part_2_clause_7_5_2_2_the_http_status_follows_the_code() {
    let node = Node::start();
    is_answered_12(&node.soap_12(&look_up_12()));
    is_fault(&node.soap_12(&look_up_12().replace("CodeListRequest", "NoRequest")), 400, "Sender");
    is_fault(&node.soap_12(&with_block(&look_up_12(), MUST)), 500, "MustUnderstand");
    let put = request("PUT", PATH, "Content-Type: application/soap+xml\r\n", look_up_12().as_bytes());
    is_fault(&node.server.send(&put), 405, "Sender");
}

/// Whole stories told again in SOAP 1.2 get the recorded answers, but for the envelope; headers of answers and every kind of fault are among them.
#[test]
fn what_the_envelopes_carry_is_the_same_in_both_versions() {
    for name in [
        "04-recommendation",
        "28-headers",
        "29-client-habits",
        "31-invalid-messages",
        "50-repeated-requests",
        "60-queue",
    ] {
        let scenario = scenario::named(name);
        let mut stage = Stage::open(Kind::Sqlite, &scenario);
        for step in &scenario.steps {
            let request = std::fs::read_to_string(&step.request).unwrap();
            let answer = stage.call_with(step, in_soap_12(&request).as_bytes());
            assert_eq!(replay::outcome(&answer.body), Some(step.expected), "{name} {}", step.name);
            let (recorded, now) = (
                std::fs::read_to_string(step.answer()).unwrap(),
                String::from_utf8(answer.body).unwrap(),
            );
            let (recorded, now) = match step.expected {
                Outcome::Answered => (in_our_soap_12(&recorded), now),
                Outcome::Fault(_) => (
                    between(&recorded, "<detail>", "</detail>").to_owned(),
                    between(&now, "<env:Detail>", "</env:Detail>").to_owned(),
                ),
            };
            assert!(recorded == now, "{name} {}\n{}", step.name, difference(&recorded, &now));
        }
    }
}

fn in_soap_12(envelope: &str) -> String {
    envelope.replace(SOAP_11, SOAP_12).replace(
        ":actor=\"http://schemas.xmlsoap.org/soap/actor/next\"",
        &format!(":role=\"{ROLE}/next\""),
    )
}

/// An answer as we write it.
fn in_our_soap_12(envelope: &str) -> String {
    let envelope = envelope.replace(&format!("xmlns:soap=\"{SOAP_11}\""), &format!("xmlns:env=\"{SOAP_12}\""));
    envelope.replace("<soap:", "<env:").replace("</soap:", "</env:")
}
