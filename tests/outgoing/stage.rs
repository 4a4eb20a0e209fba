//! A demo archive, a clock the test turns, people who write, and workers that work when they are told to.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use dialogmodul::delivery::*;
use dialogmodul::domain::delivery::{Delivery, Reason};
use dialogmodul::domain::message::History;
use dialogmodul::domain::*;
use dialogmodul::repository::Repository;
use uuid::Uuid;

use super::super::support::database::Database;
use super::gateway::SmsGateway;
use super::mail_server::MailServer;

pub const ALMA: &str = "1503850002";
pub const BERTIL: &str = "2304780009";
/// Has no address at all.
pub const HAKON: &str = "2606650051";

/// All people of the demo archive that have both addresses.
pub const REACHABLE: [&str; 6] = [ALMA, BERTIL, "0706920016", "1809990037", "0307880044", "1411830058"];

/// An archive and a clock.
pub struct Stage<'a> {
    pub database: &'a Database,
    pub repository: Repository,
    now: Arc<Mutex<DateTime<Utc>>>,
}

impl<'a> Stage<'a> {
    /// The demo archive on a Monday at noon.
    pub fn new(database: &'a Database) -> Self {
        let repository = database.repository();
        repository.load_demo().unwrap();
        Self {
            database,
            repository,
            now: Arc::new(Mutex::new("2026-05-04T10:00:00Z".parse().unwrap())),
        }
    }

    pub fn now(&self) -> DateTime<Utc> {
        *self.now.lock().unwrap()
    }

    pub fn set(&self, instant: &str) {
        *self.now.lock().unwrap() = instant.parse().unwrap();
    }

    pub fn pass(&self, time: TimeDelta) {
        *self.now.lock().unwrap() += time;
    }

    pub fn clock(&self) -> Clock {
        let now = self.now.clone();
        Arc::new(move || *now.lock().unwrap())
    }

    /// A job centre's message to a citizen, or about one, stored with a delivery on each of the channels.
    pub fn post_on(&self, cpr: &str, channel: Channel, delivered_on: &[Channel]) -> Message {
        let citizen = self
            .repository
            .reader()
            .citizen_by_cpr(&CivilRegistrationNumber::new(cpr))
            .unwrap()
            .unwrap();
        let party = |kind, code: Option<&str>| Party {
            kind,
            identifier: "RID:1".to_owned(),
            full_name: "Sagsbehandler Ærlig".to_owned(),
            company: None,
            organisation_type: 8,
            organisation_code: code.map(str::to_owned),
        };
        let to = match channel {
            Channel::AuthorityToAuthority => party(PartyKind::Caseworker, Some("90201")),
            _ => party(PartyKind::Citizen, None),
        };
        let message = Message {
            id: MessageId(Uuid::now_v7()),
            thread: ThreadId(Uuid::now_v7()),
            citizen: citizen.key,
            in_reply_to: None,
            context: Context(1),
            channel,
            from: party(PartyKind::Caseworker, Some("90101")),
            to,
            reply_allowed: false,
            created_at: self.now(),
            title: Some("Møde flyttet".to_owned()),
            text: Some("Mødet er flyttet til mandag.".to_owned()),
            documents: Vec::new(),
            history: History::default(),
        };
        let mut unit = Unit::default();
        unit.record(Fact::Message(Box::new(message.clone())));
        for channel in delivered_on {
            unit.record(Fact::Delivery(Delivery::of(&message, *channel, Uuid::now_v7())));
        }
        self.repository.commit(unit).wait().unwrap();
        message
    }

    pub fn post(&self, cpr: &str, channel: Channel) -> Message {
        self.post_on(cpr, channel, &[channel])
    }

    /// Reminds of a message by SMS.
    pub fn remind(&self, message: &Message) {
        let mut unit = Unit::default();
        unit.record(Fact::Delivery(Delivery::reminder(
            message.citizen,
            message.id,
            Channel::Sms,
            Uuid::now_v7(),
            self.now(),
        )));
        self.repository.commit(unit).wait().unwrap();
    }

    pub fn status(&self, message: &Message) -> Status {
        self.history(message).status()
    }

    pub fn history(&self, message: &Message) -> History {
        self.repository
            .reader()
            .message(message.citizen, message.id, None)
            .unwrap()
            .unwrap()
            .history
    }

    /// State, reason and status of every attempt, in order; 0 where there is none.
    pub fn attempts(&self) -> Vec<(i64, i64, i64)> {
        let rows = self.database.connection().texts(
            "SELECT state || ' ' || coalesce(reason, 0) || ' ' || coalesce(status, 0) AS value FROM delivery_attempt ORDER BY ended_at, delivery, number",
        );
        rows.iter()
            .map(|row| {
                let numbers: Vec<i64> = row.split(' ').map(|number| number.parse().unwrap()).collect();
                (numbers[0], numbers[1], numbers[2])
            })
            .collect()
    }

    /// A worker over a port, as one more process would have it.
    pub fn worker(&self, carrier: Carrier) -> Worker {
        Worker::new(
            self.database.repository(),
            carrier,
            Arc::new(Templates::shipped().unwrap()),
            pace(),
            self.clock(),
        )
    }

    pub fn mail_worker(&self, server: &MailServer) -> Worker {
        self.worker_of(&mail_settings(server))
    }

    pub fn sms_worker(&self, gateway: &SmsGateway) -> Worker {
        self.worker_of(&Settings {
            sms_url: Some(gateway.url()),
            ..quick()
        })
    }

    /// A worker over the first port of the settings.
    pub fn worker_of(&self, settings: &Settings) -> Worker {
        self.worker(settings.carriers().unwrap().remove(0))
    }
}

/// A round of each.
pub fn work(workers: &mut [Worker]) {
    for worker in workers {
        worker.round().unwrap();
    }
}

/// Three attempts, pauses of 30 and 60 seconds, one second for a send.
pub fn quick() -> Settings {
    Settings {
        delivery_attempts: 3,
        delivery_send_seconds: 1,
        mail_from: Some("Dialogmodul <no-reply@dialog.example.dk>".parse().unwrap()),
        ..Settings::default()
    }
}

pub fn pace() -> Pace {
    quick().pace()
}

pub fn mail_settings(server: &MailServer) -> Settings {
    Settings {
        smtp_url: Some(format!("smtp-plain://{}", server.address).parse().unwrap()),
        ..quick()
    }
}

/// What a port without a network does with the next delivery.
#[derive(Clone, Copy, Debug)]
pub enum Act {
    Fail(Reason),
    /// Takes it and kills the worker.
    Die,
}

type Deed = Box<dyn FnOnce() + Send>;

/// A port without a network: keeps what it takes.
#[derive(Clone, Default)]
pub struct Port {
    sent: Arc<Mutex<Vec<Sent>>>,
    script: Arc<Mutex<VecDeque<Act>>>,
    after: Arc<Mutex<Option<Deed>>>,
    pause: Duration,
}

#[derive(Clone, Debug)]
pub struct Sent {
    pub id: Uuid,
    pub to: String,
    pub words: String,
}

impl Port {
    /// A port that takes so long over each delivery.
    pub fn slow(pause: Duration) -> Self {
        Self { pause, ..Self::default() }
    }

    pub fn sms(&self) -> Carrier {
        Carrier::Sms(Box::new(self.clone()))
    }

    pub fn email(&self) -> Carrier {
        Carrier::Email(Box::new(self.clone()))
    }

    pub fn will(&self, acts: &[Act]) {
        self.script.lock().unwrap().extend(acts);
    }

    /// Once, after the next delivery has been taken and before that is known.
    pub fn then(&self, act: impl FnOnce() + Send + 'static) {
        *self.after.lock().unwrap() = Some(Box::new(act));
    }

    pub fn sent(&self) -> Vec<Sent> {
        self.sent.lock().unwrap().clone()
    }

    fn take(&self, sent: Sent) -> Result<(), Setback> {
        let act = self.script.lock().unwrap().pop_front();
        if let Some(Act::Fail(reason)) = act {
            return Err(reason.into());
        }
        self.sent.lock().unwrap().push(sent);
        std::thread::sleep(self.pause);
        if let Some(after) = self.after.lock().unwrap().take() {
            after();
        }
        if let Some(Act::Die) = act {
            // Not a panic of ours: no hook, no line in the output.
            std::panic::resume_unwind(Box::new("killed between send and confirmation"));
        }
        Ok(())
    }
}

impl Mailer for Port {
    fn send(&self, mail: &Mail) -> Result<(), Setback> {
        self.take(Sent {
            id: mail.id,
            to: mail.to.to_string(),
            words: format!("{}\n{}", mail.subject, mail.text),
        })
    }
}

impl Texter for Port {
    fn send(&self, text: &Text) -> Result<(), Setback> {
        self.take(Sent {
            id: text.id,
            to: text.to.clone(),
            words: text.text.clone(),
        })
    }
}
