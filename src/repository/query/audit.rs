//! The audit read back: chains and their heads, records in the order of a chain, and what is recorded about a citizen.
//! Pages are short, so that no statement runs into a time-out however long the audit is.
//! Judging what is read is left to `audit/verification`.

use diesel::prelude::*;

use super::super::audit::stored::{Citizen, Head, Record};
use super::super::schema::{audit_citizen, audit_head, audit_record, chain_mark, organisation};
use super::super::types::Identifier;
use super::Connection;

/// The chain with records that follows another.
pub fn next_chain(connection: &mut Connection, after: Option<Identifier>) -> QueryResult<Option<Identifier>> {
    let chains = audit_record::table.select(audit_record::chain).order(audit_record::chain);
    match after {
        Some(after) => chains.filter(audit_record::chain.gt(after)).first(connection),
        None => chains.first(connection),
    }
    .optional()
}

/// The head of every chain.
pub fn heads(connection: &mut Connection) -> QueryResult<Vec<Head>> {
    audit_head::table.order(audit_head::chain).load(connection)
}

/// The ends of chains that are kept in another database, as of the last commit here.
pub fn marks(connection: &mut Connection) -> QueryResult<Vec<Head>> {
    chain_mark::table.order(chain_mark::chain).load(connection)
}

/// Records of a chain behind a number, in their order.
pub fn records(connection: &mut Connection, chain: Identifier, after: i64, limit: i64) -> QueryResult<Vec<Record>> {
    audit_record::table
        .filter(audit_record::chain.eq(chain))
        .filter(audit_record::number.gt(after))
        .order(audit_record::number)
        .limit(limit)
        .load(connection)
}

/// The citizens shown by the records of a chain behind one number and up to another, in the order the seals cover them.
pub fn citizens(connection: &mut Connection, chain: Identifier, after: i64, to: i64) -> QueryResult<Vec<Citizen>> {
    audit_citizen::table
        .filter(audit_citizen::chain.eq(chain))
        .filter(audit_citizen::number.gt(after))
        .filter(audit_citizen::number.le(to))
        .order((audit_citizen::number, audit_citizen::citizen_hash))
        .select((audit_citizen::number, audit_citizen::citizen_hash))
        .load(connection)
}

/// Records about a citizen.
pub fn of_citizen(connection: &mut Connection, hash: &[u8]) -> QueryResult<Vec<Record>> {
    audit_record::table
        .filter(audit_record::citizen_hash.eq(hash))
        .order(audit_record::recorded_at)
        .load(connection)
}

/// Records that showed a citizen among others.
pub fn that_showed(connection: &mut Connection, hash: &[u8]) -> QueryResult<Vec<Record>> {
    audit_citizen::table
        .inner_join(
            audit_record::table.on(audit_record::chain
                .eq(audit_citizen::chain)
                .and(audit_record::number.eq(audit_citizen::number))),
        )
        .filter(audit_citizen::citizen_hash.eq(hash))
        .select(audit_record::all_columns)
        .load(connection)
}

/// Names of all organisations by their keys.
pub fn organisation_names(connection: &mut Connection) -> QueryResult<Vec<(String, String)>> {
    organisation::table.select((organisation::key, organisation::name)).load(connection)
}
