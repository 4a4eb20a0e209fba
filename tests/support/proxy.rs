//! A proxy before a PostgreSQL server, so that a test can take the server away, bring it back, or lose the answer to a commit.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use dialogmodul::repository::{Repository, Settings};

use super::database::{Database, Kind, postgres_is_missing};

/// Passes bytes on to the server, until it is told to stop or to lose the answer to the next commit.
pub struct Proxy {
    address: SocketAddr,
    line: Arc<Line>,
}

struct Line {
    server: String,
    cut: AtomicBool,
    lose_commit: AtomicBool,
    cut_with_commit: AtomicBool,
    streams: Mutex<Vec<TcpStream>>,
}

impl Proxy {
    pub fn before(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let line = Arc::new(Line {
            server: server.to_owned(),
            cut: AtomicBool::new(false),
            lose_commit: AtomicBool::new(false),
            cut_with_commit: AtomicBool::new(false),
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

    /// A proxy before the server of a database, and the database's URL through it.
    pub fn before_database(database: &Database) -> (Self, String) {
        let (_, rest) = database.url().split_once('@').expect("a test URL with user and host");
        let (server, _) = rest.split_once('/').unwrap();
        let server = if server.contains(':') {
            server.to_owned()
        } else {
            format!("{server}:5432")
        };
        let proxy = Self::before(&server);
        let (_, path) = rest.split_once('/').unwrap();
        let (user, _) = database.url().split_once('@').unwrap();
        let url = format!("{user}@{}/{path}", proxy.address);
        (proxy, url)
    }

    /// Takes the server away.
    pub fn cut(&self) {
        self.line.cut.store(true, Ordering::SeqCst);
        for stream in self.line.streams.lock().unwrap().drain(..) {
            let _ = stream.shutdown(std::net::Shutdown::Both);
        }
    }

    /// The next commit reaches the server, its answer nobody; with `cut` the server is away after that.
    pub fn lose_commit(&self, cut: bool) {
        self.line.cut_with_commit.store(cut, Ordering::SeqCst);
        self.line.lose_commit.store(true, Ordering::SeqCst);
    }

    /// Has a commit been lost since?
    pub fn has_lost_commit(&self) -> bool {
        !self.line.lose_commit.load(Ordering::SeqCst)
    }

    /// Brings it back.
    pub fn mend(&self) {
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
                if self.cut_with_commit.load(Ordering::SeqCst) {
                    self.cut.store(true, Ordering::SeqCst);
                }
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
pub fn behind_a_proxy() -> Option<(Database, Proxy, Repository)> {
    if postgres_is_missing() {
        return None;
    }
    let database = Database::demo(Kind::Postgres);
    let (proxy, url) = Proxy::before_database(&database);
    let repository = Repository::open(&url, &Settings::new([7; 32])).unwrap();
    Some((database, proxy, repository))
}
