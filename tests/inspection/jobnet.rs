//! Requests as Jobnet would write them, for a citizen or an employer.

use super::envelopes::value;

/// Who writes through Jobnet.
#[derive(Clone, Copy)]
pub enum From<'a> {
    /// The citizen, by name.
    Citizen(&'a str),
    /// An employer by name, with a company or without.
    Employer(&'a str, bool),
    /// A caseworker, who has no business there.
    Caseworker(&'a str),
}

/// What a new message through Jobnet says.
pub struct Note<'a> {
    pub about: &'a str,
    pub channel: i32,
    pub context: i32,
    pub text: &'a str,
    pub to: String,
}

pub const CV: &str = "CvCustomerIdentifier";
const COMPANY: &str =
    "<s:ProductionUnitIdentifier>1000000041</s:ProductionUnitIdentifier><s:CVRnumberIdentifier>90000041</s:CVRnumberIdentifier>";

impl From<'_> {
    fn party(self) -> String {
        let (kind, name, company) = match self {
            Self::Citizen(name) => (1, name, String::new()),
            Self::Employer(name, has_company) => {
                let company = format!(
                    "<s:Company><s:CompanyIdentifier>{COMPANY}</s:CompanyIdentifier>\
                     <s:CompanyContactIdentifier>5d5e6a3c-0c1b-4f5e-9a44-3f1f0a7b2c11</s:CompanyContactIdentifier></s:Company>"
                );
                (4, name, if has_company { company } else { String::new() })
            }
            Self::Caseworker(name) => (2, name, String::new()),
        };
        party("FromUser", kind, name, &company, "")
    }
}

fn party(element: &str, kind: i32, name: &str, company: &str, identifier: &str) -> String {
    let of = if kind == 4 { 24 } else { 94 };
    format!(
        "<j:{element}><s:UserTypeIdentifier>{}</s:UserTypeIdentifier><s:UserIdentifier>{identifier}</s:UserIdentifier><s:FullName>{name}</s:FullName>\
         {company}<s:OrganisationTypeIdentifier>{}</s:OrganisationTypeIdentifier></j:{element}>",
        value(kind),
        value(of),
    )
}

/// The citizen as recipient.
pub fn to_citizen(name: &str) -> String {
    party("ToUser", 1, name, "", "")
}

impl Note<'_> {
    pub fn from(&self, from: From<'_>) -> String {
        let Self {
            about,
            channel,
            context,
            text,
            to,
        } = self;
        format!(
            "<j:CreateMessageRequest>{}{to}<j:{CV}>{about}</j:{CV}><j:CitizenMessageChannelTypeIdentifier>{}</j:CitizenMessageChannelTypeIdentifier>\
             <j:CitizenMessageContextTypeIdentifier>{}</j:CitizenMessageContextTypeIdentifier><j:ReplyAllowed>true</j:ReplyAllowed>\
             <j:MessageTitle>{text}</j:MessageTitle><j:MessageText>{text}</j:MessageText></j:CreateMessageRequest>",
            from.party(),
            value(*channel),
            value(*context),
        )
    }
}

/// An employer's message to a citizen.
pub fn job_offer(about: &str, from: From<'_>, text: &str) -> String {
    let note = Note {
        about,
        channel: 3,
        context: 5,
        text,
        to: to_citizen("Borger"),
    };
    note.from(from)
}

pub fn answer(about: &str, from: From<'_>, thread: &str, text: &str) -> String {
    format!(
        "<j:CreateMessageReplyRequest>{}<j:{CV}>{about}</j:{CV}><j:CitizenMessageThreadIdentifier>{thread}</j:CitizenMessageThreadIdentifier>\
         <j:MessageText>{text}</j:MessageText></j:CreateMessageReplyRequest>",
        from.party()
    )
}

/// An operation about a citizen, or about one thing of the citizen's.
pub fn about(operation: &str, cv_number: &str, rest: &str) -> String {
    format!("<j:{operation}Request><j:{CV}>{cv_number}</j:{CV}>{rest}</j:{operation}Request>")
}

pub fn get_thread(cv_number: &str, thread: &str) -> String {
    let thread = format!("<j:CitizenMessageThreadIdentifier>{thread}</j:CitizenMessageThreadIdentifier>");
    about("GetMessageThread", cv_number, &thread)
}

pub fn get_document(cv_number: &str, document: &str) -> String {
    let document = format!("<j:CitizenMessageDocumentIdentifier>{document}</j:CitizenMessageDocumentIdentifier>");
    about("GetCitizenMessageDocument", cv_number, &document)
}

pub fn mark(cv_number: &str, message: &str) -> String {
    let message = format!("<j:CitizenMessageIdentifier>{message}</j:CitizenMessageIdentifier>");
    about("MarkMessageAsRead", cv_number, &message)
}

/// The replies to the employer's messages.
pub fn company_replies() -> String {
    format!("<j:GetCompanyRepliesRequest><j:CompanyIdentifier>{COMPANY}</j:CompanyIdentifier></j:GetCompanyRepliesRequest>")
}
