//! Purging in statements: which threads rest and for how long, what hangs on them, and its removal.
//! A batch of threads goes with a constant number of statements per table and one per citizen for shared document bytes.
//! Which threads are due is left to the domain, that they still are to the conditions of the unit.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};
use diesel::dsl::max;
use diesel::prelude::*;

use super::super::Extent;
use super::super::rows::{self, Insert};
use super::super::schema::{
    answered_request, archive_release, citizen, delivery, delivery_attempt, delivery_outcome, document, document_name, legal_hold, message,
    message_content, outbox, purged_document, reading, rectification, retention as retention_table, thread,
};
use super::super::types::{Identifier, Moment, viewer_key};
use super::Connection;
use crate::domain::retention::{Hold, Policy, RestingThread, Retention};
use crate::domain::{CitizenKey, CivilRegistrationNumber, Context, DocumentId, ThreadId, Viewer};

diesel::define_sql_function! {
    /// Bytes of a text.
    fn octet_length(text: diesel::sql_types::Text) -> diesel::sql_types::Integer;
}

/// When something happened last in each thread.
pub type Activity = HashMap<(CitizenKey, ThreadId), DateTime<Utc>>;

/// How long the threads of each context are kept.
pub fn retention(connection: &mut Connection) -> QueryResult<Retention> {
    let rows: Vec<(i32, String, bool)> = retention_table::table.load(connection)?;
    let policy = |(context, period, archive_release): (i32, String, bool)| {
        let period = period
            .parse()
            .map_err(|error: &str| diesel::result::Error::DeserializationError(error.into()))?;
        Ok((Context(context), Policy { period, archive_release }))
    };
    rows.into_iter().map(policy).collect::<QueryResult<_>>().map(Retention)
}

/// How many threads there are.
pub fn count(connection: &mut Connection) -> QueryResult<u64> {
    let count: i64 = thread::table.count().get_result(connection)?;
    Ok(u64::try_from(count).unwrap_or_default())
}

/// The threads after another in the order of citizens.
pub fn resting(connection: &mut Connection, after: Option<(CitizenKey, ThreadId)>, limit: u32) -> QueryResult<Vec<RestingThread>> {
    type Row = (Identifier, Identifier, i32, Moment, String, Option<NaiveDate>);
    let mut query = thread::table
        .inner_join(citizen::table.on(citizen::key.eq(thread::citizen)))
        .left_join(archive_release::table.on(archive_release::citizen.eq(thread::citizen)))
        .select((
            thread::citizen,
            thread::id,
            thread::context,
            thread::created_at,
            citizen::cpr,
            archive_release::inactive_before.nullable(),
        ))
        .into_boxed::<super::Backend>();
    if let Some((citizen, id)) = after {
        let (citizen, id) = (Identifier(citizen.0), Identifier(id.0));
        // The first condition alone is what the key is searched by.
        query = query
            .filter(thread::citizen.ge(citizen))
            .filter(thread::citizen.gt(citizen).or(thread::id.gt(id)));
    }
    let rows: Vec<Row> = query.order((thread::citizen, thread::id)).limit(limit.into()).load(connection)?;
    let citizens: Vec<Identifier> = distinct(rows.iter().map(|row| row.0));
    let threads: Vec<Identifier> = rows.iter().map(|row| row.1).collect();
    let activity = last_activity(connection, &citizens, &threads)?;
    let held = holding(connection, &citizens)?;
    let assemble = |(of, id, context, created_at, cpr, released_before): Row| {
        let (citizen, id) = (CitizenKey(of.0), ThreadId(id.0));
        RestingThread {
            citizen,
            cpr: CivilRegistrationNumber::new(cpr),
            id,
            context: Context(context),
            last_activity: activity.get(&(citizen, id)).copied().unwrap_or(created_at.0),
            released_before,
            held: held.contains(&citizen),
        }
    };
    Ok(rows.into_iter().map(assemble).collect())
}

/// When something happened last in these threads: a message was sent, read or rectified.
pub fn last_activity(connection: &mut Connection, citizens: &[Identifier], threads: &[Identifier]) -> QueryResult<Activity> {
    type Latest = (Identifier, Identifier, Option<Moment>);
    let sent: Vec<Latest> = message::table
        .filter(message::citizen.eq_any(citizens))
        .filter(message::thread.eq_any(threads))
        .group_by((message::citizen, message::thread))
        .select((message::citizen, message::thread, max(message::created_at)))
        .load(connection)?;
    let read: Vec<Latest> = message::table
        .inner_join(reading::table.on(reading::citizen.eq(message::citizen).and(reading::message.eq(message::id))))
        .filter(message::citizen.eq_any(citizens))
        .filter(message::thread.eq_any(threads))
        .group_by((message::citizen, message::thread))
        .select((message::citizen, message::thread, max(reading::read_at)))
        .load(connection)?;
    let rectified: Vec<Latest> = message::table
        .inner_join(
            rectification::table.on(rectification::citizen
                .eq(message::citizen)
                .and(rectification::message.eq(message::id))),
        )
        .filter(message::citizen.eq_any(citizens))
        .filter(message::thread.eq_any(threads))
        .group_by((message::citizen, message::thread))
        .select((message::citizen, message::thread, max(rectification::rectified_at)))
        .load(connection)?;
    let mut activity = Activity::new();
    for (citizen, thread, at) in sent.into_iter().chain(read).chain(rectified) {
        let Some(Moment(at)) = at else { continue };
        let last = activity.entry((CitizenKey(citizen.0), ThreadId(thread.0))).or_insert(at);
        *last = at.max(*last);
    }
    Ok(activity)
}

/// How much hangs on each of these threads.
pub fn extents(connection: &mut Connection, threads: &[RestingThread]) -> QueryResult<HashMap<ThreadId, Extent>> {
    let citizens = distinct(threads.iter().map(|thread| Identifier(thread.citizen.0)));
    let ids: Vec<Identifier> = threads.iter().map(|thread| Identifier(thread.id.0)).collect();
    let messages: Vec<(Identifier, Option<(i32, i32)>)> = message::table
        .left_join(
            message_content::table.on(message_content::citizen
                .eq(message::citizen)
                .and(message_content::message.eq(message::id))),
        )
        .filter(message::citizen.eq_any(&citizens))
        .filter(message::thread.eq_any(&ids))
        .select((
            message::thread,
            (octet_length(message_content::title), octet_length(message_content::text)).nullable(),
        ))
        .load(connection)?;
    let documents: Vec<(Identifier, i64)> = message::table
        .inner_join(document::table.on(document::citizen.eq(message::citizen).and(document::message.eq(message::id))))
        .inner_join(
            document_name::table.on(document_name::citizen
                .eq(document::citizen)
                .and(document_name::document.eq(document::id))),
        )
        .filter(message::citizen.eq_any(&citizens))
        .filter(message::thread.eq_any(&ids))
        .select((message::thread, document::size))
        .load(connection)?;
    let mut extents: HashMap<ThreadId, Extent> = HashMap::new();
    for (thread, content) in messages {
        let extent = extents.entry(ThreadId(thread.0)).or_default();
        let (title, text) = content.unwrap_or_default();
        extent.messages += 1;
        extent.bytes += u64::try_from(title).unwrap_or_default() + u64::try_from(text).unwrap_or_default();
    }
    for (thread, size) in documents {
        let extent = extents.entry(ThreadId(thread.0)).or_default();
        extent.documents += 1;
        extent.bytes += u64::try_from(size).unwrap_or_default();
    }
    Ok(extents)
}

/// Every legal hold with its citizen's number.
pub fn holds(connection: &mut Connection) -> QueryResult<Vec<(CivilRegistrationNumber, Hold)>> {
    let rows: Vec<(String, Identifier, String, Moment)> = legal_hold::table
        .inner_join(citizen::table.on(citizen::key.eq(legal_hold::citizen)))
        .order((legal_hold::held_at, legal_hold::citizen, legal_hold::reason))
        .select((citizen::cpr, legal_hold::citizen, legal_hold::reason, legal_hold::held_at))
        .load(connection)?;
    let hold = |(cpr, citizen, reason, at): (String, Identifier, String, Moment)| {
        let citizen = CitizenKey(citizen.0);
        (CivilRegistrationNumber::new(cpr), Hold { citizen, reason, at: at.0 })
    };
    Ok(rows.into_iter().map(hold).collect())
}

/// Could the viewer have read a purged document: as sender, recipient, or the citizen?
pub fn document(connection: &mut Connection, citizen: CitizenKey, id: DocumentId, viewer: &Viewer) -> QueryResult<Option<bool>> {
    let parties: Option<(String, String)> = purged_document::table
        .find((Identifier(citizen.0), Identifier(id.0)))
        .select((purged_document::sender, purged_document::recipient))
        .first(connection)
        .optional()?;
    let key = viewer_key(viewer);
    Ok(parties.map(|(sender, recipient)| *viewer == Viewer::Citizen || key == sender || key == recipient))
}

/// Which of the citizens are under a legal hold. None is put on the others until the end of the transaction.
pub fn held(connection: &mut Connection, citizens: &[Identifier]) -> QueryResult<HashSet<CitizenKey>> {
    if citizens.is_empty() {
        return Ok(HashSet::new());
    }
    super::share_citizens(connection, citizens)?;
    holding(connection, citizens)
}

fn holding(connection: &mut Connection, citizens: &[Identifier]) -> QueryResult<HashSet<CitizenKey>> {
    let held: Vec<Identifier> = legal_hold::table
        .filter(legal_hold::citizen.eq_any(citizens))
        .select(legal_hold::citizen)
        .load(connection)?;
    Ok(held.into_iter().map(|citizen| CitizenKey(citizen.0)).collect())
}

/// Removes everything that hangs on the threads, and the threads. That they are purged is already written down.
/// Work of the outbox goes first: what a process carries out at this moment is waited for, and what it then writes down goes with the rest.
pub fn purge(connection: &mut Connection, purged: &[rows::PurgedThread]) -> QueryResult<()> {
    if purged.is_empty() {
        return Ok(());
    }
    let citizens = distinct(purged.iter().map(|thread| thread.citizen));
    let threads: Vec<Identifier> = purged.iter().map(|thread| thread.id).collect();
    let parties: HashMap<Identifier, (String, String)> = message::table
        .filter(message::citizen.eq_any(&citizens))
        .filter(message::thread.eq_any(&threads))
        .select((message::id, (message::sender, message::recipient)))
        .load(connection)?
        .into_iter()
        .collect();
    let messages: Vec<Identifier> = parties.keys().copied().collect();

    macro_rules! remove {
        ($($table:ident),+) => { $(
            diesel::delete($table::table)
                .filter($table::citizen.eq_any(&citizens))
                .filter($table::message.eq_any(&messages))
                .execute(connection)?;
        )+ };
    }

    remove!(
        outbox,
        delivery_attempt,
        delivery_outcome,
        delivery,
        answered_request,
        message_content
    );
    remove_documents(connection, &citizens, &messages, &parties)?;
    remove!(reading, rectification);
    diesel::delete(message::table)
        .filter(message::citizen.eq_any(&citizens))
        .filter(message::thread.eq_any(&threads))
        .execute(connection)?;
    diesel::delete(thread::table)
        .filter(thread::citizen.eq_any(&citizens))
        .filter(thread::id.eq_any(&threads))
        .execute(connection)?;
    Ok(())
}

fn remove_documents(
    connection: &mut Connection,
    citizens: &[Identifier],
    messages: &[Identifier],
    parties: &HashMap<Identifier, (String, String)>,
) -> QueryResult<()> {
    let documents: Vec<(Identifier, Identifier, Identifier, Vec<u8>)> = document::table
        .filter(document::citizen.eq_any(citizens))
        .filter(document::message.eq_any(messages))
        .order((document::citizen, document::sha256))
        .select((document::citizen, document::id, document::message, document::sha256))
        .load(connection)?;
    let ids: Vec<Identifier> = documents.iter().map(|(_, id, ..)| *id).collect();
    let mut markers = Vec::with_capacity(documents.len());
    let mut contents: BTreeMap<Identifier, Vec<Vec<u8>>> = BTreeMap::new();
    for (citizen, id, message, sha256) in documents {
        let (sender, recipient) = parties.get(&message).cloned().unwrap_or_default();
        markers.push(rows::PurgedDocument {
            citizen,
            id,
            sender,
            recipient,
        });
        contents.entry(citizen).or_default().push(sha256);
    }
    Insert::insert(connection, &markers)?;
    diesel::delete(document_name::table)
        .filter(document_name::citizen.eq_any(citizens))
        .filter(document_name::document.eq_any(&ids))
        .execute(connection)?;
    for (citizen, hashes) in &contents {
        super::append::remove_unused(connection, *citizen, hashes)?;
    }
    diesel::delete(document::table)
        .filter(document::citizen.eq_any(citizens))
        .filter(document::message.eq_any(messages))
        .execute(connection)?;
    Ok(())
}

fn distinct(keys: impl Iterator<Item = Identifier>) -> Vec<Identifier> {
    let mut keys: Vec<Identifier> = keys.collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}
