//! Authorities and the kinds of them.
//! It knows the organisation types STAR has published; the others are rows of the code-list data and have no name here.
//! Which organisations exist is left to the repository.

use std::fmt;

use super::identifier::CivilRegistrationNumber;

/// An organisation type of the `ActiveOrganisationHeader` (STAR: a plain number 1..100).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrganisationType(pub i32);

impl OrganisationType {
    /// A-kasse (STAR).
    pub const UNEMPLOYMENT_FUND: Self = Self(2);
    /// Anden aktør (STAR).
    pub const OTHER_ACTOR: Self = Self(4);
    /// Kommune (STAR).
    pub const MUNICIPALITY: Self = Self(7);
    /// Jobcenter (STAR).
    pub const JOB_CENTRE: Self = Self(8);
    /// Virksomhed (STAR).
    pub const COMPANY: Self = Self(24);
}

/// One organisation: its type and its code (job-centre number, CVR, a-kasse code, municipality code …).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Organisation {
    /// Type of the organisation.
    pub kind: OrganisationType,
    /// Code within the type, 1..20 characters.
    pub code: String,
}

impl Organisation {
    /// An organisation of a type with a code.
    pub fn new(kind: OrganisationType, code: impl Into<String>) -> Self {
        Self { kind, code: code.into() }
    }

    /// An organisation that was only stated, as the audit keeps it: a code that could be a civil registration number becomes stars (S8).
    pub fn recorded(&self) -> Self {
        Self::new(self.kind, CivilRegistrationNumber::mask(&self.code))
    }

    /// Does it name no organisation? The metadata of a call may say so with code -1 (STAR).
    pub fn is_nobody(&self) -> bool {
        self.code == "-1"
    }
}

impl fmt::Display for Organisation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.kind.0, self.code)
    }
}
