//! Metrics: how the house does, told to the machine that watches it, at an address of its own.
//! It knows the meters of the door and asks the desk for those of the archive; labels are services, operations, outcomes, channels and
//! types of authority, never a word of a caller's, a citizen or one authority (S8).
//! How often the archive is looked into is left to `lookout`.

mod lookout;

use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

use actix_web::http::header::{ALLOW, CACHE_CONTROL};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use tokio::sync::Mutex;

use self::lookout::Lookout;
use super::connections::CameInAt;
use super::door::Door;
use crate::contract::{Operation, Service};
use crate::meter::{Gauge, GaugeVec, HistogramVec, IntCounterVec, Meters};
use crate::services::Backlog;

/// The outcome of a call that got its answer; that of any other is the number of its fault.
pub(super) const ANSWERED: &str = "answered";

/// The operation of a call whose operation was not found.
const UNKNOWN: &str = "unknown";

/// The text format of Prometheus.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Seconds a call takes, from its head to its answer.
const SECONDS: [f64; 13] = [0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// Outcomes that are there from the start, so that the first of them is seen as a rise: answered, 1011 and 1100.
const EXPECTED: [&str; 3] = [ANSWERED, "1011", "1100"];

/// The meters of the door.
pub(super) struct Metrics {
    watched_at: Option<SocketAddr>,
    meters: Meters,
    requests: IntCounterVec,
    durations: HistogramVec,
    requests_in_work: Gauge,
    requests_max: Gauge,
    bytes_in_flight: Gauge,
    bytes_max: Gauge,
    database_up: Gauge,
    outbox: Waiting,
    outbox_retried: GaugeVec,
    queues: Waiting,
    lookout: Mutex<Lookout>,
}

/// How much waits and since when, by one label.
struct Waiting {
    number: GaugeVec,
    age: GaugeVec,
}

/// Answers a request at the address that is only for watching.
pub(super) async fn page(door: &Door, request: &HttpRequest) -> HttpResponse {
    match (request.path(), request.method()) {
        ("/metrics", &(Method::GET | Method::HEAD)) => HttpResponse::Ok()
            .insert_header((CACHE_CONTROL, "no-store"))
            .content_type(TEXT)
            .body(door.metrics.text(door).await),
        ("/metrics", _) => refuse(StatusCode::METHOD_NOT_ALLOWED),
        _ => refuse(StatusCode::NOT_FOUND),
    }
}

/// Nobody's body is read here, so the connection ends.
fn refuse(status: StatusCode) -> HttpResponse {
    let mut response = HttpResponse::build(status);
    if status == StatusCode::METHOD_NOT_ALLOWED {
        response.insert_header((ALLOW, "GET, HEAD"));
    }
    response.force_close().content_type(TEXT).body("GET /metrics\n")
}

impl Metrics {
    /// Begins at nothing; to be asked at an address of its own, if at all.
    pub(super) fn new(watched_at: Option<SocketAddr>) -> Self {
        let meters = Meters::default();
        let requests = meters.counters(
            "dialogmodul_requests_total",
            "Calls that have ended, by outcome: answered, or the number of the fault.",
            &["service", "version", "operation", "outcome"],
        );
        for (service, operation) in all_operations() {
            for outcome in EXPECTED {
                requests.with_label_values(&[service.name(), service.version(), operation, outcome]);
            }
        }
        let version = meters.gauges("dialogmodul_build_info", "The version that runs.", &["version"]);
        version.with_label_values(&[env!("CARGO_PKG_VERSION")]).set(1.0);
        let started = meters.gauge(
            "process_start_time_seconds",
            "When the process began to serve, in seconds since 1970.",
        );
        started.set(SystemTime::UNIX_EPOCH.elapsed().map_or(0.0, |since| since.as_secs_f64()));
        Self {
            watched_at,
            durations: meters.histograms(
                "dialogmodul_request_duration_seconds",
                "Time from the head of a call to its answer.",
                &["service", "version", "operation"],
                &SECONDS,
            ),
            requests_in_work: meters.gauge("dialogmodul_requests_in_work", "Calls in work."),
            requests_max: meters.gauge(
                "dialogmodul_requests_in_work_max",
                "Calls that may be in work; one more is refused with 1100.",
            ),
            bytes_in_flight: meters.gauge("dialogmodul_bytes_in_flight", "Bytes of bodies in work."),
            bytes_max: meters.gauge("dialogmodul_bytes_in_flight_max", "Bytes of bodies that may be in work."),
            database_up: meters.gauge(
                "dialogmodul_database_up",
                "1 if the database answered within a second when it was last asked.",
            ),
            outbox: Waiting {
                number: meters.gauges("dialogmodul_outbox_waiting", "Deliveries that wait.", &["channel"]),
                age: meters.gauges(
                    "dialogmodul_outbox_oldest_age_seconds",
                    "Time since the oldest waiting delivery was first due.",
                    &["channel"],
                ),
            },
            outbox_retried: meters.gauges(
                "dialogmodul_outbox_retried",
                "Waiting deliveries that were tried before.",
                &["channel"],
            ),
            queues: Waiting {
                number: meters.gauges(
                    "dialogmodul_queue_events",
                    "Events no authority of the type has acknowledged yet.",
                    &["organisation_type"],
                ),
                age: meters.gauges(
                    "dialogmodul_queue_oldest_age_seconds",
                    "Time since the oldest of these events.",
                    &["organisation_type"],
                ),
            },
            lookout: Mutex::default(),
            requests,
            meters,
        }
    }

    /// Did the request come to the address that is only for watching?
    pub(super) fn are_asked(&self, request: &HttpRequest) -> bool {
        let at = request.conn_data::<CameInAt>();
        at.is_some_and(|CameInAt(at)| self.watched_at == Some(*at))
    }

    /// A call has ended.
    pub(super) fn count(&self, service: Service, operation: Option<Operation>, outcome: &str, time: Duration) {
        let operation = operation.map_or(UNKNOWN, |operation| operation.description().name);
        let (service, version) = (service.name(), service.version());
        self.requests.with_label_values(&[service, version, operation, outcome]).inc();
        self.durations
            .with_label_values(&[service, version, operation])
            .observe(time.as_secs_f64());
    }

    /// All meters as they stand.
    async fn text(&self, door: &Door) -> String {
        // Held to the end: what one scrape shows, another must not change while it is written.
        let mut lookout = self.lookout.lock().await;
        self.show_house(door);
        self.show_backlog(lookout.backlog(&door.desk).await, door.desk.now());
        self.meters.text() + &door.desk.measured()
    }

    fn show_house(&self, door: &Door) {
        let (held, capacity) = (door.budget.held(), door.budget.capacity());
        self.requests_in_work.set(held.requests as f64);
        self.requests_max.set(capacity.requests as f64);
        self.bytes_in_flight.set(held.bytes as f64);
        self.bytes_max.set(capacity.bytes as f64);
    }

    /// Nothing is said about what waits while nobody knows it.
    fn show_backlog(&self, backlog: Option<&Backlog>, now: DateTime<Utc>) {
        self.database_up.set(if backlog.is_some() { 1.0 } else { 0.0 });
        self.outbox.forget();
        self.outbox_retried.reset();
        self.queues.forget();
        let Some(backlog) = backlog else { return };
        for depth in &backlog.outbox {
            let channel = depth.channel.word();
            self.outbox.show(channel, depth.waiting, depth.oldest, now);
            self.outbox_retried.with_label_values(&[channel]).set(depth.retried as f64);
        }
        for queue in &backlog.queues {
            self.queues.show(&queue.kind.0.to_string(), queue.waiting, queue.oldest, now);
        }
    }
}

impl Waiting {
    fn forget(&self) {
        self.number.reset();
        self.age.reset();
    }

    fn show(&self, label: &str, number: u64, oldest: DateTime<Utc>, now: DateTime<Utc>) {
        let age = if number > 0 {
            (now - oldest).as_seconds_f64().max(0.0)
        } else {
            0.0
        };
        self.number.with_label_values(&[label]).set(number as f64);
        self.age.with_label_values(&[label]).set(age);
    }
}

/// Every operation of every service, and the unknown one of each.
fn all_operations() -> impl Iterator<Item = (Service, &'static str)> {
    Service::ALL.iter().flat_map(|&service| {
        let known = service.operations().into_iter().map(|operation| operation.description().name);
        known.chain([UNKNOWN]).map(move |operation| (service, operation))
    })
}
