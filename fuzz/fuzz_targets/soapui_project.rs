//! SoapUI project files, as the runner in `tests/soapui/` reads them.
#![no_main]

// The runner itself needs libxml2; its reader of projects does not.
#[allow(dead_code)]
#[path = "../../tests/soapui/src"]
mod soapui {
    pub mod project;
}

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = soapui::project::Project::parse(text);
});
