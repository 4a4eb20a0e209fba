//! Metrics through the whole stack: what a scraper reads after known calls, and what it must never read.

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
    pub mod exposition;
    pub mod server;
}

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use std::{fs, thread};

use chrono::{DateTime, TimeDelta, Utc};
use dialogmodul::domain::Channel;
use dialogmodul::domain::delivery::Verdict;
use dialogmodul::repository::{Order, Repository};
use dialogmodul::services::Sources;
use dialogmodul::settings::Limits;
use support::database::{Database, Kind};
use support::exposition::Page;
use support::server::{Response, Server, connect, request};
use uuid::{Builder, Uuid};

const MESSAGES: &str = "/PjakTassWCFtService/2/CitizenMessageService.svc";
const CODE_LISTS: &str = "/PjakTassWCFtService/5/CodeListService.svc";
const CREATE: &str = include_str!("../fixtures/01-notification-on-jobnet/01-create.request.xml");
const BY_EMAIL: &str = include_str!("../fixtures/03-email-and-sms/01-create-email.request.xml");
const RECOMMEND: &str = include_str!("../fixtures/04-recommendation/01-create.request.xml");
const LOOK_UP: &str = include_str!("../fixtures/26-code-lists/05-organisation-type.request.xml");

/// After this time the archive is looked into again.
const FRESH: Duration = Duration::from_millis(3100);

/// A server that can be watched, over a demo archive, with a clock the test turns.
struct House<'a> {
    server: Server,
    repository: Repository,
    now: Arc<Mutex<DateTime<Utc>>>,
    database: &'a Database,
}

impl<'a> House<'a> {
    fn over(database: &'a Database) -> Self {
        let repository = database.repository();
        repository.load_demo().unwrap();
        let now: DateTime<Utc> = "2026-11-20T11:00:00Z".parse().unwrap();
        let now = Arc::new(Mutex::new(now));
        let (clock, stamp, count) = (now.clone(), now.clone(), AtomicU64::new(1));
        let identifier = move || identifier(*stamp.lock().unwrap(), count.fetch_add(1, Ordering::Relaxed));
        let sources = Sources::new(move || *clock.lock().unwrap(), identifier);
        let server = Server::start_with(repository.clone(), sources, |settings| {
            settings.metrics_listen = Some(SocketAddr::from(([127, 0, 0, 1], 0)));
        });
        Self {
            server,
            repository,
            now,
            database,
        }
    }

    fn post(&self, path: &str, body: &str) -> Response {
        self.server.post(path, "", body.as_bytes())
    }

    fn watch(&self, method: &str, path: &str, body: &[u8]) -> Response {
        let mut connection = connect(self.server.metrics.unwrap());
        connection.write(&request(method, path, "", body));
        connection.response()
    }

    fn text(&self) -> String {
        let response = self.watch("GET", "/metrics", b"");
        assert_eq!(response.status(), 200);
        assert_eq!(response.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
        response.text().to_owned()
    }

    fn page(&self) -> Page {
        Page::read(&self.text())
    }

    /// The page once it shows what is wanted: counting happens just after the answer has left.
    fn page_when(&self, shows: impl Fn(&Page) -> bool) -> Page {
        let begun = Instant::now();
        loop {
            let page = self.page();
            if shows(&page) {
                return page;
            }
            assert!(begun.elapsed() < Duration::from_secs(20), "{page:#?}");
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn pass(&self, time: TimeDelta) {
        *self.now.lock().unwrap() += time;
    }
}

fn identifier(at: DateTime<Utc>, count: u64) -> Uuid {
    let mut random = [0; 10];
    random[2..].copy_from_slice(&count.to_be_bytes());
    Builder::from_unix_timestamp_millis(u64::try_from(at.timestamp_millis()).unwrap(), &random).into_uuid()
}

/// Labels of an operation.
fn of<'a>(service: &'a str, version: &'a str, operation: &'a str) -> [(&'a str, &'a str); 3] {
    [("service", service), ("version", version), ("operation", operation)]
}

fn requests(page: &Page, labels: [(&str, &str); 3], outcome: &str) -> Option<f64> {
    let [service, version, operation] = labels;
    page.get("dialogmodul_requests_total", &[service, version, operation, ("outcome", outcome)])
}

#[test]
fn calls_are_counted_by_operation_and_outcome_and_timed() {
    let database = Database::new(Kind::Sqlite);
    let house = House::over(&database);
    let create = of("CitizenMessageService", "2", "CreateMessage");
    let look_up = of("CodeListService", "5", "GetOrganisationTypeIdentifierCodeList");
    let unknown = of("CodeListService", "5", "unknown");
    let before = house.page();
    assert_eq!(requests(&before, create, "answered"), Some(0.0), "a rise from nothing is seen");
    assert_eq!(requests(&before, unknown, "1011"), Some(0.0));
    assert_eq!(before.of("dialogmodul_request_duration_seconds_count").count(), 0);

    let begun = Instant::now();
    for _ in 0..3 {
        assert_eq!(house.post(MESSAGES, CREATE).status(), 200);
    }
    let unknown_citizen = CREATE.replace("1503850002", "0101010101");
    assert_eq!(house.post(MESSAGES, &unknown_citizen).fault(), Some(1010));
    assert_eq!(house.post(CODE_LISTS, LOOK_UP).status(), 200);
    for name in ["Invented", "Invented2"] {
        let invented = LOOK_UP.replace("GetOrganisationTypeIdentifierCodeListRequest", name);
        assert_eq!(house.post(CODE_LISTS, &invented).fault(), Some(1014));
    }
    let page = house.page_when(|page| requests(page, unknown, "1014") == Some(2.0));
    let spent = begun.elapsed().as_secs_f64();

    assert_eq!(requests(&page, create, "answered"), Some(3.0));
    assert_eq!(requests(&page, create, "1010"), Some(1.0));
    assert_eq!(requests(&page, create, "1011"), Some(0.0));
    assert_eq!(requests(&page, look_up, "answered"), Some(1.0));
    for (labels, number) in [(create, 4.0), (look_up, 1.0), (unknown, 2.0)] {
        assert_eq!(page.value("dialogmodul_request_duration_seconds_count", &labels), number);
        let sum = page.value("dialogmodul_request_duration_seconds_sum", &labels);
        assert!(sum > 0.0 && sum < spent, "{labels:?}: {sum} of {spent} seconds");
    }
    let all: f64 = page.of("dialogmodul_requests_total").map(|(_, number)| number).sum();
    assert_eq!(all, 7.0, "nothing is counted twice");
    // Each call left one unit; the look-up's is committed after its answer.
    let page = house.page_when(|page| page.get("dialogmodul_commit_writes_sum", &[]) == Some(7.0));
    assert_eq!(page.value("dialogmodul_writes_waiting", &[]), 0.0);
    assert!(page.value("dialogmodul_commit_duration_seconds_sum", &[]) > 0.0);
    assert_eq!(page.value("dialogmodul_read_connections_max", &[]), 16.0);
    assert_eq!(page.value("dialogmodul_read_connections", &[("state", "in_use")]), 0.0);
    assert!(page.value("dialogmodul_read_connections", &[("state", "idle")]) >= 1.0);
    assert_eq!(page.value("dialogmodul_build_info", &[("version", env!("CARGO_PKG_VERSION"))]), 1.0);
    let now = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs_f64();
    assert!((now - page.value("process_start_time_seconds", &[])).abs() < 600.0);
}

#[test]
fn a_call_whose_body_is_still_coming_holds_its_bytes_and_nobodys_place() {
    let database = Database::new(Kind::Sqlite);
    let house = House::over(&database);
    let call = request("POST", MESSAGES, "Content-Type: text/xml; charset=utf-8\r\n", CREATE.as_bytes());
    let mut connection = house.server.connect();
    let (first, rest) = call.split_at(call.len() - 100);
    connection.write(first);
    let limits = Limits::default();
    let most = (CREATE.len().div_ceil(1024) * 1024) as f64;
    let page = house.page_when(|page| page.value("dialogmodul_bytes_in_flight", &[]) > 0.0);
    assert_eq!(page.value("dialogmodul_requests_in_work", &[]), 0.0);
    assert!(page.value("dialogmodul_bytes_in_flight", &[]) <= most);
    assert_eq!(
        page.value("dialogmodul_requests_in_work_max", &[]),
        (limits.requests + limits.queue) as f64
    );
    assert_eq!(page.value("dialogmodul_bytes_in_flight_max", &[]), limits.bytes_in_flight as f64);
    connection.write(rest);
    assert_eq!(connection.response().status(), 200);
    house.page_when(|page| page.value("dialogmodul_requests_in_work", &[]) == 0.0 && page.value("dialogmodul_bytes_in_flight", &[]) == 0.0);
}

on_each_engine! {
    fn what_waits_in_outbox_and_queues_is_followed(database: &Database) {
        let house = House::over(database);
        let (email, centres) = ([("channel", "email")], [("organisation_type", "8")]);
        assert_eq!(house.post(MESSAGES, BY_EMAIL).status(), 200);
        assert_eq!(house.post(MESSAGES, RECOMMEND).status(), 200);
        house.pass(TimeDelta::seconds(90));
        let page = house.page();
        assert_eq!(page.value("dialogmodul_database_up", &[]), 1.0);
        assert_eq!(page.value("dialogmodul_outbox_waiting", &email), 1.0);
        assert_eq!(page.value("dialogmodul_outbox_retried", &email), 0.0);
        assert_eq!(page.value("dialogmodul_outbox_oldest_age_seconds", &email), 90.0);
        assert_eq!(page.value("dialogmodul_outbox_waiting", &[("channel", "sms")]), 0.0);
        assert_eq!(page.value("dialogmodul_outbox_oldest_age_seconds", &[("channel", "sms")]), 0.0);
        assert_eq!(page.value("dialogmodul_queue_events", &centres), 1.0);
        assert_eq!(page.value("dialogmodul_queue_oldest_age_seconds", &centres), 90.0);

        let now = *house.now.lock().unwrap();
        let outbox = house.repository.outbox();
        let order = Order {
            owner: Uuid::now_v7(),
            channel: Channel::Email,
            reminders: false,
            now,
            leased_until: now + TimeDelta::seconds(60),
            limit: 16,
        };
        let claims = outbox.claim(&order).unwrap();
        assert!(outbox.settle(&claims[0], Verdict::Delivered, None, now).unwrap());
        assert!(!outbox.settle(&claims[0], Verdict::Delivered, None, now).unwrap());
        house.database.connection().execute("DELETE FROM queue_event").unwrap();
        let page = house.page();
        let attempts = |outcome| page.value("dialogmodul_delivery_attempts_total", &[("channel", "email"), ("outcome", outcome)]);
        assert_eq!((attempts("delivered"), attempts("postponed"), attempts("failed")), (1.0, 0.0, 0.0));
        assert_eq!(page.value("dialogmodul_outbox_waiting", &email), 1.0, "a scrape that follows costs the database nothing");

        thread::sleep(FRESH);
        let page = house.page();
        for (name, labels) in [
            ("dialogmodul_outbox_waiting", &email),
            ("dialogmodul_outbox_oldest_age_seconds", &email),
            ("dialogmodul_queue_events", &centres),
            ("dialogmodul_queue_oldest_age_seconds", &centres),
        ] {
            assert_eq!(page.value(name, labels), 0.0, "{name}");
        }
    }
}

#[test]
fn a_database_that_is_away_is_said_and_hides_nothing_else() {
    let database = Database::new(Kind::Sqlite);
    let house = House::over(&database);
    assert_eq!(house.post(MESSAGES, BY_EMAIL).status(), 200);
    assert_eq!(house.page().value("dialogmodul_database_up", &[]), 1.0);
    let file = database.url().strip_prefix("sqlite:").unwrap();
    let aside = format!("{file}.aside");
    fs::rename(file, &aside).unwrap();
    fs::create_dir(file).unwrap();
    thread::sleep(FRESH);
    let begun = Instant::now();
    let page = house.page();
    assert!(begun.elapsed() < Duration::from_secs(2), "a scrape does not wait for the database");
    assert_eq!(page.value("dialogmodul_database_up", &[]), 0.0);
    for name in [
        "dialogmodul_outbox_waiting",
        "dialogmodul_outbox_oldest_age_seconds",
        "dialogmodul_queue_events",
    ] {
        assert_eq!(page.of(name).count(), 0, "{name} is not known");
    }
    let create = of("CitizenMessageService", "2", "CreateMessage");
    assert_eq!(requests(&page, create, "answered"), Some(1.0));
    fs::remove_dir(file).unwrap();
    fs::rename(&aside, file).unwrap();
    thread::sleep(FRESH);
    let page = house.page();
    assert_eq!(page.value("dialogmodul_database_up", &[]), 1.0);
    assert_eq!(page.value("dialogmodul_outbox_waiting", &[("channel", "email")]), 1.0);
}

/// S8: neither a citizen nor a person nor one authority can be found in a label or an explanation.
#[test]
fn s8_no_label_names_a_citizen_a_person_or_an_organisation() {
    let database = Database::new(Kind::Sqlite);
    let house = House::over(&database);
    for body in [CREATE, BY_EMAIL, RECOMMEND] {
        assert_eq!(house.post(MESSAGES, body).status(), 200);
    }
    let odd = CREATE.replace("CreateMessageRequest", "Read1503850002");
    assert_eq!(house.post(&MESSAGES.replace("Citizen", "1503850002"), &odd).status(), 404);
    assert_eq!(house.post(MESSAGES, &odd).fault(), Some(1014));
    let unknown = of("CitizenMessageService", "2", "unknown");
    house.page_when(|page| requests(page, unknown, "1014") == Some(1.0));
    let text = house.text();
    let page = Page::read(&text);
    let explanations: Vec<&str> = text.lines().filter(|line| line.starts_with('#')).collect();
    let labels = page.labels();
    let words: Vec<&str> = labels.iter().map(|(_, value)| value.as_str()).chain(explanations).collect();
    for word in words {
        for named in [
            "1503850002",
            "150385",
            "90101",
            "90201",
            "RID",
            "CV1000",
            "Jytte",
            "Alma",
            "Read1503",
        ] {
            assert!(!word.contains(named), "{word} names {named}");
        }
    }
    let names: Vec<&str> = [
        "channel",
        "le",
        "operation",
        "organisation_type",
        "outcome",
        "service",
        "state",
        "version",
    ]
    .into();
    for (name, value) in &labels {
        assert!(names.contains(&name.as_str()), "{name} is a label nobody has thought about");
        assert!(value.len() <= 60, "{name} {value}");
    }
}

#[test]
fn the_address_for_watching_and_the_address_for_calls_answer_nothing_of_each_other() {
    let database = Database::new(Kind::Sqlite);
    let house = House::over(&database);
    assert_eq!(house.server.get("/metrics").status(), 404);
    let before = database.counts();
    for path in ["/", "/health/ready", MESSAGES, "/metrics/"] {
        assert_eq!(house.watch("GET", path, b"").status(), 404, "{path}");
    }
    assert_eq!(house.watch("POST", MESSAGES, CREATE.as_bytes()).status(), 404);
    let refused = house.watch("POST", "/metrics", b"x");
    assert_eq!((refused.status(), refused.header("allow")), (405, Some("GET, HEAD")));
    assert_eq!(database.counts(), before);
    let mut connection = connect(house.server.metrics.unwrap());
    connection.write(&request("HEAD", "/metrics", "", b""));
    assert_eq!(connection.head().status(), 200);
}

#[test]
fn nothing_listens_for_scrapers_unless_it_is_asked_for() {
    let database = Database::demo(Kind::Sqlite);
    let server = Server::start(database.repository(), Sources::system());
    assert_eq!(server.metrics, None);
}

/// What the operator reads about the metrics agrees with what a scraper reads.
#[test]
fn every_metric_is_explained_and_every_alert_asks_for_one_that_is_there() {
    let database = Database::new(Kind::Sqlite);
    let house = House::over(&database);
    assert_eq!(house.post(MESSAGES, RECOMMEND).status(), 200);
    let page = house.page_when(|page| page.families.contains_key("dialogmodul_request_duration_seconds"));
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(folder.join("README.md")).unwrap();
    let (_, watching) = readme.split_once("## Watching it").unwrap();
    let (watching, _) = watching.split_once("\n## ").unwrap();
    for name in page.families.keys() {
        let short = name.trim_start_matches("dialogmodul_");
        let explained = watching.contains(short) || short.strip_suffix("_max").is_some_and(|of| watching.contains(of));
        assert!(explained, "README: {name} is not explained");
    }
    let alerts = fs::read_to_string(folder.join("fixtures/operations/alerts.yml")).unwrap();
    let words = alerts.split(|character: char| !character.is_ascii_alphanumeric() && character != '_');
    let asked: BTreeSet<&str> = words.filter(|word| word.starts_with("dialogmodul_")).collect();
    assert!(asked.len() > 5, "{asked:?}");
    for name in asked {
        assert!(
            page.families.contains_key(name.trim_end_matches("_bucket")),
            "alerts.yml: there is no {name}"
        );
    }
}
