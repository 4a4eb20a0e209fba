//! `dialogmodul audit export` and `dialogmodul audit verify`: the audit for a citizen who asks, and for the auditor who doubts.

use std::fs;
use std::io::{self, BufRead as _, Write};
use std::path::{Path, PathBuf};

use chrono::{SecondsFormat, Utc};
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};

use super::{Failure, open, operator};
use crate::domain::CivilRegistrationNumber;
use crate::domain::audit::Outcome;
use crate::domain::day::danish_time;
use crate::error::Error;
use crate::repository::audit::{Access, Anchor, Verification};
use crate::services::inspection;
use crate::settings::Database;

/// What `audit` can do.
#[derive(Debug, Subcommand)]
pub(super) enum Audit {
    /// Who had to do with a citizen: every call about the citizen, tab-separated, in the order of time. For an auditor: every call, chain by chain.
    Export(Export),
    /// Is the audit what was written? Exit code 0 if so, 3 if not, with a line for each record or chain that is not.
    Verify(Verify),
}

impl Audit {
    pub(super) fn run(self) -> Result<(), Failure> {
        match self {
            Self::Export(export) => export.run(),
            Self::Verify(verify) => verify.run(),
        }
    }
}

/// What `audit export` is told.
#[derive(Args, Debug)]
pub(super) struct Export {
    #[command(flatten)]
    citizen: Asked,

    /// With `--all`: show the citizens' numbers too, deciphered with the key of the audit. That they were shown is recorded.
    #[arg(long, env = "DIALOGMODUL_AUDIT_REVEAL", requires = "all")]
    reveal: bool,

    #[command(flatten)]
    database: Database,
}

/// Who asks.
#[derive(Args)]
#[group(required = true, multiple = false)]
struct Asked {
    /// The citizen's civil registration number, ten digits. Other users of this machine can see it while the command runs; a file cannot be seen.
    #[arg(long, value_name = "NUMBER")]
    cpr: Option<String>,

    /// File with the civil registration number in its first line; `-` reads it from standard input.
    #[arg(long, value_name = "FILE")]
    cpr_file: Option<PathBuf>,

    /// Every call about anybody, with the acting user: for an auditor.
    #[arg(long, env = "DIALOGMODUL_AUDIT_ALL")]
    all: bool,
}

/// The number is in no printed form (S8).
impl std::fmt::Debug for Asked {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Asked")
    }
}

impl Asked {
    fn citizen(self) -> Result<CivilRegistrationNumber, Failure> {
        let text = match (self.cpr, self.cpr_file) {
            (Some(number), _) => number,
            (None, Some(file)) => first_line(&file)?,
            (None, None) => String::new(),
        };
        CivilRegistrationNumber::parse(text.trim())
            .ok_or_else(|| Failure::Setting("a civil registration number is ten digits, or six and four with a hyphen".to_owned()))
    }
}

fn first_line(file: &Path) -> Result<String, Failure> {
    let read = if file == Path::new("-") {
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line).map(|_| line)
    } else {
        fs::read_to_string(file).map(|text| text.lines().next().unwrap_or_default().to_owned())
    };
    read.map_err(|error| Failure::Setting(format!("{} cannot be read: {error}", file.display())))
}

impl Export {
    fn run(self) -> Result<(), Failure> {
        let out = &mut io::BufWriter::new(io::stdout().lock());
        if self.citizen.all {
            return self.all(out);
        }
        let citizen = self.citizen.citizen()?;
        let accesses = open(&self.database)?.audit().of_citizen(&citizen).map_err(failed)?;
        write_table(out, &accesses).and_then(|()| out.flush()).map_err(broken_off)
    }

    fn all(&self, out: &mut impl Write) -> Result<(), Failure> {
        let (repository, reveal) = (open(&self.database)?, self.reveal);
        if reveal {
            inspection::announce(&repository, operator(), Utc::now()).map_err(failed)?;
        }
        let further: &[&str] = if reveal { &["user", "citizen"] } else { &["user"] };
        writeln!(out, "{}\t{}", COLUMNS.join("\t"), further.join("\t")).map_err(broken_off)?;
        repository.audit().each(&mut |entry| {
            let mut line = columns(&entry.access).to_vec();
            line.push(plain(entry.user.as_ref()));
            if reveal {
                line.push(entry.citizen.as_ref().map(|cpr| cpr.expose().to_owned()).unwrap_or_default());
            }
            writeln!(out, "{}", line.join("\t")).map_err(broken_off)
        })?;
        out.flush().map_err(broken_off)
    }
}

const COLUMNS: [&str; 10] = [
    "time",
    "organisation",
    "organisation_name",
    "system",
    "user_organisation",
    "operation",
    "objects",
    "criterion",
    "outcome",
    "log_reference",
];

fn broken_off(error: io::Error) -> Failure {
    Failure::Other(format!("the export broke off: {error}"))
}

fn plain(text: Option<&String>) -> String {
    text.map(String::as_str).unwrap_or_default().replace(char::is_control, " ")
}

fn write_table(out: &mut impl Write, accesses: &[Access]) -> io::Result<()> {
    writeln!(out, "{}", COLUMNS.join("\t"))?;
    accesses
        .iter()
        .try_for_each(|access| writeln!(out, "{}", columns(access).join("\t")))
}

fn columns(access: &Access) -> [String; COLUMNS.len()] {
    let outcome = match access.outcome {
        Outcome::Answered => "answered".to_owned(),
        Outcome::Fault(code) => format!("fault {code}"),
    };
    [
        danish_time(access.at).to_rfc3339_opts(SecondsFormat::Millis, false),
        plain(access.organisation.as_ref()),
        plain(access.name.as_ref()),
        plain(access.system.as_ref()),
        plain(access.user_organisation.as_ref()),
        plain(access.operation.as_ref()),
        access.objects.clone(),
        plain(access.criterion.as_ref()),
        outcome,
        access.call.to_string(),
    ]
}

/// What `audit verify` is told.
#[derive(Args, Debug)]
pub(super) struct Verify {
    /// Ends the chains had at an earlier time, as `--write-anchors` wrote them and kept where nobody who can write the database can write too.
    /// With them also a chain is found that was put back to an older state as a whole, or removed with its head.
    #[arg(long, env = "DIALOGMODUL_AUDIT_ANCHORS", value_name = "FILE")]
    anchors: Option<PathBuf>,

    /// Write where the chains end now, for a later verification.
    #[arg(long, env = "DIALOGMODUL_AUDIT_WRITE_ANCHORS", value_name = "FILE")]
    write_anchors: Option<PathBuf>,

    #[command(flatten)]
    database: Database,
}

impl Verify {
    fn run(self) -> Result<(), Failure> {
        let anchors = self.anchors.as_deref().map(read_anchors).transpose()?.unwrap_or_default();
        let repository = open(&self.database)?;
        let style = ProgressStyle::with_template("{bar:40} {pos}/{len} records {eta}").unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::new(0).with_style(style);
        let verification = repository.audit().verify(&anchors, &mut |done, total| {
            bar.set_length(total.max(done));
            bar.set_position(done);
        });
        bar.finish_and_clear();
        let verification = verification.map_err(failed)?;
        // Nobody reads what we say if the terminal is gone.
        let _ = report(&mut io::stdout().lock(), &verification);
        if !verification.findings.is_empty() {
            return Err(Failure::Found("the audit is not what was written".to_owned()));
        }
        match &self.write_anchors {
            Some(file) => write_anchors(file, &verification.anchors),
            None => Ok(()),
        }
    }
}

fn report(out: &mut impl Write, verification: &Verification) -> io::Result<()> {
    verification.findings.iter().try_for_each(|finding| writeln!(out, "{finding}"))?;
    let (records, chains) = (verification.records, verification.anchors.len());
    writeln!(
        out,
        "{records} records in {chains} chains read, {} findings",
        verification.findings.len()
    )
}

fn read_anchors(file: &Path) -> Result<Vec<Anchor>, Failure> {
    let text = fs::read_to_string(file).map_err(|error| Failure::Setting(format!("{} cannot be read: {error}", file.display())))?;
    let anchors = text.lines().zip(1..).map(|(line, number)| {
        let wrong = |reason| Failure::Setting(format!("{}, line {number}: {reason}", file.display()));
        line.parse().map_err(wrong)
    });
    anchors.collect()
}

fn write_anchors(file: &Path, anchors: &[Anchor]) -> Result<(), Failure> {
    let lines: String = anchors.iter().map(|anchor| format!("{anchor}\n")).collect();
    fs::write(file, lines).map_err(|error| Failure::Other(format!("{} cannot be written: {error}", file.display())))
}

fn failed(error: Error) -> Failure {
    Failure::Other(error.to_string())
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        failed(error)
    }
}
