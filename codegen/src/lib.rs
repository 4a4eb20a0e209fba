//! Contracts in, Rust out: WSDL 1.1 and XSD 1.0 documents become types, codecs, service traits and dispatch.
//!
//! The stages are files with plain data between them: [`source`] finds and rewrites the documents, [`wsdl`] and [`xsd`]
//! hold them as written, [`resolve`] links them into the [`model`], [`emit`] tells the model in Rust by the rules of
//! [`names`]. What the generated code does at run time is left to the `xml` crate.

pub mod check;
pub mod emit;
pub mod error;
pub mod model;
pub mod names;
pub mod resolve;
pub mod source;
pub mod wsdl;
pub mod xsd;

use std::path::PathBuf;

pub use emit::Options;
pub use error::Error;

/// The generated code for the given documents and all they ask for; `folders` are searched for schemas.
///
/// # Errors
/// The first thing in the documents that is wrong or not supported, with its place.
pub fn generate(documents: &[PathBuf], folders: &[PathBuf], options: &Options) -> Result<String, Error> {
    let sources = source::load(documents, folders)?;
    let model = resolve::resolve(&sources)?;
    emit::emit(&model, options)
}

/// The description of the given documents and all they ask for, as Rust data: `xml::description` has its vocabulary.
///
/// # Errors
/// The first thing in the documents that is wrong or not supported, with its place.
pub fn describe(documents: &[PathBuf], folders: &[PathBuf]) -> Result<String, Error> {
    let sources = source::load(documents, folders)?;
    let model = resolve::resolve(&sources)?;
    emit::describe(&model)
}
