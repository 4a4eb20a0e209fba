//! The steps that both sides of the dialogue share, authorities and Jobnet: begin a thread, reply, show a thread, mark as read, fetch a document.
//! It knows their order: code-list values, identifiers, business rules. Who the viewer is and which citizen it is about, each service has found
//! before; the rules themselves are left to `domain`.

use super::call::Call;
use super::documents;
use super::posting::{Place, Posted};
use super::wire;
use crate::contract::citizen_message_channel_type_identifier_code_list::CitizenMessageChannelTypeIdentifierType;
use crate::contract::citizen_message_context_type_identifier_code_list::CitizenMessageContextTypeIdentifierType;
use crate::contract::citizen_message_structure as structure;
use crate::contract::microsoft_com::Guid;
use crate::contract::service_receipt::ServiceReceiptType;
use crate::contract::{citizen_message_service, jobnet_citizen_message_service};
use crate::domain::queue::EventKind;
use crate::domain::unit::Reading;
use crate::domain::{
    Citizen, Condition, DocumentId, Draft, Fact, Message, MessageId, Organisation, Party, Refusal, Thread, ThreadId, Viewer,
};
use crate::error::Error;

/// A message as a request states it; the citizen is found by then.
pub(super) struct Stated {
    from: structure::CitizenMessageUserType,
    to: structure::CitizenMessageUserType,
    channel: CitizenMessageChannelTypeIdentifierType,
    context: CitizenMessageContextTypeIdentifierType,
    reply_allowed: bool,
    title: structure::MessageTitleType,
    text: structure::MessageTextType,
    documents: Option<structure::CitizenMessageDocumentCollectionType>,
}

macro_rules! stated_by {
    ($request:ty) => {
        impl From<$request> for Stated {
            fn from(request: $request) -> Self {
                Self {
                    from: request.from_user,
                    to: request.to_user,
                    channel: request.citizen_message_channel_type_identifier,
                    context: request.citizen_message_context_type_identifier,
                    reply_allowed: request.reply_allowed,
                    title: request.message_title,
                    text: request.message_text,
                    documents: request.citizen_message_document_collection,
                }
            }
        }
    };
}

stated_by!(citizen_message_service::CreateMessageRequestType);
stated_by!(jobnet_citizen_message_service::CreateMessageRequestType);

/// A reply as a request states it.
pub(super) struct StatedReply {
    /// Who replies, with the code-list values checked.
    pub(super) from: Party,
    pub(super) thread: Guid,
    pub(super) text: structure::MessageTextType,
    pub(super) documents: Option<structure::CitizenMessageDocumentCollectionType>,
}

impl Call<'_> {
    /// Begins a thread with a message that obeys the sender's rules.
    ///
    /// # Errors
    /// 2002, 2003; 4589 for another citizen as party; then the first rule broken.
    pub(super) fn start(
        &mut self,
        citizen: &Citizen,
        stated: impl Into<Stated>,
        rules: impl FnOnce(&Self, Draft) -> Result<Draft, Refusal>,
    ) -> Result<Posted, Error> {
        let mut stated = stated.into();
        let documents = stated.documents.take();
        let mut draft = rules(self, self.draft(stated)?.about(citizen)?)?;
        self.check_recipient(&draft, citizen)?;
        draft.documents = documents::checked(self, documents)?;
        Ok(self.post(citizen, draft, Place::NewThread))
    }

    /// A party that states itself, its code-list values checked (M14).
    ///
    /// # Errors
    /// 2002, 2003.
    pub(super) fn party(&self, user: structure::CitizenMessageUserType) -> Result<Party, Error> {
        let party = wire::party(user)?;
        self.lists.check_party(&party, self.today())?;
        Ok(party)
    }

    /// Answers in a thread, for an authority, the citizen or a company; whether the thread takes a reply is asked again at commit.
    ///
    /// # Errors
    /// 4589 for an unknown thread, then the first rule broken (M4, M5, M11).
    pub(super) fn reply(&mut self, citizen: &Citizen, viewer: &Viewer, stated: StatedReply) -> Result<ServiceReceiptType, Error> {
        let id = ThreadId(wire::uuid(&stated.thread)?);
        let thread = Thread::new(self.reader.thread(citizen.key, id, None)?).ok_or(Refusal::UnknownIdentifier)?;
        self.touched_thread(id);

        citizen.check_alive(self.today())?;
        let mut draft = thread.reply(viewer, stated.from, stated.text.into_inner())?;
        draft.documents = documents::checked(self, stated.documents)?;

        let to = thread.answered_by(viewer).id;
        let posted = self.post(citizen, draft, Place::Reply { thread: id, to });
        wire::receipt(posted.message, self.received_at)
    }

    /// The messages of a thread that are there for the viewer, in order; at least one.
    ///
    /// # Errors
    /// 4589.
    pub(super) fn thread(&mut self, citizen: &Citizen, viewer: &Viewer, thread: &Guid) -> Result<Vec<Message>, Error> {
        let id = ThreadId(wire::uuid(thread)?);
        let messages = self.reader.thread(citizen.key, id, Some(viewer))?;
        if messages.is_empty() {
            return Err(Refusal::UnknownIdentifier.into());
        }
        self.touched_thread(id);
        Ok(messages)
    }

    /// Notes that the viewer has read a message; read is kept per reader, and the first time counts (M10). The sender is told when its
    /// recipient has read it (M21).
    ///
    /// # Errors
    /// 4589 for a message that is not there for the viewer, or who is no party of it.
    pub(super) fn mark_as_read(&mut self, citizen: &Citizen, viewer: &Viewer, message: &Guid) -> Result<ServiceReceiptType, Error> {
        let id = MessageId(wire::uuid(message)?);
        let message = self
            .reader
            .message(citizen.key, id, Some(viewer))?
            .ok_or(Refusal::UnknownIdentifier)?;
        self.touched(id);

        message.check_party(viewer)?;
        let read_before = message.read_by(viewer);
        if read_before.is_none() {
            let known = Condition::Known {
                citizen: citizen.key,
                message: id,
            };
            self.unit.require(known, Refusal::UnknownIdentifier);
            self.unit.record(Fact::Reading(Reading {
                citizen: citizen.key,
                message: id,
                reader: reader(viewer),
                at: self.received_at,
            }));
            if message.is_to(viewer) {
                self.tell(EventKind::Read, &message);
            }
        }
        wire::receipt(id, read_before.unwrap_or(self.received_at))
    }

    /// The content of a document, byte for byte.
    ///
    /// # Errors
    /// Unknown or another citizen's (4589), no party (4575), content gone (8103).
    pub(super) fn document(&mut self, citizen: &Citizen, viewer: &Viewer, document: &Guid) -> Result<xml::datatypes::Base64, Error> {
        let id = DocumentId(wire::uuid(document)?);
        let Some((message, content)) = self.reader.document(citizen.key, id)? else {
            return Err(self.missing(citizen, viewer, id)?.into());
        };
        self.touched(message.id);
        self.touched_document(id);

        if !message.is_party(viewer) {
            return Err(Refusal::NotAuthorised.into());
        }
        Ok(xml::datatypes::Base64(content.ok_or(Refusal::DocumentGone)?))
    }

    /// Why a document is not there: purged, for those who could have read it; to everybody else it is not theirs, or unknown.
    fn missing(&mut self, citizen: &Citizen, viewer: &Viewer, document: DocumentId) -> Result<Refusal, Error> {
        let purged = self.reader.purged_document(citizen.key, document, viewer)?;
        purged.iter().for_each(|_| self.touched_document(document));
        Ok(match purged {
            None => Refusal::UnknownIdentifier,
            Some(true) => Refusal::DocumentGone,
            Some(false) => Refusal::NotAuthorised,
        })
    }

    /// The draft a request states, its code-list values checked (M14).
    fn draft(&self, stated: Stated) -> Result<Draft, Error> {
        let (lists, day) = (&self.lists, self.today());
        let draft = Draft {
            from: wire::party(stated.from)?,
            to: wire::party(stated.to)?,
            channel: lists.channel(stated.channel.code_list_item_identifier.get(), day)?,
            context: lists.context(stated.context.code_list_item_identifier.get(), day)?,
            reply_allowed: stated.reply_allowed,
            title: stated.title.into_inner(),
            text: stated.text.into_inner(),
            documents: Vec::new(),
        };
        lists.check_party(&draft.from, day)?;
        lists.check_party(&draft.to, day)?;
        Ok(draft)
    }

    /// An authority that is to receive the message must exist and belong to the citizen (M3).
    fn check_recipient(&mut self, draft: &Draft, citizen: &Citizen) -> Result<(), Error> {
        let Some(recipient) = draft.to.organisation() else { return Ok(()) };
        if citizen.belongs_to(&recipient, self.today()) {
            Ok(())
        } else if self.reader.organisation_exists(&recipient)? {
            Err(Refusal::RecipientWithoutRelation.into())
        } else {
            Err(Refusal::UnknownRecipient.into())
        }
    }
}

/// The authority that reads; the citizen is none, and companies note no reading.
fn reader(viewer: &Viewer) -> Option<Organisation> {
    match viewer {
        Viewer::Authority(organisation) => Some(organisation.clone()),
        Viewer::Citizen | Viewer::Company(_) => None,
    }
}
