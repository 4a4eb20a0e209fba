//! Revocation lists, DER or PEM, as an operator's file may hold them.
#![no_main]

use dialogmodul::soap::probe;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|file: &[u8]| {
    let _ = probe::revocation_lists(file);
});
