//! Queues: opening a sequence over what waits, ending it, and reading what it holds.
//! Every change happens while the authority's queue is held by one transaction, so that no event gets into two sequences (Q3).
//! Who may, and whether a sequence is open already, is left to the conditions.

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::super::rows;
use super::super::schema::{citizen, queue_event, queue_sequence};
use super::super::types::{self, Identifier, Moment};
use super::Connection;
use crate::domain::queue::{Ending, Event, EventKind, MAX_EVENTS, Queue, Registration, Sequence, Turn};
use crate::domain::{ActingUser, Channel, CitizenKey, CivilRegistrationNumber, Context, MessageId, Organisation, SequenceId, ThreadId};

diesel::alias!(queue_event as earlier: Earlier);

/// Lets a sequence begin or end.
pub fn turn(connection: &mut Connection, turn: &Turn) -> QueryResult<()> {
    match turn {
        Turn::Opened(sequence) => open(connection, sequence),
        Turn::Ended { sequence, ending, .. } => end(connection, *sequence, *ending),
    }
}

/// The open sequences of authorities, each with its key.
pub fn open_sequences(connection: &mut Connection, recipients: &[String]) -> QueryResult<Vec<(Queue, SequenceId)>> {
    let rows: Vec<(Identifier, String, String, String)> = queue_sequence::table
        .filter(queue_sequence::recipient.eq_any(recipients))
        .select((
            queue_sequence::id,
            queue_sequence::system,
            queue_sequence::recipient,
            queue_sequence::sub_queue,
        ))
        .load(connection)?;
    let read = |(id, system, recipient, sub_queue): (Identifier, String, String, String)| {
        let queue = Queue {
            system,
            recipient: organisation(&recipient)?,
            sub_queue,
        };
        Ok((queue, SequenceId(id.0)))
    };
    rows.into_iter().map(read).collect()
}

/// The open sequence of a queue.
pub fn open_sequence(connection: &mut Connection, queue: &Queue) -> QueryResult<Option<SequenceId>> {
    let found: Option<Identifier> = queue_sequence::table
        .filter(queue_sequence::recipient.eq(queue.recipient.to_string()))
        .filter(queue_sequence::system.eq(&queue.system))
        .filter(queue_sequence::sub_queue.eq(&queue.sub_queue))
        .select(queue_sequence::id)
        .first(connection)
        .optional()?;
    Ok(found.map(|id| SequenceId(id.0)))
}

/// How many events a sequence holds.
pub fn length(connection: &mut Connection, sequence: SequenceId) -> QueryResult<i64> {
    queue_event::table
        .filter(queue_event::sequence.eq(Identifier(sequence.0)))
        .count()
        .get_result(connection)
}

/// The events of an open sequence in order, each with its citizen's number; nothing if the system has no such sequence of the authority.
pub fn events(
    connection: &mut Connection,
    sequence: SequenceId,
    system: &str,
    recipient: &Organisation,
) -> QueryResult<Option<Vec<(CivilRegistrationNumber, Event)>>> {
    let id = Identifier(sequence.0);
    let own = || {
        queue_sequence::table
            .find(id)
            .filter(queue_sequence::system.eq(system))
            .filter(queue_sequence::recipient.eq(recipient.to_string()))
    };
    // Own and open in the same statement: a sequence that ends meanwhile shows all its events or none.
    let rows: Vec<(String, Row)> = queue_event::table
        .inner_join(citizen::table.on(citizen::key.eq(queue_event::citizen)))
        .filter(queue_event::sequence.eq(id))
        .filter(exists(own()))
        .order(queue_event::position)
        .select((citizen::cpr, Row::as_select()))
        .load(connection)?;
    if rows.is_empty() && !diesel::select(exists(own())).get_result(connection)? {
        return Ok(None);
    }
    let read = |(cpr, row): (String, Row)| Ok((CivilRegistrationNumber::new(cpr), event(row)?));
    rows.into_iter().map(read).collect::<QueryResult<_>>().map(Some)
}

/// Opens a sequence and gives it what waits. Of a citizen of whom another open sequence has something earlier, it gets nothing (Q3).
fn open(connection: &mut Connection, sequence: &Sequence) -> QueryResult<()> {
    let (id, recipient) = (Identifier(sequence.id.0), sequence.queue.recipient.to_string());
    let row = rows::Sequence {
        id,
        system: &sequence.queue.system,
        recipient: recipient.clone(),
        sub_queue: &sequence.queue.sub_queue,
        opened_at: Moment(sequence.opened_at),
    };
    rows::Insert::insert(connection, &[row])?;
    let every = sequence.contexts.is_none();
    let contexts: Vec<i32> = sequence.contexts.iter().flatten().map(|context| context.0).collect();
    let every = || every.into_sql::<Bool>();
    let taken_earlier = earlier
        .filter(earlier.field(queue_event::recipient).eq(queue_event::recipient))
        .filter(earlier.field(queue_event::citizen).eq(queue_event::citizen))
        .filter(earlier.field(queue_event::position).lt(queue_event::position))
        .filter(earlier.field(queue_event::sequence).is_not_null())
        .filter(every().or(earlier.field(queue_event::context).eq_any(&contexts)));
    let waiting: Vec<i64> = queue_event::table
        .filter(queue_event::recipient.eq(&recipient))
        .filter(queue_event::sequence.is_null())
        .filter(every().or(queue_event::context.eq_any(&contexts)))
        .filter(not(exists(taken_earlier)))
        .order(queue_event::position)
        .limit(MAX_EVENTS.into())
        .select(queue_event::position)
        .load(connection)?;
    if waiting.is_empty() {
        return Ok(());
    }
    diesel::update(queue_event::table.filter(queue_event::position.eq_any(waiting)))
        .set(queue_event::sequence.eq(id))
        .execute(connection)
        .map(drop)
}

/// Ends a sequence: its events go, or wait again.
fn end(connection: &mut Connection, sequence: SequenceId, ending: Ending) -> QueryResult<()> {
    let id = Identifier(sequence.0);
    let held = queue_event::table.filter(queue_event::sequence.eq(id));
    match ending {
        Ending::Terminated => diesel::delete(held).execute(connection)?,
        Ending::Closed => diesel::update(held)
            .set(queue_event::sequence.eq(None::<Identifier>))
            .execute(connection)?,
    };
    diesel::delete(queue_sequence::table.find(id)).execute(connection).map(drop)
}

/// An event as it is stored.
#[derive(Queryable, Selectable)]
#[diesel(table_name = queue_event)]
struct Row {
    id: Identifier,
    recipient: String,
    kind: i32,
    citizen: Identifier,
    message: Identifier,
    thread: Identifier,
    context: i32,
    channel: i32,
    queued_at: Moment,
    authority: String,
    user_kind: i32,
    user_identifier: String,
    user_name: String,
    user_organisation: String,
    acted_at: Moment,
    acted_offset: i32,
}

fn event(row: Row) -> QueryResult<Event> {
    let damaged = |what: &str| diesel::result::Error::DeserializationError(format!("a queue event has no known {what}").into());
    let offset = chrono::FixedOffset::east_opt(row.acted_offset).ok_or_else(|| damaged("offset"))?;
    Ok(Event {
        id: row.id.0,
        recipient: organisation(&row.recipient)?,
        kind: EventKind::from_code(row.kind).ok_or_else(|| damaged("kind"))?,
        citizen: CitizenKey(row.citizen.0),
        message: MessageId(row.message.0),
        thread: ThreadId(row.thread.0),
        context: Context(row.context),
        channel: Channel::from_code(row.channel).map_err(|_| damaged("channel"))?,
        queued_at: row.queued_at.0,
        registration: Registration {
            authority: organisation(&row.authority)?,
            user: ActingUser {
                name: row.user_name,
                kind: row.user_kind,
                identifier: row.user_identifier,
                organisation: organisation(&row.user_organisation)?,
                registered_at: row.acted_at.0.with_timezone(&offset),
            },
        },
    })
}

fn organisation(key: &str) -> QueryResult<Organisation> {
    types::organisation(key).map_err(diesel::result::Error::DeserializationError)
}
