//! Which refusals an operation can be answered with: the tables of faults on the pages (contract 1.3).
//! It knows them as the rules give them, in no order; the scenarios prove that none recorded is missing. When a rule says no is left to the rules.

use crate::contract::Operation;
use crate::contract::citizen_message_service_v2::Operation as Message;
use crate::contract::code_list_service_v5::Operation as CodeList;
use crate::contract::jobnet_citizen_message_service_v2::Operation as Jobnet;
use crate::contract::wsrm_message_service_v10::Operation as WsrmMessage;
use crate::contract::wsrm_service_v3::Operation as Wsrm;
use crate::domain::{Refusal, SequenceId};

/// Certificate, headers and the right to call.
const EVERY: &[Refusal] = &[
    Refusal::NoAgreement,
    Refusal::UnknownMetadataOrganisationType,
    Refusal::UnknownMetadataUserType,
    Refusal::UnknownActiveOrganisationType,
    Refusal::NotAuthorised,
];
/// The citizen, and the authority's relation to the citizen.
const CITIZEN: &[Refusal] = &[
    Refusal::UnknownCitizen,
    Refusal::NoUnemploymentFund,
    Refusal::OtherUnemploymentFund,
    Refusal::OtherJobCentre,
];
/// What a request may search by.
const SEARCH: &[Refusal] = &[Refusal::UnknownCodeListItem, Refusal::UnknownIdentifier];
/// What is written in a message of any kind.
const WRITING: &[Refusal] = &[
    Refusal::UnknownCodeListItem,
    Refusal::ExpiredCodeListItem,
    Refusal::DeadCitizen,
    Refusal::UnknownIdentifier,
    Refusal::TooManyDocuments,
    Refusal::DocumentTypeNotAllowed,
    Refusal::DocumentContentMismatch,
    Refusal::PartyTooLong,
    Refusal::RequestIdNotValid,
    Refusal::RequestIdTaken,
];
/// The first message of a thread.
const STARTING: &[Refusal] = &[
    Refusal::CitizenCannotStart,
    Refusal::RecipientDoesNotFitChannel,
    Refusal::UnknownRecipient,
    Refusal::RecipientWithoutRelation,
];
/// A message of an authority.
const OF_AUTHORITY: &[Refusal] = &[Refusal::SenderIsNotCaller, Refusal::SenderKindNotAllowed];
/// Contexts that an authority may not use everywhere.
const CONTEXTS: &[Refusal] = &[
    Refusal::RecommendationChannel,
    Refusal::RecommendationRecipient,
    Refusal::SystemContext,
    Refusal::EmployerContext,
];
/// A reply.
const REPLYING: &[Refusal] = &[
    Refusal::ReplyNotAllowed,
    Refusal::ChannelWithoutReply,
    Refusal::NotPartyOfThread,
    Refusal::ThreadClosed,
];
/// A message through Jobnet.
const ON_JOBNET: &[Refusal] = &[Refusal::EmployerWithoutCompany, Refusal::SenderNotOnJobnet];

impl Operation {
    /// The refusals it can be answered with, those of every operation first.
    #[must_use]
    pub fn refusals(self) -> Vec<Refusal> {
        let own: &[&[Refusal]] = match self {
            Self::CitizenMessageServiceV2(operation) => match operation {
                Message::CreateMessage => &[CITIZEN, WRITING, STARTING, OF_AUTHORITY, CONTEXTS],
                Message::CreateMessageReply => &[CITIZEN, WRITING, OF_AUTHORITY, REPLYING],
                Message::GetMessages => &[CITIZEN, SEARCH],
                Message::GetAuthorityMessages => &[SEARCH],
                Message::GetMessageThread => &[CITIZEN, &[Refusal::UnknownIdentifier]],
                Message::MarkMessageAsRead => &[CITIZEN, &[Refusal::UnknownIdentifier, Refusal::NotPartyOfThread]],
                Message::RectifyMessage => &[CITIZEN, &[Refusal::UnknownIdentifier, Refusal::CannotRectifySent]],
                Message::GetCitizenMessageDocument => &[CITIZEN, &[Refusal::UnknownIdentifier, Refusal::DocumentGone]],
            },
            Self::JobnetCitizenMessageServiceV2(operation) => match operation {
                Jobnet::CreateMessage => &[&[Refusal::UnknownCitizen, Refusal::NoEmployerMessage], WRITING, STARTING, ON_JOBNET],
                Jobnet::CreateMessageReply => &[&[Refusal::UnknownCitizen], WRITING, REPLYING, ON_JOBNET],
                Jobnet::GetMessages => &[&[Refusal::UnknownCitizen], SEARCH],
                Jobnet::GetUnreadMessages => &[&[Refusal::UnknownCitizen]],
                Jobnet::GetMessageThread | Jobnet::MarkMessageAsRead => &[&[Refusal::UnknownCitizen, Refusal::UnknownIdentifier]],
                Jobnet::GetCitizenMessageDocument => &[&[Refusal::UnknownCitizen, Refusal::UnknownIdentifier, Refusal::DocumentGone]],
                Jobnet::GetCompanyReplies => &[SEARCH, &[Refusal::EmployerWithoutCompany]],
            },
            Self::CodeListServiceV5(CodeList::GetCodeList) => &[&[Refusal::UnknownCodeList]],
            Self::CodeListServiceV5(_) => &[],
            Self::WsrmServiceV3(operation) => match operation {
                Wsrm::CreateSequence => &[&[Refusal::UnknownIdentifier, Refusal::SequenceOpen(SequenceId(uuid::Uuid::nil()))]],
                Wsrm::TerminateSequence | Wsrm::CloseSequence => &[&[Refusal::UnknownIdentifier]],
            },
            Self::WsrmMessageServiceV10(WsrmMessage::GetCitizenMessageEventVersion1) => &[&[Refusal::UnknownIdentifier]],
        };
        EVERY.iter().chain(own.iter().copied().flatten()).copied().collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;
    use crate::contract::Service;

    /// What the platform answers before or around any operation (contract 1.3); the pages have it from the door.
    const PLATFORM: [i32; 8] = [1001, 1011, 1014, 1100, 8232, 8233, 8234, 8235];

    /// Every fault recorded in the scenarios stands in the table of its operation.
    #[test]
    fn no_recorded_fault_is_missing() {
        let mut seen = 0;
        for fault in files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")) {
            let Some(stem) = fault.to_str().and_then(|path| path.strip_suffix(".fault.xml")) else {
                continue;
            };
            let Ok(request) = std::fs::read_to_string(format!("{stem}.request.xml")) else {
                continue;
            };
            let Some(operation) = operation_of(&request) else { continue };
            let text = std::fs::read_to_string(&fault).unwrap();
            let code: i32 = between(&text, "ErrorCode>", "<").unwrap().parse().unwrap();
            let known: BTreeSet<_> = operation.refusals().into_iter().map(Refusal::code).chain(PLATFORM).collect();
            assert!(known.contains(&code), "{code} of {}: {}", operation.label(), fault.display());
            seen += 1;
        }
        assert!(seen > 100, "{seen} faults were found");
    }

    /// The operation of a well-formed request: the contract's root that stands first in the body.
    fn operation_of(request: &str) -> Option<Operation> {
        let body = &request[request.find("Body")?..];
        let all = Service::ALL.iter().flat_map(|service| service.operations());
        let standing = all.filter_map(|operation| {
            let root = operation.description().request;
            let place = [" ", ">", "/"]
                .iter()
                .filter_map(|end| body.find(&format!("{}{end}", root.local)))
                .min()?;
            request.contains(root.namespace).then_some((place, operation))
        });
        standing.min_by_key(|(place, _)| *place).map(|(_, operation)| operation)
    }

    fn between<'t>(text: &'t str, begin: &str, end: &str) -> Option<&'t str> {
        text.split_once(begin)?.1.split_once(end).map(|(found, _)| found)
    }

    fn files(folder: &Path) -> Vec<std::path::PathBuf> {
        let mut all = Vec::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { all.extend(files(&path)) } else { all.push(path) }
        }
        all
    }
}
