//! The rows of the audit as they are read back.
//! What is in them may have been tampered with, so lengths are taken as they come.

use diesel::Queryable;

use super::super::rows;
use super::super::types::{Identifier, Moment};

/// A record.
#[derive(Queryable)]
pub struct Record {
    pub chain: Identifier,
    pub number: i64,
    pub recorded_at: Moment,
    pub call: Identifier,
    pub certificate: Option<String>,
    pub system: Option<String>,
    pub organisation: Option<String>,
    pub acting_user: Option<String>,
    pub acting_organisation: Option<String>,
    pub operation: Option<String>,
    pub citizen_hash: Option<Vec<u8>>,
    pub citizen_encrypted: Option<Vec<u8>>,
    pub objects: String,
    pub criterion: Option<String>,
    pub outcome: i32,
    pub seal: Vec<u8>,
}

impl Record {
    /// The row as it was written, if it can have been.
    pub fn row(&self) -> Option<rows::Audit<'_>> {
        Some(rows::Audit {
            chain: self.chain,
            number: self.number,
            recorded_at: self.recorded_at,
            call: self.call,
            certificate: self.certificate.as_deref(),
            system: self.system.as_deref(),
            organisation: self.organisation.clone(),
            acting_user: self.acting_user.as_deref(),
            acting_organisation: self.acting_organisation.clone(),
            operation: self.operation.as_deref(),
            citizen_hash: self.citizen_hash.as_deref().map(TryInto::try_into).transpose().ok()?,
            citizen_encrypted: self.citizen_encrypted.clone(),
            objects: self.objects.clone(),
            criterion: self.criterion.as_deref(),
            outcome: self.outcome,
            seal: self.seal.as_slice().try_into().ok()?,
        })
    }
}

/// The last record of a chain, signed.
#[derive(Queryable)]
pub struct Head {
    pub chain: Identifier,
    pub number: i64,
    pub seal: Vec<u8>,
    pub signature: Vec<u8>,
}

/// A citizen shown by a record that is not about one citizen.
#[derive(Queryable)]
pub struct Citizen {
    pub number: i64,
    pub hash: Vec<u8>,
}
