//! GetMessageThread: a message and its replies, in order.
//! It knows one look-up; who sees the content is asked of each message (M6).

use crate::contract::citizen_message_service::{GetMessageThreadRequestType, GetMessageThreadResponseType};
use crate::contract::citizen_message_structure::CitizenMessageThreadType;
use crate::domain::Operation;
use crate::error::Error;
use crate::services::call::Call;
use crate::services::wire;

pub(super) fn answer(call: &mut Call<'_>, request: GetMessageThreadRequestType) -> Result<GetMessageThreadResponseType, Error> {
    let cpr = wire::cpr(&request.person_civil_registration_identifier);
    let citizen = call.citizen(Operation::GetMessageThread, cpr)?;
    let messages = call.thread(&citizen, &call.authority(), &request.citizen_message_thread_identifier)?;
    let messages = messages
        .into_iter()
        .map(|message| call.shown(message, &citizen.cpr))
        .collect::<Result<_, _>>()?;
    Ok(GetMessageThreadResponseType {
        citizen_message_thread: CitizenMessageThreadType {
            citizen_message_type: messages,
        },
    })
}
