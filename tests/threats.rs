//! `THREATS.md` names the test that proves each answer: every name must be one.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::fs;
use std::path::Path;

#[test]
fn every_test_that_is_named_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("THREATS.md")).unwrap();
    let mut named = 0;
    for reference in text
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|code| code.contains("::") && code.contains('/'))
    {
        let (file, test) = reference.split_once("::").unwrap();
        let source = fs::read_to_string(root.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        let is_there = [format!("fn {test}("), format!("mod {test} {{"), format!("def {test}(")];
        assert!(is_there.iter().any(|line| source.contains(line)), "{file} has no {test}");
        named += 1;
    }
    assert!(named > 180, "only {named} tests are named");
    for file in text
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|code| code.contains('/') && !code.contains([':', ' ', '…', '?']))
    {
        if !file.starts_with('/') {
            assert!(root.join(file).exists(), "there is no {file}");
        }
    }
}
