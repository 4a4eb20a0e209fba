//! The command line, as an operator sees it: the program itself, its exit codes and its sentences.

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
    pub mod server;
}

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use support::server::{connect, request};

/// A folder of its own to run in, gone afterwards.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("dialogmodul-command-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// The program in this folder, with nothing of the environment's settings.
    fn program(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dialogmodul"));
        command.args(arguments).current_dir(&self.0).stdin(Stdio::null());
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("DIALOGMODUL_")) {
            command.env_remove(name);
        }
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.program(arguments).output().unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A program that runs until it is dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// One sentence, on one line, with the name of the program.
fn is_sentence(output: &Output, about: &str) {
    let said = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = said.lines().filter(|line| line.starts_with("dialogmodul: ")).collect();
    assert_eq!(lines.len(), 1, "{said}");
    assert!(lines[0].contains(about), "{said}");
}

#[test]
fn wrong_settings_stop_the_start_with_one_sentence_and_exit_code_2() {
    let folder = Folder::new("settings");
    for (arguments, about) in [
        (vec!["serve"], "certificates"),
        (
            vec!["serve", "--profile", "development", "--database-url", "mysql://x"],
            "sqlite:PATH or postgres://",
        ),
        (
            vec!["serve", "--profile", "development", "--database-url", "sqlite:"],
            "sqlite:PATH or postgres://",
        ),
        (
            vec!["serve", "--profile", "development", "--database-url", "sqlite::memory:"],
            "sqlite:PATH or postgres://",
        ),
        (
            vec![
                "serve",
                "--profile",
                "development",
                "--database-url",
                "sqlite:/nowhere/at/all.sqlite",
            ],
            "/nowhere",
        ),
        (
            vec!["serve", "--profile", "development", "--listen", "203.0.113.1:80"],
            "cannot listen on 203.0.113.1:80",
        ),
        (
            vec!["serve", "--profile", "development", "--metrics-listen", "203.0.113.1:81"],
            "cannot listen on 203.0.113.1:81",
        ),
        (
            vec![
                "serve",
                "--profile",
                "development",
                "--database-url",
                "postgres://localhost/x",
                "--audit-key-file",
                "none.key",
            ],
            "key of the audit",
        ),
        (
            vec![
                "serve",
                "--profile",
                "development",
                "--audit-database-url",
                "postgres://localhost/x",
                "--audit-key-file",
                "none.key",
            ],
            "key of the audit",
        ),
        (
            vec!["serve", "--profile", "development", "--audit-database-url", "mysql://x"],
            "sqlite:PATH or postgres://",
        ),
        (
            vec![
                "serve",
                "--profile",
                "development",
                "--audit-database-url",
                "sqlite:/nowhere/audit.sqlite",
            ],
            "audit: the SQLite database cannot be opened",
        ),
    ] {
        let output = folder.run(&arguments);
        assert_eq!(
            output.status.code(),
            Some(2),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        is_sentence(&output, about);
    }
}

#[test]
fn a_wrong_option_is_explained_with_exit_code_2() {
    let folder = Folder::new("options");
    for arguments in [
        vec!["serve", "--public-url", "example.dk"],
        vec!["serve", "--listen", "here"],
        vec!["import", "people", "x"],
        vec!["fly"],
    ] {
        assert_eq!(folder.run(&arguments).status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn an_option_can_come_from_the_environment() {
    let folder = Folder::new("environment");
    let output = folder
        .program(&["serve", "--profile", "development"])
        .env("DIALOGMODUL_DATABASE_URL", "oracle:x")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    is_sentence(&output, "sqlite:PATH or postgres://");
}

#[test]
fn an_import_says_what_it_did_and_does_nothing_twice() {
    let folder = Folder::new("import");
    fs::write(
        folder.0.join("organisations.tsv"),
        "type\tcode\tname\tcvr\n8\t90301\tJobcenter Ny\t90000023\n7\t903\tNy Kommune\t90000033\n",
    )
    .unwrap();
    for changed in [2, 0] {
        let output = folder.run(&["import", "organisations", "organisations.tsv"]);
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(
            said.contains("2 lines") && said.contains(&format!("{changed} of them new or changed")),
            "{said}"
        );
    }
}

#[test]
fn a_bad_line_is_named_by_its_number_and_nothing_is_imported() {
    let folder = Folder::new("bad-line");
    fs::write(
        folder.0.join("organisations.tsv"),
        "type\tcode\tname\tcvr\n8\t90301\tJobcenter Ny\t90000023\nx\t903\tNy Kommune\t90000033\n",
    )
    .unwrap();
    let output = folder.run(&["import", "organisations", "organisations.tsv"]);
    assert_eq!(output.status.code(), Some(1));
    is_sentence(&output, "line 3");
    is_sentence(&output, "nothing was imported");
    let missing = folder.run(&["import", "organisations", "nowhere.tsv"]);
    assert_eq!(missing.status.code(), Some(1));
    is_sentence(&missing, "nowhere.tsv");
}

#[test]
fn a_backup_is_a_file_of_its_own_and_overwrites_nothing() {
    let folder = Folder::new("backup");
    assert!(
        folder
            .run(&[
                "import",
                "organisations",
                concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/demo/organisations.tsv")
            ])
            .status
            .success()
    );
    let output = folder.run(&["backup", "copy.sqlite"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let copy = fs::read(folder.0.join("copy.sqlite")).unwrap();
    let again = folder.run(&["backup", "copy.sqlite"]);
    assert_eq!(again.status.code(), Some(1));
    is_sentence(&again, "copy.sqlite: the copy cannot be written");
    assert_eq!(fs::read(folder.0.join("copy.sqlite")).unwrap(), copy);

    // What was imported is in the copy: importing it there changes nothing.
    fs::rename(folder.0.join("copy.sqlite"), folder.0.join("restored.sqlite")).unwrap();
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/demo/organisations.tsv");
    let restored = folder.run(&["import", "organisations", file, "--database-url", "sqlite:restored.sqlite"]);
    assert!(String::from_utf8_lossy(&restored.stdout).contains(" 0 of them new or changed"));

    for (arguments, code, about) in [
        (["backup", "x", "--database-url", "postgres://localhost/x"], 2, "pg_dump"),
        (
            ["backup", "x", "--database-url", "sqlite:nowhere.sqlite"],
            1,
            "there is no such file",
        ),
    ] {
        let refused = folder.run(&arguments);
        assert_eq!(refused.status.code(), Some(code));
        is_sentence(&refused, about);
        assert!(!folder.0.join("x").exists());
    }
}

/// A SQLite file has one server; commands work beside it, and the next server starts at once when the first was killed.
#[test]
fn a_second_server_on_a_file_is_refused() {
    let folder = Folder::new("second");
    let serve = [
        "serve",
        "--profile",
        "development",
        "--listen",
        "127.0.0.1:0",
        "--audit-database-url",
        "sqlite:data/audit.sqlite",
    ];
    let start = || {
        let mut child = folder.program(&serve).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
        assert!(lines.any(|line| line.contains("Listening on")));
        Running(child)
    };
    let first = start();
    let second = folder.run(&serve);
    assert_eq!(second.status.code(), Some(2));
    is_sentence(
        &second,
        "another server works on the SQLite database; several on one archive need PostgreSQL (data/dialogmodul.sqlite)",
    );
    let same_audit = folder.run(&[&serve[..], &["--database-url", "sqlite:data/other.sqlite"]].concat());
    assert_eq!(same_audit.status.code(), Some(2));
    is_sentence(&same_audit, "audit: another server works on the SQLite database");
    for command in [
        &[
            "import",
            "organisations",
            concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/demo/organisations.tsv"),
        ][..],
        &["audit", "verify", "--audit-database-url", "sqlite:data/audit.sqlite"],
        &[
            "backup",
            "copy.sqlite",
            "--audit-database-url",
            "sqlite:data/audit.sqlite",
            "--audit-file",
            "audit-copy.sqlite",
        ],
    ] {
        let output = folder.run(command);
        assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    assert!(folder.0.join("copy.sqlite").exists() && folder.0.join("audit-copy.sqlite").exists());
    let half = folder.run(&["backup", "half.sqlite", "--audit-database-url", "sqlite:data/audit.sqlite"]);
    assert_eq!(half.status.code(), Some(2));
    is_sentence(&half, "set --audit-database-url sqlite:PATH and --audit-file together");
    // SIGKILL: nothing of it can clean up.
    drop(first);
    drop(start());
}

#[test]
fn a_move_needs_two_engines() {
    let folder = Folder::new("move");
    let output = folder.run(&["move", "--from", "sqlite:a.sqlite", "--to", "sqlite:b.sqlite"]);
    assert_eq!(output.status.code(), Some(2));
    is_sentence(&output, "one of the two must be sqlite:PATH");
}

#[test]
fn the_demo_prints_a_request_that_works_and_stops_when_asked() {
    let folder = Folder::new("demo");
    let mut child = folder
        .program(&["demo", "--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut running = Running(child);
    let metrics = lines.find(|line| line.ends_with("/metrics")).unwrap();
    let watched = metrics
        .trim()
        .strip_prefix("http://")
        .and_then(|rest| rest.strip_suffix("/metrics"));
    let mut watching = connect(watched.unwrap().parse().unwrap());
    watching.write(&request("GET", "/metrics", "", b""));
    assert!(watching.response().text().contains("\ndialogmodul_database_up 1\n"));
    drop(watching);
    let curl = lines.find(|line| line.starts_with("curl ")).unwrap();
    let url = curl.split(' ').find(|word| word.starts_with("http://")).unwrap();
    let (address, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let body: Vec<String> = lines.by_ref().take_while(|line| line != "XML").collect();
    let mut connection = connect(address.parse().unwrap());
    connection.write(&request(
        "POST",
        &format!("/{path}"),
        "Content-Type: text/xml; charset=utf-8\r\n",
        body.join("\n").as_bytes(),
    ));
    let response = connection.response();
    assert_eq!(response.status(), 200, "{}", response.text());
    let shape = lines.find(|line| line.starts_with("<?xml")).unwrap();
    assert_eq!(names(response.text()), names(&shape));
    drop(connection);
    let stopped = Command::new("kill").args(["-TERM", &running.0.id().to_string()]).status().unwrap();
    assert!(stopped.success());
    assert!(running.0.wait().unwrap().success());
}

/// The start tags of a document, in order.
fn names(document: &str) -> Vec<&str> {
    document.split('<').filter_map(|piece| piece.split(['>', ' ']).next()).collect()
}
