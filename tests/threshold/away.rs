//! A database that stores nothing, as callers meet it.

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
