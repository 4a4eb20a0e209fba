//! Generates the contract from `wsdl/` and `xsd/`; it is never committed, `cargo run -p codegen` shows it.

use std::{
    error::Error,
    path::{Path, PathBuf},
};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=wsdl");
    println!("cargo::rerun-if-changed=xsd");
    let folder = PathBuf::from(std::env::var("OUT_DIR")?);
    let options = codegen::Options {
        root: Some(PathBuf::new()),
    };
    match contract(&options) {
        Ok((code, description)) => {
            std::fs::write(folder.join("contract.rs"), code)?;
            std::fs::write(folder.join("description.rs"), description)?;
        }
        Err(error) => {
            println!("cargo::error={error}");
            std::process::exit(1);
        }
    }
    Ok(())
}

/// The code of the contract and its description.
fn contract(options: &codegen::Options) -> Result<(String, String), codegen::Error> {
    let documents = codegen::source::files_of(Path::new("wsdl"), "wsdl")?;
    let folders = [PathBuf::from("xsd")];
    Ok((
        codegen::generate(&documents, &folders, options)?,
        codegen::describe(&documents, &folders)?,
    ))
}
