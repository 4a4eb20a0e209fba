//! Callers: so many at a time, one call after the other (closed), or at given instants whether or not the last has come back (open).
//! It knows latencies to three digits. Of an open run they count from the instant a call should have begun, so that a server that stands still is not
//! spared the calls nobody could make meanwhile.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use super::Trouble;
use super::process::own_processor;

/// Somebody who calls again and again.
pub trait Caller: Send + 'static {
    /// Makes the next call; says what went wrong.
    fn call(&mut self) -> impl Future<Output = Result<(), String>> + Send;
}

/// How a run went.
pub struct Run {
    /// Calls that were answered as they should be.
    pub calls: u64,
    /// Calls that were not.
    pub failures: u64,
    /// What the first of them was told.
    pub first_failure: Option<String>,
    /// Seconds it took.
    pub seconds: f64,
    /// Microseconds of each call.
    pub latency: Histogram<u64>,
    /// Processor seconds of the callers.
    pub processor: f64,
}

impl Run {
    /// From a microsecond to ten minutes, to three digits.
    pub fn empty() -> Result<Self, Trouble> {
        let latency = Histogram::new_with_bounds(1, 600_000_000, 3).map_err(|error| Trouble::because("a histogram", error))?;
        Ok(Self {
            calls: 0,
            failures: 0,
            first_failure: None,
            seconds: 0.0,
            latency,
            processor: 0.0,
        })
    }

    /// Calls a second.
    pub fn rate(&self) -> f64 {
        self.calls as f64 / self.seconds.max(f64::MIN_POSITIVE)
    }

    /// A run in which calls failed measures something else.
    pub fn all_answered(self) -> Result<Self, Trouble> {
        match &self.first_failure {
            Some(failure) => Err(Trouble::because(
                &format!("{} of {} calls failed", self.failures, self.failures + self.calls),
                failure,
            )),
            None => Ok(self),
        }
    }

    pub fn counted(&mut self, begun: Instant, outcome: Result<(), String>) {
        match outcome {
            Ok(()) => self.calls += 1,
            Err(reason) => {
                self.failures += 1;
                self.first_failure.get_or_insert(reason);
            }
        }
        self.latency
            .saturating_record(u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX));
    }

    pub fn join(&mut self, other: Self) {
        self.calls += other.calls;
        self.failures += other.failures;
        self.first_failure = self.first_failure.take().or(other.first_failure);
        // Both have the same bounds.
        let _ = self.latency.add(other.latency);
    }

    /// Percentiles in milliseconds, and what else is known.
    pub fn told(&self) -> Value {
        let at = |quantile| self.latency.value_at_quantile(quantile) as f64 / 1000.0;
        json!({
            "per_second": self.rate(), "calls": self.calls, "failures": self.failures, "seconds": self.seconds,
            "p50_ms": at(0.5), "p95_ms": at(0.95), "p99_ms": at(0.99), "max_ms": self.latency.max() as f64 / 1000.0,
            "callers_cpu_s_per_1000": self.processor * 1000.0 / (self.calls.max(1)) as f64,
        })
    }
}

/// When calls are made.
#[derive(Clone, Copy, Debug)]
pub enum Pace {
    /// Each caller makes its next call when the last is answered.
    Closed,
    /// So many calls a second, whoever is free.
    Open(f64),
}

/// How long callers call before it counts.
const WARM: Duration = Duration::from_millis(300);

/// Lets the callers call, all from one thread: the other cores are the server's. `begin` is told when they are connected and warm, and counting begins.
pub fn drive<C: Caller>(callers: Vec<C>, pace: Pace, seconds: f64, begin: impl FnOnce()) -> Result<(Vec<C>, Run), Trouble> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (callers, warm) = runtime.block_on(all(callers, Pace::Closed, Instant::now(), WARM))?;
    begin();
    let before = own_processor().unwrap_or_default();
    let begun = Instant::now();
    let (callers, mut run) = runtime.block_on(all(callers, pace, begun, Duration::from_secs_f64(seconds)))?;
    run.seconds = begun.elapsed().as_secs_f64();
    run.processor = own_processor().unwrap_or_default() - before;
    // Calls that fail early are no better than others.
    run.failures += warm.failures;
    run.first_failure = warm.first_failure.or(run.first_failure);
    Ok((callers, run))
}

async fn all<C: Caller>(callers: Vec<C>, pace: Pace, begun: Instant, time: Duration) -> Result<(Vec<C>, Run), Trouble> {
    let end = begun + time;
    let turns = Arc::new(Turns::default());
    let mut tasks = Vec::new();
    for caller in callers {
        let run = Run::empty()?;
        tasks.push(match pace {
            Pace::Closed => tokio::spawn(closed(caller, run, end)),
            Pace::Open(rate) => tokio::spawn(open(caller, run, Arc::clone(&turns), begun, rate)),
        });
    }
    if let Pace::Open(rate) = pace {
        let turns = Arc::clone(&turns);
        // A thread of its own sleeps to the microsecond, which the runtime's timer does not.
        std::thread::spawn(move || turns.give(begun, end, rate));
    }
    let (mut run, mut back) = (Run::empty()?, Vec::new());
    for task in tasks {
        let (caller, own) = task.await.map_err(|error| Trouble::because("a caller", error))?;
        run.join(own);
        back.push(caller);
    }
    Ok((back, run))
}

async fn closed<C: Caller>(mut caller: C, mut run: Run, end: Instant) -> (C, Run) {
    while Instant::now() < end {
        let begun = Instant::now();
        let outcome = caller.call().await;
        run.counted(begun, outcome);
    }
    (caller, run)
}

/// Whose turn it is in an open run.
struct Turns {
    due: Semaphore,
    next: AtomicU64,
}

impl Default for Turns {
    fn default() -> Self {
        Self {
            due: Semaphore::new(0),
            next: AtomicU64::new(0),
        }
    }
}

impl Turns {
    /// Gives a turn at each instant, then no more.
    fn give(&self, begun: Instant, end: Instant, rate: f64) {
        for number in 0.. {
            let due = instant(begun, number, rate);
            if due >= end {
                break;
            }
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
            self.due.add_permits(1);
        }
        // Turns that were given are still taken.
        while self.due.available_permits() > 0 {
            std::thread::sleep(Duration::from_millis(5));
        }
        self.due.close();
    }
}

async fn open<C: Caller>(mut caller: C, mut run: Run, turns: Arc<Turns>, begun: Instant, rate: f64) -> (C, Run) {
    while let Ok(turn) = turns.due.acquire().await {
        turn.forget();
        let due = instant(begun, turns.next.fetch_add(1, Ordering::Relaxed), rate);
        let outcome = caller.call().await;
        run.counted(due, outcome);
    }
    (caller, run)
}

fn instant(begun: Instant, number: u64, rate: f64) -> Instant {
    begun + Duration::from_secs_f64(number as f64 / rate.max(f64::MIN_POSITIVE))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::sync::atomic::AtomicBool;

    use super::*;

    /// Stands still once, as soon as it is told to.
    struct Stalling(Arc<AtomicBool>);

    impl Caller for Stalling {
        async fn call(&mut self) -> Result<(), String> {
            let stalls = self.0.swap(false, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(if stalls { 400 } else { 1 })).await;
            Ok(())
        }
    }

    /// Calls of a run that took at least half of the stall.
    fn slow(pace: Pace) -> u64 {
        let stall = Arc::new(AtomicBool::new(false));
        let callers = vec![Stalling(Arc::clone(&stall))];
        let (_, run) = drive(callers, pace, 0.5, || stall.store(true, Ordering::SeqCst)).unwrap();
        assert!(run.calls > 1 && run.failures == 0);
        run.latency.count_between(200_000, u64::MAX)
    }

    #[test]
    fn only_an_open_run_counts_the_calls_nobody_could_make_while_the_server_stood_still() {
        assert_eq!(slow(Pace::Closed), 1);
        assert!(slow(Pace::Open(100.0)) > 10);
    }
}
