//! One page of a list: the filters of a request, what is asked of the archive, and what is answered.
//! It knows that one message more than the page is asked for, to see whether there is another page.

use std::fmt::{self, Display};

use super::continuation::List;
use crate::contract::citizen_message_service::{GetAuthorityMessagesRequestType, GetMessagesRequestType};
use crate::contract::citizen_message_structure::{ContinuationTokenType, MaxCountType};
use crate::contract::jobnet_citizen_message_service as jobnet;
use crate::contract::microsoft_com::Guid;
use crate::domain::{Channel, Context, Message, ThreadId};
use crate::error::Error;
use crate::repository::MessageFilter;
use crate::services::call::Call;
use crate::services::code_lists::ListName;
use crate::services::wire;

/// Messages of a page where the request states no number (ours).
const DEFAULT_COUNT: u32 = 100;

/// The filters as a request states them; the same for a citizen's messages and an inbox.
#[derive(Default)]
pub(super) struct Filters {
    context: Option<i32>,
    channel: Option<i32>,
    thread: Option<Guid>,
    from: Option<xml::datatypes::DateTime>,
    to: Option<xml::datatypes::DateTime>,
    unread_only: bool,
    max_count: Option<MaxCountType>,
    token: Option<ContinuationTokenType>,
}

macro_rules! filters_of {
    ($request:ty) => {
        impl From<$request> for Filters {
            fn from(request: $request) -> Self {
                Self {
                    context: request
                        .citizen_message_context_type_identifier
                        .map(|context| context.code_list_item_identifier.get()),
                    channel: request
                        .citizen_message_channel_type_identifier
                        .map(|channel| channel.code_list_item_identifier.get()),
                    thread: request.citizen_message_thread_identifier,
                    from: request.from_date_time,
                    to: request.to_date_time,
                    unread_only: request.unread_only.unwrap_or(false),
                    max_count: request.max_count,
                    token: request.continuation_token,
                }
            }
        }
    };
}

filters_of!(GetMessagesRequestType);
filters_of!(GetAuthorityMessagesRequestType);
filters_of!(jobnet::GetMessagesRequestType);

impl From<jobnet::GetCompanyRepliesRequestType> for Filters {
    fn from(request: jobnet::GetCompanyRepliesRequestType) -> Self {
        Self {
            max_count: request.max_count,
            token: request.continuation_token,
            ..Self::default()
        }
    }
}

impl Filters {
    /// The filters as rules and archive know them; noted in the audit as search criterion.
    ///
    /// # Errors
    /// 2002 for unknown code-list values, 4589 for a token that does not belong to the list.
    pub(super) fn checked(self, call: &mut Call<'_>, list: &List<'_>) -> Result<Filter, Error> {
        let filter = MessageFilter {
            context: self
                .context
                .map(|code| call.lists.known(ListName::CONTEXT, code))
                .transpose()?
                .map(Context),
            channel: self
                .channel
                .map(|code| call.lists.known(ListName::CHANNEL, code).and_then(Channel::from_code))
                .transpose()?,
            thread: self.thread.as_ref().map(wire::uuid).transpose()?.map(ThreadId),
            from: self.from.as_ref().map(wire::instant),
            to: self.to.as_ref().map(wire::instant),
            unread_only: self.unread_only,
            before: self.token.map(|token| list.position_of(token.as_str())).transpose()?,
            limit: self
                .max_count
                .map_or(DEFAULT_COUNT, |count| u32::try_from(count.get()).unwrap_or(DEFAULT_COUNT)),
        };
        let filter = Filter(filter);
        call.searched(filter.to_string());
        Ok(filter)
    }
}

/// Checked filters of one page.
pub(super) struct Filter(MessageFilter);

/// What a list operation answers: messages as its contract shows them.
pub(super) struct Page<T> {
    pub(super) messages: Vec<T>,
    pub(super) token: Option<ContinuationTokenType>,
}

impl Filter {
    /// What is asked of the archive: one message more than the page holds.
    pub(super) fn asked(&self) -> MessageFilter {
        MessageFilter {
            limit: self.0.limit + 1,
            ..self.0.clone()
        }
    }

    /// The page, each message as `show` shows it with what names its citizen, and the token of the next page if there is one.
    ///
    /// # Errors
    /// None for a contract that has room for what is stored.
    pub(super) fn page<N, T>(
        &self,
        list: &List<'_>,
        mut messages: Vec<(N, Message)>,
        mut show: impl FnMut(N, Message) -> Result<T, Error>,
    ) -> Result<Page<T>, Error> {
        let limit = self.0.limit as usize;
        let more = messages.len() > limit;
        messages.truncate(limit);
        let last = messages.last().filter(|_| more).map(|(_, message)| list.token_after(message.id));
        let messages = messages
            .into_iter()
            .map(|(citizen, message)| show(citizen, message))
            .collect::<Result<_, _>>()?;
        let token = last.map(|token| wire::fitting(ContinuationTokenType::new(token))).transpose()?;
        Ok(Page { messages, token })
    }
}

/// The search criterion of the audit: filters in use, no personal data.
impl Display for Filter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let MessageFilter {
            context,
            channel,
            thread,
            from,
            to,
            unread_only,
            before,
            limit,
        } = &self.0;
        write!(formatter, "at most {limit}")?;
        context.map_or(Ok(()), |context| write!(formatter, ", context {}", context.0))?;
        channel.map_or(Ok(()), |channel| write!(formatter, ", channel {}", channel.code()))?;
        thread.map_or(Ok(()), |thread| write!(formatter, ", thread {thread}"))?;
        from.map_or(Ok(()), |from| write!(formatter, ", from {}", from.to_rfc3339()))?;
        to.map_or(Ok(()), |to| write!(formatter, ", to {}", to.to_rfc3339()))?;
        before.map_or(Ok(()), |before| write!(formatter, ", before {before}"))?;
        if *unread_only {
            formatter.write_str(", unread only")
        } else {
            Ok(())
        }
    }
}
