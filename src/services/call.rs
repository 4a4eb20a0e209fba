//! One call: who calls, when, and what it will leave behind.
//! It knows the steps every operation shares: the right to call, the citizen, the relation, the audit. What an operation decides is
//! left to the operation's own file; the bytes around it to `soap`.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use super::code_lists::Lists;
use super::desk::Desk;
use super::identity::Identity;
use super::repetition::Mark;
use super::surroundings::Surroundings;
use super::wire;
use crate::contract::Operation;
use crate::contract::citizen_message_structure::CitizenMessageType;
use crate::contract::jobnet_citizen_message_service::{CvCustomerIdentifierType, JobnetCitizenMessageType};
use crate::contract::{
    citizen_message_service_v2, code_list_service_v5, jobnet_citizen_message_service_v2, wsrm_message_service_v10, wsrm_service_v3,
};
use crate::domain::audit::{AuditRecord, CORRECTION, Outcome};
use crate::domain::queue::{Event, EventKind};
use crate::domain::{
    self, Caller, Citizen, CivilRegistrationNumber, Condition, DocumentId, Fact, LogReference, Message, MessageId, Organisation, Refusal,
    SequenceId, ThreadId, Unit, Viewer,
};
use crate::error::Error;
use crate::repository::Reader;

/// One call of an admitted caller.
pub struct Call<'d> {
    pub(super) desk: &'d Desk,
    pub(super) received_at: DateTime<Utc>,
    pub(super) caller: Caller,
    pub(super) reader: Reader,
    pub(super) lists: Arc<Lists>,
    pub(super) unit: Unit,
    /// What the caller's admission rests on.
    admission: Option<Condition>,
    pub(super) mark: Option<Mark>,
    pub(super) surroundings: Surroundings<'d>,
    pub(super) answer_blocks: Vec<String>,
    audit: AuditRecord,
    recorded: Recorded,
}

/// What the audit knows of a call before it is over.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Recorded {
    /// Nothing.
    Not,
    /// That it is answered.
    Answered,
    /// That it failed in the archive, as far as that could be recorded.
    Failed,
}

impl<'d> Call<'d> {
    pub(super) fn new(desk: &'d Desk, reference: LogReference, received_at: DateTime<Utc>, identity: &Identity, caller: Caller) -> Self {
        let audit = AuditRecord {
            at: received_at,
            call: reference,
            certificate: Some(identity.subject()),
            system: Some(caller.system.clone()),
            organisation: Some(caller.organisation.clone()),
            user: Some(caller.user.recorded()),
            user_organisation: Some(caller.user.organisation.clone()),
            operation: None,
            citizen: None,
            shown: Vec::new(),
            objects: Vec::new(),
            criterion: None,
            outcome: Outcome::Answered,
        };
        Self {
            desk,
            received_at,
            caller,
            reader: desk.repository.reader(),
            lists: desk.lists_at_hand(),
            unit: Unit::default(),
            admission: None,
            mark: None,
            surroundings: Surroundings::default(),
            answer_blocks: Vec::new(),
            audit,
            recorded: Recorded::Not,
        }
    }

    /// The call with what surrounds its body.
    #[must_use]
    pub fn within(self, surroundings: Surroundings<'d>) -> Self {
        Self { surroundings, ..self }
    }

    /// The call of a caller whose admission rests on a condition; so does what it stores on its way.
    #[must_use]
    pub fn resting_on(self, admission: Option<Condition>) -> Self {
        Self { admission, ..self }
    }

    /// Answers an operation: right to call, decode, decide, encode. `reader` stands before the payload root; the response root is written.
    ///
    /// # Errors
    /// As the operation; what was written so far is then of no use.
    pub fn answer(&mut self, operation: Operation, reader: &mut xml::Reader<'_>, writer: &mut xml::Writer) -> Result<(), Error> {
        self.open(operation)?;
        match operation {
            Operation::CitizenMessageServiceV2(operation) => citizen_message_service_v2::answer(self, operation, reader, writer),
            Operation::JobnetCitizenMessageServiceV2(operation) => {
                jobnet_citizen_message_service_v2::answer(self, operation, reader, writer)
            }
            Operation::CodeListServiceV5(operation) => code_list_service_v5::answer(self, operation, reader, writer),
            Operation::WsrmServiceV3(operation) => wsrm_service_v3::answer(self, operation, reader, writer),
            Operation::WsrmMessageServiceV10(operation) => wsrm_message_service_v10::answer(self, operation, reader, writer),
        }
    }

    /// The caller asks for an operation: noted in the audit, and refused without the right to call it.
    ///
    /// # Errors
    /// [`Refusal::NotAuthorised`].
    pub(super) fn open(&mut self, operation: Operation) -> Result<(), Error> {
        self.audit.operation = Some(operation.label());
        if operation.only_looks() {
            self.reader = self.desk.repository.replica_reader();
        }
        Ok(self.desk.access.may_call(operation.right(), &self.caller)?)
    }

    /// Stores what the call has decided, with its audit record, and waits for it: for an answer that says what the archive made of it.
    ///
    /// # Errors
    /// As a commit; a call that is refused can decide anew.
    pub(super) fn store(&mut self) -> Result<(), Error> {
        let mut unit = std::mem::take(&mut self.unit);
        unit.require_admission(self.admission.clone());
        unit.record(Fact::Audit(Box::new(self.audit.clone())));
        let stored = self.desk.commit(unit).wait();
        self.recorded = match &stored {
            Ok(()) => Recorded::Answered,
            Err(Error::Refused(_)) => Recorded::Not,
            Err(_) => Recorded::Failed,
        };
        stored
    }

    /// What the call leaves behind: its facts, their conditions and its audit record; of a failed call the record alone (S5);
    /// of one whose record is there already, nothing.
    #[must_use]
    pub fn into_unit(self, outcome: Outcome) -> Unit {
        let mut audit = AuditRecord { outcome, ..self.audit };
        match self.recorded {
            Recorded::Not => {}
            Recorded::Answered if outcome != Outcome::Answered => audit.criterion = Some(CORRECTION.to_owned()),
            Recorded::Answered | Recorded::Failed => return Unit::default(),
        }
        let mut unit = if outcome == Outcome::Answered { self.unit } else { Unit::default() };
        unit.record(Fact::Audit(Box::new(audit)));
        unit
    }

    /// The Danish calendar day of the call.
    pub(super) fn today(&self) -> NaiveDate {
        domain::danish_day(self.received_at)
    }

    /// On whose behalf the call is made.
    pub(super) fn organisation(&self) -> &Organisation {
        &self.caller.organisation
    }

    /// The citizen the call is about, whom the caller may see: first known (1010), then related (6005, 4856, 4857, 4575).
    ///
    /// # Errors
    /// The refusals named, or the archive is away.
    pub(super) fn citizen(&mut self, right: domain::Operation, cpr: CivilRegistrationNumber) -> Result<Citizen, Error> {
        let known = if cpr.is_placeholder() {
            None
        } else {
            self.reader.citizen_by_cpr(&cpr)?
        };
        self.about(cpr);
        let citizen = known.ok_or(Refusal::UnknownCitizen)?;
        self.desk.access.may_access(right, &self.caller, &citizen, self.today())?;
        Ok(citizen)
    }

    /// The citizen that Jobnet names by CV number: known (1010), and open to the caller by the access table.
    ///
    /// # Errors
    /// The refusals named, or the archive is away.
    pub(super) fn citizen_by_cv_number(&mut self, right: domain::Operation, number: &CvCustomerIdentifierType) -> Result<Citizen, Error> {
        let known = self.reader.citizen_by_cv_number(number.as_str())?;
        let citizen = known.ok_or(Refusal::UnknownCitizen)?;
        self.about(citizen.cpr.clone());
        self.desk.access.may_access(right, &self.caller, &citizen, self.today())?;
        Ok(citizen)
    }

    /// The calling authority as viewer of messages.
    pub(super) fn authority(&self) -> Viewer {
        Viewer::from(self.organisation())
    }

    /// A message as the calling authority may see it, noted in the audit.
    ///
    /// # Errors
    /// None for a contract that has room for what is stored.
    pub(super) fn shown(&mut self, message: Message, cpr: &CivilRegistrationNumber) -> Result<CitizenMessageType, Error> {
        self.touched(message.id);
        self.saw(cpr);
        wire::message(message, wire::cpr_shown(cpr)?, &self.authority())
    }

    /// A message as the viewer may see it through Jobnet, noted in the audit with its citizen where the call is not about one.
    ///
    /// # Errors
    /// As [`Call::shown`].
    pub(super) fn shown_on_jobnet(
        &mut self,
        message: Message,
        (cpr, cv_number): (&CivilRegistrationNumber, &str),
        viewer: &Viewer,
    ) -> Result<JobnetCitizenMessageType, Error> {
        self.touched(message.id);
        self.saw(cpr);
        wire::message_on_jobnet(message, wire::cv_number(cv_number)?, viewer)
    }

    /// Notes in the audit that a citizen's message was shown by a call that is not about one citizen.
    pub(super) fn saw(&mut self, cpr: &CivilRegistrationNumber) {
        if self.audit.citizen.is_none() && self.audit.shown.last() != Some(cpr) {
            self.audit.shown.push(cpr.clone());
        }
    }

    /// Tells the authorities that have to know what happened to a citizen's message (M21).
    pub(super) fn tell(&mut self, kind: EventKind, message: &Message, citizen: &Citizen) {
        let events = self.events(kind, message, citizen);
        self.unit.facts.extend(events);
    }

    /// The events of the authorities that have to know, one each (M21).
    pub(super) fn events(&self, kind: EventKind, message: &Message, citizen: &Citizen) -> Vec<Fact> {
        let told = kind.told(message, citizen, self.organisation(), self.today());
        let event = |recipient| Event::about(message, kind, recipient, self.identifier(), &self.caller, self.received_at);
        told.into_iter().map(|recipient| Fact::Event(event(recipient))).collect()
    }

    /// A new identifier.
    pub(super) fn identifier(&self) -> Uuid {
        self.desk.sources.identifier()
    }

    /// Notes in the audit whom the call is about.
    pub(super) fn about(&mut self, cpr: CivilRegistrationNumber) {
        self.audit.citizen = Some(cpr);
    }

    /// Notes a message in the audit.
    pub(super) fn touched(&mut self, message: MessageId) {
        self.audit.objects.push(format!("message {message}"));
    }

    /// Notes a thread in the audit.
    pub(super) fn touched_thread(&mut self, thread: ThreadId) {
        self.audit.objects.push(format!("thread {thread}"));
    }

    /// Notes a sequence in the audit.
    pub(super) fn touched_sequence(&mut self, sequence: SequenceId) {
        self.audit.objects.push(format!("sequence {sequence}"));
    }

    /// Notes a document in the audit.
    pub(super) fn touched_document(&mut self, document: DocumentId) {
        self.audit.objects.push(format!("document {document}"));
    }

    /// Notes in the audit what was searched for; never personal data.
    pub(super) fn searched(&mut self, criterion: String) {
        self.audit.criterion = Some(criterion);
    }
}
