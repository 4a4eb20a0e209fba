//! CreateMessage: an authority sends a message about a citizen and begins a thread (M2).
//! It knows whose rules the message must obey. What is stored beside the message is left to the posting function.

use crate::contract::citizen_message_service::{CreateMessageRequestType, CreateMessageResponseType};
use crate::domain::Operation;
use crate::error::Error;
use crate::services::call::Call;
use crate::services::wire;

pub(super) fn answer(call: &mut Call<'_>, request: CreateMessageRequestType) -> Result<CreateMessageResponseType, Error> {
    let cpr = wire::cpr(&request.person_civil_registration_identifier);
    let citizen = call.citizen(Operation::CreateMessage, cpr)?;
    let posted = call.start(&citizen, request, |call, draft| {
        draft.started_by(call.organisation(), &citizen, call.today())
    })?;
    Ok(CreateMessageResponseType {
        service_receipt: wire::receipt(posted.message, call.received_at)?,
        citizen_message_thread_identifier: wire::guid(posted.thread.0)?,
    })
}
