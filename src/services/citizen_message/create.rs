//! CreateMessage: an authority sends a message about a citizen and begins a thread (M2).
//! It knows how a request becomes a draft, and asks the rules. What is stored beside the message is left to the posting function.

use super::documents;
use crate::contract::citizen_message_service::{CreateMessageRequestType, CreateMessageResponseType};
use crate::domain::{Citizen, Draft, Operation, Refusal};
use crate::error::Error;
use crate::services::call::Call;
use crate::services::posting::Place;
use crate::services::wire;

pub(super) fn answer(call: &mut Call<'_>, mut request: CreateMessageRequestType) -> Result<CreateMessageResponseType, Error> {
    let cpr = wire::cpr(&request.person_civil_registration_identifier);
    let citizen = call.citizen(Operation::CreateMessage, cpr)?;
    let documents = request.citizen_message_document_collection.take();
    let may_start = call.desk.settings.citizens_may_start;

    let mut draft = draft(call, request)?
        .about(&citizen)?
        .started_by(call.organisation(), &citizen, call.today(), may_start)?;
    check_recipient(call, &draft, &citizen)?;
    draft.documents = documents::checked(call, documents)?;

    let posted = call.post(&citizen, draft, Place::NewThread);
    Ok(CreateMessageResponseType {
        service_receipt: wire::receipt(posted.message, call.received_at)?,
        citizen_message_thread_identifier: wire::guid(posted.thread.0)?,
    })
}

/// The draft a request states, its code-list values checked (M14).
fn draft(call: &Call<'_>, request: CreateMessageRequestType) -> Result<Draft, Error> {
    let (lists, day) = (&call.lists, call.today());
    let draft = Draft {
        from: wire::party(request.from_user)?,
        to: wire::party(request.to_user)?,
        channel: lists.channel(request.citizen_message_channel_type_identifier.code_list_item_identifier.get(), day)?,
        context: lists.context(request.citizen_message_context_type_identifier.code_list_item_identifier.get(), day)?,
        reply_allowed: request.reply_allowed,
        title: request.message_title.into_inner(),
        text: request.message_text.into_inner(),
        documents: Vec::new(),
    };
    lists.check_party(&draft.from, day)?;
    lists.check_party(&draft.to, day)?;
    Ok(draft)
}

/// An authority that is to receive the message must exist and belong to the citizen (M3).
fn check_recipient(call: &mut Call<'_>, draft: &Draft, citizen: &Citizen) -> Result<(), Error> {
    let Some(recipient) = draft.to.organisation() else { return Ok(()) };
    if citizen.belongs_to(&recipient, call.today()) {
        Ok(())
    } else if call.reader.organisation_exists(&recipient)? {
        Err(Refusal::RecipientWithoutRelation.into())
    } else {
        Err(Refusal::UnknownRecipient.into())
    }
}
