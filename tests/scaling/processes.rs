//! Three processes of the program on one PostgreSQL, called from many threads at once: they share queue, outbox, request identifiers and code lists.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::gateway::SmsGateway;
use crate::support::database::{Database, Kind, postgres_is_missing};
use crate::support::server::{connect, request};

const MESSAGES: &str = "/PjakTassWCFtService/2/CitizenMessageService.svc";
const QUEUE: &str = "/PjakTassWCFtService/3/WsrmService.svc";
const EVENTS: &str = "/PjakTassWCFtService/10/WsrmMessageService.svc";
const LISTS: &str = "/PjakTassWCFtService/5/CodeListService.svc";

const CREATE: &str = include_str!("../../fixtures/60-queue/01-create.request.xml");
const CREATE_SMS: &str = include_str!("../../fixtures/03-email-and-sms/02-create-sms.request.xml");
const OPEN: &str = include_str!("../../fixtures/60-queue/03-create-sequence.request.xml");
const FETCH: &str = include_str!("../../fixtures/60-queue/04-get-events.request.xml");
const TERMINATE: &str = include_str!("../../fixtures/60-queue/06-terminate-sequence.request.xml");
/// The sequence the recorded requests name.
const RECORDED: &str = "01a1f867-e1c0-7000-8000-00000000000c";
const CONTEXTS: &str = include_str!("../../fixtures/26-code-lists/01-citizen-message-context-type.request.xml");

/// Messages of each channel; each is asked for twice, through two processes.
const MESSAGES_EACH: usize = 40;
const PATIENCE: Duration = Duration::from_secs(120);

/// The program, on a port of its own.
struct Process {
    child: Child,
    address: SocketAddr,
}

impl Process {
    fn start(database: &Database, folder: &TempDir, gateway: &SmsGateway) -> Self {
        let mut child = program(database, folder)
            .args([
                "serve",
                "--profile",
                "development",
                "--listen",
                "127.0.0.1:0",
                "--delivery-poll-seconds",
                "1",
            ])
            .args(["--sms-url", &gateway.url()])
            .env("RUST_LOG", "info")
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut said = Vec::new();
        let address = loop {
            let line = lines.next().unwrap_or_else(|| panic!("no process: {said:?}")).unwrap();
            if let Some((_, rest)) = line.split_once("Listening on ") {
                break rest.split(';').next().unwrap().parse().unwrap();
            }
            said.push(line);
        };
        // What it says later has to go somewhere.
        thread::spawn(move || lines.for_each(drop));
        Self { child, address }
    }

    /// Posts an envelope: the status and the body.
    fn post(&self, path: &str, headers: &str, body: &str) -> (u16, String) {
        let mut connection = connect(self.address);
        let headers = format!("Content-Type: text/xml; charset=utf-8\r\n{headers}");
        connection.write(&request("POST", path, &headers, body.as_bytes()));
        let response = connection.response();
        (response.status(), response.text().to_owned())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn program(database: &Database, folder: &TempDir) -> Command {
    let key = folder.path().join("audit.key");
    fs::write(&key, "07".repeat(32)).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_dialogmodul"));
    command
        .current_dir(folder.path())
        .env("DIALOGMODUL_DATABASE_URL", database.url())
        .env("DIALOGMODUL_AUDIT_KEY_FILE", key)
        .stdin(Stdio::null());
    command
}

/// M20: one message for each identifier; D1: each SMS leaves once; Q3: each event is handed out once; K1: all processes see a changed list.
#[test]
fn three_processes_on_one_postgres_work_as_one() {
    if postgres_is_missing() {
        return;
    }
    let database = Database::demo(Kind::Postgres);
    let folder = TempDir::new().unwrap();
    let gateway = SmsGateway::start();
    let processes: Vec<Process> = (0..3).map(|_| Process::start(&database, &folder, &gateway)).collect();

    let filled = AtomicBool::new(false);
    let answers: Mutex<BTreeMap<String, BTreeSet<String>>> = Mutex::default();
    let handed_out: Mutex<Vec<String>> = Mutex::default();
    thread::scope(|scope| {
        let callers: Vec<_> = (0..8)
            .map(|caller| {
                let (processes, answers) = (&processes, &answers);
                scope.spawn(move || {
                    for number in (caller / 2..MESSAGES_EACH).step_by(4) {
                        let process = &processes[(number + caller % 2) % 3];
                        for (channel, create) in [("queue", CREATE), ("sms", CREATE_SMS)] {
                            let id = format!("{channel}-{number}");
                            let (status, body) = process.post(MESSAGES, &format!("x-requestId: {id}\r\n"), create);
                            assert_eq!(status, 200, "{body}");
                            answers.lock().unwrap().entry(id).or_default().insert(body);
                        }
                    }
                })
            })
            .collect();
        let consumers: Vec<_> = processes
            .iter()
            .map(|process| {
                let (filled, handed_out) = (&filled, &handed_out);
                scope.spawn(move || consume(process, filled, handed_out))
            })
            .collect();
        callers.into_iter().for_each(|caller| caller.join().unwrap());
        filled.store(true, Ordering::SeqCst);
        consumers.into_iter().for_each(|consumer| consumer.join().unwrap());
    });

    let answers = answers.into_inner().unwrap();
    assert_eq!(answers.len(), 2 * MESSAGES_EACH);
    assert!(answers.values().all(|bodies| bodies.len() == 1), "one identifier got two answers");
    assert_eq!(database.count("message"), 2 * MESSAGES_EACH as i64);

    let handed_out = handed_out.into_inner().unwrap();
    let different: BTreeSet<&String> = handed_out.iter().collect();
    assert_eq!(different.len(), handed_out.len(), "an event was acknowledged twice");
    let to_centre = database
        .connection()
        .number("SELECT count(*) AS value FROM queue_event WHERE recipient = '8/90101'");
    assert_eq!((to_centre, handed_out.is_empty()), (0, false), "events were left behind");

    let end = Instant::now() + PATIENCE;
    while database.count("outbox") > 0 {
        assert!(Instant::now() < end, "SMS were not delivered");
        thread::sleep(Duration::from_millis(100));
    }
    let told: Vec<String> = gateway.told().iter().map(|told| told.body["id"].to_string()).collect();
    let once: BTreeSet<&String> = told.iter().collect();
    assert_eq!((told.len(), once.len()), (MESSAGES_EACH, MESSAGES_EACH), "an SMS left twice");

    every_process_sees_a_changed_list(&database, &folder, &processes);
}

/// Opens, reads and acknowledges sequences until nothing comes any more; one system has one open sequence, whichever process it asks.
fn consume(process: &Process, filled: &AtomicBool, handed_out: &Mutex<Vec<String>>) {
    let end = Instant::now() + PATIENCE;
    loop {
        assert!(Instant::now() < end, "the queue stands still");
        let was_filled = filled.load(Ordering::SeqCst);
        let (status, body) = process.post(QUEUE, "", OPEN);
        if status != 200 {
            assert!(body.contains("Sequence") || body.contains("sequence"), "{body}");
            thread::sleep(Duration::from_millis(5));
            continue;
        }
        let sequence = between(&body, "Identifier>").to_owned();
        let (status, events) = process.post(EVENTS, "", &FETCH.replace(RECORDED, &sequence));
        assert_eq!(status, 200, "{events}");
        let seen: Vec<String> = events
            .split("<wms:WSRMMetadata>")
            .skip(1)
            .map(|event| between(event, "MessageIdentifier>").to_owned())
            .collect();
        let (status, body) = process.post(QUEUE, "", &TERMINATE.replace(RECORDED, &sequence));
        assert_eq!(status, 200, "{body}");
        if seen.is_empty() && was_filled {
            return;
        }
        handed_out.lock().unwrap().extend(seen);
    }
}

/// What stands behind the first tag that ends like this.
fn between<'t>(text: &'t str, tag: &str) -> &'t str {
    let (_, rest) = text.split_once(tag).unwrap();
    rest.split('<').next().unwrap()
}

fn every_process_sees_a_changed_list(database: &Database, folder: &TempDir, processes: &[Process]) {
    let file = folder.path().join("code-lists.tsv");
    fs::write(
        &file,
        "list\tcode\tname\tdescription\tstart\tend\tsource\nCitizenMessageContextTypeIdentifier\t4711\tNy\t\t2020-01-01\t2100-07-01\tours\n",
    )
    .unwrap();
    let before = processes
        .iter()
        .filter(|process| process.post(LISTS, "", CONTEXTS).1.contains("4711"))
        .count();
    assert_eq!(before, 0);
    let import = program(database, folder)
        .args(["import", "code-lists"])
        .arg(&file)
        .output()
        .unwrap();
    assert!(import.status.success(), "{}", String::from_utf8_lossy(&import.stderr));
    let end = Instant::now() + Duration::from_secs(20);
    for process in processes {
        while !process.post(LISTS, "", CONTEXTS).1.contains("4711") {
            assert!(Instant::now() < end, "a process still answers the old list");
            thread::sleep(Duration::from_millis(100));
        }
    }
}
