//! Code lists, always whole: ended values stay readable (K1).
//! One query reads them all, since consumers and the services keep them; a number tells whether there is anything new to read.
//! Which value may be used is left to the domain.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::super::schema::{code_list_item, code_list_version};
use super::Connection;
use crate::domain::code_list::{CodeLists, Item};

/// A number that moves with every change to any list, in the same transaction: triggers see to that, whoever changes something.
pub fn version(connection: &mut Connection) -> QueryResult<i64> {
    code_list_version::table
        .find(1)
        .select(code_list_version::version)
        .first(connection)
}

/// Every list with every value.
pub fn all(connection: &mut Connection) -> QueryResult<CodeLists> {
    type Row = (String, i32, String, Option<String>, NaiveDate, NaiveDate, String);
    let rows: Vec<Row> = code_list_item::table.load(connection)?;
    let item = |(list, code, name, description, start, end, source): Row| {
        (
            list,
            Item {
                code,
                name,
                description,
                start,
                end,
                source,
            },
        )
    };
    Ok(CodeLists::new(rows.into_iter().map(item)))
}
