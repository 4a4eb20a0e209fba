//! The contract: types, codecs, service traits, tables of operations and served documents, generated from `wsdl/` and `xsd/`.
//!
//! It knows every name on the wire and reads and writes over `xml`. What the messages mean is left to the services.

include!(concat!(env!("OUT_DIR"), "/contract.rs"));
