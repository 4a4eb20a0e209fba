//! What codegen writes: the goldens of `tests/constructs/`, and the errors for what is not supported.
//!
//! `UPDATE_GOLDENS=1` writes them anew. They are compiled and used in `constructs.rs`, a test of its own, so that a golden
//! that does not compile can still be written.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

use std::path::{Path, PathBuf};

use codegen::Options;

#[test]
fn goldens_are_what_codegen_writes_today() {
    let folders = sorted(&home(), |path| path.is_dir() && !path.ends_with("unsupported"));
    assert!(!folders.is_empty());
    for folder in folders {
        for (golden, write) in [("golden.rs", generate as fn(&Path) -> String), ("description.rs", describe)] {
            let golden = folder.join(golden);
            let written = write(&folder);
            assert_eq!(written, write(&folder), "the same input gives the same bytes");
            if updates() {
                std::fs::write(&golden, &written).unwrap();
            }
            let kept = std::fs::read_to_string(&golden).unwrap_or_default();
            assert!(
                kept == written,
                "{} is not what codegen writes; see UPDATE_GOLDENS",
                golden.display()
            );
        }
    }
}

#[test]
fn what_is_not_supported_is_an_error_with_its_place() {
    let folder = home().join("unsupported");
    let documents = sorted(&folder, |path| path.extension().is_some_and(|extension| extension != "error"));
    assert!(!documents.is_empty());
    for document in documents {
        let expected = document.with_extension("error");
        let error = match codegen::generate(std::slice::from_ref(&document), &[], &Options::default()) {
            Ok(_) => panic!("{} is taken", document.display()),
            Err(error) => error.to_string().replace(&format!("{}/", folder.display()), "") + "\n",
        };
        if updates() {
            std::fs::write(&expected, &error).unwrap();
        }
        let kept = std::fs::read_to_string(&expected).unwrap_or_default();
        assert_eq!(error, kept, "{}", document.display());
    }
}

fn generate(folder: &Path) -> String {
    written(codegen::generate(&[contract(folder)], &[folder.to_owned()], &Options::default()))
}

fn describe(folder: &Path) -> String {
    written(codegen::describe(&[contract(folder)], &[folder.to_owned()]))
}

fn written(text: Result<String, codegen::Error>) -> String {
    match text {
        Ok(text) => text,
        Err(error) => panic!("{error}"),
    }
}

fn contract(folder: &Path) -> PathBuf {
    let schema = folder.join("schema.xsd");
    if schema.exists() { schema } else { folder.join("service.v1.wsdl") }
}

fn updates() -> bool {
    std::env::var_os("UPDATE_GOLDENS").is_some()
}

fn sorted(folder: &Path, keep: impl Fn(&Path) -> bool) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut paths = entries.filter(|path| keep(path)).collect::<Vec<_>>();
    paths.sort();
    paths
}

fn home() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tests/constructs")
        .canonicalize()
        .unwrap()
}
