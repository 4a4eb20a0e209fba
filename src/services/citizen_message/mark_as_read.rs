//! MarkMessageAsRead: a party notes that it has read a message; read is kept per reader (M10).
//! It knows the citizen by CPR number; that a second time changes nothing is the dialogue's business.

use crate::contract::citizen_message_service::{MarkMessageAsReadRequestType, MarkMessageAsReadResponseType};
use crate::domain::Operation;
use crate::error::Error;
use crate::services::call::Call;
use crate::services::wire;

pub(super) fn answer(call: &mut Call<'_>, request: MarkMessageAsReadRequestType) -> Result<MarkMessageAsReadResponseType, Error> {
    let cpr = wire::cpr(&request.person_civil_registration_identifier);
    let citizen = call.citizen(Operation::MarkAsRead, cpr)?;
    Ok(MarkMessageAsReadResponseType {
        service_receipt: call.mark_as_read(&citizen, &call.authority(), &request.citizen_message_identifier)?,
    })
}
