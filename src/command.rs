//! The command line: `serve`, `demo`, `import`, `audit`, what keeps an archive in order, and `bench`.
//! It knows options and words for people at a terminal, and which exit code a failure has: 2 for a wrong setting, 3 for an audit that is
//! not what was written, 1 for anything else.
//! What the commands start is left to the rooms behind.

mod audit;
mod backup;
mod bench;
mod demo;
mod hold;
mod import;
mod key;
mod log;
mod purge;
mod serve;
mod transfer;

use std::io::Write as _;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::repository::{self, Occupancy, Repository};
use crate::settings::Database;

/// SOAP facade of the Danish dialogue module.
///
/// Every option can also be given in the environment under the name shown with it.
#[derive(Debug, Parser)]
#[command(name = "dialogmodul", version, about, max_term_width = 120)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answer calls.
    Serve(Box<serve::Serve>),
    /// Try it out: an archive with invented people under ./data/, served on this machine only, open to callers without a certificate.
    Demo(demo::Demo),
    /// Bring people, organisations, agreements, code lists, retention periods or archive releases into the archive from a tab-separated file.
    Import(import::Import),
    /// Read the audit back: who had to do with a citizen, and whether it is what was written.
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Remove threads that have been kept as long as their context asks for.
    Purge(purge::Purge),
    /// Copy an archive on SQLite into a file while it is used; restoring is putting the file back. PostgreSQL has pg_dump.
    Backup(backup::Backup),
    /// Move an archive from SQLite to PostgreSQL, or back: everything or nothing, into an empty database.
    Move(transfer::Move),
    /// Legal holds: keep citizens' threads from being purged.
    Hold(hold::Hold),
    /// Measure this program on this machine, beside what the machine does without it.
    Bench(bench::Bench),
    /// The floor `bench` starts beside it: a server that does nothing.
    #[command(hide = true)]
    BenchFloor {
        /// The archive that gets a record of each call where one is wanted.
        archive: String,
    },
}

/// Why a command failed, in one sentence.
#[derive(Debug, thiserror::Error)]
enum Failure {
    /// The operator can mend it in the settings.
    #[error("{0}")]
    Setting(String),
    /// Anything else.
    #[error("{0}")]
    Other(String),
    /// What was looked for was found, and that is bad.
    #[error("{0}")]
    Found(String),
}

/// Runs the command of the command line to its end.
#[must_use]
pub fn run() -> ExitCode {
    let line = CommandLine::parse();
    log::start();
    let done = match line.command {
        Command::Serve(serve) => serve.run(),
        Command::Demo(demo) => demo.run(),
        Command::Import(import) => import.run(),
        Command::Audit(audit) => audit.run(),
        Command::Purge(purge) => purge.run(),
        Command::Hold(hold) => hold.run(),
        Command::Backup(backup) => backup.run(),
        Command::Move(transfer) => transfer.run(),
        Command::Bench(bench) => bench.run(),
        Command::BenchFloor { archive } => crate::bench::floor::serve(&archive).map_err(|error| Failure::Other(error.to_string())),
    };
    log::finish();
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Nobody reads what we say if the terminal is gone.
            let _ = writeln!(std::io::stderr(), "dialogmodul: {failure}");
            match failure {
                Failure::Setting(_) => ExitCode::from(2),
                Failure::Other(_) => ExitCode::FAILURE,
                Failure::Found(_) => ExitCode::from(3),
            }
        }
    }
}

/// The archive, its schema brought up to date.
fn open(database: &Database) -> Result<Repository, Failure> {
    let key = audit_key(database)?;
    Repository::open(&database.url, &settings(database, key)).map_err(|error| of_database(database, error))
}

/// The same for a server, which has its SQLite files to itself as long as it holds what comes with the archive.
fn open_to_serve(database: &Database) -> Result<(Occupancy, Repository), Failure> {
    // Also makes the folder of a first start.
    audit_key(database)?;
    let occupancy = Occupancy::take(&database.url, database.audit_url.as_deref()).map_err(|error| of_database(database, error))?;
    Ok((occupancy, open(database)?))
}

/// The key of the audit, once it is clear that the databases can be some.
fn audit_key(database: &Database) -> Result<[u8; 32], Failure> {
    let is_file = |url: &str| url.strip_prefix("sqlite:").is_some_and(repository::keeps);
    let is_server = |url: &str| url.starts_with("postgres://") || url.starts_with("postgresql://");
    let urls = || std::iter::once(database.url.as_str()).chain(database.audit_url.as_deref());
    if !urls().all(|url| is_file(url) || is_server(url)) {
        return Err(Failure::Setting(repository::OpenError::UnknownEngine.to_string()));
    }
    if urls().any(is_server) {
        // A key of its own would hide this process's records from the others.
        key::read(&database.audit_key_file)
    } else {
        key::read_or_make(&database.audit_key_file)
    }
}

/// Why a database cannot be opened, and which.
fn of_database(database: &Database, error: repository::OpenError) -> Failure {
    let of_audit = matches!(error, repository::OpenError::Audit(_));
    let url = if of_audit {
        database.audit_url.as_deref()
    } else {
        Some(database.url.as_str())
    };
    // The path of a file says which; a server's URL has a password in it.
    match url.and_then(|url| url.strip_prefix("sqlite:")) {
        Some(file) => Failure::Setting(format!("{error} ({file})")),
        None => Failure::Setting(error.to_string()),
    }
}

fn settings(database: &Database, audit_key: [u8; 32]) -> repository::Settings {
    repository::Settings {
        audit_url: database.audit_url.clone(),
        replica: database.read_url.clone(),
        pooled: database.pooled,
        batch: database.commit_calls.get(),
        ..repository::Settings::new(audit_key)
    }
}

/// Who works at this terminal, for the audit: the operating system's word.
fn operator() -> Option<String> {
    ["USER", "LOGNAME", "USERNAME"]
        .iter()
        .find_map(|name| std::env::var(name).ok())
        .filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_contradicts_itself_nowhere() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn every_option_is_also_an_environment_variable() {
        for command in CommandLine::command().get_subcommands() {
            for option in command
                .get_opts()
                .filter(|option| !matches!(option.get_id().as_str(), "help" | "version"))
            {
                let name = option.get_env().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                assert!(
                    name.starts_with("DIALOGMODUL_"),
                    "{} {}: {name:?}",
                    command.get_name(),
                    option.get_id()
                );
                assert!(
                    option.get_help().is_some(),
                    "{} {} says nothing about itself",
                    command.get_name(),
                    option.get_id()
                );
            }
        }
    }
}
