//! Lists: items with white space between them.

use std::borrow::Cow;

use super::{Datatype, Entity, IdRef, NmToken};
use crate::Rule;

/// A list type: its items in order. The length facets count items.
impl<T: Datatype> Datatype for Vec<T> {
    const NAME: &'static str = T::NAME;

    fn parse(text: &str) -> Result<Self, Rule> {
        // Not `split_ascii_whitespace`: form feed is no white space in XML.
        text.split([' ', '\t', '\n', '\r'])
            .filter(|item| !item.is_empty())
            .map(T::parse)
            .collect()
    }

    fn text(&self) -> Cow<'_, str> {
        let mut text = String::new();
        for item in self {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(&item.text());
        }
        Cow::Owned(text)
    }

    fn length(&self) -> usize {
        self.len()
    }

    fn same(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().zip(other).all(|(mine, theirs)| mine.same(theirs))
    }
}

/// A built-in list type: at least one item.
macro_rules! list {
    ($($(#[$doc:meta])* $rust:ident, $item:ty, $name:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub struct $rust(Vec<$item>);

        impl $rust {
            /// The list, if it has an item.
            ///
            /// # Errors
            /// [`Rule::Lexical`] if there is none.
            pub fn new(items: Vec<$item>) -> Result<Self, Rule> {
                if items.is_empty() { Err(Rule::Lexical($name)) } else { Ok(Self(items)) }
            }

            /// The items.
            #[must_use]
            pub fn items(&self) -> &[$item] {
                &self.0
            }
        }

        impl Datatype for $rust {
            const NAME: &'static str = $name;

            fn parse(text: &str) -> Result<Self, Rule> {
                Self::new(Vec::parse(text).map_err(|_| Rule::Lexical($name))?)
            }

            fn text(&self) -> Cow<'_, str> {
                self.0.text()
            }

            fn length(&self) -> usize {
                self.0.len()
            }
        }
    )*};
}

list! {
    /// `xs:NMTOKENS`.
    NmTokens, NmToken, "NMTOKENS";
    /// `xs:IDREFS`.
    IdRefs, IdRef, "IDREFS";
    /// `xs:ENTITIES`.
    Entities, Entity, "ENTITIES";
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_list_splits_at_white_space() {
        let list = Vec::<i32>::read(Cow::Borrowed(" 1\t2\n\n3 ")).unwrap();
        assert_eq!(list, [1, 2, 3]);
        assert_eq!(list.text(), "1 2 3");
        assert_eq!(list.length(), 3);
        assert_eq!(Vec::<i32>::parse("").unwrap(), []);
        assert!(Vec::<i32>::parse("1 x").is_err());
    }

    #[test]
    fn a_no_break_space_separates_nothing() {
        assert!(Vec::<i32>::parse("1\u{a0}2").is_err());
        assert!(Vec::<i32>::parse("1\u{c}2").is_err());
    }

    #[test]
    fn the_built_in_lists_have_at_least_one_item() {
        assert_eq!(NmTokens::parse("a 1").unwrap().length(), 2);
        assert_eq!(NmTokens::parse(""), Err(Rule::Lexical("NMTOKENS")));
        assert!(IdRefs::parse("a 1").is_err());
        assert!(Entities::parse("a b").is_ok());
    }
}
