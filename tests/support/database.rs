//! A database of its own for a test, on either engine, gone when it is dropped.
//! SQLite is always there; PostgreSQL where `DIALOGMODUL_TEST_POSTGRES_URL` names a server, and with
//! `DIALOGMODUL_TEST_POSTGRES_REQUIRED=1` its absence is a failure.
//! `DIALOGMODUL_TEST_POOLER=HOST:PORT` leads the archive through a pooler in transaction mode.
//! What is in the database is asked in plain SQL, past the repository.

use std::collections::BTreeMap;
use std::env;

use dialogmodul::repository::{Repository, Settings};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel::{PgConnection, SqliteConnection};
use tempfile::TempDir;
use uuid::Uuid;

/// The engines a test can run on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Sqlite,
    Postgres,
}

/// Says that a PostgreSQL run is left out; fails where it is required.
pub fn postgres_is_missing() -> bool {
    let missing = postgres_server().is_none();
    let required = env::var("DIALOGMODUL_TEST_POSTGRES_REQUIRED").is_ok_and(|value| value == "1");
    assert!(
        !(missing && required),
        "DIALOGMODUL_TEST_POSTGRES_URL names no server, and the PostgreSQL run is required"
    );
    if missing {
        eprintln!("left out: DIALOGMODUL_TEST_POSTGRES_URL names no PostgreSQL server");
    }
    missing
}

/// The engines there are.
pub fn kinds() -> Vec<Kind> {
    if postgres_is_missing() {
        vec![Kind::Sqlite]
    } else {
        vec![Kind::Sqlite, Kind::Postgres]
    }
}

/// Makes each function two tests, one per engine; the function gets an empty database.
#[macro_export]
macro_rules! on_each_engine {
    ($($(#[$doc:meta])* fn $name:ident($database:ident: &Database) $body:block)+) => { $(
        $(#[$doc])*
        mod $name {
            use super::*;

            fn story($database: &Database) $body

            #[test]
            fn on_sqlite() {
                story(&Database::new(Kind::Sqlite));
            }

            #[test]
            fn on_postgres() {
                if !support::database::postgres_is_missing() {
                    story(&Database::new(Kind::Postgres));
                }
            }
        }
    )+ };
}

/// A database of a test.
pub struct Database {
    kind: Kind,
    url: String,
    /// The way through a pooler in transaction mode, if the tests are to take it.
    pooled: Option<String>,
    name: String,
    folder: Option<TempDir>,
}

impl Database {
    /// An empty database.
    pub fn new(kind: Kind) -> Self {
        let name = format!("test_{}", Uuid::now_v7().simple());
        match kind {
            Kind::Sqlite => {
                let folder = TempDir::new().unwrap();
                let url = format!("sqlite:{}", folder.path().join("archive.sqlite").display());
                Self {
                    kind,
                    url,
                    pooled: None,
                    name,
                    folder: Some(folder),
                }
            }
            Kind::Postgres => {
                let server = postgres_server().expect("ask postgres_is_missing first");
                match pooler() {
                    Some(pooler) => Self::behind_a_pooler(&server, &pooler, name),
                    None => Self::in_a_schema(&server, name),
                }
            }
        }
    }

    fn in_a_schema(server: &str, name: String) -> Self {
        connect_postgres(server).batch_execute(&format!("CREATE SCHEMA {name}")).unwrap();
        let separator = if server.contains('?') { '&' } else { '?' };
        Self {
            kind: Kind::Postgres,
            url: format!("{server}{separator}options=-csearch_path%3D{name}&application_name={name}"),
            pooled: None,
            name,
            folder: None,
        }
    }

    /// A schema would be a setting of a connection, and the pooler keeps none.
    fn behind_a_pooler(server: &str, pooler: &str, name: String) -> Self {
        connect_postgres(server).batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
        let (address, _) = server.rsplit_once('/').unwrap();
        let (user, _) = address.rsplit_once('@').unwrap();
        Self {
            kind: Kind::Postgres,
            url: format!("{address}/{name}"),
            pooled: Some(format!("{user}@{pooler}/{name}")),
            name,
            folder: None,
        }
    }

    /// A database with the demo data.
    pub fn demo(kind: Kind) -> Self {
        let database = Self::new(kind);
        database.repository().load_demo().unwrap();
        database
    }

    /// Its engine.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Its URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its name on the server, also the application name of its connections.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The archive over it, as one more process would open it.
    pub fn repository(&self) -> Repository {
        self.repository_with(|_| ())
    }

    /// The archive with other settings.
    pub fn repository_with(&self, change: impl FnOnce(&mut Settings)) -> Repository {
        let mut settings = Settings::new([7; 32]);
        settings.pooled = self.pooled.is_some();
        change(&mut settings);
        Repository::open(self.pooled.as_ref().unwrap_or(&self.url), &settings).unwrap()
    }

    /// A connection past the repository.
    pub fn connection(&self) -> Plain {
        match self.kind {
            Kind::Sqlite => {
                let path = self.url.strip_prefix("sqlite:").unwrap();
                let mut connection = SqliteConnection::establish(path).unwrap();
                connection.batch_execute("PRAGMA busy_timeout = 10000").unwrap();
                Plain::Sqlite(connection)
            }
            Kind::Postgres => Plain::Postgres(connect_postgres(&self.url)),
        }
    }

    /// Rows of every table.
    pub fn counts(&self) -> BTreeMap<String, i64> {
        let mut connection = self.connection();
        let tables = connection.texts(match self.kind {
            Kind::Sqlite => "SELECT name AS value FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE '\\_\\_%' ESCAPE '\\'",
            Kind::Postgres => {
                "SELECT table_name::text AS value FROM information_schema.tables WHERE table_schema = current_schema() AND table_name NOT LIKE '\\_\\_%' AND NOT (SELECT relispartition FROM pg_class WHERE oid = format('%I.%I', table_schema, table_name)::regclass)"
            }
        });
        tables
            .into_iter()
            .map(|table| (table.clone(), connection.number(&format!("SELECT count(*) AS value FROM {table}"))))
            .collect()
    }

    /// Rows of one table.
    pub fn count(&self, table: &str) -> i64 {
        self.connection().number(&format!("SELECT count(*) AS value FROM {table}"))
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if self.folder.is_none()
            && let Some(server) = postgres_server()
            && let Ok(mut connection) = PgConnection::establish(&server)
        {
            let _ = match self.pooled {
                Some(_) => connection.batch_execute(&format!("DROP DATABASE {} WITH (FORCE)", self.name)),
                None => connection.batch_execute(&format!("DROP SCHEMA {} CASCADE", self.name)),
            };
        }
    }
}

/// A connection past the repository, for plain SQL.
pub enum Plain {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    value: i64,
}

#[derive(QueryableByName)]
struct Word {
    #[diesel(sql_type = Text)]
    value: String,
}

#[derive(QueryableByName)]
struct PlanLine {
    #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
    line: String,
}

impl Plain {
    /// Runs statements.
    pub fn execute(&mut self, sql: &str) -> QueryResult<()> {
        match self {
            Self::Sqlite(connection) => connection.batch_execute(sql),
            Self::Postgres(connection) => connection.batch_execute(sql),
        }
    }

    /// Takes the write lock of SQLite, or just begins on PostgreSQL.
    pub fn begin(&mut self) {
        match self {
            Self::Sqlite(connection) => connection.batch_execute("BEGIN IMMEDIATE"),
            Self::Postgres(connection) => connection.batch_execute("BEGIN"),
        }
        .unwrap();
    }

    /// The one number a query called `value`.
    pub fn number(&mut self, sql: &str) -> i64 {
        let query = diesel::sql_query(sql);
        let row: Number = match self {
            Self::Sqlite(connection) => query.get_result(connection),
            Self::Postgres(connection) => query.get_result(connection),
        }
        .unwrap();
        row.value
    }

    /// The texts a query called `value`.
    pub fn texts(&mut self, sql: &str) -> Vec<String> {
        let query = diesel::sql_query(sql);
        let rows: Vec<Word> = match self {
            Self::Sqlite(connection) => query.load(connection),
            Self::Postgres(connection) => query.load(connection),
        }
        .unwrap();
        rows.into_iter().map(|row| row.value).collect()
    }

    /// The lines of a plan, as PostgreSQL's `EXPLAIN` writes them.
    pub fn plan(&mut self, explain: &str) -> Vec<String> {
        let Self::Postgres(connection) = self else {
            panic!("only PostgreSQL")
        };
        let query = diesel::sql_query(explain);
        let rows: Vec<PlanLine> = query.load(connection).unwrap_or_else(|error| panic!("{error}: {explain}"));
        rows.into_iter().map(|row| row.line).collect()
    }

    /// How an identifier is written in SQL.
    pub fn id(&self, id: Uuid) -> String {
        match self {
            Self::Sqlite(_) => format!("x'{}'", id.simple()),
            Self::Postgres(_) => format!("'{id}'::uuid"),
        }
    }
}

fn postgres_server() -> Option<String> {
    env::var("DIALOGMODUL_TEST_POSTGRES_URL").ok().filter(|url| !url.is_empty())
}

/// Where a pooler in transaction mode listens, `HOST:PORT`, if the tests are to go through it.
fn pooler() -> Option<String> {
    env::var("DIALOGMODUL_TEST_POOLER").ok().filter(|pooler| !pooler.is_empty())
}

fn connect_postgres(url: &str) -> PgConnection {
    PgConnection::establish(url).unwrap()
}
