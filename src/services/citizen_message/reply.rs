//! CreateMessageReply: a party of a thread answers the other (M4, M5).
//! It knows how a request becomes a reply; whether the thread takes one is asked of the thread, at decision and again at commit.

use super::documents;
use crate::contract::citizen_message_service::{CreateMessageReplyRequestType, CreateMessageReplyResponseType};
use crate::domain::{Operation, Refusal, Thread, ThreadId};
use crate::error::Error;
use crate::services::call::Call;
use crate::services::posting::Place;
use crate::services::wire;

pub(super) fn answer(call: &mut Call<'_>, request: CreateMessageReplyRequestType) -> Result<CreateMessageReplyResponseType, Error> {
    let cpr = wire::cpr(&request.person_civil_registration_identifier);
    let citizen = call.citizen(Operation::CreateMessageReply, cpr)?;
    let from = wire::party(request.from_user)?;
    call.lists.check_party(&from, call.today())?;
    let id = ThreadId(wire::uuid(&request.citizen_message_thread_identifier)?);
    let thread = Thread::new(call.reader.thread(citizen.key, id, None)?).ok_or(Refusal::UnknownIdentifier)?;
    call.touched_thread(id);

    citizen.check_alive(call.today())?;
    let mut draft = thread.reply(call.organisation(), from, request.message_text.into_inner())?;
    draft.documents = documents::checked(call, request.citizen_message_document_collection)?;

    let to = thread.answered_by(call.organisation());
    let posted = call.post(&citizen, draft, Place::Reply { thread: id, to });
    Ok(CreateMessageReplyResponseType {
        service_receipt: wire::receipt(posted.message, call.received_at)?,
    })
}
