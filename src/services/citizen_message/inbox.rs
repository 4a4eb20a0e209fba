//! GetAuthorityMessages: what is addressed to the calling authority, newest first, page by page.
//! It knows the same filters as GetMessages. An inbox is not one citizen's, so no relation is asked for: the authority is the recipient.

use crate::contract::citizen_message_service::{GetAuthorityMessagesRequestType, GetAuthorityMessagesResponseType};
use crate::contract::citizen_message_structure::CitizenMessageTypeCollectionType;
use crate::error::Error;
use crate::services::call::Call;
use crate::services::continuation::List;
use crate::services::page::{Filters, Page};

pub(super) fn answer(call: &mut Call<'_>, request: GetAuthorityMessagesRequestType) -> Result<GetAuthorityMessagesResponseType, Error> {
    call.caller.check_may_see_inbox()?;
    let organisation = call.organisation().clone();
    let viewer = call.authority();
    let list = List::Inbox(&viewer);

    let filter = Filters::from(request).checked(call, &list)?;
    let messages = call.reader.messages_to_authority(&organisation, &filter.asked())?;

    let Page { messages, token } = filter.page(&list, messages, |cpr, message| call.shown(message, &cpr))?;
    Ok(GetAuthorityMessagesResponseType {
        citizen_message_type_collection: CitizenMessageTypeCollectionType {
            citizen_message_type: messages,
        },
        continuation_token: token,
    })
}
