//! Strict, bounded XML: a reader that refuses what is not well-formed, a writer that cannot write it, and XSD's datatypes and facets between them.
//!
//! It knows XML 1.0, namespaces and XML Schema datatypes. What the elements mean is left to the generated contract; where the bytes come from is left to the door.

mod attributes;
mod characters;
mod codec;
pub mod datatypes;
mod declaration;
pub mod description;
pub mod facets;
mod limits;
mod name;
mod namespace_name;
mod namespaces;
pub mod pattern;
mod reader;
mod scanner;
mod violation;
mod writer;

pub use attributes::Attribute;
pub use codec::{Decode, Encode, Nillable};
pub use limits::Limits;
pub use name::{Name, QName, Tag};
pub use reader::{Position, Reader};
pub use violation::{Rule, Violation};
pub use writer::Writer;

/// The namespace of XML Schema instance attributes (`xsi:nil`, `xsi:type`).
pub const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// The namespace of XML Schema's own types.
pub const XSD: &str = "http://www.w3.org/2001/XMLSchema";
