//! The worker: takes what is due on one channel, carries it out one by one, and stores each outcome before the next (D1).
//! It knows that it may be stopped, fail or die between any two steps, and that others work on the same outbox.
//! How a delivery is carried out is left to its carrier, when it is tried again to the pace.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, TryRecvError, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use chrono::{DateTime, Utc};
use log::{error, info, warn};
use uuid::Uuid;

use super::{Carrier, Clock, Pace, Setback, Settings, StartError, Templates};
use crate::domain::delivery::{DeliveryKind, Reason, Verdict, may_remind};
use crate::error::Error;
use crate::repository::{Claim, Order, Outbox, Repository};

/// Deliveries taken at a time; few, so that processes share the work.
const BATCH: u32 = 16;

/// A worker on one channel.
pub struct Worker {
    repository: Repository,
    outbox: Outbox,
    carrier: Carrier,
    templates: Arc<Templates>,
    pace: Pace,
    clock: Clock,
    owner: Uuid,
    batch: VecDeque<Claim>,
    leased_until: DateTime<Utc>,
    unsettled: VecDeque<Settlement>,
    stop: Option<Receiver<()>>,
}

/// What came of a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Round {
    /// Something was carried out or given up; more may be due.
    Worked,
    /// Nothing is due.
    Idle,
    /// The channel takes nothing now, or we are to stop.
    Paused,
}

/// An attempt that has ended and is not stored yet.
#[derive(Clone, Copy)]
struct Settlement {
    claim: Claim,
    result: Result<(), Setback>,
    verdict: Verdict,
    at: DateTime<Utc>,
}

impl Worker {
    /// Starts a worker for each channel the settings have a port for, each on a thread of its own: a slow mail server holds no SMS up.
    ///
    /// # Errors
    /// The settings are wrong, or the system gives no thread.
    pub fn start(repository: &Repository, settings: &Settings, clock: Clock) -> Result<Handle, StartError> {
        let templates = settings.templates()?;
        let mut handle = Handle::default();
        for carrier in settings.carriers()? {
            let (stop, stopped) = channel();
            let name = format!("delivery of {}", carrier.name());
            let mut worker = Self::new(repository.clone(), carrier, templates.clone(), settings.pace(), clock.clone());
            worker.stop = Some(stopped);
            let poll = settings.poll();
            let thread = std::thread::Builder::new()
                .name(name.clone())
                .spawn(move || worker.run(poll))
                .map_err(|error| StartError(format!("the {name} cannot be started: {error}")))?;
            handle.workers.push((stop, thread));
        }
        Ok(handle)
    }

    /// A worker without a thread: it works when it is told to.
    #[must_use]
    pub fn new(repository: Repository, carrier: Carrier, templates: Arc<Templates>, pace: Pace, clock: Clock) -> Self {
        Self {
            outbox: repository.outbox(),
            repository,
            carrier,
            templates,
            pace,
            clock,
            owner: Uuid::now_v7(),
            batch: VecDeque::new(),
            leased_until: DateTime::UNIX_EPOCH,
            unsettled: VecDeque::new(),
            stop: None,
        }
    }

    /// One round: stores what an earlier round could not, takes what is due unless something taken is left, and carries it out.
    ///
    /// # Errors
    /// The archive is away; what is left is kept for the next round, and falls back when the lease ends.
    pub fn round(&mut self) -> Result<Round, Error> {
        self.settle()?;
        if self.batch.is_empty() {
            self.claim()?;
        }
        if self.batch.is_empty() {
            return Ok(Round::Idle);
        }
        while let Some(claim) = self.batch.pop_front() {
            let now = (self.clock)();
            if self.is_stopped() || !self.has_time_for(&claim, now) {
                self.batch.push_front(claim);
                self.release()?;
                return Ok(Round::Paused);
            }
            let result = match self.attempt(&claim, now) {
                Ok(result) => result,
                Err(away) => {
                    self.batch.push_front(claim);
                    return Err(away);
                }
            };
            let at = (self.clock)();
            self.unsettled.push_back(Settlement {
                claim,
                result,
                verdict: self.pace.verdict(result, claim.attempt, at),
                at,
            });
            self.settle()?;
            if result.is_err_and(|setback| setback.reason.concerns_everybody()) {
                self.release()?;
                return Ok(Round::Paused);
            }
        }
        Ok(Round::Worked)
    }

    fn claim(&mut self) -> Result<(), Error> {
        let now = (self.clock)();
        self.leased_until = now + self.pace.lease();
        let claims = self.outbox.claim(&Order {
            owner: self.owner,
            channel: self.carrier.channel(),
            reminders: may_remind(now),
            now,
            leased_until: self.leased_until,
            limit: BATCH,
        })?;
        self.batch = claims.into();
        Ok(())
    }

    /// Gives back what is left of the batch.
    fn release(&mut self) -> Result<(), Error> {
        if !self.batch.is_empty() {
            self.outbox.release(self.batch.make_contiguous())?;
            self.batch.clear();
        }
        Ok(())
    }

    fn has_time_for(&self, claim: &Claim, now: DateTime<Utc>) -> bool {
        let by_day = claim.kind == DeliveryKind::Notice || may_remind(now);
        by_day && now + self.pace.reserve() <= self.leased_until
    }

    /// Carries one delivery out; the outer error is the archive's.
    fn attempt(&self, claim: &Claim, now: DateTime<Utc>) -> Result<Result<(), Setback>, Error> {
        if claim.attempt > self.pace.attempts {
            // Only attempts that were cut off get here; one more would be cut off, too.
            return Ok(Err(Reason::Interrupted.into()));
        }
        let letter = self.repository.reader().letter(claim.citizen, claim.message)?;
        Ok(self.carrier.carry(claim, letter.as_ref(), &self.templates, now))
    }

    /// Stores outcomes, oldest first. What cannot be stored now is kept and stored before anything else is sent.
    fn settle(&mut self) -> Result<(), Error> {
        while let Some(settlement) = self.unsettled.front() {
            let Settlement {
                claim,
                result,
                verdict,
                at,
            } = *settlement;
            let status = result.err().and_then(|setback| setback.status);
            let stored = self.outbox.settle(&claim, verdict, status, at)?;
            self.unsettled.pop_front();
            self.report(&claim, result, verdict, stored);
        }
        Ok(())
    }

    fn report(&self, claim: &Claim, result: Result<(), Setback>, verdict: Verdict, stored: bool) {
        let Claim { id, attempt, .. } = claim;
        let channel = self.carrier.name();
        if !stored {
            warn!(
                "Delivery {id}: attempt {attempt} by {channel} took longer than the lease; another worker has it, a duplicate is possible"
            );
        }
        match (verdict, result) {
            (Verdict::Delivered, _) | (_, Ok(())) => info!("Delivery {id}: sent by {channel} at attempt {attempt}"),
            (Verdict::Postponed { until, .. }, Err(setback)) => {
                warn!(
                    "Delivery {id}: attempt {attempt} by {channel} failed, {setback}; the next is at {}",
                    until.to_rfc3339()
                );
            }
            (Verdict::Failed { .. }, Err(setback)) => warn!("Delivery {id}: given up at attempt {attempt} by {channel}, {setback}"),
        }
    }

    /// Works until told to stop. A failure of the archive, or of ours, costs a pause and not the worker.
    fn run(mut self, poll: Duration) {
        let channel = self.carrier.name();
        loop {
            let pause = match catch_unwind(AssertUnwindSafe(|| self.round())) {
                Ok(Ok(Round::Worked)) => Duration::ZERO,
                Ok(Ok(Round::Idle | Round::Paused)) => poll,
                Ok(Err(problem)) => {
                    warn!("The delivery of {channel} pauses: {problem}");
                    poll
                }
                Err(_) => {
                    error!("The delivery of {channel} met a bug of ours; what it was carrying out is tried again when its lease ends");
                    poll
                }
            };
            if self.waits_in_vain(pause) {
                break;
            }
        }
        if let Err(problem) = self.release() {
            warn!("The delivery of {channel} stops before what it took is given back; it waits until the lease ends: {problem}");
        }
        if let Err(problem) = self.settle() {
            let number = self.unsettled.len();
            error!(
                "The delivery of {channel} stops with {number} outcomes that could not be stored, a duplicate each is possible: {problem}"
            );
        }
    }

    fn is_stopped(&self) -> bool {
        let told = self.stop.as_ref().map(Receiver::try_recv);
        told.is_some_and(|told| told != Err(TryRecvError::Empty))
    }

    /// Waits; true if it was told to stop meanwhile.
    fn waits_in_vain(&self, pause: Duration) -> bool {
        let told = self.stop.as_ref().map(|stop| stop.recv_timeout(pause));
        told.is_some_and(|told| told != Err(RecvTimeoutError::Timeout))
    }
}

impl std::fmt::Debug for Worker {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Worker")
            .field("carrier", &self.carrier)
            .finish_non_exhaustive()
    }
}

/// The workers of a process. Dropped, it stops them: what is being sent is finished and stored, the rest is given back.
#[derive(Debug, Default)]
pub struct Handle {
    workers: Vec<(Sender<()>, JoinHandle<()>)>,
}

impl Handle {
    /// Tells all workers to stop and waits for them; as long as one send may take, at most.
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        let (stops, threads): (Vec<_>, Vec<_>) = self.workers.drain(..).unzip();
        drop(stops);
        for thread in threads {
            if thread.join().is_err() {
                error!("A delivery worker ended in a panic");
            }
        }
    }
}
