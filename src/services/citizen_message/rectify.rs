//! RectifyMessage: the sender, or STAR, takes back a message that was sent wrongly (M11).
//! It knows one fact and the condition it rests on; a marker stays, and the reason is for the audit.

use crate::contract::citizen_message_service::{RectifyMessageRequestType, RectifyMessageResponseType};
use crate::domain::queue::EventKind;
use crate::domain::unit::Rectification;
use crate::domain::{Condition, Fact, MessageId, Operation, Refusal};
use crate::error::Error;
use crate::services::call::Call;
use crate::services::wire;

pub(super) fn answer(call: &mut Call<'_>, request: RectifyMessageRequestType) -> Result<RectifyMessageResponseType, Error> {
    let cpr = wire::cpr(&request.person_civil_registration_identifier);
    let citizen = call.citizen(Operation::RectifyMessage, cpr)?;
    let id = MessageId(wire::uuid(&request.citizen_message_identifier)?);
    let message = call.reader.message(citizen.key, id, None)?.ok_or(Refusal::UnknownIdentifier)?;
    call.touched(id);

    let everybodys = call.desk.access.is_unrestricted(Operation::RectifyMessage, &call.caller);
    message.check_rectifiable_by(call.organisation(), everybodys)?;

    call.unit.require(
        Condition::NotRectified {
            citizen: citizen.key,
            message: id,
        },
        Refusal::UnknownIdentifier,
    );
    call.unit.record(Fact::Rectification(Rectification {
        citizen: citizen.key,
        message: id,
        by: call.organisation().clone(),
        reason: request.rectification_reason.into_inner(),
        at: call.received_at,
    }));
    call.tell(EventKind::Rectified, &message, &citizen);
    Ok(RectifyMessageResponseType {
        service_receipt: wire::receipt(id, call.received_at)?,
    })
}
