//! How our values stand in a column: identifiers, instants, organisations and parties.
//! It knows both engines' forms: `uuid` and `timestamptz` on PostgreSQL, 16 bytes and microseconds on SQLite.
//! Which columns there are is left to the schema.

use std::io::Write;

use chrono::{DateTime, Utc};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::query_builder::QueryId;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{SqlOrd, SqlType};
use diesel::sqlite::{Sqlite, SqliteType};
use uuid::Uuid;

use crate::domain::{Organisation, OrganisationType, Party, PartyKind, Viewer};

/// SQL type of an identifier.
#[derive(SqlType, QueryId)]
#[diesel(postgres_type(oid = 2950, array_oid = 2951))]
#[diesel(sqlite_type(name = "Binary"))]
pub struct Id;

/// SQL type of an instant.
#[derive(SqlType, QueryId)]
#[diesel(postgres_type(oid = 1184, array_oid = 1185))]
#[diesel(sqlite_type(name = "Long"))]
pub struct Instant;

impl SqlOrd for Id {}

impl SqlOrd for Instant {}

/// Value of an identifier column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, AsExpression, FromSqlRow)]
#[diesel(sql_type = Id)]
pub struct Identifier(pub Uuid);

/// Value of an instant column; microseconds are kept, finer parts are cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Instant)]
pub struct Moment(pub DateTime<Utc>);

/// The word for the citizen where an organisation could stand.
pub const CITIZEN: &str = "citizen";

/// The key of whoever reads: an authority, or the citizen.
pub fn reader_key(reader: Option<&Organisation>) -> String {
    reader.map_or_else(|| CITIZEN.to_owned(), ToString::to_string)
}

/// The key of a viewer, as it stands for a party: of a company its CVR number alone.
pub fn viewer_key(viewer: &Viewer) -> String {
    match viewer {
        Viewer::Authority(organisation) => organisation.to_string(),
        Viewer::Citizen => CITIZEN.to_owned(),
        Viewer::Company(identifier) => identifier.organisation().to_string(),
    }
}

/// The key of a party: an authority by type and code, a company by its CVR number, or the citizen.
/// A party that names none of them gets the empty key, which no reader has.
pub fn party_key(party: &Party) -> String {
    match (party.kind, party.organisation(), &party.company) {
        (PartyKind::Citizen, _, _) => CITIZEN.to_owned(),
        (PartyKind::Company, _, Some(company)) => company.identifier.organisation().to_string(),
        (_, Some(organisation), _) => organisation.to_string(),
        _ => String::new(),
    }
}

/// Reads an organisation back from its key `type/code`.
pub fn organisation(key: &str) -> deserialize::Result<Organisation> {
    let (kind, code) = key.split_once('/').ok_or("an organisation column holds no type/code")?;
    Ok(Organisation::new(OrganisationType(kind.parse()?), code))
}

/// PostgreSQL counts from the year 2000.
const POSTGRES_EPOCH_MICROSECONDS: i64 = 946_684_800_000_000;

fn moment(microseconds: i64) -> deserialize::Result<Moment> {
    DateTime::from_timestamp_micros(microseconds)
        .map(Moment)
        .ok_or_else(|| "an instant column is out of range".into())
}

impl ToSql<Id, Pg> for Identifier {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(self.0.as_bytes())?;
        Ok(IsNull::No)
    }
}

impl FromSql<Id, Pg> for Identifier {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        Ok(Self(Uuid::from_slice(value.as_bytes())?))
    }
}

impl ToSql<Id, Sqlite> for Identifier {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.as_bytes().as_slice());
        Ok(IsNull::No)
    }
}

impl FromSql<Id, Sqlite> for Identifier {
    fn from_sql(mut value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        if value.value_type() != Some(SqliteType::Binary) {
            return Err("an identifier column holds no bytes".into());
        }
        Ok(Self(Uuid::from_slice(value.read_blob())?))
    }
}

impl ToSql<Instant, Pg> for Moment {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(&(self.0.timestamp_micros() - POSTGRES_EPOCH_MICROSECONDS).to_be_bytes())?;
        Ok(IsNull::No)
    }
}

impl FromSql<Instant, Pg> for Moment {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        moment(i64::from_be_bytes(value.as_bytes().try_into()?) + POSTGRES_EPOCH_MICROSECONDS)
    }
}

impl ToSql<Instant, Sqlite> for Moment {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.timestamp_micros());
        Ok(IsNull::No)
    }
}

impl FromSql<Instant, Sqlite> for Moment {
    fn from_sql(mut value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        moment(value.read_long())
    }
}
