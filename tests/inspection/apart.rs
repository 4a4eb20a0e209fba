//! The audit in a database of its own, on either engine beside either: the record is there before the facts are, nothing is answered without it,
//! and what the archive then does not store is corrected (S5).

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use chrono::{TimeDelta, Utc};
use dialogmodul::domain::CivilRegistrationNumber;
use dialogmodul::repository::{Repository, Settings};
use dialogmodul::services::Sources;
use uuid::Uuid;

use super::chain::{unlock, write};
use super::envelopes::*;
use super::export::Desk;
use super::program::Program;
use crate::support::database::{Database, Kind, kinds};
use crate::support::proxy::Proxy;
use crate::support::server::Server;

const ALMA: &str = "1503850002";
const CENTRE: Writer<'static> = Writer {
    active: (8, "90101"),
    of_user: (8, "90101"),
    name: "Sagsbehandler Test",
    identifier: "RID:1",
};

/// Every engine beside every engine: an archive with the demo data, and an empty database for the audit.
fn pairs() -> Vec<(Database, Database)> {
    let beside = |archive| {
        kinds()
            .into_iter()
            .map(move |audit| (Database::demo(archive), Database::new(audit)))
    };
    kinds().into_iter().flat_map(beside).collect()
}

fn open(archive: &Database, audit: &Database) -> Repository {
    archive.repository_with(|settings| settings.audit_url = Some(audit.url().to_owned()))
}

fn serve(repository: Repository) -> Server {
    Server::start(repository, Sources::system())
}

fn outcomes(audit: &Database) -> Vec<String> {
    let order = "SELECT CAST(outcome AS text) AS value FROM audit_record ORDER BY recorded_at, call, chain, number";
    audit.connection().texts(order)
}

/// Records, chains and findings.
fn verified(repository: &Repository) -> (u64, usize, Vec<String>) {
    let found = repository.audit().verify(&[], &mut |_, _| ()).unwrap();
    let findings = found.findings.iter().map(ToString::to_string).collect();
    (found.records, found.anchors.len(), findings)
}

fn create(server: &Server) -> (Option<i32>, u16) {
    let (fault, response) = call(server, &CENTRE, &notification(&CENTRE, ALMA));
    (fault, response.status())
}

fn read(server: &Server) -> (Option<i32>, u16) {
    let (fault, response) = call(server, &CENTRE, &get_messages(ALMA));
    (fault, response.status())
}

/// S5: every record is in the database of the audit and none in the archive; the one holds nothing else, the other a mark for each chain.
#[test]
fn s05_the_audit_has_a_database_of_its_own() {
    for (archive, audit) in pairs() {
        let both = format!("{:?} beside {:?}", archive.kind(), audit.kind());
        let server = serve(open(&archive, &audit));
        assert_eq!((create(&server), read(&server)), ((None, 200), (None, 200)), "{both}");
        assert_eq!(call(&server, &Writer::of((8, "90201")), &get_messages(ALMA)).0, Some(6005));
        assert_eq!(call(&server, &CENTRE, &get_messages("3913850002")).0, Some(1001));
        drop(server);
        assert_eq!(outcomes(&audit), ["0", "0", "6005", "1001"], "{both}");
        let tables = audit.counts();
        assert_eq!(
            tables.keys().collect::<Vec<_>>(),
            ["audit_citizen", "audit_head", "audit_record"],
            "{both}"
        );
        assert_eq!(
            (archive.count("audit_record"), archive.count("message"), archive.count("chain_mark")),
            (0, 1, 1),
            "{both}"
        );
        let repository = open(&archive, &audit);
        assert_eq!(verified(&repository), (4, 1, vec![]), "{both}");
        let told = repository.audit().of_citizen(&CivilRegistrationNumber::new(ALMA)).unwrap();
        assert_eq!(told.len(), 3, "{both}");
        assert_eq!(told[0].name.as_deref(), Some("Jobcenter Demoby"), "names come from the archive");
        for change in ["UPDATE audit_record SET outcome = 1", "DELETE FROM audit_record"] {
            assert!(audit.connection().execute(change).is_err(), "{both}: {change}");
        }
    }
}

/// S5: the same database under another name is the archive's own, and records written before the audit moved are still read.
#[test]
fn s05_an_audit_that_moves_is_read_in_both_places() {
    for (archive, audit) in pairs() {
        write(&archive.repository(), 3);
        let repository = open(&archive, &audit);
        write(&repository, 2);
        assert_eq!((archive.count("audit_record"), audit.count("audit_record")), (3, 2));
        assert_eq!(verified(&repository), (5, 2, vec![]));
        let told = repository.audit().of_citizen(&CivilRegistrationNumber::new(ALMA)).unwrap();
        assert_eq!(told.len(), 5);
        let (engine, rest) = archive.url().split_once(":/").unwrap();
        let name = if archive.kind() == Kind::Sqlite {
            format!("{engine}:/./{rest}")
        } else {
            archive.url().to_owned()
        };
        let one = archive.repository_with(|settings| settings.audit_url = Some(name));
        write(&one, 1);
        assert_eq!(archive.count("audit_record"), 4);
    }
}

/// S5: while the audit cannot be written, nothing is answered and nothing stored: a table that is gone is an error of ours, a database that is away
/// or held by others is one to come back to. Afterwards all is as before, and the chains hold.
#[test]
fn s05_without_the_audit_nothing_is_answered() {
    for (archive, audit) in pairs() {
        let both = format!("{:?} beside {:?}", archive.kind(), audit.kind());
        let server = serve(open(&archive, &audit));
        assert_eq!(create(&server), (None, 200), "{both}");
        let mut plain = audit.connection();
        plain.execute("ALTER TABLE audit_record RENAME TO audit_gone").unwrap();
        assert_eq!((create(&server), read(&server)), ((Some(1011), 500), (Some(1011), 500)), "{both}");
        plain.execute("ALTER TABLE audit_gone RENAME TO audit_record").unwrap();
        assert_eq!(read(&server), (None, 200), "{both}");
        plain.begin();
        if audit.kind() == Kind::Postgres {
            plain.execute("LOCK TABLE audit_record IN EXCLUSIVE MODE").unwrap();
        }
        assert_eq!((create(&server), read(&server)), ((Some(1100), 503), (Some(1100), 503)), "{both}");
        plain.execute("ROLLBACK").unwrap();
        assert_eq!((create(&server), read(&server)), ((None, 200), (None, 200)), "{both}");
        drop(server);
        assert_eq!(archive.count("message"), 2, "{both}");
        let (records, _, findings) = verified(&open(&archive, &audit));
        assert_eq!((records, findings), (4, vec![]), "{both}");
    }
}

/// S5: a server of the audit that goes away and comes back, while the archive stays.
#[test]
fn s05_an_audit_that_is_away_comes_back() {
    for (archive, audit) in pairs().into_iter().filter(|(_, audit)| audit.kind() == Kind::Postgres) {
        let (proxy, url) = Proxy::before_database(&audit);
        let server = serve(archive.repository_with(|settings| settings.audit_url = Some(url)));
        assert_eq!(create(&server), (None, 200));
        proxy.cut();
        assert_eq!((create(&server), read(&server)), ((Some(1100), 503), (Some(1100), 503)));
        assert_eq!(server.get("/health/ready").status(), 503);
        // What was handed in is given up after five seconds, a little later than its caller was told.
        thread::sleep(Duration::from_secs(1));
        proxy.mend();
        assert_eq!(server.get("/health/ready").status(), 200);
        assert_eq!((create(&server), read(&server)), ((None, 200), (None, 200)));
        // A lost answer of the audit is asked for: one record all the same.
        proxy.lose_commit(false);
        assert_eq!(create(&server), (None, 200));
        assert!(proxy.has_lost_commit());
        drop(server);
        assert_eq!((archive.count("message"), outcomes(&audit)), (3, vec!["0".to_owned(); 4]));
        assert_eq!(verified(&open(&archive, &audit)).2, [""; 0]);
    }
    let sqlite = Database::new(Kind::Sqlite);
    let mut settings = Settings::new([7; 32]);
    settings.audit_url = Some("postgres://someone:secret@127.0.0.1:1/audit".to_owned());
    let sentence = Repository::open(sqlite.url(), &settings).unwrap_err().to_string();
    assert!(
        sentence.starts_with("audit: the PostgreSQL database cannot be opened: ") && !sentence.contains("secret"),
        "{sentence}"
    );
}

/// Makes the archive's commits fail while a message is in them, after everything else has been done.
fn break_commits(archive: &Database, with: &str) {
    let sql = match archive.kind() {
        Kind::Sqlite => {
            "CREATE TABLE nobody (id INTEGER PRIMARY KEY); CREATE TABLE broken (id INTEGER REFERENCES nobody (id) DEFERRABLE INITIALLY DEFERRED); \
             CREATE TRIGGER commits_break AFTER INSERT ON message BEGIN INSERT INTO broken VALUES (1); END"
                .to_owned()
        }
        Kind::Postgres => format!(
            "CREATE FUNCTION break_commit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {with}; RETURN NULL; END $$; \
             CREATE CONSTRAINT TRIGGER commits_break AFTER INSERT ON message DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION break_commit()"
        ),
    };
    archive.connection().execute(&sql).unwrap();
}

fn mend_commits(archive: &Database) {
    let on = if archive.kind() == Kind::Postgres { " ON message" } else { "" };
    archive.connection().execute(&format!("DROP TRIGGER commits_break{on}")).unwrap();
}

/// S5: the archive fails after the record is there: the caller gets the fault, a second record of the call corrects the first,
/// and nothing is stored.
#[test]
fn s05_what_the_archive_does_not_store_is_corrected() {
    for (archive, audit) in pairs() {
        let both = format!("{:?} beside {:?}", archive.kind(), audit.kind());
        let server = serve(open(&archive, &audit));
        let (mut faults, mut expected) = (vec![(Some(1011), 500)], vec!["0", "1011"]);
        break_commits(&archive, "RAISE EXCEPTION 'broken'");
        assert_eq!(create(&server), faults[0], "{both}");
        assert_eq!(
            read(&server),
            (None, 200),
            "{both}: what needs no commit of the archive is answered"
        );
        expected.push("0");
        mend_commits(&archive);
        if archive.kind() == Kind::Postgres {
            archive.connection().execute("DROP FUNCTION break_commit").unwrap();
            break_commits(&archive, "PERFORM pg_terminate_backend(pg_backend_pid())");
            faults.push((Some(1100), 503));
            assert_eq!(create(&server), faults[1], "{both}");
            expected.extend(["0", "1100"]);
            mend_commits(&archive);
        }
        assert_eq!(archive.count("message"), 0, "{both}");
        assert_eq!(create(&server), (None, 200), "{both}");
        expected.push("0");
        drop(server);
        assert_eq!(
            (archive.count("message"), outcomes(&audit)),
            (1, expected.iter().map(ToString::to_string).collect()),
            "{both}"
        );
        let corrections = "SELECT count(*) AS value FROM audit_record a JOIN audit_record b ON a.call = b.call AND b.outcome = 0 \
                           WHERE a.outcome <> 0 AND a.criterion LIKE 'corrects an earlier record of this call%'";
        assert_eq!(audit.connection().number(corrections), faults.len() as i64, "{both}");
        let (records, _, findings) = verified(&open(&archive, &audit));
        assert_eq!((records, findings), (expected.len() as u64, vec![]), "{both}");
    }
}

/// S5: an archive that is away: its calls are refused, and that is recorded; a commit whose answer got lost is recognised by its mark.
#[test]
fn s05_an_archive_that_is_away_leaves_its_records() {
    for (archive, audit) in pairs().into_iter().filter(|(archive, _)| archive.kind() == Kind::Postgres) {
        let (proxy, url) = Proxy::before_database(&archive);
        let mut settings = Settings::new([7; 32]);
        settings.audit_url = Some(audit.url().to_owned());
        let repository = Repository::open(&url, &settings).unwrap();
        write(&repository, 1);
        let server = serve(repository);
        assert_eq!(create(&server), (None, 200));
        for _ in 0..3 {
            proxy.lose_commit(false);
            assert_eq!(create(&server), (None, 200));
            assert!(proxy.has_lost_commit());
        }
        assert_eq!((archive.count("message"), audit.count("audit_record")), (4, 5));
        proxy.cut();
        assert_eq!(read(&server), (Some(1100), 503));
        proxy.mend();
        assert_eq!(read(&server), (None, 200));
        drop(server);
        let recorded = audit
            .connection()
            .texts("SELECT CAST(outcome AS text) AS value FROM audit_record WHERE outcome <> 0");
        assert_eq!(recorded, ["1100"]);
        assert_eq!(verified(&open(&archive, &audit)).2, [""; 0]);
    }
}

/// S5: the marks in the archive show that the audit was put back to how it was, or emptied.
#[test]
fn s05_the_archive_remembers_where_the_chains_ended() {
    for (archive, audit) in pairs() {
        let server = serve(open(&archive, &audit));
        assert_eq!((create(&server), create(&server)), ((None, 200), (None, 200)));
        drop(server);
        let repository = open(&archive, &audit);
        let mut plain = audit.connection();
        unlock(&mut plain);
        plain
            .execute("DELETE FROM audit_record; DELETE FROM audit_head; DELETE FROM audit_citizen")
            .unwrap();
        let found = verified(&repository).2;
        assert!(found.len() == 1 && found[0].ends_with("records 1 to 2 are missing"), "{found:?}");
        archive.connection().execute("UPDATE chain_mark SET number = 1").unwrap();
        let found = verified(&repository).2;
        assert!(
            found.len() == 1 && found[0].ends_with("its mark in the archive is not signed with this key"),
            "{found:?}"
        );
    }
}

/// S5: killed at any moment, the program leaves no message without its record.
#[test]
fn s05_no_message_is_without_its_record_whenever_the_program_is_killed() {
    for (archive, audit) in pairs() {
        for round in 0..3 {
            let program = Program::start_with(&archive, &[("DIALOGMODUL_AUDIT_DATABASE_URL", audit.url())]);
            let killed = AtomicBool::new(false);
            thread::scope(|scope| {
                for _ in 0..4 {
                    scope.spawn(|| {
                        let payload = notification(&CENTRE, ALMA);
                        while !killed.load(Ordering::Relaxed) && program.try_call(&CENTRE, &payload).is_some() {
                            thread::yield_now();
                        }
                    });
                }
                thread::sleep(Duration::from_millis(150 + 70 * round));
                killed.store(true, Ordering::Relaxed);
                program.kill();
            });
        }
        let mut archive_rows = archive.connection();
        let id = match archive.kind() {
            Kind::Sqlite => "lower(hex(id))",
            Kind::Postgres => "replace(CAST(id AS text), '-', '')",
        };
        let messages = archive_rows.texts(&format!("SELECT {id} AS value FROM message"));
        let objects = audit
            .connection()
            .texts("SELECT replace(objects, '-', '') AS value FROM audit_record")
            .join("\n");
        assert!(messages.len() > 3, "{} messages", messages.len());
        let unrecorded: Vec<_> = messages.iter().filter(|message| !objects.contains(message.as_str())).collect();
        assert!(unrecorded.is_empty(), "{unrecorded:?}");
        assert_eq!(verified(&open(&archive, &audit)).2, [""; 0]);
    }
}

/// S5, S6, S7: every command of an operator keeps to it.
#[test]
fn s05_commands_use_the_database_of_the_audit() {
    for (archive, audit) in pairs() {
        let behind = TimeDelta::days(366 * 6);
        let server = Server::start(open(&archive, &audit), Sources::new(move || Utc::now() - behind, Uuid::now_v7));
        assert_eq!(create(&server), (None, 200));
        drop(server);
        let desk = Desk::apart(&archive, &audit);
        let run = |name: &str, arguments: &[&str]| {
            let output = desk.command(name, arguments, "");
            assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8(output.stdout).unwrap()
        };
        run("hold", &["add", "--reason", "Sag 7", "--cpr", ALMA]);
        run("purge", &[]);
        assert_eq!((archive.count("message"), archive.count("audit_record")), (1, 0), "held");
        run("hold", &["remove", "--reason", "Sag 7", "--cpr", ALMA]);
        run("purge", &[]);
        assert_eq!((archive.count("message"), archive.count("audit_record")), (0, 0));
        let told = run("audit", &["export", "--cpr", ALMA]);
        let operations: Vec<&str> = told.lines().skip(1).map(|line| line.split('\t').nth(5).unwrap()).collect();
        assert_eq!(
            operations,
            ["CitizenMessageService/2 CreateMessage", "hold add", "hold remove", "purge"]
        );
        assert!(run("audit", &["verify"]).ends_with(" 0 findings\n"));
    }
}
