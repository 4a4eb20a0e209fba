//! Citizens with their relations, found by one of the two numbers that name them.
//! One query, a row for each relation: rules need past and future ones too, and every call about a citizen begins with it.
//! Which relations count is left to the domain.

use chrono::NaiveDate;
use diesel::dsl::auto_type;
use diesel::prelude::*;

use super::super::schema::{citizen, queue_subscription, relation};
use super::super::types::{Identifier, organisation};
use super::Connection;
use crate::domain::{Citizen, CitizenKey, CivilRegistrationNumber, Relation, RelationKind, Subscription};

/// Key, both numbers, day of death.
type CitizenRow = (Identifier, String, String, Option<NaiveDate>);

/// Organisation, kind, period.
type RelationRow = (String, String, NaiveDate, NaiveDate);

/// A citizen with one relation, if there is any, and the period of the organisation's subscription.
type Row = (CitizenRow, Option<RelationRow>, Option<(NaiveDate, NaiveDate)>);

/// The citizen with a civil registration number.
pub fn by_cpr(connection: &mut Connection, cpr: &CivilRegistrationNumber) -> QueryResult<Option<Citizen>> {
    citizen(with_relations().filter(citizen::cpr.eq(cpr.expose())).load(connection)?)
}

/// The citizen with a CV number.
pub fn by_cv_number(connection: &mut Connection, cv_number: &str) -> QueryResult<Option<Citizen>> {
    citizen(with_relations().filter(citizen::cv_number.eq(cv_number)).load(connection)?)
}

#[auto_type(no_type_alias)]
fn with_relations() -> _ {
    let relations = relation::table.on(relation::citizen.eq(citizen::key));
    let subscriptions = queue_subscription::table.on(queue_subscription::organisation.eq(relation::organisation));
    citizen::table
        .left_join(relations)
        .left_join(subscriptions)
        .select((
            (citizen::key, citizen::cpr, citizen::cv_number, citizen::dead_on),
            (relation::organisation, relation::kind, relation::valid_from, relation::valid_to).nullable(),
            (queue_subscription::valid_from, queue_subscription::valid_to).nullable(),
        ))
        .order((relation::organisation, relation::kind, relation::valid_from))
}

/// The citizen of these rows, all of one.
fn citizen(rows: Vec<Row>) -> QueryResult<Option<Citizen>> {
    let mut found = None;
    for ((key, cpr, cv_number, dead_on), relation, subscription) in rows {
        let citizen = found.get_or_insert_with(|| Citizen {
            key: CitizenKey(key.0),
            cpr: CivilRegistrationNumber::new(cpr),
            cv_number,
            dead_on,
            relations: Vec::new(),
        });
        let relation = relation.map(|relation| read(relation, subscription)).transpose();
        citizen
            .relations
            .extend(relation.map_err(diesel::result::Error::DeserializationError)?);
    }
    Ok(found)
}

fn read((key, kind, from, to): RelationRow, subscription: Option<(NaiveDate, NaiveDate)>) -> diesel::deserialize::Result<Relation> {
    let kind = RelationKind::from_word(&kind).ok_or("a relation is of no known kind")?;
    Ok(Relation {
        organisation: organisation(&key)?,
        kind,
        from,
        to,
        subscription: subscription.map(|(from, to)| Subscription { from, to }),
    })
}
