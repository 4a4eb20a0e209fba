//! The measures, one function for each: what is called, what it is held against, and what it must reach.
//! A measure and its floor are taken in turns, and medians are compared, so that a noisy neighbour spoils both.

mod large;
mod reads;

use std::time::Instant;

use serde_json::{Value, json};

use super::calls::{self, Documents, Inbox, Mixed, Person, Repeating, Request, TEXT};
use super::database::{Archive, Folder};
use super::drive::{Caller, Pace, Run, drive};
use super::process::Server;
use super::report::{Measure, Report, Target};
use super::{Plan, Trouble, median, writes};
use crate::client::{self, Connections, Tls};

/// What can be measured, in the order it is.
pub const NAMES: [&str; 10] = [
    "mix",
    "code-list",
    "messages",
    "create",
    "document",
    "tls",
    "memory",
    "million",
    "inbox",
    "start",
];

/// Connections of measures whose subject is not the number of connections.
const FEW: usize = 8;
/// Different requests of a kind.
const REQUESTS: u32 = 512;
/// Bytes of the documents.
const DOCUMENT: usize = 200_000;
const LARGEST: usize = 3_670_016;

/// Measures; `progress` is told what is being done.
pub fn run(plan: &Plan, progress: &dyn Fn(&str)) -> Result<Report, Trouble> {
    let bench = Bench {
        plan,
        progress,
        folder: Folder::new()?,
    };
    let mut report = Report::default();
    let mut many = None;
    for name in &plan.measures {
        progress(name);
        match *name {
            "mix" => bench.mix(&mut report)?,
            "code-list" => bench.code_list(&mut report)?,
            "messages" => bench.messages(&mut report)?,
            "create" => bench.create(&mut report)?,
            "document" => bench.document(&mut report)?,
            "tls" => bench.tls(&mut report)?,
            "memory" => bench.memory(&mut report)?,
            "million" => bench.million(bench.many(&mut many)?, &mut report)?,
            "inbox" => bench.inbox(&mut report)?,
            "start" => bench.start(bench.many(&mut many)?, &mut report)?,
            other => return Err(Trouble::because("no such measure", other)),
        }
    }
    Ok(report)
}

struct Bench<'p> {
    plan: &'p Plan,
    progress: &'p dyn Fn(&str),
    folder: Folder,
}

/// A run against a server, and what it cost there.
struct Taken {
    run: Run,
    processor: f64,
    commits: Option<f64>,
}

impl Taken {
    fn told(&self) -> Value {
        let mut told = self.run.told();
        if let Value::Object(fields) = &mut told {
            let per_thousand = self.processor * 1000.0 / self.run.calls.max(1) as f64;
            fields.insert("server_cpu_s_per_1000".to_owned(), json!(per_thousand));
            let commits = self.commits.map(|commits| commits / self.run.seconds);
            fields.insert("commits_per_second".to_owned(), json!(commits));
        }
        told
    }
}

/// The same subject, once for each round.
#[derive(Default)]
struct Rounds(Vec<Taken>);

impl Rounds {
    fn rate(&self) -> f64 {
        median(self.0.iter().map(|taken| taken.run.rate()).collect())
    }

    fn told(&self) -> Value {
        self.0.iter().map(Taken::told).collect()
    }
}

impl Bench<'_> {
    fn archive(&self, citizens: u32, each: u32) -> Result<Archive, Trouble> {
        (self.progress)(&format!(
            "filling an archive with {citizens} citizens and {} messages",
            u64::from(citizens) * u64::from(each)
        ));
        Archive::new(self.plan, &self.folder, citizens, each)
    }

    fn usual(&self) -> Result<Archive, Trouble> {
        self.archive(self.plan.citizens.get(), self.plan.each.get())
    }

    /// The large archive, made once.
    fn many<'m>(&self, many: &'m mut Option<Archive>) -> Result<&'m Archive, Trouble> {
        if many.is_none() {
            *many = Some(self.archive(self.plan.many.get(), 10)?);
        }
        many.as_ref().ok_or_else(|| Trouble::Other("there is no large archive".to_owned()))
    }

    fn server(&self, archive: &Archive, options: &[&str]) -> Result<Server, Trouble> {
        Server::start(self.folder.path(), archive.url(), options)
    }

    /// One run of callers against a server; failed calls spoil it.
    fn take<C: Caller>(&self, server: &Server, callers: &mut Vec<C>, pace: Pace) -> Result<Taken, Trouble> {
        let (mut processor, mut commits) = (None, None);
        let begin = || (processor, commits) = (server.processor(), server.commits());
        let (back, run) = drive(std::mem::take(callers), pace, self.plan.seconds, begin)?;
        *callers = back;
        let run = run.all_answered().map_err(|trouble| match server.complaint() {
            Some(line) => Trouble::because(&trouble.to_string(), line),
            None => trouble,
        })?;
        Ok(Taken {
            processor: server.processor().zip(processor).map_or(0.0, |(now, before)| now - before),
            commits: server.commits().zip(commits).map(|(now, before)| now - before),
            run,
        })
    }

    /// Callers that send the same requests over and over, each beginning elsewhere.
    fn repeating(&self, server: &Server, requests: &[Request], callers: usize) -> Result<Vec<Repeating>, Trouble> {
        let each = |number: usize| {
            let first = number * requests.len() / callers.max(1);
            Ok(Repeating::new(connections(server, Tls::default())?, requests.to_vec(), first))
        };
        (0..callers).map(each).collect()
    }

    fn mixed(&self, server: &Server, kinds: &[(u32, Vec<Request>)], tls: &Tls) -> Result<Vec<Mixed>, Trouble> {
        let each = |number: u32| Mixed::new(connections(server, tls.clone())?, kinds.to_vec(), number);
        (0..u32::try_from(self.plan.connections).unwrap_or(u32::MAX)).map(each).collect()
    }

    /// Takes the subject and what it is held against in turns.
    fn in_turns<A, B>(
        &self,
        mut subject: impl FnMut() -> Result<A, Trouble>,
        mut other: impl FnMut() -> Result<B, Trouble>,
    ) -> Result<(Vec<A>, Vec<B>), Trouble> {
        let (mut subjects, mut others) = (Vec::new(), Vec::new());
        for round in 1..=self.plan.rounds {
            (self.progress)(&format!("round {round} of {}", self.plan.rounds));
            others.push(other()?);
            subjects.push(subject()?);
        }
        Ok((subjects, others))
    }

    /// 70 % reads, 20 % CreateMessage, 10 % queue; closed, then open at 60 % of that.
    fn mix(&self, report: &mut Report) -> Result<(), Trouble> {
        let archive = self.usual()?;
        let server = self.server(&archive, &[])?;
        let kinds = kinds(&archive)?;
        let mut callers = self.mixed(&server, &kinds, &Tls::default())?;
        let mut closed = Rounds::default();
        for _ in 0..self.plan.rounds {
            closed.0.push(self.take(&server, &mut callers, Pace::Closed)?);
        }
        let rate = closed.rate();
        let open = self.take(&server, &mut callers, Pace::Open(rate * 0.6))?;
        let peak = server.memory().map(|(_, peak)| peak);
        let bytes = kinds
            .iter()
            .map(|(share, requests)| *share as usize * mean(requests))
            .sum::<usize>()
            / 90;
        let copy = memcpy(bytes);
        report.measures.push(Measure {
            name: "mix-closed",
            what: format!("70 % reads, 20 % CreateMessage, 10 % queue, {} connections", self.plan.connections),
            value: rate,
            unit: "calls/s",
            against: None,
            target: None,
            details: json!({
                "rounds": closed.told(), "peak_memory_bytes": peak, "body_bytes": bytes, "memcpy_of_body_ns": copy,
            }),
        });
        report.measures.push(Measure {
            name: "mix-open",
            what: "the same at 60 % of that rate: 99 of 100 calls within, from the instant they were due".to_owned(),
            value: open.run.latency.value_at_quantile(0.99) as f64 / 1000.0,
            unit: "ms",
            against: None,
            target: None,
            details: open.told(),
        });
        Ok(())
    }

    /// CreateMessage against the bare inserts of the same rows by as many callers, against a transaction for each call, and the longest wait.
    fn create(&self, report: &mut Report) -> Result<(), Trouble> {
        let (ours, single, bare) = (self.usual()?, self.usual()?, self.usual()?);
        let (server, one_each) = (self.server(&ours, &[])?, self.server(&single, &["--commit-calls", "1"])?);
        let callers = self.plan.connections;
        let requests = of_people(&ours, |person| person.create(TEXT, None))?;
        let (mut together, mut alone, mut inserted) = (Rounds::default(), Rounds::default(), Vec::new());
        for round in 1..=self.plan.rounds {
            (self.progress)(&format!("round {round} of {}", self.plan.rounds));
            let count = (self.plan.seconds * 6000.0) as u32;
            let messages = (0..count).map(|number| {
                let person = Person(number % bare.citizens());
                person.message(TEXT, None).map(|message| (person, message))
            });
            let messages: Vec<_> = messages
                .collect::<Result<_, _>>()
                .map_err(|rule| Trouble::because("a message", rule))?;
            let units = writes::units(bare.url(), messages.into_iter())?;
            inserted.push(writes::insert(bare.url(), &units, callers)?);
            alone
                .0
                .push(self.take(&one_each, &mut self.repeating(&one_each, &requests, callers)?, Pace::Closed)?);
            together
                .0
                .push(self.take(&server, &mut self.repeating(&server, &requests, callers)?, Pace::Closed)?);
        }
        let is_postgres = self.plan.postgres.is_some();
        let engine = if is_postgres { "PostgreSQL" } else { "SQLite" };
        let details = json!({"rounds": together.told(), "alone": alone.told(), "floor": inserted.iter().map(Run::told).collect::<Value>()});
        let measure = |name, what: String, value, unit, against, target| Measure {
            name,
            what,
            value,
            unit,
            against: Some(against),
            target: Some(target),
            details: Value::Null,
        };
        let bytes = mean(&requests);
        let floor = (
            "bare inserts, group-committed, as many callers".to_owned(),
            median(inserted.iter().map(Run::rate).collect()),
        );
        let what = format!("CreateMessage of {bytes} bytes on {engine}, {callers} connections");
        report.measures.push(Measure {
            details,
            ..measure("create", what.clone(), together.rate(), "calls/s", floor, Target::AtLeast(0.4))
        });
        let single = ("the same with a transaction for each call".to_owned(), alone.rate());
        let factor = if is_postgres { 3.0 } else { 2.5 };
        report.measures.push(measure(
            "create-grouped",
            what.clone(),
            together.rate(),
            "calls/s",
            single,
            Target::AtLeast(factor),
        ));
        let longest = together
            .0
            .iter()
            .map(|taken| taken.run.latency.max() as f64 / 1000.0)
            .fold(0.0, f64::max);
        let middle = median(
            together
                .0
                .iter()
                .map(|taken| taken.run.latency.value_at_quantile(0.5) as f64 / 1000.0)
                .collect(),
        );
        // A hundred times the median, and never seconds.
        let what = format!("the longest wait, {what}");
        report.measures.push(measure(
            "create-longest",
            what,
            longest,
            "ms",
            ("the median".to_owned(), middle),
            Target::AtMost(f64::min(100.0, 1000.0 / middle)),
        ));
        Ok(())
    }

    /// CreateMessage with a document against the bare inserts of the same rows.
    fn document(&self, report: &mut Report) -> Result<(), Trouble> {
        let (archive, bare) = (self.usual()?, self.usual()?);
        let server = self.server(&archive, &[])?;
        let (mut ours, mut inserted) = (Rounds::default(), Vec::new());
        for round in 1..=self.plan.rounds as u64 {
            (self.progress)(&format!("round {round} of {}", self.plan.rounds));
            let count = (self.plan.seconds * 200.0) as u64;
            let messages = (0..count).map(|number| {
                let person = Person((number % u64::from(bare.citizens())) as u32);
                let document = calls::document(DOCUMENT, round << 32 | number);
                person.message(TEXT, Some(document)).map(|message| (person, message))
            });
            let messages: Vec<_> = messages
                .collect::<Result<_, _>>()
                .map_err(|rule| Trouble::because("a message", rule))?;
            let units = writes::units(bare.url(), messages.into_iter())?;
            inserted.push(writes::insert(bare.url(), &units, FEW)?);
            let callers = (0..FEW as u64).map(|number| {
                let first = round << 40 | number;
                Documents::new(
                    connections(&server, Tls::default())?,
                    Person(number as u32 % archive.citizens()),
                    DOCUMENT,
                    first,
                    FEW as u64,
                )
            });
            ours.0
                .push(self.take(&server, &mut callers.collect::<Result<_, _>>()?, Pace::Closed)?);
        }
        report.measures.push(Measure {
            name: "document",
            what: format!("CreateMessage with a document of {DOCUMENT} bytes, {FEW} connections"),
            value: ours.rate(),
            unit: "calls/s",
            against: Some((
                "bare inserts of the same rows".to_owned(),
                median(inserted.iter().map(Run::rate).collect()),
            )),
            target: Some(Target::AtLeast(0.5)),
            details: json!({"rounds": ours.told(), "floor": inserted.iter().map(Run::told).collect::<Value>()}),
        });
        Ok(())
    }

    /// The mix through TLS against the mix without.
    fn tls(&self, report: &mut Report) -> Result<(), Trouble> {
        let (one, two) = (self.usual()?, self.usual()?);
        let made =
            rcgen::generate_simple_self_signed(["localhost".to_owned()]).map_err(|error| Trouble::because("a certificate", error))?;
        let (certificate, key) = (self.folder.path().join("server.pem"), self.folder.path().join("server.key"));
        std::fs::write(&certificate, made.cert.pem())?;
        std::fs::write(&key, made.signing_key.serialize_pem())?;
        let trusting = Tls::default().trusting(made.cert.pem().as_bytes());
        let tls = trusting.map_err(|error| Trouble::because("a certificate", error))?;
        let (certificate, key) = (certificate.display().to_string(), key.display().to_string());
        let secure = self.server(&one, &["--tls-certificate", &certificate, "--tls-key", &key])?;
        let plain = self.server(&two, &[])?;
        let (of_one, of_two) = (kinds(&one)?, kinds(&two)?);
        let (mut through, mut without) = (self.mixed(&secure, &of_one, &tls)?, self.mixed(&plain, &of_two, &Tls::default())?);
        let subject = || self.take(&secure, &mut through, Pace::Closed);
        let other = || self.take(&plain, &mut without, Pace::Closed);
        let (ours, theirs) = self.in_turns(subject, other)?;
        let (ours, theirs) = (Rounds(ours), Rounds(theirs));
        report.measures.push(Measure {
            name: "tls",
            what: format!("the mix through TLS, {} connections kept alive", self.plan.connections),
            value: ours.rate(),
            unit: "calls/s",
            against: Some(("without TLS".to_owned(), theirs.rate())),
            target: Some(Target::AtLeast(0.75)),
            details: json!({"rounds": ours.told(), "floor": theirs.told()}),
        });
        Ok(())
    }

    /// What one message with a large document takes at its peak, beside what the warm server has.
    fn memory(&self, report: &mut Report) -> Result<(), Trouble> {
        let archive = self.usual()?;
        let server = self.server(&archive, &[])?;
        let small = of_people(&archive, |person| person.create(TEXT, None))?;
        self.take(&server, &mut self.repeating(&server, &small, FEW)?, Pace::Closed)?;
        let request = Person(0).create(TEXT, Some(calls::document(LARGEST, 1)))?;
        server.forget_peak();
        let before = server.memory();
        first_answer(&server, &request)?;
        let (Some((before, _)), Some((after, peak))) = (before, server.memory()) else {
            return Ok(());
        };
        report.measures.push(Measure {
            name: "memory",
            what: format!("memory at the peak of one CreateMessage with a document of {LARGEST} bytes, above that of the warm server"),
            value: peak.saturating_sub(before) as f64,
            unit: "bytes",
            against: Some(("its body".to_owned(), request.body.len() as f64)),
            target: Some(Target::AtMost(3.0)),
            details: json!({"before": before, "peak": peak, "after": after}),
        });
        Ok(())
    }
}

/// One connection to a server.
fn connections(server: &Server, tls: Tls) -> Result<Connections, Trouble> {
    let settings = client::Settings {
        kept: 1,
        tls,
        ..client::Settings::default()
    };
    Connections::new(&server.address, settings).map_err(|error| Trouble::because("the address of a server", error))
}

fn first_answer(server: &Server, request: &Request) -> Result<client::Bytes, Trouble> {
    let connections = connections(server, Tls::default())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(request.post(&connections)).map_err(Trouble::Other)
}

/// Requests about citizens from all over the archive.
fn of_people(archive: &Archive, make: impl Fn(Person) -> Result<Request, Trouble>) -> Result<Vec<Request>, Trouble> {
    let count = archive.citizens().min(REQUESTS);
    (0..count)
        .map(|number| {
            make(Person(
                (u64::from(number) * u64::from(archive.citizens()) / u64::from(count)) as u32,
            ))
        })
        .collect()
}

/// The mix, but for the queue.
fn kinds(archive: &Archive) -> Result<Vec<(u32, Vec<Request>)>, Trouble> {
    Ok(vec![
        (30, of_people(archive, |person| person.list(20))?),
        (15, of_people(archive, |person| person.thread(archive.first_message(person.0)))?),
        (15, vec![calls::code_list()?]),
        (10, of_people(archive, |person| calls::inbox(person, Inbox::Newest))?),
        (20, of_people(archive, |person| person.create(TEXT, None))?),
    ])
}

fn mean(requests: &[Request]) -> usize {
    requests.iter().map(|request| request.body.len()).sum::<usize>() / requests.len().max(1)
}

/// Nanoseconds to copy so many bytes.
fn memcpy(bytes: usize) -> f64 {
    let (from, mut to) = (vec![1_u8; bytes], vec![0_u8; bytes]);
    let begun = Instant::now();
    let times = 10_000;
    for _ in 0..times {
        to.copy_from_slice(std::hint::black_box(&from));
        std::hint::black_box(&mut to);
    }
    begun.elapsed().as_nanos() as f64 / f64::from(times)
}
