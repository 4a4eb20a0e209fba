//! GetMessages: a citizen's messages, newest first, page by page.
//! It knows the filters of the request; every authority with a relation sees that a message exists, its parties what it says (M6).

use super::continuation::List;
use super::page::{Filters, Page};
use crate::contract::citizen_message_service::{GetMessagesRequestType, GetMessagesResponseType};
use crate::domain::Operation;
use crate::error::Error;
use crate::services::call::Call;
use crate::services::wire;

pub(super) fn answer(call: &mut Call<'_>, request: GetMessagesRequestType) -> Result<GetMessagesResponseType, Error> {
    let cpr = wire::cpr(&request.person_civil_registration_identifier);
    let citizen = call.citizen(Operation::GetMessages, cpr)?;
    let organisation = call.organisation().clone();
    let list = List::OfCitizen(citizen.key, &organisation);

    let filter = Filters::from(request).checked(call, &list)?;
    let messages = call.reader.messages_of_citizen(citizen.key, &filter.asked(), Some(&organisation))?;
    let messages = messages.into_iter().map(|message| (citizen.cpr.clone(), message)).collect();

    let Page { collection, token } = filter.page(call, &list, messages)?;
    Ok(GetMessagesResponseType {
        citizen_message_type_collection: collection,
        continuation_token: token,
    })
}
