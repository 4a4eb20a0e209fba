//! Meters: what the program counts about itself, for the machine that watches it.
//! It knows the text format of Prometheus. Names and labels are the program's own words: nothing of a request, nobody's number or name (S8).
//! What is counted, and when, is left to the rooms that count.

pub use prometheus::{Gauge, GaugeVec, Histogram, HistogramVec, IntCounterVec};
use prometheus::{HistogramOpts, Opts, Registry, TextEncoder, core::Collector};

/// A set of meters that are read together; a cheap handle.
#[derive(Clone, Debug, Default)]
pub struct Meters(Registry);

impl Meters {
    /// What only grows, by labels.
    #[must_use]
    pub fn counters(&self, name: &str, help: &str, labels: &[&str]) -> IntCounterVec {
        self.add(IntCounterVec::new(Opts::new(name, help), labels))
    }

    /// What goes up and down.
    #[must_use]
    pub fn gauge(&self, name: &str, help: &str) -> Gauge {
        self.add(Gauge::new(name, help))
    }

    /// What goes up and down, by labels.
    #[must_use]
    pub fn gauges(&self, name: &str, help: &str, labels: &[&str]) -> GaugeVec {
        self.add(GaugeVec::new(Opts::new(name, help), labels))
    }

    /// How values are spread; each bucket counts those up to its bound.
    #[must_use]
    pub fn histogram(&self, name: &str, help: &str, buckets: &[f64]) -> Histogram {
        self.add(Histogram::with_opts(HistogramOpts::new(name, help).buckets(buckets.to_vec())))
    }

    /// How values are spread, by labels.
    #[must_use]
    pub fn histograms(&self, name: &str, help: &str, labels: &[&str], buckets: &[f64]) -> HistogramVec {
        self.add(HistogramVec::new(HistogramOpts::new(name, help).buckets(buckets.to_vec()), labels))
    }

    /// All of them as they stand, in the text format of Prometheus.
    #[must_use]
    pub fn text(&self) -> String {
        TextEncoder::new().encode_to_string(&self.0.gather()).unwrap_or_default()
    }

    #[expect(
        clippy::expect_used,
        reason = "names and labels are constants; every one of them is made whenever an archive or a door is opened, so no wrong one gets past a test"
    )]
    fn add<M: Collector + Clone + 'static>(&self, made: prometheus::Result<M>) -> M {
        let meter = made.expect("a meter's name and labels are words");
        self.0.register(Box::new(meter.clone())).expect("a meter's name is given once");
        meter
    }
}
