//! The command line of codegen: prints generated code, checks instances against schemas.

use std::{path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};
use codegen::{Error, Options, check, source};

/// Contracts in, Rust out.
#[derive(Debug, Parser)]
#[command(args_conflicts_with_subcommands = true, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    print: Print,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Checks an instance document against a schema: valid (exit code 0), invalid with path and rule (1), or what is wrong
    /// with the schema (2).
    Check {
        /// The schema.
        schema: PathBuf,
        /// The instance document.
        instance: PathBuf,
    },
}

/// Prints the code generated from a contract.
#[derive(Debug, Args)]
struct Print {
    /// A WSDL or XSD file, or the name of a service in the folder of WSDL files.
    #[arg(required = true)]
    contract: Option<String>,
    /// Folder of WSDL files.
    #[arg(long, default_value = "wsdl")]
    wsdl: PathBuf,
    /// Folder that is searched for imported schemas; may stand several times.
    #[arg(long = "xsd", default_value = "xsd")]
    folders: Vec<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let printed = match arguments.command {
        Some(Command::Check { schema, instance }) => {
            let verdict = check::check(&schema, &instance);
            println!("{verdict}");
            return ExitCode::from(verdict.exit_code());
        }
        None => print(&arguments.print),
    };
    match printed {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn print(arguments: &Print) -> Result<String, Error> {
    let contract = arguments.contract.clone().unwrap_or_default();
    let path = PathBuf::from(&contract);
    let documents = if path.is_file() {
        vec![path]
    } else {
        of_service(&contract, arguments)?
    };
    let options = Options {
        root: Some(PathBuf::new()),
    };
    codegen::generate(&documents, &arguments.folders, &options)
}

/// The WSDL files whose name begins with the service's: one for each version.
fn of_service(service: &str, arguments: &Print) -> Result<Vec<PathBuf>, Error> {
    let files = source::files_of(&arguments.wsdl, "wsdl")?;
    let is_of_service = |path: &PathBuf| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        name.split('.').next() == Some(service)
    };
    let found = files.into_iter().filter(is_of_service).collect::<Vec<_>>();
    if found.is_empty() {
        return Err(Error::Read {
            path: PathBuf::from(service),
            source: std::io::Error::new(
                std::io::ErrorKind::NotFound,
                format!("neither a file nor a service in {}", arguments.wsdl.display()),
            ),
        });
    }
    Ok(found)
}
