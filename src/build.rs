//! Generates the contract from `wsdl/` and `xsd/`; it is never committed, `cargo run -p codegen` shows it.

use std::{
    error::Error,
    path::{Path, PathBuf},
};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=wsdl");
    println!("cargo::rerun-if-changed=xsd");
    let output = PathBuf::from(std::env::var("OUT_DIR")?).join("contract.rs");
    let options = codegen::Options {
        root: Some(PathBuf::new()),
    };
    match contract(&options) {
        Ok(text) => std::fs::write(output, text)?,
        Err(error) => {
            println!("cargo::error={error}");
            std::process::exit(1);
        }
    }
    Ok(())
}

fn contract(options: &codegen::Options) -> Result<String, codegen::Error> {
    let documents = codegen::source::files_of(Path::new("wsdl"), "wsdl")?;
    codegen::generate(&documents, &[PathBuf::from("xsd")], options)
}
