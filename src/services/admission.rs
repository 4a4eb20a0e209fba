//! Admission: the headers' values and the agreement behind the certificate make a caller (S1).
//! It knows which code list and which refusal belong to which header value, and which organisation a user may belong to:
//! the active one, none at all, one the calling system has an agreement for, or an anden aktør for a job centre.
//! Reading certificates and headers is left to `soap`.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use chrono::{DateTime, FixedOffset, NaiveDate, Utc};

use super::code_lists::{ListName, Lists};
use super::desk::Desk;
use super::identity::Identity;
use super::wire;
use crate::contract::ams_dk::ActiveOrganisationHeaderType;
use crate::contract::request_user_metadata::RequestUserMetadataHeaderType;
use crate::domain::{self, ActingUser, Caller, Certificate, Condition, Organisation, OrganisationType, Refusal};
use crate::error::Error;
use crate::repository::{Agreement, Reader};

/// What the headers of a call state, before anything is known of it.
#[derive(Clone, Debug)]
pub struct Stated {
    /// On whose behalf.
    pub organisation: Organisation,
    /// Who acts.
    pub user: ActingUser,
}

impl Stated {
    /// Reads the headers' values.
    #[must_use]
    pub fn of(metadata: RequestUserMetadataHeaderType, active: ActiveOrganisationHeaderType) -> Self {
        Self {
            organisation: organisation(active),
            user: acting_user(metadata),
        }
    }
}

impl Desk {
    /// Admits a caller, or says why not.
    ///
    /// # Errors
    /// 8173, 8174 and 4413 for values outside their code lists, then 1013 where no agreement lets the system act for the organisation,
    /// or the user may not belong to the organisation stated (ours: S1); or the archive is away.
    ///
    /// An anden aktør that works for a job centre needs no agreement of its own with the job centre's system: naming it never opens a
    /// citizen, it only narrows what the job centre may see to the citizens the anden aktør has a relation to (S2, `domain::access`).
    pub fn admit(&self, identity: &Identity, stated: Stated, received_at: DateTime<Utc>) -> Result<Caller, Error> {
        let day = domain::danish_day(received_at);
        check_values(&self.lists(), &stated, day)?;
        let system = self.look_up(&Admission::asked(identity, &stated), day)?;
        Ok(stated.by(system))
    }

    /// Admits a caller by an earlier admission of the same day, on the condition that nothing has changed that it was read from; or as
    /// [`Desk::admit`] does. A refusal is always read anew. For calls that wait for their commit.
    ///
    /// # Errors
    /// As [`Desk::admit`].
    pub fn admit_again(
        &self,
        identity: &Identity,
        stated: Stated,
        received_at: DateTime<Utc>,
    ) -> Result<(Caller, Option<Condition>), Error> {
        let day = domain::danish_day(received_at);
        check_values(&self.lists(), &stated, day)?;
        let asked = Admission::asked(identity, &stated);
        match self.known.find(&asked, day).filter(|_| !self.repository.audits_apart()) {
            Some((version, known)) => Ok((stated.by(known.system), Some(Condition::AgreementsUnchanged { version }))),
            None => Ok((stated.by(self.look_up(&asked, day)?), None)),
        }
    }

    /// The caller again, as long as an earlier admission counts; the archive is not asked. For look-ups that concern nobody (K2).
    #[must_use]
    pub fn admitted(&self, identity: &Identity, stated: Stated, received_at: DateTime<Utc>) -> Option<Caller> {
        let day = domain::danish_day(received_at);
        check_values(&self.lists_at_hand(), &stated, day).ok()?;
        let (_, known) = self.known.find(&Admission::asked(identity, &stated), day)?;
        (known.read_at.elapsed() < self.settings.code_lists_for).then(|| stated.by(known.system))
    }

    /// The name of the system, read from the archive. The number is read first: what changes in between makes it too old, never too new.
    fn look_up(&self, asked: &Admission, day: NaiveDate) -> Result<String, Error> {
        let read_at = Instant::now();
        let mut reader = self.repository.reader();
        let version = reader.agreement_version()?;
        self.known.keep_to(version);
        let system = Standing::read(&mut reader, &asked.identity, day)?.admit(&asked.organisation, &asked.of_user)?;
        let known = Known {
            system: system.clone(),
            day,
            read_at,
        };
        self.known.note(version, asked.clone(), known);
        Ok(system)
    }
}

impl Stated {
    fn by(self, system: String) -> Caller {
        Caller {
            system,
            organisation: self.organisation,
            user: self.user,
        }
    }
}

/// What decides whether a caller is admitted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Admission {
    identity: Identity,
    organisation: Organisation,
    of_user: Organisation,
}

impl Admission {
    fn asked(identity: &Identity, stated: &Stated) -> Self {
        Self {
            identity: identity.clone(),
            organisation: stated.organisation.clone(),
            of_user: stated.user.organisation.clone(),
        }
    }
}

/// Who has been admitted, as whom, and when.
#[derive(Clone, Debug)]
struct Known {
    system: String,
    /// The agreements counted for it; the next day others may.
    day: NaiveDate,
    read_at: Instant,
}

/// Who has been admitted since agreements and organisations last changed, as far as this process has heard.
#[derive(Debug, Default)]
pub(super) struct Acquaintances(Mutex<(i64, HashMap<Admission, Known>)>);

/// More than these are forgotten together.
const MOST: usize = 4096;

impl Acquaintances {
    /// Forgets who was admitted under another number.
    fn keep_to(&self, version: i64) {
        let mut acquaintances = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if acquaintances.0 != version {
            *acquaintances = (version, HashMap::new());
        }
    }

    fn note(&self, version: i64, admission: Admission, known: Known) {
        let mut acquaintances = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (current, admissions) = &mut *acquaintances;
        if *current != version {
            return;
        }
        if admissions.len() >= MOST {
            admissions.clear();
        }
        admissions.insert(admission, known);
    }

    /// Who was admitted on this day, with the number of what that was read from.
    fn find(&self, admission: &Admission, day: NaiveDate) -> Option<(i64, Known)> {
        let acquaintances = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (version, admissions) = &*acquaintances;
        let known = admissions.get(admission).filter(|known| known.day == day)?;
        Some((*version, known.clone()))
    }
}

/// How a system stands on a day: for whom it may act.
struct Standing<'r> {
    reader: &'r mut Reader,
    /// The agreements that hold; the stand-in of the development profile needs none.
    agreements: Option<Vec<Agreement>>,
}

impl<'r> Standing<'r> {
    fn read(reader: &'r mut Reader, identity: &Identity, day: NaiveDate) -> Result<Self, Error> {
        let agreements = match identity {
            Identity::Certificate(Certificate { cvr, subject_id }) => {
                let mut agreements = reader.agreements(cvr, subject_id)?;
                agreements.retain(|agreement| agreement.from <= day && day < agreement.to);
                Some(agreements)
            }
            Identity::Development => None,
        };
        Ok(Self { reader, agreements })
    }

    /// The name of the system, if it may act for the organisation with a user of the other.
    fn admit(mut self, organisation: &Organisation, of_user: &Organisation) -> Result<String, Error> {
        let system = self.system_for(organisation)?.ok_or(Refusal::NoAgreement)?;
        if of_user == organisation || of_user.is_nobody() {
            return Ok(system);
        }
        let works_for_job_centre = of_user.kind == OrganisationType::OTHER_ACTOR && organisation.kind == OrganisationType::JOB_CENTRE;
        let allowed = self.system_for(of_user)?.is_some() || works_for_job_centre && self.reader.organisation_exists(of_user)?;
        if allowed { Ok(system) } else { Err(Refusal::NoAgreement.into()) }
    }

    /// The system that may act for the organisation: the agreement's for a certificate, the stand-in for every known organisation.
    fn system_for(&mut self, organisation: &Organisation) -> Result<Option<String>, Error> {
        match &self.agreements {
            Some(agreements) => {
                let found = agreements.iter().find(|agreement| agreement.organisation == *organisation);
                Ok(found.map(|agreement| agreement.system.clone()))
            }
            None => Ok(self
                .reader
                .organisation_exists(organisation)?
                .then(|| Identity::DEVELOPMENT_SYSTEM.to_owned())),
        }
    }
}

fn organisation(active: ActiveOrganisationHeaderType) -> Organisation {
    Organisation::new(
        OrganisationType(active.organisation_type_identifier.get()),
        active.organisation_code.into_inner(),
    )
}

fn acting_user(metadata: RequestUserMetadataHeaderType) -> ActingUser {
    let user = metadata.request_user_structure;
    let organisation = metadata.request_organisation_structure;
    ActingUser {
        name: user.user_full_name.into_inner(),
        kind: user.request_user_type_identifier.code_list_item_identifier.get(),
        identifier: user.user_identifier.into_inner(),
        organisation: Organisation::new(
            OrganisationType(organisation.organisation_type_identifier.code_list_item_identifier.get()),
            organisation.organisation_code.into_inner(),
        ),
        registered_at: registered_at(&metadata.registration_date_time),
    }
}

/// The caller's own time; without an offset it is Danish.
fn registered_at(time: &xml::datatypes::DateTime) -> DateTime<FixedOffset> {
    time.to_fixed().unwrap_or_else(|| domain::day::danish_time(wire::instant(time)))
}

fn check_values(lists: &Lists, Stated { organisation, user }: &Stated, day: NaiveDate) -> Result<(), Refusal> {
    let valid = |list, code| lists.require(list, code, day);
    valid(ListName::ORGANISATION_TYPE, user.organisation.kind.0).map_err(|_| Refusal::UnknownMetadataOrganisationType)?;
    valid(ListName::USER_TYPE, user.kind).map_err(|_| Refusal::UnknownMetadataUserType)?;
    valid(ListName::ORGANISATION_TYPE, organisation.kind.0).map_err(|_| Refusal::UnknownActiveOrganisationType)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::testing::{Room, now, refused};
    use super::*;
    use crate::contract::ams_dk::{OrganisationCodeType, OrganisationTypeIdentifierType};
    use crate::contract::code_list_base::CodeListItemIdentifierValueType;
    use crate::contract::request_user_type_identifier_code_list;
    use crate::contract::{organisation_type_identifier_code_list, request_organisation_structure, request_user_structure};
    use crate::domain::testing::instant;
    use crate::repository::import;

    /// S1: 8173, 8174 and 4413 for the values of the headers, then 1013 where no agreement holds.
    #[test]
    fn s1_who_is_admitted() {
        let room = Room::new();
        let system = |cvr: &str, id: &str| {
            Identity::Certificate(Certificate {
                cvr: cvr.to_owned(),
                subject_id: id.to_owned(),
            })
        };
        let fund_system = system("90000011", "UI:DK-O:G:11111111-1111-4111-8111-111111111111");
        let (all, before) = (now(), instant("2019-12-31T22:59:59Z"));
        for (identity, metadata, user, of, at, expected) in [
            (&Identity::Development, 2, 2, (2, "81"), all, None),
            (&fund_system, 2, 2, (2, "81"), all, None),
            (&fund_system, 2, 2, (2, "82"), all, None),
            (&fund_system, 2, 2, (8, "90101"), all, Some(Refusal::NoAgreement)),
            (&fund_system, 2, 2, (2, "81"), before, Some(Refusal::NoAgreement)),
            (
                &system("90000011", "UI:DK-O:G:99999999-1111-4111-8111-111111111111"),
                2,
                2,
                (2, "81"),
                all,
                Some(Refusal::NoAgreement),
            ),
            (
                &system("90000012", "UI:DK-O:G:11111111-1111-4111-8111-111111111111"),
                2,
                2,
                (2, "81"),
                all,
                Some(Refusal::NoAgreement),
            ),
            (&Identity::Development, 2, 2, (2, "99"), all, Some(Refusal::NoAgreement)),
            (
                &Identity::Development,
                55,
                9,
                (55, "81"),
                all,
                Some(Refusal::UnknownMetadataOrganisationType),
            ),
            (
                &Identity::Development,
                2,
                9,
                (55, "81"),
                all,
                Some(Refusal::UnknownMetadataUserType),
            ),
            (
                &Identity::Development,
                2,
                2,
                (55, "81"),
                all,
                Some(Refusal::UnknownActiveOrganisationType),
            ),
        ] {
            // The user belongs to the active organisation, unless the row is about types nobody has.
            let of_user = if metadata == 2 && of.0 != 55 { of } else { (metadata, "81") };
            let answer = room.desk.admit(identity, Stated::of(header(of_user, user), active(of.0, of.1)), at);
            assert_eq!(refused(answer), expected, "{identity:?} {metadata} {user} {of:?}");
        }
    }

    /// S1: the user belongs to the active organisation, to none, to one the system has an agreement for, or to an anden aktør of a job centre.
    #[test]
    fn s1_to_whom_a_user_may_belong() {
        let room = Room::new();
        let system = |cvr: &str, id: char| {
            let digits = |count| id.to_string().repeat(count);
            let subject_id = format!("UI:DK-O:G:{}-{}-4{}-8{}-{}", digits(8), digits(4), digits(3), digits(3), digits(12));
            Identity::Certificate(Certificate {
                cvr: cvr.to_owned(),
                subject_id,
            })
        };
        let (fund, kss, star) = (system("90000011", '1'), system("90000091", '2'), system("90000051", '4'));
        for (identity, active_of, of_user, allowed) in [
            (&fund, (2, "81"), (2, "81"), true),
            (&fund, (2, "81"), (2, "-1"), true),
            (&fund, (2, "81"), (2, "82"), true),
            (&fund, (2, "81"), (8, "90101"), false),
            (&fund, (2, "81"), (4, "90000031"), false),
            (&kss, (8, "90101"), (7, "901"), true),
            (&kss, (8, "90101"), (2, "81"), false),
            (&kss, (8, "90101"), (4, "90000031"), true),
            (&kss, (8, "90101"), (4, "90000099"), false),
            (&kss, (7, "901"), (4, "90000031"), false),
            (&system("90000031", '3'), (8, "90101"), (4, "90000031"), true),
            (&star, (90, "90000051"), (4, "90000031"), false),
            (&Identity::Development, (2, "81"), (8, "90101"), true),
            (&Identity::Development, (2, "81"), (8, "99999"), false),
        ] {
            let answer = room
                .desk
                .admit(identity, Stated::of(header(of_user, 2), active(active_of.0, active_of.1)), now());
            let expected = (!allowed).then_some(Refusal::NoAgreement);
            assert_eq!(
                refused(answer),
                expected,
                "{identity:?} for {active_of:?} with a user of {of_user:?}"
            );
        }
    }

    /// S1: an admission is remembered for its day and until something changes, with the condition that nothing has; a refusal never is.
    #[test]
    fn s1_an_admission_is_remembered_on_a_condition() {
        let room = Room::new();
        let fund_system = system_of_the_fund();
        let again = |active_of: (i32, &str), of_user: (i32, &str), at| {
            let stated = Stated::of(header(of_user, 2), active(active_of.0, active_of.1));
            let admitted = room.desk.admit_again(&fund_system, stated, at);
            admitted.map(|(caller, condition)| {
                assert_eq!(
                    (caller.system.as_str(), caller.organisation.code.as_str()),
                    ("akasse-fagsystem", active_of.1)
                );
                condition.is_some()
            })
        };
        let (own, other) = ((2, "81"), (2, "82"));
        assert_eq!([again(own, own, now()).unwrap(), again(own, own, now()).unwrap()], [false, true]);
        // Whatever decides is remembered apart.
        assert_eq!(
            [again(own, other, now()).unwrap(), again(other, own, now()).unwrap()],
            [false, false]
        );
        assert_eq!([again(own, other, now()).unwrap(), again(other, own, now()).unwrap()], [true, true]);
        for _ in 0..2 {
            assert_eq!(refused(again((8, "90101"), own, now())), Some(Refusal::NoAgreement));
            assert_eq!(refused(again(own, (4, "90000031"), now())), Some(Refusal::NoAgreement));
        }
        // Values outside their lists are refused whoever it is.
        let stated = Stated::of(header(own, 9), active(own.0, own.1));
        assert_eq!(
            refused(room.desk.admit_again(&fund_system, stated, now())),
            Some(Refusal::UnknownMetadataUserType)
        );
        // Another day, other agreements; midnight is Danish.
        let (first_day, before) = (instant("2019-12-31T23:00:00Z"), instant("2019-12-31T22:59:59Z"));
        assert_eq!(
            [again(own, own, first_day).unwrap(), again(own, own, first_day).unwrap()],
            [false, true]
        );
        assert_eq!(refused(again(own, own, before)), Some(Refusal::NoAgreement));
        assert_eq!([again(own, own, now()).unwrap(), again(own, own, now()).unwrap()], [false, true]);
        // The condition fails with the first change, and with the next look all is read anew.
        room.repository
            .import(import::Kind::Agreements, AGREED.as_bytes(), &mut |_| {})
            .unwrap();
        let stated = Stated::of(header(own, 2), active(own.0, own.1));
        let (_, condition) = room.desk.admit_again(&fund_system, stated.clone(), now()).unwrap();
        let mut unit = crate::domain::Unit::default();
        unit.require_admission(condition);
        assert_eq!(refused(room.desk.commit(unit).wait()), Some(Refusal::NoAgreement));
        room.desk.admit(&fund_system, stated, now()).unwrap();
        assert_eq!([again(own, own, now()).unwrap(), again(own, other, now()).unwrap()], [true, false]);
    }

    /// One more agreement, of another system.
    const AGREED: &str = "system\tcertificate_subject_cvr\tcertificate_subject_id\torganisation_type\torganisation_code\tvalid_from\tvalid_to\n\
                          ny\t90000012\tCVR:90000012-FID:7\t2\t81\t2020-01-01\t2100-07-01\n";

    fn system_of_the_fund() -> Identity {
        Identity::Certificate(Certificate {
            cvr: "90000011".to_owned(),
            subject_id: "UI:DK-O:G:11111111-1111-4111-8111-111111111111".to_owned(),
        })
    }

    fn header((organisation_type, code): (i32, &str), user_type: i32) -> RequestUserMetadataHeaderType {
        let item = |code| CodeListItemIdentifierValueType::new(code).unwrap();
        RequestUserMetadataHeaderType {
            request_user_structure: request_user_structure::RequestUserStructureType {
                user_full_name: request_user_structure::UserFullNameType::new("Sagsbehandler Prøve").unwrap(),
                request_user_type_identifier: request_user_type_identifier_code_list::RequestUserTypeIdentifierType {
                    code_list_item_identifier: item(user_type),
                },
                user_identifier: request_user_structure::UserIdentifierType::new("RID:1").unwrap(),
                user_email: None,
            },
            request_organisation_structure: request_organisation_structure::RequestOrganisationStructureType {
                organisation_type_identifier: organisation_type_identifier_code_list::OrganisationTypeIdentifierType {
                    code_list_item_identifier: item(organisation_type),
                },
                organisation_code: request_organisation_structure::OrganisationCodeType::new(code).unwrap(),
            },
            registration_date_time: now().into(),
        }
    }

    fn active(kind: i32, code: &str) -> ActiveOrganisationHeaderType {
        ActiveOrganisationHeaderType {
            organisation_type_identifier: OrganisationTypeIdentifierType::new(kind).unwrap(),
            organisation_code: OrganisationCodeType::new(code).unwrap(),
        }
    }
}
