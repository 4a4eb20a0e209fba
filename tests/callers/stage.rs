//! The stage of these tests: issuers, files with what they have signed, and a server in the production profile over the demo archive.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Mutex, Once, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use dialogmodul::repository::import::Kind as Table;
use dialogmodul::services::Sources;
use dialogmodul::settings::{self, Profile, Tls};
use rustls::SupportedProtocolVersion;
use rustls::version::{TLS12, TLS13};
use tempfile::TempDir;

use crate::support::certificates::{Attribute, Authority, Issued, Wish, second, third};
use crate::support::database::Database;
use crate::support::server::Server;
use crate::support::tls_client::TlsClient;

pub const CODE_LISTS: &str = "/PjakTassWCFtService/5/CodeListService.svc";
/// A job centre (8/90101) asks for the names of all code lists.
pub const NAMES: &[u8] = include_bytes!("../../fixtures/27-code-lists-by-name/01-names.request.xml");
pub const BOTH: &[&SupportedProtocolVersion] = &[&TLS12, &TLS13];

/// Systems of the demo archive. The first and the second may act for the job centre, the third may not.
pub fn kss() -> Vec<Vec<Attribute>> {
    third("NTRDK-90000091", "UI:DK-O:G:22222222-2222-4222-8222-222222222222")
}

pub fn kss_before() -> Vec<Vec<Attribute>> {
    second("CVR:90000091-FID:1234567890123")
}

pub fn fund() -> Vec<Vec<Attribute>> {
    third("NTRDK-90000011", "UI:DK-O:G:11111111-1111-4111-8111-111111111111")
}

/// Files of a test, and who signs what is in them.
pub struct House {
    pub folder: TempDir,
    pub servers: Authority,
    pub clients: Authority,
}

impl House {
    pub fn new() -> Self {
        listen_to_the_log();
        let house = Self {
            folder: TempDir::new().unwrap(),
            servers: Authority::new("Servers"),
            clients: Authority::new("Clients"),
        };
        let server = house.servers.issue(&Wish::server());
        house.write("server.pem", server.pem());
        house.write("server.key", server.key_pem());
        house.write("issuers.pem", house.clients.pem());
        house
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file at once, as a careful operator would.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path("new"), content).unwrap();
        fs::rename(self.path("new"), self.path(name)).unwrap();
    }

    /// TLS with client certificates, and with the file `list.crl` if there is one.
    pub fn tls(&self) -> Tls {
        let list = self.path("list.crl");
        Tls {
            certificate: Some(self.path("server.pem")),
            key: Some(self.path("server.key")),
            issuers: Some(self.path("issuers.pem")),
            revocations: list.exists().then_some(list).into_iter().collect(),
            reload_seconds: 1.try_into().unwrap(),
            grace_hours: 0,
            ..Tls::default()
        }
    }

    /// The server, in the production profile.
    pub fn open(&self, database: &Database, tls: Tls) -> Server {
        self.open_with(database, tls, |_| ())
    }

    pub fn open_with(&self, database: &Database, tls: Tls, change: impl FnOnce(&mut settings::Server)) -> Server {
        let repository = database.repository();
        repository.load_demo().unwrap();
        Server::start_with(repository, Sources::system(), |settings| {
            settings.profile = Profile::Production;
            settings.tls = tls;
            change(settings);
        })
    }

    /// A function certificate.
    pub fn issue(&self, subject: Vec<Vec<Attribute>>) -> Issued {
        self.clients.issue(&Wish::client(subject))
    }

    pub fn client(&self, identity: Option<&Issued>) -> TlsClient {
        TlsClient::new(self.servers.der(), identity, BOTH)
    }

    /// Calls on a connection of its own: `Ok(None)` for an answer, `Ok(Some)` for a fault, `Err` for a handshake that was refused.
    pub fn call(&self, address: SocketAddr, identity: Option<&Issued>) -> Result<Option<i32>, ()> {
        self.client(identity)
            .post(address, CODE_LISTS, NAMES)
            .map(|answer| answer.fault())
            .map_err(|_| ())
    }
}

/// Agreements beside those of the demo archive: lines of `cvr id from to`, all of system kss for the job centre.
pub fn agree(database: &Database, lines: &[(&str, &str, &str, &str)]) {
    let header = "system\tcertificate_subject_cvr\tcertificate_subject_id\torganisation_type\torganisation_code\tvalid_from\tvalid_to\n";
    let lines: String = lines
        .iter()
        .map(|(cvr, id, from, to)| format!("kss\t{cvr}\t{id}\t8\t90101\t{from}\t{to}\n"))
        .collect();
    let repository = database.repository();
    repository.load_demo().unwrap();
    repository
        .import(Table::Agreements, format!("{header}{lines}").as_bytes(), &mut |_| ())
        .unwrap();
}

/// Waits until something is so, at most so long.
pub fn within(seconds: u64, mut so: impl FnMut() -> bool) -> bool {
    let end = Instant::now() + Duration::from_secs(seconds);
    loop {
        if so() {
            return true;
        }
        if Instant::now() > end {
            return false;
        }
        thread::sleep(Duration::from_millis(50));
    }
}

static LOG: Mutex<Vec<(log::Level, String)>> = Mutex::new(Vec::new());

struct Listener;

impl log::Log for Listener {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        LOG.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push((record.level(), record.args().to_string()));
    }

    fn flush(&self) {}
}

fn listen_to_the_log() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        log::set_logger(&Listener).unwrap();
        log::set_max_level(log::LevelFilter::Info);
    });
}

/// Forgets the lines that contain a word.
pub fn forget(word: &str) {
    LOG.lock()
        .unwrap_or_else(PoisonError::into_inner)
        .retain(|(_, line)| !line.contains(word));
}

/// Has a line of a level been logged that contains all these words?
pub fn logged(level: log::Level, words: &[&str]) -> bool {
    let log = LOG.lock().unwrap_or_else(PoisonError::into_inner);
    log.iter()
        .any(|(found, line)| *found == level && words.iter().all(|word| line.contains(word)))
}
