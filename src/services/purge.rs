//! Purge: threads whose time is over go, citizen by citizen in small units, so that writers wait for none of it long (S7).
//! It knows what is due and what is held back, counts both, and leaves a record in the audit for every citizen and one for the run.
//! It can be stopped at any moment and started again; two at a time take nothing from each other.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::domain::audit::AuditRecord;
use crate::domain::retention::{Fate, RestingThread, Retention};
use crate::domain::unit::Purge;
use crate::domain::{Condition, Context, Fact, LogReference, Refusal, ThreadId, Unit, request};
use crate::error::Error;
use crate::repository::{Commit, Extent, Repository};

/// How the audit names work of the system itself.
pub(super) const SYSTEM: &str = "dialogmodul";
/// Threads looked at together.
const PAGE: u32 = 500;
/// Threads of a citizen that go together.
const TOGETHER: usize = 20;
/// Units handed in before the first is waited for: they share commits, and a writer that comes between waits for few.
const AHEAD: usize = 8;
/// Answers forgotten together.
const ANSWERS: u32 = 500;
/// How often a unit is tried that the database has no time for.
const TRIES: u32 = 30;

/// What is to be done.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Which day it is taken to be, a Danish one.
    pub day: NaiveDate,
    /// When the purge happens.
    pub now: DateTime<Utc>,
    /// Only count.
    pub dry_run: bool,
    /// Who had it done, for the audit.
    pub operator: Option<String>,
}

/// What was done; numbers only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Purged threads and what hung on them, by context.
    pub purged: BTreeMap<i32, Tally>,
    /// Threads whose time is over but whose citizen is under a legal hold.
    pub held: u64,
    /// Threads whose time is over that wait for their release to the archive.
    pub awaiting_release: u64,
    /// Threads that were due until something happened in them, a hold was put on, or another purge took them.
    pub overtaken: u64,
    /// Forgotten answers to requests.
    pub answers: u64,
}

/// Threads and what hung on them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Threads.
    pub threads: u64,
    /// Messages.
    pub messages: u64,
    /// Documents.
    pub documents: u64,
    /// Bytes of titles, texts and documents, as they were sent.
    pub bytes: u64,
}

impl Tally {
    /// Adds what hung on further threads.
    pub fn add(&mut self, threads: u64, extent: Extent) {
        self.threads += threads;
        self.messages += extent.messages;
        self.documents += extent.documents;
        self.bytes += extent.bytes;
    }
}

impl Report {
    /// All contexts together.
    #[must_use]
    pub fn total(&self) -> Tally {
        self.purged.values().fold(Tally::default(), |mut total, tally| {
            total.add(
                tally.threads,
                Extent {
                    messages: tally.messages,
                    documents: tally.documents,
                    bytes: tally.bytes,
                },
            );
            total
        })
    }
}

/// Purges. `progress` is told how many threads were looked at.
///
/// # Errors
/// The database is away, or stays busy; what was done until then is done, and the next purge goes on.
pub fn purge(repository: &Repository, plan: &Plan, progress: &mut dyn FnMut(u64)) -> Result<Report, Error> {
    let mut run = Run {
        repository,
        plan,
        retention: repository.reader().retention()?,
        reference: LogReference(Uuid::now_v7()),
        report: Report::default(),
        under_way: Vec::new(),
    };
    run.threads(progress)?;
    run.answers()?;
    if !plan.dry_run {
        run.close()?;
    }
    Ok(run.report)
}

struct Run<'a> {
    repository: &'a Repository,
    plan: &'a Plan,
    retention: Retention,
    reference: LogReference,
    report: Report,
    under_way: Vec<(Vec<Due>, Commit)>,
}

/// A thread that goes, with what hangs on it.
#[derive(Clone)]
struct Due {
    thread: RestingThread,
    extent: Extent,
}

impl Run<'_> {
    fn threads(&mut self, progress: &mut dyn FnMut(u64)) -> Result<(), Error> {
        let (mut after, mut seen) = (None, 0);
        loop {
            let page = self.repository.reader().resting_threads(after, PAGE)?;
            let Some(last) = page.last() else { return self.settle() };
            after = Some((last.citizen, last.id));
            seen += page.len() as u64;
            let due: Vec<RestingThread> = page.into_iter().filter(|thread| self.is_due(thread)).collect();
            if !due.is_empty() {
                self.take(due)?;
            }
            progress(seen);
        }
    }

    fn is_due(&mut self, thread: &RestingThread) -> bool {
        match self.retention.fate(thread, self.plan.day) {
            Fate::Kept => return false,
            Fate::Held => self.report.held += 1,
            Fate::AwaitsRelease => self.report.awaiting_release += 1,
            Fate::Due => return true,
        }
        false
    }

    fn take(&mut self, due: Vec<RestingThread>) -> Result<(), Error> {
        let extents: HashMap<ThreadId, Extent> = self.repository.reader().extents(&due)?;
        let due: Vec<Due> = due
            .into_iter()
            .map(|thread| Due {
                extent: extents.get(&thread.id).copied().unwrap_or_default(),
                thread,
            })
            .collect();
        if self.plan.dry_run {
            self.count(&due);
            return Ok(());
        }
        for of_citizen in due.chunk_by(|one, other| one.thread.citizen == other.thread.citizen) {
            for together in of_citizen.chunks(TOGETHER) {
                let commit = self.repository.commit(self.unit(together));
                self.under_way.push((together.to_vec(), commit));
                if self.under_way.len() == AHEAD {
                    self.settle()?;
                }
            }
        }
        Ok(())
    }

    /// Waits for the units under way; one the database had no time for is handed in again.
    fn settle(&mut self) -> Result<(), Error> {
        for (due, commit) in std::mem::take(&mut self.under_way) {
            let mut result = commit.wait();
            for _ in 0..TRIES {
                if !matches!(result, Err(Error::Unavailable(_))) {
                    break;
                }
                std::thread::sleep(Duration::from_millis(200));
                result = self.repository.commit(self.unit(&due)).wait();
            }
            match result {
                Ok(()) => self.count(&due),
                Err(Error::Refused(_)) => self.report.overtaken += due.len() as u64,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn count(&mut self, due: &[Due]) {
        for due in due {
            self.report.purged.entry(due.thread.context.0).or_default().add(1, due.extent);
        }
    }

    /// Threads of one citizen go together with their record in the audit. Whatever was true when they were found must still be.
    fn unit(&self, due: &[Due]) -> Unit {
        let mut unit = Unit::default();
        let mut record = self.record();
        for Due { thread, .. } in due {
            let citizen = thread.citizen;
            unit.require(Condition::NotHeld { citizen }, Refusal::NotAuthorised);
            unit.require(
                Condition::Resting {
                    citizen,
                    thread: thread.id,
                    since: thread.last_activity,
                },
                Refusal::UnknownIdentifier,
            );
            unit.record(Fact::Purge(Purge {
                citizen,
                thread: thread.id,
                context: Context(thread.context.0),
                at: self.plan.now,
            }));
            record.citizen = Some(thread.cpr.clone());
            record.objects.push(format!("thread {}", thread.id));
        }
        unit.record(Fact::Audit(Box::new(record)));
        unit
    }

    /// Answers whose seven days are over.
    fn answers(&mut self) -> Result<(), Error> {
        let forgotten = request::forgotten_at(self.plan.now);
        loop {
            let keys = self.repository.reader().forgotten_answers(forgotten, ANSWERS)?;
            if self.plan.dry_run || keys.is_empty() {
                return Ok(());
            }
            self.report.answers += keys.len() as u64;
            let mut unit = Unit::default();
            unit.record(Fact::Forgotten(keys));
            self.repository.commit(unit).wait()?;
        }
    }

    /// The record of the run itself.
    fn close(&self) -> Result<(), Error> {
        let (total, report) = (self.report.total(), &self.report);
        let mut record = self.record();
        record.criterion = Some(format!(
            "as of {}: {} threads, {} messages, {} documents; {} under hold, {} awaiting release, {} overtaken, {} answers",
            self.plan.day,
            total.threads,
            total.messages,
            total.documents,
            report.held,
            report.awaiting_release,
            report.overtaken,
            report.answers
        ));
        let mut unit = Unit::default();
        unit.record(Fact::Audit(Box::new(record)));
        self.repository.commit(unit).wait()
    }

    fn record(&self) -> AuditRecord {
        super::legal_hold::record(self.reference, self.plan.now, "purge", self.plan.operator.clone())
    }
}
