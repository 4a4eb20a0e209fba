//! What generated types implement: reading from an element and writing into one.
//! The built-in types implement both in `datatypes`.

use crate::{Name, Reader, Rule, Violation, Writer};

/// A type that can be read from an element.
pub trait Decode: Sized {
    /// Schema type names that `xsi:type` may give where this type stands; with any other `xsi:type` the element is refused.
    const TYPES: &'static [Name] = &[];

    /// Reads the element just entered, through its end tag.
    ///
    /// # Errors
    /// The first rule the element breaks.
    fn decode(reader: &mut Reader<'_>) -> Result<Self, Violation>;
}

/// A type that can be written as an element.
pub trait Encode {
    /// Writes attributes and content of the element just started.
    fn encode(&self, writer: &mut Writer);
}

/// The value of a `nillable` element: `None` is `xsi:nil="true"`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Nillable<T>(pub Option<T>);

impl<T: Decode> Decode for Nillable<T> {
    const TYPES: &'static [Name] = T::TYPES;

    fn decode(reader: &mut Reader<'_>) -> Result<Self, Violation> {
        if reader.nil()? {
            // A nil element may still carry its declared attributes; there is no value to hold them.
            reader.any_attributes();
            reader.empty().map_err(|violation| match violation.rule {
                Rule::Text | Rule::Unexpected { .. } => reader.violation(Rule::Nil),
                _ => violation,
            })?;
            Ok(Self(None))
        } else {
            T::decode(reader).map(|value| Self(Some(value)))
        }
    }
}

impl<T: Encode> Encode for Nillable<T> {
    fn encode(&self, writer: &mut Writer) {
        match &self.0 {
            Some(value) => value.encode(writer),
            None => writer.nil(),
        }
    }
}
