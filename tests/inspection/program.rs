//! The real program, started as an operator would, with everything it says in a file.

use std::fs::{self, File as Sheet};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::envelopes::{Writer, path};
use crate::support::database::Database;
use crate::support::server::{Response, connect, request};

const XML: &str = "Content-Type: text/xml\r\n";

/// The program, with everything it says in a file.
pub struct Program {
    child: Child,
    address: SocketAddr,
    metrics: SocketAddr,
    folder: TempDir,
}

impl Program {
    pub fn start(database: &Database) -> Self {
        Self::start_with(database, &[])
    }

    /// Starts it with further settings; `development` is the profile unless they say otherwise.
    pub fn start_with(database: &Database, settings: &[(&str, &str)]) -> Self {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("audit.key"), "07".repeat(32)).unwrap();
        let said = Sheet::create(folder.path().join("said")).unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_dialogmodul"))
            .args([
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--metrics-listen",
                "127.0.0.1:0",
                "--audit-key-file",
                "audit.key",
            ])
            .current_dir(folder.path())
            .env("DIALOGMODUL_DATABASE_URL", database.url())
            .env("DIALOGMODUL_PROFILE", "development")
            .env("RUST_LOG", "trace")
            .env("RUST_BACKTRACE", "full")
            .envs(settings.iter().copied())
            .stdin(Stdio::null())
            .stdout(said.try_clone().unwrap())
            .stderr(said)
            .spawn()
            .unwrap();
        let mut program = Self {
            child,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            metrics: SocketAddr::from(([127, 0, 0, 1], 0)),
            folder,
        };
        let end = Instant::now() + Duration::from_secs(60);
        loop {
            let said = program.said();
            let after = |words: &str, end: &str| said.split_once(words)?.1.split_once(end)?.0.parse().ok();
            if let (Some(address), Some(metrics)) = (after("Listening on ", ";"), after("Metrics are at http://", "/metrics")) {
                (program.address, program.metrics) = (address, metrics);
                return program;
            }
            assert!(Instant::now() < end, "{said}");
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Everything on standard output and error so far.
    fn said(&self) -> String {
        let mut bytes = Vec::new();
        Sheet::open(self.folder.path().join("said"))
            .unwrap()
            .read_to_end(&mut bytes)
            .unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    pub fn send(&self, bytes: &[u8]) -> Response {
        let mut connection = connect(self.address);
        connection.write(bytes);
        connection.response()
    }

    /// Posts a payload under an envelope of the writer's.
    pub fn call(&self, writer: &Writer<'_>, payload: &str) -> Response {
        self.post(payload, "", &writer.envelope(payload))
    }

    /// Posts an envelope around a payload, with further header lines.
    pub fn post(&self, payload: &str, headers: &str, envelope: &str) -> Response {
        self.send(&request("POST", path(payload), &format!("{XML}{headers}"), envelope.as_bytes()))
    }

    /// What is at `/metrics`.
    pub fn metrics(&self) -> String {
        let mut connection = connect(self.metrics);
        connection.write(&request("GET", "/metrics", "", b""));
        connection.response().text().to_owned()
    }

    /// What was delivered into the folder that stands for the outside world.
    pub fn delivered(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.folder.path().join("data/delivery")) else {
            return Vec::new();
        };
        entries.map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap()).collect()
    }

    /// A call that may find nobody there; whether it was answered.
    pub fn try_call(&self, writer: &Writer<'_>, payload: &str) -> Option<()> {
        let mut stream = TcpStream::connect(self.address).ok()?;
        let bytes = request(
            "POST",
            path(payload),
            &format!("{XML}Connection: close\r\n"),
            writer.envelope(payload).as_bytes(),
        );
        stream.write_all(&bytes).ok()?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).ok()?;
        answer.starts_with(b"HTTP/1.1 200").then_some(())
    }

    /// Ends it at once.
    pub fn kill(&self) {
        Command::new("kill").args(["-KILL", &self.child.id().to_string()]).status().unwrap();
    }

    /// Stops it, as an operator would; everything it has said.
    pub fn stop(&mut self) -> String {
        Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        self.child.wait().unwrap();
        self.said()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
