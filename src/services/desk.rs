//! The desk: what every call shares, and the steps around one.
//! It knows the archive, the access table, the code lists, the clock and the profile. What an operation does is left to its own module.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::admission::{Acquaintances, Stated};
use super::call::Call;
use super::code_list::EncodedLists;
use super::code_lists::{CodeListDesk, Lists};
use super::identity::Identity;
use super::sources::Sources;
use crate::contract::Operation;
use crate::domain::audit::{AuditRecord, Outcome};
use crate::domain::code_list::CodeLists;
use crate::domain::queue::SubQueues;
use crate::domain::{AccessTable, ActingUser, Caller, Fact, LogReference, Organisation, Unit, access};
use crate::error::Error;
use crate::repository::{Backlog, Commit, Repository};

/// What a profile decides about the services.
#[derive(Clone, Debug)]
pub struct Settings {
    /// May citizens start messages (M9)? Off.
    pub citizens_may_start: bool,
    /// Who may call what, about whom: the access table as text, the declared one unless a profile has its own (S2).
    pub access_table: Cow<'static, str>,
    /// How old the code lists in memory may be before the archive is asked again.
    pub code_lists_for: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            citizens_may_start: false,
            access_table: Cow::Borrowed(access::TABLE),
            code_lists_for: Duration::from_secs(1),
        }
    }
}

/// What every call shares. Cheap to share behind an `Arc`; all methods may be called from many threads.
pub struct Desk {
    pub(super) repository: Repository,
    pub(super) access: AccessTable,
    pub(super) sources: Sources,
    pub(super) settings: Settings,
    pub(super) sub_queues: SubQueues,
    pub(super) known: Acquaintances,
    code_lists: CodeListDesk,
}

impl Desk {
    /// A desk over an archive; reads the code lists once.
    ///
    /// # Errors
    /// The archive cannot be read, or the access table or the table of sub-queues is damaged.
    pub fn new(repository: Repository, settings: Settings, sources: Sources) -> Result<Self, Error> {
        let access = AccessTable::parse(&settings.access_table).map_err(Error::Internal)?;
        let sub_queues = SubQueues::declared().map_err(Error::Internal)?;
        let keep_for = settings.code_lists_for;
        let code_lists = CodeListDesk::load(&repository, keep_for)?;
        Ok(Self {
            repository,
            access,
            sources,
            settings,
            sub_queues,
            known: Acquaintances::default(),
            code_lists,
        })
    }

    /// The identity of a new call: its reference, and the instant every time in it comes from.
    #[must_use]
    pub fn begin(&self) -> (LogReference, DateTime<Utc>) {
        (LogReference(self.sources.identifier()), self.sources.now())
    }

    /// A call of an admitted caller.
    #[must_use]
    pub fn call(&self, reference: LogReference, received_at: DateTime<Utc>, identity: &Identity, caller: Caller) -> Call<'_> {
        Call::new(self, reference, received_at, identity, caller)
    }

    /// The unit of a call that failed before it had a caller: its audit record alone (S5).
    #[must_use]
    pub fn refused(&self, refused: Refused, code: i32) -> Unit {
        let (organisation, user) = refused.stated.map(|stated| (stated.organisation, stated.user)).unzip();
        let record = AuditRecord {
            at: refused.received_at,
            call: refused.reference,
            certificate: refused.certificate,
            system: refused.system,
            organisation: organisation.as_ref().map(Organisation::recorded),
            user: user.as_ref().map(ActingUser::recorded),
            user_organisation: user.map(|user| user.organisation.recorded()),
            operation: refused.operation.map(Operation::label),
            citizen: None,
            shown: Vec::new(),
            objects: Vec::new(),
            criterion: None,
            outcome: Outcome::Fault(code),
        };
        let mut unit = Unit::default();
        unit.record(Fact::Audit(Box::new(record)));
        unit
    }

    /// Hands a unit to the archive. The answer may leave when the commit says so, not before.
    pub fn commit(&self, unit: Unit) -> Commit {
        self.repository.commit(unit)
    }

    /// Can the desk answer now?
    ///
    /// # Errors
    /// The archive is away.
    pub fn ready(&self) -> Result<(), Error> {
        self.repository.ping()
    }

    /// The time it is.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.sources.now()
    }

    /// How much waits in outbox and queues.
    ///
    /// # Errors
    /// The archive is away.
    pub fn backlog(&self) -> Result<Backlog, Error> {
        self.repository.backlog()
    }

    /// What the archive counts about itself, in the text format of Prometheus; never waits.
    #[must_use]
    pub fn measured(&self) -> String {
        self.repository.measured()
    }

    /// The code lists as they stand now; asks the archive where they have grown old.
    #[must_use]
    pub fn code_lists(&self) -> CodeLists {
        self.lists().values.clone()
    }

    /// Can a call about code lists be answered without a look at the archive?
    #[must_use]
    pub fn has_fresh_lists(&self) -> bool {
        self.code_lists.are_fresh()
    }

    /// Are a few rows of the archive read without waiting, neither for a server nor for a connection?
    #[must_use]
    pub fn reads_at_once(&self) -> bool {
        self.repository.reads_at_once()
    }

    /// The answers about whole code lists, as they are now.
    #[must_use]
    pub fn encoded_lists(&self) -> Arc<EncodedLists> {
        Arc::clone(&self.code_lists.at_hand().encoded)
    }

    /// The code lists, without a look at the archive.
    pub(super) fn lists_at_hand(&self) -> Arc<Lists> {
        self.code_lists.at_hand()
    }

    /// The code lists as they stand now.
    pub(super) fn lists(&self) -> Arc<Lists> {
        self.code_lists.current(&self.repository)
    }
}

/// What is known of a call that failed before it had a caller.
#[derive(Clone, Debug)]
pub struct Refused {
    /// The reference the caller was given.
    pub reference: LogReference,
    /// When the call arrived.
    pub received_at: DateTime<Utc>,
    /// How the audit names the certificate shown, accepted or not; or the profile's word where there is none.
    pub certificate: Option<String>,
    /// The calling system, if it was admitted.
    pub system: Option<String>,
    /// What the headers state, if they could be read.
    pub stated: Option<Stated>,
    /// The operation, if it was found.
    pub operation: Option<Operation>,
}
