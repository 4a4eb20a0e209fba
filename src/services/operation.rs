//! The operations of all services, and the right each one needs.
//! It knows the generated operations and the words of the access table; the match is exhaustive, so a new service or operation
//! in a contract stops the compiler here. Finding the operation of a request is left to `soap`.

use crate::contract::{citizen_message_service_v2, code_list_service_v5};
use crate::domain;

/// An operation of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Of CitizenMessageService, version 2.
    CitizenMessage(citizen_message_service_v2::Operation),
    /// Of CodeListService, version 5.
    CodeList(code_list_service_v5::Operation),
}

impl Operation {
    /// The right it needs: a row of the access table.
    #[must_use]
    pub fn right(self) -> domain::Operation {
        use citizen_message_service_v2::Operation as Message;
        match self {
            Self::CitizenMessage(Message::CreateMessage) => domain::Operation::CreateMessage,
            Self::CitizenMessage(Message::CreateMessageReply) => domain::Operation::CreateMessageReply,
            Self::CitizenMessage(Message::GetMessages) => domain::Operation::GetMessages,
            Self::CitizenMessage(Message::GetMessageThread) => domain::Operation::GetMessageThread,
            Self::CitizenMessage(Message::GetAuthorityMessages) => domain::Operation::GetAuthorityMessages,
            Self::CitizenMessage(Message::MarkMessageAsRead) => domain::Operation::MarkAsRead,
            Self::CitizenMessage(Message::RectifyMessage) => domain::Operation::RectifyMessage,
            Self::CitizenMessage(Message::GetCitizenMessageDocument) => domain::Operation::GetDocument,
            Self::CodeList(_) => domain::Operation::ReadCodeLists,
        }
    }

    /// Service, version and operation, for log and audit: `CitizenMessageService/2 CreateMessage`.
    #[must_use]
    pub fn label(self) -> String {
        todo_label(self)
    }
}
