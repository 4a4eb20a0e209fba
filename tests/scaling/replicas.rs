//! A second database in place of a replica that has not received anything yet: what an answer shows tells where it was read.

use std::thread;
use std::time::{Duration, Instant};

use dialogmodul::services::Sources;
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};

use crate::support::database::{Database, Kind, postgres_is_missing};
use crate::support::server::{Response, Server};

const MESSAGES: &str = "/PjakTassWCFtService/2/CitizenMessageService.svc";
const CREATE: &str = include_str!("../../fixtures/36-mark-as-read/01-create.request.xml");
const MARK: &str = include_str!("../../fixtures/36-mark-as-read/05-mark.request.xml");
const RECORDED: &str = "01a1f866-0d00-7000-8000-000000000004";
const LIST: &str = include_str!("../../fixtures/36-mark-as-read/07-get-messages.request.xml");

fn post(server: &Server, request: &str) -> Response {
    let response = server.post(MESSAGES, "", request.as_bytes());
    assert_eq!(response.status(), 200, "{}", response.text());
    response
}

fn shown(server: &Server) -> usize {
    post(server, LIST).text().matches(":CitizenMessageIdentifier>").count() / 2
}

fn before_a_replica(database: &Database, replica: &str) -> Server {
    let repository = database.repository_with(|settings| settings.replica = Some(replica.to_owned()));
    Server::start(repository, Sources::system())
}

/// A list comes from the replica; what decides, the database decides: a message that has not come through yet can be answered and read.
#[test]
fn only_looks_go_to_the_replica() {
    if postgres_is_missing() {
        return;
    }
    let (database, replica) = (Database::demo(Kind::Postgres), Database::demo(Kind::Postgres));
    let server = before_a_replica(&database, replica.url());
    let created = post(&server, CREATE);
    assert_eq!((shown(&server), database.count("message"), replica.count("message")), (0, 1, 0));

    let (_, rest) = created.text().split_once("MessageIdentifier>").unwrap();
    let message = rest.split('<').next().unwrap();
    post(&server, &MARK.replace(RECORDED, message));
    assert_eq!((database.count("reading"), replica.count("reading")), (1, 0));
    assert_eq!(replica.count("audit_record"), 0, "a look is recorded in the database");
}

/// S1: who calls is asked of the database: what a replica says of organisations that are gone, or not there yet, counts for nothing, and
/// makes no call wait.
#[test]
fn s1_a_replica_that_lags_admits_nobody_and_keeps_nobody_out() {
    if postgres_is_missing() {
        return;
    }
    let (database, replica) = (Database::demo(Kind::Postgres), Database::demo(Kind::Postgres));
    let server = before_a_replica(&database, replica.url());
    let fault = || server.post(MESSAGES, "", LIST.as_bytes()).fault();
    assert_eq!([fault(), fault()], [None, None]);
    database
        .connection()
        .execute("DELETE FROM organisation WHERE key = '2/81'")
        .unwrap();
    assert_eq!([fault(), fault()], [Some(1013), Some(1013)]);
    replica.connection().execute("DELETE FROM organisation WHERE key = '2/81'").unwrap();
    database
        .connection()
        .execute("INSERT INTO organisation VALUES ('2/81', 'A-kasse', '90000011')")
        .unwrap();
    assert_eq!([fault(), fault()], [None, None]);
}

/// A replica that is away costs one call half a second, and no answer.
#[test]
fn a_replica_that_is_away_is_passed_over() {
    if postgres_is_missing() {
        return;
    }
    let database = Database::demo(Kind::Postgres);
    let server = before_a_replica(&database, "postgres://nobody@127.0.0.1:1/nothing");
    post(&server, CREATE);
    assert_eq!((shown(&server), shown(&server)), (1, 1));
}

/// A streaming replica, where `DIALOGMODUL_TEST_REPLICA_URL` names one of the tests' server: while it stands still, lists stand still, and then follow.
/// Other tests write to the same server meanwhile, and a busy machine makes a replica be left alone for a while: nothing here is expected at once.
#[test]
fn a_list_follows_the_replica() {
    let Some(replica) = std::env::var("DIALOGMODUL_TEST_REPLICA_URL").ok().filter(|url| !url.is_empty()) else {
        eprintln!("left out: DIALOGMODUL_TEST_REPLICA_URL names no replica");
        return;
    };
    let database = Database::demo(Kind::Postgres);
    let (_, schema) = database.url().split_once('?').unwrap();
    let mut standby = PgConnection::establish(&replica).unwrap();
    // A run that failed may have left it standing still.
    standby.batch_execute("SELECT pg_wal_replay_resume()").unwrap();
    let written = database.connection().texts("SELECT pg_current_wal_lsn()::text AS value").remove(0);
    until(&mut standby, &format!("pg_last_wal_replay_lsn() >= '{written}'"));
    standby.batch_execute("SELECT pg_wal_replay_pause()").unwrap();
    until(&mut standby, "pg_get_wal_replay_pause_state() = 'paused'");
    let server = before_a_replica(&database, &format!("{replica}?{schema}"));
    post(&server, CREATE);
    // The message does not come through, so a list without it is the replica's.
    in_time("a list of the replica", || shown(&server) == 0);
    standby.batch_execute("SELECT pg_wal_replay_resume()").unwrap();
    let written = database.connection().texts("SELECT pg_current_wal_lsn()::text AS value").remove(0);
    until(&mut standby, &format!("pg_last_wal_replay_lsn() >= '{written}'"));
    assert_eq!(shown(&server), 1, "the list does not follow the replica");
}

/// Asks the replica until it is so: nothing can be divided by before.
fn until(standby: &mut PgConnection, condition: &str) {
    let asked = format!("SELECT 1 / ({condition})::int");
    in_time(condition, || standby.batch_execute(&asked).is_ok());
}

fn in_time(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(120);
    while !is_so() {
        assert!(Instant::now() < end, "{what}");
        thread::sleep(Duration::from_millis(50));
    }
}
