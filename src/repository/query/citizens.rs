//! Citizens with their relations, found by one of the two numbers that name them.
//! One query for the citizen, one for all relations: rules need past and future ones too.
//! Which relations count is left to the domain.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::super::schema::{citizen, queue_subscription, relation};
use super::super::types::{Identifier, organisation};
use super::Connection;
use crate::domain::{Citizen, CitizenKey, CivilRegistrationNumber, Relation, RelationKind, Subscription};

/// Organisation, kind, period, period of the organisation's subscription.
type RelationRow = (String, String, NaiveDate, NaiveDate, Option<(NaiveDate, NaiveDate)>);

type Row = (Identifier, String, String, Option<NaiveDate>);

const COLUMNS: (citizen::key, citizen::cpr, citizen::cv_number, citizen::dead_on) =
    (citizen::key, citizen::cpr, citizen::cv_number, citizen::dead_on);

/// The citizen with a civil registration number.
pub fn by_cpr(connection: &mut Connection, cpr: &CivilRegistrationNumber) -> QueryResult<Option<Citizen>> {
    let found = citizen::table
        .filter(citizen::cpr.eq(cpr.expose()))
        .select(COLUMNS)
        .first(connection)
        .optional()?;
    found.map(|row| with_relations(connection, row)).transpose()
}

/// The citizen with a CV number.
pub fn by_cv_number(connection: &mut Connection, cv_number: &str) -> QueryResult<Option<Citizen>> {
    let found = citizen::table
        .filter(citizen::cv_number.eq(cv_number))
        .select(COLUMNS)
        .first(connection)
        .optional()?;
    found.map(|row| with_relations(connection, row)).transpose()
}

fn with_relations(connection: &mut Connection, (key, cpr, cv_number, dead_on): Row) -> QueryResult<Citizen> {
    let rows: Vec<RelationRow> = relation::table
        .left_join(queue_subscription::table.on(queue_subscription::organisation.eq(relation::organisation)))
        .filter(relation::citizen.eq(key))
        .select((
            relation::organisation,
            relation::kind,
            relation::valid_from,
            relation::valid_to,
            (queue_subscription::valid_from, queue_subscription::valid_to).nullable(),
        ))
        .order((relation::organisation, relation::kind, relation::valid_from))
        .load(connection)?;
    let relations = rows.into_iter().map(read).collect::<diesel::deserialize::Result<_>>();
    Ok(Citizen {
        key: CitizenKey(key.0),
        cpr: CivilRegistrationNumber::new(cpr),
        cv_number,
        dead_on,
        relations: relations.map_err(diesel::result::Error::DeserializationError)?,
    })
}

fn read((key, kind, from, to, subscription): RelationRow) -> diesel::deserialize::Result<Relation> {
    let kind = RelationKind::from_word(&kind).ok_or("a relation is of no known kind")?;
    Ok(Relation {
        organisation: organisation(&key)?,
        kind,
        from,
        to,
        subscription: subscription.map(|(from, to)| Subscription { from, to }),
    })
}
