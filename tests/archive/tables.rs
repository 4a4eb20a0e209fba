//! The tables: migrations go up and down, both engines agree with the schema, facts cannot be altered.

use std::collections::BTreeMap;
use std::fs;
use std::thread;

use dialogmodul::domain::Message;
use diesel_migrations::{FileBasedMigrations, MigrationHarness};

use super::people::*;
use crate::on_each_engine;
use crate::support;
use crate::support::database::{Database, Kind, Plain};

/// Tables with their columns, and whether a column may be empty.
type Tables = BTreeMap<String, BTreeMap<String, bool>>;

fn migrations(kind: Kind) -> FileBasedMigrations {
    let folder = match kind {
        Kind::Sqlite => "migrations/sqlite",
        Kind::Postgres => "migrations/postgres",
    };
    FileBasedMigrations::from_path(folder).unwrap()
}

fn tables_of(database: &Database) -> Tables {
    let rows = database.connection().texts(match database.kind() {
        Kind::Sqlite => {
            "SELECT t.name || ' ' || c.name || ' ' || (c.\"notnull\" = 0) AS value FROM sqlite_schema t, pragma_table_info(t.name) c \
             WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' AND t.name NOT LIKE '\\_\\_diesel%' ESCAPE '\\'"
        }
        Kind::Postgres => {
            "SELECT table_name || ' ' || column_name || ' ' || (is_nullable = 'YES')::int AS value FROM information_schema.columns \
             WHERE table_schema = current_schema() AND table_name NOT LIKE '\\_\\_diesel%' \
             AND NOT (SELECT relispartition FROM pg_class WHERE oid = format('%I.%I', table_schema, table_name)::regclass)"
        }
    });
    let mut tables = Tables::new();
    for row in rows {
        let words: Vec<&str> = row.split(' ').collect();
        tables
            .entry(words[0].to_owned())
            .or_default()
            .insert(words[1].to_owned(), words[2] == "1");
    }
    tables
}

/// The schema file read as text: `table (key) {` and `column -> Type,`, before them the name of a table that has another one in the database.
fn tables_of_schema() -> Tables {
    let mut tables = Tables::new();
    let (mut table, mut named) = (String::new(), None);
    let schema = fs::read_to_string("src/repository/schema.rs").unwrap();
    for line in schema.lines() {
        if let Some(name) = line.trim().strip_prefix("#[sql_name = \"") {
            named = name.strip_suffix("\"]");
        } else if let Some((name, _)) = line.trim().split_once(" (").filter(|_| line.ends_with(") {")) {
            table = named.take().unwrap_or(name).to_owned();
        } else if let Some((column, kind)) = line.trim().split_once(" -> ") {
            tables
                .entry(table.clone())
                .or_default()
                .insert(column.to_owned(), kind.starts_with("Nullable"));
        }
    }
    tables
}

on_each_engine! {
    /// The schema Diesel compiles against is the one the migrations make.
    fn migrations_make_the_schema(database: &Database) {
        database.repository();
        let schema = tables_of_schema();
        assert!(schema.len() >= 16, "the schema file was not understood");
        assert_eq!(tables_of(database), schema);
    }

    /// Every migration can be taken back and made again.
    fn migrations_go_up_down_and_up(database: &Database) {
        database.repository();
        let up = tables_of(database);
        let everything_else = |database: &Database| match database.kind() {
            Kind::Sqlite => database.connection().number("SELECT count(*) AS value FROM sqlite_schema WHERE name NOT LIKE '\\_\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite%'"),
            Kind::Postgres => database.connection().number("SELECT (SELECT count(*) FROM pg_proc WHERE pronamespace = current_schema()::regnamespace) + (SELECT count(*) FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relname NOT LIKE '\\_\\_%') AS value"),
        };
        match database.connection() {
            Plain::Sqlite(mut connection) => drop(connection.revert_all_migrations(migrations(Kind::Sqlite)).unwrap()),
            Plain::Postgres(mut connection) => drop(connection.revert_all_migrations(migrations(Kind::Postgres)).unwrap()),
        }
        assert_eq!((tables_of(database), everything_else(database)), (Tables::new(), 0));
        let repository = database.repository();
        assert_eq!(tables_of(database), up);
        repository.load_demo().unwrap();
        sent(&repository, &[pdf("a")]);
    }

    /// An archive that is older than the list of the unread gets it as it would have grown.
    fn messages_of_before_are_listed_as_unread(database: &Database) {
        let repository = database.repository();
        repository.load_demo().unwrap();
        let messages: Vec<Message> = (0..3).map(|_| sent(&repository, &[])).collect();
        repository.commit(reading(&messages[1], Some(job_centre()), noon())).wait().unwrap();
        drop(repository);
        while tables_of(database).contains_key("__unread") {
            match database.connection() {
                Plain::Sqlite(mut connection) => drop(connection.revert_last_migration(migrations(Kind::Sqlite)).unwrap()),
                Plain::Postgres(mut connection) => drop(connection.revert_last_migration(migrations(Kind::Postgres)).unwrap()),
            }
        }
        database.repository();
        assert_eq!(database.count("__unread"), 2);
        unread_is_listed(database);
    }

    /// Several processes may start at once on an empty database.
    fn processes_can_start_at_once(database: &Database) {
        thread::scope(|scope| {
            let starts: Vec<_> = (0..6).map(|_| scope.spawn(|| database.repository().ping())).collect();
            starts.into_iter().for_each(|start| start.join().unwrap().unwrap());
        });
    }

    /// M13: the database itself refuses to alter or remove a fact; what rectification takes away can go but not change.
    fn m13_facts_cannot_be_altered(database: &Database) {
        let repository = database.repository();
        repository.load_demo().unwrap();
        let message = sent(&repository, &[pdf("a")]);
        repository.commit(reading(&message, Some(job_centre()), noon())).wait().unwrap();
        let second = sent(&repository, &[]);
        repository.commit(rectifying(&second)).wait().unwrap();
        let before = database.counts();
        let mut plain = database.connection();
        let kept = ["thread", "message", "document", "reading", "rectification", "audit_record"];
        let removable = ["message_content", "document_name", "document_content", "delivery", "queue_event"];
        let mut refuses = |sql: &str| {
            let error = plain.execute(sql).unwrap_err().to_string();
            assert!(error.contains("facts are appended, never altered"), "{sql}: {error}");
        };
        for table in kept.iter().chain(&removable) {
            let column = if *table == "audit_record" { "call" } else { "citizen" };
            refuses(&format!("UPDATE {table} SET {column} = {column}"));
        }
        for table in kept {
            refuses(&format!("DELETE FROM {table}"));
        }
        if database.kind() == Kind::Postgres {
            refuses("TRUNCATE message");
        }
        assert_eq!(database.counts(), before);
    }
}

/// Both engines have the same migrations, each with its way back.
#[test]
fn both_engines_have_the_same_migrations() {
    let names = |engine: &str| {
        let mut names: Vec<String> = fs::read_dir(format!("migrations/{engine}"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .inspect(|path| {
                assert!(
                    path.join("up.sql").is_file() && path.join("down.sql").is_file(),
                    "{}",
                    path.display()
                )
            })
            .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    };
    assert_eq!(names("sqlite"), names("postgres"));
    assert!(names("sqlite").len() >= 4);
}

/// On PostgreSQL an operator sees real identifiers and instants.
#[test]
fn postgres_shows_uuids_and_timestamps() {
    if support::database::postgres_is_missing() {
        return;
    }
    let database = Database::new(Kind::Postgres);
    let repository = database.repository();
    repository.load_demo().unwrap();
    let message = sent(&repository, &[]);
    let shown = database
        .connection()
        .texts("SELECT id || ' ' || (created_at AT TIME ZONE 'UTC') AS value FROM message");
    assert_eq!(shown, [format!("{} 2026-05-04 10:00:00.123456", message.id)]);
}
