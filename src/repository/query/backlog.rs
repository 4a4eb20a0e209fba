//! The backlog in statements: few rows whatever waits, though the tables are counted through.
//! Authorities are added up by type before anything leaves: which one waits is nobody's business here.
//! How often to ask is left to who watches.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::dsl::{count_star, min};
use diesel::prelude::*;

use super::super::schema::queue_event;
use super::super::types::Moment;
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
    let waiting: Vec<(String, i64, Option<Moment>)> = queue_event::table
        .group_by(queue_event::recipient)
        .select((queue_event::recipient, count_star(), min(queue_event::queued_at)))
        .load(connection)?;
    let mut kinds: BTreeMap<OrganisationType, (i64, DateTime<Utc>)> = BTreeMap::new();
    for (recipient, count, oldest) in waiting {
        if let (Some(kind), Some(Moment(oldest))) = (kind(&recipient), oldest) {
            let (waiting, first) = kinds.entry(kind).or_insert((0, oldest));
            *waiting += count;
            *first = oldest.min(*first);
        }
    }
    let backlog = |(kind, (waiting, oldest))| QueueBacklog {
        kind,
        waiting: u64::try_from(waiting).unwrap_or_default(),
        oldest,
    };
    Ok(kinds.into_iter().map(backlog).collect())
}

/// The type of an authority's key.
fn kind(recipient: &str) -> Option<OrganisationType> {
    let (kind, _) = recipient.split_once('/')?;
    kind.parse().ok().map(OrganisationType)
}
