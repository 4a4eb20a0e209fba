//! The audit record: one per call, whatever its outcome (S5).
//! It knows what an auditor must be able to ask; it holds no text, no document and no name of the citizen.
//! Hashing, encrypting and chaining are left to the repository.

use chrono::{DateTime, Utc};

use super::identifier::{CivilRegistrationNumber, LogReference};
use super::organisation::Organisation;

/// One call as the audit keeps it.
#[derive(Clone, Debug)]
pub struct AuditRecord {
    /// When the call arrived.
    pub at: DateTime<Utc>,
    /// The reference caller and operator share.
    pub call: LogReference,
    /// Subject of the client certificate, or the profile's word where there is none.
    pub certificate: Option<String>,
    /// Name of the calling system, once known.
    pub system: Option<String>,
    /// The active organisation, once known.
    pub organisation: Option<Organisation>,
    /// Identifier of the acting user, once known.
    pub user: Option<String>,
    /// Organisation of the acting user, once known.
    pub user_organisation: Option<Organisation>,
    /// Service, version and operation as called, once known.
    pub operation: Option<String>,
    /// The citizen the call was about, once known; stored as keyed hash and encrypted value.
    pub citizen: Option<CivilRegistrationNumber>,
    /// Other citizens whose messages the answer showed, where the call was not about one (an inbox); stored as keyed hashes.
    pub shown: Vec<CivilRegistrationNumber>,
    /// Messages, threads and documents touched or shown: `message <guid>` …
    pub objects: Vec<String>,
    /// What was searched for (filters without personal data).
    pub criterion: Option<String>,
    /// `ok`, or the fault's code.
    pub outcome: Outcome,
}

/// The platform's number for an error of ours (STAR).
pub const INTERNAL: i32 = 1011;
/// The platform's number for a call that can succeed later (STAR).
pub const UNAVAILABLE: i32 = 1100;
/// The criterion of a record that corrects another one of the same call.
pub const CORRECTION: &str = "corrects an earlier record of this call: it ended with this fault";

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Answered.
    Answered,
    /// Refused or failed with this fault code.
    Fault(i32),
}
