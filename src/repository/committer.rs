//! The one writer of this process: it gathers the units that wait, appends them in one transaction and answers each after the commit.
//! It knows the bounds of a batch, what is worth another try, and that nobody waits longer than five seconds.
//! What a transaction does is left to the engine; two processes agree through the locks taken there.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use diesel::QueryResult;
use tokio::sync::oneshot;

use super::audit::Chain;
use super::commit::{Commit, PATIENCE};
use super::effort::{CONTENTION, Failure, NOTICE, PAUSE, wait};
use super::engine::Engine;
use super::facts::{Facts, Standing};
use super::ledger::{Entry, Lapse, Ledger};
use super::tally::Tally;
use super::trouble::Trouble;
use crate::domain::audit::{INTERNAL, Outcome, UNAVAILABLE};
use crate::domain::{Fact, Refusal, Unit};
use crate::error::Error;

/// Bytes of text and documents in a batch at most; a single unit may be larger.
const BATCH_BYTES: usize = 4 * 1024 * 1024;
/// How often a database that stored nothing is tried while nobody asks.
const PROBE: Duration = Duration::from_millis(500);

/// How much is taken on, and how much at a time.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Units that may wait; half of them at most are left there by callers who do not wait for them.
    pub waiting: usize,
    /// Units in a batch at most.
    pub batch: usize,
}

/// Door to the writer thread; units already accepted are stored before it closes.
pub struct Committer {
    queue: Option<SyncSender<Job>>,
    writer: Option<JoinHandle<()>>,
    tally: Tally,
    /// Units that may wait with nobody waiting for them.
    left: usize,
    well: Arc<AtomicBool>,
    forgets: bool,
}

impl Committer {
    /// Starts the writer over a connection that is already open.
    ///
    /// # Errors
    /// The operating system gives no thread.
    pub fn start<E: Engine>(
        engine: Arc<E>,
        connection: E::Connection,
        ledger: Option<Box<dyn Ledger>>,
        chain: Chain,
        bounds: Bounds,
        tally: Tally,
    ) -> std::io::Result<Self> {
        let (queue, jobs) = sync_channel(bounds.waiting.max(1));
        let well = Arc::new(AtomicBool::new(true));
        let writer = Writer {
            engine,
            connection: Some(connection),
            ledger,
            chain,
            batch: bounds.batch.max(1),
            put_off: Vec::new(),
            tally: tally.clone(),
            well: Arc::clone(&well),
        };
        let writer = std::thread::Builder::new()
            .name("committer".to_owned())
            .spawn(move || writer.run(&jobs))?;
        Ok(Self {
            queue: Some(queue),
            writer: Some(writer),
            tally,
            left: bounds.waiting / 2,
            well,
            forgets: false,
        })
    }

    /// Was the database there the last time something was to be stored, and did it store it?
    pub fn is_well(&self) -> bool {
        self.well.load(Ordering::Relaxed)
    }

    /// One that stores nothing: every unit is accepted and forgotten at once.
    pub fn forgetful(tally: Tally) -> Self {
        Self {
            queue: None,
            writer: None,
            tally,
            left: 0,
            well: Arc::new(AtomicBool::new(true)),
            forgets: true,
        }
    }

    /// Hands a unit in; refuses at once when too many wait.
    pub fn commit(&self, unit: Unit) -> Commit {
        let (answer, receiver) = oneshot::channel();
        if self.forgets {
            // The receiver is here: it cannot have gone away.
            let _ = answer.send(Ok(()));
            return Commit::pending(receiver, false);
        }
        let job = Job {
            bytes: bytes(&unit),
            unit,
            deadline: Instant::now() + PATIENCE,
            answer,
        };
        self.tally.waits();
        let refused = |error| {
            self.tally.taken(1);
            Commit::failed(error)
        };
        match self.queue.as_ref().map(|queue| queue.try_send(job)) {
            Some(Ok(())) => Commit::pending(receiver, self.tally.waiting() > self.left),
            Some(Err(TrySendError::Full(_))) => refused(Error::Unavailable("too many writes wait".to_owned())),
            Some(Err(TrySendError::Disconnected(_))) | None => refused(Error::Internal("the committer has stopped".to_owned())),
        }
    }
}

impl Drop for Committer {
    fn drop(&mut self) {
        self.queue = None;
        if self.writer.take().is_some_and(|writer| writer.join().is_err()) {
            log::error!("the committer ended in a panic");
        }
    }
}

struct Job {
    unit: Unit,
    bytes: usize,
    deadline: Instant,
    answer: oneshot::Sender<Result<(), Error>>,
}

impl Job {
    fn answer(self, result: Result<(), Error>) {
        // Where nobody waits for the answer, the log is told.
        if let Err(Err(error)) = self.answer.send(result) {
            log::error!("What nobody waited for was not stored: {error}");
        }
    }
}

struct Writer<E: Engine> {
    engine: Arc<E>,
    connection: Option<E::Connection>,
    /// Where the records go, if not beside the facts.
    ledger: Option<Box<dyn Ledger>>,
    chain: Chain,
    batch: usize,
    /// Units that met a lock: they are tried again when the others have had their turn.
    put_off: Vec<Job>,
    tally: Tally,
    well: Arc<AtomicBool>,
}

/// A commit whose answer got lost with the connection: where the chain would stand, and what the answers would be.
type Unsure = (Chain, Vec<Option<Refusal>>);

/// A batch that was not stored, and what the audit knows of it.
struct Failed {
    failure: Failure,
    audit: Known,
}

impl Failed {
    /// May it be one unit that spoilt it for the others?
    fn may_be_of_one(&self) -> bool {
        match self.failure {
            Failure::Rejected(_) => self.audit != Known::Answers,
            _ => self.may_pass(),
        }
    }

    /// May it go well on another try, with nobody the wiser?
    fn may_pass(&self) -> bool {
        matches!(self.failure, Failure::Busy) && self.audit == Known::Nothing
    }
}

/// What the audit knows of a batch that was not stored.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Known {
    /// Nothing yet.
    Nothing,
    /// What was about to be answered, and is not.
    Answers,
    /// Nothing, and it cannot be told anything.
    Unheard,
}

impl From<Failure> for Failed {
    fn from(failure: Failure) -> Self {
        Self {
            failure,
            audit: Known::Nothing,
        }
    }
}

impl<E: Engine> Writer<E> {
    fn run(mut self, jobs: &Receiver<Job>) {
        let mut held = None;
        loop {
            let again = std::mem::take(&mut self.put_off);
            let first = held
                .take()
                .or_else(|| if again.is_empty() { self.next(jobs) } else { jobs.try_recv().ok() });
            if first.is_none() && again.is_empty() {
                return;
            }
            if let Some(first) = first {
                held = self.take(first, jobs);
            }
            again.into_iter().for_each(|job| self.settle(vec![job]));
        }
    }

    /// Takes what waits, as much as makes a batch; returns a job that is one too many.
    fn take(&mut self, first: Job, jobs: &Receiver<Job>) -> Option<Job> {
        let mut batch = Vec::new();
        let held = gather(first, jobs, self.batch, &mut batch);
        self.tally.taken(batch.len());
        let (units, begun) = (batch.len(), Instant::now());
        // What only leaves a record does not wait for an archive that the record is not in.
        let apart = self.ledger.is_some();
        let (records, facts) = batch.into_iter().partition(|job| apart && job.unit.is_record());
        self.settle(records);
        self.settle(facts);
        self.tally.settled(units, begun.elapsed());
        held
    }

    /// The next job; while the database is not well it is tried now and then, so that readiness does not wait for a caller.
    fn next(&mut self, jobs: &Receiver<Job>) -> Option<Job> {
        while !self.well.load(Ordering::Relaxed) {
            match jobs.recv_timeout(PROBE) {
                Ok(job) => return Some(job),
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) => {}
            }
            if let Some(mut connection) = self.connection.take().or_else(|| self.connect())
                && E::probe(&mut connection).is_ok()
            {
                self.connection = Some(connection);
                self.well.store(true, Ordering::Relaxed);
            }
        }
        jobs.recv().ok()
    }

    /// Stores a batch and answers it. A batch that the database refuses or that met a lock is tried unit by unit: one bad row fails
    /// alone, and whoever needs what is locked waits for it alone, as long as there is time.
    fn settle(&mut self, batch: Vec<Job>) {
        let (batch, late): (Vec<Job>, Vec<Job>) = batch.into_iter().partition(|job| Instant::now() < job.deadline);
        if !late.is_empty() {
            self.fail(late, &Failure::Away.into());
        }
        if batch.is_empty() {
            return;
        }
        let units: Vec<&Unit> = batch.iter().map(|job| &job.unit).collect();
        let deadline = batch.iter().map(|job| job.deadline).min().unwrap_or_else(Instant::now);
        match self.store(&units, deadline) {
            Ok(refusals) => {
                for (job, refusal) in batch.into_iter().zip(refusals) {
                    job.answer(refusal.map_or(Ok(()), |refusal| Err(refusal.into())));
                }
            }
            Err(failed) if batch.len() > 1 && failed.may_be_of_one() => batch.into_iter().for_each(|job| self.settle(vec![job])),
            Err(failed) if failed.may_pass() && Instant::now() + NOTICE < deadline => self.put_off.extend(batch),
            Err(failed) => self.fail(batch, &failed),
        }
    }

    /// Answers a batch that was not stored. That it failed is recorded first where that can be (S5).
    fn fail(&mut self, batch: Vec<Job>, Failed { failure, audit }: &Failed) {
        if let Failure::Storage(reason) = failure {
            log::error!("the database stores nothing: {reason}");
        }
        let rejected = matches!(failure, Failure::Rejected(_));
        let outcome = Outcome::Fault(if rejected { INTERNAL } else { UNAVAILABLE });
        if *audit != Known::Unheard && (rejected || self.ledger.is_some()) {
            let corrects = *audit == Known::Answers;
            let records: Vec<Unit> = batch.iter().map(|job| job.unit.failed(outcome, corrects)).collect();
            let records: Vec<&Unit> = records.iter().filter(|unit| !unit.facts.is_empty()).collect();
            if let Err(Failed { failure, .. }) = self.store(&records, Instant::now() + CONTENTION) {
                log::error!("{} failed calls were not recorded: {}", records.len(), Error::from(&failure));
            }
        }
        batch.into_iter().for_each(|job| job.answer(Err(failure.into())));
    }

    /// Stores a batch. If it is given up while nobody knows how its commit ended, the chain ends there, too, and another begins:
    /// whichever way it ended, no later record can take a number that is taken.
    fn store(&mut self, units: &[&Unit], deadline: Instant) -> Result<Vec<Option<Refusal>>, Failed> {
        if self.ledger.is_some() && units.iter().all(|unit| unit.is_record()) {
            return self.record(units, deadline);
        }
        let mut unsure = None;
        let stored = self.try_to_store(units, deadline, &mut unsure);
        match stored.as_ref().map_err(|failed| (&failed.failure, failed.audit)) {
            Ok(_) => self.well.store(true, Ordering::Relaxed),
            // Of the audit's own database is asked elsewhere.
            Err((_, Known::Unheard)) => {}
            Err((Failure::Away | Failure::Storage(_), _)) => self.well.store(false, Ordering::Relaxed),
            Err((Failure::Busy | Failure::Rejected(_), _)) => {}
        }
        if unsure.is_some() {
            self.chain = self.chain.another();
        }
        stored
    }

    /// Writes records alone into the ledger.
    fn record(&mut self, units: &[&Unit], deadline: Instant) -> Result<Vec<Option<Refusal>>, Failed> {
        let mut chain = self.chain.clone();
        let (facts, refusals) = Facts::gather(units, Standing::default(), &mut chain);
        let written = match &mut self.ledger {
            Some(ledger) if !facts.audit.is_empty() => ledger.write(&facts, &chain, deadline),
            _ => Ok(()),
        };
        if let Err(failure) = written {
            return Err(self.unheard(failure));
        }
        Ok(self.settled(Some((chain, refusals))))
    }

    fn try_to_store(&mut self, units: &[&Unit], deadline: Instant, unsure: &mut Option<Unsure>) -> Result<Vec<Option<Refusal>>, Failed> {
        let begun = Instant::now();
        let mut pause = PAUSE;
        let mut audit = Known::Nothing;
        loop {
            let given_up = |failure| Failed { failure, audit };
            let Some(mut connection) = self.connection.take().or_else(|| self.connect()) else {
                wait(&mut pause, deadline).ok_or(given_up(Failure::Away))?;
                continue;
            };
            if let Some((chain, _)) = unsure.as_ref() {
                match self.is_stored(&mut connection, chain) {
                    Ok(true) => {
                        self.connection = Some(connection);
                        return Ok(self.settled(unsure.take()));
                    }
                    // The records are there already: the call is not carried out a second time.
                    Ok(false) if audit == Known::Answers => {
                        self.connection = Some(connection);
                        return Err(given_up(Failure::Away));
                    }
                    Ok(false) => {}
                    Err(_) => {
                        wait(&mut pause, deadline).ok_or(given_up(Failure::Away))?;
                        continue;
                    }
                }
            }
            let (mut chain, mut refusals) = (self.chain.clone(), Vec::new());
            let mut entry = self.ledger.as_deref_mut().map(|ledger| Entry::new(ledger, deadline));
            let appended = E::append(&mut connection, units, &mut chain, &mut refusals, entry.as_mut());
            if entry.is_some_and(|entry| entry.is_written()) {
                audit = Known::Answers;
            }
            let error = match appended {
                Ok(()) => {
                    self.connection = Some(connection);
                    return Ok(self.settled(Some((chain, refusals))));
                }
                Err(Lapse::Audit(failure)) => {
                    self.connection = E::is_alive(&mut connection).then_some(connection);
                    return Err(self.unheard(failure));
                }
                Err(Lapse::Archive(error)) => error,
            };
            if !E::is_alive(&mut connection) {
                // Without a record of the audit there is nothing to recognise the commit by: then it is not tried again.
                let committing = !refusals.is_empty();
                if committing && chain.number == self.chain.number {
                    return Err(Failure::Away.into());
                }
                if committing && unsure.is_none() {
                    *unsure = Some((chain, refusals));
                }
                log::warn!("the connection to the database broke while writing: {error}");
                wait(&mut pause, deadline).ok_or(Failed {
                    failure: Failure::Away,
                    audit,
                })?;
                continue;
            }
            let trouble = Trouble::of(&error);
            // A transaction that broke off for another reason may have taken the connection's state with it.
            if matches!(trouble, Trouble::Contention | Trouble::Duplicate) {
                self.connection = Some(connection);
            }
            if audit == Known::Answers {
                self.chain = chain;
                let failure = match trouble {
                    Trouble::Contention => Failure::Busy,
                    Trouble::Storage => Failure::Storage(error.to_string()),
                    Trouble::Duplicate | Trouble::Other => Failure::Rejected(error.to_string()),
                };
                return Err(Failed { failure, audit });
            }
            match trouble {
                // The lost commit came through after all, between our question and our second try.
                Trouble::Duplicate if unsure.is_some() => wait(&mut pause, deadline).ok_or(Failure::Away)?,
                Trouble::Contention => wait(&mut pause, begun + CONTENTION).ok_or(Failure::Busy)?,
                Trouble::Storage => {
                    // What could not be synced may be found in the log by whoever opens the database next.
                    if !refusals.is_empty() && unsure.is_none() {
                        *unsure = Some((chain, refusals));
                    }
                    return Err(Failure::Storage(error.to_string()).into());
                }
                Trouble::Duplicate | Trouble::Other => return Err(Failure::Rejected(error.to_string()).into()),
            }
        }
    }

    /// Did the commit come through whose records end with the chain's last?
    fn is_stored(&self, connection: &mut E::Connection, chain: &Chain) -> QueryResult<bool> {
        match self.ledger {
            Some(_) => E::is_marked(connection, &self.chain, chain),
            None => E::is_recorded(connection, chain),
        }
    }

    /// The ledger failed. Whether it did or only its answer got lost: the chain ends there, and another begins.
    fn unheard(&mut self, failure: Failure) -> Failed {
        self.chain = self.chain.another();
        Failed {
            failure,
            audit: Known::Unheard,
        }
    }

    fn connect(&self) -> Option<E::Connection> {
        self.engine
            .writing()
            .map_err(|error| log::warn!("no connection to the database for writing: {error}"))
            .ok()
    }

    fn settled(&mut self, outcome: Option<Unsure>) -> Vec<Option<Refusal>> {
        let Some((chain, refusals)) = outcome else { return Vec::new() };
        self.chain = chain;
        refusals
    }
}

/// Fills a batch with what waits; returns a job that would make it too large.
fn gather(first: Job, jobs: &Receiver<Job>, most: usize, batch: &mut Vec<Job>) -> Option<Job> {
    let mut bytes = first.bytes;
    batch.push(first);
    while batch.len() < most {
        let Ok(next) = jobs.try_recv() else { return None };
        bytes += next.bytes;
        if bytes > BATCH_BYTES {
            return Some(next);
        }
        batch.push(next);
    }
    None
}

fn bytes(unit: &Unit) -> usize {
    let of_fact = |fact: &Fact| match fact {
        Fact::Message(message) => message.text.as_ref().map_or(0, String::len) + 1024,
        Fact::Document { document, .. } => document.content.len(),
        _ => 512,
    };
    unit.facts.iter().map(of_fact).sum()
}
