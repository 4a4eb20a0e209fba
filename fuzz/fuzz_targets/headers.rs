//! The two headers of every call: what the fuzzer makes stands in the Header of an envelope that is otherwise right.
#![no_main]

use dialogmodul::contract::Service;
use dialogmodul::soap::probe;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|header: &[u8]| {
    let before = br#"<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Header>"#;
    let after = br#"</e:Header><e:Body><GetCodeListNamesRequest xmlns="http://service.bm.dk/CodeListService/2015/06/01/"/></e:Body></e:Envelope>"#;
    let _ = probe::envelope(Service::CodeListServiceV5, false, &[before, header, after].concat());
});
