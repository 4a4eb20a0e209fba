//! What the log tells: the delivery and the reason, never the citizen (S8).

use std::sync::{Mutex, Once};

use chrono::TimeDelta;
use dialogmodul::domain::Channel;
use dialogmodul::domain::delivery::Reason;
use log::{LevelFilter, Log, Metadata, Record};

use super::super::support::{
    self,
    database::{Database, Kind},
};
use super::mail_server::{Behaviour, MailServer};
use super::stage::{ALMA, Act, Port, Stage, work};
use crate::on_each_engine;

static LINES: Mutex<Vec<String>> = Mutex::new(Vec::new());
static ONCE: Once = Once::new();

struct Kept;

impl Log for Kept {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        LINES.lock().unwrap().push(format!("{} {}", record.target(), record.args()));
    }

    fn flush(&self) {}
}

on_each_engine! {
    /// S8: no line holds an address, a number, a title or a text, not even what a mail server says about them; each names the delivery.
    fn s8_the_log_names_the_delivery_and_nobody(database: &Database) {
        ONCE.call_once(|| {
            log::set_logger(&Kept).unwrap();
            log::set_max_level(LevelFilter::Info);
        });
        let (stage, server, port) = (Stage::new(database), MailServer::start(), Port::default());
        server.will(&[Behaviour::Refuse("RCPT", "450 borger1@example.dk is busy"), Behaviour::Refuse("RCPT", "550 borger1@example.dk is unknown")]);
        stage.post(ALMA, Channel::Email);
        stage.post(ALMA, Channel::Sms);
        let ids = database.connection().texts(match database.kind() {
            Kind::Sqlite => "SELECT lower(hex(id)) AS value FROM outbox",
            Kind::Postgres => "SELECT replace(id::text, '-', '') AS value FROM outbox",
        });
        port.will(&[Act::Fail(Reason::TimedOut)]);
        let mut workers = [stage.mail_worker(&server), stage.worker(port.sms())];
        for _ in 0..2 {
            work(&mut workers);
            stage.pass(TimeDelta::hours(1));
        }
        let lines = LINES.lock().unwrap().clone();
        for id in ids {
            let told = lines.iter().filter(|line| line.replace('-', "").contains(&id)).count();
            assert_eq!(told, 2, "{id}: {lines:?}");
        }
        assert!(lines.iter().any(|line| line.ends_with("given up at attempt 2 by e-mail, the receiving side refuses the address (550)")), "{lines:?}");
        for secret in ["borger", "@example.dk>", "20000000", ALMA, "flyttet", "mandag"] {
            assert!(lines.iter().all(|line| !line.contains(secret)), "{secret}: {lines:?}");
        }
    }
}
