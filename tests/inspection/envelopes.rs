//! Requests as a case system would write them, from a few words.

use crate::support::server::{Response, Server};

pub const MESSAGES: &str = "/PjakTassWCFtService/2/CitizenMessageService.svc";
pub const CODE_LISTS: &str = "/PjakTassWCFtService/5/CodeListService.svc";
pub const JOBNET: &str = "/PjakTassWCFtService/2/JobnetCitizenMessageService.svc";
pub const QUEUE: &str = "/PjakTassWCFtService/3/WsrmService.svc";
pub const EVENTS: &str = "/PjakTassWCFtService/10/WsrmMessageService.svc";

/// Where a payload goes, by the prefix of its root.
pub fn path(payload: &str) -> &'static str {
    match payload.get(..3) {
        Some("<l:") => CODE_LISTS,
        Some("<j:") => JOBNET,
        Some("<w:") => QUEUE,
        Some("<v:") => EVENTS,
        _ => MESSAGES,
    }
}
/// An identifier nobody has.
pub const NONE: &str = "00000000-0000-4000-8000-000000000000";

/// An organisation by type and code.
pub type Organisation<'a> = (i32, &'a str);

/// Who writes: the active organisation, and the user with the organisation the metadata states.
#[derive(Clone, Copy)]
pub struct Writer<'a> {
    pub active: Organisation<'a>,
    pub of_user: Organisation<'a>,
    pub name: &'a str,
    pub identifier: &'a str,
}

impl<'a> Writer<'a> {
    pub fn of(active: Organisation<'a>) -> Self {
        Self {
            active,
            of_user: active,
            name: "Sagsbehandler Test",
            identifier: "RID:1",
        }
    }

    /// An envelope around a payload whose prefixes are `m`, `j`, `l`, `w` and `v` (the services), `s` (message structure), `c` (code-list values)
    /// and `q` (sequences).
    pub fn envelope(&self, payload: &str) -> String {
        self.envelope_with("", payload)
    }

    /// The same with a further header.
    pub fn envelope_with(&self, header: &str, payload: &str) -> String {
        let Self {
            active,
            of_user,
            name,
            identifier,
        } = self;
        format!(
            r#"<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns:c="http://service.bm.dk/pjaktass/2013/06/07/CodeListBase/" xmlns:m="http://service.bm.dk/CitizenMessageService/2015/06/01/" xmlns:s="http://service.bm.dk/pjaktass/2015/06/01/CitizenMessageStructure/" xmlns:l="http://service.bm.dk/CodeListService/2015/06/01/" xmlns:j="http://service.bm.dk/JobnetCitizenMessageService/2015/06/01/" xmlns:w="http://service.bm.dk/WsrmService/2015/06/01/" xmlns:v="http://service.bm.dk/WsrmMessageService/2015/06/01/" xmlns:q="http://docs.oasis-open.org/ws-rx/wsrm/200602"><e:Header><r:RequestUserMetadataHeader xmlns:r="http://service.bm.dk/RequestUserMetadata/2015/01/21/" xmlns:o="http://service.bm.dk/pjaktass/2015/01/21/RequestOrganisationStructure/" xmlns:u="http://service.bm.dk/pjaktass/2015/01/21/RequestUserStructure/" xmlns:t="http://service.bm.dk/pjaktass/2015/01/21/RequestUserTypeIdentifierCodeList/"><u:RequestUserStructure><u:UserFullName>{name}</u:UserFullName><t:RequestUserTypeIdentifier><c:CodeListItemIdentifier>2</c:CodeListItemIdentifier></t:RequestUserTypeIdentifier><u:UserIdentifier>{identifier}</u:UserIdentifier></u:RequestUserStructure><o:RequestOrganisationStructure><o:OrganisationTypeIdentifier><c:CodeListItemIdentifier>{}</c:CodeListItemIdentifier></o:OrganisationTypeIdentifier><o:OrganisationCode>{}</o:OrganisationCode></o:RequestOrganisationStructure><r:RegistrationDateTime>2026-11-20T11:00:00+01:00</r:RegistrationDateTime></r:RequestUserMetadataHeader><a:ActiveOrganisationHeader xmlns:a="http://rep.oio.dk/ams.dk/xml/schemas/2005/09/01/"><a:OrganisationTypeIdentifier>{}</a:OrganisationTypeIdentifier><a:OrganisationCode>{}</a:OrganisationCode></a:ActiveOrganisationHeader>{header}</e:Header><e:Body>{payload}</e:Body></e:Envelope>"#,
            of_user.0, of_user.1, active.0, active.1,
        )
    }

    /// A caseworker of the active organisation as a party.
    pub fn party(&self, element: &str) -> String {
        party(element, 2, self.active, self.name, self.identifier)
    }
}

fn party(element: &str, kind: i32, of: Organisation<'_>, name: &str, identifier: &str) -> String {
    let code = if of.1.is_empty() {
        String::new()
    } else {
        format!("<s:OrganisationCode>{}</s:OrganisationCode>", of.1)
    };
    format!(
        "<m:{element}><s:UserTypeIdentifier>{}</s:UserTypeIdentifier><s:UserIdentifier>{identifier}</s:UserIdentifier><s:FullName>{name}</s:FullName>\
         <s:OrganisationTypeIdentifier>{}</s:OrganisationTypeIdentifier>{code}</m:{element}>",
        value(kind),
        value(of.0),
    )
}

/// The citizen as recipient.
pub fn to_citizen(name: &str) -> String {
    party("ToUser", 1, (8, ""), name, "")
}

/// A caseworker of another organisation as recipient.
pub fn to_authority(of: Organisation<'_>, name: &str) -> String {
    party("ToUser", 2, of, name, "RID:2")
}

pub fn value(code: i32) -> String {
    format!("<c:CodeListItemIdentifier>{code}</c:CodeListItemIdentifier>")
}

pub fn cpr(number: &str) -> String {
    format!("<m:PersonCivilRegistrationIdentifier>{number}</m:PersonCivilRegistrationIdentifier>")
}

/// What a new message says.
pub struct Letter<'a> {
    pub about: &'a str,
    pub channel: i32,
    pub context: i32,
    pub title: &'a str,
    pub text: &'a str,
    pub documents: String,
}

impl Letter<'_> {
    pub fn from(&self, writer: &Writer<'_>, to: &str) -> String {
        let Self {
            about,
            channel,
            context,
            title,
            text,
            documents,
        } = self;
        format!(
            "<m:CreateMessageRequest>{}{to}{}<m:CitizenMessageChannelTypeIdentifier>{}</m:CitizenMessageChannelTypeIdentifier>\
             <m:CitizenMessageContextTypeIdentifier>{}</m:CitizenMessageContextTypeIdentifier><m:ReplyAllowed>true</m:ReplyAllowed>\
             <m:MessageTitle>{title}</m:MessageTitle><m:MessageText>{text}</m:MessageText>{documents}</m:CreateMessageRequest>",
            writer.party("FromUser"),
            cpr(about),
            value(*channel),
            value(*context),
        )
    }
}

/// A short notification on Jobnet.
pub fn notification(writer: &Writer<'_>, about: &str) -> String {
    let letter = Letter {
        about,
        channel: 3,
        context: 1,
        title: "Titel",
        text: "Tekst",
        documents: String::new(),
    };
    letter.from(writer, &to_citizen("Borger"))
}

/// One PDF document.
pub fn document(name: &str, base64: &str) -> String {
    format!(
        "<m:CitizenMessageDocumentCollection><s:CitizenMessageDocument><s:DocumentName>{name}</s:DocumentName>\
         <s:DocumentMediaType>application/pdf</s:DocumentMediaType><s:DocumentContent>{base64}</s:DocumentContent></s:CitizenMessageDocument>\
         </m:CitizenMessageDocumentCollection>"
    )
}

pub fn reply(writer: &Writer<'_>, about: &str, thread: &str, text: &str) -> String {
    format!(
        "<m:CreateMessageReplyRequest>{}{}<m:CitizenMessageThreadIdentifier>{thread}</m:CitizenMessageThreadIdentifier>\
         <m:MessageText>{text}</m:MessageText></m:CreateMessageReplyRequest>",
        writer.party("FromUser"),
        cpr(about),
    )
}

pub fn get_messages(about: &str) -> String {
    format!("<m:GetMessagesRequest>{}</m:GetMessagesRequest>", cpr(about))
}

/// An operation about one thing of a citizen's.
pub fn about(operation: &str, number: &str, element: &str, identifier: &str, rest: &str) -> String {
    format!(
        "<m:{operation}Request>{}<m:{element}>{identifier}</m:{element}>{rest}</m:{operation}Request>",
        cpr(number)
    )
}

pub fn get_thread(number: &str, thread: &str) -> String {
    about("GetMessageThread", number, "CitizenMessageThreadIdentifier", thread, "")
}

pub fn get_document(number: &str, document: &str) -> String {
    about(
        "GetCitizenMessageDocument",
        number,
        "CitizenMessageDocumentIdentifier",
        document,
        "",
    )
}

pub fn mark(number: &str, message: &str) -> String {
    about("MarkMessageAsRead", number, "CitizenMessageIdentifier", message, "")
}

pub fn rectify(number: &str, message: &str, reason: &str) -> String {
    let reason = format!("<m:RectificationReason>{reason}</m:RectificationReason>");
    about("RectifyMessage", number, "CitizenMessageIdentifier", message, &reason)
}

pub const INBOX: &str = "<m:GetAuthorityMessagesRequest/>";
pub const LIST_NAMES: &str = "<l:GetCodeListNamesRequest/>";

/// Sends a payload; the number of the fault, if it is one.
pub fn call(server: &Server, writer: &Writer<'_>, payload: &str) -> (Option<i32>, Response) {
    let response = server.post(path(payload), "", writer.envelope(payload).as_bytes());
    (fault(response.text()), response)
}

/// The `ErrorCode` of a fault.
pub fn fault(body: &str) -> Option<i32> {
    inner(body, "ErrorCode")?.parse().ok()
}

/// The text of the first element with a local name.
pub fn inner<'b>(body: &'b str, local: &str) -> Option<&'b str> {
    let (_, rest) = body.split_once(&format!("{local}>"))?;
    rest.split('<').next()
}
