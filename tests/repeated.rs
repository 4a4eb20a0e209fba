//! Requests that come again under one `x-requestId`, at once, through two servers, after a lost commit, and after the answer is forgotten (M20).

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
    pub mod proxy;
    pub mod server;
}

use std::collections::BTreeSet;
use std::sync::{Arc, Barrier, Mutex};
use std::thread;

use chrono::{DateTime, TimeDelta, Utc};
use dialogmodul::repository::Repository;
use dialogmodul::services::Sources;
use support::database::{Database, Kind, kinds};
use support::server::{Response, Server};
use uuid::Uuid;

const MESSAGES: &str = "/PjakTassWCFtService/2/CitizenMessageService.svc";
const CREATE: &str = include_str!("../fixtures/50-repeated-requests/01-create.request.xml");

fn create(server: &Server, id: &str) -> Response {
    server.post(MESSAGES, &format!("x-requestId: {id}\r\n"), CREATE.as_bytes())
}

fn start(repository: Repository) -> Server {
    Server::start(repository, Sources::system())
}

/// Posts the same request from so many threads at once, in turn to the servers; the bodies that came back.
fn at_once(servers: &[Server], callers: usize, id: &str) -> BTreeSet<Vec<u8>> {
    let gate = Barrier::new(callers);
    thread::scope(|scope| {
        let calls: Vec<_> = (0..callers)
            .map(|caller| {
                let (gate, server) = (&gate, &servers[caller % servers.len()]);
                scope.spawn(move || {
                    gate.wait();
                    let response = create(server, id);
                    assert_eq!(response.status(), 200, "{}", String::from_utf8_lossy(&response.body));
                    response.body
                })
            })
            .collect();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    })
}

fn rows(database: &Database) -> [i64; 5] {
    ["message", "thread", "delivery", "queue_event", "answered_request"].map(|table| database.count(table))
}

/// M20: of 16 at once exactly one creates, all get its answer; M19: with all that belongs to it, once; S5: a record for each.
#[test]
fn m20_of_sixteen_at_once_one_creates() {
    for kind in kinds() {
        let database = Database::demo(kind);
        let servers = [start(database.repository())];
        for round in 1..=5 {
            let answers = at_once(&servers, 16, &format!("round-{round}"));
            assert_eq!(answers.len(), 1, "{kind:?}");
            assert_eq!(rows(&database), [round, round, round, round, round], "{kind:?}");
            assert_eq!(database.count("audit_record"), 16 * round, "{kind:?}");
        }
    }
}

/// M20: two processes on one database agree.
#[test]
fn m20_two_servers_create_once() {
    for kind in kinds() {
        let database = Database::demo(kind);
        let servers = [start(database.repository()), start(database.repository())];
        for round in 1..=5 {
            let answers = at_once(&servers, 16, &format!("round-{round}"));
            assert_eq!(answers.len(), 1, "{kind:?}");
            assert_eq!(rows(&database), [round, round, round, round, round], "{kind:?}");
            assert_eq!(database.count("audit_record"), 16 * round, "{kind:?}");
        }
    }
}

/// M20: a client that got no answer because the connection to the database was lost with the commit repeats its request: one message.
#[test]
fn m20_after_a_lost_commit_the_repeated_request_gives_one_message() {
    let Some((database, proxy, repository)) = support::proxy::behind_a_proxy() else {
        return;
    };
    let server = start(repository);
    for round in 1..=2 {
        let id = format!("lost-{round}");
        create(&server, &format!("before-{round}"));
        proxy.lose_commit(true);
        let lost = create(&server, &id);
        assert!(proxy.has_lost_commit());
        assert_eq!(lost.status(), 503, "{}", String::from_utf8_lossy(&lost.body));
        assert_eq!(database.count("message"), 2 * round, "the commit came through");
        proxy.mend();
        let again = create(&server, &id);
        assert_eq!(again.status(), 200, "{}", String::from_utf8_lossy(&again.body));
        assert_eq!(rows(&database), [2 * round; 5]);
        assert_eq!(create(&server, &id).body, again.body);
    }
}

/// M20: the identifier is free again after seven days, for one of those that come at once.
#[test]
fn m20_after_seven_days_one_of_many_creates_anew() {
    for kind in kinds() {
        let database = Database::demo(kind);
        let clock: Arc<Mutex<DateTime<Utc>>> = Arc::new(Mutex::new("2026-11-20T10:00:00Z".parse().unwrap()));
        let servers = [0, 1].map(|_| {
            let clock = Arc::clone(&clock);
            Server::start(database.repository(), Sources::new(move || *clock.lock().unwrap(), Uuid::now_v7))
        });
        let first = at_once(&servers, 4, "id");
        *clock.lock().unwrap() += TimeDelta::days(7);
        let second = at_once(&servers, 16, "id");
        assert_eq!((first.len(), second.len()), (1, 1), "{kind:?}");
        assert_ne!(first, second, "{kind:?}");
        assert_eq!((database.count("message"), database.count("answered_request")), (2, 1), "{kind:?}");
    }
}

/// M20: what is kept holds no personal data and none of the sender's own words, the identifier among them.
#[test]
fn m20_nothing_personal_is_kept() {
    for kind in kinds() {
        let database = Database::demo(kind);
        let server = start(database.repository());
        create(&server, "1503850002-Alma");
        let (hex, text) = match kind {
            Kind::Sqlite => ("hex(answer)", "hex(key || content || citizen || message || answer)"),
            Kind::Postgres => (
                "encode(answer, 'hex')",
                "encode(key || content || answer, 'hex') || citizen || message",
            ),
        };
        let kept = |column: &str| {
            let found = database
                .connection()
                .texts(&format!("SELECT {column} AS value FROM answered_request"));
            found.concat().to_lowercase()
        };
        let hex_of = |words: &str| words.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
        assert!(kept(hex).contains(&hex_of("ServiceReceipt")), "{kind:?}");
        for words in ["1503850002", "Alma", "aftenskole", "orientering", "Jytte", "Anne", "RID-"] {
            assert!(!kept(text).contains(&hex_of(words)), "{kind:?}: {words}");
        }
        assert_eq!(database.count("answered_request"), 1);
    }
}

/// M20: the record of a repeated call names the citizen, the message and that it was repeated (S5).
#[test]
fn m20_s5_the_repeated_call_is_recorded_like_the_first() {
    for kind in kinds() {
        let database = Database::demo(kind);
        let server = start(database.repository());
        create(&server, "a");
        create(&server, "a");
        let mut plain = database.connection();
        let same = |column: &str| format!("SELECT count(DISTINCT {column}) AS value FROM audit_record");
        for column in ["operation", "citizen_hash", "outcome", "system", "organisation"] {
            assert_eq!(plain.number(&same(column)), 1, "{kind:?} {column}");
        }
        assert_eq!(
            plain.number("SELECT count(*) AS value FROM audit_record WHERE citizen_hash IS NOT NULL"),
            2
        );
        let criteria = plain.texts("SELECT coalesce(criterion, '-') AS value FROM audit_record ORDER BY number");
        assert_eq!(criteria, ["-", "repeated request"], "{kind:?}");
        let message = plain.texts("SELECT objects AS value FROM audit_record WHERE criterion IS NOT NULL");
        let created = plain.texts("SELECT objects AS value FROM audit_record WHERE criterion IS NULL");
        assert!(
            message[0].starts_with("message ") && created[0].contains(&message[0]),
            "{message:?} {created:?}"
        );
    }
}
