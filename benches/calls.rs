//! What a call costs without HTTP: its codec, and the whole request in process, for every operation.
//!
//! Each operation is called as the first story of `fixtures/` that is answered calls it, after the steps before it; the archive is an SQLite file that is read
//! as ever and keeps nothing, so that a call can be made again and again. `cargo bench --bench calls`, with a part of a name for some of them.

#![allow(missing_docs, reason = "benches")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "benches"
)]

#[path = "../tests/support"]
mod support {
    #![allow(dead_code, reason = "each bench uses its own part of the support")]
    pub mod database;
    pub mod difference;
    pub mod replay;
    pub mod scenario;
    pub mod server;
    pub mod stage;
}

use std::collections::BTreeSet;
use std::fs;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use dialogmodul::contract::Service;
use dialogmodul::contract::citizen_message_service::{CREATE_MESSAGE_REQUEST, CreateMessageRequestType};
use dialogmodul::services::{self, Desk, Sources};
use dialogmodul::soap::Indoors;
use support::database::Kind;
use support::scenario::{self, Outcome, Step};
use support::server;
use support::stage::{self, Stage};
use tikv_jemallocator::Jemalloc;
use uuid::Uuid;
use xml::{Limits, Reader, Writer};

/// As in the program.
#[global_allocator]
static MEMORY: Jemalloc = Jemalloc;

/// The body of a message of about 3 kB, and of one with a document of 200 kB.
fn messages() -> [(&'static str, String); 2] {
    let envelope = fs::read_to_string(scenario::fixtures().join("01-notification-on-jobnet/01-create.request.xml")).unwrap();
    let (_, body) = envelope.split_once("<S:Body>").unwrap();
    let (body, _) = body.split_once("</S:Body>").unwrap();
    let text = "Vi indstiller til et kursus i regnskab på seks uger; se også vedlagte indstilling om løn og arbejdstid. ".repeat(7);
    let small = body.trim().replace("Husk at opdatere din joblog inden fredag.", &text);
    let document = format!(
        "</ns2:MessageText><ns2:CitizenMessageDocumentCollection><ns4:CitizenMessageDocument><ns4:DocumentName>indstilling.pdf</ns4:DocumentName>\
         <ns4:DocumentMediaType>application/pdf</ns4:DocumentMediaType><ns4:DocumentContent>{}</ns4:DocumentContent>\
         </ns4:CitizenMessageDocument></ns2:CitizenMessageDocumentCollection>",
        "JVBERi0xLjQK".repeat(200_000 / 9)
    );
    let large = small.replace("</ns2:MessageText>", &document);
    [("CreateMessage of 3 kB", small), ("CreateMessage with 200 kB", large)]
}

fn decoded(body: &[u8]) -> CreateMessageRequestType {
    let mut reader = Reader::new(body, Limits::default()).unwrap();
    let message = reader.required(&CREATE_MESSAGE_REQUEST).unwrap();
    reader.finish().unwrap();
    message
}

fn codec(criterion: &mut Criterion) {
    for (name, body) in messages() {
        let message = decoded(body.as_bytes());
        let mut decode = criterion.benchmark_group("decode");
        decode.throughput(Throughput::Bytes(body.len() as u64));
        decode.bench_function(name, |bench| bench.iter(|| decoded(black_box(body.as_bytes()))));
        decode.finish();
        let mut encode = criterion.benchmark_group("encode");
        encode.throughput(Throughput::Bytes(body.len() as u64));
        encode.bench_function(name, |bench| {
            bench.iter(|| {
                let mut writer = Writer::with_capacity(body.len());
                writer.element(&CREATE_MESSAGE_REQUEST, black_box(&message));
                writer.finish()
            });
        });
        encode.finish();
    }
}

/// What every call pays: the envelope read, its headers decoded, the caller admitted, and a fault written, for a body nobody knows.
fn envelope(criterion: &mut Criterion) {
    let story = scenario::named("01-notification-on-jobnet");
    let stage = Stage::open(Kind::Sqlite, &story);
    let house = house(&stage, &story.steps[0]);
    let (request, _) = request(&story.steps[0]);
    let request = String::from_utf8(request)
        .unwrap()
        .replace("CreateMessageRequest", "NobodyKnowsThis");
    let mut group = criterion.benchmark_group("envelope");
    group.bench_function("of an unknown operation", |bench| {
        let body = || request.clone().into_bytes();
        bench.iter_batched(
            body,
            |body| house.answer(Service::CitizenMessageServiceV2, body),
            BatchSize::SmallInput,
        );
    });
    group.finish();
}

/// Every operation that some story calls and is answered.
fn operations(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("in process");
    group
        .measurement_time(Duration::from_secs(2))
        .warm_up_time(Duration::from_millis(500))
        .sample_size(20);
    let mut met = BTreeSet::new();
    for story in scenario::all() {
        let mut stage = None;
        let mut played = 0;
        for (at, step) in story.steps.iter().enumerate() {
            if step.expected != Outcome::Answered || !step.headers.is_empty() {
                continue;
            }
            let (body, (service, operation)) = request(step);
            if !met.insert(format!("{} {operation}", service.name())) {
                continue;
            }
            let stage = stage.get_or_insert_with(|| Stage::open(Kind::Sqlite, &story));
            for before in &story.steps[played..at] {
                stage.call(before);
            }
            played = at;
            let house = house(stage, step);
            let answer = String::from_utf8(house.answer(service, body.clone())).unwrap();
            assert!(!answer.contains("Fault>"), "{} {}: {answer}", story.name, step.name);
            group.bench_function(format!("{} {operation}", service.name()), |bench| {
                bench.iter_batched(|| body.clone(), |body| house.answer(service, body), BatchSize::SmallInput);
            });
        }
    }
    group.finish();
}

/// The house over the archive of a stage, at the time of a step; it keeps nothing.
fn house(stage: &Stage, step: &Step) -> Indoors {
    let repository = stage.database().repository_with(|settings| settings.keeps = false);
    let at = step.at;
    let sources = Sources::new(move || at, Uuid::now_v7);
    let desk = Desk::new(repository, services::Settings::default(), sources).unwrap();
    Indoors::new(Arc::new(desk), &server::settings()).unwrap()
}

/// The bytes of a step, and what they call.
fn request(step: &Step) -> (Vec<u8>, (Service, String)) {
    let body = fs::read(&step.request).unwrap();
    let (path, action) = stage::destination(&String::from_utf8_lossy(&body));
    let service = Service::ALL
        .iter()
        .find(|service| path.contains(&format!("/{}.svc", service.name())));
    let operation = action.rsplit('#').next().unwrap_or_default().to_owned();
    (body, (*service.unwrap(), operation))
}

criterion_group!(benches, codec, envelope, operations);
criterion_main!(benches);
