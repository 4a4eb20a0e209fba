//! A server of its own for a test: in this process, on a free port, stopped when it is dropped; and a plain client that sends the bytes it is told.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use dialogmodul::repository::Repository;
use dialogmodul::services::{self, Desk, Sources};
use dialogmodul::settings::{self, Limits, Profile, Tls};
use dialogmodul::soap;

/// A running server.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    /// Where `/metrics` is, if anywhere.
    pub metrics: Option<SocketAddr>,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts a server over an archive, with the limits a product has.
    pub fn start(repository: Repository, sources: Sources) -> Self {
        Self::start_with(repository, sources, |_| ())
    }

    /// Starts a server with settings of its own.
    pub fn start_with(repository: Repository, sources: Sources, change: impl FnOnce(&mut settings::Server)) -> Self {
        Self::start_desk(Desk::new(repository, services::Settings::default(), sources).unwrap(), change)
    }

    /// Starts a server before a desk.
    pub fn start_desk(desk: Desk, change: impl FnOnce(&mut settings::Server)) -> Self {
        let mut settings = settings();
        change(&mut settings);
        let desk = Arc::new(desk);
        let (tell, told) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let bound = soap::server(desk, &settings).unwrap();
                tell.send((bound.address, bound.metrics, bound.server.handle())).unwrap();
                bound.server.await.unwrap();
            });
        });
        let (address, metrics, handle) = told.recv().unwrap();
        Self {
            address,
            metrics,
            handle,
            thread: Some(thread),
        }
    }

    /// Tells the server to close: what has begun is brought to its end.
    pub fn close(&self) {
        drop(self.handle.stop(true));
    }

    /// A connection on which a request can be sent piece by piece.
    pub fn connect(&self) -> Connection {
        connect(self.address)
    }

    /// Sends the bytes of a request and reads its response.
    pub fn send(&self, request: &[u8]) -> Response {
        let mut connection = self.connect();
        connection.write(request);
        connection.response()
    }

    /// Posts an envelope to a path, with further header lines, each ending with CR LF.
    pub fn post(&self, path: &str, headers: &str, body: &[u8]) -> Response {
        self.send(&request(
            "POST",
            path,
            &format!("Content-Type: text/xml; charset=utf-8\r\n{headers}"),
            body,
        ))
    }

    /// Fetches a path.
    pub fn get(&self, path: &str) -> Response {
        self.send(&request("GET", path, "", b""))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The command is on its way as soon as the future is made; the thread ends when it is carried out.
        drop(self.handle.stop(false));
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

/// The settings of a server for tests: on a free port, one worker, whoever calls without a certificate may.
pub fn settings() -> settings::Server {
    settings::Server {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        metrics_listen: None,
        public_url: Some("http://dialog.example.dk".parse().unwrap()),
        soap12_binding: false,
        lenient_namespaces: false,
        profile: Profile::Development,
        citizens_may_start: false,
        workers: std::num::NonZeroUsize::new(1),
        shutdown_seconds: 1,
        tls: Tls::default(),
        limits: Limits::default(),
    }
}

/// A connection to a server anywhere.
pub fn connect(address: SocketAddr) -> Connection {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream.set_nodelay(true).unwrap();
    Connection { stream, read: Vec::new() }
}

/// The bytes of a request with its length, unless it has none.
pub fn request(method: &str, path: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let length = if body.is_empty() {
        String::new()
    } else {
        format!("Content-Length: {}\r\n", body.len())
    };
    let mut bytes = format!("{method} {path} HTTP/1.1\r\nHost: elsewhere.example\r\n{headers}{length}\r\n").into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

/// A connection to a server.
pub struct Connection {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Connection {
    /// Sends bytes.
    pub fn write(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).unwrap();
    }

    /// Sends bytes as long as the other side takes them.
    pub fn try_write(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).is_ok()
    }

    /// Says that nothing more will come.
    pub fn stop_writing(&mut self) {
        self.stream.shutdown(std::net::Shutdown::Write).unwrap();
    }

    /// Reads the next response; one to HEAD or with status 1xx has no body.
    pub fn response(&mut self) -> Response {
        self.read_response(true)
    }

    /// Reads the next response, of which only the head is sent.
    pub fn head(&mut self) -> Response {
        self.read_response(false)
    }

    /// Reads the next response, if one comes before the connection closes.
    pub fn any_response(&mut self) -> Option<Response> {
        while !self.read.windows(4).any(|bytes| bytes == b"\r\n\r\n") {
            if !self.more() {
                return None;
            }
        }
        Some(self.read_response(true))
    }

    /// Does the other side close, with nothing more to say?
    pub fn is_closed(&mut self) -> bool {
        self.read.is_empty() && matches!(self.stream.read(&mut [0; 1]), Ok(0))
    }

    /// Is the connection reset within so long, though not a byte of it is read?
    pub fn is_cut_unread(&mut self, within: Duration) -> bool {
        let started = std::time::Instant::now();
        while started.elapsed() < within {
            std::thread::sleep(Duration::from_millis(200));
            // Blanks between requests say nothing; a connection that is gone refuses them.
            if !self.try_write(b"\r\n") {
                return true;
            }
        }
        false
    }

    /// Does something come within so long?
    pub fn has_something(&mut self, within: Duration) -> bool {
        self.stream.set_read_timeout(Some(within)).unwrap();
        let mut byte = [0; 1];
        let came = self.stream.peek(&mut byte).is_ok();
        self.stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        came
    }

    fn read_response(&mut self, has_body: bool) -> Response {
        let end = loop {
            if let Some(end) = self.read.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break end + 4;
            }
            assert!(
                self.more(),
                "the connection closed before a response: {}",
                String::from_utf8_lossy(&self.read)
            );
        };
        let head = String::from_utf8(self.read.drain(..end).collect()).unwrap();
        let mut response = Response { head, body: Vec::new() };
        let length = response.header("content-length").map_or(0, |length| length.parse().unwrap());
        if has_body && response.status() >= 200 && response.status() != 304 {
            while self.read.len() < length && self.more() {}
            assert!(self.read.len() >= length, "the connection closed in a body");
            response.body = self.read.drain(..length).collect();
        }
        response
    }

    fn more(&mut self) -> bool {
        let mut bytes = [0; 16 * 1024];
        let count = self.stream.read(&mut bytes).unwrap_or(0);
        self.read.extend_from_slice(&bytes[..count]);
        count > 0
    }
}

/// What came back.
pub struct Response {
    /// Status line and headers.
    pub head: String,
    /// Body.
    pub body: Vec<u8>,
}

impl Response {
    /// The status.
    pub fn status(&self) -> u16 {
        self.head.split(' ').nth(1).unwrap().parse().unwrap()
    }

    /// The value of a header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().skip(1).filter_map(|line| line.split_once(':'));
        lines
            .into_iter()
            .find(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
    }

    /// The body as text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    /// The `ErrorCode` of a fault.
    pub fn fault(&self) -> Option<i32> {
        let text = std::str::from_utf8(&self.body).ok()?;
        let (_, rest) = text.split_once("ErrorCode>")?;
        rest.split_once('<')?.0.parse().ok()
    }
}
