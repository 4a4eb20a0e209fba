//! MarkMessageAsRead: a party notes that it has read a message; read is kept per reader (M10).
//! It knows that a second time changes nothing: the receipt then states the first.

use crate::contract::citizen_message_service::{MarkMessageAsReadRequestType, MarkMessageAsReadResponseType};
use crate::domain::queue::EventKind;
use crate::domain::unit::Reading;
use crate::domain::{Fact, MessageId, Operation, Refusal};
use crate::error::Error;
use crate::services::call::Call;
use crate::services::wire;

pub(super) fn answer(call: &mut Call<'_>, request: MarkMessageAsReadRequestType) -> Result<MarkMessageAsReadResponseType, Error> {
    let cpr = wire::cpr(&request.person_civil_registration_identifier);
    let citizen = call.citizen(Operation::MarkAsRead, cpr)?;
    let id = MessageId(wire::uuid(&request.citizen_message_identifier)?);
    let message = call.reader.message(citizen.key, id, None)?.ok_or(Refusal::UnknownIdentifier)?;
    call.touched(id);

    message.check_party(call.organisation())?;
    let read_before = message.history.read_at.filter(|_| message.is_to(call.organisation()));
    if read_before.is_none() {
        let reader = Some(call.organisation().clone());
        call.unit.record(Fact::Reading(Reading {
            citizen: citizen.key,
            message: id,
            reader,
            at: call.received_at,
        }));
        call.tell(EventKind::Read, &message);
    }
    Ok(MarkMessageAsReadResponseType {
        service_receipt: wire::receipt(id, read_before.unwrap_or(call.received_at))?,
    })
}
