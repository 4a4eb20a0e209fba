//! The calls of the bench: requests as a case system sends them, about the citizens that `repository::bench` fills in.
//! It knows who may call about whom there. Requests are written once, beforehand; only the queue, whose calls depend on each other, is called with the
//! typed client.

use chrono::{DateTime, Utc};
use xml::datatypes::Base64;
use xml::{Encode, Rule};

use super::Trouble;
use super::drive::Caller;
use crate::client::{self, Bytes, Connections, Failure, Headers};
use crate::contract::ams_dk::{self, ActiveOrganisationHeaderType};
use crate::contract::citizen_message_channel_type_identifier_code_list::CitizenMessageChannelTypeIdentifierType;
use crate::contract::citizen_message_context_type_identifier_code_list::{
    CITIZEN_MESSAGE_CONTEXT_TYPE_IDENTIFIER, CitizenMessageContextTypeIdentifierType,
};
use crate::contract::citizen_message_service::{
    CreateMessageRequestType, GetAuthorityMessagesRequestType, GetMessageThreadRequestType, GetMessagesRequestType,
};
use crate::contract::citizen_message_service_v2::Operation as Messages;
use crate::contract::citizen_message_structure::{
    CitizenMessageDocumentCollectionType, CitizenMessageDocumentType, CitizenMessageUserType, DocumentNameType, MaxCountType,
    MessageTextType, MessageTitleType, OrganisationCodeType,
};
use crate::contract::citizen_message_user_type_identifier_code_list::CitizenMessageUserTypeIdentifierType;
use crate::contract::code_list_base::CodeListItemIdentifierValueType;
use crate::contract::code_list_service::{CodeListNameType, GetCodeListRequestType};
use crate::contract::code_list_service_v5::Operation as CodeLists;
use crate::contract::cpr_dk::PersonCivilRegistrationIdentifierType;
use crate::contract::microsoft_com::Guid;
use crate::contract::organisation_type_identifier_code_list::OrganisationTypeIdentifierType;
use crate::contract::request_organisation_structure::{self, RequestOrganisationStructureType};
use crate::contract::request_user_metadata::RequestUserMetadataHeaderType;
use crate::contract::request_user_structure::{RequestUserStructureType, UserFullNameType, UserIdentifierType};
use crate::contract::request_user_type_identifier_code_list::RequestUserTypeIdentifierType;
use crate::contract::wsrm_message_service::GetCitizenMessageEventVersion1RequestType;
use crate::contract::wsrm_service::{CreateSequenceRequestType, TerminateSequenceRequestType};
use crate::contract::{Operation, wsrm, wsrm_message_service_v10, wsrm_service_v3};

const JOB_CENTRE: i32 = 8;
const FUND: i32 = 2;
const CITIZEN: i32 = 1;
const EMPLOYEE: i32 = 2;
const JOBNET: i32 = 3;
const PLAN: i32 = 1;
/// Characters of a message's text that make the whole request 2 to 3 kB.
pub const TEXT: usize = 600;
/// Job centres, and unemployment funds.
const AUTHORITIES: u32 = 64;

/// The namespace of most of what stands in a message, declared once as the typed client does it.
const STRUCTURE: [(&str, &str); 1] = [("cmstr", "http://service.bm.dk/pjaktass/2015/06/01/CitizenMessageStructure/")];

/// A request, written.
#[derive(Clone, Debug)]
pub struct Request {
    path: &'static str,
    action: &'static str,
    pub body: Bytes,
}

impl Request {
    /// For another path: that of the floor.
    pub fn at(&self, path: &'static str) -> Self {
        Self { path, ..self.clone() }
    }

    fn of(operation: Operation, headers: &Headers, request: &impl Encode) -> Self {
        let description = operation.description();
        Self {
            path: client::path(operation.service()),
            action: description.action,
            body: client::envelope(headers, |writer| {
                writer.start(&description.request);
                writer.declare(&STRUCTURE);
                request.encode(writer);
                writer.end();
            })
            .into(),
        }
    }

    /// Posts it, and gives the answer if it is one.
    pub async fn post(&self, connections: &Connections) -> Result<Bytes, String> {
        let answer = connections.post(self.path, self.action, None, self.body.clone()).await;
        let answer = answer.map_err(|failure| failure.to_string())?;
        if answer.status == 200 {
            Ok(answer.body)
        } else {
            Err(format!("{}: {}", answer.status, String::from_utf8_lossy(&answer.body)))
        }
    }
}

/// A citizen of the archive, by number.
#[derive(Clone, Copy, Debug)]
pub struct Person(pub u32);

impl Person {
    /// As the archive's filling makes it.
    pub fn cpr(self) -> String {
        let n = self.0;
        format!(
            "{:02}{:02}{:02}{:04}",
            1 + n % 28,
            1 + n / 28 % 12,
            50 + n / 336 % 50,
            1000 + n / 16800
        )
    }

    /// The code of its job centre.
    fn job_centre(self) -> String {
        (70001 + self.0 % AUTHORITIES).to_string()
    }

    /// A message to it, of some size of text, with a document or without.
    pub fn message(self, text: usize, document: Option<Vec<u8>>) -> Result<CreateMessageRequestType, Rule> {
        let name = format!("Borger {}", self.0);
        let sentence = "Kære borger, husk at opdatere din joblog inden fredag, så vi kan tale om den. ";
        let text: String = sentence.chars().cycle().take(text).collect();
        let documents = document.map(|data| -> Result<_, Rule> {
            Ok(CitizenMessageDocumentCollectionType {
                citizen_message_document: vec![CitizenMessageDocumentType {
                    document_name: DocumentNameType::new("plan.pdf")?,
                    document_media_type: "application/pdf".to_owned(),
                    document_content: Base64(data),
                }],
            })
        });
        Ok(CreateMessageRequestType {
            from_user: user(EMPLOYEE, "RID-1", "Jytte Jobcenter", Some(&self.job_centre()))?,
            to_user: user(CITIZEN, &format!("CV{}", 1_000_000 + self.0), &name, None)?,
            person_civil_registration_identifier: PersonCivilRegistrationIdentifierType::new(self.cpr())?,
            citizen_message_channel_type_identifier: CitizenMessageChannelTypeIdentifierType {
                code_list_item_identifier: item(JOBNET)?,
            },
            citizen_message_context_type_identifier: CitizenMessageContextTypeIdentifierType {
                code_list_item_identifier: item(PLAN)?,
            },
            reply_allowed: true,
            message_title: MessageTitleType::new("Husk din joblog")?,
            message_text: MessageTextType::new(text)?,
            citizen_message_document_collection: documents.transpose()?,
        })
    }

    /// CreateMessage.
    pub fn create(self, text: usize, document: Option<Vec<u8>>) -> Result<Request, Trouble> {
        let request = self.message(text, document).map_err(wrong)?;
        self.asks(Messages::CreateMessage, &request)
    }

    /// GetMessages.
    pub fn list(self, most: u32) -> Result<Request, Trouble> {
        let request = GetMessagesRequestType {
            person_civil_registration_identifier: PersonCivilRegistrationIdentifierType::new(self.cpr()).map_err(wrong)?,
            citizen_message_context_type_identifier: None,
            citizen_message_channel_type_identifier: None,
            citizen_message_thread_identifier: None,
            from_date_time: None,
            to_date_time: None,
            unread_only: None,
            max_count: Some(MaxCountType::new(i32::try_from(most).unwrap_or(i32::MAX)).map_err(wrong)?),
            continuation_token: None,
        };
        self.asks(Messages::GetMessages, &request)
    }

    /// GetMessageThread of its first message; `first` is its number and instant in the archive.
    pub fn thread(self, (number, at): (u64, i64)) -> Result<Request, Trouble> {
        let thread = format!("{:08x}-{:04x}-7001-8000-{number:012x}", at >> 16, at & 0xFFFF);
        let request = GetMessageThreadRequestType {
            person_civil_registration_identifier: PersonCivilRegistrationIdentifierType::new(self.cpr()).map_err(wrong)?,
            citizen_message_thread_identifier: Guid::new(thread).map_err(wrong)?,
        };
        self.asks(Messages::GetMessageThread, &request)
    }

    fn asks(self, operation: Messages, request: &impl Encode) -> Result<Request, Trouble> {
        let headers = headers(JOB_CENTRE, &self.job_centre()).map_err(wrong)?;
        Ok(Request::of(Operation::CitizenMessageServiceV2(operation), &headers, request))
    }
}

/// The headers of a call about a citizen.
pub fn headers_about(person: Person) -> Result<Headers, Trouble> {
    headers(JOB_CENTRE, &person.job_centre()).map_err(wrong)
}

/// What of an inbox is wanted.
#[derive(Clone, Copy, Debug)]
pub enum Inbox {
    /// The newest.
    Newest,
    /// What is unread.
    Unread,
    /// What came since an instant, in milliseconds since 1970.
    Since(i64),
}

/// GetAuthorityMessages of a job centre, 20 at most.
pub fn inbox(person: Person, wanted: Inbox) -> Result<Request, Trouble> {
    let since = match wanted {
        Inbox::Since(milliseconds) => DateTime::from_timestamp_millis(milliseconds),
        Inbox::Newest | Inbox::Unread => None,
    };
    let request = GetAuthorityMessagesRequestType {
        citizen_message_context_type_identifier: None,
        citizen_message_channel_type_identifier: None,
        citizen_message_thread_identifier: None,
        from_date_time: since.map(Into::into),
        to_date_time: None,
        unread_only: matches!(wanted, Inbox::Unread).then_some(true),
        max_count: Some(MaxCountType::new(20).map_err(wrong)?),
        continuation_token: None,
    };
    person.asks(Messages::GetAuthorityMessages, &request)
}

/// GetCodeList of all contexts.
pub fn code_list() -> Result<Request, Trouble> {
    let request = GetCodeListRequestType {
        code_list_name: CodeListNameType::new(CITIZEN_MESSAGE_CONTEXT_TYPE_IDENTIFIER.local).map_err(wrong)?,
        valid_on: None,
    };
    let headers = headers_about(Person(0))?;
    Ok(Request::of(
        Operation::CodeListServiceV5(CodeLists::GetCodeList),
        &headers,
        &request,
    ))
}

/// Posts the same requests over and over.
pub struct Repeating {
    connections: Connections,
    requests: Vec<Request>,
    next: usize,
}

impl Repeating {
    /// Begins with the `first`th request.
    pub fn new(connections: Connections, requests: Vec<Request>, first: usize) -> Self {
        Self {
            connections,
            requests,
            next: first,
        }
    }
}

impl Caller for Repeating {
    async fn call(&mut self) -> Result<(), String> {
        let index = self.next % self.requests.len().max(1);
        self.next += 1;
        let request = self.requests.get(index).ok_or("there is nothing to call")?;
        request.post(&self.connections).await.map(drop)
    }
}

/// Creates messages with documents, each of which is another one.
pub struct Documents {
    connections: Connections,
    request: Request,
    /// Where the text of the document begins.
    at: usize,
    number: u64,
    step: u64,
}

/// How a document begins. Nine bytes, so that what follows begins anew in base64.
const PDF: &[u8; 9] = b"%PDF-1.7\n";
/// Then come bytes that tell it from others; in base64 they are 16 characters.
const TELLING: [u8; 12] = [0xA5; 12];

/// A document of so many bytes that is as `number` tells.
pub fn document(size: usize, number: u64) -> Vec<u8> {
    let filling = (0..size).map(|at| (at * 31 % 251) as u8);
    let telling = TELLING.iter().copied().take(4).chain(number.to_be_bytes());
    PDF.iter().copied().chain(telling).chain(filling).take(size).collect()
}

impl Documents {
    /// The `first`th of `step` callers.
    pub fn new(connections: Connections, person: Person, size: usize, first: u64, step: u64) -> Result<Self, Trouble> {
        let mut content = document(size, 0);
        content.splice(PDF.len()..PDF.len() + TELLING.len(), TELLING);
        let request = person.create(TEXT, Some(content))?;
        let telling = base64_simd::STANDARD.encode_to_string(TELLING);
        let at = request.body.windows(telling.len()).position(|part| part == telling.as_bytes());
        Ok(Self {
            at: at.ok_or_else(|| Trouble::Other("the document is not in its request".to_owned()))?,
            connections,
            request,
            number: first,
            step,
        })
    }
}

impl Caller for Documents {
    async fn call(&mut self) -> Result<(), String> {
        let mut body = self.request.body.to_vec();
        self.number += self.step;
        let telling = format!("{:016x}", self.number);
        let place = body.get_mut(self.at..self.at + telling.len()).ok_or("the document is short")?;
        place.copy_from_slice(telling.as_bytes());
        let request = Request {
            body: body.into(),
            ..self.request
        };
        request.post(&self.connections).await.map(drop)
    }
}

/// The mix: of a hundred calls 70 read, 20 create a message, 10 work on the queue of an unemployment fund of its own.
pub struct Mixed {
    connections: Connections,
    /// Requests of each kind, with how many of a hundred calls they are.
    kinds: Vec<(u32, Vec<Request>)>,
    queue: Queue,
    dice: u64,
}

impl Mixed {
    /// `number` tells one caller from another.
    pub fn new(connections: Connections, kinds: Vec<(u32, Vec<Request>)>, number: u32) -> Result<Self, Trouble> {
        Ok(Self {
            queue: Queue {
                headers: headers(FUND, &(1001 + number % AUTHORITIES).to_string()).map_err(wrong)?,
                sequences: wsrm_service_v3::Client::new(connections.clone()),
                events: wsrm_message_service_v10::Client::new(connections.clone()),
                open: None,
                fetched: false,
            },
            connections,
            kinds,
            dice: u64::from(number) + 1,
        })
    }

    /// A number that looks like chance and is the same in each run (the constants are Knuth's).
    fn throw(&mut self, sides: u64) -> u64 {
        self.dice = self
            .dice
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.dice >> 33) % sides.max(1)
    }
}

impl Caller for Mixed {
    async fn call(&mut self) -> Result<(), String> {
        let (mut of_hundred, which) = (self.throw(100) as u32, self.throw(1 << 20) as usize);
        for (share, requests) in &self.kinds {
            if of_hundred < *share {
                let request = requests.get(which % requests.len().max(1)).ok_or("there is nothing to call")?;
                return request.post(&self.connections).await.map(drop);
            }
            of_hundred -= share;
        }
        self.queue.step().await.map_err(|failure| failure.to_string())
    }
}

/// One system at the queue of its fund: opens a sequence, fetches, acknowledges.
struct Queue {
    headers: Headers,
    sequences: wsrm_service_v3::Client<Connections>,
    events: wsrm_message_service_v10::Client<Connections>,
    open: Option<Guid>,
    fetched: bool,
}

impl Queue {
    async fn step(&mut self) -> Result<(), Failure> {
        match &self.open {
            None => {
                let request = CreateSequenceRequestType {
                    sub_queue_identifier: None,
                };
                let opened = self.sequences.create_sequence(&self.headers, &request).await?;
                (self.open, self.fetched) = (Some(opened.identifier), false);
            }
            Some(identifier) if !self.fetched => {
                let sequence = wsrm::SequenceRequestType {
                    identifier: identifier.clone(),
                };
                let headers = self.headers.clone().with(&wsrm::SEQUENCE_REQUEST, &sequence);
                let request = GetCitizenMessageEventVersion1RequestType {};
                self.events.get_citizen_message_event_version1(&headers, &request).await?;
                self.fetched = true;
            }
            Some(identifier) => {
                let request = TerminateSequenceRequestType {
                    identifier: identifier.clone(),
                };
                self.sequences.terminate_sequence(&self.headers, &request).await?;
                self.open = None;
            }
        }
        Ok(())
    }
}

fn headers(kind: i32, code: &str) -> Result<Headers, Rule> {
    let organisation = ActiveOrganisationHeaderType {
        organisation_type_identifier: ams_dk::OrganisationTypeIdentifierType::new(kind)?,
        organisation_code: ams_dk::OrganisationCodeType::new(code)?,
    };
    let metadata = RequestUserMetadataHeaderType {
        request_user_structure: RequestUserStructureType {
            user_full_name: UserFullNameType::new("Jytte Jobcenter")?,
            request_user_type_identifier: RequestUserTypeIdentifierType {
                code_list_item_identifier: item(EMPLOYEE)?,
            },
            user_identifier: UserIdentifierType::new("RID-1")?,
            user_email: None,
        },
        request_organisation_structure: RequestOrganisationStructureType {
            organisation_type_identifier: OrganisationTypeIdentifierType {
                code_list_item_identifier: item(kind)?,
            },
            organisation_code: request_organisation_structure::OrganisationCodeType::new(code)?,
        },
        registration_date_time: Utc::now().into(),
    };
    Ok(Headers::new(organisation, metadata))
}

fn user(kind: i32, identifier: &str, name: &str, organisation: Option<&str>) -> Result<CitizenMessageUserType, Rule> {
    Ok(CitizenMessageUserType {
        user_type_identifier: CitizenMessageUserTypeIdentifierType {
            code_list_item_identifier: item(kind)?,
        },
        user_identifier: identifier.to_owned(),
        full_name: name.to_owned(),
        company: None,
        organisation_type_identifier: OrganisationTypeIdentifierType {
            code_list_item_identifier: item(JOB_CENTRE)?,
        },
        organisation_code: organisation.map(OrganisationCodeType::new).transpose()?,
    })
}

fn item(value: i32) -> Result<CodeListItemIdentifierValueType, Rule> {
    CodeListItemIdentifierValueType::new(value)
}

/// A value of ours that the contract does not take: a mistake of the bench.
fn wrong(rule: Rule) -> Trouble {
    Trouble::because("a request of the bench breaks the contract", rule)
}
