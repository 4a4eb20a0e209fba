//! One record for every call, whatever became of it; and no answer without one (S5).

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use chrono::Utc;
use dialogmodul::services::Sources;
use uuid::Uuid;

use super::chain::unlock;
use super::envelopes::*;
use super::jobnet;
use super::queue::{GET_EVENTS, create_sequence, end_sequence, of_sequence};
use crate::on_each_engine;
use crate::support;
use crate::support::database::{Database, Kind};
use crate::support::server::{Server, request};

const ALMA: &str = "1503850002";
const CALLS: usize = 2000;
const XML: &str = "Content-Type: text/xml\r\n";

/// Kinds of call, each as often as the others.
const KINDS: usize = 20;

/// One of many kinds of call, and the status it is answered with; `sequence` is open.
fn some_call(number: usize, sequence: &str) -> (Vec<u8>, u16) {
    let (centre, jobnet) = (Writer::of((8, "90101")), Writer::of((94, "90000071")));
    let with = |writer: &Writer<'_>, header: &str, payload: &str| {
        let envelope = writer.envelope_with(header, payload);
        request("POST", path(payload), XML, envelope.as_bytes())
    };
    let post = |writer: &Writer<'_>, payload: &str| with(writer, "", payload);
    match number % KINDS {
        0 | 1 => (post(&centre, &notification(&centre, ALMA)), 200),
        2 => (post(&centre, &get_messages(ALMA)), 200),
        3 => (post(&centre, INBOX), 200),
        4 | 5 => (post(&centre, LIST_NAMES), 200),
        6 => (post(&Writer::of((92, "90000061")), &get_messages(ALMA)), 500),
        7 => (post(&Writer::of((8, "90201")), &get_messages(ALMA)), 500),
        8 => (post(&centre, &get_messages("0101010101")), 500),
        9 => (post(&centre, &get_messages("3913850002")), 500),
        10 => (post(&Writer::of((8, "404")), &get_messages(ALMA)), 500),
        11 => (request("POST", MESSAGES, XML, b"this is no XML"), 500),
        12 => (request("GET", &format!("{JOBNET}?other"), "", b""), 405),
        13 => (request("PUT", CODE_LISTS, XML, b"<x/>"), 405),
        14 => (request("POST", QUEUE, "Content-Type: application/json\r\n", b"{}"), 415),
        15 => (post(&centre, &mark(ALMA, NONE)), 500),
        16 => (post(&jobnet, &jobnet::about("GetUnreadMessages", "CV1000", "")), 200),
        17 => (post(&centre, &jobnet::about("GetUnreadMessages", "CV1000", "")), 500),
        18 => (post(&centre, &end_sequence("Close", NONE)), 500),
        _ => (with(&centre, &of_sequence(sequence), GET_EVENTS), 200),
    }
}

/// Waits until the audit has so many records.
fn wait_for(database: &Database, records: i64) {
    let end = Instant::now() + Duration::from_secs(20);
    while database.count("audit_record") < records && Instant::now() < end {
        thread::sleep(Duration::from_millis(20));
    }
    thread::sleep(Duration::from_millis(100));
    assert_eq!(database.count("audit_record"), records);
}

on_each_engine! {
    /// S5: 2,000 mixed calls of all services, answered, denied and faulted, leave exactly 2,000 records in chains that hold: two servers share a PostgreSQL and write a chain each, an
    /// SQLite has one. What is then done to the records is found.
    fn s05_two_thousand_calls_leave_two_thousand_records(database: &Database) {
        database.repository().load_demo().unwrap();
        let number_of_servers = match database.kind() {
            Kind::Sqlite => 1,
            Kind::Postgres => 2,
        };
        let servers: Vec<Server> = (0..number_of_servers).map(|_| Server::start(database.repository(), Sources::system())).collect();
        // The first of them opens the sequence that others read.
        let opened = call(&servers[0], &Writer::of((8, "90101")), &create_sequence("")).1;
        let sequence = inner(opened.text(), "Identifier").unwrap();
        let next = AtomicUsize::new(1);
        thread::scope(|scope| {
            for _ in 0..16 {
                scope.spawn(|| loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= CALLS {
                        return;
                    }
                    let (request, status) = some_call(number, sequence);
                    let response = servers[number / KINDS % servers.len()].send(&request);
                    assert_eq!(response.status(), status, "{}: {}", number % KINDS, response.text());
                });
            }
        });
        drop(servers);
        assert_eq!(database.count("audit_record"), CALLS as i64);
        let repository = database.repository();
        let mut told = Vec::new();
        let found = repository.audit().verify(&[], &mut |done, total| told.push((done, total))).unwrap();
        assert_eq!((found.records, found.anchors.len(), found.findings.len()), (CALLS as u64, number_of_servers, 0));
        assert!(told.is_sorted() && told.last() == Some(&(CALLS as u64, CALLS as u64)), "{told:?}");
        let mut plain = database.connection();
        let outcomes = plain.texts(
            "SELECT CAST(outcome AS text) || ' ' || CAST(count(*) AS text) AS value FROM audit_record GROUP BY outcome ORDER BY outcome",
        );
        assert_eq!(outcomes, ["0 800", "1001 100", "1010 100", "1013 100", "1014 400", "4575 200", "4589 200", "6005 100"]);
        unlock(&mut plain);
        let one = "chain = (SELECT min(CAST(chain AS text)) FROM audit_head)";
        let one = match database.kind() {
            Kind::Sqlite => "chain = (SELECT min(chain) FROM audit_head)",
            Kind::Postgres => &one.replacen("chain", "CAST(chain AS text)", 1),
        };
        for (damage, findings) in [
            (format!("UPDATE audit_record SET outcome = 0 WHERE outcome <> 0 AND {one} AND number = (SELECT min(number) FROM audit_record WHERE outcome <> 0 AND {one})"), 1),
            (format!("DELETE FROM audit_record WHERE {one} AND number = 500"), 2),
            (
                format!(
                    "UPDATE audit_record SET number = -1 WHERE {one} AND number = 700; UPDATE audit_record SET number = 700 WHERE {one} AND number = 800; \
                     UPDATE audit_record SET number = 800 WHERE {one} AND number = -1"
                ),
                4,
            ),
        ] {
            plain.execute(&damage).unwrap();
            let found = repository.audit().verify(&[], &mut |_, _| ()).unwrap();
            assert_eq!(found.findings.len(), findings, "{damage}: {:?}", found.findings);
        }
    }

    /// S5: where the record cannot be written, nothing is answered and nothing is stored; a code-list look-up, which waits for nothing,
    /// concerns nobody.
    fn s05_without_its_record_no_call_is_answered(database: &Database) {
        let repository = database.repository();
        repository.load_demo().unwrap();
        let server = Server::start(repository, Sources::system());
        let centre = Writer::of((8, "90101"));
        assert_eq!(call(&server, &centre, &notification(&centre, ALMA)).0, None);
        let mut plain = database.connection();
        plain.execute("ALTER TABLE audit_record RENAME TO audit_gone").unwrap();
        let messages = database.count("message");
        for payload in [notification(&centre, ALMA), get_messages(ALMA), INBOX.to_owned(), get_messages("0101010101")] {
            let (fault, response) = call(&server, &centre, &payload);
            assert_eq!((fault, response.status()), (Some(1011), 500));
            assert!(!response.text().contains("Titel") && !response.text().contains("Tekst") && !response.text().contains(ALMA), "{}", response.text());
        }
        assert_eq!(server.send(&request("GET", &format!("{MESSAGES}?other"), "", b"")).status(), 500);
        assert_eq!(call(&server, &centre, LIST_NAMES).0, None);
        assert_eq!(database.count("message"), messages);
        plain.execute("ALTER TABLE audit_gone RENAME TO audit_record").unwrap();
        assert_eq!(call(&server, &centre, &get_messages(ALMA)).0, None);
    }

    /// S5: a call leaves its record also when its client goes away with half the body sent, or when the server stops and drops it.
    fn s05_a_call_that_is_dropped_leaves_its_record(database: &Database) {
        database.repository().load_demo().unwrap();
        let half = format!("POST {MESSAGES} HTTP/1.1\r\nHost: x\r\n{XML}Content-Length: 5000\r\n\r\n<half");
        let server = Server::start(database.repository(), Sources::system());
        let mut connection = server.connect();
        connection.write(half.as_bytes());
        thread::sleep(Duration::from_millis(200));
        drop(connection);
        wait_for(database, 1);
        let mut connection = server.connect();
        connection.write(half.as_bytes());
        thread::sleep(Duration::from_millis(200));
        drop(server);
        wait_for(database, 2);

        // The second identifier of a call is asked for in the middle of its work.
        let (asked, held, is_held) = (AtomicUsize::new(0), Arc::new(Mutex::new(())), Arc::new(AtomicBool::new(false)));
        let (hold, tell) = (Arc::clone(&held), Arc::clone(&is_held));
        let sources = Sources::new(Utc::now, move || {
            if asked.fetch_add(1, Ordering::SeqCst) == 1 {
                tell.store(true, Ordering::SeqCst);
                drop(hold.lock().unwrap_or_else(PoisonError::into_inner));
            }
            Uuid::now_v7()
        });
        let server = Server::start(database.repository(), sources);
        let in_work = held.lock().unwrap();
        let centre = Writer::of((8, "90101"));
        let mut connection = server.connect();
        // So large that it is decided on a thread of its own, which outlives the one that heard it.
        let large = centre.envelope(&notification(&centre, ALMA)) + &" ".repeat(70 * 1024);
        connection.write(&request("POST", MESSAGES, XML, large.as_bytes()));
        while !is_held.load(Ordering::SeqCst) {
            thread::sleep(Duration::from_millis(5));
        }
        let stopped = thread::spawn(move || drop(server));
        thread::sleep(Duration::from_millis(1500));
        drop(in_work);
        stopped.join().unwrap();
        wait_for(database, 3);
        assert_eq!(database.count("message"), 0);
        let repository = database.repository();
        assert_eq!(repository.audit().verify(&[], &mut |_, _| ()).unwrap().findings, []);
        let outcomes = database.connection().texts("SELECT DISTINCT CAST(outcome AS text) AS value FROM audit_record");
        assert!(outcomes.iter().all(|outcome| ["1014", "1100"].contains(&outcome.as_str())), "{outcomes:?}");
    }
}
