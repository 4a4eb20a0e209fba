//! Who may call which operation, and about whom: one declared table, kept as data (S2).
//! It knows operations by their plain names and decides from table, caller and citizen; a missing cell denies.
//! Finding the citizen and the day is left to the caller.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::caller::Caller;
use super::citizen::{Citizen, RelationKind};
use super::organisation::OrganisationType;
use super::refusal::Refusal;

/// The access table as data: operation, organisation type, relation, days before, days after.
const TABLE: &str = include_str!("access/table.tsv");

macro_rules! operations {
    ($($(#[$doc:meta])* $name:ident = $word:literal),+ $(,)?) => {
        /// What a caller can ask for; the rows of the access table and the word of the audit.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Operation { $($(#[$doc])* $name),+ }

        impl Operation {
            /// Every operation.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The word of table, log and audit.
            pub fn word(self) -> &'static str {
                match self { $(Self::$name => $word),+ }
            }
        }
    };
}

operations! {
    /// Start a thread.
    CreateMessage = "create_message",
    /// Answer in a thread.
    CreateMessageReply = "create_message_reply",
    /// A citizen's messages.
    GetMessages = "get_messages",
    /// One thread.
    GetMessageThread = "get_message_thread",
    /// The calling authority's inbox.
    GetAuthorityMessages = "get_authority_messages",
    /// The content of one document.
    GetDocument = "get_document",
    /// Note that the caller has read a message.
    MarkAsRead = "mark_as_read",
    /// Remove a wrongly sent message.
    RectifyMessage = "rectify_message",
    /// Look up code lists.
    ReadCodeLists = "read_code_lists",
}

/// The relation a cell of the table asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Needed {
    /// No relation: the organisation type may see everyone, or the operation concerns no one citizen.
    None,
    /// A relation of this kind.
    Relation(RelationKind),
}

/// One cell: what an organisation type needs for an operation.
#[derive(Clone, Copy, Debug)]
pub struct Access {
    needed: Needed,
    days_before: u32,
    days_after: u32,
}

/// The declared table.
#[derive(Debug)]
pub struct AccessTable {
    /// Cells by operation and organisation type; `None` as type is the row for every known type.
    cells: HashMap<(Operation, Option<OrganisationType>), Vec<Access>>,
}

impl AccessTable {
    /// The table the product ships.
    ///
    /// # Errors
    /// A sentence naming the line, if the data is damaged.
    pub fn declared() -> Result<Self, String> {
        Self::parse(TABLE)
    }

    /// Reads a table in the form of the shipped one: tab separated, one header line.
    ///
    /// # Errors
    /// A sentence naming the line.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut cells: HashMap<_, Vec<_>> = HashMap::new();
        for (number, line) in text.lines().enumerate().skip(1) {
            let (key, access) = row(line).ok_or_else(|| format!("access table, line {}: not a row of five known words", number + 1))?;
            cells.entry(key).or_default().push(access);
        }
        Ok(Self { cells })
    }

    /// May this organisation type call the operation at all? Asked before the body is read.
    ///
    /// # Errors
    /// [`Refusal::NotAuthorised`] when no cell says so.
    pub fn may_call(&self, operation: Operation, caller: &Caller) -> Result<(), Refusal> {
        if self.cells_of(operation, caller.organisation.kind).next().is_some() { Ok(()) } else { Err(Refusal::NotAuthorised) }
    }

    /// May the caller use the operation on this citizen on `day` (a Danish calendar day)?
    ///
    /// When the metadata names an anden aktør, only that actor's relations count: it sees its own citizens,
    /// not all of the job centre's (S2).
    ///
    /// # Errors
    /// The refusal of contract 1.3 that tells what is missing.
    pub fn may_access(&self, operation: Operation, caller: &Caller, citizen: &Citizen, day: NaiveDate) -> Result<(), Refusal> {
        let granted = self.cells_of(operation, caller.organisation.kind).any(|cell| cell.grants(caller, citizen, day));
        if granted { Ok(()) } else { Err(missing_relation(caller, citizen, day)) }
    }

    fn cells_of(&self, operation: Operation, kind: OrganisationType) -> impl Iterator<Item = &Access> {
        let named = self.cells.get(&(operation, Some(kind)));
        let for_all = self.cells.get(&(operation, None));
        named.into_iter().chain(for_all).flatten()
    }
}

impl Access {
    fn grants(&self, caller: &Caller, citizen: &Citizen, day: NaiveDate) -> bool {
        let Needed::Relation(kind) = self.needed else { return true };
        let organisation = match (kind, caller.other_actor()) {
            (RelationKind::OtherActorOwn | RelationKind::OtherActorGuest, Some(actor)) => actor,
            (RelationKind::Own | RelationKind::Former | RelationKind::Guest, None) => &caller.organisation,
            _ => return false,
        };
        citizen.relations.iter().any(|relation| {
            relation.kind == kind && relation.organisation == *organisation && relation.holds_on(day, self.days_before, self.days_after)
        })
    }
}

fn missing_relation(caller: &Caller, citizen: &Citizen, day: NaiveDate) -> Refusal {
    match caller.organisation.kind {
        OrganisationType::JOB_CENTRE => Refusal::OtherJobCentre,
        OrganisationType::UNEMPLOYMENT_FUND if citizen.belongs_to_other(&caller.organisation, day) => Refusal::OtherUnemploymentFund,
        OrganisationType::UNEMPLOYMENT_FUND => Refusal::NoUnemploymentFund,
        _ => Refusal::NotAuthorised,
    }
}

fn row(line: &str) -> Option<((Operation, Option<OrganisationType>), Access)> {
    let mut words = line.split('\t');
    let mut next = || words.next();
    let (operation, kind, relation, before, after) = (next()?, next()?, next()?, next()?, next()?);
    let operation = Operation::ALL.iter().copied().find(|known| known.word() == operation)?;
    let kind = if kind == "every" { None } else { Some(OrganisationType(kind.parse().ok()?)) };
    let needed = if relation == "none" { Needed::None } else { Needed::Relation(RelationKind::from_word(relation)?) };
    let access = Access { needed, days_before: before.parse().ok()?, days_after: after.parse().ok()? };
    words.next().is_none().then_some(((operation, kind), access))
}
