//! A PostgreSQL server that goes away, comes back, or loses an answer; and addresses that lead nowhere.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use dialogmodul::error::Error;
use dialogmodul::repository::{Repository, Settings};

use super::people::*;
use crate::support::database::{Database, Kind, postgres_is_missing};

/// Passes bytes on to the server, until it is told to stop or to lose the answer to the next commit.
struct Proxy {
    address: SocketAddr,
    line: Arc<Line>,
}

struct Line {
    server: String,
    cut: AtomicBool,
    lose_commit: AtomicBool,
    streams: Mutex<Vec<TcpStream>>,
}

impl Proxy {
    fn before(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let line = Arc::new(Line {
            server: server.to_owned(),
            cut: AtomicBool::new(false),
            lose_commit: AtomicBool::new(false),
            streams: Mutex::new(Vec::new()),
        });
        let accepting = line.clone();
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if !accepting.cut.load(Ordering::SeqCst) {
                    accepting.clone().connect(client);
                }
            }
        });
        Self { address, line }
    }

    fn cut(&self) {
        self.line.cut.store(true, Ordering::SeqCst);
        for stream in self.line.streams.lock().unwrap().drain(..) {
            let _ = stream.shutdown(std::net::Shutdown::Both);
        }
    }

    fn mend(&self) {
        self.line.cut.store(false, Ordering::SeqCst);
    }
}

impl Line {
    fn connect(self: Arc<Self>, client: TcpStream) {
        let server = TcpStream::connect(&self.server).unwrap();
        self.streams
            .lock()
            .unwrap()
            .extend([client.try_clone().unwrap(), server.try_clone().unwrap()]);
        let (from, to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
        let up = self.clone();
        thread::spawn(move || up.pass(from, to, true));
        thread::spawn(move || self.pass(server, client, false));
    }

    fn pass(&self, mut from: TcpStream, mut to: TcpStream, upwards: bool) {
        let mut buffer = [0; 65536];
        while let Ok(count @ 1..) = from.read(&mut buffer) {
            let commits = upwards && buffer[..count].windows(6).any(|word| word == b"COMMIT");
            if commits && self.lose_commit.swap(false, Ordering::SeqCst) {
                // The client is gone before the server hears of the commit.
                let _ = from.shutdown(std::net::Shutdown::Both);
                let _ = to.write_all(&buffer[..count]);
                thread::sleep(Duration::from_millis(200));
                break;
            }
            if to.write_all(&buffer[..count]).is_err() {
                break;
            }
        }
        let _ = from.shutdown(std::net::Shutdown::Both);
        let _ = to.shutdown(std::net::Shutdown::Both);
    }
}

/// A demo archive whose repository speaks to the server through a proxy.
fn behind_a_proxy() -> Option<(Database, Proxy, Repository)> {
    if postgres_is_missing() {
        return None;
    }
    let database = Database::demo(Kind::Postgres);
    let (_, rest) = database.url().split_once('@').expect("a test URL with user and host");
    let (server, _) = rest.split_once('/').unwrap();
    let server = if server.contains(':') {
        server.to_owned()
    } else {
        format!("{server}:5432")
    };
    let proxy = Proxy::before(&server);
    let (_, path) = rest.split_once('/').unwrap();
    let (user, _) = database.url().split_once('@').unwrap();
    let url = format!("{user}@{}/{path}", proxy.address);
    let repository = Repository::open(&url, &Settings::new([7; 32])).unwrap();
    Some((database, proxy, repository))
}

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
        proxy.line.lose_commit.store(true, Ordering::SeqCst);
        sent(&repository, &[pdf("a")]);
        assert!(!proxy.line.lose_commit.load(Ordering::SeqCst), "the proxy has not seen a commit");
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
