//! `dialogmodul hold add|remove|list`: legal holds, which keep a citizen's threads from being purged.

use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use chrono::Utc;
use clap::{Args, Subcommand};

use super::{Failure, open, operator};
use crate::domain::CivilRegistrationNumber;
use crate::error::Error;
use crate::services::legal_hold::{self, Errand, LONGEST_REASON};
use crate::settings::Database;

/// What `hold` is told.
#[derive(Args, Debug)]
pub(super) struct Hold {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Put a legal hold on citizens: nothing about them is purged until it is removed.
    Add(Change),
    /// Remove the hold with this reason from citizens.
    Remove(Change),
    /// Show who is under a hold since when, and why.
    List {
        #[command(flatten)]
        database: Database,
    },
}

#[derive(Args, Debug)]
struct Change {
    #[command(flatten)]
    citizens: Citizens,

    /// Why, without personal data: the number of the case, for example. It tells several holds on one citizen apart, and is kept in the audit.
    #[arg(long, env = "DIALOGMODUL_HOLD_REASON", value_name = "TEXT", value_parser = reason)]
    reason: String,

    #[command(flatten)]
    database: Database,
}

#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
struct Citizens {
    /// File with one CPR number in a line; `-` reads standard input. It keeps numbers out of the shell's history.
    #[arg(long, env = "DIALOGMODUL_HOLD_CPR_FILE", value_name = "FILE")]
    cpr_file: Option<PathBuf>,

    /// CPR number of one citizen. Others on this machine can see a command line.
    #[arg(long, env = "DIALOGMODUL_HOLD_CPR", value_name = "NUMBER", hide_env_values = true)]
    cpr: Option<String>,
}

impl Hold {
    /// Changes or shows holds.
    pub(super) fn run(self) -> Result<(), Failure> {
        let errand = Errand {
            operator: operator(),
            now: Utc::now(),
        };
        let done = match self.what {
            What::Add(change) => {
                let citizens = change.citizens.read()?;
                legal_hold::add(&open(&change.database)?, &citizens, &change.reason, &errand).map(|()| format!("{} held", citizens.len()))
            }
            What::Remove(change) => {
                let citizens = change.citizens.read()?;
                legal_hold::remove(&open(&change.database)?, &citizens, &change.reason, &errand)
                    .map(|()| format!("{} no longer held for this reason", citizens.len()))
            }
            What::List { database } => legal_hold::list(&open(&database)?, &errand).map(|holds| {
                let lines = holds
                    .iter()
                    .map(|(cpr, hold)| format!("{}\t{}\t{}", cpr.expose(), hold.at.format("%Y-%m-%d"), hold.reason));
                ["cpr\tsince\treason".to_owned()]
                    .into_iter()
                    .chain(lines)
                    .collect::<Vec<_>>()
                    .join("\n")
            }),
        };
        let said = done.map_err(|error| match error {
            Error::Refused(_) => Failure::Other("one of the citizens is not registered; nothing was changed".to_owned()),
            error => Failure::Other(format!("nothing was changed: {error}")),
        })?;
        // Nobody reads what we say if the terminal is gone.
        let _ = writeln!(io::stdout(), "{said}");
        Ok(())
    }
}

impl Citizens {
    /// The numbers; a line that is none is named by its number, never quoted.
    fn read(&self) -> Result<Vec<CivilRegistrationNumber>, Failure> {
        let text = match (&self.cpr_file, &self.cpr) {
            (Some(file), _) => read(file)?,
            (None, Some(cpr)) => cpr.clone(),
            (None, None) => String::new(),
        };
        let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        let numbers: Result<Vec<_>, Failure> = lines
            .map(|(index, line)| number(line.trim()).ok_or_else(|| Failure::Setting(format!("line {} is no CPR number", index + 1))))
            .collect();
        match numbers?.as_slice() {
            [] => Err(Failure::Setting("no CPR number is given".to_owned())),
            numbers => Ok(numbers.to_vec()),
        }
    }
}

fn read(file: &Path) -> Result<String, Failure> {
    let text = if file == Path::new("-") {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        std::fs::read_to_string(file)
    };
    text.map_err(|error| Failure::Setting(format!("{} cannot be read: {error}", file.display())))
}

fn number(text: &str) -> Option<CivilRegistrationNumber> {
    let fits = text.len() == 10 && text.bytes().all(|digit| digit.is_ascii_digit());
    fits.then(|| CivilRegistrationNumber::new(text))
}

fn reason(text: &str) -> Result<String, String> {
    let fits = (1..=LONGEST_REASON).contains(&text.chars().count()) && !text.chars().any(char::is_control) && text.trim() == text;
    if fits {
        Ok(text.to_owned())
    } else {
        Err(format!(
            "a reason has 1 to {LONGEST_REASON} characters, no control characters, and no white space at its ends"
        ))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_wrong_number_is_named_by_its_line_and_not_quoted() {
        let citizens = |text: &str| Citizens {
            cpr_file: None,
            cpr: Some(text.to_owned()),
        };
        assert_eq!(citizens("1503850002\n\n2304780009\r\n").read().unwrap().len(), 2);
        let said = citizens("1503850002\n150385-0003").read().unwrap_err().to_string();
        assert_eq!(said, "line 2 is no CPR number");
        assert!(citizens(" ").read().is_err());
    }
}
