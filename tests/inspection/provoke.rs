//! One canary through every operation, and then through every fault a caller can bring about, with its mark wherever there is room.

use super::canary::{Canary, Heard, base64};
use super::envelopes::{cpr as number, mark as mark_as_read, *};
use super::jobnet::{self, From, Note};
use super::program::Program;
use super::queue::{GET_EVENTS, create_sequence, end_sequence, of_sequence};
use crate::support::server::request;

const XML: &str = "Content-Type: text/xml\r\n";
const LISTS: [&str; 9] = [
    "CitizenMessageContextTypeIdentifier",
    "CitizenMessageChannelTypeIdentifier",
    "CitizenMessageUserTypeIdentifier",
    "CitizenMessageStatusTypeIdentifier",
    "OrganisationTypeIdentifier",
    "RequestUserTypeIdentifier",
    "InterviewTypeIdentifier",
    "InterviewContactTypeIdentifier",
    "ParticipationStatusTypeIdentifier",
];

/// Who calls: everybody says the canary's name, and its number for their own.
struct Cast<'a> {
    centre: Writer<'a>,
    fund: Writer<'a>,
    municipality: Writer<'a>,
    jobnet: Writer<'a>,
}

impl<'a> Cast<'a> {
    fn of(name: &'a str, canary: &'a Canary) -> Self {
        let of = |organisation| Writer {
            name,
            identifier: &canary.cpr,
            ..Writer::of(organisation)
        };
        Self {
            centre: of((8, "90101")),
            fund: of((2, "81")),
            municipality: of((7, "901")),
            jobnet: of((94, "90000071")),
        }
    }
}

/// What is left to be provoked with: a thread whose first message was rectified, and the document that went with it.
pub struct Left {
    thread: String,
    document: String,
}

fn get_list(name: &str) -> String {
    format!("<l:GetCodeListRequest><l:CodeListName>{name}</l:CodeListName></l:GetCodeListRequest>")
}

/// Every operation, answered.
pub fn use_everything(program: &Program, canary: &Canary, heard: &mut Heard) -> Left {
    let name = canary.says("Bruger");
    let Cast { centre, fund, jobnet, .. } = Cast::of(&name, canary);
    let pdf = base64(&format!("%PDF-1.4 {} {}\n%%EOF\n", canary.mark, canary.cpr));
    let (title, text) = (canary.says("Titel"), format!("{} {}", canary.says("Tekst"), canary.cpr));
    let letter = |channel, documents: String| Letter {
        about: &canary.cpr,
        channel,
        context: 1,
        title: &title,
        text: &text,
        documents,
    };
    let mut calls = 0;
    let mut answered = |writer: &Writer<'_>, header: &str, payload: &str| {
        // The requests that come with an identifier leave their answers behind, too.
        calls += 1;
        let identifier = format!("x-requestId: {}-{calls}\r\n", canary.mark);
        let response = program.post(payload, &identifier, &writer.envelope_with(header, payload));
        let said = response.text().to_owned();
        heard.note(response).unwrap_or_else(|| panic!("{payload}: {said}"))
    };
    let to_centre = to_authority((8, "90101"), &canary.says("Modtager"));
    let created = answered(&fund, "", &letter(4, document(&canary.mark, &pdf)).from(&fund, &to_centre));
    let (message, thread) = (
        inner(&created, "MessageIdentifier").unwrap(),
        inner(&created, "CitizenMessageThreadIdentifier").unwrap(),
    );
    answered(&centre, "", &reply(&centre, &canary.cpr, thread, &canary.says("Svar")));
    let shown = answered(&centre, "", &get_thread(&canary.cpr, thread));
    assert!(
        shown.contains(&canary.mark) && shown.contains(&canary.cpr),
        "those who may read it do"
    );
    let document = inner(&shown, "CitizenMessageDocumentIdentifier").unwrap();
    answered(&centre, "", &get_messages(&canary.cpr));
    answered(&centre, "", INBOX);
    answered(&centre, "", &get_document(&canary.cpr, document));
    answered(&centre, "", &mark_as_read(&canary.cpr, message));
    // By e-mail and SMS goes a notice.
    for channel in [1, 2] {
        answered(
            &centre,
            "",
            &letter(channel, String::new()).from(&centre, &to_citizen(&canary.says("Modtager"))),
        );
    }

    let (cv, employer) = (canary.cv_number.as_str(), From::Employer(&name, true));
    let offered = answered(&jobnet, "", &jobnet::job_offer(cv, employer, &text));
    let offer = inner(&offered, "CitizenMessageThreadIdentifier").unwrap();
    answered(&jobnet, "", &jobnet::answer(cv, From::Citizen(&name), offer, &canary.says("Svar")));
    answered(&jobnet, "", &jobnet::about("GetMessages", cv, ""));
    answered(&jobnet, "", &jobnet::about("GetUnreadMessages", cv, ""));
    answered(&jobnet, "", &jobnet::get_thread(cv, offer));
    answered(&jobnet, "", &jobnet::get_document(cv, document));
    answered(&jobnet, "", &jobnet::mark(cv, inner(&offered, "MessageIdentifier").unwrap()));
    answered(&jobnet, "", &jobnet::company_replies());

    answered(&centre, "", LIST_NAMES);
    answered(&centre, "", &get_list(LISTS[0]));
    for list in LISTS {
        answered(&centre, "", &format!("<l:Get{list}CodeListRequest/>"));
    }

    for (writer, how) in [(&centre, "Terminate"), (&fund, "Close")] {
        let opened = answered(writer, "", &create_sequence(""));
        let sequence = inner(&opened, "Identifier").unwrap();
        let events = answered(writer, &of_sequence(sequence), GET_EVENTS);
        assert!(events.contains(&canary.cpr), "{events}");
        answered(writer, "", &end_sequence(how, sequence));
    }

    answered(&fund, "", &rectify(&canary.cpr, message, &canary.says("Grund")));
    Left {
        thread: thread.to_owned(),
        document: document.to_owned(),
    }
}

/// Every fault a caller can bring about.
pub fn break_everything(program: &Program, canary: &Canary, left: &Left, [dead, loose]: [&Canary; 2], heard: &mut Heard) {
    let name = canary.says("Bruger");
    let cast = Cast::of(&name, canary);
    break_rules(program, canary, &cast, left, [dead, loose], heard);
    break_the_contract(program, canary, &cast, heard);
    break_admission(program, canary, &cast, heard);
    break_http(program, canary, &cast, heard);
}

/// What the rules refuse.
fn break_rules(program: &Program, canary: &Canary, cast: &Cast<'_>, left: &Left, [dead, loose]: [&Canary; 2], heard: &mut Heard) {
    let Canary { cpr, cv_number: cv, .. } = canary;
    let mark = &canary.mark;
    let Cast {
        centre,
        fund,
        municipality,
        jobnet,
    } = cast;
    let (name, title, text, reason) = (
        canary.says("Bruger"),
        canary.says("Titel"),
        canary.says("Tekst"),
        canary.says("Grund"),
    );
    let letter = |channel, context, documents: &str| Letter {
        about: cpr,
        channel,
        context,
        title: &title,
        text: &text,
        documents: documents.to_owned(),
    };
    let to = to_citizen(&canary.says("Modtager"));
    let to_authority = |of| to_authority(of, &canary.says("Modtager"));
    let long = format!("{mark}{}", "x".repeat(300));
    let pdf = document(mark, &base64(&format!("%PDF-1.4 {mark}\n%%EOF\n")));
    let many = pdf.replacen("</s:CitizenMessageDocument>", "</s:CitizenMessageDocument>@", 1);
    let one = many.split_once("Collection>").unwrap().1.split_once('@').unwrap().0.to_owned();
    let many = many.replace('@', &one.repeat(10));
    let note = |context, from| {
        let note = Note {
            about: cv,
            channel: 3,
            context,
            text: &text,
            to: jobnet::to_citizen(&name),
        };
        note.from(from)
    };

    let created = |writer: &Writer<'_>, payload: &str| -> (String, String) {
        let answer = program.call(writer, payload);
        let said = answer.text();
        let of = |element| inner(said, element).unwrap_or_else(|| panic!("{said}")).to_owned();
        (of("MessageIdentifier"), of("CitizenMessageThreadIdentifier"))
    };
    let unanswerable = letter(4, 1, "")
        .from(fund, &to_authority((8, "90101")))
        .replace("<m:ReplyAllowed>true", "<m:ReplyAllowed>false");
    let (_, unanswerable) = created(fund, &unanswerable);
    let (_, one_way) = created(centre, &letter(3, 1, "").from(centre, &to));
    let (by_email, _) = created(centre, &letter(1, 1, "").from(centre, &to));

    let opened = program.call(municipality, &create_sequence(""));
    let sequence = inner(opened.text(), "Identifier").unwrap().to_owned();
    for (writer, payload) in [
        (centre, get_thread(cpr, NONE)),
        (centre, get_document(cpr, NONE)),
        (centre, mark_as_read(cpr, NONE)),
        (centre, rectify(cpr, NONE, &reason)),
        (centre, reply(centre, cpr, NONE, &text)),
        (centre, get_messages("0101010101")),
        (centre, get_messages("0000000000")),
        (fund, get_messages(&loose.cpr)),
        (centre, letter(99, 1, "").from(centre, &to)),
        (centre, letter(3, 99, "").from(centre, &to)),
        (centre, letter(3, 2, "").from(centre, &to)),
        (centre, letter(3, 8, "").from(centre, &to)),
        (centre, letter(3, 11, "").from(centre, &to)),
        (fund, letter(3, 11, "").from(fund, &to)),
        (fund, letter(4, 11, "").from(fund, &to_authority((7, "901")))),
        (centre, letter(3, 5, "").from(centre, &to)),
        (centre, letter(4, 1, "").from(centre, &to)),
        (centre, letter(4, 1, "").from(centre, &to_authority((8, "90201")))),
        (centre, letter(4, 1, "").from(centre, &to_authority((8, mark)))),
        (centre, letter(4, 1, "").from(centre, &to_authority((8, "90999")))),
        (centre, letter(3, 1, "").from(fund, &to)),
        (centre, letter(3, 1, "").from(centre, &to).replacen(&value(2), &value(4), 1)),
        (centre, letter(3, 1, "").from(centre, &to).replacen(&value(2), &value(1), 1)),
        (centre, letter(3, 1, &document(mark, &base64(mark))).from(centre, &to)),
        (
            centre,
            letter(3, 1, &pdf.replace("application/pdf", &format!("application/{mark}"))).from(centre, &to),
        ),
        (
            centre,
            letter(3, 1, &pdf.replace("application/pdf", "application/xml")).from(centre, &to),
        ),
        (centre, letter(3, 1, &many).from(centre, &to)),
        (centre, letter(3, 1, "").from(centre, &to_citizen(&long))),
        (
            centre,
            Letter {
                about: &dead.cpr,
                ..letter(3, 1, "")
            }
            .from(centre, &to),
        ),
        (centre, reply(centre, cpr, &unanswerable, &text)),
        (centre, reply(centre, cpr, &one_way, &text)),
        (municipality, reply(municipality, cpr, &left.thread, &text)),
        (centre, reply(centre, cpr, &left.thread, &text)),
        (centre, rectify(cpr, &by_email, &reason)),
        (centre, get_document(cpr, &left.document)),
        (centre, get_list(mark)),
        (centre, get_list(cpr)),
        (jobnet, note(1, From::Citizen(&name))),
        (jobnet, note(1, From::Employer(&name, true))),
        (jobnet, note(5, From::Employer(&name, false))),
        (jobnet, note(5, From::Caseworker(&name))),
        (jobnet, jobnet::about("GetMessages", mark, "")),
        (jobnet, jobnet::about("GetMessages", cpr, "")),
        (jobnet, jobnet::get_thread(cv, NONE)),
        (municipality, create_sequence("")),
        (municipality, create_sequence(mark)),
        (municipality, create_sequence(cpr)),
        (municipality, end_sequence("Close", NONE)),
        (municipality, end_sequence("Terminate", mark)),
        (municipality, GET_EVENTS.to_owned()),
    ] {
        heard.refused(program.call(writer, &payload), &payload);
    }
    for wrong in [of_sequence(NONE), of_sequence(mark), of_sequence(cpr), of_sequence(NONE).repeat(2)] {
        let envelope = municipality.envelope_with(&wrong, GET_EVENTS);
        heard.refused(program.post(GET_EVENTS, "", &envelope), &wrong);
    }
    heard.note(program.call(municipality, &end_sequence("Terminate", &sequence)));
}

/// What the contract does not allow.
fn break_the_contract(program: &Program, canary: &Canary, Cast { centre, .. }: &Cast<'_>, heard: &mut Heard) {
    let Canary { cpr, .. } = canary;
    let mark = &canary.mark;
    let long = format!("{mark}{}", "x".repeat(200));
    let with = |rest: &str| format!("<m:GetMessagesRequest>{}{rest}</m:GetMessagesRequest>", number(cpr));
    let letter = |documents: String| {
        let letter = Letter {
            about: cpr,
            channel: 3,
            context: 1,
            title: mark,
            text: mark,
            documents,
        };
        letter.from(centre, &to_citizen(mark))
    };
    for payload in [
        get_messages(&format!("{cpr}{mark}")),
        get_messages(&format!("{cpr}7")),
        get_messages(&format!("39{}", &cpr[2..])),
        format!("<m:{mark}Request>{}</m:{mark}Request>", number(cpr)),
        with(&format!("<m:{mark}>{cpr}</m:{mark}>")),
        with("").replace("<m:GetMessagesRequest>", &format!("<m:GetMessagesRequest {mark}=\"{cpr}\">")),
        with(&format!("{mark} {cpr}")),
        with(&format!("<m:MaxCount>{cpr}</m:MaxCount>")),
        with(&format!("<m:FromDateTime>{mark}</m:FromDateTime>")),
        with(&format!("<m:ContinuationToken>{mark}</m:ContinuationToken>")),
        format!("<{mark}:GetMessagesRequest>{cpr}</{mark}:GetMessagesRequest>"),
        format!("<m:GetMessagesRequest>&{mark};</m:GetMessagesRequest>"),
        get_thread(cpr, mark),
        rectify(cpr, NONE, &format!("<b>{mark}</b>")),
        letter(document(&long, &base64(mark))),
        letter(document(mark, mark)),
    ] {
        heard.refused(program.call(centre, &payload), &payload);
    }
    let envelope = centre.envelope(&get_messages(cpr));
    for body in [
        envelope.replace("<c:CodeListItemIdentifier>2<", "<c:CodeListItemIdentifier>9<"),
        envelope.replace(
            "<e:Header>",
            &format!("<e:Header><{mark} xmlns=\"urn:{mark}\" e:mustUnderstand=\"1\">{cpr}</{mark}>"),
        ),
        envelope.replace(
            "http://schemas.xmlsoap.org/soap/envelope/",
            "http://www.w3.org/2003/05/soap-envelope",
        ),
        envelope.replace("a:ActiveOrganisationHeader", &format!("a:{mark}")),
        envelope.replace("r:RequestUserMetadataHeader", &format!("r:{mark}")),
        envelope.replace("</e:Body>", &format!("{mark}</e:Body>")),
        envelope.replace("</e:Envelope>", mark),
        envelope.replace("2026-11-20T11:00:00+01:00", mark),
        format!("{cpr} {mark}"),
        format!("<!DOCTYPE {mark} [<!ENTITY a \"{cpr}\">]>{envelope}"),
        format!("<?xml version=\"1.0\" encoding=\"{mark}\"?>{envelope}"),
        format!("<?{mark} {cpr}?>{envelope}"),
    ] {
        heard.refused(program.post("", "", &body), &body);
    }
}

/// Who is not let in, or not to this citizen.
fn break_admission(program: &Program, canary: &Canary, Cast { centre, .. }: &Cast<'_>, heard: &mut Heard) {
    let Canary { cpr, .. } = canary;
    let mark = &canary.mark;
    let long = format!("{mark}{}", "x".repeat(200));
    let good = get_messages(cpr);
    for (active, of_user) in [
        ((8, "90201"), (8, "90201")),
        ((2, "82"), (2, "82")),
        ((7, "902"), (7, "902")),
        ((92, "90000061"), (92, "90000061")),
        ((8, "404"), (8, "404")),
        ((8, cpr.as_str()), (8, cpr.as_str())),
        ((55, "1"), (8, "90101")),
        ((8, "90101"), (4, "90000099")),
        ((8, "90101"), (4, mark.as_str())),
        ((8, "90101"), (55, "1")),
        ((8, long.as_str()), (8, "90101")),
    ] {
        let writer = Writer {
            active,
            of_user,
            ..*centre
        };
        heard.refused(program.call(&writer, &good), &format!("{active:?} {of_user:?}"));
    }
    heard.refused(program.call(&Writer { name: &long, ..*centre }, &good), "a long name");
    let jobnets = jobnet::about("GetMessages", &canary.cv_number, "");
    heard.refused(program.call(&Writer::of((2, "81")), &jobnets), &jobnets);
    heard.refused(
        program.call(&Writer::of((94, "90000071")), &create_sequence("")),
        "a queue for Jobnet",
    );
}

/// What HTTP itself is the reason of, or what is said beside the envelope.
fn break_http(program: &Program, canary: &Canary, Cast { centre, .. }: &Cast<'_>, heard: &mut Heard) {
    let Canary { cpr, .. } = canary;
    let mark = &canary.mark;
    let envelope = centre.envelope(&get_messages(cpr));
    let body = envelope.as_bytes();
    for (method, path, headers, body) in [
        ("GET", format!("{MESSAGES}?{mark}={cpr}"), String::new(), b"".as_slice()),
        ("PUT", format!("{JOBNET}?{mark}"), XML.to_owned(), body),
        ("POST", format!("/{mark}/{cpr}"), XML.to_owned(), body),
        ("GET", format!("{QUEUE}?xsd={mark}"), String::new(), b""),
        (
            "POST",
            format!("{MESSAGES}?{cpr}"),
            format!("{XML}SOAPAction: \"{mark}\"\r\n"),
            body,
        ),
        ("POST", MESSAGES.to_owned(), format!("Content-Type: text/{mark}\r\n"), body),
        ("POST", MESSAGES.to_owned(), format!("{XML}Content-Encoding: {mark}\r\n"), body),
        (
            "POST",
            MESSAGES.to_owned(),
            format!("{XML}User-Agent: {mark}\r\nx-requestId: {cpr}\r\nReferer: http://{mark}/{cpr}\r\n"),
            body,
        ),
        ("POST", MESSAGES.to_owned(), format!("{XML}x-requestId: {cpr} {mark}\r\n"), body),
        ("POST", MESSAGES.to_owned(), format!("{XML}Cookie: {}\r\n", mark.repeat(2000)), body),
        ("POST", format!("{MESSAGES}?{}", mark.repeat(300)), XML.to_owned(), body),
        (mark, MESSAGES.to_owned(), XML.to_owned(), body),
    ] {
        heard.note(program.send(&request(method, &path, &headers, body)));
    }
    heard.note(program.send(format!("POST {MESSAGES} HTTP/1.1\r\n{mark} {cpr}\r\n\r\n").as_bytes()));
    heard.note(program.send(format!("POST {EVENTS} HTTP/1.1\r\n{XML}Content-Length: 9999999\r\n\r\n{mark} {cpr}").as_bytes()));
}

/// What is wrong in the house, while a caller asks as always.
pub fn fail_at_home(program: &Program, canary: &Canary, heard: &mut Heard) {
    let name = canary.says("Bruger");
    let Cast { centre, jobnet, .. } = Cast::of(&name, canary);
    let (title, text) = (canary.says("Titel"), canary.says("Tekst"));
    let letter = Letter {
        about: &canary.cpr,
        channel: 3,
        context: 1,
        title: &title,
        text: &text,
        documents: document(&canary.mark, &base64(&format!("%PDF-1.4 {}\n%%EOF\n", canary.mark))),
    };
    let letter = letter.from(&centre, &to_citizen(&canary.says("Modtager")));
    heard.refused(program.call(&centre, &letter), &letter);
    let offer = jobnet::job_offer(&canary.cv_number, From::Employer(&name, true), &text);
    heard.refused(program.call(&jobnet, &offer), &offer);
}

/// Empties the queues of everybody who was told of something.
pub fn empty_queues(program: &Program, heard: &mut Heard) {
    for of in [
        (8, "90101"),
        (2, "81"),
        (7, "901"),
        (7, "902"),
        (8, "90201"),
        (2, "82"),
        (90, "90000051"),
    ] {
        loop {
            let opened = heard.note(program.call(&Writer::of(of), &create_sequence(""))).unwrap();
            let sequence = inner(&opened, "Identifier").unwrap();
            heard
                .note(program.call(&Writer::of(of), &end_sequence("Terminate", sequence)))
                .unwrap();
            if !opened.contains("ServiceItem>") {
                break;
            }
        }
    }
}
