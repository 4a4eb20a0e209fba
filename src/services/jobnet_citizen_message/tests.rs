//! Jobnet's side at the desk: what is decided and what is left behind. Behaviour on the wire is told by the stories.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use super::super::Settings;
use super::super::testing::*;
use super::*;
use crate::contract::citizen_message_service_v2::CitizenMessageService;
use crate::contract::citizen_message_structure::{CitizenMessageUserType, MessageTextType, MessageTitleType};
use crate::domain::audit::Outcome;
use crate::domain::queue::EventKind;
use crate::domain::testing::{fund, job_centre};
use crate::domain::{Fact, MessageId, Organisation, OrganisationType, Refusal, ThreadId, Unit};

const CV_OF_ALMA: &str = "CV1000";

fn jobnet() -> Organisation {
    Organisation::new(OrganisationType(94), "90000071")
}

fn answer_to_alma(thread: ThreadId) -> CreateMessageReplyRequestType {
    CreateMessageReplyRequestType {
        from_user: citizen(),
        cv_customer_identifier: wire::cv_number(CV_OF_ALMA).unwrap(),
        citizen_message_thread_identifier: wire::guid(thread.0).unwrap(),
        message_text: MessageTextType::new("Svar").unwrap(),
        citizen_message_document_collection: None,
    }
}

fn question(to: CitizenMessageUserType) -> CreateMessageRequestType {
    CreateMessageRequestType {
        from_user: citizen(),
        to_user: to,
        cv_customer_identifier: wire::cv_number(CV_OF_ALMA).unwrap(),
        citizen_message_channel_type_identifier: channel(4),
        citizen_message_context_type_identifier: context(1),
        reply_allowed: true,
        message_title: MessageTitleType::new("Spørgsmål").unwrap(),
        message_text: MessageTextType::new("Hvornår får jeg svar?").unwrap(),
        citizen_message_document_collection: None,
    }
}

fn told(unit: &Unit) -> Vec<(EventKind, Organisation)> {
    let event = |fact: &Fact| {
        if let Fact::Event(event) = fact {
            Some((event.kind, event.recipient.clone()))
        } else {
            None
        }
    };
    unit.facts.iter().filter_map(event).collect()
}

/// From the fund to the job centre.
fn between_authorities(room: &Room) -> (MessageId, ThreadId) {
    let (fund, centre) = (fund("81"), job_centre("90101"));
    posted(
        &room
            .does(&fund, |call| {
                CitizenMessageService::create_message(call, create(ALMA, &fund, caseworker(&centre)))
            })
            .unwrap(),
    )
}

fn marked(room: &Room, message: MessageId) -> Unit {
    let request = MarkMessageAsReadRequestType {
        cv_customer_identifier: wire::cv_number(CV_OF_ALMA).unwrap(),
        citizen_message_identifier: wire::guid(message.0).unwrap(),
    };
    let (answer, unit) = room.decides(&jobnet(), |call| JobnetCitizenMessageService::mark_message_as_read(call, request));
    assert!(answer.is_ok());
    unit
}

/// M9: where the profile lets citizens start, a citizen's question reaches the authority's queue, and the authority can answer.
#[test]
fn m9_a_citizen_starts_where_the_profile_says_so() {
    let starts = |room: &Room| {
        room.decides(&jobnet(), |call| {
            JobnetCitizenMessageService::create_message(call, question(caseworker(&fund("81"))))
        })
    };
    assert_eq!(refused(starts(&Room::new()).0), Some(Refusal::CitizenCannotStart));

    let room = Room::with(Settings {
        citizens_may_start: true,
        ..Settings::default()
    });
    let (answer, unit) = starts(&room);
    let thread = ThreadId(wire::uuid(&answer.unwrap().citizen_message_thread_identifier).unwrap());
    assert_eq!(told(&unit), [(EventKind::Created, fund("81"))]);
    room.desk.commit(unit).wait().unwrap();
    let reply = room.does(&fund("81"), |call| {
        CitizenMessageService::create_message_reply(call, reply(ALMA, &fund("81"), thread))
    });
    assert!(reply.is_ok());

    let stranger = question(caseworker(&fund("82")));
    let answer = room.does(&jobnet(), |call| JobnetCitizenMessageService::create_message(call, stranger));
    assert_eq!(refused(answer), Some(Refusal::RecipientWithoutRelation));
}

/// M5, M21: the citizen's reply tells the authority it goes to, and is a fact that rests on an open thread.
#[test]
fn m5_m21_the_citizens_reply_tells_the_authority_that_wrote() {
    let room = Room::new();
    let (_, thread) = between_authorities(&room);
    let (answer, unit) = room.decides(&jobnet(), |call| {
        JobnetCitizenMessageService::create_message_reply(call, answer_to_alma(thread))
    });
    assert!(answer.is_ok());
    assert_eq!(told(&unit), [(EventKind::Replied, fund("81"))]);
    assert_eq!(unit.conditions.len(), 1);
}

/// M10, M21: the citizen's reading is kept as the citizen's; the sender is told where the citizen was the recipient, once.
#[test]
fn m10_m21_the_sender_is_told_when_the_recipient_reads() {
    let room = Room::new();
    let (copy, _) = between_authorities(&room);
    let unit = marked(&room, copy);
    assert!(
        unit.facts
            .iter()
            .any(|fact| matches!(fact, Fact::Reading(reading) if reading.reader.is_none()))
    );
    assert_eq!(told(&unit), []);

    let mut notification = create(ALMA, &fund("81"), citizen());
    notification.citizen_message_channel_type_identifier = channel(3);
    let answer = room.does(&fund("81"), |call| CitizenMessageService::create_message(call, notification));
    let (own, _) = posted(&answer.unwrap());
    let unit = marked(&room, own);
    assert_eq!(told(&unit), [(EventKind::Read, fund("81"))]);
    room.desk.commit(unit).wait().unwrap();
    assert_eq!(marked(&room, own).facts.len(), 1, "the second time leaves its audit record alone");
}

/// S5: the audit knows the citizen, though Jobnet never names a CPR number; of an unknown CV number it knows nobody.
#[test]
fn s5_the_audit_knows_the_citizen_behind_a_cv_number() {
    let room = Room::new();
    let asked = |number| {
        let request = GetUnreadMessagesRequestType {
            cv_customer_identifier: wire::cv_number(number).unwrap(),
        };
        let (answer, unit) = room.decides(&jobnet(), |call| call.get_unread_messages(request));
        let [Fact::Audit(record)] = &unit.facts[..] else {
            panic!("one record")
        };
        let citizen = record.citizen.as_ref().map(|cpr| cpr.expose().to_owned());
        (citizen, record.outcome, refused(answer))
    };
    assert_eq!(asked(CV_OF_ALMA), (Some(ALMA.to_owned()), Outcome::Answered, None));
    assert_eq!(asked("CV9999"), (None, Outcome::Fault(1010), Some(Refusal::UnknownCitizen)));
}

/// S5, M8: the audit of a company's look-up names every citizen whose reply was shown.
#[test]
fn s5_the_audit_knows_whose_replies_a_company_saw() {
    use crate::contract::citizen_message_structure::{CitizenMessageCompanyType, CompanyIdentifierType};
    use crate::contract::cvr_dk::CVRnumberIdentifierType;

    let room = Room::new();
    let company = CompanyIdentifierType {
        production_unit_identifier: None,
        cvr_number_identifier: CVRnumberIdentifierType::new("90000041").unwrap(),
    };
    let mut offer = question(citizen());
    offer.from_user.user_type_identifier.code_list_item_identifier = context(4).code_list_item_identifier;
    offer.from_user.company = Some(CitizenMessageCompanyType {
        company_identifier: company.clone(),
        company_contact_identifier: wire::guid(uuid::Uuid::nil()).unwrap(),
    });
    offer.citizen_message_channel_type_identifier = channel(3);
    offer.citizen_message_context_type_identifier = context(5);
    let answer = room.does(&jobnet(), |call| JobnetCitizenMessageService::create_message(call, offer));
    let thread = ThreadId(wire::uuid(&answer.unwrap().citizen_message_thread_identifier).unwrap());
    room.does(&jobnet(), |call| {
        JobnetCitizenMessageService::create_message_reply(call, answer_to_alma(thread))
    })
    .unwrap();

    let request = GetCompanyRepliesRequestType {
        company_identifier: company,
        max_count: None,
        continuation_token: None,
    };
    let (answer, unit) = room.decides(&jobnet(), |call| call.get_company_replies(request));
    assert_eq!(answer.unwrap().citizen_message_type_collection.citizen_message_type.len(), 1);
    let [Fact::Audit(record)] = &unit.facts[..] else {
        panic!("one record")
    };
    let shown: Vec<_> = record.shown.iter().map(|cpr| cpr.expose()).collect();
    assert_eq!((record.citizen.is_none(), shown), (true, vec![ALMA]));
}
