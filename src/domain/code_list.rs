//! Code lists: numbered values with the period in which they may be used for new data (K1, M14).
//! It knows intervals as closed-open calendar days and says which value may be used on a day.
//! Names of lists are the contract's and come from outside.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::refusal::Refusal;

/// One value of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The number on the wire; unique in its list and never reused.
    pub code: i32,
    /// Danish name.
    pub name: String,
    /// Danish description, if there is one.
    pub description: Option<String>,
    /// First day of use.
    pub start: NaiveDate,
    /// First day on which it can no longer be used for new data.
    pub end: NaiveDate,
    /// Where the value is known from: `STAR` or `ours`.
    pub source: String,
}

impl Item {
    /// May the value be used for new data on `day`?
    pub fn is_valid_on(&self, day: NaiveDate) -> bool {
        self.start <= day && day < self.end
    }
}

/// All lists, by name; within a list in ascending code order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CodeLists(BTreeMap<String, BTreeMap<i32, Item>>);

impl CodeLists {
    /// Builds the lists from pairs of list name and item.
    pub fn new(items: impl IntoIterator<Item = (String, Item)>) -> Self {
        let mut lists: BTreeMap<String, BTreeMap<i32, Item>> = BTreeMap::new();
        for (list, item) in items {
            lists.entry(list).or_default().insert(item.code, item);
        }
        Self(lists)
    }

    /// The names, in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Every value of a list, ended ones too (K1).
    ///
    /// # Errors
    /// [`Refusal::UnknownCodeList`].
    pub fn items(&self, list: &str) -> Result<impl Iterator<Item = &Item>, Refusal> {
        self.0.get(list).map(BTreeMap::values).ok_or(Refusal::UnknownCodeList)
    }

    /// Is the code known in the list, whatever the day?
    pub fn knows(&self, list: &str, code: i32) -> bool {
        self.0.get(list).is_some_and(|items| items.contains_key(&code))
    }

    /// The value must be usable for new data on `day` (M14).
    ///
    /// # Errors
    /// [`Refusal::UnknownCodeListItem`] or [`Refusal::ExpiredCodeListItem`].
    pub fn require(&self, list: &str, code: i32, day: NaiveDate) -> Result<(), Refusal> {
        let item = self
            .0
            .get(list)
            .and_then(|items| items.get(&code))
            .ok_or(Refusal::UnknownCodeListItem)?;
        if item.is_valid_on(day) {
            Ok(())
        } else {
            Err(Refusal::ExpiredCodeListItem)
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::testing::day;
    use super::*;

    fn lists() -> CodeLists {
        let item = |code, start: &str, end: &str| Item {
            code,
            name: format!("Værdi {code}"),
            description: None,
            start: day(start),
            end: day(end),
            source: "ours".to_owned(),
        };
        CodeLists::new([
            ("Context".to_owned(), item(11, "2023-07-01", "2100-07-01")),
            ("Context".to_owned(), item(2, "2014-11-01", "2026-03-30")),
            ("Channel".to_owned(), item(4, "2014-11-01", "2100-07-01")),
        ])
    }

    /// K1: a list returns all its codes, ended ones and future ones too, in order.
    #[test]
    fn k1_a_list_returns_all_its_codes() {
        let codes: Vec<_> = lists().items("Context").unwrap().map(|item| item.code).collect();
        assert_eq!(codes, [2, 11]);
        assert_eq!(lists().items("context").err(), Some(Refusal::UnknownCodeList));
        assert_eq!(lists().names().collect::<Vec<_>>(), ["Channel", "Context"]);
    }

    /// M14, K1: valid from the start day to the day before the end. M16: context 2 is creatable until its end is set.
    #[test]
    fn m14_m16_values_are_valid_in_a_closed_open_interval() {
        for (code, on, expected) in [
            (2, "2014-10-31", Err(Refusal::ExpiredCodeListItem)),
            (2, "2014-11-01", Ok(())),
            (2, "2026-03-29", Ok(())),
            (2, "2026-03-30", Err(Refusal::ExpiredCodeListItem)),
            (11, "2023-06-30", Err(Refusal::ExpiredCodeListItem)),
            (11, "2026-03-30", Ok(())),
            (3, "2026-03-30", Err(Refusal::UnknownCodeListItem)),
        ] {
            assert_eq!(lists().require("Context", code, day(on)), expected, "{code} on {on}");
        }
        assert_eq!(lists().require("Nothing", 2, day("2026-01-01")), Err(Refusal::UnknownCodeListItem));
    }

    /// M14: an ended value stays known, so that old messages can be found by it.
    #[test]
    fn m14_ended_values_stay_known() {
        assert!(lists().knows("Context", 2));
        assert!(!lists().knows("Context", 3) && !lists().knows("Nothing", 2));
    }
}
