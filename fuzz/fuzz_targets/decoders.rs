//! Every request decoder: a value that is decoded is written and decoded to the same value again.
#![no_main]

use std::fmt::Debug;

use dialogmodul::contract::{Service, citizen_message_service as messages, code_list_service as lists};
use dialogmodul::contract::{jobnet_citizen_message_service as jobnet, wsrm, wsrm_message_service as events, wsrm_service as sequences};
use libfuzzer_sys::fuzz_target;
use xml::{Decode, Encode, Limits, Name, Reader, Writer};

fn decode<T: Decode>(name: &Name, document: &[u8]) -> Option<T> {
    let mut reader = Reader::new(document, Limits::default()).ok()?;
    let value = reader.required(name).ok()?;
    reader.end().ok()?;
    reader.finish().ok()?;
    Some(value)
}

/// Is the document this element?
fn judge<T: Decode + Encode + PartialEq + Debug>(name: &Name, document: &[u8]) {
    let Some(value) = decode::<T>(name, document) else { return };
    let mut writer = Writer::with_capacity(document.len());
    writer.element(name, &value);
    let written = writer.finish();
    let again = decode::<T>(name, &written);
    assert_eq!(again.as_ref(), Some(&value), "{}", String::from_utf8_lossy(&written));
}

macro_rules! decoders {
    ($($module:ident::$name:ident: $type:ident,)+) => {
        const DECODERS: &[(&Name, fn(&Name, &[u8]))] = &[$((&$module::$name, judge::<$module::$type>),)+];
    };
}

decoders! {
    messages::CREATE_MESSAGE_REQUEST: CreateMessageRequestType,
    messages::CREATE_MESSAGE_REPLY_REQUEST: CreateMessageReplyRequestType,
    messages::GET_MESSAGES_REQUEST: GetMessagesRequestType,
    messages::GET_MESSAGE_THREAD_REQUEST: GetMessageThreadRequestType,
    messages::GET_AUTHORITY_MESSAGES_REQUEST: GetAuthorityMessagesRequestType,
    messages::MARK_MESSAGE_AS_READ_REQUEST: MarkMessageAsReadRequestType,
    messages::RECTIFY_MESSAGE_REQUEST: RectifyMessageRequestType,
    messages::GET_CITIZEN_MESSAGE_DOCUMENT_REQUEST: GetCitizenMessageDocumentRequestType,
    lists::GET_CITIZEN_MESSAGE_CONTEXT_TYPE_IDENTIFIER_CODE_LIST_REQUEST: GetCitizenMessageContextTypeIdentifierCodeListRequestType,
    lists::GET_CITIZEN_MESSAGE_CHANNEL_TYPE_IDENTIFIER_CODE_LIST_REQUEST: GetCitizenMessageChannelTypeIdentifierCodeListRequestType,
    lists::GET_CITIZEN_MESSAGE_USER_TYPE_IDENTIFIER_CODE_LIST_REQUEST: GetCitizenMessageUserTypeIdentifierCodeListRequestType,
    lists::GET_CITIZEN_MESSAGE_STATUS_TYPE_IDENTIFIER_CODE_LIST_REQUEST: GetCitizenMessageStatusTypeIdentifierCodeListRequestType,
    lists::GET_ORGANISATION_TYPE_IDENTIFIER_CODE_LIST_REQUEST: GetOrganisationTypeIdentifierCodeListRequestType,
    lists::GET_REQUEST_USER_TYPE_IDENTIFIER_CODE_LIST_REQUEST: GetRequestUserTypeIdentifierCodeListRequestType,
    lists::GET_INTERVIEW_TYPE_IDENTIFIER_CODE_LIST_REQUEST: GetInterviewTypeIdentifierCodeListRequestType,
    lists::GET_INTERVIEW_CONTACT_TYPE_IDENTIFIER_CODE_LIST_REQUEST: GetInterviewContactTypeIdentifierCodeListRequestType,
    lists::GET_PARTICIPATION_STATUS_TYPE_IDENTIFIER_CODE_LIST_REQUEST: GetParticipationStatusTypeIdentifierCodeListRequestType,
    lists::GET_CODE_LIST_REQUEST: GetCodeListRequestType,
    lists::GET_CODE_LIST_NAMES_REQUEST: GetCodeListNamesRequestType,
    jobnet::CREATE_MESSAGE_REQUEST: CreateMessageRequestType,
    jobnet::CREATE_MESSAGE_REPLY_REQUEST: CreateMessageReplyRequestType,
    jobnet::GET_MESSAGES_REQUEST: GetMessagesRequestType,
    jobnet::GET_MESSAGE_THREAD_REQUEST: GetMessageThreadRequestType,
    jobnet::GET_UNREAD_MESSAGES_REQUEST: GetUnreadMessagesRequestType,
    jobnet::MARK_MESSAGE_AS_READ_REQUEST: MarkMessageAsReadRequestType,
    jobnet::GET_CITIZEN_MESSAGE_DOCUMENT_REQUEST: GetCitizenMessageDocumentRequestType,
    jobnet::GET_COMPANY_REPLIES_REQUEST: GetCompanyRepliesRequestType,
    wsrm::SEQUENCE_REQUEST: SequenceRequestType,
    events::GET_CITIZEN_MESSAGE_EVENT_VERSION1_REQUEST: GetCitizenMessageEventVersion1RequestType,
    sequences::CREATE_SEQUENCE_REQUEST: CreateSequenceRequestType,
    sequences::TERMINATE_SEQUENCE_REQUEST: TerminateSequenceRequestType,
    sequences::CLOSE_SEQUENCE_REQUEST: CloseSequenceRequestType,
}

fuzz_target!(
    init: {
        // Each request of each service has its decoder here.
        for operation in Service::ALL.iter().flat_map(|service| service.operations()) {
            let request = operation.description().request;
            assert!(DECODERS.iter().any(|(name, _)| name.local == request.local && name.namespace == request.namespace), "{request}");
        }
    },
    |document: &[u8]| {
        for (name, judge) in DECODERS {
            judge(name, document);
        }
    }
);
