//! The outbox in statements: what is due, who has it, what workers did, what a delivery needs, and how much waits.
//! What is due is only read; who gets it is decided where all units are, under the conditions of the committer's transaction.
//! When to do any of it is left to the room `delivery`.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::dsl::{count_star, exists, min, not};
use diesel::prelude::*;
use uuid::Uuid;

use super::super::schema::{citizen, delivery_attempt, delivery_outcome, message, message_content, organisation, outbox};
use super::super::types::{Identifier, Moment};
use super::super::{Order, OutboxDepth};
use super::Connection;
use crate::domain::delivery::{Claim, DeliveryKind, DeliveryState, Hand, Letter, Step, Verdict, Work};
use crate::domain::{Channel, CitizenKey, MessageId, PartyKind, Refusal};

diesel::alias!(outbox as older: Older);

/// Citizen, delivery, message, kind, attempts so far.
type Waiting = (Identifier, Identifier, Identifier, i32, i32);

/// Citizen, delivery, attempts so far, who has it until when.
pub type Held = (Identifier, Identifier, i32, Option<Identifier>, Option<Moment>);

/// Who has the deliveries that are claimed.
pub fn hands(connection: &mut Connection, claims: &[&Claim]) -> QueryResult<HashMap<(CitizenKey, Uuid), Hand>> {
    if claims.is_empty() {
        return Ok(HashMap::new());
    }
    let citizens: Vec<Identifier> = claims.iter().map(|claim| Identifier(claim.citizen.0)).collect();
    let deliveries: Vec<Identifier> = claims.iter().map(|claim| Identifier(claim.id)).collect();
    let held = super::lock_waiting(connection, &citizens, &deliveries)?;
    let hand = |(citizen, id, attempts, owner, until): Held| {
        let hand = Hand {
            attempts: u32::try_from(attempts).unwrap_or_default(),
            lease: owner.zip(until).map(|(owner, until)| (owner.0, until.0)),
        };
        ((CitizenKey(citizen.0), id.0), hand)
    };
    Ok(held.into_iter().map(hand).collect())
}

/// Writes down what workers did. That they may was found under the locks of this transaction.
pub fn work(connection: &mut Connection, work: &[&Work]) -> QueryResult<()> {
    let mut taken: HashMap<(Uuid, DateTime<Utc>), Vec<&Claim>> = HashMap::new();
    for Work { claim, step } in work {
        match *step {
            Step::Taken { until } => taken.entry((claim.owner, until)).or_default().push(claim),
            Step::GivenBack => give_back(connection, claim)?,
            Step::Ended { verdict, status, at } => end(connection, claim, verdict, status, at)?,
        }
    }
    taken
        .iter()
        .try_for_each(|((owner, until), claims)| take(connection, *owner, *until, claims))
}

/// What one worker takes at a time, in one statement.
fn take(connection: &mut Connection, owner: Uuid, until: DateTime<Utc>, claims: &[&Claim]) -> QueryResult<()> {
    let citizens: Vec<Identifier> = claims.iter().map(|claim| Identifier(claim.citizen.0)).collect();
    let deliveries: Vec<Identifier> = claims.iter().map(|claim| Identifier(claim.id)).collect();
    diesel::update(outbox::table)
        .filter(outbox::citizen.eq_any(&citizens))
        .filter(outbox::id.eq_any(&deliveries))
        .set((
            outbox::owner.eq(Identifier(owner)),
            outbox::leased_until.eq(Moment(until)),
            outbox::attempts.eq(outbox::attempts + 1),
        ))
        .execute(connection)
        .map(drop)
}

fn give_back(connection: &mut Connection, claim: &Claim) -> QueryResult<()> {
    diesel::update(outbox::table.find((Identifier(claim.citizen.0), Identifier(claim.id))))
        .set((
            outbox::attempts.eq(outbox::attempts - 1),
            outbox::owner.eq(None::<Identifier>),
            outbox::leased_until.eq(None::<Moment>),
        ))
        .execute(connection)
        .map(drop)
}

fn end(connection: &mut Connection, claim: &Claim, verdict: Verdict, status: Option<u16>, at: DateTime<Utc>) -> QueryResult<()> {
    let (citizen, message) = (Identifier(claim.citizen.0), Identifier(claim.message.0));
    let ours = outbox::table.find((citizen, Identifier(claim.id)));
    match verdict {
        Verdict::Postponed { until, .. } => diesel::update(ours)
            .set((
                outbox::due_at.eq(Moment(until)),
                outbox::owner.eq(None::<Identifier>),
                outbox::leased_until.eq(None::<Moment>),
            ))
            .execute(connection)?,
        Verdict::Delivered | Verdict::Failed { .. } => diesel::delete(ours).execute(connection)?,
    };
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
            delivery_attempt::ended_at.eq(Moment(at)),
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
                delivery_outcome::ended_at.eq(Moment(at)),
            ))
            .on_conflict_do_nothing()
            .execute(connection)?;
    }
    Ok(())
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

/// What is due and free, as the next attempts at it. Reading it takes nothing.
pub fn due(connection: &mut Connection, order: &Order) -> QueryResult<Vec<Claim>> {
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
    let due: Vec<Waiting> = outbox::table
        .filter(outbox::channel.eq(order.channel.code()))
        .filter(outbox::kind.le(last_kind.code()))
        .filter(outbox::due_at.le(Moment(order.now)))
        .filter(outbox::leased_until.is_null().or(outbox::leased_until.le(Moment(order.now))))
        .filter(not(exists(earlier)))
        .order((outbox::due_at, outbox::id))
        .limit(order.limit.into())
        .select((outbox::citizen, outbox::id, outbox::message, outbox::kind, outbox::attempts))
        .load(connection)?;
    due.into_iter().map(|row| claim(row, order)).collect()
}

fn claim((citizen, id, message, kind, attempts): Waiting, order: &Order) -> QueryResult<Claim> {
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
