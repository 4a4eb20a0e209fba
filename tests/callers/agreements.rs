//! Agreements that are withdrawn while their systems call: who is admitted is remembered, and no call is served by it that would not be admitted anew.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use chrono::Utc;
use dialogmodul::repository::import::Kind as Table;
use dialogmodul::services::Sources;
use dialogmodul::settings::Profile;
use uuid::Uuid;

use crate::on_each_engine;
use crate::proxy::{HEADER, behind, escaped};
use crate::stage::{House, kss};
use crate::support;
use crate::support::database::{Database, Kind, Plain};
use crate::support::server::Server;

const MESSAGES: &str = "/PjakTassWCFtService/2/CitizenMessageService.svc";
const QUEUE: &str = "/PjakTassWCFtService/3/WsrmService.svc";
const CREATE: &str = include_str!("../../fixtures/01-notification-on-jobnet/01-create.request.xml");
const LIST: &str = include_str!("../../fixtures/01-notification-on-jobnet/02-get-messages.request.xml");
const OPEN: &str = include_str!("../../fixtures/60-queue/03-create-sequence.request.xml");
/// The citizen of the requests.
const ALMA: &str = "1503850002";
/// One whom nobody knows.
const NOBODY: &str = "0101010101";

const WITHDRAW: &str = "DELETE FROM agreement WHERE cvr = '90000091'";
/// The line of the import by which the job centre's system has an agreement until that day.
const UNTIL: &str = "system\tcertificate_subject_cvr\tcertificate_subject_id\torganisation_type\torganisation_code\tvalid_from\tvalid_to\n\
                     kss\t90000091\tUI:DK-O:G:22222222-2222-4222-8222-222222222222\t8\t90101\t2020-01-01\t";

/// Servers behind a proxy, and the header with the certificate of the job centre's system.
fn servers(database: &Database, sources: Vec<Sources>) -> (House, Vec<Server>, String) {
    let house = House::new();
    database.repository().load_demo().unwrap();
    let serve = |sources| {
        Server::start_with(database.repository(), sources, |settings| {
            settings.profile = Profile::Production;
            settings.tls = behind(&house, "127.0.0.0/8");
        })
    };
    let servers = sources.into_iter().map(serve).collect();
    let header = format!("{HEADER}: {}\r\n", escaped(&house.issue(kss())));
    (house, servers, header)
}

fn outcomes(database: &Database) -> Vec<String> {
    let asked = "SELECT CAST(outcome AS text) AS value FROM audit_record ORDER BY recorded_at, number";
    database.connection().texts(asked)
}

on_each_engine! {
    /// S1: whoever withdraws an agreement, and through whatever, the next call to any server is refused; and answered when it is agreed again.
    fn s1_a_withdrawn_agreement_ends_at_once_at_every_server(database: &Database) {
        let (_house, servers, header) = servers(database, vec![Sources::system(), Sources::system()]);
        let large = LIST.to_owned() + &" ".repeat(70 * 1024);
        let all = |expected: Option<i32>, when: &str| {
            for body in [LIST, CREATE, LIST, &large] {
                for server in &servers {
                    assert_eq!(server.post(MESSAGES, &header, body.as_bytes()).fault(), expected, "{when}");
                }
            }
        };
        let repository = database.repository();
        let import = |until: &str| repository.import(Table::Agreements, format!("{UNTIL}{until}\n").as_bytes(), &mut |_| ()).map(|_| ()).unwrap();
        all(None, "agreed");
        database.connection().execute(WITHDRAW).unwrap();
        all(Some(1013), "withdrawn");
        import("2100-07-01");
        all(None, "agreed again");
        import("2026-01-01");
        all(Some(1013), "ended by an import");
        import("2100-07-01");
        all(None, "agreed a third time");
        database.connection().execute("UPDATE agreement SET organisation = '8/90999' WHERE cvr = '90000091' AND organisation = '8/90101'").unwrap();
        all(Some(1013), "for another");
    }

    /// S1: a call that has been decided when its system's agreement is withdrawn stores nothing, is refused, and leaves one record of that.
    fn s1_an_agreement_withdrawn_in_the_middle_of_a_call_refuses_it(database: &Database) {
        // The second identifier of a call is asked for in the middle of its work.
        let (left, other) = (Arc::new(AtomicUsize::new(usize::MAX)), Arc::new(Mutex::new(None::<Plain>)));
        let (asked, withdraws) = (Arc::clone(&left), Arc::clone(&other));
        let sources = Sources::new(Utc::now, move || {
            if asked.fetch_sub(1, Ordering::SeqCst) == 1 {
                withdraws.lock().unwrap().as_mut().unwrap().execute(WITHDRAW).unwrap();
            }
            Uuid::now_v7()
        });
        let (_house, servers, header) = servers(database, vec![sources]);
        *other.lock().unwrap() = Some(database.connection());
        let call = || servers[0].post(MESSAGES, &header, CREATE.as_bytes()).fault();
        assert_eq!((call(), database.count("message")), (None, 1));
        left.store(2, Ordering::SeqCst);
        assert_eq!((call(), database.count("message")), (Some(1013), 1));
        assert_eq!(outcomes(database), ["0", "1013"]);
    }

    /// S1: that goes for whatever waits for its commit: what is written, what is read, what opens a sequence, and what is refused, of which
    /// the caller is told no more than that.
    fn s1_an_agreement_withdrawn_before_the_commit_refuses_what_waits_for_it(database: &Database) {
        let (_house, servers, header) = servers(database, vec![Sources::system()]);
        let call = |path: &str, body: &str| servers[0].post(path, &header, body.as_bytes()).fault();
        let of_nobody = LIST.replace(ALMA, NOBODY);
        let calls = [(MESSAGES, CREATE, None), (MESSAGES, LIST, None), (MESSAGES, &of_nobody, Some(1010)), (QUEUE, OPEN, None)];
        for (path, body, otherwise) in calls {
            database.repository().load_demo().unwrap();
            assert_eq!(call(MESSAGES, LIST), None);
            let before = (database.count("message"), database.count("queue_sequence"), database.count("audit_record"));
            let mut other = database.connection();
            other.begin();
            if database.kind() == Kind::Postgres {
                other.execute("LOCK TABLE __agreement_version IN ACCESS EXCLUSIVE MODE").unwrap();
            }
            other.execute(WITHDRAW).unwrap();
            thread::scope(|scope| {
                let waiting = scope.spawn(|| call(path, body));
                thread::sleep(Duration::from_millis(300));
                assert!(!waiting.is_finished());
                other.execute("COMMIT").unwrap();
                assert_eq!(waiting.join().unwrap(), Some(1013), "{otherwise:?}");
            });
            let after = (database.count("message"), database.count("queue_sequence"), database.count("audit_record"));
            assert_eq!(after, (before.0, before.1, before.2 + 1));
            assert_eq!(outcomes(database).last().unwrap(), "1013");
            database.repository().load_demo().unwrap();
            assert_eq!(call(path, body), otherwise);
        }
    }
}
