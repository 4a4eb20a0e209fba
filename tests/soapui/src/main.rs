//! The command line: SoapUI's testrunner as far as it is used in builds, and a command that keeps a project's cached definitions fresh.

use clap::{Args, Parser, Subcommand};
use soapui_runner::project::Project;
use soapui_runner::run::Options;
use soapui_runner::{cache, report, run};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Runs the test suites of a SoapUI project file.
///
/// Exit code: 0 all passed, 1 something failed, 2 nothing could be run, 3 nothing failed but something could not be judged.
#[derive(Parser)]
#[command(
    name = "soapui-runner",
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    disable_help_flag = true
)]
struct CommandLine {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    run: Run,
    /// Print help
    #[arg(long, action = clap::ArgAction::Help)]
    help: Option<bool>,
}

#[derive(Subcommand)]
enum Command {
    /// Put the contracts into the project's cached definitions
    Cache {
        /// The project file
        project: PathBuf,
        /// Folder with one `<interface name>.wsdl` for every interface
        #[arg(long, value_name = "FOLDER")]
        from: PathBuf,
        /// Only say whether they are the same
        #[arg(long)]
        check: bool,
    },
}

#[derive(Args)]
struct Run {
    /// The project file
    #[arg(required = true)]
    project: Option<PathBuf>,
    /// Address for every call, instead of the project's
    #[arg(short, value_name = "URL")]
    endpoint: Option<String>,
    /// Host and port for every call, instead of the project's
    #[arg(short = 'h', value_name = "HOST:PORT")]
    host: Option<String>,
    /// Only this test suite
    #[arg(short, value_name = "NAME")]
    suite: Option<String>,
    /// Only this test case
    #[arg(short, value_name = "NAME")]
    case: Option<String>,
    /// A property of the project
    #[arg(short = 'P', value_name = "NAME=VALUE", value_parser = pair)]
    project_property: Vec<(String, String)>,
    /// A global property
    #[arg(short = 'G', value_name = "NAME=VALUE", value_parser = pair)]
    global_property: Vec<(String, String)>,
    /// A system property
    #[arg(short = 'D', value_name = "NAME=VALUE", value_parser = pair)]
    system_property: Vec<(String, String)>,
    /// An HTTP header of every call
    #[arg(short = 'H', value_name = "NAME=VALUE", value_parser = pair)]
    header: Vec<(String, String)>,
    /// Write JUnit reports
    #[arg(short = 'j')]
    junit: bool,
    /// Folder for reports
    #[arg(short = 'f', value_name = "FOLDER", default_value = ".")]
    folder: PathBuf,
    /// Go on after a failed step, and end with exit code 0 although something failed
    #[arg(short = 'I')]
    ignore_errors: bool,
    /// Print a summary (it is printed in any case)
    #[arg(short = 'r')]
    summary: bool,
    /// What this runner cannot judge does not make the run fail
    #[arg(long)]
    allow_skipped: bool,
}

fn main() -> ExitCode {
    let line = CommandLine::parse();
    let outcome = match line.command {
        Some(Command::Cache { project, from, check }) => keep_cache(&project, &from, check),
        None => run_project(line.run),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("soapui-runner: {error}");
        ExitCode::from(2)
    })
}

fn run_project(arguments: Run) -> Result<ExitCode, String> {
    let path = arguments.project.ok_or("which project?")?;
    let text = read(&path)?;
    let project = Project::parse(&text).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut system = vec![(
        "projectDir".to_owned(),
        path.parent().map(|folder| folder.display().to_string()).unwrap_or_default(),
    )];
    system.extend(arguments.system_property);
    let options = Options {
        endpoint: arguments.endpoint,
        host: arguments.host,
        suite: arguments.suite,
        case: arguments.case,
        project: arguments.project_property,
        global: arguments.global_property,
        system,
        headers: arguments.header,
        ignore_errors: arguments.ignore_errors,
    };
    println!("project {}", project.name);
    let suites = run::run(&project, &options, &mut |event| println!("{}", report::line(&event)))?;
    println!("{}", report::summary(&suites));
    if arguments.junit {
        for file in report::write_junit(&suites, &arguments.folder).map_err(|error| format!("{}: {error}", arguments.folder.display()))? {
            println!("written: {}", file.display());
        }
    }
    let totals = report::totals(&suites);
    Ok(match (totals.failed, totals.skipped) {
        (1.., _) if arguments.ignore_errors => {
            println!("{} failed, which -I ignores", totals.failed);
            ExitCode::SUCCESS
        }
        (1.., _) => ExitCode::from(1),
        (0, 1..) if !arguments.allow_skipped => {
            println!("what was skipped makes the run fail; --allow-skipped lets it pass");
            ExitCode::from(3)
        }
        _ if totals.passed + totals.skipped == 0 => return Err("every test case is disabled: nothing was run".into()),
        _ => ExitCode::SUCCESS,
    })
}

fn keep_cache(path: &Path, folder: &Path, check: bool) -> Result<ExitCode, String> {
    let old = read(path)?;
    let new = cache::refreshed(&old, folder)?;
    match (old == new, check) {
        (true, _) => println!("{}: the cached definitions are those of {}", path.display(), folder.display()),
        (false, true) => {
            println!(
                "{}: the cached definitions are not those of {}; run the command without --check",
                path.display(),
                folder.display()
            );
            return Ok(ExitCode::from(1));
        }
        (false, false) => {
            std::fs::write(path, new).map_err(|error| format!("{}: {error}", path.display()))?;
            println!("{}: the cached definitions are now those of {}", path.display(), folder.display());
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn read(path: &Path) -> Result<String, String> {
    let bytes = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn pair(text: &str) -> Result<(String, String), String> {
    text.split_once('=')
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .ok_or_else(|| format!("not NAME=VALUE: {text}"))
}
