//! SMS through a gateway, from the stored message to its status.

use chrono::TimeDelta;
use dialogmodul::delivery::{Round, Settings};
use dialogmodul::domain::delivery::Reason;
use dialogmodul::domain::{Channel, Status};

use super::super::support::{
    self,
    database::{Database, Kind},
};
use super::gateway::SmsGateway;
use super::stage::{ALMA, HAKON, REACHABLE, Stage, quick};
use crate::on_each_engine;

on_each_engine! {
    /// D1, D2: an SMS reaches the gateway once, in the form of the contract.
    fn d2_an_sms_is_delivered_once(database: &Database) {
        let (stage, gateway) = (Stage::new(database), SmsGateway::start());
        let message = stage.post(ALMA, Channel::Sms);
        let settings = Settings { sms_url: Some(gateway.url()), sms_token: Some("token".parse().unwrap()), ..quick() };
        let mut worker = stage.worker_of(&settings);
        assert_eq!(worker.round().unwrap(), Round::Worked);
        stage.pass(TimeDelta::days(1));
        assert_eq!((worker.round().unwrap(), stage.status(&message)), (Round::Idle, Status::Delivered));
        let told = gateway.told();
        assert_eq!(told.len(), 1);
        assert!(told[0].head.starts_with("POST /sms HTTP/1.1\r\n"), "{}", told[0].head);
        let head = told[0].head.to_ascii_lowercase();
        assert!(head.contains("content-type: application/json; charset=utf-8\r\n") && head.contains("authorization: bearer token\r\n"), "{head}");
        let body = told[0].body.as_object().unwrap();
        assert_eq!((body.len(), body["to"].as_str(), body["id"].as_str().unwrap().len()), (3, Some("+4520000000"), 36));
        assert!(body["text"].as_str().unwrap().starts_with("Møde flyttet\nMødet er flyttet til mandag.\n"), "{body:?}");
    }

    /// D1: 5xx, 429 and silence are tried again with the same id; then the SMS goes.
    fn d1_an_sms_is_tried_again_under_the_same_id(database: &Database) {
        let stage = Stage::new(database);
        for (answer, reason, status) in [(Some(500), Reason::NotNow, 500), (Some(429), Reason::NotNow, 429), (None, Reason::TimedOut, 0), (Some(302), Reason::SenderRefused, 302)] {
            let gateway = SmsGateway::start();
            let message = stage.post(ALMA, Channel::Sms);
            gateway.will(&[answer]);
            let mut worker = stage.sms_worker(&gateway);
            worker.round().unwrap();
            assert_eq!(stage.status(&message), Status::Created);
            assert_eq!(worker.round().unwrap(), Round::Idle);
            stage.pass(TimeDelta::seconds(30));
            worker.round().unwrap();
            assert_eq!(stage.status(&message), Status::Delivered, "{answer:?}");
            let told = gateway.told();
            assert_eq!((told.len(), &told[0].body), (2, &told[1].body));
            let attempts = stage.attempts();
            assert_eq!(attempts[attempts.len() - 2..], [(1, i64::from(reason.code()), status), (2, 0, 0)]);
            stage.pass(TimeDelta::hours(1));
        }
    }

    /// D1: what the gateway calls our fault is given up at once.
    fn d1_a_permanent_refusal_of_an_sms_is_final(database: &Database) {
        let (stage, gateway) = (Stage::new(database), SmsGateway::start());
        let message = stage.post(ALMA, Channel::Sms);
        gateway.will(&[Some(422)]);
        let mut worker = stage.sms_worker(&gateway);
        worker.round().unwrap();
        stage.pass(TimeDelta::days(1));
        assert_eq!((worker.round().unwrap(), stage.status(&message), gateway.told().len()), (Round::Idle, Status::NotDelivered, 1));
        assert_eq!(stage.attempts(), [(3, i64::from(Reason::MessageRefused.code()), 422)]);
    }

    /// D2: without a mobile number the message is not delivered, with that reason, and nobody is called.
    fn d2_without_a_number_it_is_not_delivered(database: &Database) {
        let (stage, gateway) = (Stage::new(database), SmsGateway::start());
        let message = stage.post(HAKON, Channel::Sms);
        stage.sms_worker(&gateway).round().unwrap();
        assert_eq!((stage.status(&message), gateway.told().len()), (Status::NotDelivered, 0));
        assert_eq!(stage.attempts(), [(3, i64::from(Reason::NoAddress.code()), 0)]);
    }

    /// D1: a gateway that nobody listens at stops the round: the others keep their attempts.
    fn d1_a_dead_gateway_costs_one_attempt_of_one_message(database: &Database) {
        let stage = Stage::new(database);
        for cpr in REACHABLE {
            stage.post(cpr, Channel::Sms);
        }
        let nobody = Settings { sms_url: Some("http://127.0.0.1:1/".to_owned()), ..quick() };
        assert_eq!(stage.worker_of(&nobody).round().unwrap(), Round::Paused);
        assert_eq!(stage.attempts(), [(1, i64::from(Reason::Unreachable.code()), 0)]);
        let depth = stage.repository.reader().outbox_depth().unwrap();
        assert_eq!((depth.len(), depth[0].channel, depth[0].waiting, depth[0].retried, depth[0].oldest), (1, Channel::Sms, 6, 1, stage.now()));
        let gateway = SmsGateway::start();
        stage.sms_worker(&gateway).round().unwrap();
        assert_eq!(gateway.told().len(), 5);
    }
}
