//! Facts as rows, and how things stand while a batch is gathered: which threads and messages exist, which are rectified.
//! It knows which fact becomes which rows, and that a unit sees what the units before it in the batch have done.
//! Reading how things stand and writing the rows is left to `query/append`.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::audit::Chain;
use super::rows;
use super::types::{Identifier, Moment, party_key, reader_key};
use crate::domain::delivery::{Claim, Delivery, DeliveryKind, DeliveryState, Hand, Work};
use crate::domain::document::Document;
use crate::domain::queue::{Event, Queue, Turn};
use crate::domain::retention::Hold;
use crate::domain::unit::{Purge, Reading, Rectification};
use crate::domain::{
    AnsweredRequest, CitizenKey, Condition, Fact, Message, MessageId, Party, Refusal, RequestKey, SequenceId, ThreadId, Unit,
};

/// How the threads and messages stand that a batch has conditions on.
#[derive(Default)]
pub struct Standing {
    /// First message of each thread that exists.
    pub first: HashMap<(CitizenKey, ThreadId), MessageId>,
    /// Messages that exist.
    pub known: HashSet<(CitizenKey, MessageId)>,
    /// Messages that are rectified.
    pub rectified: HashSet<(CitizenKey, MessageId)>,
    /// Threads of the messages that exist.
    pub threads: HashMap<(CitizenKey, MessageId), ThreadId>,
    /// When something happened last in a thread.
    pub last_activity: HashMap<(CitizenKey, ThreadId), DateTime<Utc>>,
    /// Citizens under a legal hold.
    pub held: HashSet<CitizenKey>,
    /// When the requests were answered that have been.
    pub answered: HashMap<RequestKey, DateTime<Utc>>,
    /// Open sequences by queue.
    pub sequences: HashMap<Queue, SequenceId>,
    /// Who has the deliveries of the outbox.
    pub hands: HashMap<(CitizenKey, Uuid), Hand>,
    /// The number of the agreements.
    pub agreements: Option<i64>,
}

impl Standing {
    fn refusal(&self, unit: &Unit) -> Option<Refusal> {
        unit.conditions
            .iter()
            .find(|(condition, _)| !self.holds(condition))
            .map(|(_, refusal)| *refusal)
    }

    /// What a sequence does is seen by the units behind it.
    fn turn(&mut self, turn: &Turn) {
        match turn {
            Turn::Opened(sequence) => drop(self.sequences.insert(sequence.queue.clone(), sequence.id)),
            Turn::Ended { sequence, .. } => self.sequences.retain(|_, open| open != sequence),
        }
    }

    fn holds(&self, condition: &Condition) -> bool {
        match condition {
            Condition::AgreementsUnchanged { version } => self.agreements == Some(*version),
            &Condition::ThreadOpen { citizen, thread } => self
                .first
                .get(&(citizen, thread))
                .is_some_and(|first| !self.rectified.contains(&(citizen, *first))),
            &Condition::NotRectified { citizen, message } => {
                self.known.contains(&(citizen, message)) && !self.rectified.contains(&(citizen, message))
            }
            Condition::FirstRequest { key, forgotten } => self.answered.get(key).is_none_or(|at| at <= forgotten),
            Condition::NoSequenceOpen(queue) => !self.sequences.contains_key(queue),
            Condition::SequenceOpen {
                sequence,
                system,
                recipient,
            } => self
                .sequences
                .iter()
                .any(|(queue, open)| open == sequence && queue.system == *system && queue.recipient == *recipient),
            &Condition::Known { citizen, message } => self.known.contains(&(citizen, message)),
            &Condition::Resting { citizen, thread, since } => {
                self.first.contains_key(&(citizen, thread)) && self.last_activity.get(&(citizen, thread)).is_some_and(|last| *last <= since)
            }
            &Condition::NotHeld { citizen } => !self.held.contains(&citizen),
            Condition::Waiting { claim, now } => self.hand(claim).is_some_and(|hand| hand.is_free(claim, *now)),
            Condition::InHand(claim) => self.hand(claim).is_some_and(|hand| hand.holds(claim)),
        }
    }

    fn hand(&self, claim: &Claim) -> Option<&Hand> {
        self.hands.get(&(claim.citizen, claim.id))
    }

    /// A delivery changes hands.
    fn work(&mut self, work: &Work) {
        let delivery = (work.claim.citizen, work.claim.id);
        match Hand::after(work) {
            Some(hand) => drop(self.hands.insert(delivery, hand)),
            None => drop(self.hands.remove(&delivery)),
        }
    }

    /// Something happens in a thread.
    fn stir(&mut self, citizen: CitizenKey, thread: ThreadId, at: DateTime<Utc>) {
        if let Some(last) = self.last_activity.get_mut(&(citizen, thread)) {
            *last = at.max(*last);
        }
    }

    /// Something happens to a message.
    fn stir_with(&mut self, citizen: CitizenKey, message: MessageId, at: DateTime<Utc>) {
        if let Some(thread) = self.threads.get(&(citizen, message)) {
            self.stir(citizen, *thread, at);
        }
    }

    /// A thread goes, and its messages with it.
    fn remove(&mut self, citizen: CitizenKey, thread: ThreadId) {
        self.first.remove(&(citizen, thread));
        let threads = &self.threads;
        self.known.retain(|of| of.0 != citizen || threads.get(of) != Some(&thread));
    }
}

/// The rows of a batch, table by table.
#[derive(Default)]
pub struct Facts<'a> {
    pub threads: Vec<rows::Thread>,
    pub messages: Vec<rows::Message<'a>>,
    pub message_contents: Vec<rows::MessageContent<'a>>,
    pub documents: Vec<rows::Document<'a>>,
    pub document_names: Vec<rows::DocumentName<'a>>,
    pub document_contents: Vec<rows::DocumentContent>,
    pub readings: Vec<rows::Reading>,
    pub rectifications: Vec<rows::Rectification<'a>>,
    pub deliveries: Vec<rows::Delivery>,
    pub outbox: Vec<rows::Outbox>,
    pub work: Vec<&'a Work>,
    pub events: Vec<rows::Event<'a>>,
    pub turns: Vec<&'a Turn>,
    pub answers: Vec<rows::AnsweredRequest<'a>>,
    pub forgotten: Vec<RequestKey>,
    pub holds: Vec<rows::LegalHold<'a>>,
    pub lifted: Vec<&'a Hold>,
    pub purged: Vec<rows::PurgedThread>,
    pub audit: Vec<rows::Audit<'a>>,
    pub audit_citizens: Vec<rows::AuditCitizen>,
}

impl<'a> Facts<'a> {
    /// Gathers the facts of every unit whose conditions hold; the refusals of the others, one entry per unit.
    pub fn gather(units: &[&'a Unit], mut standing: Standing, chain: &mut Chain) -> (Self, Vec<Option<Refusal>>) {
        let mut facts = Self::default();
        let refusals = units
            .iter()
            .map(|unit| {
                let refusal = standing.refusal(unit);
                if refusal.is_none() {
                    unit.facts.iter().for_each(|fact| facts.add(fact, unit, &mut standing, chain));
                }
                refusal
            })
            .collect();
        (facts, refusals)
    }

    /// Takes the rows of others in.
    pub fn join(&mut self, others: Self) {
        self.threads.extend(others.threads);
        self.messages.extend(others.messages);
        self.message_contents.extend(others.message_contents);
        self.documents.extend(others.documents);
        self.document_names.extend(others.document_names);
        self.document_contents.extend(others.document_contents);
        self.readings.extend(others.readings);
        self.rectifications.extend(others.rectifications);
        self.deliveries.extend(others.deliveries);
        self.outbox.extend(others.outbox);
        self.work.extend(others.work);
        self.events.extend(others.events);
        self.turns.extend(others.turns);
        self.answers.extend(others.answers);
        self.forgotten.extend(others.forgotten);
        self.holds.extend(others.holds);
        self.lifted.extend(others.lifted);
        self.purged.extend(others.purged);
        self.audit.extend(others.audit);
        self.audit_citizens.extend(others.audit_citizens);
    }

    fn add(&mut self, fact: &'a Fact, unit: &Unit, standing: &mut Standing, chain: &mut Chain) {
        match fact {
            Fact::Message(message) => {
                standing.stir(message.citizen, message.thread, message.created_at);
                self.add_message(message, unit);
            }
            Fact::Document {
                citizen,
                message,
                document,
            } => self.add_document(*citizen, *message, document),
            Fact::Reading(reading) => {
                standing.stir_with(reading.citizen, reading.message, reading.at);
                self.readings.push(read(reading));
            }
            Fact::Rectification(rectification) => {
                standing.rectified.insert((rectification.citizen, rectification.message));
                standing.stir_with(rectification.citizen, rectification.message, rectification.at);
                self.rectifications.push(rectified(rectification));
            }
            Fact::Delivery(delivery) => self.add_delivery(delivery),
            Fact::Work(work) => {
                standing.work(work);
                self.work.push(work);
            }
            Fact::Event(event) => self.events.push(happened(event)),
            Fact::Answer(answered) => {
                standing.answered.insert(answered.key, answered.at);
                self.answers.push(answer(answered));
            }
            Fact::Sequence(turn) => {
                standing.turn(turn);
                self.turns.push(turn);
            }
            Fact::Forgotten(keys) => self.forgotten.extend(keys),
            Fact::Hold(hold) => {
                standing.held.insert(hold.citizen);
                self.holds.push(held(hold));
            }
            Fact::HoldLifted(hold) => self.lifted.push(hold),
            Fact::Purge(purge) => {
                standing.remove(purge.citizen, purge.thread);
                self.purged.push(purged(purge));
            }
            Fact::Audit(record) => {
                let (row, citizens) = chain.record(record);
                self.audit.push(row);
                self.audit_citizens.extend(citizens);
            }
        }
    }

    fn add_message(&mut self, message: &'a Message, unit: &Unit) {
        let (citizen, id) = (Identifier(message.citizen.0), Identifier(message.id.0));
        if message.in_reply_to.is_none() {
            self.threads.push(rows::Thread {
                citizen,
                id: Identifier(message.thread.0),
                context: message.context.0,
                channel: message.channel.code(),
                first_message: id,
                created_at: Moment(message.created_at),
            });
        }
        if let (Some(title), Some(text)) = (&message.title, &message.text) {
            self.message_contents.push(rows::MessageContent {
                citizen,
                message: id,
                title,
                text,
            });
        }
        let documents = unit
            .facts
            .iter()
            .filter(|fact| matches!(fact, Fact::Document { message: of, .. } if *of == message.id))
            .count();
        let (from, to) = (&message.from, &message.to);
        let (from_company, to_company) = (Company::of(from), Company::of(to));
        self.messages.push(rows::Message {
            citizen,
            id,
            thread: Identifier(message.thread.0),
            in_reply_to: message.in_reply_to.map(|id| Identifier(id.0)),
            context: message.context.0,
            channel: message.channel.code(),
            reply_allowed: message.reply_allowed,
            document_count: i32::try_from(documents).unwrap_or(i32::MAX),
            created_at: Moment(message.created_at),
            sender: party_key(from),
            recipient: party_key(to),
            from_kind: from.kind.code(),
            from_identifier: &from.identifier,
            from_name: &from.full_name,
            from_organisation_type: from.organisation_type,
            from_organisation_code: from.organisation_code.as_deref(),
            from_company_cvr: from_company.cvr,
            from_company_unit: from_company.unit,
            from_company_contact: from_company.contact,
            to_kind: to.kind.code(),
            to_identifier: &to.identifier,
            to_name: &to.full_name,
            to_organisation_type: to.organisation_type,
            to_organisation_code: to.organisation_code.as_deref(),
            to_company_cvr: to_company.cvr,
            to_company_unit: to_company.unit,
            to_company_contact: to_company.contact,
        });
    }

    /// A reminder is work only; a delivery is a fact about its message as well.
    fn add_delivery(&mut self, delivery: &Delivery) {
        if delivery.state == DeliveryState::Waiting {
            self.outbox.push(waiting(delivery));
        }
        if delivery.kind == DeliveryKind::Notice {
            self.deliveries.push(delivered(delivery));
        }
    }

    fn add_document(&mut self, citizen: CitizenKey, message: MessageId, document: &'a Document) {
        let (citizen, id) = (Identifier(citizen.0), Identifier(document.id.0));
        let sha256: [u8; 32] = Sha256::digest(document.content.as_slice()).into();
        self.documents.push(rows::Document {
            citizen,
            id,
            message: Identifier(message.0),
            media_type: document.media_type.text(),
            size: i64::try_from(document.content.len()).unwrap_or(i64::MAX),
            sha256,
        });
        self.document_names.push(rows::DocumentName {
            citizen,
            document: id,
            name: &document.name,
        });
        self.document_contents.push(rows::DocumentContent {
            citizen,
            sha256,
            bytes: rows::Bytes(document.content.clone()),
        });
    }
}

/// The company columns of a party; all empty where it is none.
#[derive(Default)]
struct Company<'a> {
    cvr: Option<&'a str>,
    unit: Option<&'a str>,
    contact: Option<Identifier>,
}

impl<'a> Company<'a> {
    fn of(party: &'a Party) -> Self {
        party.company.as_ref().map_or_else(Self::default, |company| Self {
            cvr: Some(&company.identifier.cvr),
            unit: company.identifier.production_unit.as_deref(),
            contact: Some(Identifier(company.contact)),
        })
    }
}

fn read(reading: &Reading) -> rows::Reading {
    rows::Reading {
        citizen: Identifier(reading.citizen.0),
        message: Identifier(reading.message.0),
        reader: reader_key(reading.reader.as_ref()),
        read_at: Moment(reading.at),
    }
}

fn rectified(rectification: &Rectification) -> rows::Rectification<'_> {
    rows::Rectification {
        citizen: Identifier(rectification.citizen.0),
        message: Identifier(rectification.message.0),
        rectified_by: rectification.by.to_string(),
        reason: &rectification.reason,
        rectified_at: Moment(rectification.at),
    }
}

fn delivered(delivery: &Delivery) -> rows::Delivery {
    rows::Delivery {
        citizen: Identifier(delivery.citizen.0),
        message: Identifier(delivery.message.0),
        channel: delivery.channel.code(),
        id: Identifier(delivery.id),
        state: delivery.state.code(),
    }
}

fn waiting(delivery: &Delivery) -> rows::Outbox {
    rows::Outbox {
        citizen: Identifier(delivery.citizen.0),
        id: Identifier(delivery.id),
        message: Identifier(delivery.message.0),
        channel: delivery.channel.code(),
        kind: delivery.kind.code(),
        queued_at: Moment(delivery.due_at),
        due_at: Moment(delivery.due_at),
        attempts: 0,
    }
}

fn answer(answered: &AnsweredRequest) -> rows::AnsweredRequest<'_> {
    rows::AnsweredRequest {
        key: answered.key.0,
        content: answered.content.0,
        citizen: Identifier(answered.citizen.0),
        message: Identifier(answered.message.0),
        answered_at: Moment(answered.at),
        answer: &answered.answer,
    }
}

fn held(hold: &Hold) -> rows::LegalHold<'_> {
    rows::LegalHold {
        citizen: Identifier(hold.citizen.0),
        reason: &hold.reason,
        held_at: Moment(hold.at),
    }
}

fn purged(purge: &Purge) -> rows::PurgedThread {
    rows::PurgedThread {
        citizen: Identifier(purge.citizen.0),
        id: Identifier(purge.thread.0),
        context: purge.context.0,
        purged_at: Moment(purge.at),
    }
}

fn happened(event: &Event) -> rows::Event<'_> {
    let user = &event.registration.user;
    rows::Event {
        id: Identifier(event.id),
        recipient: event.recipient.to_string(),
        kind: event.kind.code(),
        citizen: Identifier(event.citizen.0),
        message: Identifier(event.message.0),
        thread: Identifier(event.thread.0),
        context: event.context.0,
        channel: event.channel.code(),
        queued_at: Moment(event.queued_at),
        authority: event.registration.authority.to_string(),
        user_kind: user.kind,
        user_identifier: &user.identifier,
        user_name: &user.name,
        user_organisation: user.organisation.to_string(),
        acted_at: Moment(user.registered_at.to_utc()),
        acted_offset: user.registered_at.offset().local_minus_utc(),
    }
}
