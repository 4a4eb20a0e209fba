//! What a database is asked: every statement on every connection that was opened after the first watch, without its values.

use std::collections::HashMap;
use std::sync::Mutex;

use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};

use crate::support::database::{Database, Kind};

static ASKED: Mutex<Option<HashMap<String, Vec<String>>>> = Mutex::new(None);

/// One connection, by the URL it was opened with.
struct Listener(String);

impl Instrumentation for Listener {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match event {
            InstrumentationEvent::StartEstablishConnection { url, .. } => url.clone_into(&mut self.0),
            InstrumentationEvent::StartQuery { query, .. } => {
                let text = query.to_string();
                let statement = text.split(" -- binds").next().unwrap_or_default().to_owned();
                if let Some(asked) = ASKED.lock().unwrap().as_mut() {
                    asked.entry(self.0.clone()).or_default().push(statement);
                }
            }
            _ => {}
        }
    }
}

/// Begins to watch connections.
pub fn watch() {
    ASKED.lock().unwrap().get_or_insert_default();
    set_default_instrumentation(|| Some(Box::new(Listener(String::new())))).unwrap();
}

/// What a database was asked since the last time, in the order of the alphabet: the writer's connection and the reader's are two.
pub fn of(database: &Database) -> Vec<String> {
    let is_its = |url: &str| match database.kind() {
        Kind::Sqlite => database.url().ends_with(url),
        Kind::Postgres => url.contains(database.name()),
    };
    let mut asked = ASKED.lock().unwrap();
    let lists = asked.iter_mut().flatten().filter(|(url, _)| !url.is_empty() && is_its(url));
    let mut statements: Vec<String> = lists.flat_map(|(_, statements)| std::mem::take(statements)).collect();
    statements.sort();
    statements
}
