//! The committer: all or nothing, one bad unit fails alone, nobody waits too long.

use std::thread;
use std::time::{Duration, Instant};

use dialogmodul::domain::audit::AuditRecord;
use dialogmodul::domain::*;
use dialogmodul::error::Error;
use uuid::Uuid;

use super::people::*;
use crate::on_each_engine;
use crate::support;
use crate::support::database::{Database, Kind};

on_each_engine! {
    /// M19: message, documents, thread, delivery, event and audit come in one transaction: one row each.
    fn m19_a_unit_fills_every_table(database: &Database) {
        let repository = database.repository();
        repository.load_demo().unwrap();
        sent(&repository, &[pdf("a")]);
        let counts = database.counts();
        for table in ["thread", "message", "message_content", "document", "document_name", "document_content", "delivery", "queue_event", "audit_record"] {
            assert_eq!(counts[table], 1, "{table}");
        }
    }

    /// M19: a unit of which one fact cannot be stored leaves no row at all but, S5, the record that it failed.
    fn m19_a_unit_is_stored_whole_or_not_at_all(database: &Database) {
        let repository = database.repository();
        repository.load_demo().unwrap();
        let message = sent(&repository, &[]);
        let mut before = database.counts();
        let twice = Message { thread: ThreadId(Uuid::now_v7()), ..message };
        assert!(matches!(repository.commit(sending(&twice, &[pdf("a")])).wait(), Err(Error::Internal(_))));
        before.insert("audit_record".to_owned(), 2);
        assert_eq!(database.counts(), before);
        assert_eq!(database.connection().number("SELECT count(*) AS value FROM audit_record WHERE outcome = 1011"), 1);
    }

    /// M19: in a batch, a unit that cannot be stored and a unit whose condition fails are refused alone; the others are stored.
    fn m19_a_bad_unit_fails_alone_in_its_batch(database: &Database) {
        let repository = database.repository();
        repository.load_demo().unwrap();
        let stored = sent(&repository, &[]);
        // While another process writes, the units gather into one batch.
        let mut other = database.connection();
        other.begin();
        other.execute("INSERT INTO organisation VALUES ('8/1', 'x', '00000000')").unwrap();
        let units: Vec<Unit> = (0..20)
            .map(|number| match number {
                5 => sending(&stored, &[]),
                9 => sending(&answer(&letter(stored.citizen)), &[]),
                _ => sending(&letter(stored.citizen), &[]),
            })
            .collect();
        let commits: Vec<_> = units.into_iter().map(|unit| repository.commit(unit)).collect();
        thread::sleep(Duration::from_millis(100));
        other.execute("COMMIT").unwrap();
        let answers: Vec<_> = commits.into_iter().map(dialogmodul::repository::Commit::wait).collect();
        for (number, answer) in answers.iter().enumerate() {
            match number {
                5 => assert!(matches!(answer, Err(Error::Internal(_))), "{answer:?}"),
                9 => assert!(matches!(answer, Err(Error::Refused(Refusal::ThreadClosed))), "{answer:?}"),
                _ => assert!(answer.is_ok(), "{answer:?}"),
            }
        }
        // The one that cannot be stored is recorded as failed; the refused one is the caller's to record.
        assert_eq!((database.count("message"), database.count("audit_record")), (19, 20));
    }

    /// Many callers at once: every answered unit is stored exactly once, and a reader sees it at once.
    fn many_callers_are_all_stored_and_read_their_own_writes(database: &Database) {
        let repository = database.repository();
        repository.load_demo().unwrap();
        let citizen = alma(&repository);
        thread::scope(|scope| {
            for _ in 0..16 {
                scope.spawn(|| {
                    for _ in 0..25 {
                        let message = letter(citizen);
                        repository.commit(sending(&message, &[])).wait().unwrap();
                        assert!(repository.reader().message(citizen, message.id, None).unwrap().is_some());
                    }
                });
            }
        });
        assert_eq!((database.count("message"), database.count("queue_event")), (400, 400));
    }

    /// The door awaits the answer instead of blocking a thread.
    fn a_commit_can_be_awaited(database: &Database) {
        let repository = database.repository();
        repository.load_demo().unwrap();
        let message = letter(alma(&repository));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async { repository.commit(sending(&message, &[])).await.unwrap() });
        assert_eq!(database.count("message"), 1);
    }

    /// Whoever comes first is stored first, in whatever batch: nobody is overtaken, so nobody starves.
    fn units_are_stored_in_the_order_they_came(database: &Database) {
        let repository = database.repository();
        let records: Vec<AuditRecord> = (0..600).map(|_| record(None)).collect();
        let hand_in = |record: &AuditRecord| {
            let mut unit = Unit::default();
            unit.record(Fact::Audit(Box::new(record.clone())));
            repository.commit(unit)
        };
        let commits: Vec<_> = records.iter().map(hand_in).collect();
        commits.into_iter().for_each(|commit| commit.wait().unwrap());
        let stored = database.connection().texts(match database.kind() {
            Kind::Sqlite => "SELECT lower(hex(call)) AS value FROM audit_record ORDER BY number",
            Kind::Postgres => "SELECT replace(call::text, '-', '') AS value FROM audit_record ORDER BY number",
        });
        let came: Vec<String> = records.iter().map(|record| record.call.0.simple().to_string()).collect();
        assert_eq!(stored, came);
        assert!(!repository.measured().contains("dialogmodul_commit_writes_count 600"), "nothing was gathered");
    }

    /// A unit that is alone is committed alone: the writer does not wait for company.
    fn a_lone_unit_waits_for_nobody(database: &Database) {
        let repository = database.repository();
        repository.load_demo().unwrap();
        for _ in 0..20 {
            sent(&repository, &[]);
        }
        // A batch is counted after its answer has left.
        let measured = (0..1000).map(|_| repository.measured()).find(|measured| {
            thread::sleep(Duration::from_millis(10));
            measured.contains("dialogmodul_commit_writes_count 20")
        });
        let measured = measured.expect("20 commits are counted");
        assert!(measured.contains("dialogmodul_commit_writes_bucket{le=\"1\"} 20"), "{measured}");
    }

    /// What was handed in before the last handle goes is stored.
    fn accepted_units_are_stored_before_the_archive_closes(database: &Database) {
        let repository = database.repository();
        repository.load_demo().unwrap();
        let citizen = alma(&repository);
        let commits: Vec<_> = (0..50).map(|_| repository.commit(sending(&letter(citizen), &[]))).collect();
        drop(repository);
        assert_eq!(database.count("message"), 50);
        assert!(commits.into_iter().all(|commit| commit.wait().is_ok()));
    }

    /// A full queue refuses at once instead of letting callers wait.
    fn a_full_queue_is_unavailable(database: &Database) {
        let repository = database.repository_with(|settings| settings.queue = 2);
        repository.load_demo().unwrap();
        let citizen = alma(&repository);
        let mut other = database.connection();
        other.begin();
        let first = letter(citizen);
        match database.kind() {
            Kind::Sqlite => {}
            // Without a write lock for all, hold the writer up at a key it is about to store.
            Kind::Postgres => {
                let (citizen, id) = (other.id(first.citizen.0), other.id(first.thread.0));
                other.execute(&format!("INSERT INTO thread VALUES ({citizen}, {id}, 1, 1, {id}, now())")).unwrap();
            }
        }
        let held = repository.commit(sending(&first, &[]));
        thread::sleep(Duration::from_millis(100));
        let commits: Vec<_> = (0..6).map(|_| repository.commit(sending(&letter(citizen), &[]))).collect();
        other.execute("ROLLBACK").unwrap();
        let unavailable = commits.into_iter().map(dialogmodul::repository::Commit::wait).filter(|answer| matches!(answer, Err(Error::Unavailable(_)))).count();
        assert_eq!(unavailable, 4);
        held.wait().unwrap();
    }

    /// A database that stays locked is unavailable within five seconds, and usable again afterwards.
    fn a_locked_database_is_unavailable_and_recovers(database: &Database) {
        let repository = database.repository();
        repository.load_demo().unwrap();
        let message = letter(alma(&repository));
        let mut other = database.connection();
        other.begin();
        if database.kind() == Kind::Postgres {
            other.execute("LOCK TABLE message").unwrap();
        }
        let begun = Instant::now();
        let answer = repository.commit(sending(&message, &[])).wait();
        assert!(matches!(answer, Err(Error::Unavailable(_))), "{answer:?}");
        assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
        other.execute("ROLLBACK").unwrap();
        repository.commit(sending(&message, &[])).wait().unwrap();
        assert_eq!(database.count("message"), 1);
    }
}
