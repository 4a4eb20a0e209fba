//! Viewers: for whose eyes a message is, and who may answer it: an authority, the citizen, or a company.
//! It knows which party of a message a viewer is. The citizen is in the middle of every message about them, whoever wrote it (M3).
//! What a viewer may do with a message or a thread is left to those.

use std::fmt;

use super::message::{CompanyIdentifier, Party, PartyKind};
use super::organisation::Organisation;
use super::refusal::Refusal;

/// Whoever looks at a message, answers it or notes that it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Viewer {
    /// An authority.
    Authority(Organisation),
    /// The citizen the message is about, through Jobnet.
    Citizen,
    /// A company, through Jobnet.
    Company(CompanyIdentifier),
}

impl Viewer {
    /// Who writes through Jobnet under this party's name: the citizen, or an employer.
    ///
    /// # Errors
    /// [`Refusal::SenderNotOnJobnet`] for an authority, [`Refusal::EmployerWithoutCompany`].
    pub fn on_jobnet(party: &Party) -> Result<Self, Refusal> {
        match (party.kind, &party.company) {
            (PartyKind::Citizen, _) => Ok(Self::Citizen),
            (PartyKind::Company, Some(company)) => Ok(Self::Company(company.identifier.clone())),
            (PartyKind::Company, None) => Err(Refusal::EmployerWithoutCompany),
            (PartyKind::Caseworker | PartyKind::System, _) => Err(Refusal::SenderNotOnJobnet),
        }
    }

    /// Is it the viewer who is this party?
    pub fn is(&self, party: &Party) -> bool {
        match self {
            Self::Authority(organisation) => party.organisation().as_ref() == Some(organisation),
            Self::Citizen => party.kind == PartyKind::Citizen,
            Self::Company(identifier) => {
                party.kind == PartyKind::Company && party.company.as_ref().is_some_and(|company| company.identifier == *identifier)
            }
        }
    }

    /// Authorities go on seeing that a rectified message was there (M6, M11); for the citizen and for companies it is gone (M7, M8).
    pub fn sees_rectified(&self) -> bool {
        matches!(self, Self::Authority(_))
    }
}

impl From<&Organisation> for Viewer {
    fn from(organisation: &Organisation) -> Self {
        Self::Authority(organisation.clone())
    }
}

/// An authority as `type/code`; no personal data.
impl fmt::Display for Viewer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Authority(organisation) => organisation.fmt(formatter),
            Self::Citizen => formatter.write_str("citizen"),
            Self::Company(identifier) => identifier.fmt(formatter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;

    /// M8: a company is its CVR number and its P-number together; one without a P-number is another company.
    #[test]
    fn m8_a_company_is_both_of_its_numbers() {
        let units = [Some("1000000001"), Some("1000000002"), None];
        for ours in units {
            for theirs in units {
                let viewer = Viewer::Company(company_number("90000041", ours));
                assert_eq!(viewer.is(&employer("90000041", theirs)), ours == theirs, "{ours:?} and {theirs:?}");
            }
            assert!(!Viewer::Company(company_number("90000042", ours)).is(&employer("90000041", ours)));
        }
        let posing = Party {
            kind: PartyKind::Citizen,
            ..employer("90000041", None)
        };
        assert!(!Viewer::Company(company_number("90000041", None)).is(&posing));
    }

    /// M9: citizens and employers write through Jobnet, authorities do not; an employer says which company it is.
    #[test]
    fn m9_who_writes_through_jobnet() {
        assert_eq!(Viewer::on_jobnet(&person(PartyKind::Citizen, "CV1000")), Ok(Viewer::Citizen));
        let company = Viewer::Company(company_number("90000041", Some("1000000001")));
        assert_eq!(Viewer::on_jobnet(&employer("90000041", Some("1000000001"))), Ok(company));
        assert_eq!(
            Viewer::on_jobnet(&person(PartyKind::Company, "1")),
            Err(Refusal::EmployerWithoutCompany)
        );
        for kind in [PartyKind::Caseworker, PartyKind::System] {
            let party = Party {
                kind,
                ..caseworker(&fund("81"))
            };
            assert_eq!(Viewer::on_jobnet(&party), Err(Refusal::SenderNotOnJobnet));
        }
    }

    #[test]
    fn viewers_are_told_apart_in_print() {
        let company = |unit| Viewer::Company(company_number("90000041", unit)).to_string();
        assert_eq!(Viewer::from(&fund("81")).to_string(), "2/81");
        assert_eq!(Viewer::Citizen.to_string(), "citizen");
        assert_eq!(company(Some("1000000001")), "24/90000041/1000000001");
        assert_eq!(company(None), "24/90000041");
    }
}
