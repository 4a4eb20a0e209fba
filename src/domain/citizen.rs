//! A citizen and the authorities' relations to them.
//! It knows periods as closed-open Danish calendar days and decides which relations count on a day.
//! Contact data is for delivery only and never shown.

use chrono::{Days, NaiveDate};

use super::identifier::{CitizenKey, CivilRegistrationNumber};
use super::organisation::{Organisation, OrganisationType};
use super::refusal::Refusal;

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
    /// Since when and until when the authority wants to hear of its citizens (M21), if it does.
    pub subscription: Option<Subscription>,
}

/// An authority's subscription to the events of its citizens (M21).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subscription {
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

/// Characters a reason for guest access may have at most (S4).
pub const MAX_REASON: usize = 900;

impl RelationKind {
    /// Guest access needs a reason of 1..900 characters without HTML; the other kinds need none (S4).
    ///
    /// # Errors
    /// A sentence for the operator who registers the relation.
    pub fn check_reason(self, reason: &str) -> Result<(), &'static str> {
        let is_guest = matches!(self, Self::Guest | Self::OtherActorGuest);
        if is_guest && reason.trim().is_empty() {
            Err("guest access needs a reason of 1 to 900 characters")
        } else if reason.chars().count() > MAX_REASON {
            Err("reason must be a text of 0 to 900 characters")
        } else if reason.contains(['<', '>']) {
            Err("reason must not contain HTML")
        } else {
            Ok(())
        }
    }
}

impl Relation {
    /// Does the relation hold on `day`, widened by a window of days before and after (S3)?
    pub fn holds_on(&self, day: NaiveDate, days_before: u32, days_after: u32) -> bool {
        let from = self.from.checked_sub_days(Days::new(days_before.into())).unwrap_or(NaiveDate::MIN);
        let to = self.to.checked_add_days(Days::new(days_after.into())).unwrap_or(NaiveDate::MAX);
        from <= day && day < to
    }
}

impl Citizen {
    /// Has the authority any relation that holds on `day`? Used for recipients (ours).
    pub fn belongs_to(&self, organisation: &Organisation, day: NaiveDate) -> bool {
        self.relations
            .iter()
            .any(|relation| relation.organisation == *organisation && relation.kind != RelationKind::Former && relation.holds_on(day, 0, 0))
    }

    /// The authorities that have a relation to the citizen and a subscription on `day`; one with two relations comes twice (M21).
    pub fn subscribers(&self, day: NaiveDate) -> impl Iterator<Item = &Organisation> {
        self.relations
            .iter()
            .filter(move |relation| relation.kind != RelationKind::Former && relation.holds_on(day, 0, 0))
            .filter(move |relation| {
                relation
                    .subscription
                    .is_some_and(|Subscription { from, to }| from <= day && day < to)
            })
            .map(|relation| &relation.organisation)
    }

    /// Is the citizen another authority's own, of the same type, on `day`?
    pub fn belongs_to_other(&self, organisation: &Organisation, day: NaiveDate) -> bool {
        self.own_of(organisation.kind, day).any(|own| own != organisation)
    }

    /// Is the citizen dead on `day`?
    pub fn is_dead(&self, day: NaiveDate) -> bool {
        self.dead_on.is_some_and(|dead_on| dead_on <= day)
    }

    /// Nothing new is sent about the dead.
    ///
    /// # Errors
    /// [`Refusal::DeadCitizen`].
    pub fn check_alive(&self, day: NaiveDate) -> Result<(), Refusal> {
        if self.is_dead(day) { Err(Refusal::DeadCitizen) } else { Ok(()) }
    }

    fn own_of(&self, kind: OrganisationType, day: NaiveDate) -> impl Iterator<Item = &Organisation> {
        self.relations
            .iter()
            .filter(move |relation| {
                relation.kind == RelationKind::Own && relation.organisation.kind == kind && relation.holds_on(day, 0, 0)
            })
            .map(|relation| &relation.organisation)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::testing::*;
    use super::*;

    /// S3: closed-open periods; a window widens both ends and never overflows.
    #[test]
    fn s3_a_relation_holds_from_its_first_day_to_the_day_before_its_end() {
        let relation = relation(&fund("81"), RelationKind::Own, "2026-03-28", "2026-03-30");
        for (on, before, after, holds) in [
            ("2026-03-27", 0, 0, false),
            ("2026-03-28", 0, 0, true),
            ("2026-03-29", 0, 0, true),
            ("2026-03-30", 0, 0, false),
            ("2026-03-27", 1, 0, true),
            ("2026-03-26", 1, 0, false),
            ("2026-03-30", 0, 1, true),
            ("2026-03-31", 0, 1, false),
            ("2026-01-01", u32::MAX, u32::MAX, true),
        ] {
            assert_eq!(relation.holds_on(day(on), before, after), holds, "{on} with {before} and {after}");
        }
    }

    /// S4: guest access has a reason of 1..900 characters without HTML.
    #[test]
    fn s4_guest_access_needs_a_reason() {
        let long = |characters| "ø".repeat(characters);
        for kind in [RelationKind::Guest, RelationKind::OtherActorGuest] {
            for (reason, allowed) in [
                ("Vejledning efter aftale med borger", true),
                ("a", true),
                (&long(900), true),
                (&long(901), false),
                ("", false),
                (" \t", false),
                ("<b>Vejledning</b>", false),
            ] {
                assert_eq!(kind.check_reason(reason).is_ok(), allowed, "{kind:?} {reason}");
            }
        }
        assert_eq!(RelationKind::Own.check_reason(""), Ok(()));
    }

    #[test]
    fn a_citizen_belongs_to_an_authority_by_every_relation_but_a_former_one() {
        for (kind, _) in RelationKind::ALL {
            let citizen = citizen(vec![relation(&job_centre("90101"), kind, "2026-01-01", "2026-12-31")]);
            let belongs = |on| citizen.belongs_to(&job_centre("90101"), day(on));
            assert_eq!(belongs("2026-05-04"), kind != RelationKind::Former, "{kind:?}");
            assert!(!belongs("2026-12-31") && !belongs("2025-12-31"));
            assert!(!citizen.belongs_to(&job_centre("90102"), day("2026-05-04")));
        }
    }

    #[test]
    fn kinds_of_relation_and_their_words_go_both_ways() {
        for (kind, word) in RelationKind::ALL {
            assert_eq!((RelationKind::from_word(word), kind.word()), (Some(kind), word));
        }
        assert_eq!(RelationKind::from_word("friend"), None);
    }

    /// S8: the number reaches no printed form.
    #[test]
    fn s8_debug_hides_the_number() {
        let printed = format!("{:?}", citizen(Vec::new()));
        assert!(!printed.contains("1503850002"), "{printed}");
    }
}
