//! A stage: one fresh demo archive with the story's own data, one server in front of it, a clock that stands where the step says, and counted identifiers.
//! The keys of citizens are made here, for the archive makes new ones each time and continuation tokens depend on them.

use std::fs::{self, File};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use chrono::{DateTime, Utc};
use dialogmodul::contract::Service;
use dialogmodul::repository::Repository;
use dialogmodul::repository::import::Kind as ImportKind;
use dialogmodul::services::Sources;
use uuid::{Builder, Uuid};

use super::database::{Database, Kind};
use super::replay::{Answer, Counts};
use super::scenario::{Scenario, Step};
use super::server::{self, Server};

/// Namespace of a SOAP 1.2 envelope; a request that has it is sent as SOAP 1.2.
pub const SOAP_12: &str = "http://www.w3.org/2003/05/soap-envelope";

/// Where a story is played; server and archive stop in this order.
pub struct Stage {
    clock: Arc<Mutex<DateTime<Utc>>>,
    server: Server,
    database: Database,
}

impl Stage {
    /// Prepares a stage for a story.
    pub fn open(kind: Kind, scenario: &Scenario) -> Self {
        let database = Database::demo(kind);
        let repository = database.repository();
        import(&repository, scenario);
        give_citizens_known_keys(&database);
        let clock = Arc::new(Mutex::new(scenario.steps[0].at));
        let server = Server::start(repository, sources(&clock));
        Self { clock, server, database }
    }

    /// Sends a step's request at its time.
    pub fn call(&mut self, step: &Step) -> Answer {
        let request = fs::read(&step.request).unwrap_or_else(|error| panic!("{}: {error}", step.request.display()));
        self.call_with(step, &request)
    }

    /// Sends another request than the step's own at its time, in the version of SOAP of its envelope.
    pub fn call_with(&mut self, step: &Step, request: &[u8]) -> Answer {
        *self.clock.lock().unwrap() = step.at;
        let text = String::from_utf8_lossy(request);
        let (path, action) = destination(&text);
        let action = step.action.clone().unwrap_or(action);
        let action = if action.starts_with('"') { action } else { format!("\"{action}\"") };
        let media = if step.headers.contains("Content-Type:") {
            String::new()
        } else if text.contains(SOAP_12) {
            format!("Content-Type: application/soap+xml; charset=utf-8; action={action}\r\n")
        } else {
            format!("Content-Type: text/xml; charset=utf-8\r\nSOAPAction: {action}\r\n")
        };
        let headers = format!("{media}{}", step.headers);
        let response = self.server.send(&server::request("POST", &path, &headers, request));
        let media_type = response.header("content-type").unwrap_or_default().to_owned();
        Answer {
            status: response.status(),
            media_type,
            body: response.body,
        }
    }

    /// The archive.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Rows of every table.
    pub fn counts(&self) -> Counts {
        self.database.counts()
    }
}

/// Where a request goes, as its sender would know from the contract: path and SOAPAction of the operation its body names.
pub fn destination(request: &str) -> (String, String) {
    let body = request
        .find("Body")
        .map_or(request.len(), |at| at + request[at..].find('>').unwrap_or_default());
    let root = request[body..].find('<').map_or("", |at| &request[body + at + 1..]);
    let tag = root.split('>').next().unwrap_or_default();
    let name = tag.split([' ', '/', '\n']).next().unwrap_or_default();
    let (declaration, local) = name
        .rsplit_once(':')
        .map_or((" xmlns=".to_owned(), name), |(prefix, local)| (format!(" xmlns:{prefix}="), local));
    let seen = &request[..request.len() - root.len() + tag.len()];
    let namespace = seen.rsplit(&declaration).next().unwrap_or_default();
    let namespace = namespace.trim_start_matches(['"', '\'']);
    let named = |service: &&Service| namespace.starts_with(&format!("http://service.bm.dk/{}/", service.name()));
    let service = Service::ALL.iter().find(named).unwrap_or(&Service::CitizenMessageServiceV2);
    let (service, version) = (service.name(), service.version());
    let action = local
        .strip_suffix("Request")
        .map(|operation| format!("http://service.bm.dk/pjaktass/{version}/{service}#{operation}"));
    (format!("/PjakTassWCFtService/{version}/{service}.svc"), action.unwrap_or_default())
}

/// Data of the story's own, in files named after their kind.
fn import(repository: &Repository, scenario: &Scenario) {
    for (kind, word) in ImportKind::ALL {
        if let Ok(file) = File::open(scenario.folder.join(format!("{word}.tsv"))) {
            repository
                .import(kind, file, &mut |_| {})
                .unwrap_or_else(|error| panic!("{}/{word}.tsv: {error}", scenario.name));
        }
    }
}

/// A citizen's key becomes the CV number, filled up to 16 bytes.
fn give_citizens_known_keys(database: &Database) {
    let key = match database.kind() {
        Kind::Sqlite => "CAST(printf('%16s', cv_number) AS BLOB)",
        Kind::Postgres => "encode(convert_to(lpad(cv_number, 16), 'UTF8'), 'hex')::uuid",
    };
    let relations = format!("UPDATE relation SET citizen = (SELECT {key} FROM citizen WHERE citizen.key = relation.citizen)");
    database
        .connection()
        .execute(&format!("{relations}; UPDATE citizen SET key = {key}"))
        .unwrap();
}

/// The stage's clock, and identifiers that are UUIDv7 of that clock with a count for their random part.
fn sources(clock: &Arc<Mutex<DateTime<Utc>>>) -> Sources {
    let (now, then) = (clock.clone(), clock.clone());
    let count = AtomicU64::new(1);
    Sources::new(
        move || *now.lock().unwrap(),
        move || identifier(*then.lock().unwrap(), count.fetch_add(1, Ordering::Relaxed)),
    )
}

fn identifier(at: DateTime<Utc>, count: u64) -> Uuid {
    let mut random = [0; 10];
    random[2..].copy_from_slice(&count.to_be_bytes());
    Builder::from_unix_timestamp_millis(u64::try_from(at.timestamp_millis()).unwrap(), &random).into_uuid()
}
