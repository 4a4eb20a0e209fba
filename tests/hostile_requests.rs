//! The hostile corpus through the whole stack, on both databases: each request gets the answer its name promises, leaves no row but its
//! audit record, calls nobody, panics nowhere, and the next caller is served.

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
    pub mod hostile;
    pub mod house;
    pub mod server;
}

use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use dialogmodul::services::Sources;
use support::database::Kind;
use support::hostile::{Expected, Hostile, corpus};
use support::house::{CODE_LISTS, CREATE, House, LOOK_UP, MESSAGES, noon};
use support::server::{Response, Server};

static PANICS: AtomicUsize = AtomicUsize::new(0);

fn play(kind: Kind) {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        // The test's own assertions fail in its own thread, which has a name.
        if std::thread::current().name().is_none_or(|name| !name.contains("on_")) {
            PANICS.fetch_add(1, Ordering::SeqCst);
        }
        usual(panic);
    }));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let house = House::on(kind, Sources::fixed(noon()), |_| ());
    let before = house.database.counts();
    let all = corpus(listener.local_addr().unwrap());
    assert!(all.len() > 200, "the corpus was found");
    let wrong: Vec<String> = all.iter().filter_map(|hostile| judge(&house, hostile).err()).collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), all.len(), wrong.join("\n"));
    let grown: Vec<_> = house
        .database
        .counts()
        .into_iter()
        .filter(|(table, count)| !table.starts_with("audit_") && before.get(table) != Some(count))
        .collect();
    assert!(grown.is_empty(), "rows were written: {grown:?}");
    assert!(listener.accept().is_err(), "a document made the server call somewhere");
    assert_eq!(PANICS.load(Ordering::SeqCst), 0, "panics");
    assert_eq!(house.post(MESSAGES, "", CREATE.as_bytes()).status(), 200);
}

/// Sends a hostile request, then one of somebody else.
fn judge(server: &Server, hostile: &Hostile) -> Result<(), String> {
    let started = Instant::now();
    let mut connection = server.connect();
    // Who is refused early stops sending.
    connection.try_write(&hostile.bytes);
    let Some(response) = connection.any_response() else {
        return Err(format!("{}: no answer", hostile.name));
    };
    let found = seen(&response);
    let text = String::from_utf8_lossy(&response.body);
    if found != hostile.expected {
        return Err(format!("{}: {found:?} {text}", hostile.name));
    }
    if text.contains("1503850002") || text.contains("hello") {
        return Err(format!("{}: the fault repeats values: {text}", hostile.name));
    }
    let media = response.header("content-type");
    if !matches!(media, Some("text/xml; charset=utf-8" | "application/soap+xml; charset=utf-8")) {
        return Err(format!("{}: the answer is {media:?}", hostile.name));
    }
    let next = server.post(CODE_LISTS, "", LOOK_UP.as_bytes());
    if next.status() != 200 {
        return Err(format!("{}: afterwards {}", hostile.name, next.status()));
    }
    // Far more than it takes, in a build without optimisation on a busy machine; what is never answered is found here.
    assert!(started.elapsed() < Duration::from_secs(30), "{}", hostile.name);
    Ok(())
}

fn seen(response: &Response) -> Expected {
    let text = String::from_utf8_lossy(&response.body);
    let told = |word: &str| {
        text.contains(&format!("<faultcode>soap:{word}</faultcode>")) || text.contains(&format!("<env:Value>env:{word}</env:Value>"))
    };
    let blame = [
        ("Client", "Client"),
        ("Sender", "Client"),
        ("Server", "Server"),
        ("Receiver", "Server"),
        ("VersionMismatch", "VersionMismatch"),
        ("MustUnderstand", "MustUnderstand"),
    ];
    let blame = blame.into_iter().find(|(word, _)| told(word)).map(|(_, blame)| blame);
    Expected {
        status: response.status(),
        blame,
        number: response.fault(),
    }
}

mod every_hostile_request_gets_its_answer_and_leaves_nothing {
    use super::*;

    #[test]
    fn on_sqlite() {
        play(Kind::Sqlite);
    }

    #[test]
    fn on_postgres() {
        if !support::database::postgres_is_missing() {
            play(Kind::Postgres);
        }
    }
}
