//! WsrmMessageService, version 10: the events of an open sequence, handed out whole and as often as asked for.
//! It knows that the sequence stands in a header, and that it must be the caller's own. Acknowledging is left to WsrmService.

mod event;

use super::call::Call;
use super::wire;
use crate::contract::wsrm::{self, SequenceRequestType, SequenceResponseType};
use crate::contract::wsrm_message_service::{
    CitizenMessageEventCollectionType, GetCitizenMessageEventVersion1RequestType, GetCitizenMessageEventVersion1ResponseType,
};
use crate::contract::wsrm_message_service_v10::WsrmMessageService;
use crate::domain::{Refusal, SequenceId};
use crate::error::Error;

impl WsrmMessageService for Call<'_> {
    type Failure = Error;

    fn get_citizen_message_event_version1(
        &mut self,
        _: GetCitizenMessageEventVersion1RequestType,
    ) -> Result<GetCitizenMessageEventVersion1ResponseType, Error> {
        self.caller.check_may_see_inbox()?;
        let SequenceRequestType { identifier } = self.header(&wsrm::SEQUENCE_REQUEST)?;
        let sequence = SequenceId(wire::uuid(&identifier)?);
        self.touched_sequence(sequence);
        let events = self
            .reader
            .sequence_events(sequence, &self.caller.system, &self.caller.organisation)?
            .ok_or(Refusal::UnknownIdentifier)?;
        for (cpr, event) in &events {
            self.touched(event.message);
            self.saw(cpr);
        }
        let shown = events
            .into_iter()
            .map(|(cpr, event)| event::shown(&cpr, event))
            .collect::<Result<_, _>>()?;
        // There is one operation to call, so its answer is the first and the last.
        let place = SequenceResponseType {
            identifier: wire::guid(sequence.0)?,
            message_number: 1,
            last_message: true,
        };
        self.answer_with(&wsrm::SEQUENCE_RESPONSE, &place);
        Ok(GetCitizenMessageEventVersion1ResponseType {
            citizen_message_event_collection: CitizenMessageEventCollectionType {
                citizen_message_event: shown,
            },
        })
    }
}
