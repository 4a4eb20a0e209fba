//! Organisations, and the agreements that say which certificate may act for which of them.
//! Answers what is registered, ended agreements too; a number tells whether any of it has changed.
//! Which agreement counts on a day is left to the services.

use chrono::NaiveDate;
use diesel::dsl::exists;
use diesel::prelude::*;

use super::super::Agreement;
use super::super::schema::{agreement, agreement_version, organisation};
use super::super::types;
use super::Connection;
use crate::domain::Organisation;

/// A number that moves with every change to an agreement or an organisation, in the same transaction: triggers see to that, whoever changes something.
pub fn version(connection: &mut Connection) -> QueryResult<i64> {
    agreement_version::table
        .find(1)
        .select(agreement_version::version)
        .first(connection)
}

/// Is the organisation registered?
pub fn exist(connection: &mut Connection, wanted: &Organisation) -> QueryResult<bool> {
    diesel::select(exists(organisation::table.find(wanted.to_string()))).get_result(connection)
}

/// All agreements of a certificate, past and future ones too.
pub fn agreements(connection: &mut Connection, cvr: &str, subject_id: &str) -> QueryResult<Vec<Agreement>> {
    let rows: Vec<(String, String, NaiveDate, NaiveDate)> = agreement::table
        .filter(agreement::cvr.eq(cvr))
        .filter(agreement::subject_id.eq(subject_id))
        .select((
            agreement::system,
            agreement::organisation,
            agreement::valid_from,
            agreement::valid_to,
        ))
        .order((agreement::organisation, agreement::valid_from))
        .load(connection)?;
    let read = |(system, key, from, to): (String, String, NaiveDate, NaiveDate)| {
        let organisation = types::organisation(&key).map_err(diesel::result::Error::DeserializationError)?;
        Ok(Agreement {
            system,
            organisation,
            from,
            to,
        })
    };
    rows.into_iter().map(read).collect()
}
