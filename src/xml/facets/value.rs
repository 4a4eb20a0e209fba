//! A value of a type known only at run time.

use std::cmp::Ordering;

use super::Digits;
use crate::Rule;
use crate::datatypes::*;

/// A value of any simple type, with the equality and order of its value space. Values of different primitive types are
/// neither equal nor in order.
#[derive(Clone, Debug)]
pub enum Value {
    /// A string type, `QName` or `NOTATION`.
    Text(String),
    /// `boolean`.
    Boolean(bool),
    /// `decimal` and all integers.
    Decimal(Decimal),
    /// `float`.
    Float(f32),
    /// `double`.
    Double(f64),
    /// `duration`.
    Duration(Duration),
    /// `dateTime`.
    DateTime(DateTime),
    /// `time`.
    Time(Time),
    /// `date`.
    Date(Date),
    /// `gYearMonth`.
    GYearMonth(GYearMonth),
    /// `gYear`.
    GYear(GYear),
    /// `gMonthDay`.
    GMonthDay(GMonthDay),
    /// `gDay`.
    GDay(GDay),
    /// `gMonth`.
    GMonth(GMonth),
    /// `hexBinary`.
    Hex(HexBinary),
    /// `base64Binary`.
    Base64(Base64),
    /// `anyURI`.
    Uri(AnyUri),
    /// A list.
    List(Vec<Value>),
}

impl Value {
    /// Reads the lexical form of a built-in type, after white space is processed.
    ///
    /// # Errors
    /// [`Rule::Lexical`] if the text is not in the lexical space.
    pub fn parse(builtin: Builtin, text: &str) -> Result<Self, Rule> {
        let number = |digits: Decimal| Self::Decimal(digits);
        Ok(match builtin {
            Builtin::AnySimpleType | Builtin::String => Self::Text(text.to_owned()),
            Builtin::NormalizedString => Self::Text(NormalizedString::parse(text)?.into()),
            Builtin::Token => Self::Text(Token::parse(text)?.into()),
            Builtin::Language => Self::Text(Language::parse(text)?.into()),
            Builtin::NmToken => Self::Text(NmToken::parse(text)?.into()),
            Builtin::Name => Self::Text(Name::parse(text)?.into()),
            Builtin::NcName => Self::Text(NcName::parse(text)?.into()),
            Builtin::Id => Self::Text(Id::parse(text)?.into()),
            Builtin::IdRef => Self::Text(IdRef::parse(text)?.into()),
            Builtin::Entity => Self::Text(Entity::parse(text)?.into()),
            Builtin::QName => Self::Text(QName::parse(text)?.into()),
            Builtin::Notation => Self::Text(Notation::parse(text)?.into()),
            Builtin::NmTokens => list(NmTokens::parse(text)?.items()),
            Builtin::IdRefs => list(IdRefs::parse(text)?.items()),
            Builtin::Entities => list(Entities::parse(text)?.items()),
            Builtin::Boolean => Self::Boolean(bool::parse(text)?),
            Builtin::Decimal => number(Decimal::parse(text)?),
            Builtin::Integer => number(Integer::parse(text)?.into_inner()),
            Builtin::NonPositiveInteger => number(NonPositiveInteger::parse(text)?.into_inner()),
            Builtin::NegativeInteger => number(NegativeInteger::parse(text)?.into_inner()),
            Builtin::NonNegativeInteger => number(NonNegativeInteger::parse(text)?.into_inner()),
            Builtin::PositiveInteger => number(PositiveInteger::parse(text)?.into_inner()),
            Builtin::Long => number(i64::parse(text)?.into()),
            Builtin::Int => number(i32::parse(text)?.into()),
            Builtin::Short => number(i16::parse(text)?.into()),
            Builtin::Byte => number(i8::parse(text)?.into()),
            Builtin::UnsignedLong => number(u64::parse(text)?.into()),
            Builtin::UnsignedInt => number(u32::parse(text)?.into()),
            Builtin::UnsignedShort => number(u16::parse(text)?.into()),
            Builtin::UnsignedByte => number(u8::parse(text)?.into()),
            Builtin::Float => Self::Float(f32::parse(text)?),
            Builtin::Double => Self::Double(f64::parse(text)?),
            Builtin::Duration => Self::Duration(Duration::parse(text)?),
            Builtin::DateTime => Self::DateTime(DateTime::parse(text)?),
            Builtin::Time => Self::Time(Time::parse(text)?),
            Builtin::Date => Self::Date(Date::parse(text)?),
            Builtin::GYearMonth => Self::GYearMonth(GYearMonth::parse(text)?),
            Builtin::GYear => Self::GYear(GYear::parse(text)?),
            Builtin::GMonthDay => Self::GMonthDay(GMonthDay::parse(text)?),
            Builtin::GDay => Self::GDay(GDay::parse(text)?),
            Builtin::GMonth => Self::GMonth(GMonth::parse(text)?),
            Builtin::HexBinary => Self::Hex(HexBinary::parse(text)?),
            Builtin::Base64Binary => Self::Base64(Base64::parse(text)?),
            Builtin::AnyUri => Self::Uri(AnyUri::parse(text)?),
        })
    }

    /// The length the length facets count: characters, octets or items; 0 for a type without length.
    #[must_use]
    pub fn length(&self) -> usize {
        match self {
            Self::Text(text) => text.length(),
            Self::Hex(octets) => octets.length(),
            Self::Base64(octets) => octets.length(),
            Self::Uri(uri) => uri.length(),
            Self::List(items) => items.len(),
            _ => 0,
        }
    }
}

fn list<T: Datatype>(items: &[T]) -> Value {
    Value::List(items.iter().map(|item| Value::Text(item.text().into_owned())).collect())
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Text(mine), Self::Text(theirs)) => mine == theirs,
            (Self::Boolean(mine), Self::Boolean(theirs)) => mine == theirs,
            (Self::Float(mine), Self::Float(theirs)) => mine.same(theirs),
            (Self::Double(mine), Self::Double(theirs)) => mine.same(theirs),
            (Self::Hex(mine), Self::Hex(theirs)) => mine == theirs,
            (Self::Base64(mine), Self::Base64(theirs)) => mine == theirs,
            (Self::Uri(mine), Self::Uri(theirs)) => mine == theirs,
            (Self::List(mine), Self::List(theirs)) => mine == theirs,
            _ => self.partial_cmp(other) == Some(Ordering::Equal),
        }
    }
}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Decimal(mine), Self::Decimal(theirs)) => mine.partial_cmp(theirs),
            (Self::Float(mine), Self::Float(theirs)) => mine.partial_cmp(theirs),
            (Self::Double(mine), Self::Double(theirs)) => mine.partial_cmp(theirs),
            (Self::Duration(mine), Self::Duration(theirs)) => mine.partial_cmp(theirs),
            (Self::DateTime(mine), Self::DateTime(theirs)) => mine.partial_cmp(theirs),
            (Self::Time(mine), Self::Time(theirs)) => mine.partial_cmp(theirs),
            (Self::Date(mine), Self::Date(theirs)) => mine.partial_cmp(theirs),
            (Self::GYearMonth(mine), Self::GYearMonth(theirs)) => mine.partial_cmp(theirs),
            (Self::GYear(mine), Self::GYear(theirs)) => mine.partial_cmp(theirs),
            (Self::GMonthDay(mine), Self::GMonthDay(theirs)) => mine.partial_cmp(theirs),
            (Self::GDay(mine), Self::GDay(theirs)) => mine.partial_cmp(theirs),
            (Self::GMonth(mine), Self::GMonth(theirs)) => mine.partial_cmp(theirs),
            _ => None,
        }
    }
}

/// Only numbers have digits; a schema with a digit facet on another type was refused before.
impl Digits for Value {
    fn total_digits(&self) -> usize {
        match self {
            Self::Decimal(number) => number.total_digits(),
            _ => 0,
        }
    }

    fn fraction_digits(&self) -> usize {
        match self {
            Self::Decimal(number) => number.fraction_digits(),
            _ => 0,
        }
    }
}
