//! Two writers want the same: what the database ends for the sake of another is tried again, and no caller hears of it.

use std::thread;
use std::time::Duration;

use super::people::*;
use crate::support::database::{Database, Kind, postgres_is_missing};

/// Deadlocks, serialization failures and locks that are not given: PostgreSQL ends the transaction twice, the third try is stored, and once.
#[test]
fn what_postgres_ends_for_another_is_tried_again() {
    if postgres_is_missing() {
        return;
    }
    for (state, words) in [
        ("40001", "could not serialize access due to concurrent update"),
        ("40P01", "deadlock detected"),
        ("55P03", "canceling statement due to lock timeout"),
        ("57014", "canceling statement due to statement timeout"),
    ] {
        let database = Database::demo(Kind::Postgres);
        let repository = database.repository();
        let mut plain = database.connection();
        // What a sequence has given out is not taken back with the transaction.
        plain
            .execute(&format!(
                "CREATE SEQUENCE tries; CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                 IF nextval('tries') < 3 THEN RAISE EXCEPTION '{words}' USING ERRCODE = '{state}'; END IF; RETURN NEW; END $$;
                 CREATE TRIGGER lose BEFORE INSERT ON message FOR EACH ROW EXECUTE FUNCTION lose()"
            ))
            .unwrap();
        sent(&repository, &[pdf("a")]);
        assert_eq!(plain.number("SELECT last_value AS value FROM tries"), 3, "{words}");
        let counts = database.counts();
        for table in ["message", "audit_record", "queue_event", "delivery", "document"] {
            assert_eq!(counts[table], 1, "{words}: {table}");
        }
    }
}

/// SQLITE_BUSY: another process writes for half a second.
#[test]
fn a_writer_of_sqlite_waits_for_another() {
    let database = Database::demo(Kind::Sqlite);
    let repository = database.repository();
    let mut other = database.connection();
    other.begin();
    other.execute("INSERT INTO organisation VALUES ('8/1', 'x', '00000000')").unwrap();
    let commit = repository.commit(sending(&letter(alma(&repository)), &[]));
    thread::sleep(Duration::from_millis(500));
    assert_eq!(database.count("message"), 0);
    other.execute("COMMIT").unwrap();
    commit.wait().unwrap();
    assert_eq!(database.count("message"), 1);
}

/// What is answered is in the log that is written ahead; that each commit is synced, the engine's own test says.
#[test]
fn sqlite_writes_ahead() {
    let database = Database::demo(Kind::Sqlite);
    assert_eq!(
        database.connection().texts("SELECT journal_mode AS value FROM pragma_journal_mode"),
        ["wal"]
    );
}
