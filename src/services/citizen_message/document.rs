//! GetCitizenMessageDocument: the content of one document, byte for byte (STAR).
//! It knows the citizen by CPR number; the order of the refusals is the dialogue's business.

use crate::contract::citizen_message_service::{GetCitizenMessageDocumentRequestType, GetCitizenMessageDocumentResponseType};
use crate::domain::Operation;
use crate::error::Error;
use crate::services::call::Call;
use crate::services::wire;

pub(super) fn answer(
    call: &mut Call<'_>,
    request: GetCitizenMessageDocumentRequestType,
) -> Result<GetCitizenMessageDocumentResponseType, Error> {
    let cpr = wire::cpr(&request.person_civil_registration_identifier);
    let citizen = call.citizen(Operation::GetDocument, cpr)?;
    Ok(GetCitizenMessageDocumentResponseType {
        citizen_message_document: call.document(&citizen, &call.authority(), &request.citizen_message_document_identifier)?,
    })
}
