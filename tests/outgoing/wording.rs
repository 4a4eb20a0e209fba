//! What leaves the system, and what does not (D3).

use chrono::TimeDelta;
use dialogmodul::domain::delivery::Reason;
use dialogmodul::domain::unit::Rectification;
use dialogmodul::domain::{Channel, Fact, Organisation, OrganisationType, Status, Unit};

use super::super::support::{
    self,
    database::{Database, Kind},
};
use super::stage::{ALMA, Port, Stage, work};
use crate::on_each_engine;

on_each_engine! {
    /// D3: about a message between authorities only a notice leaves; a message by e-mail or SMS has its own words and its sender.
    fn d3_a_notice_of_a_message_between_authorities_has_no_content(database: &Database) {
        let (stage, port) = (Stage::new(database), Port::default());
        let between = stage.post_on(ALMA, Channel::AuthorityToAuthority, &[Channel::AuthorityToAuthority, Channel::Email, Channel::Sms]);
        let mut workers = [stage.worker(port.email()), stage.worker(port.sms())];
        work(&mut workers);
        stage.post(ALMA, Channel::Email);
        stage.post(ALMA, Channel::Sms);
        work(&mut workers);
        let sent = port.sent();
        assert_eq!(sent.iter().map(|sent| sent.to.as_str()).collect::<Vec<_>>(), ["borger1@example.dk", "+4520000000", "borger1@example.dk", "+4520000000"]);
        for (sent, own) in sent.iter().zip([false, false, true, true]) {
            for secret in ["flyttet", "mandag", "Jobcenter"] {
                assert_eq!(sent.words.contains(secret), own, "{secret} in {}", sent.words);
            }
            assert!(!sent.words.contains("Ærlig"), "no caseworker is named: {}", sent.words);
        }
        assert_eq!(stage.status(&between), Status::Delivered);
    }

    /// M11: a message that was taken back meanwhile is not told of.
    fn m11_nobody_is_told_of_a_message_that_was_taken_back(database: &Database) {
        let (stage, port) = (Stage::new(database), Port::default());
        let message = stage.post_on(ALMA, Channel::AuthorityToAuthority, &[Channel::AuthorityToAuthority, Channel::Email]);
        stage.pass(TimeDelta::seconds(1));
        let mut unit = Unit::default();
        unit.record(Fact::Rectification(Rectification {
            citizen: message.citizen,
            message: message.id,
            by: Organisation::new(OrganisationType::JOB_CENTRE, "90101"),
            reason: "Forkert borger".to_owned(),
            at: stage.now(),
        }));
        stage.repository.commit(unit).wait().unwrap();
        stage.worker(port.email()).round().unwrap();
        assert_eq!((port.sent().len(), stage.status(&message)), (0, Status::Rectified));
        assert_eq!(stage.attempts(), [(3, i64::from(Reason::ContentGone.code()), 0)]);
    }
}
