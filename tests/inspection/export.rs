//! The command line of the audit, as an operator uses it: for a citizen who asks, and for an auditor.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use dialogmodul::domain::CivilRegistrationNumber;
use dialogmodul::services::Sources;
use tempfile::TempDir;

use super::chain::{unlock, write};
use super::envelopes::*;
use super::queue::{GET_EVENTS, create_sequence, of_sequence};
use crate::on_each_engine;
use crate::support;
use crate::support::database::{Database, Kind};
use crate::support::server::Server;

const ALMA: &str = "1503850002";
const BERTIL: &str = "2304780009";

/// Where the program runs; the key is the one of the tests.
pub struct Desk {
    folder: TempDir,
    url: String,
    audit_url: Option<String>,
}

impl Desk {
    pub fn new(database: &Database) -> Self {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("audit.key"), "07".repeat(32)).unwrap();
        Self {
            folder,
            url: database.url().to_owned(),
            audit_url: None,
        }
    }

    /// With the audit in a database of its own.
    pub fn apart(database: &Database, audit: &Database) -> Self {
        Self {
            audit_url: Some(audit.url().to_owned()),
            ..Self::new(database)
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, arguments: &[&str], input: &str) -> Output {
        self.command("audit", arguments, input)
    }

    /// Runs a command of the program.
    pub fn command(&self, name: &str, arguments: &[&str], input: &str) -> Output {
        let mut program = Command::new(env!("CARGO_BIN_EXE_dialogmodul"));
        program
            .arg(name)
            .args(arguments)
            .current_dir(self.folder.path())
            .env("RUST_LOG", "trace");
        program
            .env("DIALOGMODUL_DATABASE_URL", &self.url)
            .env("DIALOGMODUL_AUDIT_KEY_FILE", "audit.key");
        if let Some(url) = &self.audit_url {
            program.env("DIALOGMODUL_AUDIT_DATABASE_URL", url);
        }
        let mut child = program
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A program that refuses its options does not read.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        child.wait_with_output().unwrap()
    }
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

on_each_engine! {
    /// S6: a citizen is told when, which authority, through which system, what it did and how that ended; inboxes that showed a message too.
    fn s06_a_citizen_is_told_who_had_to_do_with_them(database: &Database) {
        let repository = database.repository();
        repository.load_demo().unwrap();
        let server = Server::start(repository, Sources::fixed("2026-11-20T10:00:00Z".parse().unwrap()));
        let (fund, centre) = (Writer::of((2, "81")), Writer::of((8, "90101")));
        for about in [ALMA, BERTIL] {
            let letter = Letter { about, channel: 4, context: 1, title: "Titel", text: "Tekst", documents: String::new() };
            assert_eq!(call(&server, &fund, &letter.from(&fund, &to_authority((8, "90101"), "Jytte"))).0, None);
        }
        assert_eq!(call(&server, &centre, INBOX).0, None);
        assert_eq!(call(&server, &Writer::of((8, "90201")), &get_messages(ALMA)).0, Some(6005));
        drop(server);
        let desk = Desk::new(database);
        fs::write(desk.file("cpr"), format!("{ALMA}\n")).unwrap();
        let exports = [
            desk.run(&["export", "--cpr", "150385-0002"], ""),
            desk.run(&["export", "--cpr-file", "cpr"], ""),
            desk.run(&["export", "--cpr-file", "-"], "1503850002\n"),
        ];
        for export in &exports {
            assert!(export.status.success(), "{}", text(&export.stderr));
            assert_eq!(export.stdout, exports[0].stdout);
            assert!(!text(&export.stderr).contains(ALMA) && !text(&export.stdout).contains(ALMA));
        }
        let lines: Vec<Vec<&str>> = text(&exports[0].stdout).lines().map(|line| line.split('\t').collect()).collect();
        let column = |name: &str| {
            let at = lines[0].iter().position(|column| *column == name).unwrap();
            lines[1..].iter().map(|line| line[at]).collect::<Vec<_>>()
        };
        assert_eq!(column("time"), ["2026-11-20T11:00:00.000+01:00"; 3]);
        assert_eq!(column("organisation"), ["2/81", "8/90101", "8/90201"]);
        assert_eq!(column("organisation_name"), ["Demo A-kasse Nord", "Jobcenter Demoby", "Jobcenter Prøvekøbing"]);
        assert_eq!(column("system"), ["development"; 3]);
        assert_eq!(column("user_organisation"), ["2/81", "8/90101", "8/90201"]);
        let operations = ["CreateMessage", "GetAuthorityMessages", "GetMessages"].map(|name| format!("CitizenMessageService/2 {name}"));
        assert_eq!(column("operation"), operations);
        assert_eq!(column("outcome"), ["answered", "answered", "fault 6005"]);
        let objects = column("objects");
        assert!(objects[0].contains("message ") && objects[1].is_empty() && objects[2].is_empty(), "{objects:?}");
        // Whoever nobody had to do with gets the header alone.
        assert_eq!(text(&desk.run(&["export", "--cpr", "0706920016"], "").stdout).lines().count(), 1);
    }

    /// S6: who fetched an event about a citizen from a queue is among them.
    fn s06_a_citizen_is_told_who_fetched_events(database: &Database) {
        let repository = database.repository();
        repository.load_demo().unwrap();
        let server = Server::start(repository, Sources::system());
        let (fund, centre) = (Writer::of((2, "81")), Writer::of((8, "90101")));
        let letter = Letter { about: ALMA, channel: 4, context: 1, title: "Titel", text: "Tekst", documents: String::new() };
        assert_eq!(call(&server, &fund, &letter.from(&fund, &to_authority((8, "90101"), "Jytte"))).0, None);
        let opened = call(&server, &centre, &create_sequence("")).1;
        let sequence = inner(opened.text(), "Identifier").unwrap();
        let envelope = centre.envelope_with(&of_sequence(sequence), GET_EVENTS);
        assert_eq!(server.post(path(GET_EVENTS), "", envelope.as_bytes()).status(), 200);
        drop(server);
        let told = database.repository().audit().of_citizen(&CivilRegistrationNumber::new(ALMA)).unwrap();
        let operations: Vec<_> = told.iter().map(|access| access.operation.clone().unwrap()).collect();
        assert_eq!(operations, ["CitizenMessageService/2 CreateMessage", "WsrmMessageService/10 GetCitizenMessageEventVersion1"]);
    }

    /// S5: an auditor with the key gets every record; the citizens' numbers only where that is asked for, and then it is recorded first.
    fn s05_an_auditor_reads_whom_records_are_about(database: &Database) {
        let repository = database.repository();
        repository.load_demo().unwrap();
        let server = Server::start(repository, Sources::system());
        let centre = Writer { identifier: "RID:7", ..Writer::of((8, "90101")) };
        assert_eq!(call(&server, &centre, &get_messages(ALMA)).0, None);
        assert_eq!(call(&server, &centre, INBOX).0, None);
        assert_eq!(call(&server, &Writer::of((8, "90201")), &get_messages(BERTIL)).0, Some(6005));
        drop(server);
        let desk = Desk::new(database);
        let table = |arguments: &[&str]| -> Vec<Vec<String>> {
            let export = desk.run(arguments, "");
            assert!(export.status.success(), "{}", text(&export.stderr));
            assert!(!text(&export.stderr).contains(ALMA));
            text(&export.stdout).lines().map(|line| line.split('\t').map(str::to_owned).collect()).collect()
        };
        let column = |table: &[Vec<String>], name: &str| {
            let at = table[0].iter().position(|column| column == name).unwrap();
            table[1..].iter().map(|line| line[at].clone()).collect::<Vec<_>>()
        };
        let plain = table(&["export", "--all"]);
        assert_eq!(column(&plain, "user"), ["RID:7", "RID:7", "RID:1"]);
        assert!(!plain[0].contains(&"citizen".to_owned()) && !plain.concat().iter().any(|field| field.contains(ALMA)), "{plain:?}");
        assert_eq!(database.count("audit_record"), 3);
        let shown = table(&["export", "--all", "--reveal"]);
        assert_eq!(column(&shown, "citizen"), [ALMA, "", BERTIL, ""]);
        assert_eq!(column(&shown, "operation")[3], "audit export with citizens");
        assert_eq!(database.count("audit_record"), 4);
        fs::write(desk.file("audit.key"), "08".repeat(32)).unwrap();
        assert_eq!(column(&table(&["export", "--all", "--reveal"]), "citizen"), [""; 5], "another key reveals nothing");
    }

    /// S5: exit code 0 for an audit that holds, 3 for one that does not, with chain and number; anchors go to a file and come back.
    fn s05_verification_says_what_is_wrong_and_where(database: &Database) {
        let repository = database.repository();
        write(&repository, 4);
        let desk = Desk::new(database);
        let verified = desk.run(&["verify", "--write-anchors", "anchors"], "");
        assert_eq!((verified.status.code(), text(&verified.stdout)), (Some(0), "4 records in 1 chains read, 0 findings\n"), "{}", text(&verified.stderr));
        let anchors = fs::read_to_string(desk.file("anchors")).unwrap();
        let (chain, rest) = anchors.split_once(' ').unwrap();
        assert!(rest.starts_with("4 ") && anchors.lines().count() == 1, "{anchors}");
        let mut plain = database.connection();
        unlock(&mut plain);
        plain.execute("UPDATE audit_record SET outcome = 7 WHERE number = 2").unwrap();
        let verified = desk.run(&["verify", "--anchors", "anchors"], "");
        assert_eq!(verified.status.code(), Some(3));
        assert_eq!(text(&verified.stdout), format!("chain {chain}: record 2 is not what was written there\n4 records in 1 chains read, 1 findings\n"));
        plain.execute("DELETE FROM audit_record; DELETE FROM audit_head; DELETE FROM audit_citizen").unwrap();
        assert_eq!(desk.run(&["verify"], "").status.code(), Some(0));
        let verified = desk.run(&["verify", "--anchors", "anchors"], "");
        assert_eq!((verified.status.code(), text(&verified.stdout).lines().next()), (Some(3), Some(format!("chain {chain}: records 1 to 4 are missing").as_str())));
    }
}

/// S8: an operator's mistake is answered without what was typed.
#[test]
fn s08_a_wrong_number_is_refused_without_being_repeated() {
    let desk = Desk::new(&Database::new(Kind::Sqlite));
    for (arguments, input) in [
        (vec!["export", "--cpr", "15038500021"], ""),
        (vec!["export", "--cpr-file", "-"], "15038500021\n"),
        (vec!["export", "--cpr-file", "nowhere"], ""),
        (vec!["export", "--cpr", "15038500021", "--cpr-file", "-"], ""),
        (vec!["export"], ""),
        (vec!["export", "--reveal", "--cpr", "1503850002"], ""),
        (vec!["export", "--all", "--cpr", "1503850002"], ""),
        (vec!["verify", "--anchors", "audit.key"], ""),
    ] {
        let output = desk.run(&arguments, input);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(
            output.stdout.is_empty() && !text(&output.stderr).contains("1503850002"),
            "{}",
            text(&output.stderr)
        );
    }
}
