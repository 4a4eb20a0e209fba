//! Client certificates: whatever the bytes, a holder or a reason, and the holder is one line of printable text.
#![no_main]

use dialogmodul::soap::certificate::ClientCertificate;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|der: &[u8]| {
    let read = ClientCertificate::read(der);
    assert_eq!(read, ClientCertificate::read(der));
    if let Ok(certificate) = read {
        let said = format!("{certificate:?}");
        assert!(said.len() < 10_000 && !said.contains('\n'));
    }
});
