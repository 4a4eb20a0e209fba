//! Whole request bodies, from the media type's decoding to the operation: no panic, and what is taken is taken again.
#![no_main]

use dialogmodul::contract::Service;
use dialogmodul::soap::probe;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    for &service in Service::ALL {
        for soap_12 in [false, true] {
            let found = probe::envelope(service, soap_12, body);
            assert_eq!(found, probe::envelope(service, soap_12, body));
            assert!(found.is_ok() || found.is_err_and(|said| said.len() < 100_000));
        }
    }
});
