//! The backlog in statements: few rows whatever waits, though the tables are counted through.
//! Authorities are added up by type before anything leaves: which one waits is nobody's business here.
//! How often to ask is left to who watches.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::dsl::{count_star, min};
use diesel::prelude::*;

use super::super::schema::queue_event;
use super::super::types::Identifier;
use super::super::{Backlog, QueueBacklog};
use super::{Connection, outbox};
use crate::domain::OrganisationType;

/// How much waits.
pub fn backlog(connection: &mut Connection) -> QueryResult<Backlog> {
    Ok(Backlog {
        outbox: outbox::depth(connection)?,
        queues: queues(connection)?,
    })
}

fn queues(connection: &mut Connection) -> QueryResult<Vec<QueueBacklog>> {
    let waiting: Vec<(String, i64, Option<i64>)> = queue_event::table
        .group_by(queue_event::recipient)
        .select((queue_event::recipient, count_star(), min(queue_event::position)))
        .load(connection)?;
    let mut kinds: BTreeMap<OrganisationType, (i64, i64)> = BTreeMap::new();
    for (recipient, count, position) in waiting {
        if let (Some(kind), Some(position)) = (kind(&recipient), position) {
            let (waiting, first) = kinds.entry(kind).or_insert((0, position));
            *waiting += count;
            *first = position.min(*first);
        }
    }
    let firsts: Vec<i64> = kinds.values().map(|(_, first)| *first).collect();
    let firsts: Vec<(i64, Identifier)> = queue_event::table
        .filter(queue_event::position.eq_any(firsts))
        .select((queue_event::position, queue_event::id))
        .load(connection)?;
    let backlog = |(kind, (waiting, first)): (OrganisationType, (i64, i64))| {
        // An event that was fetched between the two statements no longer waits.
        let (_, id) = firsts.iter().find(|(position, _)| *position == first)?;
        Some(QueueBacklog {
            kind,
            waiting: u64::try_from(waiting).unwrap_or_default(),
            oldest: queued_at(*id),
        })
    };
    Ok(kinds.into_iter().filter_map(backlog).collect())
}

/// The type of an authority's key.
fn kind(recipient: &str) -> Option<OrganisationType> {
    let (kind, _) = recipient.split_once('/')?;
    kind.parse().ok().map(OrganisationType)
}

/// An event's identifier is a UUIDv7: it begins with the instant it was made.
fn queued_at(id: Identifier) -> DateTime<Utc> {
    let (seconds, nanoseconds) = id.0.get_timestamp().map_or((0, 0), |timestamp| timestamp.to_unix());
    let seconds = i64::try_from(seconds).unwrap_or_default();
    DateTime::from_timestamp(seconds, nanoseconds).unwrap_or_default()
}
