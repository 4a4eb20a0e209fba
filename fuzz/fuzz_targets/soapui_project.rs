//! SoapUI project files, as the runner in `tests/soapui/` reads them.
#![no_main]

#[allow(dead_code)]
#[path = "../../tests/soapui/src/project.rs"]
mod project;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = project::Project::parse(text);
});
