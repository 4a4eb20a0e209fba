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
pub const TABLE: &str = include_str!("access/table.tsv");

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
    /// Through Jobnet: an employer, or a citizen, starts a thread.
    JobnetCreateMessage = "jobnet_create_message",
    /// Through Jobnet: answer in a thread.
    JobnetCreateMessageReply = "jobnet_create_message_reply",
    /// Through Jobnet: Mine beskeder.
    JobnetGetMessages = "jobnet_get_messages",
    /// Through Jobnet: one thread.
    JobnetGetMessageThread = "jobnet_get_message_thread",
    /// Through Jobnet: what the citizen has not read.
    JobnetGetUnreadMessages = "jobnet_get_unread_messages",
    /// Through Jobnet: the content of one document.
    JobnetGetDocument = "jobnet_get_document",
    /// Through Jobnet: note that the citizen has read a message.
    JobnetMarkAsRead = "jobnet_mark_as_read",
    /// Through Jobnet: the replies to a company's messages.
    JobnetGetCompanyReplies = "jobnet_get_company_replies",
    /// Look up code lists.
    ReadCodeLists = "read_code_lists",
    /// Read and acknowledge the calling authority's queue.
    ReadQueue = "read_queue",
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
        if self.cells_of(operation, caller.organisation.kind).next().is_some() {
            Ok(())
        } else {
            Err(Refusal::NotAuthorised)
        }
    }

    /// May the caller use the operation on this citizen on `day` (a Danish calendar day)?
    ///
    /// When the metadata names an anden aktør, only that actor's relations count: it sees its own citizens,
    /// not all of the job centre's (S2).
    ///
    /// # Errors
    /// The refusal of contract 1.3 that tells what is missing.
    pub fn may_access(&self, operation: Operation, caller: &Caller, citizen: &Citizen, day: NaiveDate) -> Result<(), Refusal> {
        let granted = self
            .cells_of(operation, caller.organisation.kind)
            .any(|cell| cell.grants(caller, citizen, day));
        if granted {
            Ok(())
        } else {
            Err(missing_relation(caller, citizen, day))
        }
    }

    /// May the caller use the operation on everybody, whatever the relation, as STAR may (S2)?
    pub fn is_unrestricted(&self, operation: Operation, caller: &Caller) -> bool {
        self.cells_of(operation, caller.organisation.kind)
            .any(|cell| cell.needed == Needed::None)
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
    let kind = if kind == "every" {
        None
    } else {
        Some(OrganisationType(kind.parse().ok()?))
    };
    let needed = if relation == "none" {
        Needed::None
    } else {
        Needed::Relation(RelationKind::from_word(relation)?)
    };
    let access = Access {
        needed,
        days_before: before.parse().ok()?,
        days_after: after.parse().ok()?,
    };
    words.next().is_none().then_some(((operation, kind), access))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::Organisation;
    use super::super::testing::*;
    use super::*;

    const STAR: OrganisationType = OrganisationType(90);
    const TODAY: &str = "2026-05-04";

    fn table() -> AccessTable {
        AccessTable::parse(TABLE).unwrap()
    }

    fn of_citizens() -> impl Iterator<Item = Operation> {
        Operation::ALL
            .iter()
            .copied()
            .filter(|operation| {
                !matches!(
                    operation,
                    Operation::GetAuthorityMessages | Operation::ReadCodeLists | Operation::ReadQueue
                )
            })
            .filter(|operation| !is_jobnets(*operation))
    }

    fn is_jobnets(operation: Operation) -> bool {
        operation.word().starts_with("jobnet_")
    }

    /// S2: who may call at all: funds, job centres, municipalities and STAR; Jobnet its own operations and no others; everybody known reads
    /// code lists; a missing cell denies.
    #[test]
    fn s2_who_may_call() {
        for kind in 1..=100 {
            let caller = caller(&Organisation::new(OrganisationType(kind), "1"));
            for operation in Operation::ALL.iter().copied() {
                let expected = match operation {
                    Operation::ReadCodeLists => true,
                    _ if is_jobnets(operation) => kind == 94,
                    _ => matches!(kind, 2 | 7 | 8 | 90),
                };
                assert_eq!(table().may_call(operation, &caller).is_ok(), expected, "{operation:?} by {kind}");
            }
        }
    }

    /// S2: own citizens; the job centre also another actor's own, when that actor acts; STAR all.
    #[test]
    fn s2_about_whom() {
        let (centre, actor) = (job_centre("90101"), other_actor("90000031"));
        let star = Organisation::new(STAR, "90000051");
        let callers = [
            caller(&fund("81")),
            caller(&centre),
            caller(&municipality("901")),
            caller(&star),
            acting(&centre, &actor),
        ];
        for (kind, _) in RelationKind::ALL {
            for caller in &callers {
                let related = caller.other_actor().unwrap_or(&caller.organisation);
                let citizen = citizen(vec![relation(related, kind, "2026-01-01", "2026-12-31")]);
                let expected = caller.organisation == star
                    || match caller.other_actor() {
                        Some(_) => kind == RelationKind::OtherActorOwn,
                        None => kind == RelationKind::Own,
                    };
                for operation in of_citizens() {
                    let may = table().may_access(operation, caller, &citizen, day(TODAY)).is_ok();
                    assert_eq!(may, expected, "{operation:?} {kind:?} by {} with {}", caller.organisation, related);
                }
            }
        }
    }

    /// S2: another actor sees its own citizens, not all of the job centre's, and not those of another actor.
    #[test]
    fn s2_another_actor_sees_its_own_citizens_only() {
        let (centre, actor) = (job_centre("90101"), other_actor("90000031"));
        let of_centre = citizen(vec![own(&centre)]);
        let of_rival = citizen(vec![relation(
            &other_actor("90000032"),
            RelationKind::OtherActorOwn,
            "2026-01-01",
            "2026-12-31",
        )]);
        for citizen in [of_centre, of_rival] {
            let may = table().may_access(Operation::GetMessages, &acting(&centre, &actor), &citizen, day(TODAY));
            assert_eq!(may, Err(Refusal::OtherJobCentre));
        }
    }

    /// S3: a relation holds from its first day until the day before its end, widened by the cell's window.
    #[test]
    fn s3_day_boundaries_and_windows() {
        let caller = caller(&fund("81"));
        let citizen = citizen(vec![relation(&fund("81"), RelationKind::Own, "2026-03-10", "2026-04-01")]);
        for (before, after, first, last) in [
            (0, 0, "2026-03-10", "2026-03-31"),
            (3, 0, "2026-03-07", "2026-03-31"),
            (0, 30, "2026-03-10", "2026-04-30"),
        ] {
            let table = AccessTable::parse(&format!("header\nget_messages\t2\town\t{before}\t{after}\n")).unwrap();
            let may = |day: NaiveDate| table.may_access(Operation::GetMessages, &caller, &citizen, day).is_ok();
            let (first, last) = (day(first), day(last));
            assert!(
                !may(first.pred_opt().unwrap()) && may(first) && may(last) && !may(last.succ_opt().unwrap()),
                "{before}, {after}"
            );
        }
    }

    /// S3: the day is the Danish one, also where summer time begins.
    #[test]
    fn s3_relations_change_at_danish_midnight() {
        let relation = relation(&fund("81"), RelationKind::Own, "2026-03-30", "2026-10-26");
        for (at, holds) in [
            ("2026-03-29T21:59:59Z", false),
            ("2026-03-29T22:00:00Z", true),
            ("2026-10-25T22:59:59Z", true),
            ("2026-10-25T23:00:00Z", false),
        ] {
            assert_eq!(relation.holds_on(super::super::danish_day(instant(at)), 0, 0), holds, "{at}");
        }
    }

    /// The refusal says what is missing, by the kind of caller (contract 1.3).
    #[test]
    fn the_refusal_names_what_is_missing() {
        let unrelated = citizen(Vec::new());
        let of_other_fund = citizen(vec![own(&fund("82"))]);
        for (organisation, citizen, refusal) in [
            (fund("81"), &unrelated, Refusal::NoUnemploymentFund),
            (fund("81"), &of_other_fund, Refusal::OtherUnemploymentFund),
            (job_centre("90101"), &unrelated, Refusal::OtherJobCentre),
            (municipality("901"), &unrelated, Refusal::NotAuthorised),
        ] {
            let result = table().may_access(Operation::CreateMessage, &caller(&organisation), citizen, day(TODAY));
            assert_eq!(result, Err(refusal), "{organisation}");
        }
    }

    /// M11: STAR may rectify everybody's messages, the others only their own.
    #[test]
    fn m11_star_is_unrestricted() {
        for kind in [2, 7, 8, 24, 90, 92, 94] {
            let caller = caller(&Organisation::new(OrganisationType(kind), "1"));
            assert_eq!(table().is_unrestricted(Operation::RectifyMessage, &caller), kind == 90, "{kind}");
        }
    }

    #[test]
    fn a_damaged_table_names_its_line() {
        for line in [
            "get_messages\t2\town\t0",
            "get_messages\t2\tfriend\t0\t0",
            "fly\t2\town\t0\t0",
            "get_messages\t2\town\t0\t0\t0",
            "get_messages\tx\town\t0\t0",
        ] {
            let sentence = AccessTable::parse(&format!("header\nget_messages\t2\town\t0\t0\n{line}\n")).unwrap_err();
            assert!(sentence.contains("line 3"), "{sentence}");
        }
    }
}
