//! What happens when a worker dies, is too slow, or cannot reach the archive at the worst moment (D1).

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use chrono::TimeDelta;
use dialogmodul::delivery::{Clock, Round, Templates, Worker};
use dialogmodul::domain::delivery::{Reason, Verdict};
use dialogmodul::domain::{Channel, Status};
use dialogmodul::repository::Order;
use uuid::Uuid;

use super::super::support::{
    self,
    database::{Database, Kind, Plain},
};
use super::stage::{ALMA, Act, Port, REACHABLE, Stage, pace};
use crate::on_each_engine;

on_each_engine! {
    /// D1: killed between send and confirmation: one duplicate under the same id when the lease has run out, and never a third.
    fn d1_a_kill_between_send_and_confirmation_makes_at_most_one_duplicate(database: &Database) {
        let (stage, port) = (Stage::new(database), Port::default());
        let message = stage.post(ALMA, Channel::Sms);
        port.will(&[Act::Die]);
        let mut killed = stage.worker(port.sms());
        assert!(catch_unwind(AssertUnwindSafe(|| killed.round())).is_err());
        drop(killed);
        assert_eq!((stage.status(&message), port.sent().len()), (Status::Created, 1));

        let mut next = stage.worker(port.sms());
        stage.pass(pace().lease() - TimeDelta::microseconds(1));
        assert_eq!(next.round().unwrap(), Round::Idle);
        stage.pass(TimeDelta::microseconds(1));
        assert_eq!(next.round().unwrap(), Round::Worked);
        for _ in 0..3 {
            stage.pass(TimeDelta::days(1));
            assert_eq!(next.round().unwrap(), Round::Idle);
        }
        let sent = port.sent();
        assert_eq!((sent.len(), sent[0].id, stage.status(&message)), (2, sent[1].id, Status::Delivered));
    }

    /// D1: a delivery that kills every worker is given up after as many attempts as any other.
    fn d1_a_delivery_that_kills_workers_is_given_up(database: &Database) {
        let (stage, port) = (Stage::new(database), Port::default());
        let message = stage.post(ALMA, Channel::Sms);
        port.will(&[Act::Die; 9]);
        for _ in 0..3 {
            let mut worker = stage.worker(port.sms());
            assert!(catch_unwind(AssertUnwindSafe(|| worker.round())).is_err());
            stage.pass(pace().lease());
        }
        assert_eq!(stage.worker(port.sms()).round().unwrap(), Round::Worked);
        assert_eq!((stage.status(&message), port.sent().len()), (Status::NotDelivered, 3));
        assert_eq!(stage.attempts(), [(3, i64::from(Reason::Interrupted.code()), 0)]);
    }

    /// D1: while the archive is away an outcome is kept and stored before anything else; nothing is sent twice.
    fn d1_an_outcome_that_cannot_be_stored_is_kept(database: &Database) {
        let (stage, port) = (Stage::new(database), Port::default());
        let message = stage.post(ALMA, Channel::Sms);
        let (locked, lock) = std::sync::mpsc::channel();
        let mut blocker = database.connection();
        port.then(move || {
            blocker.begin();
            if let Plain::Postgres(_) = blocker {
                blocker.execute("LOCK TABLE outbox IN ACCESS EXCLUSIVE MODE").unwrap();
            }
            locked.send(blocker).unwrap();
        });
        let mut worker = stage.worker(port.sms());
        assert!(worker.round().is_err());
        assert!(worker.round().is_err());
        lock.recv().unwrap().execute("ROLLBACK").unwrap();
        let sent_at = stage.now();
        stage.pass(TimeDelta::seconds(1));
        assert_eq!(worker.round().unwrap(), Round::Idle);
        assert_eq!((stage.history(&message).delivered_at, port.sent().len()), (Some(sent_at), 1));
    }

    /// D1: a worker has no connection of its own to fight for the database with: what it does goes through the committer, like every call.
    fn d1_what_a_worker_does_goes_into_the_group_commit(database: &Database) {
        let (stage, port) = (Stage::new(database), Port::default());
        for cpr in REACHABLE {
            stage.post(cpr, Channel::Sms);
        }
        let repository = database.repository();
        let written = || {
            let measured = repository.measured();
            let sum = measured.lines().find_map(|line| line.strip_prefix("dialogmodul_commit_writes_sum "));
            sum.unwrap().parse::<u32>().unwrap()
        };
        let clock: Clock = stage.clock();
        let mut worker = Worker::new(repository.clone(), port.sms(), Arc::new(Templates::shipped().unwrap()), pace(), clock);
        assert_eq!(worker.round().unwrap(), Round::Worked);
        assert_eq!((port.sent().len(), database.count("outbox")), (REACHABLE.len(), 0));
        // The answer comes before the count.
        let begun = std::time::Instant::now();
        while written() < 12 && begun.elapsed() < Duration::from_secs(10) {
            thread::sleep(Duration::from_millis(5));
        }
        assert_eq!((REACHABLE.len(), written()), (6, 12), "six are taken, six have ended");
        assert_eq!(worker.round().unwrap(), Round::Idle);
        assert_eq!(written(), 12, "where nothing is due nothing is written");
    }

    /// D1: four processes work on one outbox, and every message is sent exactly once.
    fn d1_processes_that_share_an_outbox_never_both_send(database: &Database) {
        let (stage, port) = (Stage::new(database), Port::slow(Duration::from_millis(2)));
        let messages: Vec<_> = (0..10).flat_map(|_| REACHABLE).map(|cpr| stage.post(cpr, Channel::Sms)).collect();
        thread::scope(|scope| {
            for _ in 0..4 {
                let mut worker = stage.worker(port.sms());
                let (database, port) = (&database, &port);
                scope.spawn(move || {
                    for _ in 0..2_000 {
                        // A locked SQLite file is no failure: the next round comes.
                        let _ = worker.round();
                        if port.sent().len() >= 60 && database.count("outbox") == 0 {
                            return;
                        }
                    }
                });
            }
        });
        let ids: HashSet<Uuid> = port.sent().iter().map(|sent| sent.id).collect();
        assert_eq!((port.sent().len(), ids.len()), (60, 60));
        assert!(messages.iter().all(|message| stage.status(message) == Status::Delivered));
        assert_eq!(database.count("delivery_attempt"), 60);
    }

    /// D1: who was too slow changes nothing any more: the first outcome of the worker that holds the lease stands.
    fn d1_a_worker_whose_lease_ran_out_settles_nothing(database: &Database) {
        let stage = Stage::new(database);
        let message = stage.post(ALMA, Channel::Sms);
        let outbox = stage.repository.outbox();
        let claim = || {
            let order = Order {
                owner: Uuid::now_v7(),
                channel: Channel::Sms,
                reminders: false,
                now: stage.now(),
                leased_until: stage.now() + TimeDelta::minutes(1),
                limit: 9,
            };
            outbox.claim(&order).unwrap()
        };
        let slow = claim();
        assert!(claim().is_empty());
        stage.pass(TimeDelta::minutes(1));
        let quick = claim();
        assert_eq!((slow[0].id, slow[0].attempt, quick[0].attempt), (quick[0].id, 1, 2));
        let settle = |claim, verdict| stage.repository.outbox().settle(claim, verdict, None, stage.now()).unwrap();
        assert!(!settle(&slow[0], Verdict::Failed { reason: Reason::TimedOut }));
        assert_eq!(stage.status(&message), Status::Created);
        assert!(settle(&quick[0], Verdict::Delivered));
        assert!(!settle(&slow[0], Verdict::Failed { reason: Reason::TimedOut }));
        assert!(!settle(&quick[0], Verdict::Delivered));
        assert_eq!((stage.status(&message), database.count("delivery_attempt")), (Status::Delivered, 1));
    }

    /// D1: a worker does not begin what it might not end within its lease; it gives it back uncounted.
    fn d1_a_send_begins_only_with_time_in_hand(database: &Database) {
        let (stage, port) = (Stage::new(database), Port::default());
        for cpr in REACHABLE {
            stage.post(cpr, Channel::Sms);
        }
        let (begun, taken) = (stage.now(), port.clone());
        // Every send takes longer than what must be in hand.
        let longer = pace().reserve() + TimeDelta::microseconds(1);
        let clock: Clock = Arc::new(move || begun + longer * i32::try_from(taken.sent().len()).unwrap());
        let mut slow = Worker::new(database.repository(), port.sms(), Arc::new(Templates::shipped().unwrap()), pace(), clock);
        assert_eq!(slow.round().unwrap(), Round::Paused);
        assert_eq!((port.sent().len(), database.count("outbox")), (1, 5));
        assert_eq!(database.connection().number("SELECT count(*) AS value FROM outbox WHERE attempts = 0 AND owner IS NULL"), 5);
    }
}
