//! CreateMessageReply: a party of a thread answers the other (M4, M5).
//! It knows how a request becomes a reply; the steps are those of the dialogue.

use crate::contract::citizen_message_service::{CreateMessageReplyRequestType, CreateMessageReplyResponseType};
use crate::domain::Operation;
use crate::error::Error;
use crate::services::call::Call;
use crate::services::dialogue::StatedReply;
use crate::services::wire;

pub(super) fn answer(call: &mut Call<'_>, request: CreateMessageReplyRequestType) -> Result<CreateMessageReplyResponseType, Error> {
    let cpr = wire::cpr(&request.person_civil_registration_identifier);
    let citizen = call.citizen(Operation::CreateMessageReply, cpr)?;
    let stated = StatedReply {
        from: call.party(request.from_user)?,
        thread: request.citizen_message_thread_identifier,
        text: request.message_text,
        documents: request.citizen_message_document_collection,
    };
    Ok(CreateMessageReplyResponseType {
        service_receipt: call.reply(&citizen, &call.authority(), stated)?,
    })
}
