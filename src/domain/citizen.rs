//! A citizen and the authorities' relations to them.
//! It knows periods as closed-open Danish calendar days and decides which relations count on a day.
//! Contact data is for delivery only and never shown.

use chrono::NaiveDate;

use super::identifier::{CitizenKey, CivilRegistrationNumber};
use super::organisation::{Organisation, OrganisationType};

/// A citizen as the rules need them.
#[derive(Clone, Debug)]
pub struct Citizen {
    /// Our own key.
    pub key: CitizenKey,
    /// The civil registration number.
    pub cpr: CivilRegistrationNumber,
    /// CV number: names the citizen where CPR is not used (`CvCustomerIdentifier`, STAR).
    pub cv_number: String,
    /// Day of death, if dead.
    pub dead_on: Option<NaiveDate>,
    /// All relations, past and future ones too.
    pub relations: Vec<Relation>,
}

/// Why an authority may see a citizen, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relation {
    /// The authority.
    pub organisation: Organisation,
    /// The kind of relation.
    pub kind: RelationKind,
    /// First day.
    pub from: NaiveDate,
    /// First day on which it no longer holds (closed-open).
    pub to: NaiveDate,
}

/// Kinds of relation (contract 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RelationKind {
    /// The authority's own citizen.
    Own,
    /// Was its own citizen.
    Former,
    /// Guest access with a reason (S4).
    Guest,
    /// Another actor works with the citizen for a job centre.
    OtherActorOwn,
    /// Another actor's guest.
    OtherActorGuest,
}

impl RelationKind {
    /// Every kind with the word the data files use.
    pub const ALL: [(Self, &'static str); 5] = [
        (Self::Own, "own"),
        (Self::Former, "former"),
        (Self::Guest, "guest"),
        (Self::OtherActorOwn, "other_actor_own"),
        (Self::OtherActorGuest, "other_actor_guest"),
    ];

    /// The kind a data file means by a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == word).map(|(kind, _)| *kind)
    }

    /// The word the data files use.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(kind, _)| *kind == self).map_or("", |(_, word)| word)
    }
}

impl Relation {
    /// Does the relation hold on `day`, widened by a window of days before and after (S3)?
    pub fn holds_on(&self, day: NaiveDate, days_before: u32, days_after: u32) -> bool {
        let from = self.from - chrono::Days::new(days_before.into());
        let to = self.to + chrono::Days::new(days_after.into());
        from <= day && day < to
    }
}

impl Citizen {
    /// Has the authority any relation that holds on `day`? Used for recipients (ours).
    pub fn belongs_to(&self, organisation: &Organisation, day: NaiveDate) -> bool {
        self.relations.iter().any(|relation| {
            relation.organisation == *organisation && relation.kind != RelationKind::Former && relation.holds_on(day, 0, 0)
        })
    }

    /// Is the citizen another authority's own, of the same type, on `day`?
    pub fn belongs_to_other(&self, organisation: &Organisation, day: NaiveDate) -> bool {
        self.own_of(organisation.kind, day).any(|own| own != organisation)
    }

    /// Is the citizen dead on `day`?
    pub fn is_dead(&self, day: NaiveDate) -> bool {
        self.dead_on.is_some_and(|dead_on| dead_on <= day)
    }

    fn own_of(&self, kind: OrganisationType, day: NaiveDate) -> impl Iterator<Item = &Organisation> {
        self.relations
            .iter()
            .filter(move |relation| relation.kind == RelationKind::Own && relation.organisation.kind == kind && relation.holds_on(day, 0, 0))
            .map(|relation| &relation.organisation)
    }
}
