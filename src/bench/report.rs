//! What was measured: a line for people and an object for programs.

use std::fmt;

use serde_json::{Value, json};

/// What a ratio, or a value where there is no floor, must reach.
#[derive(Clone, Copy, Debug)]
pub enum Target {
    AtLeast(f64),
    AtMost(f64),
}

/// One measurement.
#[derive(Clone, Debug)]
pub struct Measure {
    /// A name to find it by.
    pub name: &'static str,
    /// What was measured.
    pub what: String,
    /// The value, in a unit.
    pub value: f64,
    pub unit: &'static str,
    /// What it is held against: the floor, or the same server with another setting.
    pub against: Option<(String, f64)>,
    /// The target of the issue that asked for it.
    pub target: Option<Target>,
    /// Percentiles, processor time, commits.
    pub details: Value,
}

impl Measure {
    /// The value against the other; the value itself where there is none.
    pub fn ratio(&self) -> f64 {
        match &self.against {
            Some((_, other)) => self.value / other.max(f64::MIN_POSITIVE),
            None => self.value,
        }
    }

    fn is_met(&self) -> Option<bool> {
        self.target.map(|target| match target {
            Target::AtLeast(least) => self.ratio() >= least,
            Target::AtMost(most) => self.ratio() <= most,
        })
    }

    fn told(&self) -> Value {
        let (against, other) = self.against.clone().unzip();
        let target = self.target.map(|target| match target {
            Target::AtLeast(least) => json!({"at_least": least}),
            Target::AtMost(most) => json!({"at_most": most}),
        });
        json!({
            "name": self.name, "what": self.what, "value": self.value, "unit": self.unit, "against": against, "against_value": other,
            "ratio": self.against.is_some().then(|| self.ratio()), "target": target, "met": self.is_met(), "details": self.details,
        })
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{}: {}", self.name, self.what)?;
        write!(formatter, "  {} {}", short(self.value), self.unit)?;
        if let Some((what, other)) = &self.against {
            write!(formatter, "; {what}: {}; ratio {}", short(*other), short(self.ratio()))?;
        }
        let sign = match self.target {
            Some(Target::AtLeast(least)) => format!("at least {least}"),
            Some(Target::AtMost(most)) => format!("at most {most}"),
            None => return writeln!(formatter),
        };
        let verdict = if self.is_met() == Some(true) { "reached" } else { "NOT REACHED" };
        writeln!(formatter, " (target: {sign}: {verdict})")
    }
}

/// All of a run.
#[derive(Debug, Default)]
pub struct Report {
    /// In the order they were taken.
    pub measures: Vec<Measure>,
}

impl Report {
    /// As JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        let measures: Vec<Value> = self.measures.iter().map(Measure::told).collect();
        let cores = std::thread::available_parallelism().map_or(0, usize::from);
        format!(
            "{:#}\n",
            json!({"version": env!("CARGO_PKG_VERSION"), "cores": cores, "measures": measures})
        )
    }
}

/// Three digits that matter.
fn short(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.3}"),
    }
}
