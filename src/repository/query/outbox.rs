//! The outbox in statements: taking, settling, giving back, what a delivery needs, and how much waits.
//! Every change rests on the owner and the number of the attempt, so that a worker whose lease ran out changes nothing any more.
//! When to do any of it is left to the room `delivery`.

use chrono::{DateTime, Utc};
use diesel::dsl::{count_star, exists, min, not};
use diesel::prelude::*;

use super::super::schema::{citizen, delivery_attempt, delivery_outcome, message, message_content, organisation, outbox};
use super::super::types::{Identifier, Moment};
use super::super::{Claim, Order, OutboxDepth};
use super::Connection;
use crate::domain::delivery::{DeliveryKind, DeliveryState, Letter, Verdict};
use crate::domain::{Channel, CitizenKey, MessageId, PartyKind, Refusal};

diesel::alias!(outbox as older: Older);

/// Citizen, delivery, message, kind, attempts so far.
type Waiting = (Identifier, Identifier, Identifier, i32, i32);

/// Takes what is due.
pub fn claim(connection: &mut Connection, order: &Order) -> QueryResult<Vec<Claim>> {
    super::transaction(connection, |connection| {
        let now = Moment(order.now);
        let waiting = waiting(connection, order)?;
        if waiting.is_empty() {
            return Ok(Vec::new());
        }
        let citizens: Vec<Identifier> = waiting.iter().map(|(citizen, ..)| *citizen).collect();
        let ids: Vec<Identifier> = waiting.iter().map(|(_, id, ..)| *id).collect();
        let held = super::hold_waiting(connection, &citizens, &ids, now)?;
        diesel::update(outbox::table)
            .filter(outbox::citizen.eq_any(&citizens))
            .filter(outbox::id.eq_any(&held))
            .set((
                outbox::owner.eq(Identifier(order.owner)),
                outbox::leased_until.eq(Moment(order.leased_until)),
                outbox::attempts.eq(outbox::attempts + 1),
            ))
            .execute(connection)?;
        waiting
            .into_iter()
            .filter(|(_, id, ..)| held.contains(id))
            .map(|row| taken(row, order))
            .collect()
    })
}

/// Writes down how an attempt ended; false if the delivery is no longer the worker's.
pub fn settle(connection: &mut Connection, claim: &Claim, verdict: Verdict, status: Option<u16>, now: DateTime<Utc>) -> QueryResult<bool> {
    super::transaction(connection, |connection| {
        let (citizen, message) = (Identifier(claim.citizen.0), Identifier(claim.message.0));
        let ours = outbox::table
            .find((citizen, Identifier(claim.id)))
            .filter(outbox::owner.eq(Identifier(claim.owner)))
            .filter(outbox::attempts.eq(number(claim.attempt)));
        let changed = match verdict {
            Verdict::Postponed { until, .. } => diesel::update(ours)
                .set((
                    outbox::due_at.eq(Moment(until)),
                    outbox::owner.eq(None::<Identifier>),
                    outbox::leased_until.eq(None::<Moment>),
                ))
                .execute(connection)?,
            Verdict::Delivered | Verdict::Failed { .. } => diesel::delete(ours).execute(connection)?,
        };
        if changed == 0 {
            return Ok(false);
        }
        diesel::insert_into(delivery_attempt::table)
            .values((
                delivery_attempt::citizen.eq(citizen),
                delivery_attempt::delivery.eq(Identifier(claim.id)),
                delivery_attempt::number.eq(number(claim.attempt)),
                delivery_attempt::message.eq(message),
                delivery_attempt::channel.eq(claim.channel.code()),
                delivery_attempt::kind.eq(claim.kind.code()),
                delivery_attempt::state.eq(verdict.state().code()),
                delivery_attempt::reason.eq(verdict.reason().map(|reason| reason.code())),
                delivery_attempt::status.eq(status.map(i32::from)),
                delivery_attempt::ended_at.eq(Moment(now)),
            ))
            .on_conflict_do_nothing()
            .execute(connection)?;
        if claim.kind == DeliveryKind::Notice && verdict.state() != DeliveryState::Waiting {
            diesel::insert_into(delivery_outcome::table)
                .values((
                    delivery_outcome::citizen.eq(citizen),
                    delivery_outcome::message.eq(message),
                    delivery_outcome::channel.eq(claim.channel.code()),
                    delivery_outcome::state.eq(verdict.state().code()),
                    delivery_outcome::ended_at.eq(Moment(now)),
                ))
                .on_conflict_do_nothing()
                .execute(connection)?;
        }
        Ok(true)
    })
}

/// Gives back what was not tried.
pub fn release(connection: &mut Connection, claims: &[Claim]) -> QueryResult<()> {
    super::transaction(connection, |connection| {
        for claim in claims {
            let ours = outbox::table
                .find((Identifier(claim.citizen.0), Identifier(claim.id)))
                .filter(outbox::owner.eq(Identifier(claim.owner)))
                .filter(outbox::attempts.eq(number(claim.attempt)));
            diesel::update(ours)
                .set((
                    outbox::attempts.eq(outbox::attempts - 1),
                    outbox::owner.eq(None::<Identifier>),
                    outbox::leased_until.eq(None::<Moment>),
                ))
                .execute(connection)?;
        }
        Ok(())
    })
}

/// What a delivery about a message needs.
pub fn letter(connection: &mut Connection, citizen: CitizenKey, id: MessageId) -> QueryResult<Option<Letter>> {
    type Row = (
        Option<String>,
        Option<String>,
        i32,
        i32,
        i32,
        String,
        Option<String>,
        Option<(String, String)>,
    );
    let found: Option<Row> = message::table
        .inner_join(citizen::table.on(citizen::key.eq(message::citizen)))
        .left_join(organisation::table.on(organisation::key.eq(message::sender)))
        .left_join(
            message_content::table.on(message_content::citizen
                .eq(message::citizen)
                .and(message_content::message.eq(message::id))),
        )
        .filter(message::citizen.eq(Identifier(citizen.0)))
        .filter(message::id.eq(Identifier(id.0)))
        .select((
            citizen::email,
            citizen::mobile,
            message::channel,
            message::document_count,
            message::from_kind,
            message::from_name,
            organisation::name.nullable(),
            (message_content::title, message_content::text).nullable(),
        ))
        .first(connection)
        .optional()?;
    let Some((email, mobile, channel, documents, from_kind, from_name, organisation, content)) = found else {
        return Ok(None);
    };
    // A company is known by the name it gave; of a caseworker only the authority is named.
    let name = (from_kind == PartyKind::Company.code()).then_some(from_name);
    Ok(Some(Letter {
        email,
        mobile,
        sender: organisation.or(name).unwrap_or_default(),
        channel: known(Channel::from_code(channel))?,
        content,
        documents: u32::try_from(documents).unwrap_or_default(),
    }))
}

/// How much waits, per channel.
pub fn depth(connection: &mut Connection) -> QueryResult<Vec<OutboxDepth>> {
    let waiting: Vec<(i32, i64, Option<Moment>)> = outbox::table
        .group_by(outbox::channel)
        .select((outbox::channel, count_star(), min(outbox::queued_at)))
        .order(outbox::channel)
        .load(connection)?;
    let retried: Vec<(i32, i64)> = outbox::table
        .filter(
            outbox::attempts
                .gt(1)
                .or(outbox::attempts.eq(1).and(outbox::leased_until.is_null())),
        )
        .group_by(outbox::channel)
        .select((outbox::channel, count_star()))
        .load(connection)?;
    waiting
        .into_iter()
        .map(|(channel, waiting, oldest)| {
            let retried = retried.iter().find(|(of, _)| *of == channel).map_or(0, |(_, count)| *count);
            Ok(OutboxDepth {
                channel: known(Channel::from_code(channel))?,
                waiting: u64::try_from(waiting).unwrap_or_default(),
                retried: u64::try_from(retried).unwrap_or_default(),
                oldest: oldest.ok_or(diesel::result::Error::NotFound)?.0,
            })
        })
        .collect()
}

fn waiting(connection: &mut Connection, order: &Order) -> QueryResult<Vec<Waiting>> {
    let earlier = older
        .filter(older.field(outbox::citizen).eq(outbox::citizen))
        .filter(older.field(outbox::channel).eq(outbox::channel))
        .filter(older.field(outbox::kind).eq(DeliveryKind::Notice.code()))
        .filter(older.field(outbox::id).lt(outbox::id));
    let last_kind = if order.reminders {
        DeliveryKind::Reminder
    } else {
        DeliveryKind::Notice
    };
    outbox::table
        .filter(outbox::channel.eq(order.channel.code()))
        .filter(outbox::kind.le(last_kind.code()))
        .filter(outbox::due_at.le(Moment(order.now)))
        .filter(outbox::leased_until.is_null().or(outbox::leased_until.le(Moment(order.now))))
        .filter(not(exists(earlier)))
        .order((outbox::due_at, outbox::id))
        .limit(order.limit.into())
        .select((outbox::citizen, outbox::id, outbox::message, outbox::kind, outbox::attempts))
        .load(connection)
}

fn taken((citizen, id, message, kind, attempts): Waiting, order: &Order) -> QueryResult<Claim> {
    Ok(Claim {
        id: id.0,
        citizen: CitizenKey(citizen.0),
        message: MessageId(message.0),
        channel: order.channel,
        kind: known(DeliveryKind::from_code(kind))?,
        attempt: u32::try_from(attempts).unwrap_or_default() + 1,
        owner: order.owner,
    })
}

fn number(attempt: u32) -> i32 {
    i32::try_from(attempt).unwrap_or(i32::MAX)
}

/// A stored number that the domain does not know is damage, not a refusal.
fn known<T>(value: Result<T, Refusal>) -> QueryResult<T> {
    value.map_err(|refusal| diesel::result::Error::DeserializationError(refusal.into()))
}
