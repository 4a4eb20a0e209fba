//! GetMessages: a citizen's messages, newest first, page by page.
//! It knows the filters of the request; every authority with a relation sees that a message exists, its parties what it says (M6).

use crate::contract::citizen_message_service::{GetMessagesRequestType, GetMessagesResponseType};
use crate::contract::citizen_message_structure::CitizenMessageTypeCollectionType;
use crate::domain::Operation;
use crate::error::Error;
use crate::services::call::Call;
use crate::services::continuation::List;
use crate::services::page::{Filters, Page};
use crate::services::wire;

pub(super) fn answer(call: &mut Call<'_>, request: GetMessagesRequestType) -> Result<GetMessagesResponseType, Error> {
    let cpr = wire::cpr(&request.person_civil_registration_identifier);
    let citizen = call.citizen(Operation::GetMessages, cpr)?;
    let viewer = call.authority();
    let list = List::OfCitizen(citizen.key, &viewer);

    let filter = Filters::from(request).checked(call, &list)?;
    let messages = call.reader.messages_of_citizen(citizen.key, &filter.asked(), Some(&viewer))?;
    let messages = messages.into_iter().map(|message| (&citizen.cpr, message)).collect();

    let Page { messages, token } = filter.page(&list, messages, |cpr, message| call.shown(message, cpr))?;
    Ok(GetMessagesResponseType {
        citizen_message_type_collection: CitizenMessageTypeCollectionType {
            citizen_message_type: messages,
        },
        continuation_token: token,
    })
}
