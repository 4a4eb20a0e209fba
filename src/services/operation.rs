//! The right each operation of the contract needs.
//! It knows the generated operations and the words of the access table; the match is exhaustive, so a new service or operation
//! in a contract stops the compiler here. Finding the operation of a request is left to `soap`.

use crate::contract::Operation;
use crate::contract::citizen_message_service_v2::Operation as Message;
use crate::contract::jobnet_citizen_message_service_v2::Operation as Jobnet;
use crate::contract::wsrm_message_service_v10::Operation as WsrmMessage;
use crate::contract::wsrm_service_v3::Operation as Wsrm;
use crate::domain;

impl Operation {
    /// The right it needs: a row of the access table.
    #[must_use]
    pub fn right(self) -> domain::Operation {
        match self {
            Self::CitizenMessageServiceV2(operation) => match operation {
                Message::CreateMessage => domain::Operation::CreateMessage,
                Message::CreateMessageReply => domain::Operation::CreateMessageReply,
                Message::GetMessages => domain::Operation::GetMessages,
                Message::GetMessageThread => domain::Operation::GetMessageThread,
                Message::GetAuthorityMessages => domain::Operation::GetAuthorityMessages,
                Message::MarkMessageAsRead => domain::Operation::MarkAsRead,
                Message::RectifyMessage => domain::Operation::RectifyMessage,
                Message::GetCitizenMessageDocument => domain::Operation::GetDocument,
            },
            Self::JobnetCitizenMessageServiceV2(operation) => match operation {
                Jobnet::CreateMessage => domain::Operation::JobnetCreateMessage,
                Jobnet::CreateMessageReply => domain::Operation::JobnetCreateMessageReply,
                Jobnet::GetMessages => domain::Operation::JobnetGetMessages,
                Jobnet::GetMessageThread => domain::Operation::JobnetGetMessageThread,
                Jobnet::GetUnreadMessages => domain::Operation::JobnetGetUnreadMessages,
                Jobnet::MarkMessageAsRead => domain::Operation::JobnetMarkAsRead,
                Jobnet::GetCitizenMessageDocument => domain::Operation::JobnetGetDocument,
                Jobnet::GetCompanyReplies => domain::Operation::JobnetGetCompanyReplies,
            },
            Self::CodeListServiceV5(_) => domain::Operation::ReadCodeLists,
            Self::WsrmServiceV3(operation) => match operation {
                Wsrm::CreateSequence | Wsrm::TerminateSequence | Wsrm::CloseSequence => domain::Operation::ReadQueue,
            },
            Self::WsrmMessageServiceV10(WsrmMessage::GetCitizenMessageEventVersion1) => domain::Operation::ReadQueue,
        }
    }

    /// Does it only look, so that it may be answered from a replica, a moment old? What writes, or decides, looks at the archive itself.
    #[must_use]
    pub fn only_looks(self) -> bool {
        match self.right() {
            domain::Operation::GetMessages
            | domain::Operation::GetMessageThread
            | domain::Operation::GetAuthorityMessages
            | domain::Operation::GetDocument
            | domain::Operation::JobnetGetMessages
            | domain::Operation::JobnetGetMessageThread
            | domain::Operation::JobnetGetUnreadMessages
            | domain::Operation::JobnetGetDocument
            | domain::Operation::JobnetGetCompanyReplies => true,
            domain::Operation::CreateMessage
            | domain::Operation::CreateMessageReply
            | domain::Operation::MarkAsRead
            | domain::Operation::RectifyMessage
            | domain::Operation::JobnetCreateMessage
            | domain::Operation::JobnetCreateMessageReply
            | domain::Operation::JobnetMarkAsRead
            | domain::Operation::ReadCodeLists
            | domain::Operation::ReadQueue => false,
        }
    }

    /// Does it make something new each time it is called, so that a request that comes twice has to be told from two requests (M20)?
    /// The others change nothing, or nothing more the second time.
    #[must_use]
    pub fn creates(self) -> bool {
        matches!(
            self.right(),
            domain::Operation::CreateMessage
                | domain::Operation::CreateMessageReply
                | domain::Operation::JobnetCreateMessage
                | domain::Operation::JobnetCreateMessageReply
        )
    }

    /// Service, version and operation, for log and audit: `CitizenMessageService/2 CreateMessage`.
    #[must_use]
    pub fn label(self) -> String {
        let service = self.service();
        format!("{}/{} {}", service.name(), service.version(), self.description().name)
    }
}
