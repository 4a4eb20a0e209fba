//! `dialogmodul bench`: measure this program on this machine, beside what the machine does without it.

use std::io::{self, Write as _};
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use clap::builder::PossibleValuesParser;
use indicatif::{ProgressBar, ProgressStyle};

use super::Failure;
use crate::bench::{self, Plan};

/// What `bench` is told.
#[derive(Args, Debug)]
pub(super) struct Bench {
    /// What is measured; `all` is everything.
    #[arg(
        long = "measure",
        env = "DIALOGMODUL_BENCH_MEASURE",
        value_name = "NAME",
        default_value = "all",
        value_delimiter = ',',
        num_args = 1..,
        value_parser = PossibleValuesParser::new(std::iter::once("all").chain(bench::NAMES))
    )]
    measures: Vec<String>,

    /// A PostgreSQL server on which databases are made and removed again, `postgres://…`. Default: SQLite in a temporary folder.
    #[arg(
        long = "database-url",
        env = "DIALOGMODUL_BENCH_DATABASE_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    postgres: Option<String>,

    /// Citizens of the archive.
    #[arg(long, env = "DIALOGMODUL_BENCH_CITIZENS", value_name = "NUMBER", default_value = "1000")]
    citizens: NonZeroU32,

    /// Messages of the archive.
    #[arg(long, env = "DIALOGMODUL_BENCH_MESSAGES", value_name = "NUMBER", default_value = "20000")]
    messages: NonZeroU32,

    /// Messages of the large archive, ten for each citizen.
    #[arg(long, env = "DIALOGMODUL_BENCH_MANY_MESSAGES", value_name = "NUMBER", default_value = "1000000")]
    many_messages: NonZeroU32,

    /// Connections that call at a time. Default: 32, and 64 on PostgreSQL.
    #[arg(long, env = "DIALOGMODUL_BENCH_CONNECTIONS", value_name = "NUMBER")]
    connections: Option<NonZeroUsize>,

    /// Seconds of one run.
    #[arg(long, env = "DIALOGMODUL_BENCH_SECONDS", value_name = "SECONDS", default_value_t = 3.0)]
    seconds: f64,

    /// Runs of each measure and its floor; medians count.
    #[arg(long, env = "DIALOGMODUL_BENCH_ROUNDS", value_name = "NUMBER", default_value = "3")]
    rounds: NonZeroUsize,

    /// Writes what was measured to a file, as JSON.
    #[arg(long, env = "DIALOGMODUL_BENCH_JSON", value_name = "FILE")]
    json: Option<PathBuf>,
}

impl Bench {
    /// Measures, and tells.
    pub(super) fn run(self) -> Result<(), Failure> {
        let connections = self
            .connections
            .map_or(if self.postgres.is_some() { 64 } else { 32 }, NonZeroUsize::get);
        if connections > 64 || !(0.1..=3600.0).contains(&self.seconds) {
            return Err(Failure::Setting(
                "a run has at most 64 connections, and 0.1 to 3600 seconds".to_owned(),
            ));
        }
        let wanted = |name: &&&str| self.measures.iter().any(|measure| measure == "all" || measure == **name);
        let plan = Plan {
            postgres: self.postgres.clone(),
            measures: bench::NAMES.iter().filter(wanted).copied().collect(),
            citizens: self.citizens,
            each: at_least_one(self.messages.get() / self.citizens),
            many: at_least_one(self.many_messages.get() / 10),
            connections,
            seconds: self.seconds,
            rounds: self.rounds.get(),
        };
        let bar = bar(plan.measures.len());
        let report = bench::run(&plan, &|doing| {
            if bench::NAMES.contains(&doing) {
                bar.inc(1);
                bar.set_prefix(doing.to_owned());
            }
            bar.set_message(doing.to_owned());
        });
        bar.finish_and_clear();
        let report = report.map_err(|trouble| Failure::Other(trouble.to_string()))?;
        for measure in &report.measures {
            // Nobody reads what we say if the terminal is gone.
            let _ = write!(io::stdout(), "{measure}");
        }
        match &self.json {
            Some(file) => std::fs::write(file, report.to_json()).map_err(|error| Failure::Setting(format!("{}: {error}", file.display()))),
            None => Ok(()),
        }
    }
}

fn at_least_one(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN)
}

/// Progress by measures. Silent where nobody looks.
fn bar(measures: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} {pos}/{len} {prefix}: {msg} ({elapsed})");
    let bar = ProgressBar::new(measures as u64).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
