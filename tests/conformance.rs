//! SOAP, clause by clause: what the specifications ask of a node that is the ultimate receiver, each test citing the clause it proves.
//! Messages are those of the code-list service; what the contracts add to SOAP is told in `fixtures/`.

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
    pub mod difference;
    pub mod replay;
    pub mod scenario;
    pub mod server;
    pub mod stage;
}

/// SOAP 1.1, W3C Note of 8 May 2000.
#[path = "clauses/soap11.rs"]
mod soap11;
/// SOAP 1.2, W3C Recommendation of 27 April 2007, Parts 1 and 2.
#[path = "clauses/soap12.rs"]
mod soap12;
/// WS-I Basic Profile 1.1 and 1.2, as far as the contracts rely on it.
#[path = "clauses/wsi.rs"]
mod wsi;

use dialogmodul::services::Sources;
use support::database::{Database, Kind};
use support::server::{Response, Server, request};

const PATH: &str = "/PjakTassWCFtService/5/CodeListService.svc";
const ACTION: &str = "http://service.bm.dk/pjaktass/5/CodeListService#GetOrganisationTypeIdentifierCodeList";
const SOAP_11: &str = "http://schemas.xmlsoap.org/soap/envelope/";
const SOAP_12: &str = "http://www.w3.org/2003/05/soap-envelope";
const LOOK_UP: &str = include_str!("../fixtures/26-code-lists/05-organisation-type.request.xml");
const CREATE: &str = include_str!("../fixtures/01-notification-on-jobnet/01-create.request.xml");

/// A node, and the archive it needs, in the order they are to be dropped.
struct Node {
    server: Server,
    database: Database,
}

impl Node {
    fn start() -> Self {
        let database = Database::demo(Kind::Sqlite);
        let server = Server::start(database.repository(), Sources::fixed("2026-11-20T11:00:00Z".parse().unwrap()));
        Self { server, database }
    }

    /// Sends an envelope under a media type.
    fn send(&self, media_type: &str, envelope: &str) -> Response {
        let head = format!("Content-Type: {media_type}\r\n");
        self.server.send(&request("POST", PATH, &head, envelope.as_bytes()))
    }

    fn soap_11(&self, envelope: &str) -> Response {
        self.send("text/xml; charset=utf-8", envelope)
    }

    fn soap_12(&self, envelope: &str) -> Response {
        self.send("application/soap+xml; charset=utf-8", envelope)
    }
}

/// The look-up in SOAP 1.2.
fn look_up_12() -> String {
    LOOK_UP.replace(SOAP_11, SOAP_12)
}

/// An envelope with one more header block, whose attributes may use the prefix `soap-env`.
fn with_block(envelope: &str, attributes: &str) -> String {
    envelope.replace(
        "</soap-env:Header>",
        &format!("<t:Block xmlns:t=\"urn:t\" {attributes}><t:Inner/></t:Block></soap-env:Header>"),
    )
}

/// The text between two marks.
fn between<'t>(text: &'t str, before: &str, after: &str) -> &'t str {
    let rest = text.split_once(before).unwrap_or_else(|| panic!("no {before} in {text}")).1;
    rest.split_once(after).unwrap_or_else(|| panic!("no {after} in {text}")).0
}

fn is_answered(response: &Response) {
    assert_eq!(response.status(), 200, "{}", response.text());
    assert!(response.text().contains("CodeListItem>"), "{}", response.text());
}
