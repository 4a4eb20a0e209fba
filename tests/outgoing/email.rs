//! E-mail through a mail server, from the stored message to its status.

use std::fs;
use std::sync::Arc;

use chrono::TimeDelta;
use dialogmodul::delivery::{Round, Settings};
use dialogmodul::domain::delivery::Reason;
use dialogmodul::domain::{Channel, Status};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::ServerConfig;
use rustls::pki_types::PrivatePkcs8KeyDer;

use super::super::support::{
    self,
    database::{Database, Kind},
};
use super::mail_server::{Behaviour, MailServer, Protection};
use super::stage::{ALMA, HAKON, Stage, mail_settings, quick};
use crate::on_each_engine;

on_each_engine! {
    /// D1, M10: a message by e-mail reaches the mail server once, and its status follows.
    fn d1_an_e_mail_is_delivered_once(database: &Database) {
        let (stage, server) = (Stage::new(database), MailServer::start());
        let message = stage.post(ALMA, Channel::Email);
        assert_eq!(stage.status(&message), Status::Created);
        let mut worker = stage.mail_worker(&server);
        stage.pass(TimeDelta::seconds(2));
        assert_eq!(worker.round().unwrap(), Round::Worked);
        assert_eq!(stage.history(&message).delivered_at, Some(stage.now()));
        stage.pass(TimeDelta::days(1));
        assert_eq!(worker.round().unwrap(), Round::Idle);
        let taken = server.taken();
        assert_eq!(taken.len(), 1);
        assert!(taken[0].from.contains("<no-reply@dialog.example.dk>") && taken[0].to.contains("<borger1@example.dk>"), "{taken:?}");
        assert_eq!(taken[0].header("Message-ID").split('@').next().unwrap().len(), 37);
        assert_eq!((stage.attempts(), database.count("outbox")), (vec![(2, 0, 0)], 0));
    }

    /// D1: a temporary refusal at any step is tried again after the pause, not before; then the mail goes.
    fn d1_a_temporary_refusal_is_tried_again_later(database: &Database) {
        let (stage, server) = (Stage::new(database), MailServer::start());
        let message = stage.post(ALMA, Channel::Email);
        server.will(&[Behaviour::Refuse("RCPT", "450 mailbox busy"), Behaviour::Refuse(".", "451 try later")]);
        let mut worker = stage.mail_worker(&server);
        for pause in [30, 60] {
            assert_eq!(worker.round().unwrap(), Round::Worked);
            assert_eq!(stage.status(&message), Status::Created);
            stage.pass(TimeDelta::seconds(pause) - TimeDelta::microseconds(1));
            assert_eq!(worker.round().unwrap(), Round::Idle);
            stage.pass(TimeDelta::microseconds(1));
        }
        assert_eq!(worker.round().unwrap(), Round::Worked);
        assert_eq!((stage.status(&message), server.taken().len()), (Status::Delivered, 1));
        let not_now = i64::from(Reason::NotNow.code());
        assert_eq!(stage.attempts(), [(1, not_now, 450), (1, not_now, 451), (2, 0, 0)]);
    }

    /// D1: after the last attempt the message is not delivered, with the last reason.
    fn d1_after_the_last_attempt_it_is_given_up(database: &Database) {
        let (stage, server) = (Stage::new(database), MailServer::start());
        let message = stage.post(ALMA, Channel::Email);
        server.will(&[Behaviour::Refuse("", "421 not today"); 3]);
        let mut worker = stage.mail_worker(&server);
        for _ in 0..3 {
            assert_eq!(worker.round().unwrap(), Round::Paused);
            stage.pass(TimeDelta::hours(1));
        }
        assert_eq!((worker.round().unwrap(), stage.status(&message)), (Round::Idle, Status::NotDelivered));
        let unreachable = i64::from(Reason::Unreachable.code());
        assert_eq!(stage.attempts(), [(1, unreachable, 421), (1, unreachable, 421), (3, unreachable, 421)]);
        assert_eq!((server.conversations(), database.count("outbox")), (3, 0));
    }

    /// D1: what the other side will never take is given up at once, and the reason tells address from content.
    fn d1_a_permanent_refusal_is_final(database: &Database) {
        let stage = Stage::new(database);
        for (step, reply, reason) in [("RCPT", "550 no such user", Reason::AddressRefused), (".", "554 not this", Reason::MessageRefused)] {
            let server = MailServer::start();
            let message = stage.post(ALMA, Channel::Email);
            server.will(&[Behaviour::Refuse(step, reply)]);
            let mut worker = stage.mail_worker(&server);
            worker.round().unwrap();
            assert_eq!((stage.status(&message), stage.history(&message).not_delivered_at), (Status::NotDelivered, Some(stage.now())));
            stage.pass(TimeDelta::days(1));
            assert_eq!((worker.round().unwrap(), server.conversations()), (Round::Idle, 1));
            let status = reply[..3].parse().unwrap();
            assert_eq!(stage.attempts().pop(), Some((3, i64::from(reason.code()), status)));
        }
    }

    /// D1: a refusal of ourselves says nothing about the message: it is tried again.
    fn d1_a_refusal_of_our_sender_is_not_the_messages_fault(database: &Database) {
        let (stage, server) = (Stage::new(database), MailServer::start());
        let message = stage.post(ALMA, Channel::Email);
        server.will(&[Behaviour::Refuse("MAIL", "550 not you"), Behaviour::Refuse("AUTH", "535 not you")]);
        let settings = Settings { smtp_user: Some("us".to_owned()), smtp_password: Some("secret".parse().unwrap()), ..mail_settings(&server) };
        let mut worker = stage.worker_of(&settings);
        for _ in 0..2 {
            assert_eq!(worker.round().unwrap(), Round::Paused);
            stage.pass(TimeDelta::hours(1));
        }
        assert_eq!((worker.round().unwrap(), stage.status(&message)), (Round::Worked, Status::Delivered));
        let refused = i64::from(Reason::SenderRefused.code());
        assert_eq!(stage.attempts(), [(1, refused, 550), (1, refused, 535), (2, 0, 0)]);
        assert_eq!(server.taken()[0].user.as_deref(), Some("PLAIN AHVzAHNlY3JldA=="));
    }

    /// D1: a server that falls silent costs the time of one send; the mail is tried again.
    fn d1_silence_is_a_time_out(database: &Database) {
        let (stage, server) = (Stage::new(database), MailServer::start());
        let message = stage.post(ALMA, Channel::Email);
        server.will(&[Behaviour::FallSilent("")]);
        let mut worker = stage.mail_worker(&server);
        let begun = std::time::Instant::now();
        assert_eq!(worker.round().unwrap(), Round::Paused);
        assert!(begun.elapsed().as_secs_f32() < 5.0);
        stage.pass(TimeDelta::hours(1));
        worker.round().unwrap();
        assert_eq!(stage.status(&message), Status::Delivered);
        assert_eq!(stage.attempts(), [(1, i64::from(Reason::TimedOut.code()), 0), (2, 0, 0)]);
    }

    /// D1: when the confirmation gets lost, the mail comes once more and can be recognised by its Message-ID.
    fn d1_a_lost_confirmation_makes_one_recognisable_duplicate(database: &Database) {
        let (stage, server) = (Stage::new(database), MailServer::start());
        let message = stage.post(ALMA, Channel::Email);
        server.will(&[Behaviour::TakeAndHangUp]);
        let mut worker = stage.mail_worker(&server);
        for _ in 0..4 {
            worker.round().unwrap();
            stage.pass(TimeDelta::hours(1));
        }
        let taken = server.taken();
        assert_eq!((taken.len(), stage.status(&message)), (2, Status::Delivered));
        assert_eq!(taken[0].header("Message-ID"), taken[1].header("Message-ID"));
    }

    /// D1: what is confirmed is delivered, however the conversation ends.
    fn d1_a_missing_farewell_is_no_failure(database: &Database) {
        let (stage, server) = (Stage::new(database), MailServer::start());
        let message = stage.post(ALMA, Channel::Email);
        server.will(&[Behaviour::ConfirmAndHangUp]);
        stage.mail_worker(&server).round().unwrap();
        assert_eq!((stage.status(&message), stage.attempts()), (Status::Delivered, vec![(2, 0, 0)]));
    }

    /// D2: without an address the message is not delivered, with that reason, and nobody is called.
    fn d2_without_an_address_it_is_not_delivered(database: &Database) {
        let (stage, server) = (Stage::new(database), MailServer::start());
        let message = stage.post(HAKON, Channel::Email);
        stage.mail_worker(&server).round().unwrap();
        assert_eq!((stage.status(&message), server.conversations()), (Status::NotDelivered, 0));
        assert_eq!(stage.attempts(), [(3, i64::from(Reason::NoAddress.code()), 0)]);
    }

    /// D2: TLS from the first byte and STARTTLS, with authorities the operator names; without trust nothing is said.
    fn d2_mails_go_by_tls(database: &Database) {
        let stage = Stage::new(database);
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let key = PrivatePkcs8KeyDer::from(signing_key.serialize_der());
        let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key.into())
            .unwrap();
        let config = Arc::new(config);
        let folder = tempfile::tempdir().unwrap();
        let stranger = generate_simple_self_signed(["localhost".to_owned()]).unwrap().cert;
        let roots = |name: &str, pem: String| {
            let file = folder.path().join(name);
            fs::write(&file, pem).unwrap();
            Some(file)
        };
        let (trusted, untrusted) = (roots("trusted.pem", cert.pem()), roots("untrusted.pem", stranger.pem()));
        for (scheme, protection) in [("smtps", Protection::Tls(config.clone())), ("smtp", Protection::StartTls(config))] {
            let server = MailServer::protected(protection);
            let settings = |delivery_roots| Settings {
                smtp_url: Some(format!("{scheme}://localhost:{}", server.address.port()).parse().unwrap()),
                delivery_roots,
                ..quick()
            };
            let message = stage.post(ALMA, Channel::Email);
            assert_eq!(stage.worker_of(&settings(untrusted.clone())).round().unwrap(), Round::Paused);
            assert_eq!((stage.status(&message), server.taken().len()), (Status::Created, 0), "{scheme}");
            stage.pass(TimeDelta::hours(1));
            stage.worker_of(&settings(trusted.clone())).round().unwrap();
            assert_eq!((stage.status(&message), server.taken()[0].protected), (Status::Delivered, true), "{scheme}");
            stage.pass(TimeDelta::hours(1));
        }
    }

    /// D2: where STARTTLS is asked for and not offered, nothing is sent in the clear.
    fn d2_no_mail_goes_in_the_clear_unasked(database: &Database) {
        let (stage, server) = (Stage::new(database), MailServer::start());
        let message = stage.post(ALMA, Channel::Email);
        let roots = tempfile::NamedTempFile::new().unwrap();
        fs::write(roots.path(), generate_simple_self_signed(["localhost".to_owned()]).unwrap().cert.pem()).unwrap();
        let settings = Settings {
            smtp_url: Some(format!("smtp://localhost:{}", server.address.port()).parse().unwrap()),
            delivery_roots: Some(roots.path().to_owned()),
            ..quick()
        };
        assert_eq!(stage.worker_of(&settings).round().unwrap(), Round::Paused);
        assert_eq!((stage.status(&message), server.taken().len()), (Status::Created, 0));
        assert_eq!(stage.attempts(), [(1, i64::from(Reason::SenderRefused.code()), 0)]);
    }
}
