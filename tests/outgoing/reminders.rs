//! Reminders: by day only, and one at a time (D4).

use chrono::TimeDelta;
use dialogmodul::delivery::Round;
use dialogmodul::domain::delivery::Reason;
use dialogmodul::domain::message::History;
use dialogmodul::domain::{Channel, Status};

use super::super::support::{
    self,
    database::{Database, Kind},
};
use super::stage::{ALMA, Act, Port, Stage};
use crate::on_each_engine;

on_each_engine! {
    /// D4: at night a reminder waits until 09:00 Danish time, also in the nights when the clock changes; messages do not wait.
    fn d4_reminders_wait_for_the_day(database: &Database) {
        let (stage, port) = (Stage::new(database), Port::default());
        let mut worker = stage.worker(port.sms());
        let mut before = 0;
        for (evening, night, before_nine, nine) in [
            ("2026-01-15T20:59:59Z", "2026-01-15T21:00:00Z", "2026-01-16T07:59:59Z", "2026-01-16T08:00:00Z"),
            ("2026-03-28T20:59:59Z", "2026-03-28T21:00:00Z", "2026-03-29T06:59:59Z", "2026-03-29T07:00:00Z"),
            ("2026-07-15T19:59:59Z", "2026-07-15T20:00:00Z", "2026-07-16T06:59:59Z", "2026-07-16T07:00:00Z"),
            ("2026-10-24T19:59:59Z", "2026-10-24T20:00:00Z", "2026-10-25T07:59:59Z", "2026-10-25T08:00:00Z"),
        ] {
            stage.set(evening);
            let message = stage.post(ALMA, Channel::AuthorityToAuthority);
            stage.remind(&message);
            assert_eq!(worker.round().unwrap(), Round::Worked, "{evening}");
            stage.set(night);
            stage.remind(&message);
            let urgent = stage.post(ALMA, Channel::Sms);
            worker.round().unwrap();
            assert_eq!((stage.status(&urgent), database.count("outbox")), (Status::Delivered, 1), "{night}");
            stage.set(before_nine);
            assert_eq!(worker.round().unwrap(), Round::Idle, "{before_nine}");
            stage.set(nine);
            assert_eq!(worker.round().unwrap(), Round::Worked, "{nine}");
            before += 3;
            assert_eq!((port.sent().len(), database.count("outbox")), (before, 0));
        }
    }

    /// D4: a reminder of a message that already waits is dropped, also one in work; after it has gone there can be another.
    fn d4_a_reminder_that_waits_is_not_queued_twice(database: &Database) {
        let (stage, port) = (Stage::new(database), Port::default());
        let (one, other) = (stage.post(ALMA, Channel::AuthorityToAuthority), stage.post(ALMA, Channel::AuthorityToAuthority));
        for message in [&one, &one, &other, &one] {
            stage.remind(message);
        }
        assert_eq!(database.count("outbox"), 2);
        port.will(&[Act::Fail(Reason::NotNow)]);
        let mut worker = stage.worker(port.sms());
        worker.round().unwrap();
        stage.remind(&one);
        assert_eq!(database.count("outbox"), 1);
        stage.pass(TimeDelta::hours(1));
        worker.round().unwrap();
        assert_eq!((port.sent().len(), database.count("outbox")), (2, 0));
        stage.remind(&one);
        worker.round().unwrap();
        assert_eq!(port.sent().len(), 3);
    }

    /// D4, M10: a reminder, sent or given up, changes nothing about its message.
    fn d4_a_reminder_leaves_the_status_alone(database: &Database) {
        let (stage, port) = (Stage::new(database), Port::default());
        let message = stage.post_on(ALMA, Channel::Sms, &[]);
        port.will(&[Act::Fail(Reason::MessageRefused)]);
        let mut worker = stage.worker(port.sms());
        for _ in 0..2 {
            stage.remind(&message);
            worker.round().unwrap();
        }
        assert_eq!((stage.history(&message), stage.attempts().len()), (History::default(), 2));
    }

    /// D4: a reminder does not go before the message it reminds of, and holds no message up.
    fn d4_a_reminder_stands_behind_messages(database: &Database) {
        let (stage, port) = (Stage::new(database), Port::default());
        let message = stage.post(ALMA, Channel::Sms);
        stage.remind(&message);
        port.will(&[Act::Fail(Reason::NotNow)]);
        let mut worker = stage.worker(port.sms());
        worker.round().unwrap();
        assert_eq!((worker.round().unwrap(), port.sent().len()), (Round::Idle, 0));
        stage.pass(TimeDelta::hours(1));
        worker.round().unwrap();
        worker.round().unwrap();
        let words: Vec<_> = port.sent().into_iter().map(|sent| sent.words).collect();
        assert!(words[0].starts_with("Møde flyttet") && words[1].starts_with("Påmindelse"), "{words:?}");
    }
}
