//! The pull queue as its consumers meet it, on SQLite and on PostgreSQL: consumers that crash, give up, acknowledge twice or lose an answer,
//! and many of them at once on one queue (Q1, Q2, Q3).

#![allow(missing_docs, reason = "tests")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

mod support {
    #![allow(dead_code, reason = "each test binary uses its own part of the support")]
    pub mod database;
}

#[path = "consumers/consumer.rs"]
mod consumer;
#[path = "consumers/crowd.rs"]
mod crowd;

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use consumer::{Consumer, Shop, code, job_centre, other_job_centre};
use dialogmodul::domain::queue::EventKind;
use dialogmodul::domain::{Context, SequenceId};
use dialogmodul::error::Error;
use support::database::{Database, Kind};
use uuid::Uuid;

on_each_engine! {
    /// Q2: a consumer that crashed finds its sequence named in the refusal, gives it up, and gets the same events with the same identifiers.
    fn q2_a_crashed_consumer_gets_the_same_events_again(database: &Database) {
        let shop = Shop::open(database, 3);
        shop.fill(0, 4);
        let consumer = shop.consumer("kss");
        let (sequence, count) = consumer.create("").unwrap();
        let before = consumer.events(sequence).unwrap();
        assert_eq!((count, before.len()), (4, 4));
        assert_eq!(consumer.events(sequence).unwrap(), before, "asked again, the same");

        let refusal = consumer.create("").unwrap_err();
        assert!(refusal.to_string().contains(&sequence.to_string()), "{refusal}");
        assert_eq!(code(&refusal), 90020);
        consumer.close(sequence).unwrap();
        let (again, _) = consumer.create("").unwrap();
        assert_ne!(again, sequence);
        assert_eq!(consumer.events(again).unwrap(), before);
        assert_eq!(code(&consumer.events(sequence).unwrap_err()), 4589);
    }

    /// Q2: terminating acknowledges everything; a second time, or after an answer that was lost, the sequence is unknown and nothing changes.
    fn q2_terminating_twice_acknowledges_once(database: &Database) {
        let shop = Shop::open(database, 1);
        shop.fill(0, 3);
        let consumer = shop.consumer("kss");
        let (sequence, _) = consumer.create("").unwrap();
        shop.fill(0, 2);
        consumer.terminate(sequence).unwrap();
        for again in [consumer.terminate(sequence), consumer.close(sequence)] {
            assert_eq!(code(&again.unwrap_err()), 4589);
        }
        let (next, count) = consumer.create("").unwrap();
        assert_eq!((count, database.count("queue_event")), (2, 2));
        assert_eq!(consumer.events(next).unwrap().iter().map(|event| event.number).collect::<Vec<_>>(), [4, 5]);
    }

    /// Q1: a sequence holds the 500 oldest; what does not fit waits for the next one.
    fn q1_at_most_500_events_in_a_sequence(database: &Database) {
        let shop = Shop::open(database, 7);
        shop.fill_all(510);
        let consumer = shop.consumer("kss");
        for expected in [500, 10] {
            let (sequence, count) = consumer.create("").unwrap();
            assert_eq!((count, consumer.events(sequence).unwrap().len()), (expected, expected));
            consumer.terminate(sequence).unwrap();
        }
        assert_eq!(consumer.create("").unwrap().1, 0);
    }

    /// Q1: of many that open a sequence for one system at the same time, through several processes, one succeeds and the others are told of it.
    fn q1_one_of_many_opens_the_sequence(database: &Database) {
        let shop = Shop::open(database, 1);
        shop.fill(0, 3);
        let others = Shop::beside(&shop, database);
        let answers: Vec<_> = thread::scope(|scope| {
            let starts: Vec<_> = (0..8)
                .map(|number| if number % 2 == 0 { &shop } else { &others })
                .map(|shop| scope.spawn(|| shop.consumer("kss").create("")))
                .collect();
            starts.into_iter().map(|start| start.join().unwrap()).collect()
        });
        let open: Vec<SequenceId> = answers.iter().filter_map(|answer| answer.as_ref().ok()).map(|(sequence, _)| *sequence).collect();
        assert_eq!((open.len(), database.count("queue_sequence")), (1, 1));
        for refusal in answers.iter().filter_map(|answer| answer.as_ref().err()) {
            assert!(code(refusal) == 90020 && refusal.to_string().contains(&open[0].to_string()), "{refusal}");
        }
    }

    /// Q1: where the sequence in the way is gone whenever it is looked for, the call gives up, and leaves nothing but its record.
    fn q1_a_sequence_that_comes_and_goes_is_not_waited_for_forever(database: &Database) {
        let shop = Shop::open(database, 1);
        shop.consumer("kss").create("").unwrap();
        // From now on only who writes sees the sequence: each look finds it gone, each attempt finds it in the way.
        let writes = match database.kind() {
            Kind::Sqlite => "(SELECT query_only FROM pragma_query_only) = 0",
            Kind::Postgres => "current_setting('transaction_read_only') = 'off'",
        };
        let hide = format!("ALTER TABLE queue_sequence RENAME TO kept; CREATE VIEW queue_sequence AS SELECT * FROM kept WHERE {writes}");
        database.connection().execute(&hide).unwrap();
        let records = database.count("audit_record");
        let (tell, told) = mpsc::channel();
        let asked = thread::spawn(move || tell.send(shop.consumer("kss").create("")).unwrap());
        let answer = told.recv_timeout(Duration::from_secs(60)).expect("it gives up");
        assert!(matches!(&answer, Err(Error::Unavailable(why)) if why.contains("too fast")), "{answer:?}");
        asked.join().unwrap();
        assert_eq!((database.count("audit_record"), database.count("kept")), (records + 1, 1));
    }

    /// Q1: a sequence of another system or another authority never works, and nothing in it changes.
    fn q1_a_sequence_is_its_readers_own(database: &Database) {
        let shop = Shop::open(database, 1);
        shop.fill(0, 3);
        let consumer = shop.consumer("kss");
        let (sequence, _) = consumer.create("").unwrap();
        let before = consumer.events(sequence).unwrap();
        let strangers = [shop.consumer("other"), Consumer { organisation: other_job_centre(), ..shop.consumer("kss") }];
        for stranger in &strangers {
            assert_eq!(code(&stranger.events(sequence).unwrap_err()), 4589);
            assert_eq!(code(&stranger.terminate(sequence).unwrap_err()), 4589);
            assert_eq!(code(&stranger.close(sequence).unwrap_err()), 4589);
        }
        assert_eq!(code(&consumer.events(SequenceId(Uuid::now_v7())).unwrap_err()), 4589);
        assert_eq!(consumer.events(sequence).unwrap(), before);
    }

    /// Q3: what an open sequence has is in no other one, and a later event of the same citizen waits behind it; other citizens do not.
    fn q3_later_events_of_a_citizen_wait(database: &Database) {
        let shop = Shop::open(database, 2);
        shop.fill(0, 2);
        let (one, other) = (shop.consumer("one"), shop.consumer("other"));
        let (first, _) = one.create("").unwrap();
        shop.fill(0, 1);
        shop.fill(1, 1);
        let (second, count) = other.create("").unwrap();
        assert_eq!((count, other.events(second).unwrap()[0].citizen.as_str()), (1, shop.citizen(1)));
        other.terminate(second).unwrap();
        one.terminate(first).unwrap();
        let (third, _) = other.create("").unwrap();
        assert_eq!(other.events(third).unwrap().iter().map(|event| event.number).collect::<Vec<_>>(), [3]);
    }

    /// Q3: a sub-queue and the main queue share events and keep the order of a citizen: what one has taken, the other waits for.
    fn q3_sub_queues_share_what_they_have(database: &Database) {
        let shop = Shop::open(database, 1);
        shop.fill_with(0, Context(1), 1);
        shop.fill_with(0, Context::RECOMMENDATION, 1);
        shop.fill_with(0, Context(1), 1);
        let consumer = shop.consumer("kss");
        let numbers = |sequence| consumer.events(sequence).unwrap().iter().map(|event| event.number).collect::<Vec<_>>();
        let (recommendations, _) = consumer.create("recommendations").unwrap();
        assert_eq!(numbers(recommendations), [2]);
        let (main, _) = consumer.create("").unwrap();
        assert_eq!(numbers(main), [1]);
        consumer.close(recommendations).unwrap();
        consumer.terminate(main).unwrap();
        let (main, _) = consumer.create("").unwrap();
        assert_eq!(numbers(main), [2, 3]);
        assert_eq!(consumer.create("recommendations").unwrap().1, 0);
    }

    /// M21: an event comes back as it was stored: who caused it, when by that user's own clock, and what happened.
    fn m21_an_event_comes_back_as_it_was_stored(database: &Database) {
        let shop = Shop::open(database, 1);
        let kinds = [EventKind::Created, EventKind::Replied, EventKind::Read, EventKind::Rectified];
        let stored = kinds.map(|kind| shop.store(shop.event(0, kind, Context(2))));
        let (sequence, _) = shop.consumer("kss").create("").unwrap();
        let read = shop.reader().sequence_events(sequence, "kss", &job_centre()).unwrap().unwrap();
        let shown = |event: &dyn std::fmt::Debug| format!("{event:?}");
        for (stored, (cpr, event)) in stored.iter().zip(&read) {
            assert_eq!((shown(stored), cpr.expose()), (shown(event), shop.citizen(0)));
            let (one, other) = (&stored.registration.user, &event.registration.user);
            assert_eq!((&one.name, &one.identifier, one.registered_at), (&other.name, &other.identifier, other.registered_at));
            assert_eq!(one.registered_at.offset(), other.registered_at.offset());
        }
        assert_eq!(read.len(), kinds.len());
    }

    /// Q1, Q2, Q3: 5,000 events, written through several processes while eight consumers read them, each crashing, giving up, acknowledging twice
    /// and losing answers in turn: every event is delivered, acknowledged exactly once, in two open sequences never, and in order per citizen.
    fn q3_eight_consumers_and_5000_events(database: &Database) {
        crowd::run(database, 5_000, 250, 8);
    }
}
