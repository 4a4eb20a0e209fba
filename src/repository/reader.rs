//! What a call may ask the archive: one method per question, each a constant number of queries.
//! It knows which engine answers; the questions themselves are in `query`, one module per entity.
//! Who may ask is left to the services.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::pool::Lease;
use super::postgres::{self, Postgres};
use super::replica::Replica;
use super::sqlite::{self, Sqlite};
use super::{Agreement, CitizenNumbers, Extent, MessageFilter, OutboxDepth, Pools, StoredDocument};
use crate::domain::code_list::CodeLists;
use crate::domain::delivery::Letter;
use crate::domain::queue::{Event, Queue};
use crate::domain::retention::{Hold, RestingThread, Retention};
use crate::domain::{
    AnsweredRequest, Citizen, CitizenKey, CivilRegistrationNumber, CompanyIdentifier, DocumentId, Message, MessageId, Organisation,
    RequestKey, SequenceId, ThreadId, Viewer,
};
use crate::error::Error;

/// Reads for one call over one connection. Every method fails with [`Error::Unavailable`] when the database is away.
pub struct Reader {
    leased: Leased,
    /// What a replica is read for, and who is asked if it does not answer.
    instead: Option<(Leased, Replica)>,
}

enum Leased {
    Sqlite(Lease<Sqlite>),
    Postgres(Lease<Postgres>),
}

/// Runs the same query, compiled for the engine in use; where a replica does not answer, once more on the database itself.
macro_rules! ask {
    ($reader:ident, $module:ident::$question:ident($($argument:expr),*)) => {
        loop {
            let answer = match &mut $reader.leased {
                Leased::Sqlite(lease) => lease.run(|connection| sqlite::$module::$question(connection, $($argument),*)),
                Leased::Postgres(lease) => lease.run(|connection| postgres::$module::$question(connection, $($argument),*)),
            };
            match answer {
                Err(Error::Unavailable(reason)) if $reader.instead.is_some() => $reader.leave_replica(&reason),
                answer => break answer,
            }
        }
    };
}

impl Reader {
    pub(super) fn new(pools: &Pools) -> Self {
        Self {
            leased: Leased::of(pools),
            instead: None,
        }
    }

    /// Reads from the replica while it answers.
    pub(super) fn of_replica(replica: &Replica, pools: &Pools) -> Self {
        match replica.lease() {
            Some(lease) => Self {
                leased: Leased::Postgres(lease),
                instead: Some((Leased::of(pools), replica.clone())),
            },
            None => Self::new(pools),
        }
    }

    fn leave_replica(&mut self, reason: &str) {
        if let Some((database, replica)) = self.instead.take() {
            replica.rest(reason);
            self.leased = database;
        }
    }

    /// The citizen with a civil registration number, with all relations.
    ///
    /// # Errors
    /// The database is away or broken; so for every method here.
    pub fn citizen_by_cpr(&mut self, cpr: &CivilRegistrationNumber) -> Result<Option<Citizen>, Error> {
        ask!(self, citizens::by_cpr(cpr))
    }

    /// The citizen with a CV number, with all relations.
    ///
    /// # Errors
    /// As above.
    pub fn citizen_by_cv_number(&mut self, cv_number: &str) -> Result<Option<Citizen>, Error> {
        ask!(self, citizens::by_cv_number(cv_number))
    }

    /// Is the organisation registered?
    ///
    /// # Errors
    /// As above.
    pub fn organisation_exists(&mut self, organisation: &Organisation) -> Result<bool, Error> {
        ask!(self, organisations::exist(organisation))
    }

    /// All agreements of a certificate, known by CVR number and subject identifier; past and future ones too (S1).
    ///
    /// # Errors
    /// As above.
    pub fn agreements(&mut self, cvr: &str, subject_id: &str) -> Result<Vec<Agreement>, Error> {
        ask!(self, organisations::agreements(cvr, subject_id))
    }

    /// A number that moves with every change to what admits a caller. Asked before that, it is never ahead of it (S1).
    ///
    /// # Errors
    /// As above.
    pub fn agreement_version(&mut self) -> Result<i64, Error> {
        ask!(self, organisations::version())
    }

    /// A page of a citizen's messages, newest first. Title, text and documents come along where the viewer is a party
    /// and the message is not rectified; without a viewer nowhere (M6). For the citizen a rectified message is not there (M7).
    ///
    /// # Errors
    /// As above.
    pub fn messages_of_citizen(
        &mut self,
        citizen: CitizenKey,
        filter: &MessageFilter,
        viewer: Option<&Viewer>,
    ) -> Result<Vec<Message>, Error> {
        ask!(self, messages::of_citizen(citizen, filter, viewer))
    }

    /// A page of an authority's inbox, newest first, each message with its citizen's number.
    ///
    /// # Errors
    /// As above.
    pub fn messages_to_authority(
        &mut self,
        authority: &Organisation,
        filter: &MessageFilter,
    ) -> Result<Vec<(CivilRegistrationNumber, Message)>, Error> {
        ask!(self, messages::to_authority(authority, filter))
    }

    /// A page of the replies to the messages a company sent itself, newest first, each with its citizen's number and CV number (M8).
    ///
    /// # Errors
    /// As above.
    pub fn replies_to_company(
        &mut self,
        company: &CompanyIdentifier,
        filter: &MessageFilter,
    ) -> Result<Vec<(CitizenNumbers, Message)>, Error> {
        ask!(self, messages::to_company(company, filter))
    }

    /// The messages of a thread in the order they were sent; none if the citizen has no such thread.
    ///
    /// # Errors
    /// As above.
    pub fn thread(&mut self, citizen: CitizenKey, thread: ThreadId, viewer: Option<&Viewer>) -> Result<Vec<Message>, Error> {
        ask!(self, messages::of_thread(citizen, thread, viewer))
    }

    /// One message of a citizen.
    ///
    /// # Errors
    /// As above.
    pub fn message(&mut self, citizen: CitizenKey, message: MessageId, viewer: Option<&Viewer>) -> Result<Option<Message>, Error> {
        ask!(self, messages::find(citizen, message, viewer))
    }

    /// A document's bytes and the message it belongs to (parties and history, no text); no bytes if they were rectified or purged.
    ///
    /// # Errors
    /// As above.
    pub fn document(&mut self, citizen: CitizenKey, document: DocumentId) -> Result<Option<StoredDocument>, Error> {
        ask!(self, documents::bytes(citizen, document))
    }

    /// The answer a request got, and whom it was about; none if it was not answered since `forgotten` (M20).
    ///
    /// # Errors
    /// As above.
    pub fn answered_request(
        &mut self,
        key: RequestKey,
        forgotten: DateTime<Utc>,
    ) -> Result<Option<(CivilRegistrationNumber, AnsweredRequest)>, Error> {
        ask!(self, requests::answered(key, forgotten))
    }

    /// Could the viewer have read a purged document? None if no such document was purged.
    ///
    /// # Errors
    /// As above.
    pub fn purged_document(&mut self, citizen: CitizenKey, document: DocumentId, viewer: &Viewer) -> Result<Option<bool>, Error> {
        ask!(self, purge::document(citizen, document, viewer))
    }

    /// How long the threads of each context are kept.
    ///
    /// # Errors
    /// As above.
    pub fn retention(&mut self) -> Result<Retention, Error> {
        ask!(self, purge::retention())
    }

    /// How many threads there are.
    ///
    /// # Errors
    /// As above.
    pub fn thread_count(&mut self) -> Result<u64, Error> {
        ask!(self, purge::count())
    }

    /// The threads after another in the order of citizens, and how long each has rested.
    ///
    /// # Errors
    /// As above.
    pub fn resting_threads(&mut self, after: Option<(CitizenKey, ThreadId)>, limit: u32) -> Result<Vec<RestingThread>, Error> {
        ask!(self, purge::resting(after, limit))
    }

    /// How much hangs on each of these threads.
    ///
    /// # Errors
    /// As above.
    pub fn extents(&mut self, threads: &[RestingThread]) -> Result<HashMap<ThreadId, Extent>, Error> {
        ask!(self, purge::extents(threads))
    }

    /// Some of the answers that are forgotten but still there.
    ///
    /// # Errors
    /// As above.
    pub fn forgotten_answers(&mut self, forgotten: DateTime<Utc>, limit: u32) -> Result<Vec<RequestKey>, Error> {
        ask!(self, requests::forgotten(forgotten, limit))
    }

    /// Every legal hold with its citizen's number, the oldest first.
    ///
    /// # Errors
    /// As above.
    pub fn holds(&mut self) -> Result<Vec<(CivilRegistrationNumber, Hold)>, Error> {
        ask!(self, purge::holds())
    }

    /// A number that moves with every change to any code list. Asked before the lists, it is never ahead of them.
    ///
    /// # Errors
    /// As above.
    pub fn code_list_version(&mut self) -> Result<i64, Error> {
        ask!(self, code_lists::version())
    }

    /// Every code list with every value (K1).
    ///
    /// # Errors
    /// As above.
    pub fn code_lists(&mut self) -> Result<CodeLists, Error> {
        ask!(self, code_lists::all())
    }

    /// What a delivery about a message needs: the citizen's contact data, the sender's name, and the content if it is still there.
    ///
    /// # Errors
    /// As above.
    pub fn letter(&mut self, citizen: CitizenKey, message: MessageId) -> Result<Option<Letter>, Error> {
        ask!(self, outbox::letter(citizen, message))
    }

    /// How much waits in the outbox, per channel; a channel without work is left out.
    ///
    /// # Errors
    /// As above.
    pub fn outbox_depth(&mut self) -> Result<Vec<OutboxDepth>, Error> {
        ask!(self, outbox::depth())
    }

    /// The open sequence of a queue (Q1).
    ///
    /// # Errors
    /// As above.
    pub fn open_sequence(&mut self, queue: &Queue) -> Result<Option<SequenceId>, Error> {
        ask!(self, queue::open_sequence(queue))
    }

    /// How many events a sequence holds; none if it is not open.
    ///
    /// # Errors
    /// As above.
    pub fn sequence_length(&mut self, sequence: SequenceId) -> Result<i64, Error> {
        ask!(self, queue::length(sequence))
    }

    /// The events of a sequence in order, each with its citizen's number; nothing if the system has no such sequence of the authority open.
    ///
    /// # Errors
    /// As above.
    pub fn sequence_events(
        &mut self,
        sequence: SequenceId,
        system: &str,
        recipient: &Organisation,
    ) -> Result<Option<Vec<(CivilRegistrationNumber, Event)>>, Error> {
        ask!(self, queue::events(sequence, system, recipient))
    }

    pub(super) fn ping(&mut self) -> Result<(), Error> {
        match &mut self.leased {
            Leased::Sqlite(lease) => lease.ping(),
            Leased::Postgres(lease) => lease.ping(),
        }
    }
}

impl Leased {
    fn of(pools: &Pools) -> Self {
        match pools {
            Pools::Sqlite(pool) => Self::Sqlite(pool.lease()),
            Pools::Postgres(pool) => Self::Postgres(pool.lease()),
        }
    }
}
