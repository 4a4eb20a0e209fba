//! A PostgreSQL server that goes away, comes back, or loses an answer; a full disk; and addresses that lead nowhere.

use std::thread;
use std::time::{Duration, Instant};

use dialogmodul::error::Error;
use dialogmodul::repository::{Repository, Settings};

use super::people::*;
use crate::on_each_engine;
use crate::support;
use crate::support::database::{Database, Kind, postgres_is_missing};
use crate::support::proxy::behind_a_proxy;

/// Connections that broke are replaced without the caller noticing.
#[test]
fn broken_connections_are_replaced() {
    if postgres_is_missing() {
        return;
    }
    let database = Database::demo(Kind::Postgres);
    let repository = database.repository();
    let message = sent(&repository, &[]);
    let mut readers: Vec<_> = (0..8).map(|_| repository.reader()).collect();
    readers
        .iter_mut()
        .for_each(|reader| assert!(reader.message(message.citizen, message.id, None).unwrap().is_some()));
    drop(readers);
    let ended = database.connection().number(&format!(
        "SELECT count(pg_terminate_backend(pid)) AS value FROM pg_stat_activity WHERE application_name = '{}' AND pid <> pg_backend_pid()",
        database.name()
    ));
    assert!(ended >= 9, "{ended} connections ended");
    thread::sleep(Duration::from_millis(200));
    assert!(repository.reader().message(message.citizen, message.id, None).unwrap().is_some());
    sent(&repository, &[]);
    assert_eq!(database.count("message"), 2);
}

/// A server that is away is unavailable within five seconds, for readers and writers; when it is back, all is as before.
#[test]
fn a_server_that_is_away_is_unavailable_and_comes_back() {
    let Some((database, proxy, repository)) = behind_a_proxy() else {
        return;
    };
    let message = sent(&repository, &[]);
    proxy.cut();
    let commit = repository.commit(sending(&letter(message.citizen), &[]));
    in_time(|| repository.reader().message(message.citizen, message.id, None).map(drop));
    in_time(|| repository.ping());
    in_time(|| repository.commit(sending(&letter(message.citizen), &[])).wait());
    assert!(matches!(commit.wait(), Err(Error::Unavailable(_))));
    proxy.mend();
    let back = Instant::now();
    sent(&repository, &[]);
    repository.ping().unwrap();
    assert!(back.elapsed() < Duration::from_secs(5), "{:?}", back.elapsed());
    assert_eq!(database.count("message"), 2);
}

fn in_time(call: impl FnOnce() -> Result<(), Error>) {
    let begun = Instant::now();
    let answer = call();
    assert!(matches!(answer, Err(Error::Unavailable(_))), "{answer:?}");
    assert!(begun.elapsed() < Duration::from_millis(5200), "{:?}", begun.elapsed());
}

/// A commit whose answer got lost with the connection is recognised: stored once, answered once.
#[test]
fn a_lost_commit_is_stored_once() {
    let Some((database, proxy, repository)) = behind_a_proxy() else {
        return;
    };
    sent(&repository, &[]);
    for _ in 0..3 {
        proxy.lose_commit(false);
        sent(&repository, &[pdf("a")]);
        assert!(proxy.has_lost_commit(), "the proxy has not seen a commit");
    }
    assert_eq!(
        (
            database.count("message"),
            database.count("audit_record"),
            database.count("queue_event")
        ),
        (4, 4, 4)
    );
    let numbers = database.connection().number("SELECT max(number) AS value FROM audit_record");
    assert_eq!(numbers, 4);
}

/// One thread is locked by somebody else: the others that would have been stored together with its reply are stored without it.
#[test]
fn a_locked_thread_holds_up_nobody_else() {
    if postgres_is_missing() {
        return;
    }
    let database = Database::demo(Kind::Postgres);
    let repository = database.repository();
    let first = sent(&repository, &[]);
    let (mut everything, mut thread) = (database.connection(), database.connection());
    everything.begin();
    everything.execute("LOCK TABLE audit_record IN EXCLUSIVE MODE").unwrap();
    thread.begin();
    thread.execute("SELECT id FROM thread FOR UPDATE").unwrap();
    // The first is under way while the next two come, so they make one batch.
    let under_way = repository.commit(sending(&letter(first.citizen), &[]));
    thread::sleep(Duration::from_millis(200));
    let reply = repository.commit(sending(&answer(&first), &[]));
    let other = repository.commit(sending(&letter(first.citizen), &[]));
    everything.execute("COMMIT").unwrap();
    under_way.wait().unwrap();
    other.wait().unwrap();
    assert_eq!(database.count("message"), 3, "the reply does not wait for its thread");
    thread.execute("COMMIT").unwrap();
    drop(reply);
}

on_each_engine! {
    /// A disk that is full is no bug of ours: callers may come back, readiness says no, and all is well again without a caller's help.
    fn a_database_that_stores_nothing_is_unavailable_and_not_ready(database: &Database) {
        let repository = database.repository();
        repository.load_demo().unwrap();
        let citizen = alma(&repository);
        repository.ping().unwrap();
        let mut plain = database.connection();
        plain.execute(match database.kind() {
            Kind::Sqlite => "CREATE TRIGGER full BEFORE INSERT ON message BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END",
            Kind::Postgres => "CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                RAISE EXCEPTION 'could not extend file: No space left on device'; END $$;
                CREATE TRIGGER full_disk BEFORE INSERT ON message FOR EACH ROW EXECUTE FUNCTION fill()",
        }).unwrap();
        let refused = (0..20).any(|_| {
            let commits: Vec<_> = (0..3).map(|_| repository.commit(sending(&letter(citizen), &[pdf("a")]))).collect();
            for answer in commits.into_iter().map(dialogmodul::repository::Commit::wait) {
                assert!(matches!(answer, Err(Error::Unavailable(_))), "{answer:?}");
            }
            matches!(repository.ping(), Err(Error::Unavailable(_)))
        });
        assert!(refused, "it was ready all the time");
        let begun = Instant::now();
        while repository.ping().is_err() {
            assert!(begun.elapsed() < Duration::from_secs(20), "it is not ready again");
            thread::sleep(Duration::from_millis(50));
        }
        plain.execute(match database.kind() {
            Kind::Sqlite => "DROP TRIGGER full",
            Kind::Postgres => "DROP TRIGGER full_disk ON message",
        }).unwrap();
        sent(&repository, &[pdf("a")]);
        assert_eq!((database.count("message"), database.count("thread"), database.count("document_content")), (1, 1, 1));
    }
}

/// A wrong address stops the start with one sentence that shows no password.
#[test]
fn a_wrong_address_is_one_clear_sentence() {
    let open = |url: &str| Repository::open(url, &Settings::new([7; 32])).unwrap_err().to_string();
    assert_eq!(
        open("mysql://x"),
        "the database URL must be sqlite:PATH or postgres://USER@HOST/DATABASE"
    );
    let sentence = open("sqlite:/nowhere/at/all/archive.sqlite");
    assert!(sentence.starts_with("the SQLite database cannot be opened: "), "{sentence}");
    let sentence = open("postgres://someone:secret@127.0.0.1:1/archive");
    assert!(sentence.starts_with("the PostgreSQL database cannot be opened: "), "{sentence}");
    assert!(!sentence.contains("secret") && !sentence.contains('\n'), "{sentence}");
}
