//! Servers in processes of their own, and what the operating system says about them.
//! It knows `/proc` of Linux; elsewhere processor time and memory are not told.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::Trouble;
use crate::repository::bench::AUDIT_KEY;

/// How long a server may take until it is ready.
const PATIENCE: Duration = Duration::from_secs(120);
/// Ticks of a second in `/proc`: 100 on every Linux there is.
const TICKS: f64 = 100.0;

/// A process that answers HTTP; killed when it is dropped.
pub struct Server {
    child: Child,
    /// What its addresses begin with.
    pub address: String,
    metrics: Option<SocketAddr>,
    /// What it says.
    log: Option<PathBuf>,
    /// From the start of the process until it said that it is ready.
    pub ready_after: Duration,
}

impl Server {
    /// Our own server over a database, as anybody would start it; `options` beside that.
    pub fn start(folder: &Path, database: &str, options: &[&str]) -> Result<Self, Trouble> {
        let key = folder.join("audit.key");
        let log = folder.join(format!("{}.log", uuid::Uuid::now_v7().simple()));
        fs::write(&key, AUDIT_KEY.iter().map(|byte| format!("{byte:02x}")).collect::<String>())?;
        let mut command = Command::new(std::env::current_exe()?);
        command
            .args([
                "serve",
                "--profile",
                "development",
                "--listen",
                "127.0.0.1:0",
                "--metrics-listen",
                "127.0.0.1:0",
            ])
            .args(["--database-url", database, "--audit-key-file"])
            .arg(&key)
            .args(options)
            .current_dir(folder)
            .stdin(Stdio::null())
            .stderr(File::create(&log)?);
        let begun = Instant::now();
        let mut child = command.spawn()?;
        let (mut said, mut metrics) = (String::new(), None);
        let mut lines = BufReader::new(File::open(&log)?);
        let (address, secure): (SocketAddr, bool) = loop {
            if lines.read_line(&mut said)? == 0 {
                if begun.elapsed() > PATIENCE || child.try_wait()?.is_some() {
                    return Err(Trouble::because("a server does not start", said));
                }
                std::thread::sleep(Duration::from_millis(2));
                continue;
            }
            if metrics.is_none() {
                metrics = after(&said, "Metrics are at http://");
            }
            if let (Some(address), Some(_)) = (after(&said, "Listening on "), metrics) {
                break (address, said.contains("public URL is https"));
            }
        };
        let scheme = if secure { "https" } else { "http" };
        let host = if secure {
            format!("localhost:{}", address.port())
        } else {
            address.to_string()
        };
        let mut server = Self {
            child,
            address: format!("{scheme}://{host}"),
            metrics,
            log: Some(log),
            ready_after: Duration::ZERO,
        };
        if !secure {
            server.wait_until_ready(address, begun)?;
        }
        server.ready_after = begun.elapsed();
        Ok(server)
    }

    fn wait_until_ready(&self, address: SocketAddr, begun: Instant) -> Result<(), Trouble> {
        while !get(address, "/health/ready").is_ok_and(|answer| answer.starts_with("HTTP/1.1 200")) {
            if begun.elapsed() > PATIENCE {
                return Err(Trouble::Other("a server does not become ready".to_owned()));
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        Ok(())
    }

    /// The floor: a server that gives `fixed` or the body, and can leave records in an archive.
    pub fn floor(fixed: &[u8], archive: &str) -> Result<Self, Trouble> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(["bench-floor", archive])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        if let Some(mut input) = child.stdin.take() {
            input.write_all(fixed)?;
        }
        let mut address = String::new();
        if let Some(output) = child.stdout.take() {
            BufReader::new(output).read_line(&mut address)?;
        }
        Ok(Self {
            child,
            address: format!("http://{}", address.trim()),
            metrics: None,
            log: None,
            ready_after: Duration::ZERO,
        })
    }

    /// Commits so far.
    pub fn commits(&self) -> Option<f64> {
        let page = get(self.metrics?, "/metrics").ok()?;
        let line = page
            .lines()
            .find_map(|line| line.strip_prefix("dialogmodul_commit_writes_count "))?;
        line.trim().parse().ok()
    }

    /// The last warning or error of its log, for whoever was refused something.
    pub fn complaint(&self) -> Option<String> {
        let lines = BufReader::new(File::open(self.log.as_ref()?).ok()?).lines();
        lines
            .map_while(Result::ok)
            .filter(|line| line.contains(" WARN ") || line.contains(" ERROR "))
            .last()
    }

    /// Processor seconds so far.
    pub fn processor(&self) -> Option<f64> {
        processor(&format!("/proc/{}", self.child.id()))
    }

    /// Bytes of memory now, and at most since [`Server::forget_peak`].
    pub fn memory(&self) -> Option<(u64, u64)> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let field = |name: &str| -> Option<u64> {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            Some(line.trim().trim_end_matches("kB").trim().parse::<u64>().ok()? * 1024)
        };
        Some((field("VmRSS:")?, field("VmHWM:")?))
    }

    /// Lets the peak of memory begin anew.
    pub fn forget_peak(&self) {
        // Where the system does not let us, the peak is that of the whole life of the process: too high, never too low.
        let _ = fs::write(format!("/proc/{}/clear_refs", self.child.id()), "5");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Processor seconds of this process so far.
pub fn own_processor() -> Option<f64> {
    processor("/proc/self")
}

fn processor(folder: &str) -> Option<f64> {
    let stat = fs::read_to_string(format!("{folder}/stat")).ok()?;
    // The name of the program may hold anything; behind its bracket come numbers.
    let mut fields = stat.rsplit(')').next()?.split_whitespace().skip(11);
    let (user, system): (f64, f64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some((user + system) / TICKS)
}

fn after<T: std::str::FromStr>(text: &str, words: &str) -> Option<T> {
    let (_, rest) = text.split_once(words)?;
    let end = rest.find(|c: char| c == ';' || c == '/' || c.is_whitespace())?;
    rest.get(..end)?.parse().ok()
}

/// A page of a server of ours, with its head.
fn get(address: SocketAddr, path: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").as_bytes())?;
    let mut page = String::new();
    stream.read_to_string(&mut page)?;
    Ok(page)
}
