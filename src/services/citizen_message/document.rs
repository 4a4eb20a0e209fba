//! GetCitizenMessageDocument: the content of one document, byte for byte (STAR).
//! It knows the order of its refusals: unknown or another citizen's (4589), no party (4575), content gone (8103).

use crate::contract::citizen_message_service::{GetCitizenMessageDocumentRequestType, GetCitizenMessageDocumentResponseType};
use crate::domain::{DocumentId, Operation, Refusal};
use crate::error::Error;
use crate::services::call::Call;
use crate::services::wire;

pub(super) fn answer(
    call: &mut Call<'_>,
    request: GetCitizenMessageDocumentRequestType,
) -> Result<GetCitizenMessageDocumentResponseType, Error> {
    let cpr = wire::cpr(&request.person_civil_registration_identifier);
    let citizen = call.citizen(Operation::GetDocument, cpr)?;
    let id = DocumentId(wire::uuid(&request.citizen_message_document_identifier)?);
    let (message, content) = call.reader.document(citizen.key, id)?.ok_or(Refusal::UnknownIdentifier)?;
    call.touched(message.id);
    call.touched_document(id);

    if !message.is_party(call.organisation()) {
        return Err(Refusal::NotAuthorised.into());
    }
    let content = content.ok_or(Refusal::DocumentGone)?;
    Ok(GetCitizenMessageDocumentResponseType {
        citizen_message_document: xml::datatypes::Base64(content),
    })
}
