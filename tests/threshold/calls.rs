//! Calls that go through the door: how they are addressed, what comes back, and what becomes of a bug.

use std::sync::atomic::{AtomicU64, Ordering};

use dialogmodul::services::Sources;
use dialogmodul::settings::Profile;
use uuid::Uuid;

use crate::support::database::Kind;
use crate::support::house::{CODE_LISTS, CREATE, House, LOOK_UP, MESSAGES, noon};
use crate::{is_answer, is_fault};

#[test]
fn a_message_goes_in_and_a_receipt_comes_out() {
    is_answer(&House::new().post(MESSAGES, "", CREATE.as_bytes()));
}

#[test]
fn the_same_request_at_the_same_instant_gives_the_same_bytes() {
    let answers = [House::new(), House::new()].map(|house| house.post(MESSAGES, "", CREATE.as_bytes()).body);
    assert_eq!(answers[0], answers[1]);
}

#[test]
fn a_service_is_found_under_its_aliases_in_any_case() {
    let house = House::new();
    for path in [
        "/pjaktass/5/codelistservice.svc",
        "/PjakTassWCF/5/CodeListService.SVC",
        "/PJAKTASSWCFTSERVICE/5/CODELISTSERVICE.svc",
    ] {
        is_answer(&house.post(path, "", LOOK_UP.as_bytes()));
    }
}

#[test]
fn a_soap_action_is_quoted_unquoted_empty_or_missing_but_never_another() {
    let house = House::new();
    let action = "http://service.bm.dk/pjaktass/5/CodeListService#GetOrganisationTypeIdentifierCodeList";
    for line in [
        format!("SOAPAction: \"{action}\"\r\n"),
        format!("SOAPAction: {action}\r\n"),
        "SOAPAction: \"\"\r\n".to_owned(),
        "SOAPAction:\r\n".to_owned(),
        String::new(),
    ] {
        is_answer(&house.post(CODE_LISTS, &line, LOOK_UP.as_bytes()));
    }
    is_fault(
        &house.post(CODE_LISTS, &format!("SOAPAction: \"{action}s\"\r\n"), LOOK_UP.as_bytes()),
        500,
        1014,
    );
}

#[test]
fn an_operation_of_another_service_is_unknown() {
    is_fault(&House::new().post(MESSAGES, "", LOOK_UP.as_bytes()), 500, 1014);
}

#[test]
fn a_panic_is_an_internal_error_that_is_recorded_and_the_house_stays_open() {
    let drawn = AtomicU64::new(0);
    let identifiers = move || match drawn.fetch_add(1, Ordering::Relaxed) {
        // The first is the reference of the call, the second would be the message.
        1 => panic!("on purpose"),
        number => Uuid::from_u128(u128::from(number) + 1),
    };
    let house = House::on(Kind::Sqlite, Sources::new(noon, identifiers), |_| ());
    let before = house.database.counts();
    let response = house.post(MESSAGES, "", CREATE.as_bytes());
    is_fault(&response, 500, 1011);
    assert!(response.text().contains("<faultcode>soap:Server</faultcode>") && !response.text().contains("on purpose"));
    let grown: Vec<_> = house
        .database
        .counts()
        .into_iter()
        .filter(|(table, count)| before.get(table) != Some(count))
        .collect();
    assert!(grown.iter().all(|(table, _)| table.starts_with("audit_")), "{grown:?}");
    assert_eq!(house.database.count("audit_record"), 1);
    is_answer(&house.post(MESSAGES, "", CREATE.as_bytes()));
}

/// The reference of the call is drawn at the door, before there is a trip.
#[test]
fn a_panic_at_the_door_is_an_internal_error_and_the_worker_lives() {
    let drawn = AtomicU64::new(0);
    let identifiers = move || match drawn.fetch_add(1, Ordering::Relaxed) {
        0 => panic!("on purpose"),
        number => Uuid::from_u128(u128::from(number)),
    };
    let house = House::on(Kind::Sqlite, Sources::new(noon, identifiers), |_| ());
    let response = house.post(MESSAGES, "", CREATE.as_bytes());
    is_fault(&response, 500, 1011);
    assert!(!response.text().contains("on purpose"));
    is_answer(&house.post(MESSAGES, "", CREATE.as_bytes()));
}

#[test]
fn without_a_certificate_nobody_calls_in_production() {
    let house = House::with(|settings| settings.profile = Profile::Production);
    is_fault(&house.post(MESSAGES, "", CREATE.as_bytes()), 500, 1101);
}
