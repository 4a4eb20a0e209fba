//! In which order messages leave, and which never enter the outbox.

use chrono::TimeDelta;
use dialogmodul::delivery::Round;
use dialogmodul::domain::delivery::Reason;
use dialogmodul::domain::{Channel, Status};

use super::super::support::{
    self,
    database::{Database, Kind},
};
use super::stage::{ALMA, Act, BERTIL, Port, Stage};
use crate::on_each_engine;

on_each_engine! {
    /// D1: a citizen's messages leave in the order they were sent, whatever happens to the first; others are not held up.
    fn d1_a_later_message_never_overtakes_an_earlier_one(database: &Database) {
        let (stage, port) = (Stage::new(database), Port::default());
        let first = stage.post(ALMA, Channel::Sms);
        let second = stage.post(ALMA, Channel::Sms);
        let other = stage.post(BERTIL, Channel::Sms);
        port.will(&[Act::Fail(Reason::NotNow)]);
        let mut worker = stage.worker(port.sms());
        assert_eq!(worker.round().unwrap(), Round::Worked);
        assert_eq!(worker.round().unwrap(), Round::Idle);
        assert_eq!([&first, &second, &other].map(|message| stage.status(message)), [Status::Created, Status::Created, Status::Delivered]);
        stage.pass(TimeDelta::seconds(30));
        worker.round().unwrap();
        assert_eq!([&first, &second].map(|message| stage.status(message)), [Status::Delivered, Status::Created]);
        worker.round().unwrap();
        assert_eq!((stage.status(&second), port.sent().len()), (Status::Delivered, 3));
    }

    /// D1: a message that is given up makes way for the next.
    fn d1_a_failed_message_makes_way(database: &Database) {
        let (stage, port) = (Stage::new(database), Port::default());
        let (first, second) = (stage.post(ALMA, Channel::Sms), stage.post(ALMA, Channel::Sms));
        port.will(&[Act::Fail(Reason::MessageRefused)]);
        let mut worker = stage.worker(port.sms());
        worker.round().unwrap();
        worker.round().unwrap();
        assert_eq!([&first, &second].map(|message| stage.status(message)), [Status::NotDelivered, Status::Delivered]);
    }

    /// D1: e-mail and SMS do not wait for each other.
    fn d1_each_channel_has_a_worker_of_its_own(database: &Database) {
        let (stage, port) = (Stage::new(database), Port::default());
        let (mail, sms) = (stage.post(ALMA, Channel::Email), stage.post(ALMA, Channel::Sms));
        stage.worker(port.sms()).round().unwrap();
        assert_eq!([&mail, &sms].map(|message| stage.status(message)), [Status::Created, Status::Delivered]);
        stage.worker(port.email()).round().unwrap();
        assert_eq!(stage.status(&mail), Status::Delivered);
    }

    /// D5, M19: what is pulled is delivered by being stored, and never enters the outbox.
    fn d5_what_is_pulled_is_not_carried_out(database: &Database) {
        let stage = Stage::new(database);
        let message = stage.post_on(ALMA, Channel::AuthorityToAuthority, &[Channel::AuthorityToAuthority, Channel::JobnetNotification]);
        let notification = stage.post(ALMA, Channel::JobnetNotification);
        assert_eq!((database.count("delivery"), database.count("outbox")), (3, 0));
        assert_eq!([&message, &notification].map(|message| stage.status(message)), [Status::Delivered; 2]);
        assert!(stage.repository.reader().outbox_depth().unwrap().is_empty());
    }
}
