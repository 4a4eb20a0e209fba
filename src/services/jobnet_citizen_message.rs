//! JobnetCitizenMessageService, version 2: the citizen's and the company's side of the dialogue, called by Jobnet alone.
//! It knows the citizen by CV number, and who looks: the citizen, or the company a request states. The steps are those of the dialogue, the
//! rules are left to `domain`.

#[cfg(test)]
mod tests;

use super::call::Call;
use super::continuation::List;
use super::dialogue::StatedReply;
use super::page::{Filters, Page};
use super::wire;
use crate::contract::jobnet_citizen_message_service::{
    CitizenMessageInfoType, CreateMessageReplyRequestType, CreateMessageReplyResponseType, CreateMessageRequestType,
    CreateMessageResponseType, GetCitizenMessageDocumentRequestType, GetCitizenMessageDocumentResponseType, GetCompanyRepliesRequestType,
    GetCompanyRepliesResponseType, GetMessageThreadRequestType, GetMessageThreadResponseType, GetMessagesRequestType,
    GetMessagesResponseType, GetUnreadMessagesRequestType, GetUnreadMessagesResponseType, JobnetCitizenMessageThreadType,
    JobnetCitizenMessageType, JobnetCitizenMessageTypeCollectionType, MarkMessageAsReadRequestType, MarkMessageAsReadResponseType,
};
use crate::contract::jobnet_citizen_message_service_v2::JobnetCitizenMessageService;
use crate::domain::{Citizen, Message, Operation, Viewer};
use crate::error::Error;
use crate::repository::MessageFilter;

/// Unread messages that Jobnet is told of at most (ours).
const MAX_UNREAD: u32 = 500;

impl JobnetCitizenMessageService for Call<'_> {
    type Failure = Error;

    /// An employer writes to a citizen (M9).
    fn create_message(&mut self, request: CreateMessageRequestType) -> Result<CreateMessageResponseType, Error> {
        let citizen = self.citizen_by_cv_number(Operation::JobnetCreateMessage, &request.cv_customer_identifier)?;
        let posted = self.start(&citizen, request, |call, draft| {
            draft.started_on_jobnet(&citizen, call.today(), call.desk.settings.citizens_may_start)
        })?;
        Ok(CreateMessageResponseType {
            service_receipt: wire::receipt(posted.message, self.received_at)?,
            citizen_message_thread_identifier: wire::guid(posted.thread.0)?,
        })
    }

    /// The citizen answers an authority or an employer; an employer may go on (M4, M5).
    fn create_message_reply(&mut self, request: CreateMessageReplyRequestType) -> Result<CreateMessageReplyResponseType, Error> {
        let citizen = self.citizen_by_cv_number(Operation::JobnetCreateMessageReply, &request.cv_customer_identifier)?;
        let mut from = self.party(request.from_user)?;
        let viewer = Viewer::on_jobnet(&from)?;
        if viewer == Viewer::Citizen {
            from.identify(&citizen)?;
        }
        let stated = StatedReply {
            from,
            thread: request.citizen_message_thread_identifier,
            text: request.message_text,
            documents: request.citizen_message_document_collection,
        };
        Ok(CreateMessageReplyResponseType {
            service_receipt: self.reply(&citizen, &viewer, stated)?,
        })
    }

    /// Mine beskeder: whatever the channel, until rectified (M7).
    fn get_messages(&mut self, request: GetMessagesRequestType) -> Result<GetMessagesResponseType, Error> {
        let citizen = self.citizen_by_cv_number(Operation::JobnetGetMessages, &request.cv_customer_identifier)?;
        let list = List::OfCitizen(citizen.key, &Viewer::Citizen);

        let filter = Filters::from(request).checked(self, &list)?;
        let messages = self
            .reader
            .messages_of_citizen(citizen.key, &filter.asked(), Some(&Viewer::Citizen))?;
        let messages = messages.into_iter().map(|message| (&citizen, message)).collect();

        let Page { messages, token } = filter.page(&list, messages, |citizen, message| self.tray(citizen, message))?;
        Ok(GetMessagesResponseType {
            citizen_message_type_collection: collection(messages),
            continuation_token: token,
        })
    }

    fn get_message_thread(&mut self, request: GetMessageThreadRequestType) -> Result<GetMessageThreadResponseType, Error> {
        let citizen = self.citizen_by_cv_number(Operation::JobnetGetMessageThread, &request.cv_customer_identifier)?;
        let messages = self.thread(&citizen, &Viewer::Citizen, &request.citizen_message_thread_identifier)?;
        let messages = messages
            .into_iter()
            .map(|message| self.tray(&citizen, message))
            .collect::<Result<_, _>>()?;
        Ok(GetMessageThreadResponseType {
            citizen_message_thread: JobnetCitizenMessageThreadType {
                citizen_message_type: messages,
            },
        })
    }

    /// The notification: Jobnet counts what it is told and shows it (D5).
    fn get_unread_messages(&mut self, request: GetUnreadMessagesRequestType) -> Result<GetUnreadMessagesResponseType, Error> {
        let citizen = self.citizen_by_cv_number(Operation::JobnetGetUnreadMessages, &request.cv_customer_identifier)?;
        let filter = MessageFilter {
            unread_only: true,
            limit: MAX_UNREAD,
            ..MessageFilter::default()
        };
        let messages = self.reader.messages_of_citizen(citizen.key, &filter, Some(&Viewer::Citizen))?;
        let messages: Vec<_> = messages
            .into_iter()
            .map(|message| self.tray(&citizen, message))
            .collect::<Result<_, _>>()?;
        Ok(GetUnreadMessagesResponseType {
            citizen_message_info: CitizenMessageInfoType {
                citizen_message_type_collection: Some(messages).filter(|unread| !unread.is_empty()).map(collection),
            },
        })
    }

    fn mark_message_as_read(&mut self, request: MarkMessageAsReadRequestType) -> Result<MarkMessageAsReadResponseType, Error> {
        let citizen = self.citizen_by_cv_number(Operation::JobnetMarkAsRead, &request.cv_customer_identifier)?;
        Ok(MarkMessageAsReadResponseType {
            service_receipt: self.mark_as_read(&citizen, &Viewer::Citizen, &request.citizen_message_identifier)?,
        })
    }

    fn get_citizen_message_document(
        &mut self,
        request: GetCitizenMessageDocumentRequestType,
    ) -> Result<GetCitizenMessageDocumentResponseType, Error> {
        let citizen = self.citizen_by_cv_number(Operation::JobnetGetDocument, &request.cv_customer_identifier)?;
        Ok(GetCitizenMessageDocumentResponseType {
            citizen_message_document: self.document(&citizen, &Viewer::Citizen, &request.citizen_message_document_identifier)?,
        })
    }

    /// A company sees the replies to its own messages, of whatever citizen, and nothing else (M8).
    fn get_company_replies(&mut self, request: GetCompanyRepliesRequestType) -> Result<GetCompanyRepliesResponseType, Error> {
        let company = wire::company_identifier(request.company_identifier.clone());
        let viewer = Viewer::Company(company.clone());
        let list = List::Inbox(&viewer);

        let filter = Filters::from(request).checked(self, &list)?;
        let replies = self.reader.replies_to_company(&company, &filter.asked())?;

        let Page { messages, token } = filter.page(&list, replies, |(cpr, cv_number), message| {
            self.shown_on_jobnet(message, (&cpr, &cv_number), &viewer)
        })?;
        Ok(GetCompanyRepliesResponseType {
            citizen_message_type_collection: collection(messages),
            continuation_token: token,
        })
    }
}

impl Call<'_> {
    /// A message in the citizen's tray.
    fn tray(&mut self, citizen: &Citizen, message: Message) -> Result<JobnetCitizenMessageType, Error> {
        self.shown_on_jobnet(message, (&citizen.cpr, &citizen.cv_number), &Viewer::Citizen)
    }
}

fn collection(messages: Vec<JobnetCitizenMessageType>) -> JobnetCitizenMessageTypeCollectionType {
    JobnetCitizenMessageTypeCollectionType {
        citizen_message_type: messages,
    }
}
