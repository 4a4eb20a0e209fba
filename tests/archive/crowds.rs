//! Thirty-two callers in two processes at one citizen: nothing acknowledged is lost, nothing refused is done, and no lock is a caller's problem.

use std::collections::HashSet;
use std::sync::Mutex;
use std::thread;

use dialogmodul::domain::unit::Purge;
use dialogmodul::domain::*;
use dialogmodul::error::Error;
use dialogmodul::repository::Repository;
use uuid::Uuid;

use super::people::*;
use crate::on_each_engine;
use crate::support;
use crate::support::database::{Database, Kind};

const CALLERS: usize = 32;
const CALLS: usize = 30;

/// What was acknowledged.
#[derive(Default)]
struct Ledger {
    first: Vec<Message>,
    replies: Vec<Message>,
    readings: Vec<(MessageId, String)>,
    rectified: Vec<MessageId>,
    purged: Vec<ThreadId>,
    refused: usize,
}

/// Done, or refused by the state of things; anything else is a caller's problem.
fn done(answer: Result<(), Error>) -> bool {
    match answer {
        Ok(()) => true,
        Err(Error::Refused(Refusal::ThreadClosed | Refusal::UnknownIdentifier)) => false,
        other => panic!("a caller was told {other:?}"),
    }
}

fn purging(message: &Message) -> Unit {
    let (citizen, thread, since) = (message.citizen, message.thread, message.created_at);
    let mut unit = Unit::default();
    unit.require(Condition::Resting { citizen, thread, since }, Refusal::UnknownIdentifier);
    unit.record(Fact::Purge(Purge {
        citizen,
        thread,
        context: message.context,
        at: noon(),
    }));
    unit.record(Fact::Audit(Box::new(record(Some(ALMA)))));
    unit
}

/// One call of one caller: a new thread, or something done to a thread that somebody began.
fn call(repository: &Repository, citizen: CitizenKey, caller: usize, number: usize, ledger: &Mutex<Ledger>) {
    let begun = {
        let ledger = ledger.lock().unwrap();
        // Most callers at the newest threads, so that they meet.
        let back = 1 + (caller * 7 + number * 3) % 6;
        ledger.first.len().checked_sub(back).map(|at| ledger.first[at].clone())
    };
    let (Some(first), true) = (begun, !number.is_multiple_of(4)) else {
        let message = letter(citizen);
        assert!(done(repository.commit(sending(&message, &[pdf("shared")])).wait()));
        return ledger.lock().unwrap().first.push(message);
    };
    let known = Condition::Known {
        citizen,
        message: first.id,
    };
    let kept = |answer: Result<(), Error>, keep: &dyn Fn(&mut Ledger)| {
        let mut ledger = ledger.lock().unwrap();
        if done(answer) { keep(&mut ledger) } else { ledger.refused += 1 }
    };
    match (caller + number) % 4 {
        0 => {
            let reply = answer(&first);
            kept(repository.commit(sending(&reply, &[pdf("shared")])).wait(), &|ledger| {
                ledger.replies.push(reply.clone())
            });
        }
        1 => {
            let reader = Organisation::new(OrganisationType::JOB_CENTRE, format!("{}", 10_000 + caller));
            let mut unit = reading(&first, Some(reader.clone()), minutes_later(2));
            unit.require(known, Refusal::UnknownIdentifier);
            kept(repository.commit(unit).wait(), &|ledger| {
                ledger.readings.push((first.id, reader.to_string()))
            });
        }
        2 => kept(repository.commit(rectifying(&first)).wait(), &|ledger| {
            ledger.rectified.push(first.id)
        }),
        _ => kept(repository.commit(purging(&first)).wait(), &|ledger| {
            ledger.purged.push(first.thread)
        }),
    }
}

on_each_engine! {
    /// M11, M19, S7: creating, replying, reading, rectifying and purging at the same citizen; the archive holds what was acknowledged.
    fn a_crowd_at_one_citizen_loses_nothing_and_sees_no_lock(database: &Database) {
        let processes = [database.repository(), database.repository()];
        processes[0].load_demo().unwrap();
        let citizen = alma(&processes[0]);
        let ledger = Mutex::new(Ledger::default());
        thread::scope(|scope| {
            for caller in 0..CALLERS {
                let (repository, ledger) = (&processes[caller % 2], &ledger);
                scope.spawn(move || (0..CALLS).for_each(|number| call(repository, citizen, caller, number, ledger)));
            }
        });
        let ledger = ledger.into_inner().unwrap();
        assert!(!ledger.replies.is_empty() && !ledger.readings.is_empty() && !ledger.rectified.is_empty() && !ledger.purged.is_empty());

        let gone: HashSet<ThreadId> = ledger.purged.iter().copied().collect();
        let stays = |message: &&Message| !gone.contains(&message.thread);
        assert_eq!(gone.len(), ledger.purged.len(), "a thread is purged once");
        let replied: HashSet<ThreadId> = ledger.replies.iter().map(|reply| reply.thread).collect();
        assert_eq!(replied.intersection(&gone).count(), 0, "a thread with a reply had no rest");

        let mut plain = database.connection();
        let hex = |id: Uuid| id.simple().to_string();
        let stored = |plain: &mut support::database::Plain, column: &str, table: &str| -> HashSet<String> {
            let shown = match database.kind() {
                Kind::Sqlite => format!("lower(hex({column}))"),
                Kind::Postgres => format!("replace({column}::text, '-', '')"),
            };
            plain.texts(&format!("SELECT {shown} AS value FROM {table}")).into_iter().collect()
        };
        let messages: HashSet<String> = ledger.first.iter().chain(&ledger.replies).filter(stays).map(|message| hex(message.id.0)).collect();
        assert_eq!(stored(&mut plain, "id", "message"), messages);
        let threads: HashSet<String> = ledger.first.iter().filter(stays).map(|message| hex(message.thread.0)).collect();
        assert_eq!(stored(&mut plain, "id", "thread"), threads);
        assert_eq!(stored(&mut plain, "id", "purged_thread"), gone.iter().map(|thread| hex(thread.0)).collect());

        let of_gone: HashSet<MessageId> = ledger.first.iter().filter(|message| gone.contains(&message.thread)).map(|message| message.id).collect();
        let rectified: HashSet<String> = ledger.rectified.iter().filter(|id| !of_gone.contains(id)).map(|id| hex(id.0)).collect();
        assert_eq!(ledger.rectified.iter().collect::<HashSet<_>>().len(), ledger.rectified.len(), "a message is rectified once");
        assert_eq!(stored(&mut plain, "message", "rectification"), rectified);
        let contents: HashSet<String> = messages.difference(&rectified).cloned().collect();
        assert_eq!(stored(&mut plain, "message", "message_content"), contents, "the text stays exactly where nothing took it away");

        let read: HashSet<(MessageId, String)> = ledger.readings.iter().filter(|(id, _)| !of_gone.contains(id)).cloned().collect();
        assert_eq!(plain.number("SELECT count(*) AS value FROM reading"), read.len() as i64);
        let named = plain.number("SELECT count(*) AS value FROM document_name");
        assert_eq!(named, contents.len() as i64, "one document hangs on each message that has its content");
        assert_eq!(plain.number("SELECT count(*) AS value FROM document_content"), i64::from(named > 0), "they all share their bytes");

        let calls = ledger.first.len() + ledger.replies.len() + ledger.readings.len() + ledger.rectified.len() + ledger.purged.len();
        assert_eq!(calls + ledger.refused, CALLERS * CALLS);
        assert_eq!(plain.number("SELECT count(*) AS value FROM audit_record"), calls as i64);
        assert_eq!(processes[0].audit().verify(&[], &mut |_, _| ()).unwrap().findings.len(), 0);
    }
}
