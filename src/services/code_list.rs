//! CodeListService, version 5: every list of the contract by an operation of its own, any list by its name, and the names (K1, K2).
//! It knows that an operation is named after its list. The values are the archive's, read once and kept in memory.

use crate::contract::code_list_base::CodeListItemIdentifierValueType;
use crate::contract::code_list_service::*;
use crate::contract::code_list_service_v5::{CodeListService, Operation};
use crate::domain::code_list::Item;
use crate::error::Error;

use super::call::Call;
use super::wire;

/// What an operation's name has before and after the name of its list (STAR).
const BEFORE: &str = "Get";
const AFTER: &str = "CodeList";

/// Operations that return one whole list: method, request, response, operation.
macro_rules! whole_lists {
    ($($method:ident($request:ident) -> $response:ident = $operation:ident;)+) => {
        impl CodeListService for Call<'_> {
            type Failure = Error;

            $(fn $method(&mut self, _: $request) -> Result<$response, Error> {
                let list = list_of(Operation::$operation);
                Ok($response { code_list_item: items(self, list, |_| true)? })
            })+

            fn get_code_list(&mut self, request: GetCodeListRequestType) -> Result<GetCodeListResponseType, Error> {
                let day = request.valid_on.map(|date| date.naive());
                let list = request.code_list_name.as_str();
                let valid = |item: &Item| day.is_none_or(|day| item.is_valid_on(day));
                let code_list_item = items(self, list, valid)?;
                self.searched(format!("list {list}"));
                Ok(GetCodeListResponseType { code_list_item })
            }

            fn get_code_list_names(&mut self, _: GetCodeListNamesRequestType) -> Result<GetCodeListNamesResponseType, Error> {
                let names = self.lists.0.names().map(|name| wire::fitting(CodeListNameType::new(name))).collect::<Result<_, _>>()?;
                Ok(GetCodeListNamesResponseType { code_list_name: names })
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

/// The values of a list that are wanted.
fn items(call: &Call<'_>, list: &str, wanted: impl Fn(&Item) -> bool) -> Result<Vec<CodeListItemType>, Error> {
    call.lists.0.items(list)?.filter(|item| wanted(item)).map(item).collect()
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
