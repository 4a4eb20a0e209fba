//! A job centre's queue to be filled, and consumers that speak to the desk as a case system would.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, Utc};
use dialogmodul::contract::microsoft_com::Guid;
use dialogmodul::contract::wsrm::{self, SubQueueIdentifierType};
use dialogmodul::contract::wsrm_message_service::GetCitizenMessageEventVersion1RequestType;
use dialogmodul::contract::wsrm_message_service_v10::WsrmMessageService;
use dialogmodul::contract::wsrm_service::{CloseSequenceRequestType, CreateSequenceRequestType, TerminateSequenceRequestType};
use dialogmodul::contract::wsrm_service_v3::WsrmService;
use dialogmodul::domain::audit::{AuditRecord, Outcome};
use dialogmodul::domain::queue::{Event, EventKind, Registration};
use dialogmodul::domain::*;
use dialogmodul::error::Error;
use dialogmodul::repository::import::Kind as File;
use dialogmodul::repository::{Reader, Repository};
use dialogmodul::services::{Block, Call, Desk, Identity, Settings, Sources, Surroundings};
use uuid::Uuid;

use crate::support::database::Database;

pub fn job_centre() -> Organisation {
    Organisation::new(OrganisationType::JOB_CENTRE, "90101")
}

pub fn other_job_centre() -> Organisation {
    Organisation::new(OrganisationType::JOB_CENTRE, "90201")
}

fn noon() -> DateTime<Utc> {
    "2026-05-04T10:00:00.123456Z".parse().unwrap()
}

pub fn code(error: &Error) -> i32 {
    match error {
        Error::Refused(refusal) => refusal.code(),
        other => panic!("{other:?}"),
    }
}

/// One process with a desk over an archive, and citizens whose events are counted from 1.
pub struct Shop {
    desk: Desk,
    repository: Repository,
    citizens: Arc<Vec<(CitizenKey, String)>>,
    counts: Arc<Vec<AtomicU64>>,
}

impl Shop {
    /// Opens the archive and registers citizens.
    pub fn open(database: &Database, citizens: u32) -> Self {
        let repository = database.repository();
        repository.load_demo().unwrap();
        let cpr = |number: u32| format!("0101{:02}{:04}", number / 9_000, number % 9_000 + 1_000);
        let line = |number: u32| format!("{}\tCROWD{number}\tPrøve Person\t1\t\t\t\n", cpr(number));
        let header = "cpr\tcv_number\tname\tcontact_group\temail\tmobile\tdead_on\n".to_owned();
        let lines: String = std::iter::once(header).chain((0..citizens).map(line)).collect();
        repository.import(File::Citizens, lines.as_bytes(), &mut |_| {}).unwrap();
        let key = |number| {
            let found = repository.reader().citizen_by_cpr(&CivilRegistrationNumber::new(cpr(number)));
            (found.unwrap().unwrap().key, cpr(number))
        };
        let citizens: Vec<_> = (0..citizens).map(key).collect();
        let counts = citizens.iter().map(|_| AtomicU64::new(0)).collect();
        Self::over(repository, Arc::new(citizens), Arc::new(counts))
    }

    /// Another process over the same archive.
    pub fn beside(other: &Self, database: &Database) -> Self {
        Self::over(database.repository(), other.citizens.clone(), other.counts.clone())
    }

    fn over(repository: Repository, citizens: Arc<Vec<(CitizenKey, String)>>, counts: Arc<Vec<AtomicU64>>) -> Self {
        let desk = Desk::new(repository.clone(), Settings::default(), Sources::system()).unwrap();
        Self {
            desk,
            repository,
            citizens,
            counts,
        }
    }

    pub fn reader(&self) -> Reader {
        self.repository.reader()
    }

    /// The civil registration number of a citizen.
    pub fn citizen(&self, index: usize) -> &str {
        &self.citizens[index].1
    }

    /// The next event of a citizen, its number as the message's identifier.
    pub fn event(&self, citizen: usize, kind: EventKind, context: Context) -> Event {
        let number = self.counts[citizen].fetch_add(1, Ordering::SeqCst) + 1;
        Event {
            id: Uuid::now_v7(),
            recipient: job_centre(),
            kind,
            citizen: self.citizens[citizen].0,
            message: MessageId(Uuid::from_u64_pair(0, number)),
            thread: ThreadId(Uuid::now_v7()),
            context,
            channel: Channel::AuthorityToAuthority,
            queued_at: noon(),
            registration: Registration {
                authority: Organisation::new(OrganisationType::UNEMPLOYMENT_FUND, "81"),
                user: user(&job_centre()),
            },
        }
    }

    /// Stores an event as a call does, with an audit record.
    pub fn store(&self, event: Event) -> Event {
        let mut unit = Unit::default();
        unit.record(Fact::Event(event.clone()));
        unit.record(Fact::Audit(Box::new(record())));
        self.repository.commit(unit).wait().unwrap();
        event
    }

    /// So many events of a citizen.
    pub fn fill(&self, citizen: usize, count: usize) {
        self.fill_with(citizen, Context(1), count);
    }

    /// So many events of a citizen in a context.
    pub fn fill_with(&self, citizen: usize, context: Context, count: usize) {
        for _ in 0..count {
            self.store(self.event(citizen, EventKind::Created, context));
        }
    }

    /// So many events of all citizens in turn, stored together.
    pub fn fill_all(&self, count: usize) {
        let mut unit = Unit::default();
        for number in 0..count {
            unit.record(Fact::Event(self.event(
                number % self.citizens.len(),
                EventKind::Created,
                Context(1),
            )));
        }
        unit.record(Fact::Audit(Box::new(record())));
        self.repository.commit(unit).wait().unwrap();
    }

    /// A consumer of the job centre's queue, by the name of its system.
    pub fn consumer(&self, system: &str) -> Consumer<'_> {
        Consumer {
            desk: &self.desk,
            system: system.to_owned(),
            organisation: job_centre(),
        }
    }
}

/// A case system.
pub struct Consumer<'s> {
    pub desk: &'s Desk,
    pub system: String,
    pub organisation: Organisation,
}

/// What a consumer sees of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub id: String,
    pub citizen: String,
    /// Number of the event among its citizen's.
    pub number: u64,
}

impl Consumer<'_> {
    /// Opens a sequence; how many messages its inventory promises.
    pub fn create(&self, sub_queue: &str) -> Result<(SequenceId, usize), Error> {
        let name = SubQueueIdentifierType::new(sub_queue).unwrap();
        let request = CreateSequenceRequestType {
            sub_queue_identifier: Some(xml::Nillable(Some(name))),
        };
        let answer = self.call(None, |call| call.create_sequence(request))?;
        let items = answer.service_inventory_collection.service_item;
        let count = items.iter().map(|item| usize::try_from(item.message_count).unwrap()).sum();
        Ok((SequenceId(Uuid::parse_str(answer.identifier.as_str()).unwrap()), count))
    }

    /// Fetches the events of a sequence.
    pub fn events(&self, sequence: SequenceId) -> Result<Vec<Seen>, Error> {
        let answer = self.call(Some(sequence), |call| {
            call.get_citizen_message_event_version1(GetCitizenMessageEventVersion1RequestType {})
        })?;
        let events = answer.citizen_message_event_collection.citizen_message_event;
        let seen = |event: &dialogmodul::contract::wsrm_message_service::CitizenMessageEventType| Seen {
            id: event.wsrm_metadata.message_identifier.as_str().to_owned(),
            citizen: event.person_civil_registration_identifier.as_str().to_owned(),
            number: Uuid::parse_str(event.citizen_message_identifier.as_str()).unwrap().as_u64_pair().1,
        };
        Ok(events.iter().map(seen).collect())
    }

    /// Acknowledges a sequence.
    pub fn terminate(&self, sequence: SequenceId) -> Result<(), Error> {
        let identifier = guid(sequence);
        self.call(None, |call| call.terminate_sequence(TerminateSequenceRequestType { identifier }))
            .map(drop)
    }

    /// Gives a sequence up.
    pub fn close(&self, sequence: SequenceId) -> Result<(), Error> {
        let identifier = guid(sequence);
        self.call(None, |call| call.close_sequence(CloseSequenceRequestType { identifier }))
            .map(drop)
    }

    /// A call with what it leaves behind, as the door makes it.
    fn call<T>(&self, sequence: Option<SequenceId>, answer: impl FnOnce(&mut Call<'_>) -> Result<T, Error>) -> Result<T, Error> {
        let (reference, at) = self.desk.begin();
        let name = wsrm::SEQUENCE_REQUEST;
        let markup = |sequence| {
            format!(
                "<a:{0} xmlns:a='{1}'><a:{2}>{sequence}</a:{2}></a:{0}>",
                name.local,
                name.namespace,
                wsrm::IDENTIFIER.local
            )
        };
        let blocks = sequence
            .map(|sequence| Block {
                name,
                markup: markup(sequence),
                judged: Vec::new(),
            })
            .into_iter()
            .collect();
        let caller = Caller {
            system: self.system.clone(),
            organisation: self.organisation.clone(),
            user: user(&self.organisation),
        };
        let surroundings = Surroundings { blocks, addresses: &[] };
        let mut call = self.desk.call(reference, at, &Identity::Development, caller).within(surroundings);
        let answer = answer(&mut call);
        let unit = call.into_unit(if answer.is_ok() { Outcome::Answered } else { Outcome::Fault(1) });
        if !unit.facts.is_empty() {
            self.desk.commit(unit).wait()?;
        }
        answer
    }
}

fn guid(sequence: SequenceId) -> Guid {
    Guid::new(sequence.to_string()).unwrap()
}

fn user(organisation: &Organisation) -> ActingUser {
    ActingUser {
        name: "Fagsystem Ærlig".to_owned(),
        kind: 3,
        identifier: "SYSTEM:1".to_owned(),
        organisation: organisation.clone(),
        registered_at: "2026-05-04T12:00:00.654321+02:00".parse().unwrap(),
    }
}

fn record() -> AuditRecord {
    AuditRecord {
        at: noon(),
        call: LogReference(Uuid::now_v7()),
        certificate: None,
        system: None,
        organisation: None,
        user: None,
        user_organisation: None,
        operation: None,
        citizen: None,
        objects: Vec::new(),
        shown: Vec::new(),
        criterion: None,
        outcome: Outcome::Answered,
    }
}
