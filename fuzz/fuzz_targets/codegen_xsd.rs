//! Arbitrary schemas: codegen writes Rust, or says with file and line what it does not take; and the checker reads by the same schema.
#![no_main]

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use tempfile::TempDir;

static FOLDER: LazyLock<TempDir> = LazyLock::new(|| TempDir::new().unwrap());

fuzz_target!(|schema: &[u8]| {
    let path: PathBuf = FOLDER.path().join("schema.xsd");
    fs::write(&path, schema).unwrap();
    let options = codegen::Options { root: Some(PathBuf::new()) };
    let generated = codegen::generate(&[path.clone()], &[], &options);
    if let Err(error) = &generated {
        assert!(!error.to_string().is_empty());
    }
    let verdict = codegen::check::check(&path, &path);
    assert!(!verdict.to_string().is_empty());
});
