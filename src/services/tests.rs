//! The desk in process, over an archive of its own: what is decided, in which order, and what is left behind.
//! Behaviour on the wire is told by the scenarios.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use super::testing::*;
use super::{Operation, wire};
use crate::contract::citizen_message_service::*;
use crate::contract::citizen_message_service_v2::{self, CitizenMessageService};
use crate::domain::audit::{AuditRecord, Outcome};
use crate::domain::delivery::DeliveryState;
use crate::domain::queue::EventKind;
use crate::domain::testing::{acting, fund, instant, job_centre, municipality, other_actor};
use crate::domain::{Channel, Fact, Organisation, OrganisationType, Refusal, Unit};
use crate::error::Error;

fn audit_of(unit: &Unit) -> Vec<&AuditRecord> {
    unit.facts
        .iter()
        .filter_map(|fact| if let Fact::Audit(record) = fact { Some(&**record) } else { None })
        .collect()
}

/// M2, M13: what was sent comes back as it was sent.
#[test]
fn m2_a_message_comes_back_as_it_was_sent() {
    let room = Room::new();
    let (fund, centre) = (fund("81"), job_centre("90101"));
    let request = with_document(create(ALMA, &fund, caseworker(&centre)), "application/pdf", b"%PDF-1.7 indhold");
    let answer = room.does(&fund, |call| call.create_message(request.clone())).unwrap();

    let listed = room.does(&centre, |call| call.get_messages(list(ALMA))).unwrap();
    let [message] = &listed.citizen_message_type_collection.citizen_message_type[..] else {
        panic!("one message")
    };
    assert_eq!(message.citizen_message_identifier, answer.service_receipt.message_identifier);
    assert_eq!(message.created_date_time, answer.service_receipt.event_date);
    assert_eq!((&message.from_user, &message.to_user), (&request.from_user, &request.to_user));
    assert_eq!(message.message_title, Some(request.message_title));
    assert_eq!(message.message_text, Some(request.message_text));
    assert!(message.content_visible && message.reply_allowed && listed.continuation_token.is_none());

    let documents = message
        .citizen_message_document_information_collection
        .clone()
        .unwrap()
        .citizen_message_document_information;
    let get = GetCitizenMessageDocumentRequestType {
        person_civil_registration_identifier: cpr(ALMA),
        citizen_message_document_identifier: documents[0].citizen_message_document_identifier.clone(),
    };
    let content = room
        .does(&centre, |call| call.get_citizen_message_document(get))
        .unwrap()
        .citizen_message_document;
    assert_eq!(content.0, b"%PDF-1.7 indhold");
}

/// M5, M15, M19, M21: a recommendation is stored with its deliveries and the event of the job centre, a reply with those of the fund.
#[test]
fn m19_one_unit_holds_all_that_sending_leaves_behind() {
    let room = Room::new();
    let (fund, centre) = (fund("81"), job_centre("90101"));
    let mut request = with_document(create(ALMA, &fund, caseworker(&centre)), "application/xml", b"<a/>");
    request.citizen_message_context_type_identifier = context(11);
    let (answer, unit) = room.decides(&fund, |call| call.create_message(request));
    let (_, thread) = posted(&answer.unwrap());
    let told = |unit: &Unit, kind, recipient| {
        unit.facts
            .iter()
            .any(|fact| matches!(fact, Fact::Event(event) if event.kind == kind && event.recipient == recipient))
    };
    let delivered = |unit: &Unit| {
        let delivery = |fact: &Fact| {
            if let Fact::Delivery(delivery) = fact {
                Some((delivery.channel, delivery.state))
            } else {
                None
            }
        };
        unit.facts.iter().filter_map(delivery).collect::<Vec<_>>()
    };
    let both = [
        (Channel::AuthorityToAuthority, DeliveryState::Delivered),
        (Channel::JobnetNotification, DeliveryState::Delivered),
    ];
    assert_eq!(delivered(&unit), both);
    assert!(told(&unit, EventKind::Created, centre.clone()));
    assert_eq!(unit.facts.len(), 6, "message, document, two deliveries, event, audit");
    room.desk.commit(unit).wait().unwrap();

    let (answer, unit) = room.decides(&centre, |call| call.create_message_reply(reply(ALMA, &centre, thread)));
    assert!(answer.is_ok());
    assert_eq!(delivered(&unit), both);
    assert!(told(&unit, EventKind::Replied, fund));
    assert_eq!((unit.facts.len(), unit.conditions.len()), (5, 1));
    room.desk.commit(unit).wait().unwrap();
}

/// M1: the thread holds the message and its replies in order; a reply has no title.
#[test]
fn m1_a_thread_holds_its_messages_in_order() {
    let room = Room::new();
    let (fund, centre) = (fund("81"), job_centre("90101"));
    let answer = room
        .does(&fund, |call| call.create_message(create(ALMA, &fund, caseworker(&centre))))
        .unwrap();
    let (first, thread) = posted(&answer);
    room.does(&centre, |call| call.create_message_reply(reply(ALMA, &centre, thread)))
        .unwrap();
    let get = GetMessageThreadRequestType {
        person_civil_registration_identifier: cpr(ALMA),
        citizen_message_thread_identifier: wire::guid(thread.0).unwrap(),
    };
    let shown = room
        .does(&fund, |call| call.get_message_thread(get))
        .unwrap()
        .citizen_message_thread
        .citizen_message_type;
    assert_eq!(shown.len(), 2);
    assert_eq!(shown[0].citizen_message_status_type_identifier.code_list_item_identifier.get(), 4);
    assert_eq!(shown[1].in_reply_to_identifier, Some(wire::guid(first.0).unwrap()));
    assert_eq!(
        (&shown[1].message_title, shown[1].message_text.as_ref().unwrap().as_str()),
        (&None, "Svar")
    );
}

/// The order of checks (contract 1.3): each request breaks everything from one step on, and is refused for that step.
#[test]
fn checks_come_in_the_order_of_the_contract() {
    let room = Room::new();
    let (own, foreign) = (job_centre("90101"), job_centre("90201"));
    let broken = |about: &str, by: &_| {
        let mut request = create(about, by, citizen());
        request.citizen_message_context_type_identifier = context(99);
        request.to_user.user_identifier = "CV9999".to_owned();
        request
    };
    let answer = |by: &_, request| refused(room.does(by, |call| call.create_message(request)));
    assert_eq!(answer(&own, broken(NOBODY, &own)), Some(Refusal::UnknownCitizen));
    assert_eq!(answer(&foreign, broken(ALMA, &foreign)), Some(Refusal::OtherJobCentre));
    assert_eq!(answer(&own, broken(ALMA, &own)), Some(Refusal::UnknownCodeListItem));
    let mut request = broken(ALMA, &own);
    request.citizen_message_context_type_identifier = context(8);
    assert_eq!(answer(&own, request.clone()), Some(Refusal::UnknownIdentifier));
    request.to_user.user_identifier = "CV1000".to_owned();
    assert_eq!(answer(&own, request), Some(Refusal::SystemContext));
}

/// S2: the right to call comes before the body is read, so that an unknown CPR number cannot be told from a known one.
#[test]
fn s2_without_the_right_the_body_is_not_read() {
    let room = Room::new();
    let operation = Operation::CitizenMessageServiceV2(citizen_message_service_v2::Operation::GetMessages);
    let answer = |by: &_| {
        let mut reader = xml::Reader::new(b"<nonsense/>", xml::Limits::default()).unwrap();
        room.call(by).answer(operation, &mut reader, &mut xml::Writer::with_capacity(64))
    };
    for kind in [4, 24, 92, 94] {
        assert_eq!(
            refused(answer(&Organisation::new(OrganisationType(kind), "1"))),
            Some(Refusal::NotAuthorised),
            "{kind}"
        );
    }
    assert!(matches!(answer(&fund("81")), Err(Error::Invalid(_))));
    assert_eq!(operation.label(), "CitizenMessageService/2 GetMessages");
}

/// The dead are told of only to who may know, and get nothing new.
#[test]
fn the_dead_get_nothing_new() {
    let room = Room::new();
    let (own, foreign) = (job_centre("90201"), job_centre("90101"));
    let answer = |by: &_| refused(room.does(by, |call| call.create_message(create(DEAD_LIV, by, caseworker(by)))));
    assert_eq!(answer(&own), Some(Refusal::DeadCitizen));
    assert_eq!(answer(&foreign), Some(Refusal::OtherJobCentre));
}

/// S5: every call leaves exactly one record; one that failed leaves nothing else.
#[test]
fn s5_every_call_leaves_one_audit_record() {
    let room = Room::new();
    let (fund, centre) = (fund("81"), job_centre("90101"));
    let (answer, unit) = room.decides(&fund, |call| call.create_message(create(ALMA, &fund, caseworker(&centre))));
    let (message, _) = posted(&answer.unwrap());
    let [record] = audit_of(&unit)[..] else { panic!("one record") };
    assert_eq!(record.outcome, Outcome::Answered);
    assert_eq!(record.citizen.as_ref().map(|cpr| cpr.expose()), Some(ALMA));
    assert!(record.objects.contains(&format!("message {message}")), "{:?}", record.objects);

    let (answer, unit) = room.decides(&centre, |call| call.get_messages(list(NOBODY)));
    assert!(answer.is_err());
    let [record] = audit_of(&unit)[..] else { panic!("one record") };
    assert_eq!((unit.facts.len(), record.outcome), (1, Outcome::Fault(1010)));
    assert_eq!(record.citizen.as_ref().map(|cpr| cpr.expose()), Some(NOBODY));

    let (answer, unit) = room.decides(&centre, |call| call.rectify_message(rectify(ALMA, message)));
    assert!(answer.is_err());
    assert_eq!(audit_of(&unit)[0].objects, Vec::<String>::new(), "what was not found is not named");
}

/// S5, S8: a failed create leaves no message behind, not even one that was already put together.
#[test]
fn s5_a_failed_call_leaves_no_fact_behind() {
    let room = Room::new();
    let fund = fund("81");
    let mut call = room.call(&fund);
    call.create_message(create(ALMA, &fund, caseworker(&job_centre("90101")))).unwrap();
    let unit = call.into_unit(Outcome::Fault(1011));
    assert_eq!((unit.facts.len(), audit_of(&unit).len(), unit.conditions.len()), (1, 1, 0));
}

/// M11: a reply that was decided before the rectification and committed after it is refused.
#[test]
fn m11_a_reply_loses_the_race_against_rectification() {
    let room = Room::new();
    let (fund, centre) = (fund("81"), job_centre("90101"));
    let answer = room
        .does(&fund, |call| call.create_message(create(ALMA, &fund, caseworker(&centre))))
        .unwrap();
    let (first, thread) = posted(&answer);
    let (late, unit) = room.decides(&centre, |call| call.create_message_reply(reply(ALMA, &centre, thread)));
    let (second, again) = room.decides(&fund, |call| call.rectify_message(rectify(ALMA, first)));
    assert!(late.is_ok() && second.is_ok());
    room.does(&fund, |call| call.rectify_message(rectify(ALMA, first))).unwrap();
    assert_eq!(refused(room.desk.commit(unit).wait()), Some(Refusal::ThreadClosed));
    assert_eq!(refused(room.desk.commit(again).wait()), Some(Refusal::UnknownIdentifier));
}

/// M10, M21: the first reading is a fact and tells the sender; the second repeats the receipt and leaves only its record.
#[test]
fn m10_reading_twice_changes_nothing() {
    let room = Room::new();
    let (fund, centre) = (fund("81"), job_centre("90101"));
    let answer = room
        .does(&fund, |call| call.create_message(create(ALMA, &fund, caseworker(&centre))))
        .unwrap();
    let (message, _) = posted(&answer);
    let (first, unit) = room.decides(&centre, |call| call.mark_message_as_read(mark(ALMA, message)));
    assert!(
        unit.facts
            .iter()
            .any(|fact| matches!(fact, Fact::Event(event) if event.kind == EventKind::Read && event.recipient == fund))
    );
    room.desk.commit(unit).wait().unwrap();

    let mut later = room.call_at(&centre, instant("2026-11-21T10:00:00Z"));
    let second = later.mark_message_as_read(mark(ALMA, message));
    assert_eq!(second.unwrap(), first.unwrap());
    assert_eq!(later.into_unit(Outcome::Answered).facts.len(), 1);
    let outsider = room.does(&municipality("901"), |call| call.mark_message_as_read(mark(ALMA, message)));
    assert_eq!(refused(outsider), Some(Refusal::NotPartyOfThread));
}

/// S2: another actor that works for a job centre sees its own citizens, and no inbox.
#[test]
fn s2_another_actor_has_no_inbox() {
    let room = Room::new();
    let caller = acting(&job_centre("90101"), &other_actor("90000031"));
    let mut call = room.call_of(caller, now());
    assert_eq!(refused(call.get_messages(list(ALMA))), Some(Refusal::OtherJobCentre));
    let inbox = GetAuthorityMessagesRequestType {
        citizen_message_context_type_identifier: None,
        citizen_message_channel_type_identifier: None,
        citizen_message_thread_identifier: None,
        from_date_time: None,
        to_date_time: None,
        unread_only: None,
        max_count: None,
        continuation_token: None,
    };
    assert_eq!(refused(call.get_authority_messages(inbox)), Some(Refusal::NotAuthorised));
}

/// M6: STAR sees that a message exists and not what it says; the same for a relation without part in the thread.
#[test]
fn m6_existence_and_content() {
    let room = Room::new();
    let (fund, centre) = (fund("81"), job_centre("90101"));
    room.does(&fund, |call| call.create_message(create(ALMA, &fund, caseworker(&centre))))
        .unwrap();
    for (viewer, visible) in [(&fund, true), (&centre, true), (&municipality("901"), false), (&star(), false)] {
        let listed = room
            .does(viewer, |call| call.get_messages(list(ALMA)))
            .unwrap()
            .citizen_message_type_collection;
        let [message] = &listed.citizen_message_type[..] else {
            panic!("one message")
        };
        assert_eq!(message.content_visible, visible, "{viewer}");
        assert_eq!(
            (message.message_title.is_some(), message.message_text.is_some()),
            (visible, visible),
            "{viewer}"
        );
    }
}

/// Paging is stable while messages arrive, and a token is for one list.
#[test]
fn pages_are_stable_while_messages_arrive() {
    let room = Room::new();
    let centre = job_centre("90101");
    let send = || {
        let answer = room
            .does(&centre, |call| call.create_message(create(ALMA, &centre, caseworker(&fund("81")))))
            .unwrap();
        answer.service_receipt.message_identifier
    };
    let sent: Vec<_> = (0..5).map(|_| send()).collect();
    let page = |token| {
        let max_count = crate::contract::citizen_message_structure::MaxCountType::new(2).ok();
        let request = GetMessagesRequestType {
            max_count,
            continuation_token: token,
            ..list(ALMA)
        };
        let answer = room.does(&centre, |call| call.get_messages(request)).unwrap();
        let messages = answer.citizen_message_type_collection.citizen_message_type.into_iter();
        (
            messages.map(|message| message.citizen_message_identifier).collect::<Vec<_>>(),
            answer.continuation_token,
        )
    };
    let (first, token) = page(None);
    send();
    let (second, next) = page(token.clone());
    let (third, end) = page(next);
    let pages: Vec<_> = first.into_iter().chain(second).chain(third).collect();
    assert_eq!(pages, sent.into_iter().rev().collect::<Vec<_>>());
    assert!(end.is_none());
    let elsewhere = GetMessagesRequestType {
        continuation_token: token,
        ..list(GERDA)
    };
    let answer = room.does(&job_centre("90201"), |call| call.get_messages(elsewhere));
    assert_eq!(refused(answer), Some(Refusal::UnknownIdentifier));
}

/// The same requests at the same instant give the same facts and answers.
#[test]
fn the_same_instant_gives_the_same_answer() {
    let answers = [Room::new(), Room::new()].map(|room| {
        let (fund, centre) = (fund("81"), job_centre("90101"));
        let created = room
            .does(&fund, |call| call.create_message(create(ALMA, &fund, caseworker(&centre))))
            .unwrap();
        let listed = room.does(&centre, |call| call.get_messages(list(ALMA))).unwrap();
        (created, listed)
    });
    assert_eq!(answers[0], answers[1]);
}
