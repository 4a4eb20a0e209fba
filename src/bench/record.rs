//! The records calls leave in the audit, for floors that leave them as well: as long as those of the service.

use chrono::Utc;
use uuid::Uuid;

use crate::contract::citizen_message_context_type_identifier_code_list::CITIZEN_MESSAGE_CONTEXT_TYPE_IDENTIFIER;
use crate::contract::{Operation, citizen_message_service_v2, code_list_service_v5};
use crate::domain::audit::{AuditRecord, Outcome};
use crate::domain::{CivilRegistrationNumber, Fact, LogReference, Message, Organisation, OrganisationType, Unit};
use crate::services::Identity;

/// What GetCodeList leaves.
pub fn of_list() -> Unit {
    let operation = Operation::CodeListServiceV5(code_list_service_v5::Operation::GetCodeList);
    unit(AuditRecord {
        criterion: Some(format!("list {}", CITIZEN_MESSAGE_CONTEXT_TYPE_IDENTIFIER.local)),
        ..record(operation)
    })
}

/// What GetMessages leaves.
pub fn of_page(cpr: &CivilRegistrationNumber, page: &[Message]) -> Unit {
    let operation = Operation::CitizenMessageServiceV2(citizen_message_service_v2::Operation::GetMessages);
    unit(AuditRecord {
        citizen: Some(cpr.clone()),
        objects: page.iter().map(|message| format!("message {}", message.id)).collect(),
        criterion: Some(format!("at most {}", page.len())),
        ..record(operation)
    })
}

fn record(operation: Operation) -> AuditRecord {
    let centre = Organisation::new(OrganisationType(8), "70001");
    AuditRecord {
        at: Utc::now(),
        call: LogReference(Uuid::now_v7()),
        certificate: Some(Identity::Development.subject()),
        system: Some(Identity::DEVELOPMENT_SYSTEM.to_owned()),
        organisation: Some(centre.clone()),
        user: Some("RID-1".to_owned()),
        user_organisation: Some(centre),
        operation: Some(operation.label()),
        citizen: None,
        shown: Vec::new(),
        objects: Vec::new(),
        criterion: None,
        outcome: Outcome::Answered,
    }
}

fn unit(record: AuditRecord) -> Unit {
    let mut unit = Unit::default();
    unit.record(Fact::Audit(Box::new(record)));
    unit
}
