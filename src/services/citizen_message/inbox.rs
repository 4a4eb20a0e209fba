//! GetAuthorityMessages: what is addressed to the calling authority, newest first, page by page.
//! It knows the same filters as GetMessages. An inbox is not one citizen's, so no relation is asked for: the authority is the recipient.

use super::continuation::List;
use super::page::{Filters, Page};
use crate::contract::citizen_message_service::{GetAuthorityMessagesRequestType, GetAuthorityMessagesResponseType};
use crate::error::Error;
use crate::services::call::Call;

pub(super) fn answer(call: &mut Call<'_>, request: GetAuthorityMessagesRequestType) -> Result<GetAuthorityMessagesResponseType, Error> {
    call.caller.check_may_see_inbox()?;
    let organisation = call.organisation().clone();
    let list = List::Inbox(&organisation);

    let filter = Filters::from(request).checked(call, &list)?;
    let messages = call.reader.messages_to_authority(&organisation, &filter.asked())?;

    let Page { collection, token } = filter.page(call, &list, messages)?;
    Ok(GetAuthorityMessagesResponseType {
        citizen_message_type_collection: collection,
        continuation_token: token,
    })
}
