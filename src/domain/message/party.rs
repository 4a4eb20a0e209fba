//! Sender and recipient: a person of an authority, a citizen, a system or a company, as the sender stated them.

use crate::domain::{
    citizen::Citizen,
    organisation::{Organisation, OrganisationType},
    refusal::Refusal,
    viewer::Viewer,
};

/// What kind of user a party of a message is (ours).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PartyKind {
    /// The citizen.
    Citizen,
    /// A caseworker of an authority.
    Caseworker,
    /// A system of an authority.
    System,
    /// A company, through Jobnet.
    Company,
}

impl PartyKind {
    /// Code-list number.
    pub fn code(self) -> i32 {
        match self {
            Self::Citizen => 1,
            Self::Caseworker => 2,
            Self::System => 3,
            Self::Company => 4,
        }
    }

    /// The kind of a code-list number.
    ///
    /// # Errors
    /// [`Refusal::UnknownCodeListItem`].
    pub fn from_code(code: i32) -> Result<Self, Refusal> {
        match code {
            1 => Ok(Self::Citizen),
            2 => Ok(Self::Caseworker),
            3 => Ok(Self::System),
            4 => Ok(Self::Company),
            _ => Err(Refusal::UnknownCodeListItem),
        }
    }
}

/// Sender or recipient as the sender stated them.
#[derive(Clone, PartialEq, Eq)]
pub struct Party {
    /// Kind of user.
    pub kind: PartyKind,
    /// Citizen: CV number; caseworker: RID (STAR).
    pub identifier: String,
    /// Full name.
    pub full_name: String,
    /// Company, if the party is one.
    pub company: Option<Company>,
    /// Organisation type as stated; means something only for authorities (STAR).
    pub organisation_type: i32,
    /// Organisation code as stated.
    pub organisation_code: Option<String>,
}

impl Party {
    /// The authority the party belongs to, if it names one.
    pub fn organisation(&self) -> Option<Organisation> {
        let code = self.organisation_code.clone()?;
        let kind = OrganisationType(self.organisation_type);
        self.is_authority().then_some(Organisation { kind, code })
    }
}

/// Characters of identifier and name that are kept of a party (ours; STAR states no bound).
const MAX_PARTY_TEXT: usize = 255;

impl Party {
    /// Is the party an authority, whether or not it says which?
    pub fn is_authority(&self) -> bool {
        matches!(self.kind, PartyKind::Caseworker | PartyKind::System)
    }

    /// The party as those see it who have no part in the message: the organisation stays, the person goes (M6).
    #[must_use]
    pub fn without_person(self) -> Self {
        Self {
            identifier: String::new(),
            full_name: String::new(),
            company: None,
            ..self
        }
    }

    /// The party as sender for whoever writes: for an authority as [`Party::speaking_for`], else as the citizen or the company itself.
    ///
    /// # Errors
    /// A party that is not the writer, or one whose name is too long.
    pub fn writing_as(self, writer: &Viewer) -> Result<Self, Refusal> {
        match writer {
            Viewer::Authority(organisation) => self.speaking_for(organisation),
            Viewer::Citizen | Viewer::Company(_) if writer.is(&self) => self.check_lengths().map(|()| self),
            Viewer::Citizen | Viewer::Company(_) => Err(Refusal::SenderNotOnJobnet),
        }
    }

    /// The party as sender for the organisation that calls; a code left out is that organisation's (ours).
    ///
    /// # Errors
    /// A kind that is no authority's, or another organisation.
    pub fn speaking_for(mut self, organisation: &Organisation) -> Result<Self, Refusal> {
        self.check_lengths()?;
        if !self.is_authority() {
            return Err(Refusal::SenderKindNotAllowed);
        }
        let code = self.organisation_code.get_or_insert_with(|| organisation.code.clone());
        if *code == organisation.code && self.organisation_type == organisation.kind.0 {
            Ok(self)
        } else {
            Err(Refusal::SenderIsNotCaller)
        }
    }

    /// The party is this citizen: an empty identifier becomes the CV number (ours).
    ///
    /// # Errors
    /// [`Refusal::UnknownIdentifier`] for another CV number.
    pub fn identify(&mut self, citizen: &Citizen) -> Result<(), Refusal> {
        if self.identifier.is_empty() {
            self.identifier.clone_from(&citizen.cv_number);
        }
        if self.identifier == citizen.cv_number {
            Ok(())
        } else {
            Err(Refusal::UnknownIdentifier)
        }
    }

    /// Identifier and name must be as short as what is kept of them.
    ///
    /// # Errors
    /// [`Refusal::PartyTooLong`].
    pub fn check_lengths(&self) -> Result<(), Refusal> {
        let fits = |text: &str| text.chars().count() <= MAX_PARTY_TEXT;
        if fits(&self.identifier) && fits(&self.full_name) {
            Ok(())
        } else {
            Err(Refusal::PartyTooLong)
        }
    }
}

impl std::fmt::Debug for Party {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Party")
            .field("kind", &self.kind)
            .field("organisation_type", &self.organisation_type)
            .finish_non_exhaustive()
    }
}

/// A company as a party (STAR).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Company {
    /// Which company.
    pub identifier: CompanyIdentifier,
    /// The company's contact.
    pub contact: uuid::Uuid,
}

/// Which company: both numbers together; one that states no P-number is not the same as one that does (STAR, M8).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompanyIdentifier {
    /// P-number, 10 characters.
    pub production_unit: Option<String>,
    /// CVR number, 8 characters.
    pub cvr: String,
}

impl CompanyIdentifier {
    /// The company as an organisation, which all of its production units are.
    pub fn organisation(&self) -> Organisation {
        Organisation::new(OrganisationType::COMPANY, self.cvr.clone())
    }
}

impl std::fmt::Display for CompanyIdentifier {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.organisation().fmt(formatter)?;
        self.production_unit.as_ref().map_or(Ok(()), |unit| write!(formatter, "/{unit}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::testing::*;

    /// M3: the numbers of users are those of the code list; no other number means anything.
    #[test]
    fn m3_numbers_and_kinds_of_user_go_both_ways() {
        for kind in [PartyKind::Citizen, PartyKind::Caseworker, PartyKind::System, PartyKind::Company] {
            assert_eq!(PartyKind::from_code(kind.code()), Ok(kind));
        }
        for unknown in [-1, 0, 5, 100] {
            assert_eq!(PartyKind::from_code(unknown), Err(Refusal::UnknownCodeListItem));
        }
    }

    /// M6: others see that an authority wrote, not who did.
    #[test]
    fn m6_the_person_behind_an_authority_is_for_the_parties() {
        let shown = caseworker(&fund("81")).without_person();
        assert_eq!(shown.organisation(), Some(fund("81")));
        assert_eq!((shown.identifier.as_str(), shown.full_name.as_str()), ("", ""));
    }

    /// M2: the sender is the organisation that calls; a code left out is filled in.
    #[test]
    fn m2_the_sender_speaks_for_the_calling_organisation() {
        let fund = fund("81");
        let without_code = Party {
            organisation_code: None,
            ..caseworker(&fund)
        };
        assert_eq!(caseworker(&fund).speaking_for(&fund), Ok(caseworker(&fund)));
        assert_eq!(without_code.clone().speaking_for(&fund), Ok(caseworker(&fund)));
        let other_code = Party {
            organisation_code: Some("82".to_owned()),
            ..caseworker(&fund)
        };
        let other_type = Party {
            organisation_type: 8,
            ..without_code
        };
        for party in [other_code, other_type] {
            assert_eq!(party.speaking_for(&fund), Err(Refusal::SenderIsNotCaller));
        }
        for kind in [PartyKind::Citizen, PartyKind::Company] {
            assert_eq!(
                Party { kind, ..caseworker(&fund) }.speaking_for(&fund),
                Err(Refusal::SenderKindNotAllowed)
            );
        }
    }

    #[test]
    fn identifier_and_name_of_a_party_are_bounded_in_characters() {
        let of = |identifier: usize, name: usize| {
            let party = Party {
                identifier: "æ".repeat(identifier),
                full_name: "ø".repeat(name),
                ..caseworker(&fund("81"))
            };
            party.check_lengths()
        };
        assert_eq!(of(255, 255), Ok(()));
        assert_eq!(of(256, 1), Err(Refusal::PartyTooLong));
        assert_eq!(of(1, 256), Err(Refusal::PartyTooLong));
    }
}
