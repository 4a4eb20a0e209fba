//! Somebody else holds what a commit needs: callers wait for as long as that passes, and nobody is sent away for it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use dialogmodul::services::Sources;

use crate::support::database::{Database, Kind, Plain, kinds};
use crate::support::server::{Server, request};

const MESSAGES: &str = "/PjakTassWCFtService/2/CitizenMessageService.svc";
const LISTS: &str = "/PjakTassWCFtService/5/CodeListService.svc";
const CREATE: &str = include_str!("../../fixtures/60-queue/01-create.request.xml");
const LOOK_UP: &str = include_str!("../../fixtures/26-code-lists/05-organisation-type.request.xml");

/// Units that may wait for the writer here.
const QUEUE: usize = 64;
const CALLERS: usize = 8;
/// Look-ups of each caller: together far more than may wait.
const LOOK_UPS: usize = 40;

/// Takes what no commit can do without; another transaction of the connection gives it back.
fn hold(database: &Database) -> Plain {
    let mut other = database.connection();
    other.begin();
    if database.kind() == Kind::Postgres {
        other.execute("LOCK TABLE audit_record IN EXCLUSIVE MODE").unwrap();
    }
    other
}

fn looks_up(connection: &mut crate::support::server::Connection) {
    connection.write(&request(
        "POST",
        LISTS,
        "Content-Type: text/xml; charset=utf-8\r\n",
        LOOK_UP.as_bytes(),
    ));
    let response = connection.response();
    assert_eq!(response.status(), 200, "{}", response.text());
}

/// K2, S5: look-ups leave without waiting for their records, but not while records come faster than they are stored: then they wait,
/// each for its own, and neither they nor anybody else is refused for want of room.
#[test]
fn look_ups_wait_for_a_writer_that_does_not_follow() {
    for kind in kinds() {
        let database = Database::demo(kind);
        let server = Server::start(database.repository_with(|settings| settings.queue = QUEUE), Sources::system());
        looks_up(&mut server.connect());
        let mut other = hold(&database);
        let answered = AtomicUsize::new(0);
        thread::scope(|scope| {
            for _ in 0..CALLERS {
                scope.spawn(|| {
                    let mut connection = server.connect();
                    for _ in 0..LOOK_UPS {
                        looks_up(&mut connection);
                        answered.fetch_add(1, Ordering::SeqCst);
                    }
                });
            }
            let end = Instant::now() + Duration::from_secs(60);
            while answered.load(Ordering::SeqCst) < QUEUE / 2 {
                assert!(Instant::now() < end, "look-ups waited for their records from the first");
                thread::sleep(Duration::from_millis(5));
            }
            // Long enough for every caller to come to the end of its look-ups, if nobody stopped it.
            thread::sleep(Duration::from_millis(500));
            assert!(answered.load(Ordering::SeqCst) < QUEUE + CALLERS, "more left than may wait");
            let response = scope.spawn(|| server.post(MESSAGES, "", CREATE.as_bytes()));
            other.execute("COMMIT").unwrap();
            let response = response.join().unwrap();
            assert_eq!(response.status(), 200, "{}", response.text());
        });
        let end = Instant::now() + Duration::from_secs(60);
        while database.count("audit_record") != (CALLERS * LOOK_UPS + 2) as i64 {
            assert!(Instant::now() < end, "{} records", database.count("audit_record"));
            thread::sleep(Duration::from_millis(20));
        }
    }
}

/// A lock that lasts longer than one try is no reason to send a caller away.
#[test]
fn a_lock_that_passes_is_waited_for() {
    for kind in kinds() {
        let database = Database::demo(kind);
        let server = Server::start(database.repository(), Sources::system());
        let mut other = hold(&database);
        thread::scope(|scope| {
            let callers: Vec<_> = (0..CALLERS)
                .map(|_| scope.spawn(|| server.post(MESSAGES, "", CREATE.as_bytes())))
                .collect();
            // On SQLite a try takes two seconds, on PostgreSQL one.
            thread::sleep(Duration::from_millis(if kind == Kind::Sqlite { 2_300 } else { 1_300 }));
            other.execute("COMMIT").unwrap();
            for caller in callers {
                let response = caller.join().unwrap();
                assert_eq!(response.status(), 200, "{kind:?}: {}", response.text());
            }
        });
        assert_eq!(database.count("message"), CALLERS as i64);
    }
}
