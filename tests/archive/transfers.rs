//! Moving an archive from one engine to the other: every row of every table, or nothing.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use dialogmodul::domain::delivery::{DeliveryKind, Reason, Verdict};
use dialogmodul::domain::queue::{Queue, Sequence, Turn};
use dialogmodul::domain::*;
use dialogmodul::repository::import::Kind as ImportKind;
use dialogmodul::repository::transfer::{Moved, Route, TransferError, transfer};
use dialogmodul::repository::{Order, Repository};
use dialogmodul::services::legal_hold::{self, Errand};
use dialogmodul::services::purge::{self, Plan};
use uuid::Uuid;

use super::people::*;
use crate::support::database::{Database, Kind, postgres_is_missing};

/// An archive with something in every table, and in every column that may be empty something and nothing.
fn full(database: &Database) -> Repository {
    let repository = database.repository();
    repository.load_demo().unwrap();
    let releases = format!("cpr\tinactive_before\n{ALMA}\t2017-01-01\n");
    repository
        .import(ImportKind::ArchiveReleases, releases.as_bytes(), &mut |_| ())
        .unwrap();
    let first = sent(&repository, &[pdf("a"), pdf("b\u{1F1E9}\u{1F1F0} \" \\ ' \u{7f}")]);
    let reply = answer(&first);
    let mut unit = sending(&reply, &[pdf("a")]);
    unit.record(Fact::Answer(Box::new(AnsweredRequest {
        key: RequestKey([1; 32]),
        content: RequestContent([2; 32]),
        citizen: reply.citizen,
        message: reply.id,
        at: noon(),
        answer: b"<soap:Envelope/>".to_vec(),
    })));
    repository.commit(unit).wait().unwrap();
    repository
        .commit(reading(&first, Some(job_centre()), minutes_later(1)))
        .wait()
        .unwrap();
    repository.commit(reading(&first, None, minutes_later(2))).wait().unwrap();
    repository.commit(rectifying(&reply)).wait().unwrap();
    let strange = Message {
        to: company(),
        title: Some("\"Quoted\", 'single', \\back\\, {json: [1, null]}".to_owned()),
        text: Some("\t<&> \u{85}\u{2028} \u{1F600}\r\n æøå \u{10FFFF}".to_owned()),
        ..letter(first.citizen)
    };
    repository.commit(sending(&strange, &[])).wait().unwrap();
    let mut shown = record(None);
    shown.shown = vec![CivilRegistrationNumber::new(ALMA)];
    let mut unit = Unit::default();
    unit.record(Fact::Audit(Box::new(shown)));
    unit.record(Fact::Sequence(Turn::Opened(Sequence {
        id: SequenceId(Uuid::now_v7()),
        queue: Queue {
            system: "kss".to_owned(),
            recipient: job_centre(),
            sub_queue: String::new(),
        },
        opened_at: noon(),
        contexts: None,
    })));
    repository.commit(unit).wait().unwrap();
    deliver(&repository, first.citizen);
    purge_and_hold(&repository, first.citizen);
    // Events in no sequence, and a position that is given out and gone.
    sent(&repository, &[]);
    sent(&repository, &[]);
    let last = "DELETE FROM queue_event WHERE position = (SELECT max(position) FROM queue_event)";
    database.connection().execute(last).unwrap();
    repository
}

/// Three deliveries: one carried out, one in a worker's hands after a failed attempt, one waiting.
fn deliver(repository: &Repository, citizen: CitizenKey) {
    for _ in 0..3 {
        let mail = Message {
            channel: Channel::Sms,
            to: the_citizen(),
            ..letter(citizen)
        };
        repository.commit(sending(&mail, &[])).wait().unwrap();
    }
    let outbox = repository.outbox();
    let mut order = Order {
        owner: Uuid::now_v7(),
        channel: Channel::Sms,
        reminders: false,
        now: minutes_later(1),
        leased_until: minutes_later(9),
        limit: 1,
    };
    let claim = outbox.claim(&order).unwrap()[0];
    assert_eq!(claim.kind, DeliveryKind::Notice);
    outbox.settle(&claim, Verdict::Delivered, Some(250), minutes_later(1)).unwrap();
    let claim = outbox.claim(&order).unwrap()[0];
    let later = Verdict::Postponed {
        until: minutes_later(2),
        reason: Reason::TimedOut,
    };
    outbox.settle(&claim, later, None, minutes_later(1)).unwrap();
    order.now = minutes_later(3);
    assert_eq!(outbox.claim(&order).unwrap().len(), 1);
}

/// A thread is purged, and then its citizen is put under a hold: in the other order the database would refuse.
fn purge_and_hold(repository: &Repository, citizen: CitizenKey) {
    let old = Message {
        created_at: noon() - TimeDelta::days(3_000),
        ..letter(citizen)
    };
    repository.commit(sending(&old, &[pdf("old")])).wait().unwrap();
    let plan = Plan {
        day: noon().date_naive(),
        now: noon(),
        dry_run: false,
        operator: Some("drift".to_owned()),
    };
    assert_eq!(purge::purge(repository, &plan, &mut |_| {}).unwrap().total().threads, 1);
    let errand = Errand {
        operator: None,
        now: noon(),
    };
    legal_hold::add(repository, &[CivilRegistrationNumber::new(ALMA)], "sag 1", &errand).unwrap();
}

/// Every row of every table, as the engine shows it.
fn rows(database: &Database) -> BTreeMap<String, Vec<String>> {
    let tables: Vec<String> = database.counts().into_keys().collect();
    let mut plain = database.connection();
    let mut rows_of = |table: &String| {
        let row = match database.kind() {
            Kind::Postgres => format!("SELECT t::text AS value FROM {table} AS t"),
            Kind::Sqlite => {
                let columns = plain.texts(&format!("SELECT name AS value FROM pragma_table_info('{table}')"));
                let quoted: Vec<String> = columns.iter().map(|column| format!("quote({column})")).collect();
                format!("SELECT {} AS value FROM {table}", quoted.join(" || ' ' || "))
            }
        };
        let mut rows = plain.texts(&row);
        rows.sort();
        rows
    };
    tables.iter().map(|table| (table.clone(), rows_of(table))).collect()
}

fn route<'u>(from: &'u str, to: &'u str) -> Route<'u> {
    Route { from, to }
}

fn moved(from: &Database, to: &Database) -> Result<Moved, TransferError> {
    transfer(route(from.url(), to.url()), None, &mut |done, total| assert!(done <= total))
}

/// There and back: the same rows in every table, the audit with the same heads, the next queue position after the highest ever given.
fn there_and_back(kind: Kind) {
    if postgres_is_missing() {
        return;
    }
    let other = if kind == Kind::Sqlite { Kind::Postgres } else { Kind::Sqlite };
    let (home, abroad, back) = (Database::new(kind), Database::new(other), Database::new(kind));
    let repository = full(&home);
    let ends = repository.audit().verify(&[], &mut |_, _| ()).unwrap().anchors;
    drop(repository);
    // Ends as they are marked where the audit is kept elsewhere.
    let mark = "INSERT INTO chain_mark SELECT chain, number, seal, signature FROM audit_head";
    home.connection().execute(mark).unwrap();
    let before = rows(&home);
    let empty: Vec<&String> = before.iter().filter(|(_, rows)| rows.is_empty()).map(|(table, _)| table).collect();
    assert_eq!(empty, Vec::<&String>::new(), "the story fills every table");

    let there = moved(&home, &abroad).unwrap();
    let total: usize = before.values().map(Vec::len).sum();
    assert_eq!((there.rows, there.tables), (total as u64, before.len()));
    assert_eq!(home.counts(), abroad.counts());
    assert_eq!(rows(&home), before, "the source stays as it is");
    let abroad_first = rows(&abroad);
    moved(&abroad, &back).unwrap();
    assert_eq!(rows(&back), before);
    assert_eq!(rows(&abroad), abroad_first);

    for database in [&abroad, &back] {
        assert!(database.connection().number("SELECT count(*) AS value FROM __unread") > 0);
        unread_is_listed(database);
        let repository = database.repository();
        let verified = repository.audit().verify(&ends, &mut |_, _| ()).unwrap();
        assert_eq!(verified.findings.len(), 0, "{:?}", verified.findings);
        assert_eq!(verified.anchors.len(), ends.len());
        let highest = "SELECT max(position) AS value FROM queue_event";
        let position = database.connection().number(highest);
        sent(&repository, &[pdf("a")]);
        assert_eq!(
            database.connection().number(highest),
            position + 2,
            "the position that is gone is not given again"
        );
        assert_eq!(repository.reader().thread_count().unwrap(), home.count("thread") as u64 + 1);
    }
}

#[test]
fn an_archive_moves_to_postgres_and_back() {
    there_and_back(Kind::Sqlite);
}

#[test]
fn an_archive_moves_to_sqlite_and_back() {
    there_and_back(Kind::Postgres);
}

/// A target that is not empty is refused; one that fails on the way is empty afterwards.
#[test]
fn a_move_is_everything_or_nothing() {
    if postgres_is_missing() {
        return;
    }
    for (from, to) in [(Kind::Sqlite, Kind::Postgres), (Kind::Postgres, Kind::Sqlite)] {
        let (home, abroad) = (Database::new(from), Database::new(to));
        drop(full(&home));
        drop(abroad.repository());
        let (break_it, mend_it) = match to {
            Kind::Sqlite => (
                "CREATE TRIGGER broken BEFORE INSERT ON thread BEGIN SELECT RAISE(ABORT, 'no room'); END",
                "DROP TRIGGER broken",
            ),
            Kind::Postgres => (
                "ALTER TABLE thread ADD CONSTRAINT broken CHECK (channel < 0)",
                "ALTER TABLE thread DROP CONSTRAINT broken",
            ),
        };
        abroad.connection().execute(break_it).unwrap();
        let error = moved(&home, &abroad).unwrap_err();
        assert!(matches!(error, TransferError::Database { side: "the target", .. }), "{error}");
        assert!(abroad.counts().values().all(|count| *count == 0), "{:?}", abroad.counts());
        abroad.connection().execute(mend_it).unwrap();
        moved(&home, &abroad).unwrap();
        let before = abroad.counts();
        let error = moved(&home, &abroad).unwrap_err();
        assert!(matches!(error, TransferError::NotEmpty(_)), "{error}");
        assert_eq!(abroad.counts(), before);
    }
}

/// Tables the other side does not have, or another version, stop a move before it begins; so do wrong addresses.
#[test]
fn a_move_needs_the_same_tables_on_both_sides() {
    if postgres_is_missing() {
        return;
    }
    let (home, abroad) = (Database::demo(Kind::Sqlite), Database::new(Kind::Postgres));
    let refused = |reason: fn(&TransferError) -> bool| {
        let error = moved(&home, &abroad).unwrap_err();
        assert!(reason(&error), "{error}");
    };
    home.connection().execute("CREATE TABLE forgotten (x INTEGER)").unwrap();
    refused(|error| matches!(error, TransferError::Version));
    home.connection()
        .execute("DROP TABLE forgotten; ALTER TABLE agreement ADD COLUMN more TEXT")
        .unwrap();
    refused(|error| matches!(error, TransferError::Version));
    home.connection()
        .execute("ALTER TABLE agreement DROP COLUMN more; DELETE FROM __diesel_schema_migrations WHERE version = '0010'")
        .unwrap();
    refused(|error| matches!(error, TransferError::Version));
    assert!(abroad.counts().values().all(|count| *count == 0));

    let nothing = &mut |_, _| ();
    assert!(matches!(
        transfer(route(home.url(), home.url()), None, nothing),
        Err(TransferError::Urls)
    ));
    let missing = transfer(route("sqlite:/nowhere/archive.sqlite", abroad.url()), None, nothing).unwrap_err();
    assert!(missing.to_string().starts_with("the source: "), "{missing}");
}

/// Who writes to the source while it moves would write to what is about to be left: writers are asked to come back.
#[test]
fn nobody_writes_to_a_source_while_it_moves() {
    if postgres_is_missing() {
        return;
    }
    for (from, to) in [(Kind::Sqlite, Kind::Postgres), (Kind::Postgres, Kind::Sqlite)] {
        let (home, abroad) = (Database::demo(from), Database::new(to));
        let repository = home.repository();
        for _ in 0..200 {
            sent(&repository, &[]);
        }
        let mut wrote = Vec::new();
        transfer(route(home.url(), abroad.url()), None, &mut |_, _| {
            if wrote.is_empty() {
                wrote.push(repository.commit(sending(&letter(alma(&repository)), &[])).wait());
            }
        })
        .unwrap();
        assert!(matches!(wrote[0], Err(dialogmodul::error::Error::Unavailable(_))), "{wrote:?}");
        assert_eq!((home.count("message"), abroad.count("message")), (200, 200));
        sent(&repository, &[]);
    }
}

/// An audit in a database of its own moves with its archive: every chain whole, the ends the archive knows of among them; both or neither.
#[test]
fn s05_an_audit_of_its_own_moves_with_its_archive() {
    if postgres_is_missing() {
        return;
    }
    for (from, to) in [(Kind::Sqlite, Kind::Postgres), (Kind::Postgres, Kind::Sqlite)] {
        let new = |kind| (Database::new(kind), Database::new(kind));
        let (home, abroad) = (new(from), new(to));
        let open = |archive: &Database, audit: &Database| {
            let url = Some(audit.url().to_owned());
            archive.repository_with(|settings| settings.audit_url = url)
        };
        let repository = open(&home.0, &home.1);
        repository.load_demo().unwrap();
        for _ in 0..3 {
            sent(&repository, &[pdf("a")]);
        }
        let ends = repository.audit().verify(&[], &mut |_, _| ()).unwrap().anchors;
        drop(repository);
        assert_eq!((home.0.count("audit_record"), home.1.count("audit_record")), (0, 3));

        let archive = route(home.0.url(), abroad.0.url());
        let audit = Some(route(home.1.url(), abroad.1.url()));
        let mut told = (0, 0);
        // Something is in the way of the audit: then the archive stays at home, too.
        drop(abroad.1.repository());
        abroad.1.repository().load_demo().unwrap();
        let refused = transfer(archive, audit, &mut |_, _| ()).unwrap_err();
        assert!(matches!(refused, TransferError::Audit(_)), "{refused}");
        assert!(abroad.0.counts().values().all(|count| *count == 0), "{:?}", abroad.0.counts());
        let one = transfer(archive, Some(route(home.1.url(), abroad.0.url())), &mut |_, _| ()).unwrap_err();
        assert!(matches!(one, TransferError::SameDatabase), "{one}");

        let records = Database::new(to);
        let audit = Some(route(home.1.url(), records.url()));
        let moved = transfer(archive, audit, &mut |done, total| told = (done, total)).unwrap();
        let rows = |database: &Database| database.counts().values().sum::<i64>();
        assert_eq!((moved.rows, moved.rows), told);
        assert_eq!(i64::try_from(moved.rows).unwrap(), rows(&home.0) + rows(&home.1));
        assert_eq!((abroad.0.counts(), records.counts()), (home.0.counts(), home.1.counts()));

        let repository = open(&abroad.0, &records);
        sent(&repository, &[]);
        let verified = repository.audit().verify(&ends, &mut |_, _| ()).unwrap();
        assert_eq!(
            (verified.findings.len(), verified.anchors.len()),
            (0, ends.len() + 1),
            "{:?}",
            verified.findings
        );
        // Were the audit left behind, it would be seen.
        let empty = Database::new(to);
        let url = Some(empty.url().to_owned());
        let alone = abroad.0.repository_with(|settings| settings.audit_url = url);
        assert!(!alone.audit().verify(&ends, &mut |_, _| ()).unwrap().findings.is_empty());
    }
}
