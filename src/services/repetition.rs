//! Repetition: a request that comes twice under one identifier is carried out once, and answered twice with the same bytes (M20).
//! It knows which operations make something new, and what the second answer leaves in the audit.
//! That two at a time cannot both be the first is left to the condition the unit rests on.

use super::call::Call;
use crate::contract::Operation;
use crate::domain::request::{self, AnsweredRequest, RequestContent, RequestKey};
use crate::domain::{Condition, Fact, Refusal};
use crate::error::Error;

/// What a request can be recognised by.
pub(super) type Mark = (RequestKey, RequestContent);

impl Call<'_> {
    /// The answer an earlier request with this identifier got; none if this is the first, has no identifier, or makes nothing new.
    ///
    /// # Errors
    /// No right to call, an identifier that is none, or one that belongs to another body.
    pub fn repeated(&mut self, operation: Operation, identifier: Option<&str>, body: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        let Some(identifier) = identifier.filter(|_| operation.creates()) else {
            return Ok(None);
        };
        self.open(operation)?;
        let key = RequestKey::new(identifier, &self.caller.system, &self.caller.organisation)?;
        let content = RequestContent::new(&operation.label(), body);
        let forgotten = request::forgotten_at(self.received_at);
        let Some((cpr, before)) = self.reader.answered_request(key, forgotten)? else {
            self.mark = Some((key, content));
            return Ok(None);
        };
        if before.content != content {
            return Err(Refusal::RequestIdTaken.into());
        }
        self.about(cpr);
        self.touched(before.message);
        self.searched("repeated request".to_owned());
        Ok(Some(before.answer))
    }

    /// Keeps the answer beside the message it tells of, if the request has an identifier. Both are stored, or none.
    pub fn keep(&mut self, answer: &[u8]) {
        let Some((key, content)) = self.mark else { return };
        let made = self.unit.facts.iter().find_map(|fact| match fact {
            Fact::Message(message) => Some((message.citizen, message.id)),
            _ => None,
        });
        let Some((citizen, message)) = made else { return };
        let forgotten = request::forgotten_at(self.received_at);
        self.unit
            .require(Condition::FirstRequest { key, forgotten }, Refusal::RequestIdTaken);
        self.unit.record(Fact::Answer(Box::new(AnsweredRequest {
            key,
            content,
            citizen,
            message,
            at: self.received_at,
            answer: answer.to_vec(),
        })));
    }
}
