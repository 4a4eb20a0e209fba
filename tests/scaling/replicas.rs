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
    let end = Instant::now() + Duration::from_secs(60);
    let written = database.connection().texts("SELECT pg_current_wal_lsn()::text AS value").remove(0);
    // Nothing can be divided by until all of it has come through.
    let followed = format!("SELECT 1 / (pg_last_wal_replay_lsn() >= '{written}')::int");
    while standby.batch_execute(&followed).is_err() {
        assert!(Instant::now() < end, "the replica does not follow");
        thread::sleep(Duration::from_millis(50));
    }
    standby.batch_execute("SELECT pg_wal_replay_pause()").unwrap();
    let server = before_a_replica(&database, &format!("{replica}?{schema}"));
    post(&server, CREATE);
    let behind = shown(&server);
    standby.batch_execute("SELECT pg_wal_replay_resume()").unwrap();
    assert_eq!(behind, 0, "the list was not the replica's");
    while shown(&server) == 0 {
        assert!(Instant::now() < end, "the list does not follow the replica");
        thread::sleep(Duration::from_millis(50));
    }
}
