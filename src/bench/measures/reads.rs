//! Measures of calls that only read: code lists beside a server that does nothing, pages of messages beside the bare queries.
//! Each is also held against the same floor with the one thing a read must not be without, the record it leaves in the audit (S5): what is left
//! between those two is ours.

use std::sync::Arc;
use std::time::Instant;

use serde_json::{Value, json};

use super::super::process::own_processor;
use super::super::report::{Measure, Report, Target};
use super::super::{Trouble, calls, calls::Person, drive::Pace, floor, median, process::Server, record};
use super::{Bench, FEW, REQUESTS, Rounds, first_answer, of_people};
use crate::domain::{CitizenKey, CivilRegistrationNumber, Organisation, OrganisationType, Viewer};
use crate::error::Error;
use crate::repository::{MessageFilter, Repository, bench};

impl Bench<'_> {
    /// GetCodeList against a server that gives the same bytes without a look, and against one that leaves the same record, too.
    pub(super) fn code_list(&self, report: &mut Report) -> Result<(), Trouble> {
        let (archive, records) = (self.usual()?, self.usual()?);
        let (server, request) = (self.server(&archive, &[])?, calls::code_list()?);
        let floor = Server::floor(&first_answer(&server, &request)?, records.url())?;
        let callers = self.plan.connections;
        let run = |server: &Server, request: &calls::Request| {
            let mut callers = self.repeating(server, std::slice::from_ref(request), callers)?;
            self.take(server, &mut callers, Pace::Closed)
        };
        let (same, recorded) = (request.at(floor::SAME), request.at(floor::RECORDED));
        let others = || Ok((run(&floor, &same)?, run(&floor, &recorded)?));
        let (ours, others) = self.in_turns(|| run(&server, &request), others)?;
        let (bare, recorded) = others.into_iter().unzip();
        let (ours, bare, recorded) = (Rounds(ours), Rounds(bare), Rounds(recorded));
        let measure = |name, against: &str, floor: &Rounds, target| Measure {
            name,
            what: format!("GetCodeList, {callers} connections"),
            value: ours.rate(),
            unit: "calls/s",
            against: Some((against.to_owned(), floor.rate())),
            target,
            details: json!({"rounds": ours.told(), "floor": floor.told()}),
        };
        let given = "actix giving the same bytes";
        let left = "actix giving the same bytes and leaving the same record";
        report
            .measures
            .push(measure("code-list", given, &bare, Some(Target::AtLeast(0.85))));
        report.measures.push(measure("code-list-recorded", left, &recorded, None));
        Ok(())
    }

    /// GetMessages of 20 and of 50 against the bare queries of the same rows, and against these with a record of each page.
    pub(super) fn messages(&self, report: &mut Report) -> Result<(), Trouble> {
        let archive = self.archive(self.plan.citizens.get(), 50)?;
        let server = self.server(&archive, &[])?;
        let repository = bench::open(archive.url())?;
        for (names, most) in [
            (["messages-20", "messages-20-recorded"], 20),
            (["messages-50", "messages-50-recorded"], 50),
        ] {
            let requests = of_people(&archive, |person| person.list(most))?;
            let subject = || self.take(&server, &mut self.repeating(&server, &requests, FEW)?, Pace::Closed);
            let pages = Pages {
                repository: &repository,
                citizens: archive.citizens(),
                most,
                seconds: self.plan.seconds,
            };
            let others = || Ok((pages.taken(false)?, pages.taken(true)?));
            let (ours, others) = self.in_turns(subject, others)?;
            let ours = Rounds(ours);
            let (bare, recorded): (Vec<_>, Vec<_>) = others.into_iter().unzip();
            let [name, name_recorded] = names;
            let measure = |name, against: &str, floor: &[Taken], target| Measure {
                name,
                what: format!("GetMessages of {most}, {FEW} connections"),
                value: ours.rate(),
                unit: "calls/s",
                against: Some((against.to_owned(), median(floor.iter().map(|taken| taken.rate).collect()))),
                target,
                details: json!({"rounds": ours.told(), "floor": floor.iter().map(Taken::told).collect::<Value>()}),
            };
            let target = Some(Target::AtLeast(0.75));
            report.measures.push(measure(name, "the bare queries", &bare, target));
            report
                .measures
                .push(measure(name_recorded, "the bare queries and a record of each", &recorded, None));
        }
        Ok(())
    }
}

/// Pages of messages with no service around them.
struct Pages<'b> {
    repository: &'b Repository,
    citizens: u32,
    most: u32,
    seconds: f64,
}

/// How that went.
struct Taken {
    /// Pages a second.
    rate: f64,
    /// Processor seconds of a page.
    processor: f64,
}

impl Taken {
    fn told(&self) -> Value {
        json!({"per_second": self.rate, "cpu_s_per_1000": self.processor * 1000.0})
    }
}

impl Pages<'_> {
    /// Has as many threads read pages as there are connections, and each leave a record of it before the next where that is wanted.
    fn taken(&self, recorded: bool) -> Result<Taken, Trouble> {
        let (begun, before) = (Instant::now(), own_processor());
        let pages = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..FEW)
                .map(|number| scope.spawn(move || self.read(number, begun, recorded)))
                .collect();
            let ended = threads.into_iter().map(|thread| {
                let died = |_| Err(Trouble::Other("a reader panicked".to_owned()));
                thread.join().unwrap_or_else(died)
            });
            ended.sum::<Result<u64, Trouble>>()
        })? as f64;
        let processor = own_processor().zip(before).map_or(0.0, |(now, before)| now - before);
        Ok(Taken {
            rate: pages / begun.elapsed().as_secs_f64(),
            processor: processor / pages.max(1.0),
        })
    }

    fn read(&self, thread: usize, begun: Instant, recorded: bool) -> Result<u64, Trouble> {
        let filter = Arc::new(MessageFilter {
            limit: self.most,
            ..MessageFilter::default()
        });
        let mut pages = 0;
        let people = self.people()?;
        for (number, cpr, key) in people.iter().cycle().skip(thread * 61) {
            let centre = Organisation::new(OrganisationType(8), (70001 + number % 64).to_string());
            let page = self
                .repository
                .reader()
                .messages_of_citizen(*key, &filter, Some(&Viewer::from(&centre)))?;
            if page.len() != self.most as usize {
                return Err(Trouble::Other(format!(
                    "a page has {} messages instead of {}",
                    page.len(),
                    self.most
                )));
            }
            if recorded {
                self.repository.commit(record::of_page(cpr, &page)).wait()?;
            }
            pages += 1;
            if begun.elapsed().as_secs_f64() > self.seconds {
                break;
            }
        }
        Ok(pages)
    }

    /// Number, civil registration number and key of the citizens asked for.
    fn people(&self) -> Result<Vec<(u32, CivilRegistrationNumber, CitizenKey)>, Error> {
        let mut reader = self.repository.reader();
        let known = (0..self.citizens.min(REQUESTS)).map(|number| {
            let cpr = CivilRegistrationNumber::new(Person(number).cpr());
            let found = reader.citizen_by_cpr(&cpr)?;
            Ok(found.map(|citizen| (number, cpr, citizen.key)))
        });
        known.filter_map(Result::transpose).collect()
    }
}
