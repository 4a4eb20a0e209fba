//! Posting: the one place where a draft becomes a message, with everything that has to be stored beside it (M19).
//! It knows which facts belong to a message; the rules the draft had to obey are its sender's business. Whoever makes messages posts here:
//! a caseworker today, interviews and enrolment later.

use super::call::Call;
use crate::domain::delivery::Delivery;
use crate::domain::draft::Stamp;
use crate::domain::queue::EventKind;
use crate::domain::{Citizen, Condition, Draft, Fact, MessageId, Refusal, ThreadId};

/// Where a draft goes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
    /// It begins a thread.
    NewThread,
    /// It answers a message of a thread.
    Reply {
        /// The thread.
        thread: ThreadId,
        /// The message it answers.
        to: MessageId,
    },
}

/// What was posted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Posted {
    /// The new message.
    pub(super) message: MessageId,
    /// Its thread.
    pub(super) thread: ThreadId,
}

impl Call<'_> {
    /// Posts a draft: message, documents, one delivery for each channel, the events of the authorities that are told; a reply rests on an open thread.
    pub(super) fn post(&mut self, citizen: &Citizen, draft: Draft, place: Place) -> Posted {
        let (thread, in_reply_to, kind) = match place {
            Place::NewThread => {
                let thread = ThreadId(self.identifier());
                self.touched_thread(thread);
                (thread, None, EventKind::Created)
            }
            Place::Reply { thread, to } => {
                self.unit.require(
                    Condition::ThreadOpen {
                        citizen: citizen.key,
                        thread,
                    },
                    Refusal::ThreadClosed,
                );
                (thread, Some(to), EventKind::Replied)
            }
        };
        let stamp = Stamp {
            message: MessageId(self.identifier()),
            thread,
            in_reply_to,
            citizen: citizen.key,
            at: self.received_at,
        };
        let (message, documents) = draft.sent(stamp);
        let delivery = |channel| Fact::Delivery(Delivery::of(&message, channel, self.identifier()));
        let following: Vec<_> = message
            .deliveries()
            .map(delivery)
            .chain(self.events(kind, &message, citizen))
            .collect();

        self.touched(stamp.message);
        self.unit.record(Fact::Message(Box::new(message)));
        for document in documents {
            self.touched_document(document.id);
            self.unit.record(Fact::Document {
                citizen: citizen.key,
                message: stamp.message,
                document: document.into(),
            });
        }
        self.unit.facts.extend(following);
        Posted {
            message: stamp.message,
            thread,
        }
    }
}
