//! Admission: the headers' values and the agreement behind the certificate make a caller (S1).
//! It knows which code list and which refusal belong to which header value. Reading certificates and headers is left to `soap`.

use chrono::{DateTime, FixedOffset, NaiveDate, Utc};

use super::code_lists::{ListName, Lists};
use super::desk::Desk;
use super::identity::Identity;
use super::wire;
use crate::contract::ams_dk::ActiveOrganisationHeaderType;
use crate::contract::request_user_metadata::RequestUserMetadataHeaderType;
use crate::domain::{self, ActingUser, Caller, Certificate, Organisation, OrganisationType, Refusal};
use crate::error::Error;
use crate::repository::Agreement;

impl Desk {
    /// Admits a caller, or says why not.
    ///
    /// # Errors
    /// 8173, 8174 and 4413 for values outside their code lists, then 1013 where no agreement lets the system act for the organisation;
    /// or the archive is away.
    pub fn admit(
        &self,
        identity: &Identity,
        metadata: RequestUserMetadataHeaderType,
        active: ActiveOrganisationHeaderType,
        received_at: DateTime<Utc>,
    ) -> Result<Caller, Error> {
        let user = acting_user(metadata);
        let organisation = organisation(active);
        let day = domain::danish_day(received_at);
        check_values(&self.lists(), &user, &organisation, day)?;
        let system = self.system_for(identity, &organisation, day)?;
        Ok(Caller {
            system,
            organisation,
            user,
        })
    }

    /// The system that may act for the organisation: the agreement's for a certificate, the stand-in for every known organisation.
    fn system_for(&self, identity: &Identity, organisation: &Organisation, day: NaiveDate) -> Result<String, Error> {
        let mut reader = self.repository.reader();
        let system = match identity {
            Identity::Certificate(Certificate { cvr, subject_id }) => {
                let holds = |agreement: &Agreement| agreement.organisation == *organisation && agreement.from <= day && day < agreement.to;
                reader
                    .agreements(cvr, subject_id)?
                    .into_iter()
                    .find(holds)
                    .map(|agreement| agreement.system)
            }
            Identity::Development => reader
                .organisation_exists(organisation)?
                .then(|| Identity::DEVELOPMENT_SYSTEM.to_owned()),
        };
        system.ok_or_else(|| Refusal::NoAgreement.into())
    }
}

/// The organisation a header names, before anything is known of it.
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

fn check_values(lists: &Lists, user: &ActingUser, organisation: &Organisation, day: NaiveDate) -> Result<(), Refusal> {
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
            let answer = room.desk.admit(identity, header(metadata, user), active(of.0, of.1), at);
            assert_eq!(refused(answer), expected, "{identity:?} {metadata} {user} {of:?}");
        }
    }

    fn header(organisation_type: i32, user_type: i32) -> RequestUserMetadataHeaderType {
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
                organisation_code: request_organisation_structure::OrganisationCodeType::new("81").unwrap(),
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
