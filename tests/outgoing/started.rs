//! Workers on threads of their own, as a server starts them.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use dialogmodul::delivery::{Settings, Worker};
use dialogmodul::domain::{Channel, Status};

use super::super::support::{
    self,
    database::{Database, Kind},
};
use super::gateway::SmsGateway;
use super::mail_server::MailServer;
use super::stage::{ALMA, Stage, mail_settings, quick};
use crate::on_each_engine;

on_each_engine! {
    /// D1, D2: started with both ports, workers deliver what is there and what comes, until they are stopped.
    fn d1_workers_deliver_until_they_are_stopped(database: &Database) {
        let (stage, server, gateway) = (Stage::new(database), MailServer::start(), SmsGateway::start());
        let settings = Settings { sms_url: Some(gateway.url()), delivery_poll_seconds: 0, ..mail_settings(&server) };
        let before = [stage.post(ALMA, Channel::Email), stage.post(ALMA, Channel::Sms)];
        let handle = Worker::start(&stage.repository, &settings, stage.clock()).unwrap();
        soon(|| before.iter().all(|message| stage.status(message) == Status::Delivered));
        let after = [stage.post(ALMA, Channel::Email), stage.post(ALMA, Channel::Sms)];
        soon(|| after.iter().all(|message| stage.status(message) == Status::Delivered));
        handle.stop();
        stage.post(ALMA, Channel::Email);
        std::thread::sleep(Duration::from_millis(300));
        assert_eq!((server.taken().len(), gateway.told().len(), database.count("outbox")), (2, 2, 1));
    }

    /// Tried out without a way out, deliveries become files, each named by its delivery.
    fn trials_write_into_a_folder(database: &Database) {
        let stage = Stage::new(database);
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings { mail_from: None, ..quick() }.or_into_folder(&folder.path().join("delivery"));
        let messages = [stage.post(ALMA, Channel::Email), stage.post(ALMA, Channel::Sms)];
        let handle = Worker::start(&stage.repository, &settings, stage.clock()).unwrap();
        soon(|| messages.iter().all(|message| stage.status(message) == Status::Delivered));
        handle.stop();
        let mut names: Vec<_> = files(&folder.path().join("delivery"));
        names.sort_by_key(|name| name.len());
        assert!(names.len() == 2 && names[0].ends_with(".eml") && names[1].ends_with(".sms.json"), "{names:?}");
    }
}

/// Wrong settings are one sentence at start, before anything is sent.
#[test]
fn wrong_settings_are_told_at_start() {
    let texts = tempfile::NamedTempFile::new().unwrap();
    fs::write(texts.path(), "group\tid\tsubject\ttext\n").unwrap();
    let database = Database::new(Kind::Sqlite);
    let stage = Stage::new(&database);
    for (settings, sentence) in [
        (
            Settings {
                sms_url: Some("ftp://gateway".to_owned()),
                ..quick()
            },
            "--sms-url must begin with http:// or https:// and name a host",
        ),
        (
            Settings {
                delivery_templates: Some(texts.path().to_owned()),
                ..quick()
            },
            "texts: email message is missing",
        ),
        (
            Settings {
                sms_url: Some("https://gateway.example.dk".to_owned()),
                delivery_roots: Some(texts.path().to_owned()),
                ..quick()
            },
            "has no certificates of authorities; name a PEM file with --delivery-roots",
        ),
    ] {
        let told = Worker::start(&stage.repository, &settings, stage.clock()).unwrap_err().to_string();
        assert!(told.contains(sentence), "{told}");
    }
}

fn files(folder: &Path) -> Vec<String> {
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

/// Waits for what must come true within ten seconds.
fn soon(came_true: impl Fn() -> bool) {
    let begun = Instant::now();
    while !came_true() {
        assert!(begun.elapsed() < Duration::from_secs(10), "it did not come true");
        std::thread::sleep(Duration::from_millis(20));
    }
}
