//! WsrmService, version 3: a system opens a sequence of its authority's queue, acknowledges it, or gives it back.
//! It knows whose a sequence is and what an inventory lists. Which events a sequence gets is decided in the archive, in the transaction that opens it.

use super::call::Call;
use super::wire;
use crate::contract::Operation;
use crate::contract::microsoft_com::Guid;
use crate::contract::wsrm::{ServiceInventoryCollectionType, ServiceItemType, SubQueueIdentifierType};
use crate::contract::wsrm_message_service_v10::Operation as Item;
use crate::contract::wsrm_service::{
    CloseSequenceRequestType, CloseSequenceResponseType, CreateSequenceRequestType, CreateSequenceResponseType,
    TerminateSequenceRequestType, TerminateSequenceResponseType,
};
use crate::contract::wsrm_service_v3::WsrmService;
use crate::domain::queue::{Ending, Queue, Sequence, Turn};
use crate::domain::{Condition, Fact, Refusal, SequenceId};
use crate::error::Error;

/// The one operation that hands out events.
const ITEM: Item = Item::GetCitizenMessageEventVersion1;

impl WsrmService for Call<'_> {
    type Failure = Error;

    fn create_sequence(&mut self, request: CreateSequenceRequestType) -> Result<CreateSequenceResponseType, Error> {
        self.caller.check_may_see_inbox()?;
        let name = request.sub_queue_identifier.and_then(|name| name.0);
        let sequence = sequence(self, name.map(SubQueueIdentifierType::into_inner).unwrap_or_default())?;
        self.touched_sequence(sequence.id);
        open(self, &sequence)?;
        let inventory = inventory(self, sequence.id)?;
        Ok(CreateSequenceResponseType {
            identifier: wire::guid(sequence.id.0)?,
            service_inventory_collection: inventory,
        })
    }

    fn terminate_sequence(&mut self, request: TerminateSequenceRequestType) -> Result<TerminateSequenceResponseType, Error> {
        let identifier = end(self, &request.identifier, Ending::Terminated)?;
        Ok(TerminateSequenceResponseType { identifier })
    }

    fn close_sequence(&mut self, request: CloseSequenceRequestType) -> Result<CloseSequenceResponseType, Error> {
        let identifier = end(self, &request.identifier, Ending::Closed)?;
        Ok(CloseSequenceResponseType { identifier })
    }
}

/// A sequence of the caller's own queue, or of a sub-queue of it.
fn sequence(call: &mut Call<'_>, sub_queue: String) -> Result<Sequence, Error> {
    let contexts = call.desk.sub_queues.contexts(&sub_queue)?;
    if contexts.is_some() {
        call.searched(format!("sub-queue {sub_queue}"));
    }
    Ok(Sequence {
        id: SequenceId(call.identifier()),
        queue: Queue {
            system: call.caller.system.clone(),
            recipient: call.organisation().clone(),
            sub_queue,
        },
        contexts,
        opened_at: call.received_at,
    })
}

/// How often a sequence is tried to be opened that was in another's way, which was gone when it was looked for.
const TRIES: usize = 16;

/// Opens the sequence, unless the system has one open (Q1). Where another call of the same system was faster, that call's is named.
fn open(call: &mut Call<'_>, sequence: &Sequence) -> Result<(), Error> {
    for _ in 0..TRIES {
        if let Some(open) = call.reader.open_sequence(&sequence.queue)? {
            return Err(Refusal::SequenceOpen(open).into());
        }
        call.unit.require(
            Condition::NoSequenceOpen(sequence.queue.clone()),
            Refusal::SequenceOpen(sequence.id),
        );
        call.unit.record(Fact::Sequence(Turn::Opened(sequence.clone())));
        match call.store() {
            Err(Error::Refused(Refusal::SequenceOpen(_))) => {}
            stored => return stored,
        }
    }
    Err(Error::Unavailable("sequences of this queue come and go too fast".to_owned()))
}

/// What the sequence was given: an item for each operation that has events.
fn inventory(call: &mut Call<'_>, sequence: SequenceId) -> Result<ServiceInventoryCollectionType, Error> {
    let count = call.reader.sequence_length(sequence)?;
    let item = ServiceItemType {
        service_name: ITEM.name().to_owned(),
        service_endpoint: call.address_of(Operation::WsrmMessageServiceV10(ITEM).service()),
        message_count: i32::try_from(count).unwrap_or(i32::MAX),
    };
    Ok(ServiceInventoryCollectionType {
        service_item: Vec::from_iter((count > 0).then_some(item)),
    })
}

/// Ends the caller's own open sequence; any other is unknown (4589).
fn end(call: &mut Call<'_>, identifier: &Guid, ending: Ending) -> Result<Guid, Error> {
    call.caller.check_may_see_inbox()?;
    let sequence = SequenceId(wire::uuid(identifier)?);
    let recipient = call.organisation().clone();
    call.touched_sequence(sequence);
    let own = Condition::SequenceOpen {
        sequence,
        system: call.caller.system.clone(),
        recipient: recipient.clone(),
    };
    call.unit.require(own, Refusal::UnknownIdentifier);
    call.unit.record(Fact::Sequence(Turn::Ended {
        sequence,
        recipient,
        ending,
    }));
    wire::guid(sequence.0)
}
