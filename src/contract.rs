//! The contract: types, codecs, service traits, tables of operations and served documents, generated from `wsdl/` and `xsd/`.
//!
//! It knows every name on the wire and reads and writes over `xml`. What the messages mean is left to the services.

include!(concat!(env!("OUT_DIR"), "/contract.rs"));

pub mod description {
    //! The contract as data: what it declares and what it says about it, for pages and samples (`xml::description` is its vocabulary).

    include!(concat!(env!("OUT_DIR"), "/description.rs"));
}
