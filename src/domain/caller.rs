//! Who calls: the system, the organisation on whose behalf, and the person or system that acts.
//! Built at the door from certificate and headers; rules only read it.
//! Checking certificates and agreements is left to `soap` and `services`.

use chrono::{DateTime, FixedOffset};

use super::identifier::CivilRegistrationNumber;
use super::organisation::Organisation;
use super::refusal::Refusal;

/// The caller of one request.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Name of the calling system, from the agreement its certificate maps to.
    pub system: String,
    /// On whose behalf the call is made; decides access (ActiveOrganisationHeader, STAR).
    pub organisation: Organisation,
    /// Which person or system acts; is logged (RequestUserMetadataHeader, STAR).
    pub user: ActingUser,
}

/// What an agreement knows of a client certificate (contract 6).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Certificate {
    /// CVR number of its holder, 8 digits.
    pub cvr: String,
    /// OCES3 `UI:DK-O:G:<uuid>`, or OCES2 `CVR:<8 digits>-FID:<digits>`.
    pub subject_id: String,
}

/// The acting person or system as the caller states it.
#[derive(Clone)]
pub struct ActingUser {
    /// Full name, 1..140 characters. Personal data of the caseworker: audit only.
    pub name: String,
    /// Request user type: 1 citizen, 2 caseworker, 3 system, 4 employee (STAR).
    pub kind: i32,
    /// Identifier, 1..255 characters.
    pub identifier: String,
    /// Organisation the user belongs to; may be another than the active one (anden aktør).
    pub organisation: Organisation,
    /// When the user acted, by the caller's clock.
    pub registered_at: DateTime<FixedOffset>,
}

impl std::fmt::Debug for ActingUser {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("ActingUser")
            .field("kind", &self.kind)
            .field("organisation", &self.organisation)
            .finish_non_exhaustive()
    }
}

impl ActingUser {
    /// The identifier as the audit keeps it. A citizen may be known to a system by the civil registration number, which stands
    /// nowhere in clear: every ten digits that could be one become stars (S5, S8).
    pub fn recorded(&self) -> String {
        CivilRegistrationNumber::mask(&self.identifier)
    }
}

impl Caller {
    /// An inbox holds all of an authority's citizens, so an anden aktør, who sees its own citizens only, may not see it (S2, ours).
    ///
    /// # Errors
    /// [`Refusal::NotAuthorised`].
    pub fn check_may_see_inbox(&self) -> Result<(), Refusal> {
        if self.other_actor().is_none() {
            Ok(())
        } else {
            Err(Refusal::NotAuthorised)
        }
    }

    /// The anden aktør that works for the active organisation in this call, if the metadata names one (STAR, contract 1.1).
    pub fn other_actor(&self) -> Option<&Organisation> {
        let acting = &self.user.organisation;
        (acting.kind == super::OrganisationType::OTHER_ACTOR && *acting != self.organisation).then_some(acting)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Refusal;
    use super::super::testing::*;

    /// S2: an inbox is the authority's own; another actor that works for it does not see it.
    #[test]
    fn s2_another_actor_does_not_see_the_inbox() {
        let (centre, actor) = (job_centre("90101"), other_actor("90000031"));
        assert_eq!(caller(&centre).check_may_see_inbox(), Ok(()));
        assert_eq!(acting(&centre, &municipality("901")).check_may_see_inbox(), Ok(()));
        assert_eq!(caller(&actor).check_may_see_inbox(), Ok(()));
        assert_eq!(acting(&centre, &actor).check_may_see_inbox(), Err(Refusal::NotAuthorised));
    }

    /// S8: the acting user's name and identifier reach no printed form.
    #[test]
    fn s8_debug_hides_the_user() {
        let printed = format!("{:?}", caller(&fund("81")));
        assert!(!printed.contains("Prøve") && !printed.contains("RID"), "{printed}");
    }
}
