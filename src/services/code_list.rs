//! CodeListService, version 5: every list of the contract by an operation of its own, any list by its name, and the names (K1, K2).
//! It knows that an operation is named after its list. The values are the archive's, read once and kept in memory, and what shows a
//! whole list is encoded then.

use std::sync::Arc;

use chrono::NaiveDate;
use xml::{Decode, Encode, Reader, Violation, Writer};

use crate::contract;
use crate::contract::code_list_base::CodeListItemIdentifierValueType;
use crate::contract::code_list_service::*;
use crate::contract::code_list_service_v5::{CodeListService, Operation};
use crate::domain::code_list::{CodeLists, Item};
use crate::error::Error;

use super::call::Call;
use super::wire;

/// What an operation's name has before and after the name of its list (STAR).
const BEFORE: &str = "Get";
const AFTER: &str = "CodeList";

/// What the answers about whole lists have in their envelope, encoded when the lists were read (K2).
#[derive(Debug)]
pub struct EncodedLists(Vec<(Wanted, Vec<u8>)>);

/// What an operation asks for; a list is named where the operation does not say it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Wanted {
    operation: Operation,
    list: Option<String>,
    day: Option<NaiveDate>,
}

/// An answer about code lists.
#[derive(Debug)]
pub enum CodeListAnswer {
    /// One that was encoded before, by its number.
    Kept(Arc<EncodedLists>, usize),
    /// One of a day of its own.
    Made(Vec<u8>),
}

impl EncodedLists {
    pub(super) fn of(lists: &CodeLists) -> Result<Self, Error> {
        let wanted = |operation, list: Option<&str>| Wanted {
            operation,
            list: list.map(str::to_owned),
            day: None,
        };
        let by_operation = Operation::ALL
            .iter()
            .filter(|operation| **operation != Operation::GetCodeList)
            .map(|operation| wanted(*operation, None));
        let by_name = lists.names().map(|name| wanted(Operation::GetCodeList, Some(name)));
        let mut answers = Vec::new();
        for wanted in by_operation.chain(by_name) {
            match encode(lists, &wanted) {
                Ok(answer) => answers.push((wanted, answer)),
                // A list of the contract without a value is not there: the same refusal for whoever asks for it.
                Err(Error::Refused(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Self(answers))
    }

    /// The answers, each the one element of a body.
    pub fn payloads(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().map(|(_, payload)| payload.as_slice())
    }

    fn position(&self, wanted: &Wanted) -> Option<usize> {
        self.0.iter().position(|(kept, _)| kept == wanted)
    }
}

impl Call<'_> {
    /// Answers an operation about code lists; the right to call is asked for. `reader` stands before the payload root.
    ///
    /// # Errors
    /// 4575, 1014, 2001.
    pub fn code_list_answer(&mut self, operation: Operation, reader: &mut Reader<'_>) -> Result<CodeListAnswer, Error> {
        self.open(contract::Operation::CodeListServiceV5(operation))?;
        let wanted = wanted(operation, reader)?;
        let answer = match self.lists.encoded.position(&wanted) {
            Some(number) => CodeListAnswer::Kept(Arc::clone(&self.lists.encoded), number),
            None => CodeListAnswer::Made(encode(&self.lists.values, &wanted)?),
        };
        if let Some(list) = wanted.list {
            self.searched(format!("list {list}"));
        }
        Ok(answer)
    }
}

/// Operations that return one whole list: method, request, response, operation.
macro_rules! whole_lists {
    ($($method:ident($request:ident) -> $response:ident = $operation:ident;)+) => {
        impl CodeListService for Call<'_> {
            type Failure = Error;

            $(fn $method(&mut self, _: $request) -> Result<$response, Error> {
                Ok($response { code_list_item: items(&self.lists.values, list_of(Operation::$operation), None)? })
            })+

            fn get_code_list(&mut self, request: GetCodeListRequestType) -> Result<GetCodeListResponseType, Error> {
                let day = request.valid_on.map(|date| date.naive());
                let list = request.code_list_name.as_str();
                let code_list_item = items(&self.lists.values, list, day)?;
                self.searched(format!("list {list}"));
                Ok(GetCodeListResponseType { code_list_item })
            }

            fn get_code_list_names(&mut self, _: GetCodeListNamesRequestType) -> Result<GetCodeListNamesResponseType, Error> {
                Ok(GetCodeListNamesResponseType { code_list_name: names(&self.lists.values)? })
            }
        }

        /// Reads what a request asks for.
        fn wanted(operation: Operation, reader: &mut Reader<'_>) -> Result<Wanted, Violation> {
            let (list, day) = match operation {
                $(Operation::$operation => {
                    read::<$request>(operation, reader)?;
                    (None, None)
                })+
                Operation::GetCodeListNames => {
                    read::<GetCodeListNamesRequestType>(operation, reader)?;
                    (None, None)
                }
                Operation::GetCodeList => {
                    let request = read::<GetCodeListRequestType>(operation, reader)?;
                    (Some(request.code_list_name.as_str().to_owned()), request.valid_on.map(|date| date.naive()))
                }
            };
            Ok(Wanted { operation, list, day })
        }

        /// Encodes the answer.
        fn encode(lists: &CodeLists, wanted: &Wanted) -> Result<Vec<u8>, Error> {
            let operation = wanted.operation;
            match operation {
                $(Operation::$operation => {
                    let code_list_item = items(lists, list_of(operation), None)?;
                    Ok(written(operation, &$response { code_list_item }))
                })+
                Operation::GetCodeListNames => Ok(written(operation, &GetCodeListNamesResponseType { code_list_name: names(lists)? })),
                Operation::GetCodeList => {
                    let code_list_item = items(lists, wanted.list.as_deref().unwrap_or_default(), wanted.day)?;
                    Ok(written(operation, &GetCodeListResponseType { code_list_item }))
                }
            }
        }
    };
}

whole_lists! {
    get_citizen_message_context_type_identifier_code_list(GetCitizenMessageContextTypeIdentifierCodeListRequestType)
        -> GetCitizenMessageContextTypeIdentifierCodeListResponseType = GetCitizenMessageContextTypeIdentifierCodeList;
    get_citizen_message_channel_type_identifier_code_list(GetCitizenMessageChannelTypeIdentifierCodeListRequestType)
        -> GetCitizenMessageChannelTypeIdentifierCodeListResponseType = GetCitizenMessageChannelTypeIdentifierCodeList;
    get_citizen_message_user_type_identifier_code_list(GetCitizenMessageUserTypeIdentifierCodeListRequestType)
        -> GetCitizenMessageUserTypeIdentifierCodeListResponseType = GetCitizenMessageUserTypeIdentifierCodeList;
    get_citizen_message_status_type_identifier_code_list(GetCitizenMessageStatusTypeIdentifierCodeListRequestType)
        -> GetCitizenMessageStatusTypeIdentifierCodeListResponseType = GetCitizenMessageStatusTypeIdentifierCodeList;
    get_organisation_type_identifier_code_list(GetOrganisationTypeIdentifierCodeListRequestType)
        -> GetOrganisationTypeIdentifierCodeListResponseType = GetOrganisationTypeIdentifierCodeList;
    get_request_user_type_identifier_code_list(GetRequestUserTypeIdentifierCodeListRequestType)
        -> GetRequestUserTypeIdentifierCodeListResponseType = GetRequestUserTypeIdentifierCodeList;
    get_interview_type_identifier_code_list(GetInterviewTypeIdentifierCodeListRequestType)
        -> GetInterviewTypeIdentifierCodeListResponseType = GetInterviewTypeIdentifierCodeList;
    get_interview_contact_type_identifier_code_list(GetInterviewContactTypeIdentifierCodeListRequestType)
        -> GetInterviewContactTypeIdentifierCodeListResponseType = GetInterviewContactTypeIdentifierCodeList;
    get_participation_status_type_identifier_code_list(GetParticipationStatusTypeIdentifierCodeListRequestType)
        -> GetParticipationStatusTypeIdentifierCodeListResponseType = GetParticipationStatusTypeIdentifierCodeList;
}

/// The list an operation is named after.
fn list_of(operation: Operation) -> &'static str {
    let name = operation.name();
    name.strip_prefix(BEFORE).and_then(|name| name.strip_suffix(AFTER)).unwrap_or(name)
}

fn read<T: Decode>(operation: Operation, reader: &mut Reader<'_>) -> Result<T, Violation> {
    let request = reader.required(operation.request())?;
    reader.end()?;
    Ok(request)
}

fn written(operation: Operation, answer: &impl Encode) -> Vec<u8> {
    let mut writer = Writer::fragment(4096);
    writer.element(operation.response(), answer);
    writer.finish()
}

/// The values of a list, or those of a day.
fn items(lists: &CodeLists, list: &str, day: Option<NaiveDate>) -> Result<Vec<CodeListItemType>, Error> {
    let wanted = |item: &&Item| day.is_none_or(|day| item.is_valid_on(day));
    lists.items(list)?.filter(wanted).map(item).collect()
}

fn names(lists: &CodeLists) -> Result<Vec<CodeListNameType>, Error> {
    lists.names().map(|name| wire::fitting(CodeListNameType::new(name))).collect()
}

fn item(item: &Item) -> Result<CodeListItemType, Error> {
    Ok(CodeListItemType {
        code_list_item_identifier: wire::fitting(CodeListItemIdentifierValueType::new(item.code))?,
        name: item.name.clone(),
        description: item.description.clone(),
        start_date: xml::datatypes::Date::new(item.start, None),
        end_date: xml::datatypes::Date::new(item.end, None),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]
    use super::super::testing::Room;
    use super::*;
    use crate::contract::code_list_service_v5;
    use crate::domain::testing::fund;

    fn asked(operation: Operation, name: Option<&str>) -> Vec<u8> {
        let mut writer = Writer::fragment(256);
        match name {
            Some(name) => writer.element(
                operation.request(),
                &GetCodeListRequestType {
                    code_list_name: CodeListNameType::new(name).unwrap(),
                    valid_on: None,
                },
            ),
            None => {
                writer.start(operation.request());
                writer.end();
            }
        }
        writer.finish()
    }

    /// K2: whatever is asked for as a whole is encoded already, and as it would be encoded now.
    #[test]
    fn k2_what_is_kept_is_what_would_be_written() {
        let room = Room::new();
        let names: Vec<String> = room.desk.lists_at_hand().values.names().map(str::to_owned).collect();
        let by_operation = Operation::ALL.iter().filter(|operation| **operation != Operation::GetCodeList);
        let by_operation = by_operation.map(|operation| (*operation, None));
        let by_name = names.iter().map(|name| (Operation::GetCodeList, Some(name.as_str())));
        for (operation, name) in by_operation.chain(by_name) {
            let request = asked(operation, name);
            let reader = || Reader::new(&request, xml::Limits::default()).unwrap();
            let mut call = room.call(&fund("81"));
            let mut writer = Writer::fragment(4096);
            code_list_service_v5::answer(&mut call, operation, &mut reader(), &mut writer).unwrap();
            let CodeListAnswer::Kept(lists, number) = call.code_list_answer(operation, &mut reader()).unwrap() else {
                panic!("{operation:?} {name:?} is not kept")
            };
            assert_eq!(lists.payloads().nth(number).unwrap(), writer.finish(), "{operation:?} {name:?}");
        }
    }
}
