//! The plans of the archive's statements: the stories are played while every statement is written down, and each is then explained.
//! No statement reads a large table from one end to the other.
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
    pub mod difference;
    pub mod replay;
    pub mod scenario;
    pub mod server;
    pub mod stage;
}

use std::collections::BTreeSet;
use std::sync::Mutex;

use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};
use support::database::{Database, Kind, Plain};
use support::{replay, scenario};

/// Tables that grow with citizens, messages or calls, and the other names queries have for them.
const LARGE: [&str; 23] = [
    "citizen",
    "relation",
    "thread",
    "message",
    "answers",
    "message_content",
    "document",
    "document_name",
    "document_content",
    "reading",
    "views",
    "rectification",
    "delivery",
    "delivery_outcome",
    "delivery_attempt",
    "queue_event",
    "earlier",
    "audit_record",
    "audit_citizen",
    "answered_request",
    "purged_thread",
    "purged_document",
    "archive_release",
];

/// Every statement of every connection of this process.
static HEARD: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

struct Ear;

impl Instrumentation for Ear {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            let text = query.to_string();
            let statement = text.split(" -- binds:").next().unwrap();
            // What the tests ask themselves calls its answer `value`.
            // Rows that are handed over are not looked for.
            let looks = ["SELECT", "UPDATE", "DELETE"].iter().any(|verb| statement.starts_with(verb));
            let ours = looks && !statement.contains(" AS value") && !statement.contains("unnest(");
            if ours && !statement.contains("__diesel") {
                HEARD.lock().unwrap().insert(statement.to_owned());
            }
        }
    }
}

/// Plays the stories on an engine: the statements that were heard, known by the quotes of its dialect; what the stage itself says has none.
fn statements(kind: Kind) -> Vec<String> {
    set_default_instrumentation(|| Some(Box::new(Ear))).unwrap();
    replay::play(kind, &scenario::all());
    let heard = HEARD.lock().unwrap();
    let found: Vec<String> = heard
        .iter()
        .filter(|statement| statement.contains(if kind == Kind::Sqlite { '`' } else { '"' }))
        .cloned()
        .collect();
    assert!(found.len() > 40, "only {} statements were heard on {kind:?}", found.len());
    found
}

#[test]
fn no_statement_scans_a_large_table_on_sqlite() {
    let database = Database::demo(Kind::Sqlite);
    let Plain::Sqlite(mut connection) = database.connection() else {
        panic!()
    };
    let mut scans = Vec::new();
    for statement in statements(Kind::Sqlite) {
        for step in explained_on_sqlite(&mut connection, &statement) {
            let words: Vec<&str> = step.split(' ').collect();
            if words[0] == "SCAN" && LARGE.contains(&words[1]) {
                scans.push(format!("{step}: {statement}"));
            }
        }
    }
    assert!(scans.is_empty(), "{}", scans.join("\n"));
}

#[derive(diesel::QueryableByName)]
struct Step {
    #[diesel(sql_type = diesel::sql_types::Text)]
    detail: String,
}

fn explained_on_sqlite(connection: &mut diesel::SqliteConnection, statement: &str) -> Vec<String> {
    use diesel::RunQueryDsl as _;
    let steps: Vec<Step> = diesel::sql_query(format!("EXPLAIN QUERY PLAN {statement}"))
        .load(connection)
        .unwrap_or_else(|error| panic!("{error}: {statement}"));
    steps.into_iter().map(|step| step.detail).collect()
}
