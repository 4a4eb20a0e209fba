//! The tally: what the archive counts about its own work: writes that wait, batches, attempts to deliver, read connections.
//! It knows the meters and their words; counting costs no more than an atomic step.
//! What waits in the tables is asked for elsewhere, see `backlog`.

use std::time::Duration;

use crate::domain::Channel;
use crate::domain::delivery::DeliveryState;
use crate::meter::{Gauge, GaugeVec, Histogram, IntCounterVec, Meters};

/// Units in a batch, up to the most there can be.
const UNITS: [f64; 9] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];
/// Seconds of a commit; five is when callers give up.
const SECONDS: [f64; 10] = [0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0];

/// The meters of an archive; a cheap handle.
#[derive(Clone, Debug)]
pub struct Tally {
    meters: Meters,
    waiting: Gauge,
    batches: Histogram,
    commits: Histogram,
    attempts: IntCounterVec,
    connections: GaugeVec,
}

impl Tally {
    /// Begins at nothing, for a pool of so many readers.
    pub fn new(readers: u32) -> Self {
        let meters = Meters::default();
        let attempts = meters.counters(
            "dialogmodul_delivery_attempts_total",
            "Attempts to deliver that this process has ended, by channel and outcome.",
            &["channel", "outcome"],
        );
        for channel in [Channel::Email, Channel::Sms] {
            for state in [DeliveryState::Delivered, DeliveryState::Waiting, DeliveryState::Failed] {
                attempts.with_label_values(&[channel.word(), outcome(state)]);
            }
        }
        let most = meters.gauge("dialogmodul_read_connections_max", "Read connections there may be.");
        most.set(readers.max(1).into());
        Self {
            waiting: meters.gauge("dialogmodul_writes_waiting", "Writes that wait for the committer."),
            batches: meters.histogram("dialogmodul_commit_writes", "Writes in one commit.", &UNITS),
            commits: meters.histogram(
                "dialogmodul_commit_duration_seconds",
                "Time from taking a batch of writes to answering it.",
                &SECONDS,
            ),
            connections: meters.gauges("dialogmodul_read_connections", "Open read connections, by use.", &["state"]),
            attempts,
            meters,
        }
    }

    /// A write is handed in.
    pub fn waits(&self) {
        self.waiting.inc();
    }

    /// How many writes wait.
    pub fn waiting(&self) -> usize {
        self.waiting.get() as usize
    }

    /// So many writes no longer wait.
    pub fn taken(&self, units: usize) {
        self.waiting.sub(units as f64);
    }

    /// A batch is answered.
    pub fn settled(&self, units: usize, time: Duration) {
        self.batches.observe(units as f64);
        self.commits.observe(time.as_secs_f64());
    }

    /// An attempt to deliver has ended, and that is stored.
    pub fn attempted(&self, channel: Channel, state: DeliveryState) {
        self.attempts.with_label_values(&[channel.word(), outcome(state)]).inc();
    }

    /// The meters as text.
    pub fn text(&self, pools: &[Option<r2d2::State>]) -> String {
        let of = |state| self.connections.with_label_values(&[state]);
        let pools = || pools.iter().flatten();
        let idle = |pool: &r2d2::State| pool.idle_connections;
        of("in_use").set(pools().map(|pool| pool.connections.saturating_sub(idle(pool))).sum::<u32>().into());
        of("idle").set(pools().map(idle).sum::<u32>().into());
        self.meters.text()
    }
}

fn outcome(state: DeliveryState) -> &'static str {
    match state {
        DeliveryState::Waiting => "postponed",
        DeliveryState::Delivered => "delivered",
        DeliveryState::Failed => "failed",
    }
}
