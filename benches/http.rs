//! Whole calls over HTTP beside a server that does nothing with the same bytes: CreateMessage of 3 kB with an archive that keeps nothing beside an echo of its
//! body, and GetCodeList beside a POST answered with the same bytes.
//!
//! Both servers have one worker and the same client in this process: sixteen connections that are kept, each with one call under way. The ratio of two
//! figures of one run is the result. `cargo bench --bench http`.

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
    pub mod scenario;
    pub mod server;
}

use std::fs;
use std::net::SocketAddr;
use std::sync::mpsc;

use actix_web::dev::ServerHandle;
use actix_web::web::{self, Bytes};
use actix_web::{App, HttpResponse, HttpServer};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use dialogmodul::services::Sources;
use support::database::{Database, Kind};
use support::scenario;
use support::server::{Connection, Server, connect, request};
use tikv_jemallocator::Jemalloc;

/// As in the program.
#[global_allocator]
static MEMORY: Jemalloc = Jemalloc;

const CONNECTIONS: usize = 16;
const XML: &str = "Content-Type: text/xml; charset=utf-8\r\n";

/// A server that answers every POST with its body, or with bytes it was given.
struct Idle {
    address: SocketAddr,
    handle: ServerHandle,
}

impl Idle {
    fn start(answer: Option<Vec<u8>>) -> Self {
        let (tell, told) = mpsc::channel();
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let answer = answer.map(Bytes::from);
                let app = move || {
                    let answer = answer.clone();
                    let idle = move |body: Bytes| {
                        let answer = answer.clone().unwrap_or(body);
                        async move { HttpResponse::Ok().content_type("text/xml; charset=utf-8").body(answer) }
                    };
                    App::new().default_service(web::to(idle))
                };
                let server = HttpServer::new(app).workers(1).bind(("127.0.0.1", 0)).unwrap();
                let address = server.addrs()[0];
                let server = server.run();
                tell.send((address, server.handle())).unwrap();
                server.await.unwrap();
            });
        });
        let (address, handle) = told.recv().unwrap();
        Self { address, handle }
    }
}

impl Drop for Idle {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
    }
}

/// One call on each connection, and all their answers.
fn round(connections: &mut [Connection], bytes: &[u8]) -> usize {
    connections.iter_mut().for_each(|connection| connection.write(bytes));
    connections.iter_mut().map(|connection| connection.response().body.len()).sum()
}

fn beside(criterion: &mut Criterion, name: &str, [(house, path), (idle, other)]: [(SocketAddr, &str); 2], body: &[u8]) {
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Elements(CONNECTIONS as u64));
    for (who, address, path) in [("the house", house, path), ("a server that does nothing", idle, other)] {
        let bytes = request("POST", path, XML, body);
        let mut connections: Vec<_> = (0..CONNECTIONS).map(|_| connect(address)).collect();
        connections[0].write(&bytes);
        assert_eq!(connections[0].response().status(), 200, "{name}");
        group.bench_function(who, |bench| bench.iter(|| round(&mut connections, &bytes)));
    }
    group.finish();
}

fn calls(criterion: &mut Criterion) {
    let database = Database::demo(Kind::Sqlite);
    let server = Server::start(database.repository_with(|settings| settings.keeps = false), Sources::system());
    let text = "Vi indstiller til et kursus i regnskab på seks uger. ".repeat(6);
    let create = read("01-notification-on-jobnet/01-create.request.xml");
    let create = create
        .replace("Husk at opdatere din joblog inden fredag.", &text)
        .replace("\n", "")
        .replace("    ", "");
    let echo = Idle::start(None);
    let path = "/PjakTassWCFtService/2/CitizenMessageService.svc";
    beside(
        criterion,
        "CreateMessage over HTTP",
        [(server.address, path), (echo.address, "/")],
        create.as_bytes(),
    );

    let list = read("27-code-lists-by-name/02-get-code-list.request.xml");
    let path = "/PjakTassWCFtService/5/CodeListService.svc";
    let same = Idle::start(Some(server.post(path, "", list.as_bytes()).body));
    beside(
        criterion,
        "GetCodeList over HTTP",
        [(server.address, path), (same.address, "/")],
        list.as_bytes(),
    );
}

fn read(fixture: &str) -> String {
    fs::read_to_string(scenario::fixtures().join(fixture)).unwrap()
}

criterion_group!(benches, calls);
criterion_main!(benches);
