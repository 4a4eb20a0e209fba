//! The one writer of this process: it gathers the units that wait, appends them in one transaction and answers each after the commit.
//! It knows the bounds of a batch, what is worth another try, and that nobody waits longer than five seconds.
//! What a transaction does is left to the engine; two processes agree through the locks taken there.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::audit::Chain;
use super::commit::{Commit, PATIENCE};
use super::engine::Engine;
use super::tally::Tally;
use super::trouble::Trouble;
use crate::domain::{Fact, Refusal, Unit};
use crate::error::Error;

/// Units in a batch at most.
const BATCH_UNITS: usize = 256;
/// Bytes of text and documents in a batch at most; a single unit may be larger.
const BATCH_BYTES: usize = 4 * 1024 * 1024;
/// How long a lock or a conflict with another process is tried again.
const CONTENTION: Duration = Duration::from_secs(1);
/// Pause before the first further try; it doubles each time.
const PAUSE: Duration = Duration::from_millis(5);
/// How often a database that stored nothing is tried while nobody asks.
const PROBE: Duration = Duration::from_millis(500);

/// Door to the writer thread; units already accepted are stored before it closes.
pub struct Committer {
    queue: Option<SyncSender<Job>>,
    writer: Option<JoinHandle<()>>,
    tally: Tally,
    well: Arc<AtomicBool>,
}

impl Committer {
    /// Starts the writer over a connection that is already open; `capacity` units may wait.
    ///
    /// # Errors
    /// The operating system gives no thread.
    pub fn start<E: Engine>(
        engine: Arc<E>,
        connection: E::Connection,
        chain: Chain,
        capacity: usize,
        tally: Tally,
    ) -> std::io::Result<Self> {
        let (queue, jobs) = sync_channel(capacity.max(1));
        let well = Arc::new(AtomicBool::new(true));
        let writer = Writer {
            engine,
            connection: Some(connection),
            chain,
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
            well,
        })
    }

    /// Was the database there the last time something was to be stored, and did it store it?
    pub fn is_well(&self) -> bool {
        self.well.load(Ordering::Relaxed)
    }

    /// Hands a unit in; refuses at once when too many wait.
    pub fn commit(&self, unit: Unit) -> Commit {
        let (answer, receiver) = oneshot::channel();
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
            Some(Ok(())) => Commit::pending(receiver),
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
        // Nobody listens any more where the answer was not waited for.
        let _ = self.answer.send(result);
    }
}

struct Writer<E: Engine> {
    engine: Arc<E>,
    connection: Option<E::Connection>,
    chain: Chain,
    tally: Tally,
    well: Arc<AtomicBool>,
}

/// A commit whose answer got lost with the connection: where the chain would stand, and what the answers would be.
type Unsure = (Chain, Vec<Option<Refusal>>);

impl<E: Engine> Writer<E> {
    fn run(mut self, jobs: &Receiver<Job>) {
        let mut held = None;
        while let Some(first) = held.take().or_else(|| self.next(jobs)) {
            let mut batch = Vec::new();
            held = gather(first, jobs, &mut batch);
            self.tally.taken(batch.len());
            let (units, begun) = (batch.len(), Instant::now());
            self.settle(batch);
            self.tally.settled(units, begun.elapsed());
        }
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

    /// Stores a batch and answers it; a batch that fails for a reason of its own is tried unit by unit, so that one bad row fails alone.
    fn settle(&mut self, batch: Vec<Job>) {
        let (batch, late): (Vec<Job>, Vec<Job>) = batch.into_iter().partition(|job| Instant::now() < job.deadline);
        late.into_iter().for_each(|job| job.answer(Err(away())));
        if batch.is_empty() {
            return;
        }
        let stored = self.store(&batch);
        match &stored {
            Ok(_) => self.well.store(true, Ordering::Relaxed),
            Err(Failure::Away | Failure::Storage(_)) => self.well.store(false, Ordering::Relaxed),
            Err(Failure::Busy | Failure::Rejected(_)) => {}
        }
        match stored {
            Ok(refusals) => {
                for (job, refusal) in batch.into_iter().zip(refusals) {
                    job.answer(refusal.map_or(Ok(()), |refusal| Err(refusal.into())));
                }
            }
            Err(Failure::Away) => batch.into_iter().for_each(|job| job.answer(Err(away()))),
            Err(Failure::Busy) => batch
                .into_iter()
                .for_each(|job| job.answer(Err(Error::Unavailable("the database is busy".to_owned())))),
            Err(Failure::Storage(reason)) => {
                log::error!("the database stores nothing: {reason}");
                batch
                    .into_iter()
                    .for_each(|job| job.answer(Err(Error::Unavailable("the database stores nothing".to_owned()))));
            }
            Err(Failure::Rejected(_)) if batch.len() > 1 => batch.into_iter().for_each(|job| self.settle(vec![job])),
            Err(Failure::Rejected(reason)) => {
                batch
                    .into_iter()
                    .for_each(|job| job.answer(Err(Error::Internal(format!("facts could not be stored: {reason}")))));
            }
        }
    }

    /// Stores a batch. If it is given up while nobody knows how its commit ended, the chain ends there, too, and another begins:
    /// whichever way it ended, no later record can take a number that is taken.
    fn store(&mut self, batch: &[Job]) -> Result<Vec<Option<Refusal>>, Failure> {
        let mut unsure = None;
        let stored = self.try_to_store(batch, &mut unsure);
        if stored.is_err() && unsure.is_some() {
            self.chain = self.chain.another();
        }
        stored
    }

    fn try_to_store(&mut self, batch: &[Job], unsure: &mut Option<Unsure>) -> Result<Vec<Option<Refusal>>, Failure> {
        let units: Vec<&Unit> = batch.iter().map(|job| &job.unit).collect();
        let begun = Instant::now();
        let deadline = batch.iter().map(|job| job.deadline).min().unwrap_or(begun);
        let mut pause = PAUSE;
        loop {
            let Some(mut connection) = self.connection.take().or_else(|| self.connect()) else {
                wait(&mut pause, deadline).ok_or(Failure::Away)?;
                continue;
            };
            if let Some((chain, _)) = unsure.as_ref() {
                match E::is_recorded(&mut connection, chain) {
                    Ok(true) => {
                        self.connection = Some(connection);
                        return Ok(self.settled(unsure.take()));
                    }
                    Ok(false) => {}
                    Err(_) => {
                        wait(&mut pause, deadline).ok_or(Failure::Away)?;
                        continue;
                    }
                }
            }
            let (mut chain, mut refusals) = (self.chain.clone(), Vec::new());
            let Err(error) = E::append(&mut connection, &units, &mut chain, &mut refusals) else {
                self.connection = Some(connection);
                return Ok(self.settled(Some((chain, refusals))));
            };
            if !E::is_alive(&mut connection) {
                // Without a record of the audit there is nothing to recognise the commit by: then it is not tried again.
                let committing = !refusals.is_empty();
                if committing && chain.number == self.chain.number {
                    return Err(Failure::Away);
                }
                if committing && unsure.is_none() {
                    *unsure = Some((chain, refusals));
                }
                log::warn!("the connection to the database broke while writing: {error}");
                wait(&mut pause, deadline).ok_or(Failure::Away)?;
                continue;
            }
            let trouble = Trouble::of(&error);
            // A transaction that broke off for another reason may have taken the connection's state with it.
            if matches!(trouble, Trouble::Contention | Trouble::Duplicate) {
                self.connection = Some(connection);
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
                    return Err(Failure::Storage(error.to_string()));
                }
                Trouble::Duplicate | Trouble::Other => return Err(Failure::Rejected(error.to_string())),
            }
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

/// Why a batch was not stored.
enum Failure {
    /// The database is away.
    Away,
    /// Another process holds what we need.
    Busy,
    /// The database is there, but cannot store anything.
    Storage(String),
    /// The database refuses the rows.
    Rejected(String),
}

fn away() -> Error {
    Error::Unavailable("the database is away".to_owned())
}

/// Fills a batch with what waits; returns a job that would make it too large.
fn gather(first: Job, jobs: &Receiver<Job>, batch: &mut Vec<Job>) -> Option<Job> {
    let mut bytes = first.bytes;
    batch.push(first);
    while batch.len() < BATCH_UNITS {
        let Ok(next) = jobs.try_recv() else { return None };
        bytes += next.bytes;
        if bytes > BATCH_BYTES {
            return Some(next);
        }
        batch.push(next);
    }
    None
}

/// Sleeps and doubles the pause; nothing if the deadline would pass.
fn wait(pause: &mut Duration, deadline: Instant) -> Option<()> {
    if Instant::now() + *pause >= deadline {
        return None;
    }
    std::thread::sleep(*pause);
    *pause = (*pause * 2).min(Duration::from_millis(200));
    Some(())
}

fn bytes(unit: &Unit) -> usize {
    let of_fact = |fact: &Fact| match fact {
        Fact::Message(message) => message.text.as_ref().map_or(0, String::len) + 1024,
        Fact::Document { document, .. } => document.content.len(),
        _ => 512,
    };
    unit.facts.iter().map(of_fact).sum()
}
