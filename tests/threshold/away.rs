//! A database that stores nothing, or does not answer, as callers meet it.

use std::thread;
use std::time::{Duration, Instant};

use dialogmodul::services::Sources;

use crate::support::database::{Kind, kinds};
use crate::support::house::{CREATE, House, MESSAGES, noon};
use crate::support::server::request;
use crate::{is_answer, is_fault};

/// In both versions of SOAP it is nobody's fault but ours, and callers are told when to come back; they are answered when it stores again.
#[test]
fn while_the_database_stores_nothing_callers_are_asked_to_come_back() {
    for kind in kinds() {
        let house = House::on(kind, Sources::fixed(noon()), |_| ());
        let (fail, mend) = match kind {
            Kind::Sqlite => (
                "CREATE TRIGGER full BEFORE INSERT ON message BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END",
                "DROP TRIGGER full",
            ),
            Kind::Postgres => (
                "CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'could not extend file'; END $$;
                 CREATE TRIGGER full_disk BEFORE INSERT ON message FOR EACH ROW EXECUTE FUNCTION fill()",
                "DROP TRIGGER full_disk ON message",
            ),
        };
        house.database.connection().execute(fail).unwrap();
        let refused = house.post(MESSAGES, "", CREATE.as_bytes());
        is_fault(&refused, 503, 1100);
        assert!(refused.text().contains("<faultcode>soap:Server</faultcode>"), "{}", refused.text());
        let soap12 = CREATE.replace(
            "http://schemas.xmlsoap.org/soap/envelope/",
            "http://www.w3.org/2003/05/soap-envelope",
        );
        let refused12 = house.send(&request(
            "POST",
            MESSAGES,
            "Content-Type: application/soap+xml\r\n",
            soap12.as_bytes(),
        ));
        assert_eq!((refused12.status(), refused12.fault()), (503, Some(1100)), "{}", refused12.text());
        assert!(
            refused12.text().contains("<env:Value>env:Receiver</env:Value>"),
            "{}",
            refused12.text()
        );
        for response in [&refused, &refused12] {
            assert!(response.header("retry-after").unwrap().parse::<u32>().unwrap() > 0);
        }
        house.database.connection().execute(mend).unwrap();
        let begun = Instant::now();
        let mut answer = house.post(MESSAGES, "", CREATE.as_bytes());
        while answer.status() == 503 && begun.elapsed() < Duration::from_secs(20) {
            answer = house.post(MESSAGES, "", CREATE.as_bytes());
        }
        is_answer(&answer);
    }
}

/// Somebody holds what every record needs: whoever writes, and whoever only looks, hears within five seconds that it is to come back.
#[test]
fn nobody_waits_longer_than_five_seconds() {
    const GET: &str = include_str!("../../fixtures/01-notification-on-jobnet/02-get-messages.request.xml");
    for kind in kinds() {
        let house = House::on(kind, Sources::fixed(noon()), |_| ());
        let mut other = house.database.connection();
        other.begin();
        if kind == Kind::Postgres {
            other.execute("LOCK TABLE audit_record IN EXCLUSIVE MODE").unwrap();
        }
        thread::scope(|scope| {
            for call in [CREATE, GET] {
                let house = &house;
                scope.spawn(move || {
                    let begun = Instant::now();
                    is_fault(&house.post(MESSAGES, "", call.as_bytes()), 503, 1100);
                    // The door gives up after four and a half; the rest is for a busy machine.
                    assert!(begun.elapsed() < Duration::from_secs(6), "{:?}", begun.elapsed());
                });
            }
        });
        other.execute("ROLLBACK").unwrap();
        is_answer(&house.post(MESSAGES, "", CREATE.as_bytes()));
    }
}
