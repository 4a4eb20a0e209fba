use super::*;

fn wsdl(node: &Node) -> String {
    node.server.get(&format!("{PATH}?singleWsdl")).text().to_owned()
}

fn is_refused(response: &Response) {
    assert_eq!((response.status(), response.fault()), (500, Some(1014)), "{}", response.text());
}

#[test]
fn r1000_r1001_a_fault_has_only_its_four_children_unqualified() {
    let text = Node::start().soap_11("<other/>").text().to_owned();
    let fault = between(&text, "<soap:Fault>", "</soap:Fault>");
    let (outside, detail) = fault.split_once("<detail>").unwrap();
    assert!(detail.ends_with("</detail>"), "{text}");
    let children: Vec<_> = outside.split('<').filter(|tag| !tag.is_empty() && !tag.starts_with('/')).collect();
    assert_eq!(children.len(), 2, "{text}");
    assert!(
        children[0].starts_with("faultcode>") && children[1].starts_with("faultstring>"),
        "{text}"
    );
}

#[test]
fn r1004_a_fault_code_is_one_of_the_standard_ones() {
    let node = Node::start();
    for envelope in ["<other/>".to_owned(), LOOK_UP.replace(SOAP_11, "urn:any")] {
        let text = node.soap_11(&envelope).text().to_owned();
        let code = between(&text, "<faultcode>soap:", "</faultcode>");
        assert!(["VersionMismatch", "MustUnderstand", "Client", "Server"].contains(&code), "{code}");
    }
}

#[test]
fn r1011_nothing_follows_the_body() {
    let more = LOOK_UP.replace("</soap-env:Body>", "</soap-env:Body><t:More xmlns:t=\"urn:t\"/>");
    is_refused(&Node::start().soap_11(&more));
}

#[test]
fn r1012_r1018_envelopes_are_in_utf_8_or_utf_16() {
    let node = Node::start();
    assert_eq!(node.send("text/xml; charset=iso-8859-1", LOOK_UP).status(), 415);
    let text = LOOK_UP.replace("encoding='utf-8'", "encoding='utf-16'");
    let bytes: Vec<u8> = [0xFF, 0xFE]
        .into_iter()
        .chain(text.encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let head = "Content-Type: text/xml; charset=utf-16\r\n";
    is_answered(&node.server.send(&request("POST", PATH, head, &bytes)));
}

#[test]
fn r1013_must_understand_is_nought_or_one() {
    is_refused(&Node::start().soap_11(&with_block(LOOK_UP, "soap-env:mustUnderstand=\"yes\"")));
}

#[test]
fn r1014_the_child_of_the_body_is_qualified() {
    let bare = LOOK_UP.replace(" xmlns:ns0=\"http://service.bm.dk/CodeListService/2015/06/01/\"", "");
    let bare = bare.replace("<ns0:GetOrganisation", "<GetOrganisation");
    assert_ne!(bare, LOOK_UP);
    is_refused(&Node::start().soap_11(&bare));
}

#[test]
fn r1015_a_root_that_is_no_envelope_is_a_fault() {
    let node = Node::start();
    for root in ["<other/>", "<Envelope/>", "<a:Envelope xmlns:a=\"urn:any\"/>"] {
        is_refused(&node.soap_11(root));
    }
}

#[test]
fn r1025_r1027_what_is_not_understood_is_told_before_anything_else_is_looked_at() {
    let node = Node::start();
    let wrong = with_block(&LOOK_UP.replace("CodeListRequest", "NoRequest"), "soap-env:mustUnderstand=\"1\"");
    assert!(node.soap_11(&wrong).text().contains("<faultcode>soap:MustUnderstand</faultcode>"));
    let unreadable = LOOK_UP.replace(">90000051</ns0:OrganisationCode>", "></ns0:OrganisationCode>");
    assert_eq!(node.soap_11(&unreadable).fault(), Some(8234));
    let both = with_block(&unreadable, "soap-env:mustUnderstand=\"1\"");
    assert!(node.soap_11(&both).text().contains("<faultcode>soap:MustUnderstand</faultcode>"));
}

#[test]
fn r1028_r1029_where_a_fault_comes_nothing_was_done() {
    let node = Node::start();
    let messages = node.database.count("message");
    let create = CREATE.replace("</S:Header>", "<t:Block xmlns:t=\"urn:t\" S:mustUnderstand=\"1\"/></S:Header>");
    let response = node
        .server
        .post("/PjakTassWCFtService/2/CitizenMessageService.svc", "", create.as_bytes());
    is_refused(&response);
    assert_eq!(node.database.count("message"), messages);
}

#[test]
fn r1109_r1119_the_soap_action_is_taken_quoted_and_unquoted() {
    let node = Node::start();
    for action in [format!("\"{ACTION}\""), ACTION.to_owned()] {
        let head = format!("Content-Type: text/xml\r\nSOAPAction: {action}\r\n");
        is_answered(&node.server.send(&request("POST", PATH, &head, LOOK_UP.as_bytes())));
    }
}

#[test]
fn r1111_r1126_200_with_an_answer_and_500_with_a_fault() {
    let node = Node::start();
    assert_eq!(node.soap_11(LOOK_UP).status(), 200);
    assert_eq!(node.soap_11("<other/>").status(), 500);
}

#[test]
fn r1114_another_method_is_405() {
    let node = Node::start();
    let response = node
        .server
        .send(&request("PUT", PATH, "Content-Type: text/xml\r\n", LOOK_UP.as_bytes()));
    assert_eq!(response.status(), 405, "{}", response.text());
    assert!(response.header("allow").is_some_and(|allowed| allowed.contains("POST")));
}

#[test]
fn r1115_another_media_type_is_415() {
    assert_eq!(Node::start().send("application/json", "{}").status(), 415);
}

#[test]
fn r2705_r2706_r2707_every_binding_is_document_literal() {
    let wsdl = wsdl(&Node::start());
    assert!(wsdl.contains("style=\"document\"") && !wsdl.contains("style=\"rpc\""));
    assert!(wsdl.contains("use=\"literal\"") && !wsdl.contains("use=\"encoded\""));
}

#[test]
fn r2701_r2702_a_binding_is_soap_1_1_over_http() {
    let wsdl = wsdl(&Node::start());
    assert!(wsdl.contains("transport=\"http://schemas.xmlsoap.org/soap/http\""));
    assert!(!wsdl.contains("http://schemas.xmlsoap.org/wsdl/soap12/"));
}

#[test]
fn r2716_r2726_a_literal_binding_names_no_namespace() {
    let wsdl = wsdl(&Node::start());
    for tag in wsdl.split('<').filter(|tag| tag.starts_with("soap:")) {
        assert!(!tag.contains("namespace="), "<{tag}");
    }
}

#[test]
fn r2744_the_soap_action_of_the_binding_is_answered() {
    let node = Node::start();
    assert!(wsdl(&node).contains(&format!("soapAction=\"{ACTION}\"")));
    let head = format!("Content-Type: text/xml\r\nSOAPAction: \"{ACTION}\"\r\n");
    is_answered(&node.server.send(&request("POST", PATH, &head, LOOK_UP.as_bytes())));
}
