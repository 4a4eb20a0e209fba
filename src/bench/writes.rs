//! The floor of writing: the rows of the same requests, inserted with nothing around them.
//! The units come from the desk, as in the service; then so many callers hand the rows of one unit each to one writer, which inserts what waits in one
//! transaction and answers. That is a group commit without conditions, sealing, HTTP or XML.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use xml::{Reader, Writer};

use super::Trouble;
use super::calls::{Person, headers_about};
use super::drive::Run;
use crate::contract::Operation;
use crate::contract::citizen_message_service::CreateMessageRequestType;
use crate::contract::citizen_message_service_v2::Operation as Messages;
use crate::domain::Unit;
use crate::domain::audit::Outcome;
use crate::repository::bench::{self, Bare, Prepared};
use crate::services::{Desk, Identity, Settings, Sources, Stated};

/// Units in a transaction at most, as in the archive's own writer.
const BATCH: usize = 256;

/// What the desk makes of messages, over an archive that knows their citizens. Nothing is stored.
pub fn units(url: &str, messages: impl Iterator<Item = (Person, CreateMessageRequestType)>) -> Result<Vec<Unit>, Trouble> {
    let desk = Desk::new(bench::open(url)?, Settings::default(), Sources::system())?;
    let operation = Operation::CitizenMessageServiceV2(Messages::CreateMessage);
    let mut units = Vec::new();
    for (person, message) in messages {
        let headers = headers_about(person)?;
        let (reference, now) = desk.begin();
        let stated = Stated::of(headers.metadata, headers.organisation);
        let caller = desk.admit(&Identity::Development, stated, now)?;
        let mut call = desk.call(reference, now, &Identity::Development, caller);
        let mut payload = Writer::fragment(4096);
        payload.element(&operation.description().request, &message);
        let payload = payload.finish();
        let broken = |violation| Trouble::because("a message of the bench", violation);
        let mut reader = Reader::new(&payload, xml::Limits::default()).map_err(broken)?;
        call.answer(operation, &mut reader, &mut Writer::fragment(1024))?;
        units.push(call.into_unit(Outcome::Answered));
    }
    Ok(units)
}

/// Inserts the rows of units for so many callers at a time.
pub fn insert(url: &str, units: &[Unit], callers: usize) -> Result<Run, Trouble> {
    let bare = Bare::open(url)?;
    let work = Mutex::new(bench::prepare(units).into_iter());
    let (hand_in, taken) = sync_channel(callers);
    let begun = Instant::now();
    let (mut run, stored) = std::thread::scope(|scope| -> Result<_, Trouble> {
        let writer = scope.spawn(|| write(bare, taken));
        let mut threads = Vec::new();
        for _ in 0..callers {
            let (hand_in, work, run) = (hand_in.clone(), &work, Run::empty()?);
            threads.push(scope.spawn(move || caller(run, &hand_in, || work.lock().unwrap_or_else(PoisonError::into_inner).next())));
        }
        drop(hand_in);
        let mut all = Run::empty()?;
        for thread in threads {
            all.join(thread.join().map_err(|_| Trouble::Other("a caller panicked".to_owned()))?);
        }
        Ok((all, writer.join().map_err(|_| Trouble::Other("the writer panicked".to_owned()))?))
    })?;
    stored?;
    run.seconds = begun.elapsed().as_secs_f64();
    run.all_answered()
}

/// A unit's rows, and who waits for them.
type Job<'u> = (Prepared<'u>, SyncSender<()>);

fn caller<'u>(mut run: Run, hand_in: &SyncSender<Job<'u>>, next: impl Fn() -> Option<Prepared<'u>>) -> Run {
    while let Some(rows) = next() {
        let begun = Instant::now();
        let (stored, wait) = sync_channel(1);
        let sent = hand_in.send((rows, stored)).is_ok() && wait.recv().is_ok();
        run.counted(begun, if sent { Ok(()) } else { Err("rows were not stored".to_owned()) });
    }
    run
}

fn write(mut bare: Bare, jobs: Receiver<Job<'_>>) -> Result<(), Trouble> {
    while let Ok(first) = jobs.recv() {
        let (rows, waiting): (Vec<_>, Vec<_>) = std::iter::once(first).chain(jobs.try_iter().take(BATCH - 1)).unzip();
        bare.insert(rows)?;
        for waiter in waiting {
            // A caller waits until it is told.
            let _ = waiter.send(());
        }
    }
    Ok(())
}
