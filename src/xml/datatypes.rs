//! The built-in datatypes of XML Schema 1.0 part 2 as Rust values.
//!
//! Every type reads its lexical form strictly and writes it back; what the schema calls the value space (equality, order)
//! is the Rust `PartialEq` and `PartialOrd` of the type. The room knows no element and no facet: names of elements are the
//! reader's matter, restrictions are [`crate::facets`]'.

mod binary;
mod builtin;
mod calendar;
mod date;
mod date_time;
mod decimal;
mod duration;
mod integer;
mod list;
mod number;
mod partial_date;
mod text;
mod time;
mod uri;

use std::borrow::Cow;

pub use self::binary::{Base64, HexBinary};
pub use self::builtin::Builtin;
pub use self::date::Date;
pub use self::date_time::DateTime;
pub use self::decimal::Decimal;
pub use self::duration::Duration;
pub use self::integer::{Integer, NegativeInteger, NonNegativeInteger, NonPositiveInteger, PositiveInteger};
pub use self::list::{Entities, IdRefs, NmTokens};
pub use self::partial_date::{GDay, GMonth, GMonthDay, GYear, GYearMonth};
pub use self::text::{
    AnySimple, Entity, Id, IdRef, Language, Name, NcName, NmToken, NormalizedString, Notation, QName, Token, is_name, is_ncname, is_nmtoken,
};
pub(crate) use self::text::{NAME_REST, NAME_START};
pub use self::time::Time;
pub use self::uri::AnyUri;

use crate::facets::WhiteSpace;
use crate::{Rule, Writer};

/// A simple type: a value with a lexical form.
///
/// Built-in types implement it here, restricted types in generated code. Everything that implements it can stand as the
/// content of an element (through [`simple_content!`](crate::simple_content)) and as the value of an attribute.
pub trait Datatype: Sized + PartialEq {
    /// Name of the simple type: `dateTime`, `PersonCivilRegistrationIdentifierType`. A violation names it.
    const NAME: &'static str;

    /// How white space is treated before the lexical form is read.
    const WHITE_SPACE: WhiteSpace = WhiteSpace::Collapse;

    /// Reads the lexical form, after white space is processed.
    ///
    /// # Errors
    /// [`Rule::Lexical`] if the text is not in the lexical space, [`Rule::Facet`] if the value breaks a facet.
    fn parse(text: &str) -> Result<Self, Rule>;

    /// The lexical form.
    fn text(&self) -> Cow<'_, str>;

    /// Reads the text of an element or attribute as it stood in the document: white space first, then [`Self::parse`].
    ///
    /// # Errors
    /// As [`Self::parse`].
    fn read(raw: Cow<'_, str>) -> Result<Self, Rule> {
        Self::parse(&Self::WHITE_SPACE.apply(&raw))
    }

    /// Writes the lexical form as content of the open element.
    fn put(&self, writer: &mut Writer) {
        writer.text(&self.text());
    }

    /// The length the length facets count: characters, octets or list items. Types without a length have 0.
    fn length(&self) -> usize {
        0
    }

    /// Equality in the value space; differs from `==` for floats alone, where NaN is itself.
    fn same(&self, other: &Self) -> bool {
        self == other
    }
}

/// Makes simple types the content of elements: implements [`Decode`](crate::Decode) and [`Encode`](crate::Encode) for
/// types that are [`Datatype`]s. Generated code calls it for its newtypes.
#[macro_export]
macro_rules! simple_content {
    ($($rust:ty),* $(,)?) => {$(
        impl $crate::Decode for $rust {
            // Toolkits that always say which type they send name the built-in type itself.
            const TYPES: &'static [$crate::Name] = &[$crate::Name::new($crate::XSD, "xs", <Self as $crate::datatypes::Datatype>::NAME)];

            fn decode(reader: &mut $crate::Reader<'_>) -> ::std::result::Result<Self, $crate::Violation> {
                reader.built_in()
            }
        }

        impl $crate::Encode for $rust {
            fn encode(&self, writer: &mut $crate::Writer) {
                $crate::datatypes::Datatype::put(self, writer);
            }
        }
    )*};
}

simple_content! {
    bool, i8, i16, i32, i64, u8, u16, u32, u64, f32, f64, String,
    AnySimple, NormalizedString, Token, Language, NmToken, NmTokens, Name, NcName, Id, IdRef, IdRefs, Entity, Entities,
    Decimal, Integer, NonNegativeInteger, PositiveInteger, NonPositiveInteger, NegativeInteger,
    Duration, DateTime, Date, Time, GYear, GYearMonth, GMonth, GMonthDay, GDay,
    HexBinary, Base64, AnyUri, QName, Notation,
}

impl<T: Datatype> crate::Decode for Vec<T> {
    fn decode(reader: &mut crate::Reader<'_>) -> Result<Self, crate::Violation> {
        reader.value(T::NAME, Self::read)
    }
}

impl<T: Datatype> crate::Encode for Vec<T> {
    fn encode(&self, writer: &mut Writer) {
        self.put(writer);
    }
}
