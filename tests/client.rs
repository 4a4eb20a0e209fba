//! The client against the running door on both engines, and against servers that misbehave as no server of ours would.

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
    pub mod certificates;
    pub mod database;
    pub mod server;
}

/// The integrator's example is what we call with, so that it stays true.
#[path = "../src/client/example.rs"]
#[allow(dead_code, reason = "its main is not ours")]
mod example;

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use dialogmodul::client::{Connections, Failure, Settings, Tls};
use dialogmodul::contract::citizen_message_service::{
    CreateMessageResponseType, GetCitizenMessageDocumentRequestType, GetMessagesRequestType, GetMessagesResponseType,
};
use dialogmodul::contract::citizen_message_service_v2::Client;
use dialogmodul::contract::citizen_message_structure::MaxCountType;
use dialogmodul::contract::cpr_dk::PersonCivilRegistrationIdentifierType;
use dialogmodul::contract::microsoft_com::Guid;
use dialogmodul::contract::{wsrm, wsrm_message_service, wsrm_message_service_v10};
use dialogmodul::services::Sources;
use dialogmodul::settings::Profile;
use support::certificates::{Authority, Wish, third};
use support::database::{Database, Kind};
use support::server::Server;
use tempfile::TempDir;

fn open(database: &Database) -> Server {
    let repository = database.repository();
    repository.load_demo().unwrap();
    Server::start(repository, Sources::system())
}

fn client_of(address: &str, settings: Settings) -> Client<Connections> {
    Client::new(Connections::new(address, settings).unwrap())
}

fn client(server: &Server) -> Client<Connections> {
    client_of(&format!("http://{}", server.address), Settings::default())
}

fn wait<T>(call: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(call)
}

fn send(client: &Client<Connections>) -> Result<CreateMessageResponseType, Failure> {
    wait(client.create_message(&example::headers().unwrap(), &example::message().unwrap()))
}

fn list(client: &Client<Connections>, most: i32) -> Result<GetMessagesResponseType, Failure> {
    let request = GetMessagesRequestType {
        person_civil_registration_identifier: PersonCivilRegistrationIdentifierType::new("1503850002").unwrap(),
        citizen_message_context_type_identifier: None,
        citizen_message_channel_type_identifier: None,
        citizen_message_thread_identifier: None,
        from_date_time: None,
        to_date_time: None,
        unread_only: None,
        max_count: Some(MaxCountType::new(most).unwrap()),
        continuation_token: None,
    };
    wait(client.get_messages(&example::headers().unwrap(), &request))
}

on_each_engine! {
    fn a_message_that_is_sent_is_found_again(database: &Database) {
        let server = open(database);
        let client = client(&server);
        let created = send(&client).unwrap();
        let found = list(&client, 10).unwrap();
        let [message] = found.citizen_message_type_collection.citizen_message_type.as_slice() else {
            panic!("one message");
        };
        assert_eq!(message.citizen_message_thread_identifier, created.citizen_message_thread_identifier);
        assert_eq!(message.message_text.as_ref().map(|text| text.as_str()), Some(example::message().unwrap().message_text.as_str()));
    }

    fn a_refusal_is_a_fault_with_its_number(database: &Database) {
        let server = open(database);
        let request = GetCitizenMessageDocumentRequestType {
            person_civil_registration_identifier: PersonCivilRegistrationIdentifierType::new("1503850002").unwrap(),
            citizen_message_document_identifier: Guid::new("00000000-0000-4000-8000-000000000000").unwrap(),
        };
        let answer = wait(client(&server).get_citizen_message_document(&example::headers().unwrap(), &request));
        let Err(Failure::Fault(fault)) = answer else { panic!("{answer:?}") };
        assert_eq!((fault.status, fault.code.as_str(), fault.number(), fault.retry_after), (500, "Client", Some(4589), None));
        assert!(!fault.text.is_empty());
        assert!(fault.details.unwrap().message.unwrap().0.is_some_and(|message| !message.is_empty()));
    }

    /// M20: the same call under the same identifier is made once, and another one under it is refused.
    fn m20_a_call_that_comes_again_is_made_once(database: &Database) {
        let server = open(database);
        let client = client(&server);
        let headers = example::headers().unwrap().with_request_id("a-1").unwrap();
        let request = example::message().unwrap();
        let (first, again) = (wait(client.create_message(&headers, &request)), wait(client.create_message(&headers, &request)));
        assert_eq!(first.unwrap(), again.unwrap());
        assert_eq!(database.count("message"), 1);
        let other = dialogmodul::contract::citizen_message_service::CreateMessageRequestType { reply_allowed: false, ..request };
        let refused = wait(client.create_message(&headers, &other)).unwrap_err();
        assert_eq!(refused.fault().and_then(dialogmodul::client::Fault::number), Some(1014));
        for wrong in ["", "with blank", "é", &"x".repeat(47)] {
            assert!(example::headers().unwrap().with_request_id(wrong).is_err(), "{wrong}");
        }
    }

    /// S1: the certificate of a system with an agreement, in the production profile.
    fn s1_a_system_calls_with_its_certificate(database: &Database) {
        let (servers, clients, folder) = (Authority::new("Servers"), Authority::new("Clients"), TempDir::new().unwrap());
        let identity = clients.issue(&Wish::client(third("NTRDK-90000091", "UI:DK-O:G:22222222-2222-4222-8222-222222222222")));
        let server = servers.issue(&Wish::server());
        let path = |name: &str| folder.path().join(name);
        fs::write(path("server.pem"), server.pem()).unwrap();
        fs::write(path("server.key"), server.key_pem()).unwrap();
        fs::write(path("issuers.pem"), clients.pem()).unwrap();
        let repository = database.repository();
        repository.load_demo().unwrap();
        let server = Server::start_with(repository, Sources::system(), |settings| {
            settings.profile = Profile::Production;
            settings.tls.certificate = Some(path("server.pem"));
            settings.tls.key = Some(path("server.key"));
            settings.tls.issuers = Some(path("issuers.pem"));
        });
        let address = format!("https://localhost:{}", server.address.port());
        let call = |tls: Tls| send(&client_of(&address, Settings { tls, ..Settings::default() }));
        let trusting = || Tls::default().trusting(servers.pem().as_bytes()).unwrap();
        let known = trusting().with_certificate(identity.pem().as_bytes(), identity.key_pem().as_bytes()).unwrap();
        assert!(!format!("{known:?}").contains("PRIVATE"));
        call(known).unwrap();
        let without = call(trusting()).unwrap_err();
        assert_eq!(without.fault().and_then(dialogmodul::client::Fault::number), Some(1101));
        let others = Tls::default().trusting(clients.pem().as_bytes()).unwrap();
        assert!(matches!(call(others), Err(Failure::Connection(_))));
    }

    fn a_further_header_goes_along(database: &Database) {
        let server = open(database);
        let connections = Connections::new(&format!("http://{}", server.address), Settings::default()).unwrap();
        let queue = wsrm_message_service_v10::Client::new(connections);
        let request = wsrm_message_service::GetCitizenMessageEventVersion1RequestType {};
        let number = |headers| {
            let answer = wait(queue.get_citizen_message_event_version1(&headers, &request));
            answer.unwrap_err().fault().and_then(dialogmodul::client::Fault::number)
        };
        let sequence = wsrm::SequenceRequestType { identifier: Guid::new("00000000-0000-4000-8000-000000000000").unwrap() };
        let headers = example::headers().unwrap();
        assert_eq!(number(headers.clone()), Some(1014), "without the header");
        assert_eq!(number(headers.with(&wsrm::SEQUENCE_REQUEST, &sequence)), Some(4589), "of a sequence that is not there");
    }
}

#[test]
fn an_answer_that_is_too_large_is_not_read_to_its_end() {
    let database = Database::demo(Kind::Sqlite);
    let server = open(&database);
    let settings = Settings {
        largest_answer: 200,
        ..Settings::default()
    };
    let answer = send(&client_of(&format!("http://{}", server.address), settings));
    assert!(matches!(answer, Err(Failure::TooLarge(200))), "{answer:?}");
}

#[test]
fn a_server_that_says_nothing_is_given_up_at_the_deadline() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let settings = Settings {
        deadline: Duration::from_millis(50),
        ..Settings::default()
    };
    let answer = send(&client_of(&format!("http://{}", silent.local_addr().unwrap()), settings));
    assert!(matches!(answer, Err(Failure::Late(_))), "{answer:?}");
}

#[test]
fn what_is_no_envelope_is_told_with_its_status() {
    for (status, body) in [
        (200, "ready"),
        (502, "<html><body>Bad gateway</body></html>"),
        (200, ""),
        (200, "<a><b></a>"),
    ] {
        let fake = Fake::start(vec![Some((status, body.to_owned()))]);
        let answer = send(&fake.client());
        assert!(
            matches!(answer, Err(Failure::Answer { status: found, .. }) if found == status),
            "{answer:?}"
        );
    }
}

#[test]
fn another_contract_s_response_is_no_response() {
    let soap = "http://schemas.xmlsoap.org/soap/envelope/";
    let other = format!("<s:Envelope xmlns:s='{soap}'><s:Body><Hello/></s:Body></s:Envelope>");
    let answer = send(&Fake::start(vec![Some((200, other))]).client());
    assert!(matches!(answer, Err(Failure::Answer { .. })), "{answer:?}");
}

#[test]
fn a_fault_without_our_details_still_has_code_and_text() {
    let fault = "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Header><x/></s:Header><s:Body><s:Fault>\
        <faultcode>s:Server.Proxy</faultcode><faultstring xml:lang='da'>Lukket</faultstring><faultactor>urn:proxy</faultactor>\
        <detail><why xmlns='urn:proxy'>x</why></detail></s:Fault></s:Body></s:Envelope>";
    let answer = send(&Fake::start(vec![Some((503, fault.to_owned()))]).client());
    let Err(Failure::Fault(fault)) = answer else { panic!("{answer:?}") };
    assert_eq!(
        (fault.status, fault.code.as_str(), fault.text.as_str()),
        (503, "Server.Proxy", "Lukket")
    );
    assert_eq!((fault.number(), fault.retry_after), (None, Some(Duration::from_secs(3))));
}

#[test]
fn a_connection_is_used_again_and_one_that_was_closed_meanwhile_is_not() {
    let answer = || Some((200, "no envelope".to_owned()));
    let fake = Fake::start(vec![answer(), answer(), None]);
    let client = fake.client();
    wait(async {
        let (headers, request) = (example::headers().unwrap(), example::message().unwrap());
        for _ in 0..2 {
            let answer = client.create_message(&headers, &request).await;
            assert!(matches!(answer, Err(Failure::Answer { .. })), "{answer:?}");
        }
        assert_eq!(fake.connections(), 1);
        // The server reads the third request and closes: nobody knows what became of it, so it is not sent again.
        let answer = client.create_message(&headers, &request).await;
        assert!(matches!(answer, Err(Failure::Connection(_))), "{answer:?}");
        assert_eq!((fake.connections(), fake.requests()), (1, 3));
        let answer = client.create_message(&headers, &request).await;
        assert!(matches!(answer, Err(Failure::Answer { .. })), "{answer:?}");
        assert_eq!((fake.connections(), fake.requests()), (2, 4));
    });
}

#[test]
fn only_addresses_of_http_servers_are_taken() {
    for address in ["http://h", "https://h:1/p", "http://[::1]:8080", "https://127.0.0.1/"] {
        assert!(Connections::new(address, Settings::default()).is_ok(), "{address}");
    }
    for address in ["", "h", "ftp://h", "http://", "http://u:p@h", "http://h/?q", "//h"] {
        assert!(Connections::new(address, Settings::default()).is_err(), "{address}");
    }
}

/// A server that answers what it is told, over and over; where it is told nothing, it reads a request and closes.
struct Fake {
    port: u16,
    connections: Arc<AtomicUsize>,
    requests: Arc<AtomicUsize>,
}

impl Fake {
    fn start(answers: Vec<Option<(u16, String)>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let fake = Self {
            port: listener.local_addr().unwrap().port(),
            connections: Arc::default(),
            requests: Arc::default(),
        };
        let (connections, requests) = (Arc::clone(&fake.connections), Arc::clone(&fake.requests));
        thread::spawn(move || {
            let mut answers = answers.into_iter().cycle();
            loop {
                let (mut stream, _) = listener.accept().unwrap();
                connections.fetch_add(1, Ordering::SeqCst);
                while read_request(&mut stream) {
                    requests.fetch_add(1, Ordering::SeqCst);
                    let Some((status, body)) = answers.next().flatten() else { break };
                    let head = format!("HTTP/1.1 {status} X\r\nRetry-After: 3\r\nContent-Length: {}\r\n\r\n", body.len());
                    stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
                }
            }
        });
        fake
    }

    fn client(&self) -> Client<Connections> {
        client_of(&format!("http://127.0.0.1:{}", self.port), Settings::default())
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

/// Reads a request to the end of its envelope; nothing at the end of the connection.
fn read_request(stream: &mut std::net::TcpStream) -> bool {
    let mut read = Vec::new();
    let mut bytes = [0; 4096];
    while !read.ends_with(b"Envelope>") {
        match stream.read(&mut bytes).unwrap_or(0) {
            0 => return false,
            count => read.extend_from_slice(&bytes[..count]),
        }
    }
    true
}
