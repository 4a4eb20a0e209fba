//! The built-in datatypes as a list: what generators and interpreters ask about them by name.

use crate::facets::WhiteSpace;

/// What is known about a built-in type.
struct Facts {
    name: &'static str,
    rust: &'static str,
    base: Option<Builtin>,
    white_space: WhiteSpace,
}

macro_rules! builtins {
    ($($rust:ident, $name:literal, $path:literal, $base:expr, $white_space:ident;)*) => {
        /// A built-in simple type of XML Schema 1.0 part 2.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Builtin {
            $(#[doc = concat!("`xs:", $name, "`")] $rust,)*
        }

        impl Builtin {
            /// All of them, each after its base.
            pub const ALL: &[Self] = &[$(Self::$rust),*];

            const fn facts(self) -> Facts {
                match self {
                    $(Self::$rust => Facts {
                        name: $name,
                        rust: $path,
                        base: $base,
                        white_space: WhiteSpace::$white_space,
                    },)*
                }
            }
        }
    };
}

builtins! {
    AnySimpleType, "anySimpleType", "::xml::datatypes::AnySimple", None, Preserve;
    String, "string", "::std::string::String", Some(Self::AnySimpleType), Preserve;
    NormalizedString, "normalizedString", "::xml::datatypes::NormalizedString", Some(Self::String), Replace;
    Token, "token", "::xml::datatypes::Token", Some(Self::NormalizedString), Collapse;
    Language, "language", "::xml::datatypes::Language", Some(Self::Token), Collapse;
    NmToken, "NMTOKEN", "::xml::datatypes::NmToken", Some(Self::Token), Collapse;
    NmTokens, "NMTOKENS", "::xml::datatypes::NmTokens", Some(Self::AnySimpleType), Collapse;
    Name, "Name", "::xml::datatypes::Name", Some(Self::Token), Collapse;
    NcName, "NCName", "::xml::datatypes::NcName", Some(Self::Name), Collapse;
    Id, "ID", "::xml::datatypes::Id", Some(Self::NcName), Collapse;
    IdRef, "IDREF", "::xml::datatypes::IdRef", Some(Self::NcName), Collapse;
    IdRefs, "IDREFS", "::xml::datatypes::IdRefs", Some(Self::AnySimpleType), Collapse;
    Entity, "ENTITY", "::xml::datatypes::Entity", Some(Self::NcName), Collapse;
    Entities, "ENTITIES", "::xml::datatypes::Entities", Some(Self::AnySimpleType), Collapse;
    Boolean, "boolean", "bool", Some(Self::AnySimpleType), Collapse;
    Decimal, "decimal", "::xml::datatypes::Decimal", Some(Self::AnySimpleType), Collapse;
    Integer, "integer", "::xml::datatypes::Integer", Some(Self::Decimal), Collapse;
    NonPositiveInteger, "nonPositiveInteger", "::xml::datatypes::NonPositiveInteger", Some(Self::Integer), Collapse;
    NegativeInteger, "negativeInteger", "::xml::datatypes::NegativeInteger", Some(Self::NonPositiveInteger), Collapse;
    Long, "long", "i64", Some(Self::Integer), Collapse;
    Int, "int", "i32", Some(Self::Long), Collapse;
    Short, "short", "i16", Some(Self::Int), Collapse;
    Byte, "byte", "i8", Some(Self::Short), Collapse;
    NonNegativeInteger, "nonNegativeInteger", "::xml::datatypes::NonNegativeInteger", Some(Self::Integer), Collapse;
    UnsignedLong, "unsignedLong", "u64", Some(Self::NonNegativeInteger), Collapse;
    UnsignedInt, "unsignedInt", "u32", Some(Self::UnsignedLong), Collapse;
    UnsignedShort, "unsignedShort", "u16", Some(Self::UnsignedInt), Collapse;
    UnsignedByte, "unsignedByte", "u8", Some(Self::UnsignedShort), Collapse;
    PositiveInteger, "positiveInteger", "::xml::datatypes::PositiveInteger", Some(Self::NonNegativeInteger), Collapse;
    Float, "float", "f32", Some(Self::AnySimpleType), Collapse;
    Double, "double", "f64", Some(Self::AnySimpleType), Collapse;
    Duration, "duration", "::xml::datatypes::Duration", Some(Self::AnySimpleType), Collapse;
    DateTime, "dateTime", "::xml::datatypes::DateTime", Some(Self::AnySimpleType), Collapse;
    Time, "time", "::xml::datatypes::Time", Some(Self::AnySimpleType), Collapse;
    Date, "date", "::xml::datatypes::Date", Some(Self::AnySimpleType), Collapse;
    GYearMonth, "gYearMonth", "::xml::datatypes::GYearMonth", Some(Self::AnySimpleType), Collapse;
    GYear, "gYear", "::xml::datatypes::GYear", Some(Self::AnySimpleType), Collapse;
    GMonthDay, "gMonthDay", "::xml::datatypes::GMonthDay", Some(Self::AnySimpleType), Collapse;
    GDay, "gDay", "::xml::datatypes::GDay", Some(Self::AnySimpleType), Collapse;
    GMonth, "gMonth", "::xml::datatypes::GMonth", Some(Self::AnySimpleType), Collapse;
    HexBinary, "hexBinary", "::xml::datatypes::HexBinary", Some(Self::AnySimpleType), Collapse;
    Base64Binary, "base64Binary", "::xml::datatypes::Base64", Some(Self::AnySimpleType), Collapse;
    AnyUri, "anyURI", "::xml::datatypes::AnyUri", Some(Self::AnySimpleType), Collapse;
    QName, "QName", "::xml::datatypes::QName", Some(Self::AnySimpleType), Collapse;
    Notation, "NOTATION", "::xml::datatypes::Notation", Some(Self::AnySimpleType), Collapse;
}

impl Builtin {
    /// The type of that local name in the namespace of XML Schema.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|builtin| builtin.name() == name)
    }

    /// Its local name: `dateTime`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.facts().name
    }

    /// The Rust type of its values; it implements [`super::Datatype`].
    #[must_use]
    pub fn rust(self) -> &'static str {
        self.facts().rust
    }

    /// The type it is derived from; none for `anySimpleType`.
    #[must_use]
    pub fn base(self) -> Option<Self> {
        self.facts().base
    }

    /// How white space is treated.
    #[must_use]
    pub fn white_space(self) -> WhiteSpace {
        self.facts().white_space
    }

    /// The item type of the three built-in lists.
    #[must_use]
    pub fn item(self) -> Option<Self> {
        match self {
            Self::NmTokens => Some(Self::NmToken),
            Self::IdRefs => Some(Self::IdRef),
            Self::Entities => Some(Self::Entity),
            _ => None,
        }
    }

    /// The primitive type it comes from: `decimal` for `int`. The lists and `anySimpleType` are their own.
    #[must_use]
    pub fn primitive(self) -> Self {
        match self.base() {
            None | Some(Self::AnySimpleType) => self,
            Some(base) => base.primitive(),
        }
    }

    /// Whether it is the given type or derived from it.
    #[must_use]
    pub fn is_a(self, ancestor: Self) -> bool {
        self == ancestor || self.base().is_some_and(|base| base.is_a(ancestor))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_type_is_found_by_its_name() {
        for builtin in Builtin::ALL {
            assert_eq!(Builtin::by_name(builtin.name()), Some(*builtin));
        }
        assert_eq!(Builtin::ALL.len(), 45);
        assert_eq!(Builtin::by_name("datetime"), None);
    }

    #[test]
    fn derivation_leads_to_the_primitive_type() {
        assert_eq!(Builtin::UnsignedByte.primitive(), Builtin::Decimal);
        assert_eq!(Builtin::Id.primitive(), Builtin::String);
        assert_eq!(Builtin::Date.primitive(), Builtin::Date);
        assert!(Builtin::Byte.is_a(Builtin::Integer));
        assert!(!Builtin::Byte.is_a(Builtin::NonNegativeInteger));
        assert_eq!(Builtin::IdRefs.item(), Some(Builtin::IdRef));
    }
}
