//! Many consumers on one queue while it is being filled, and a ledger that notices whatever must not happen.

use std::collections::{HashMap, HashSet};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use dialogmodul::domain::queue::EventKind;
use dialogmodul::domain::{Context, Refusal, SequenceId};
use dialogmodul::error::Error;

use super::consumer::{Consumer, Seen, Shop, code};
use crate::support::database::{Database, Kind};

/// So long at most; a queue that stands still is a failure.
const PATIENCE: Duration = Duration::from_secs(120);

/// What is known of every event.
#[derive(Default)]
struct Ledger {
    /// Events some open sequence has.
    held: HashSet<String>,
    /// Events that were delivered at least once.
    delivered: HashSet<String>,
    /// Deliveries of events that had been delivered before.
    again: usize,
    /// Events that were acknowledged.
    acknowledged: HashSet<String>,
    /// The last event of each citizen that was acknowledged.
    last: HashMap<String, u64>,
}

impl Ledger {
    /// Events came: none of them is in another open sequence, and each citizen's follow on what was acknowledged, without a gap.
    fn deliver(&mut self, events: &[Seen]) {
        let mut next: HashMap<&str, u64> = HashMap::new();
        for event in events {
            assert!(self.held.insert(event.id.clone()), "{event:?} is in two open sequences");
            assert!(!self.acknowledged.contains(&event.id), "{event:?} came after it was acknowledged");
            let last = self.last.get(&event.citizen).copied().unwrap_or_default();
            let expected = next.entry(&event.citizen).or_insert(last + 1);
            assert_eq!(event.number, *expected, "out of order: {event:?}");
            *expected += 1;
            if !self.delivered.insert(event.id.clone()) {
                self.again += 1;
            }
        }
    }

    /// About to be given back.
    fn release(&mut self, events: &[Seen]) {
        for event in events {
            self.held.remove(&event.id);
        }
    }

    /// About to be acknowledged; nobody else can, while the sequence is open.
    fn acknowledge(&mut self, events: &[Seen]) {
        self.release(events);
        for event in events {
            assert!(self.acknowledged.insert(event.id.clone()), "{event:?} is acknowledged twice");
            self.last.insert(event.citizen.clone(), event.number);
        }
    }
}

/// Fills the queue and empties it.
pub fn run(database: &Database, events: usize, citizens: u32, consumers: usize) {
    let shop = Shop::open(database, citizens);
    // One process has SQLite to itself; PostgreSQL serves several.
    let second = (database.kind() == Kind::Postgres).then(|| Shop::beside(&shop, database));
    let shops: Vec<&Shop> = std::iter::once(&shop).chain(&second).collect();
    let ledger = Mutex::new(Ledger::default());
    let end = Instant::now() + PATIENCE;
    thread::scope(|scope| {
        for producer in 0..8 {
            let shops = &shops;
            // A citizen has one producer; its events go through the processes in turn.
            scope.spawn(move || {
                for number in (producer..events).step_by(8) {
                    let citizen = number % citizens as usize / 8 * 8 + producer;
                    let shop = shops[number / 8 % shops.len()];
                    if citizen < citizens as usize {
                        shop.store(shop.event(citizen, EventKind::Created, Context(1)));
                    } else {
                        shop.store(shop.event(producer, EventKind::Created, Context(1)));
                    }
                }
            });
        }
        for number in 0..consumers {
            let (shop, ledger) = (shops[number % shops.len()], &ledger);
            scope.spawn(move || consume(&shop.consumer(&format!("system {number}")), number, ledger, events, end));
        }
    });
    let ledger = ledger.into_inner().unwrap();
    assert_eq!(
        (ledger.delivered.len(), ledger.acknowledged.len(), ledger.held.len()),
        (events, events, 0)
    );
    assert!(ledger.again > 0, "no consumer crashed or gave up: the test shows nothing");
    assert_eq!((database.count("queue_event"), database.count("queue_sequence")), (0, 0));
}

/// Reads until everything is acknowledged, and behaves differently in each round.
fn consume(consumer: &Consumer<'_>, number: usize, ledger: &Mutex<Ledger>, events: usize, end: Instant) {
    let mut abandoned: Option<(SequenceId, Vec<Seen>)> = None;
    for round in number.. {
        assert!(Instant::now() < end, "the queue stands still");
        let done = ledger.lock().unwrap().acknowledged.len() == events;
        if done && abandoned.is_none() {
            return;
        }
        let (sequence, count) = match consumer.create("") {
            Ok(opened) => opened,
            Err(Error::Refused(Refusal::SequenceOpen(open))) => {
                let (known, had) = abandoned.take().expect("a sequence nobody opened");
                assert_eq!(open, known);
                ledger.lock().unwrap().release(&had);
                consumer.close(open).unwrap();
                continue;
            }
            Err(error) => panic!("{error}"),
        };
        let seen = consumer.events(sequence).unwrap();
        assert!(seen.len() == count && count <= 500, "{count} promised, {} came", seen.len());
        ledger.lock().unwrap().deliver(&seen);
        match round % 7 {
            // It crashes, and finds the sequence open when it is back.
            3 => abandoned = Some((sequence, seen)),
            5 => {
                ledger.lock().unwrap().release(&seen);
                consumer.close(sequence).unwrap();
                assert_eq!(code(&consumer.close(sequence).unwrap_err()), 4589);
            }
            other => {
                ledger.lock().unwrap().acknowledge(&seen);
                consumer.terminate(sequence).unwrap();
                // Once more, as after an answer that was lost.
                if other == 1 {
                    assert_eq!(code(&consumer.terminate(sequence).unwrap_err()), 4589);
                }
            }
        }
        if count == 0 {
            thread::sleep(Duration::from_millis(5));
        }
    }
}
