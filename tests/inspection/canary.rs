//! Canaries: invented numbers and marked texts go through every operation and every kind of fault of the real program, and turn up nowhere
//! but in the tables that are meant to hold them and in the answers of those who may read them (S8); after a purge not even there (S7).

use std::collections::BTreeSet;
use std::{fs, slice};

use dialogmodul::contract::Service;
use dialogmodul::repository::import::Kind as File;
use tempfile::TempDir;

use super::envelopes::*;
use super::export::Desk;
use super::program::Program;
use super::provoke::{break_everything, empty_queues, fail_at_home, use_everything};
use crate::on_each_engine;
use crate::support;
use crate::support::certificates::Authority;
use crate::support::database::{Database, Kind};
use crate::support::server::Response;

/// As many go through everything; two more are dead, or in no unemployment fund.
const CITIZENS: usize = 50;

/// Faults of which no canary can hear, and why.
const UNPROVOKED: [(i32, &str); 0] = [];

/// Tables that are meant to hold what a message says, and about whom. The queue is one of them for as long as nobody has fetched the event:
/// the contract has it name who registered it, and the row goes with its acknowledgement.
const CAGE: [&str; 6] = [
    "message",
    "message_content",
    "document_name",
    "document_content",
    "rectification",
    "queue_event",
];
/// Tables of people, imported, and not touched by a purge.
const PEOPLE: [&str; 2] = ["citizen", "relation"];

/// A citizen with a number of its own, a mark for all that is said about it, and a name that the import gave it.
pub struct Canary {
    pub cpr: String,
    pub cv_number: String,
    pub mark: String,
    person: String,
}

impl Canary {
    /// The mark inside a text of its kind.
    pub fn says(&self, kind: &str) -> String {
        format!("{kind} {} af", self.mark)
    }
}

fn canaries() -> Vec<Canary> {
    let canary = |number: usize| Canary {
        cpr: format!("0702{:02}{:04}", number + 20, 7301 + 37 * number),
        cv_number: format!("CANARY{number}"),
        mark: format!("Kanariefugl{number:03}"),
        person: format!("Papegoje{number:03}"),
    };
    (0..CITIZENS + 2).map(canary).collect()
}

fn import(database: &Database, canaries: &[Canary]) {
    let repository = database.repository();
    repository.load_demo().unwrap();
    let mut citizens = "cpr\tcv_number\tname\tcontact_group\temail\tmobile\tdead_on\n".to_owned();
    let mut relations = "cpr\torganisation_type\torganisation_code\tkind\tfrom\tto\treason\n".to_owned();
    for (number, canary) in canaries.iter().enumerate() {
        let Canary {
            cpr, cv_number, person, ..
        } = canary;
        let dead = if number == 0 { "2020-01-01" } else { "" };
        citizens += &format!("{cpr}\t{cv_number}\tNavn {person}\t1\t{person}@example.dk\t+4520{number:06}\t{dead}\n");
        let of_everybody = ["8\t90101", "7\t901", "2\t81"];
        for of in if number == 1 { &of_everybody[..2] } else { &of_everybody } {
            relations += &format!("{cpr}\t{of}\town\t2020-01-01\t2100-01-01\tGrund {person}\n");
        }
    }
    let ended = "list\tcode\tname\tdescription\tstart\tend\tsource\n\
                 CitizenMessageContextTypeIdentifier\t2\tUdkast til min plan\tUdkast til borgerens min plan fra a-kasse\t2014-11-01\t2020-01-01\tSTAR\n";
    for (kind, text) in [
        (File::Citizens, citizens.as_str()),
        (File::Relations, relations.as_str()),
        (File::CodeLists, ended),
    ] {
        repository.import(kind, text.as_bytes(), &mut |_| ()).unwrap();
    }
}

/// What a caller is told who gets nothing else: heads of all responses, and the bodies of faults.
#[derive(Default)]
pub struct Heard {
    text: String,
    faults: BTreeSet<i32>,
}

impl Heard {
    pub fn note(&mut self, response: Response) -> Option<String> {
        self.text += &response.head;
        let body = response.text().to_owned();
        match fault(&body) {
            Some(number) => {
                self.faults.insert(number);
                self.text += &body;
                None
            }
            None => Some(body),
        }
    }

    /// A response that must be a fault.
    pub fn refused(&mut self, response: Response, to: &str) {
        if let Some(answer) = self.note(response) {
            panic!("{to} was answered: {answer}");
        }
    }
}

pub fn base64(text: &str) -> String {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let chunk = |chunk: &[u8]| {
        let bits = chunk.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        (0..4)
            .map(|at| {
                if at <= chunk.len() {
                    char::from(DIGITS[(bits >> (18 - 6 * at) & 63) as usize])
                } else {
                    '='
                }
            })
            .collect::<String>()
    };
    text.as_bytes().chunks(3).map(chunk).collect()
}

/// All a table holds, as text and in hexadecimal digits.
fn dump(database: &Database, table: &str) -> String {
    let mut plain = database.connection();
    let sql = match database.kind() {
        Kind::Sqlite => {
            let columns = plain.texts(&format!(
                "SELECT 'quote(' || name || ')' AS value FROM pragma_table_info('{table}')"
            ));
            format!("SELECT {} AS value FROM {table}", columns.join(" || ' ' || "))
        }
        Kind::Postgres => format!("SELECT CAST(row_to_json(t) AS text) AS value FROM {table} t"),
    };
    plain.texts(&sql).join("\n")
}

/// Where a number or a word is heard that must not be, in whatever form.
fn silent<'a>(place: &str, text: &str, words: impl Iterator<Item = &'a String>) {
    let text = text.to_lowercase();
    for word in words {
        let word = word.to_lowercase();
        let hex: String = word.bytes().map(|byte| format!("{byte:02x}")).collect();
        let hyphenated = word
            .split_at_checked(6)
            .filter(|_| word.len() == 10)
            .map(|(day, rest)| format!("{day}-{rest}"));
        for form in [&word, &hex, base64(&word).trim_end_matches('=').to_lowercase().as_str()] {
            let at = text.find(form);
            assert!(
                at.is_none(),
                "{place} has {form}: {}",
                text[..at.unwrap()]
                    .chars()
                    .rev()
                    .take(200)
                    .collect::<Vec<_>>()
                    .iter()
                    .rev()
                    .collect::<String>()
            );
        }
        assert!(
            hyphenated.is_none_or(|form| !text.contains(&form)),
            "{place} has {word} with a hyphen"
        );
    }
}

/// All that is known of the canaries.
fn secrets(canaries: &[Canary]) -> impl Iterator<Item = &String> {
    canaries.iter().flat_map(|canary| [&canary.cpr, &canary.mark, &canary.person])
}

/// The house fails: a table cannot be written, the audit cannot, somebody holds everything.
fn trouble(database: &Database, program: &Program, canary: &Canary, heard: &mut Heard) {
    let mut plain = database.connection();
    let (refuse, allow) = match database.kind() {
        Kind::Sqlite => (
            "CREATE TRIGGER broken BEFORE INSERT ON message_content BEGIN SELECT RAISE(ABORT, 'broken'); END",
            "DROP TRIGGER broken",
        ),
        Kind::Postgres => (
            "ALTER TABLE message_content ADD CONSTRAINT broken CHECK (title = '') NOT VALID",
            "ALTER TABLE message_content DROP CONSTRAINT broken",
        ),
    };
    for (break_it, mend_it) in [
        (refuse, allow),
        (
            "ALTER TABLE audit_record RENAME TO audit_gone",
            "ALTER TABLE audit_gone RENAME TO audit_record",
        ),
        (
            "ALTER TABLE message RENAME TO message_gone",
            "ALTER TABLE message_gone RENAME TO message",
        ),
    ] {
        plain.execute(break_it).unwrap();
        fail_at_home(program, canary, heard);
        plain.execute(mend_it).unwrap();
    }
    plain.begin();
    if database.kind() == Kind::Postgres {
        plain.execute("LOCK TABLE audit_record IN EXCLUSIVE MODE").unwrap();
    }
    fail_at_home(program, canary, heard);
    plain.execute("ROLLBACK").unwrap();
}

/// A caller without a certificate, or with one that is none, before the program in production.
fn knock(database: &Database, canary: &Canary, heard: &mut Heard) -> String {
    let folder = TempDir::new().unwrap();
    let issuers = folder.path().join("issuers.pem");
    fs::write(&issuers, Authority::new("Udstedere").pem()).unwrap();
    let mut program = Program::start_with(
        database,
        &[
            ("DIALOGMODUL_PROFILE", "production"),
            ("DIALOGMODUL_CLIENT_ISSUERS", issuers.to_str().unwrap()),
            ("DIALOGMODUL_CLIENT_CERTIFICATE_HEADER", "x-certificate"),
            ("DIALOGMODUL_TRUSTED_PROXY", "127.0.0.1"),
        ],
    );
    let Canary { cpr, mark, .. } = canary;
    let payload = get_messages(cpr);
    for headers in [
        String::new(),
        format!("x-certificate: {mark} {cpr}\r\n"),
        format!("x-certificate: {}\r\n", base64(mark)),
    ] {
        let envelope = Writer {
            name: mark,
            ..Writer::of((8, "90101"))
        }
        .envelope(&payload);
        heard.refused(program.post(&payload, &headers, &envelope), &headers);
    }
    program.stop()
}

/// Every number there is: those of the rules, as their source has them, and those of the platform.
fn numbers() -> BTreeSet<i32> {
    let source = include_str!("../../src/domain/refusal.rs");
    let of_rules = source
        .lines()
        .filter_map(|line| line.trim().strip_suffix(',')?.split_once(" => ")?.1.parse().ok());
    let numbers: BTreeSet<i32> = of_rules.chain([1001, 1011, 1014, 1100, 1101, 8232, 8233, 8234, 8235]).collect();
    assert!(numbers.len() > 45 && numbers.contains(&90023), "{numbers:?}");
    numbers
}

/// Makes everything that happened happen six years ago.
fn age(database: &Database) {
    const TABLES: [(&str, &str); 5] = [
        ("thread", "created_at"),
        ("message", "created_at"),
        ("reading", "read_at"),
        ("rectification", "rectified_at"),
        ("answered_request", "answered_at"),
    ];
    let mut plain = database.connection();
    for (table, column) in TABLES {
        match database.kind() {
            Kind::Postgres => plain
                .execute(&format!(
                    "ALTER TABLE {table} DISABLE TRIGGER USER; UPDATE {table} SET {column} = {column} - interval '6 years'; ALTER TABLE {table} ENABLE TRIGGER USER"
                ))
                .unwrap(),
            Kind::Sqlite => {
                let triggers = format!("FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = '{table}' AND sql LIKE '%BEFORE UPDATE%'");
                let again = plain.texts(&format!("SELECT sql AS value {triggers}"));
                for name in plain.texts(&format!("SELECT name AS value {triggers}")) {
                    plain.execute(&format!("DROP TRIGGER {name}")).unwrap();
                }
                let six_years = 6_i64 * 366 * 86_400_000_000;
                plain.execute(&format!("UPDATE {table} SET {column} = {column} - {six_years}")).unwrap();
                again.iter().for_each(|sql| plain.execute(sql).unwrap());
            }
        }
    }
}

/// The bytes of an SQLite and of its log, as text.
fn files(database: &Database) -> String {
    let Some(path) = database.url().strip_prefix("sqlite:") else {
        return String::new();
    };
    let bytes = |end: &str| fs::read(format!("{path}{end}")).unwrap_or_default();
    String::from_utf8_lossy(&[bytes(""), bytes("-wal")].concat()).into_owned()
}

on_each_engine! {
    /// S8, S5: 50 numbers and 50 marks through every operation and every fault: no log line of any level, no metric, no fault, no header of a
    /// response and no table but those of messages and people has one of them. S7: after a purge the marks are nowhere.
    fn s08_no_canary_is_heard_outside_its_cage(database: &Database) {
        let canaries = canaries();
        import(database, &canaries);
        let mut program = Program::start(database);
        let mut heard = Heard::default();
        let fifty = &canaries[2..];
        for canary in fifty {
            let left = use_everything(&program, canary, &mut heard);
            break_everything(&program, canary, &left, [&canaries[0], &canaries[1]], &mut heard);
        }
        for canary in slice::from_ref(&fifty[0]).iter().chain(&fifty[49..]) {
            trouble(database, &program, canary, &mut heard);
        }
        let metrics = program.metrics();
        let said = program.stop() + &knock(database, &fifty[0], &mut heard);
        assert!(said.matches("call=").count() > 50 * 130, "the log has a line for every call");
        for operation in Service::ALL.iter().flat_map(|service| service.operations()) {
            let (service, name) = (operation.service(), operation.description().name);
            let line = format!("{}/{} {name} answered;", service.name(), service.version());
            assert!(said.matches(&line).count() >= CITIZENS, "{line}");
        }
        silent("the log", &said, secrets(&canaries));
        silent("what callers are told", &heard.text, secrets(&canaries));
        assert!(metrics.contains("dialogmodul_requests_total"), "{metrics}");
        silent("the metrics", &metrics, secrets(&canaries));
        let delivered = program.delivered();
        assert!(delivered.len() >= CITIZENS && delivered.iter().any(|letter| letter.contains(&fifty[0].person)), "{} deliveries", delivered.len());
        // E-mail and SMS are the message itself on its way to the citizen, as its sender wrote it; of messages between authorities they say nothing.
        assert!(!delivered.iter().any(|letter| letter.contains("Svar ") || letter.contains("Grund ") || letter.contains("Bruger ")), "{delivered:?}");

        let unprovoked: BTreeSet<i32> = numbers().difference(&heard.faults).copied().collect();
        assert_eq!(unprovoked, UNPROVOKED.iter().map(|(number, _)| *number).collect());

        let tables = database.counts();
        for table in tables.keys().filter(|table| !CAGE.contains(&table.as_str()) && !PEOPLE.contains(&table.as_str())) {
            silent(table, &dump(database, table), secrets(&canaries));
        }
        let (said, known) = (dump(database, "message_content"), dump(database, "citizen"));
        let shows = |canary: &Canary| said.contains(&canary.mark) && known.contains(&canary.cpr) && known.contains(&canary.person);
        assert!(fifty.iter().all(shows), "the dump shows what is there");

        let mut program = Program::start(database);
        empty_queues(&program, &mut heard);
        program.stop();
        age(database);
        let purged = Desk::new(database).command("purge", &["--rewrite", "yes"], "");
        assert!(purged.status.success(), "{}", String::from_utf8_lossy(&purged.stderr));
        assert_eq!((database.count("message"), database.count("queue_event")), (0, 0));
        let marks = || canaries.iter().map(|canary| &canary.mark);
        silent("the report", &String::from_utf8_lossy(&purged.stdout), secrets(&canaries));
        for table in tables.keys() {
            silent(table, &dump(database, table), marks());
        }
        silent("the files", &files(database), marks());
    }
}
