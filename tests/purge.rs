//! Purge as an operator sees it: the program beside a running server, its report, and not a byte of what was purged in the database's files (S7).

#![allow(missing_docs, reason = "tests")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

mod support {
    #![allow(dead_code, reason = "each test binary uses its own part of the support")]
    pub mod database;
    pub mod server;
}

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::thread;
use std::time::Duration;

use chrono::{TimeDelta, Utc};
use dialogmodul::services::Sources;
use support::database::{Database, Kind, kinds, postgres_is_missing};
use support::server::{Response, Server};
use tempfile::TempDir;
use uuid::Uuid;

const MESSAGES: &str = "/PjakTassWCFtService/2/CitizenMessageService.svc";
const CREATE: &str = include_str!("../fixtures/10-reply-not-allowed/01-create.request.xml");
const DOCUMENT: &str = include_str!("../fixtures/13-rectification/08-get-document.request.xml");
const LIST: &str = include_str!("../fixtures/04-recommendation/05-get-messages.request.xml");
const RECTIFY: &str = include_str!("../fixtures/13-rectification/03-rectify.request.xml");

/// A server on a demo archive whose clock is some years behind.
fn server(database: &Database, years_ago: i64) -> Server {
    let behind = TimeDelta::days(366 * years_ago);
    Server::start(database.repository(), Sources::new(move || Utc::now() - behind, Uuid::now_v7))
}

/// The program on the database of a test.
fn program(database: &Database, arguments: &[&str]) -> Output {
    let folder = TempDir::new().unwrap();
    let key = folder.path().join("audit.key");
    fs::write(&key, "07".repeat(32)).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_dialogmodul"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("DIALOGMODUL_")) {
        command.env_remove(name);
    }
    command.args(arguments).env("USER", "drift").current_dir(folder.path());
    command.arg("--database-url").arg(database.url()).arg("--audit-key-file").arg(&key);
    command.output().unwrap()
}

fn said(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// A message with marks wherever the sender writes something.
fn marked(mark: &str) -> String {
    let xml = format!("<brev>{mark}indhold</brev>");
    let documents = format!(
        "</MessageText><CitizenMessageDocumentCollection><CitizenMessageDocument xmlns=\"http://service.bm.dk/pjaktass/2015/06/01/CitizenMessageStructure/\">\
         <DocumentName>{mark}fil.xml</DocumentName><DocumentMediaType>application/xml</DocumentMediaType>\
         <DocumentContent>{}</DocumentContent></CitizenMessageDocument></CitizenMessageDocumentCollection>",
        base64(xml.as_bytes())
    );
    let name = "<FullName xmlns=\"http://service.bm.dk/pjaktass/2015/06/01/CitizenMessageStructure/\">";
    let request = CREATE
        .replace(&format!("{name}Anne Fagsystem"), &format!("{name}{mark}afsender"))
        .replace(&format!("{name}Jytte Jobcenter"), &format!("{name}{mark}modtager"))
        .replace("RID-90101-12", &format!("{mark}rid"))
        .replace("Til orientering", &format!("{mark}titel"))
        .replace("Borgeren er begyndt på aftenskole.", &format!("{mark}tekst {}", "lang ".repeat(60)))
        .replace("</MessageText>", &documents);
    for part in PARTS.into_iter().filter(|part| *part != "indhold") {
        assert!(request.contains(&format!("{mark}{part}")), "{part}");
    }
    request
}

const PARTS: [&str; 7] = ["afsender", "modtager", "rid", "titel", "tekst", "fil.xml", "indhold"];

fn post(server: &Server, headers: &str, request: &str) -> Response {
    server.post(MESSAGES, headers, request.as_bytes())
}

fn answered(server: &Server, headers: &str, request: &str) -> String {
    let response = post(server, headers, request);
    let body = String::from_utf8(response.body.clone()).unwrap();
    assert_eq!(response.status(), 200, "{body}");
    body
}

fn fault(server: &Server, request: &str) -> i32 {
    let body = String::from_utf8(post(server, "", request).body).unwrap();
    element(&body, "ErrorCode").parse().unwrap()
}

fn element(answer: &str, name: &str) -> String {
    let (_, rest) = answer
        .split_once(&format!("{name}>"))
        .unwrap_or_else(|| panic!("no {name} in {answer}"));
    rest.split('<').next().unwrap().to_owned()
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    bytes
        .chunks(3)
        .flat_map(|chunk| {
            let bits = chunk.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
            (0..4).map(move |at| {
                if at <= chunk.len() {
                    char::from(DIGITS[(bits >> (18 - 6 * at)) as usize & 63])
                } else {
                    '='
                }
            })
        })
        .collect()
}

/// The files the database keeps its tables in; none where a test may not read them.
fn files(database: &Database) -> Vec<PathBuf> {
    match database.kind() {
        Kind::Sqlite => {
            let path = database.url().strip_prefix("sqlite:").unwrap();
            ["", "-wal", "-shm"]
                .iter()
                .map(|end| PathBuf::from(format!("{path}{end}")))
                .filter(|file| file.is_file())
                .collect()
        }
        Kind::Postgres => {
            let mut plain = database.connection();
            if plain.execute("CHECKPOINT").is_err() {
                return Vec::new();
            }
            // Tables with what they keep beside their rows, and indexes, of this test only.
            let of_ours = "relnamespace = current_schema()::regnamespace";
            plain
                .texts(&format!(
                    "SELECT current_setting('data_directory') || '/' || pg_relation_filepath(oid) AS value FROM pg_class \
                     WHERE ({of_ours} AND relkind IN ('r', 'i')) OR oid IN (SELECT reltoastrelid FROM pg_class WHERE {of_ours} AND reltoastrelid <> 0)"
                ))
                .into_iter()
                .map(PathBuf::from)
                .filter(|file| fs::File::open(file).is_ok())
                .collect()
        }
    }
}

/// Which of the marks stand in the files. Every mark begins alike, so one walk over the bytes finds them all.
fn found(files: &[PathBuf], marks: &BTreeSet<String>) -> BTreeSet<String> {
    let read = |file: &PathBuf| String::from_utf8_lossy(&fs::read(file).unwrap()).into_owned();
    files
        .iter()
        .flat_map(|file| marks_in(&read(file)))
        .filter(|mark| marks.contains(mark))
        .collect()
}

fn marks_in(text: &str) -> BTreeSet<String> {
    let whole = |at: usize| -> Option<String> {
        let number = text.get(at..at + "kanarie000".len())?;
        let rest = &text[at + number.len()..];
        PARTS
            .into_iter()
            .find(|part| rest.starts_with(part))
            .map(|part| format!("{number}{part}"))
    };
    text.match_indices("kanarie").filter_map(|(at, _)| whole(at)).collect()
}

/// Which of the marks stand in a row of any table.
fn in_rows(database: &Database, marks: &BTreeSet<String>) -> BTreeSet<String> {
    let mut plain = database.connection();
    let columns = match database.kind() {
        Kind::Sqlite => {
            "SELECT t.name || ' CAST(' || c.name || ' AS TEXT)' AS value FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table'"
        }
        Kind::Postgres => {
            "SELECT table_name || CASE data_type WHEN 'bytea' THEN ' encode(' || column_name || ', ''escape'')' ELSE ' ' || column_name || '::text' END AS value \
             FROM information_schema.columns WHERE table_schema = current_schema()"
        }
    };
    let columns = plain.texts(columns);
    let mut found = BTreeSet::new();
    for column in columns {
        let (table, column) = column.split_once(' ').unwrap();
        let rows = plain.texts(&format!("SELECT {column} AS value FROM {table} WHERE {column} LIKE '%kanarie%'"));
        found.extend(marks_in(&rows.join(" ")).into_iter().filter(|mark| marks.contains(mark)));
    }
    found
}

/// S7: after a purge beside a running server no mark of what was purged is in the files: not in tables, free pages, indexes or log.
/// What is kept is still there, so the search can find.
#[test]
fn s7_no_mark_is_left_in_the_files() {
    for kind in kinds() {
        let database = Database::demo(kind);
        let (old, new) = (server(&database, 6), server(&database, 0));
        let letters: Vec<String> = (0..120).map(|number| format!("kanarie{number:03}")).collect();
        let (kept, purged) = letters.split_at(20);
        let mut rectified = Vec::new();
        // In turn, so that the rows of both stand beside each other.
        for (number, mark) in letters.iter().enumerate() {
            let server = if kept.contains(mark) { &new } else { &old };
            let answer = answered(server, &format!("x-requestId: {mark}\r\n"), &marked(mark));
            if number % 10 == 5 {
                rectified.push((server, element(&answer, "MessageIdentifier")));
            }
        }
        for (server, message) in &rectified {
            let (before, rest) = RECTIFY.split_once("CitizenMessageIdentifier>").unwrap();
            let (_, after) = rest.split_once("</").unwrap();
            answered(server, "", &format!("{before}CitizenMessageIdentifier>{message}</{after}"));
        }
        let parts =
            |marks: &[String]| -> BTreeSet<String> { marks.iter().flat_map(|mark| PARTS.map(|part| format!("{mark}{part}"))).collect() };
        let (kept, purged) = (parts(kept), parts(purged));
        let readable = !files(&database).is_empty();
        if readable {
            assert!(
                found(&files(&database), &purged).len() > 500,
                "{kind:?}: the search finds what is there"
            );
        }
        assert!(in_rows(&database, &purged).len() > 500, "{kind:?}");

        // On PostgreSQL writing anew has to be asked for: nobody can use a table meanwhile.
        let rewrite: &[&str] = if kind == Kind::Sqlite {
            &["purge"]
        } else {
            &["purge", "--rewrite", "yes"]
        };
        let report = said(&program(&database, rewrite));
        assert!(
            report.lines().any(|line| line.split_whitespace().take(3).eq(["1", "100", "100"])),
            "{report}"
        );

        assert_eq!(found(&files(&database), &purged), BTreeSet::new(), "{kind:?}");
        assert_eq!(in_rows(&database, &purged), BTreeSet::new(), "{kind:?}");
        if readable {
            assert!(
                found(&files(&database), &kept).len() >= 100,
                "{kind:?}: what is kept is still found"
            );
        }
        let list = answered(&new, "", LIST);
        assert!(list.contains("kanarie000titel") && !list.contains("kanarie119titel"));
        answered(&old, "", &marked("kanarie-bagefter"));
    }
}

/// S7: who began before the purge still sees what is gone, and PostgreSQL would copy it along: writing anew waits until nobody does.
#[test]
fn s7_nothing_is_written_anew_that_somebody_still_sees_on_postgres() {
    if postgres_is_missing() {
        return;
    }
    let database = Database::demo(Kind::Postgres);
    let old = server(&database, 6);
    answered(&old, "", &marked("kanarie000"));
    let marks: BTreeSet<String> = PARTS.iter().map(|part| format!("kanarie000{part}")).collect();
    // It sees, and has no table locked.
    let mut earlier = database.connection();
    earlier
        .execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT pg_current_snapshot()")
        .unwrap();
    thread::scope(|scope| {
        let purge = scope.spawn(|| program(&database, &["purge", "--rewrite", "yes"]));
        while !in_rows(&database, &marks).is_empty() {
            thread::sleep(Duration::from_millis(20));
        }
        thread::sleep(Duration::from_millis(1500));
        assert!(!purge.is_finished(), "it waits");
        earlier.execute("COMMIT").unwrap();
        said(&purge.join().unwrap());
    });
    assert_eq!(found(&files(&database), &marks), BTreeSet::new());
}

/// S7: if it is seen to the end, the operator is told that it is not gone from the files.
#[test]
fn s7_what_stays_in_the_files_is_said_on_postgres() {
    if postgres_is_missing() {
        return;
    }
    let database = Database::demo(Kind::Postgres);
    let old = server(&database, 6);
    answered(&old, "", &marked("kanarie000"));
    let mut earlier = database.connection();
    earlier
        .execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT pg_current_snapshot()")
        .unwrap();
    let purge = program(&database, &["purge", "--rewrite", "yes"]);
    let told = String::from_utf8(purge.stderr).unwrap();
    assert!(!purge.status.success(), "{told}");
    assert!(told.contains("still in the files of the database"), "{told}");
}

/// S7: GetMessages shows nothing of a purged thread; its document was there (8103) for those who could read it.
#[test]
fn s7_callers_find_nothing_of_a_purged_thread() {
    for kind in kinds() {
        let database = Database::demo(kind);
        let server = server(&database, 6);
        answered(&server, "", &marked("kanarie"));
        let shown = answered(&server, "", LIST);
        let document = element(&shown, "CitizenMessageDocumentIdentifier");
        let (before, rest) = DOCUMENT.split_once("CitizenMessageDocumentIdentifier>").unwrap();
        let (_, after) = rest.split_once("</").unwrap();
        let fetch = format!("{before}CitizenMessageDocumentIdentifier>{document}</{after}");
        answered(&server, "", &fetch);
        said(&program(&database, &["purge"]));
        let list = answered(&server, "", LIST);
        assert!(!list.contains("CitizenMessageIdentifier>"), "{list}");
        assert_eq!(fault(&server, &fetch), 8103, "{kind:?}");
        let municipality = fetch.replace(">8<", ">7<").replace(">90101<", ">901<");
        assert_ne!(municipality, fetch);
        assert_eq!(
            fault(&server, &municipality),
            4575,
            "{kind:?}: nobody else learns that it was there"
        );
    }
}

/// S7: what the operator is told: numbers by context; holds by file, with numbers kept out of everything but the list.
#[test]
fn s7_the_operator_is_told_in_numbers() {
    for kind in kinds() {
        let database = Database::demo(kind);
        let server = server(&database, 6);
        answered(&server, "", &marked("kanarie"));
        let folder = TempDir::new().unwrap();
        let numbers = folder.path().join("numbers");
        fs::write(&numbers, "1503850002\n").unwrap();
        let numbers = numbers.to_str().unwrap();
        let add = said(&program(&database, &["hold", "add", "--reason", "sag 7", "--cpr-file", numbers]));
        assert_eq!(add, "1 held\n");
        let kept_back = said(&program(&database, &["purge"]));
        assert!(kept_back.contains("kept back by a legal hold: 1 threads"), "{kept_back}");
        let list = said(&program(&database, &["hold", "list"]));
        assert!(
            list.lines()
                .nth(1)
                .is_some_and(|line| line.starts_with("1503850002\t") && line.ends_with("\tsag 7")),
            "{list}"
        );
        said(&program(&database, &["hold", "remove", "--reason", "sag 7", "--cpr", "1503850002"]));

        let dry = said(&program(&database, &["purge", "--dry-run"]));
        assert!(dry.starts_with("To be purged as of "), "{dry}");
        assert_eq!(database.count("message"), 1);
        let early = said(&program(&database, &["purge", "--as-of", "2021-01-01"]));
        assert_eq!(
            early
                .lines()
                .filter(|line| line.split_whitespace().eq(["all", "0", "0", "0", "0"]))
                .count(),
            1,
            "{early}"
        );
        let late = program(&database, &["purge", "--as-of", "2199-01-01"]);
        assert_eq!(late.status.code(), Some(2));
        said(&program(&database, &["purge", "--as-of", "2199-01-01", "--dry-run"]));
        let output = program(&database, &["purge"]);
        let done = said(&output);
        assert!(
            done.lines().any(|line| line.split_whitespace().take(4).eq(["1", "1", "1", "1"])),
            "{done}"
        );
        for told in [done, dry, kept_back, String::from_utf8_lossy(&output.stderr).into_owned()] {
            assert!(!told.contains("1503850002") && !told.contains("kanarie"), "{told}");
        }
        let operators = database
            .connection()
            .texts("SELECT DISTINCT acting_user AS value FROM audit_record WHERE system = 'dialogmodul'");
        assert_eq!(operators, ["drift"]);
        let unknown = program(&database, &["hold", "add", "--reason", "sag 8", "--cpr", "0101010101"]);
        assert!(!unknown.status.success() && !String::from_utf8_lossy(&unknown.stderr).contains("0101010101"));
    }
}
