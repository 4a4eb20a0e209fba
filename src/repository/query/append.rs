//! One batch of units inside one transaction: conditions first, then the facts of every unit they allow, then what a rectification takes away.
//! A constant number of statements per batch and table; where two processes could disagree, the rows in question are locked first.
//! Beginning and ending the transaction is left to the engine, retries to the committer.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use sha2::{Digest, Sha256};

use super::super::audit::Chain;
use super::super::facts::{Facts, Standing};
use super::super::ledger::{Entry, Lapse};
use super::super::rows::{AuditHead, Insert};
use super::super::schema::{
    answered_request, audit_record, chain_mark, document, document_content, document_name, legal_hold, message, message_content,
    rectification,
};
use super::super::types::{Identifier, Moment};
use super::{Connection, outbox, queue};
use crate::domain::queue::Queue;
use crate::domain::{CitizenKey, Condition, Fact, MessageId, Refusal, RequestKey, ThreadId, Unit};

/// Appends what the conditions allow; `refusals` gets one entry per unit. What goes into another database is committed there last of all.
pub fn append(
    connection: &mut Connection,
    units: &[&Unit],
    chain: &mut Chain,
    refusals: &mut Vec<Option<Refusal>>,
    entry: Option<&mut Entry<'_>>,
) -> Result<(), Lapse> {
    super::hold_queues(connection, &queues(units))?;
    let standing = standing(connection, units)?;
    let answered = standing.answered.clone();
    let (facts, refused) = Facts::gather(units, standing, chain);
    forget(connection, &facts, &answered)?;
    lift(connection, &facts)?;
    insert(connection, &facts)?;
    super::purge::purge(connection, &facts.purged)?;
    for rectification in &facts.rectifications {
        remove_content(connection, rectification.citizen, rectification.message)?;
    }
    match entry {
        _ if facts.audit.is_empty() => {}
        None => record(connection, &facts, chain)?,
        Some(entry) => {
            Insert::insert(connection, &[chain.mark()])?;
            entry.write(&facts, chain)?;
        }
    }
    *refusals = refused;
    Ok(())
}

/// Writes the records of a batch, and where their chain ends now.
pub fn record(connection: &mut Connection, facts: &Facts<'_>, chain: &Chain) -> QueryResult<()> {
    Insert::insert(connection, &facts.audit)?;
    Insert::insert(connection, &facts.audit_citizens)?;
    Insert::insert(connection, &[chain.head()]).map(drop)
}

/// Did the facts come through whose records, elsewhere, end with the chain's last? `before` is the chain as it was before them.
/// The mark is touched first: so a commit still under way is waited for, and what is read then is how it ended.
pub fn is_marked(connection: &mut Connection, before: &Chain, chain: &Chain) -> QueryResult<bool> {
    let mark = before.mark();
    diesel::insert_into(chain_mark::table)
        .values((
            chain_mark::chain.eq(mark.chain),
            chain_mark::number.eq(mark.number),
            chain_mark::seal.eq(mark.seal.as_slice()),
            chain_mark::signature.eq(mark.signature.as_slice()),
        ))
        .on_conflict(chain_mark::chain)
        .do_update()
        .set(chain_mark::number.eq(chain_mark::number))
        .execute(connection)?;
    let number: i64 = chain_mark::table.find(mark.chain).select(chain_mark::number).first(connection)?;
    Ok(number >= chain.number)
}

/// The rows alone, in a transaction of their own: what the engine can do without us (`repository::bench`).
pub fn bare(connection: &mut Connection, facts: &Facts<'_>, heads: &[AuditHead]) -> QueryResult<()> {
    super::transaction(connection, |connection| {
        rows(connection, facts)?;
        Insert::insert(connection, &facts.audit)?;
        Insert::insert(connection, &facts.audit_citizens)?;
        Insert::insert(connection, heads).map(drop)
    })
}

/// Is the chain's last record stored?
pub fn is_recorded(connection: &mut Connection, chain: &Chain) -> QueryResult<bool> {
    let found = audit_record::table
        .find((Identifier(chain.id), chain.number))
        .select(audit_record::number);
    Ok(found.first::<i64>(connection).optional()?.is_some())
}

fn insert(connection: &mut Connection, facts: &Facts<'_>) -> QueryResult<()> {
    rows(connection, facts)?;
    super::hold_contents(connection, &facts.document_contents)?;
    facts.turns.iter().try_for_each(|turn| queue::turn(connection, turn))?;
    outbox::work(connection, &facts.work)
}

fn rows(connection: &mut Connection, facts: &Facts<'_>) -> QueryResult<()> {
    Insert::insert(connection, &facts.threads)?;
    Insert::insert(connection, &facts.messages)?;
    Insert::insert(connection, &facts.message_contents)?;
    Insert::insert(connection, &facts.documents)?;
    Insert::insert(connection, &facts.document_names)?;
    Insert::insert(connection, &facts.document_contents)?;
    Insert::insert(connection, &facts.readings)?;
    Insert::insert(connection, &facts.rectifications)?;
    Insert::insert(connection, &facts.deliveries)?;
    Insert::insert(connection, &facts.outbox)?;
    Insert::insert(connection, &facts.events)?;
    Insert::insert(connection, &facts.answers)?;
    Insert::insert(connection, &facts.holds)?;
    Insert::insert(connection, &facts.purged).map(drop)
}

/// What of queues one transaction at a time may touch, as numbers in ascending order, so that two processes cannot wait for each other:
/// the events of a citizen, for their positions are to be in the order of their commits, and the sequences of an authority (Q3).
/// Two that share a number wait for each other without need, and that is all.
fn queues(units: &[&Unit]) -> BTreeSet<i64> {
    let number = |bytes: &[u8]| bytes.iter().take(8).fold(0_i64, |number, byte| (number << 8) | i64::from(*byte));
    let of_fact = |fact: &Fact| match fact {
        // The end of a UUIDv7 is random.
        Fact::Event(event) => Some(event.citizen.0.as_u64_pair().1.cast_signed()),
        Fact::Sequence(turn) => Some(number(&Sha256::digest(turn.recipient().to_string()))),
        _ => None,
    };
    units.iter().flat_map(|unit| &unit.facts).filter_map(of_fact).collect()
}

/// How things stand, with the threads in question locked until the end of the transaction: a reply and the rectification
/// of the first message cannot both succeed, whichever process they come through.
fn standing(connection: &mut Connection, units: &[&Unit]) -> QueryResult<Standing> {
    let mut standing = Standing::default();
    let (mut citizens, mut threads, mut messages) = (Vec::new(), Vec::new(), Vec::new());
    let (mut requests, mut recipients) = (Vec::new(), Vec::new());
    let (mut resting, mut to_be_held, mut claims) = (false, Vec::new(), Vec::new());
    let mut admitted_before = false;
    for (condition, _) in units.iter().flat_map(|unit| &unit.conditions) {
        match condition {
            Condition::AgreementsUnchanged { .. } => admitted_before = true,
            Condition::ThreadOpen { citizen, thread } => {
                citizens.push(Identifier(citizen.0));
                threads.push(Identifier(thread.0));
            }
            Condition::NotRectified { citizen, message } | Condition::Known { citizen, message } => {
                citizens.push(Identifier(citizen.0));
                messages.push(Identifier(message.0));
            }
            Condition::Resting { citizen, thread, .. } => {
                citizens.push(Identifier(citizen.0));
                threads.push(Identifier(thread.0));
                resting = true;
            }
            Condition::Waiting { claim, .. } | Condition::InHand(claim) => claims.push(claim),
            Condition::NotHeld { citizen } => to_be_held.push(Identifier(citizen.0)),
            Condition::FirstRequest { key, .. } => requests.push(key.0.as_slice().to_vec()),
            Condition::NoSequenceOpen(Queue { recipient, .. }) | Condition::SequenceOpen { recipient, .. } => {
                recipients.push(recipient.to_string());
            }
        }
    }
    standing.answered = answered(connection, requests)?;
    standing.held = super::purge::held(connection, &to_be_held)?;
    if !recipients.is_empty() {
        standing.sequences = queue::open_sequences(connection, &recipients)?.into_iter().collect();
    }
    if !citizens.is_empty() {
        threads_stand(connection, &mut standing, &citizens, threads, messages, resting)?;
    }
    // After the threads, as purge does it: so two processes cannot wait for each other.
    standing.hands = outbox::hands(connection, &claims)?;
    if admitted_before {
        // Last: what changed while the locks were waited for counts.
        standing.agreements = Some(super::organisations::version(connection)?);
    }
    Ok(standing)
}

/// How threads stand, and the messages that are named beside them.
fn threads_stand(
    connection: &mut Connection,
    standing: &mut Standing,
    citizens: &[Identifier],
    mut threads: Vec<Identifier>,
    mut messages: Vec<Identifier>,
    resting: bool,
) -> QueryResult<()> {
    if !messages.is_empty() {
        let found: Vec<(Identifier, Identifier, Identifier)> = message::table
            .filter(message::citizen.eq_any(citizens))
            .filter(message::id.eq_any(&messages))
            .select((message::citizen, message::id, message::thread))
            .load(connection)?;
        for (citizen, id, thread) in found {
            standing
                .threads
                .insert((CitizenKey(citizen.0), MessageId(id.0)), ThreadId(thread.0));
            threads.push(thread);
        }
    }
    for (citizen, id, first) in super::lock_threads(connection, citizens, &threads)? {
        standing.first.insert((CitizenKey(citizen.0), ThreadId(id.0)), MessageId(first.0));
        messages.push(first);
    }
    // Of what was there before the lock, what still is.
    standing.known = standing
        .threads
        .iter()
        .filter(|((citizen, _), thread)| standing.first.contains_key(&(*citizen, **thread)))
        .map(|(message, _)| *message)
        .collect();
    if resting {
        standing.last_activity = super::purge::last_activity(connection, citizens, &threads)?;
    }
    let rectified: Vec<(Identifier, Identifier)> = rectification::table
        .filter(rectification::citizen.eq_any(citizens))
        .filter(rectification::message.eq_any(&messages))
        .select((rectification::citizen, rectification::message))
        .load(connection)?;
    standing.rectified = rectified
        .into_iter()
        .map(|(citizen, message)| (CitizenKey(citizen.0), MessageId(message.0)))
        .collect();
    Ok(())
}

/// When the requests were answered that have been.
fn answered(connection: &mut Connection, keys: Vec<Vec<u8>>) -> QueryResult<HashMap<RequestKey, DateTime<Utc>>> {
    if keys.is_empty() {
        return Ok(HashMap::new());
    }
    let found: Vec<(Vec<u8>, Moment)> = answered_request::table
        .filter(answered_request::key.eq_any(keys))
        .select((answered_request::key, answered_request::answered_at))
        .load(connection)?;
    let key = |(key, at): (Vec<u8>, Moment)| Some((RequestKey(key.try_into().ok()?), at.0));
    Ok(found.into_iter().filter_map(key).collect())
}

/// Ends legal holds, and removes answers whose time is over.
fn lift(connection: &mut Connection, facts: &Facts<'_>) -> QueryResult<()> {
    for hold in &facts.lifted {
        diesel::delete(legal_hold::table.find((Identifier(hold.citizen.0), hold.reason.as_str()))).execute(connection)?;
    }
    if !facts.forgotten.is_empty() {
        let keys: Vec<&[u8]> = facts.forgotten.iter().map(|key| key.0.as_slice()).collect();
        diesel::delete(answered_request::table.filter(answered_request::key.eq_any(keys))).execute(connection)?;
    }
    let held: Vec<Identifier> = facts.holds.iter().map(|hold| hold.citizen).collect();
    super::lock_citizens(connection, &held)
}

/// Removes the forgotten answers whose identifiers are used again. What another process stored meanwhile is another answer and stays.
fn forget(connection: &mut Connection, facts: &Facts<'_>, answered: &HashMap<RequestKey, DateTime<Utc>>) -> QueryResult<()> {
    for answer in &facts.answers {
        if let Some(at) = answered.get(&RequestKey(answer.key)) {
            diesel::delete(answered_request::table.find(answer.key.as_slice()))
                .filter(answered_request::answered_at.eq(Moment(*at)))
                .execute(connection)?;
        }
    }
    Ok(())
}

/// Takes title, text, file names and documents away (M11). Bytes stay as long as another document of the citizen has the same.
fn remove_content(connection: &mut Connection, citizen: Identifier, message: Identifier) -> QueryResult<()> {
    diesel::delete(message_content::table.find((citizen, message))).execute(connection)?;
    let documents: Vec<(Identifier, Vec<u8>)> = document::table
        .filter(document::citizen.eq(citizen))
        .filter(document::message.eq(message))
        .select((document::id, document::sha256))
        .order(document::sha256)
        .load(connection)?;
    for (id, _) in &documents {
        diesel::delete(document_name::table.find((citizen, id))).execute(connection)?;
    }
    let hashes: Vec<Vec<u8>> = documents.into_iter().map(|(_, sha256)| sha256).collect();
    remove_unused(connection, citizen, &hashes)
}

/// Takes away the bytes that no document of the citizen with a name has any more; the hashes are in order.
pub fn remove_unused(connection: &mut Connection, citizen: Identifier, hashes: &[Vec<u8>]) -> QueryResult<()> {
    if hashes.is_empty() {
        return Ok(());
    }
    super::lock_contents(connection, citizen, hashes)?;
    let in_use: HashSet<Vec<u8>> = document::table
        .inner_join(
            document_name::table.on(document_name::citizen
                .eq(document::citizen)
                .and(document_name::document.eq(document::id))),
        )
        .filter(document::citizen.eq(citizen))
        .filter(document::sha256.eq_any(hashes))
        .select(document::sha256)
        .load(connection)?
        .into_iter()
        .collect();
    for sha256 in hashes.iter().filter(|sha256| !in_use.contains(*sha256)) {
        diesel::delete(document_content::table.find((citizen, sha256))).execute(connection)?;
    }
    Ok(())
}
