//! `dialogmodul purge`: remove what has been kept long enough, and say in numbers what it was.

use std::io::{self, Write};

use chrono::{NaiveDate, Utc};
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};

use super::{Failure, open, operator};
use crate::domain::danish_day;
use crate::services::purge::{self, Plan, Report};
use crate::settings::Database;

/// What `purge` is told.
#[derive(Args, Debug)]
pub(super) struct Purge {
    /// Remove nothing, only say what would go.
    #[arg(long, env = "DIALOGMODUL_PURGE_DRY_RUN")]
    dry_run: bool,

    /// The day to purge as of, for example 2026-01-31; a later one than today only with --dry-run. Default: today in Denmark.
    #[arg(long, env = "DIALOGMODUL_PURGE_AS_OF", value_name = "DAY")]
    as_of: Option<NaiveDate>,

    /// Write the database's files anew at the end, so that no unused byte of what was purged is left in them. Writers wait meanwhile,
    /// on PostgreSQL readers too. Default: yes with `sqlite:`, no with `postgres:`.
    #[arg(long, env = "DIALOGMODUL_PURGE_REWRITE", value_enum)]
    rewrite: Option<Rewrite>,

    #[command(flatten)]
    database: Database,
}

/// Are the files written anew?
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Rewrite {
    /// If something was purged.
    Yes,
    /// Never; deleted content is overwritten where the engine does so, and its room used again.
    No,
}

impl Purge {
    /// Purges and reports.
    pub(super) fn run(self) -> Result<(), Failure> {
        let now = Utc::now();
        let today = danish_day(now);
        let day = self.as_of.unwrap_or(today);
        if day > today && !self.dry_run {
            return Err(Failure::Setting(
                "--as-of is a day to come: what is not due today stays; use --dry-run to see what will be due".to_owned(),
            ));
        }
        let repository = open(&self.database)?;
        let failed =
            |error: crate::error::Error| Failure::Other(format!("the purge stopped: {error}; what is done is done, start it again"));
        let bar = bar(repository.reader().thread_count().map_err(failed)?);
        let plan = Plan {
            day,
            now,
            dry_run: self.dry_run,
            operator: operator(),
        };
        let report = purge::purge(&repository, &plan, &mut |seen| bar.set_position(seen));
        bar.finish_and_clear();
        let report = report.map_err(failed)?;
        // Nobody reads what we say if the terminal is gone.
        let _ = write(&mut io::stdout().lock(), &report, &plan);
        if self.dry_run || (report.total().threads == 0 && report.answers == 0) {
            return Ok(());
        }
        let rewrite = self.rewrite.map_or(!repository.is_server(), |rewrite| rewrite == Rewrite::Yes);
        let clean = repository.clean(rewrite).map_err(|error| {
            Failure::Other(format!(
                "everything is purged, but its unused bytes are still in the files: {error}; the next purge that removes something tries again"
            ))
        })?;
        if clean {
            Ok(())
        } else {
            Err(Failure::Other(
                "everything is purged, but some of it is still in the files of the database, because somebody reads it who began before; the next purge that \
                 removes something tries again"
                    .to_owned(),
            ))
        }
    }
}

/// The report: numbers by context, and what was held back.
fn write(out: &mut impl Write, report: &Report, plan: &Plan) -> io::Result<()> {
    let done = if plan.dry_run { "To be purged" } else { "Purged" };
    writeln!(out, "{done} as of {}\n", plan.day)?;
    writeln!(
        out,
        "{:>10} {:>10} {:>10} {:>10} {:>14}",
        "context", "threads", "messages", "documents", "bytes"
    )?;
    let rows = report.purged.iter().map(|(context, tally)| (context.to_string(), *tally));
    for (context, tally) in rows.chain([("all".to_owned(), report.total())]) {
        writeln!(
            out,
            "{context:>10} {:>10} {:>10} {:>10} {:>14}",
            tally.threads, tally.messages, tally.documents, tally.bytes
        )?;
    }
    writeln!(out, "\nkept back by a legal hold: {} threads", report.held)?;
    writeln!(out, "waiting for their release to the archive: {} threads", report.awaiting_release)?;
    if !plan.dry_run {
        writeln!(out, "no longer due when their turn came: {} threads", report.overtaken)?;
        writeln!(out, "answers to repeated requests forgotten: {}", report.answers)?;
    }
    Ok(())
}

/// Progress by threads looked at. Silent where nobody looks.
fn bar(threads: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} threads {eta}").unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(threads).with_style(style)
}
