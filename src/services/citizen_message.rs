//! CitizenMessageService, version 2: the authorities' side of the dialogue, one file per operation.
//! It knows the steps of each operation in the order of the contract: citizen, relation, code-list values, identifiers, business rules.
//! The rules themselves are left to `domain`, the steps that Jobnet's side has too to `dialogue`.

mod create;
mod document;
mod inbox;
mod list;
mod mark_as_read;
mod rectify;
mod reply;
mod thread;

use super::call::Call;
use crate::contract::citizen_message_service::{
    CreateMessageReplyRequestType, CreateMessageReplyResponseType, CreateMessageRequestType, CreateMessageResponseType,
    GetAuthorityMessagesRequestType, GetAuthorityMessagesResponseType, GetCitizenMessageDocumentRequestType,
    GetCitizenMessageDocumentResponseType, GetMessageThreadRequestType, GetMessageThreadResponseType, GetMessagesRequestType,
    GetMessagesResponseType, MarkMessageAsReadRequestType, MarkMessageAsReadResponseType, RectifyMessageRequestType,
    RectifyMessageResponseType,
};
use crate::contract::citizen_message_service_v2::CitizenMessageService;
use crate::error::Error;

impl CitizenMessageService for Call<'_> {
    type Failure = Error;

    fn create_message(&mut self, request: CreateMessageRequestType) -> Result<CreateMessageResponseType, Error> {
        create::answer(self, request)
    }

    fn create_message_reply(&mut self, request: CreateMessageReplyRequestType) -> Result<CreateMessageReplyResponseType, Error> {
        reply::answer(self, request)
    }

    fn get_messages(&mut self, request: GetMessagesRequestType) -> Result<GetMessagesResponseType, Error> {
        list::answer(self, request)
    }

    fn get_message_thread(&mut self, request: GetMessageThreadRequestType) -> Result<GetMessageThreadResponseType, Error> {
        thread::answer(self, request)
    }

    fn get_authority_messages(&mut self, request: GetAuthorityMessagesRequestType) -> Result<GetAuthorityMessagesResponseType, Error> {
        inbox::answer(self, request)
    }

    fn mark_message_as_read(&mut self, request: MarkMessageAsReadRequestType) -> Result<MarkMessageAsReadResponseType, Error> {
        mark_as_read::answer(self, request)
    }

    fn rectify_message(&mut self, request: RectifyMessageRequestType) -> Result<RectifyMessageResponseType, Error> {
        rectify::answer(self, request)
    }

    fn get_citizen_message_document(
        &mut self,
        request: GetCitizenMessageDocumentRequestType,
    ) -> Result<GetCitizenMessageDocumentResponseType, Error> {
        document::answer(self, request)
    }
}
