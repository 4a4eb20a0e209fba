//! The code lists in memory: read at start, and again once a second, so that a new value needs no restart (K1, K2).
//! It knows which list of the contract holds which kind of value. The rules on values are the lists' own.

use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use chrono::NaiveDate;

use super::code_list::EncodedLists;
use crate::contract;
use crate::domain::code_list::CodeLists;
use crate::domain::{Channel, Context, Party, PartyKind, Refusal};
use crate::error::Error;
use crate::repository::{Reader, Repository};

/// A list, named as the element that carries its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ListName(pub(super) &'static str);

impl ListName {
    pub(super) const CONTEXT: Self =
        Self(contract::citizen_message_context_type_identifier_code_list::CITIZEN_MESSAGE_CONTEXT_TYPE_IDENTIFIER.local);
    pub(super) const CHANNEL: Self =
        Self(contract::citizen_message_channel_type_identifier_code_list::CITIZEN_MESSAGE_CHANNEL_TYPE_IDENTIFIER.local);
    pub(super) const PARTY_KIND: Self =
        Self(contract::citizen_message_user_type_identifier_code_list::CITIZEN_MESSAGE_USER_TYPE_IDENTIFIER.local);
    pub(super) const ORGANISATION_TYPE: Self = Self(contract::organisation_type_identifier_code_list::ORGANISATION_TYPE_IDENTIFIER.local);
    pub(super) const USER_TYPE: Self = Self(contract::request_user_type_identifier_code_list::REQUEST_USER_TYPE_IDENTIFIER.local);
}

/// The lists of one moment, and the answers that show them.
#[derive(Debug)]
pub(super) struct Lists {
    /// The archive's number for this state of the lists, or one before it.
    version: i64,
    pub(super) values: CodeLists,
    pub(super) encoded: Arc<EncodedLists>,
}

impl Lists {
    /// The lists as they stand. The version is read first: what changes in between is seen at the next look.
    fn read(reader: &mut Reader) -> Result<Self, Error> {
        let version = reader.code_list_version()?;
        let values = reader.code_lists()?;
        let encoded = Arc::new(EncodedLists::of(&values)?);
        Ok(Self { version, values, encoded })
    }

    /// A context for new data (M14).
    ///
    /// # Errors
    /// 2002 or 2003.
    pub(super) fn context(&self, code: i32, day: NaiveDate) -> Result<Context, Refusal> {
        self.require(ListName::CONTEXT, code, day).map(|()| Context(code))
    }

    /// A channel for new data (M14).
    ///
    /// # Errors
    /// 2002 or 2003.
    pub(super) fn channel(&self, code: i32, day: NaiveDate) -> Result<Channel, Refusal> {
        self.require(ListName::CHANNEL, code, day)?;
        Channel::from_code(code)
    }

    /// The values a party states must be usable for new data; its organisation type means something only for an authority (M14, STAR).
    ///
    /// # Errors
    /// 2002 or 2003.
    pub(super) fn check_party(&self, party: &Party, day: NaiveDate) -> Result<(), Refusal> {
        self.require(ListName::PARTY_KIND, party.kind.code(), day)?;
        match party.kind {
            PartyKind::Caseworker | PartyKind::System => self.require(ListName::ORGANISATION_TYPE, party.organisation_type, day),
            PartyKind::Citizen | PartyKind::Company => Ok(()),
        }
    }

    /// A value to search for, ended ones too (M14).
    ///
    /// # Errors
    /// 2002.
    pub(super) fn known(&self, list: ListName, code: i32) -> Result<i32, Refusal> {
        if self.values.knows(list.0, code) {
            Ok(code)
        } else {
            Err(Refusal::UnknownCodeListItem)
        }
    }

    /// A value for new data (M14).
    ///
    /// # Errors
    /// 2002 or 2003.
    pub(super) fn require(&self, list: ListName, code: i32, day: NaiveDate) -> Result<(), Refusal> {
        self.values.require(list.0, code, day)
    }
}

/// Keeps the lists, and reads them again when they have changed.
#[derive(Debug)]
pub(super) struct CodeListDesk {
    lists: RwLock<Arc<Lists>>,
    /// When the lists were last asked for; held by the one call that asks again.
    asked: Mutex<Instant>,
    keep_for: Duration,
}

impl CodeListDesk {
    /// Reads the lists for the first time.
    ///
    /// # Errors
    /// The archive cannot be read.
    pub(super) fn load(repository: &Repository, keep_for: Duration) -> Result<Self, Error> {
        let lists = Lists::read(&mut repository.reader())?;
        Ok(Self {
            lists: RwLock::new(Arc::new(lists)),
            asked: Mutex::new(Instant::now()),
            keep_for,
        })
    }

    /// The lists. One call at a time looks whether they have changed; the others, and all while the archive is away, use those at hand.
    pub(super) fn current(&self, repository: &Repository) -> Arc<Lists> {
        if let Ok(mut asked) = self.asked.try_lock()
            && asked.elapsed() >= self.keep_for
        {
            *asked = Instant::now();
            if let Err(error) = self.look(repository) {
                log::warn!("code lists could not be read again, those in memory are used: {error}");
            }
        }
        self.at_hand()
    }

    /// The lists, without a look at the archive.
    pub(super) fn at_hand(&self) -> Arc<Lists> {
        self.lists.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Is nobody to look just now?
    pub(super) fn are_fresh(&self) -> bool {
        self.asked.try_lock().map_or(true, |asked| asked.elapsed() < self.keep_for)
    }

    /// Nothing is read or encoded anew unless something changed.
    fn look(&self, repository: &Repository) -> Result<(), Error> {
        let mut reader = repository.reader();
        if reader.code_list_version()? != self.at_hand().version {
            let lists = Arc::new(Lists::read(&mut reader)?);
            *self.lists.write().unwrap_or_else(PoisonError::into_inner) = lists;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::Settings;
    use super::super::testing::*;
    use super::*;
    use crate::contract::citizen_message_service::CreateMessageRequestType;
    use crate::contract::citizen_message_service_v2::CitizenMessageService;
    use crate::contract::code_list_service::*;
    use crate::contract::code_list_service_v5::CodeListService;
    use crate::domain::testing::{fund, job_centre};
    use crate::repository::import;

    /// K1, M14, M16: an imported end of a value holds without a restart; the list still shows the value.
    #[test]
    fn m16_an_ended_value_is_refused_without_a_restart() {
        let room = Room::with(Settings {
            code_lists_for: Duration::ZERO,
            ..Settings::default()
        });
        let (fund, centre) = (fund("81"), job_centre("90101"));
        let draft_plan = || CreateMessageRequestType {
            citizen_message_context_type_identifier: context(2),
            ..create(ALMA, &fund, caseworker(&centre))
        };
        room.does(&fund, |call| call.create_message(draft_plan())).unwrap();
        let list = ListName::CONTEXT.0;
        let ended =
            format!("list\tcode\tname\tdescription\tstart\tend\tsource\n{list}\t2\tUdkast til min plan\t\t2014-11-01\t2026-11-20\tSTAR\n");
        room.repository
            .import(import::Kind::CodeLists, ended.as_bytes(), &mut |_| {})
            .unwrap();
        assert_eq!(
            refused(room.does(&fund, |call| call.create_message(draft_plan()))),
            Some(Refusal::ExpiredCodeListItem)
        );
        let shown = room.does(&fund, |call| {
            call.get_citizen_message_context_type_identifier_code_list(GetCitizenMessageContextTypeIdentifierCodeListRequestType {})
        });
        let shown = shown.unwrap().code_list_item;
        assert_eq!(shown.len(), 11);
        assert!(
            shown
                .iter()
                .any(|item| item.code_list_item_identifier.get() == 2 && item.end_date.naive() == now().date_naive())
        );
    }

    /// K1: every list has an operation, and every name leads to its list; an unknown name is 2001.
    #[test]
    fn k1_lists_by_operation_and_by_name() {
        let room = Room::new();
        let mut call = room.call(&fund("81"));
        let names = call.get_code_list_names(GetCodeListNamesRequestType {}).unwrap().code_list_name;
        assert_eq!(names.len(), 9);
        for name in names {
            let request = GetCodeListRequestType {
                code_list_name: name,
                valid_on: None,
            };
            assert!(!call.get_code_list(request).unwrap().code_list_item.is_empty());
        }
        let unknown = GetCodeListRequestType {
            code_list_name: CodeListNameType::new("Ukendt").unwrap(),
            valid_on: None,
        };
        assert_eq!(refused(call.get_code_list(unknown)), Some(Refusal::UnknownCodeList));
    }
}
