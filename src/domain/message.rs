//! A message: who wrote it to whom, on which channel, about what, and what may happen to it afterwards.
//! It knows the rules on channels, replies, visibility and rectification; it never alters a message (M13).
//! Storing, delivering and showing are left to the other rooms.

use chrono::{DateTime, Utc};

use super::document::DocumentInformation;
use super::identifier::{CitizenKey, MessageId, ThreadId};
use super::organisation::Organisation;
use super::refusal::Refusal;

/// How a message travels (M3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Channel {
    /// E-mail to the citizen; one way.
    Email,
    /// SMS to the citizen; one way.
    Sms,
    /// Notification on Jobnet; one way.
    JobnetNotification,
    /// From authority to authority, with the citizen in the middle.
    AuthorityToAuthority,
}

impl Channel {
    /// Code-list number: 4 is STAR's, the others are ours.
    pub fn code(self) -> i32 {
        match self {
            Self::Email => 1,
            Self::Sms => 2,
            Self::JobnetNotification => 3,
            Self::AuthorityToAuthority => 4,
        }
    }

    /// The channel of a code-list number.
    ///
    /// # Errors
    /// [`Refusal::UnknownCodeListItem`].
    pub fn from_code(code: i32) -> Result<Self, Refusal> {
        match code {
            1 => Ok(Self::Email),
            2 => Ok(Self::Sms),
            3 => Ok(Self::JobnetNotification),
            4 => Ok(Self::AuthorityToAuthority),
            _ => Err(Refusal::UnknownCodeListItem),
        }
    }

    /// Does the message leave the system, so that it cannot be taken back (M11)?
    pub fn leaves_the_system(self) -> bool {
        matches!(self, Self::Email | Self::Sms)
    }
}

/// What a message is about: a value of the context code list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Context(pub i32);

impl Context {
    /// Udkast til min plan (STAR).
    pub const DRAFT_PLAN: Self = Self(2);
    /// Arbejdsgiver: an employer writes to a citizen (STAR).
    pub const EMPLOYER: Self = Self(5);
    /// Tilmelding kvittering: made by the system (STAR).
    pub const ENROLMENT_RECEIPT: Self = Self(8);
    /// Indstilling om tilbud: an unemployment fund recommends an offer (STAR).
    pub const RECOMMENDATION: Self = Self(11);
}

/// What kind of user a party of a message is (ours).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PartyKind {
    /// The citizen.
    Citizen,
    /// A caseworker of an authority.
    Caseworker,
    /// A system of an authority.
    System,
    /// A company, through Jobnet.
    Company,
}

impl PartyKind {
    /// Code-list number.
    pub fn code(self) -> i32 {
        match self {
            Self::Citizen => 1,
            Self::Caseworker => 2,
            Self::System => 3,
            Self::Company => 4,
        }
    }

    /// The kind of a code-list number.
    ///
    /// # Errors
    /// [`Refusal::UnknownCodeListItem`].
    pub fn from_code(code: i32) -> Result<Self, Refusal> {
        match code {
            1 => Ok(Self::Citizen),
            2 => Ok(Self::Caseworker),
            3 => Ok(Self::System),
            4 => Ok(Self::Company),
            _ => Err(Refusal::UnknownCodeListItem),
        }
    }
}

/// Sender or recipient as the sender stated them.
#[derive(Clone, PartialEq, Eq)]
pub struct Party {
    /// Kind of user.
    pub kind: PartyKind,
    /// Citizen: CV number; caseworker: RID (STAR).
    pub identifier: String,
    /// Full name.
    pub full_name: String,
    /// Company, if the party is one.
    pub company: Option<Company>,
    /// Organisation type as stated; means something only for authorities (STAR).
    pub organisation_type: i32,
    /// Organisation code as stated.
    pub organisation_code: Option<String>,
}

impl Party {
    /// The authority the party belongs to, if it names one.
    pub fn organisation(&self) -> Option<Organisation> {
        let code = self.organisation_code.clone()?;
        matches!(self.kind, PartyKind::Caseworker | PartyKind::System)
            .then(|| Organisation { kind: super::OrganisationType(self.organisation_type), code })
    }
}

impl std::fmt::Debug for Party {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Party").field("kind", &self.kind).field("organisation_type", &self.organisation_type).finish_non_exhaustive()
    }
}

/// A company as a party (STAR).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Company {
    /// P-number, 10 characters.
    pub production_unit: Option<String>,
    /// CVR number, 8 characters.
    pub cvr: String,
    /// The company's contact.
    pub contact: uuid::Uuid,
}

/// A message with what happened to it since.
#[derive(Clone)]
pub struct Message {
    /// Its identifier; time ordered.
    pub id: MessageId,
    /// The thread it belongs to.
    pub thread: ThreadId,
    /// The citizen it is about.
    pub citizen: CitizenKey,
    /// The message it answers; none for the first of a thread.
    pub in_reply_to: Option<MessageId>,
    /// What it is about.
    pub context: Context,
    /// How it travels.
    pub channel: Channel,
    /// The originator.
    pub from: Party,
    /// The recipient.
    pub to: Party,
    /// May it be answered, as far as the sender is concerned?
    pub reply_allowed: bool,
    /// When it was stored.
    pub created_at: DateTime<Utc>,
    /// Title; gone after rectification or purge.
    pub title: Option<String>,
    /// Text; gone after rectification or purge.
    pub text: Option<String>,
    /// Its documents; gone after rectification or purge.
    pub documents: Vec<DocumentInformation>,
    /// What happened to it.
    pub history: History,
}

/// What happened to a message; the status is derived from it (M10, M13).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// Delivery succeeded.
    pub delivered_at: Option<DateTime<Utc>>,
    /// Delivery was given up.
    pub not_delivered_at: Option<DateTime<Utc>>,
    /// The recipient read it.
    pub read_at: Option<DateTime<Utc>>,
    /// A reply exists.
    pub replied: bool,
    /// It was rectified.
    pub rectified_at: Option<DateTime<Utc>>,
}

/// Status on the wire (ours, M10).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Stored, not yet delivered.
    Created,
    /// Delivered on its channel.
    Delivered,
    /// Read by the recipient.
    Read,
    /// A reply exists.
    Replied,
    /// Removed by rectification.
    Rectified,
    /// The channel could not deliver it.
    NotDelivered,
}

impl Status {
    /// Code-list number.
    pub fn code(self) -> i32 {
        match self {
            Self::Created => 1,
            Self::Delivered => 2,
            Self::Read => 3,
            Self::Replied => 4,
            Self::Rectified => 5,
            Self::NotDelivered => 6,
        }
    }
}

impl History {
    /// The status: the last word counts, in the order rectified, replied, read, delivered or not, created (M10).
    pub fn status(&self) -> Status {
        if self.rectified_at.is_some() {
            Status::Rectified
        } else if self.replied {
            Status::Replied
        } else if self.read_at.is_some() {
            Status::Read
        } else if self.delivered_at.is_some() {
            Status::Delivered
        } else if self.not_delivered_at.is_some() {
            Status::NotDelivered
        } else {
            Status::Created
        }
    }
}

impl Message {
    /// Is the authority sender or recipient (M5, M6)?
    pub fn is_party(&self, organisation: &Organisation) -> bool {
        self.from.organisation().as_ref() == Some(organisation) || self.to.organisation().as_ref() == Some(organisation)
    }

    /// Title, text and documents are shown to sender and recipient only, and to nobody once rectified (M6, M11).
    pub fn content_visible_to(&self, organisation: &Organisation) -> bool {
        self.is_party(organisation) && self.history.rectified_at.is_none()
    }

    /// Can the message be taken back (M11)?
    ///
    /// # Errors
    /// [`Refusal::UnknownIdentifier`] a second time, [`Refusal::CannotRectifySent`] for e-mail and SMS.
    pub fn check_rectifiable(&self) -> Result<(), Refusal> {
        if self.history.rectified_at.is_some() {
            Err(Refusal::UnknownIdentifier)
        } else if self.channel.leaves_the_system() {
            Err(Refusal::CannotRectifySent)
        } else {
            Ok(())
        }
    }
}

impl std::fmt::Debug for Message {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Message").field("id", &self.id).field("thread", &self.thread).finish_non_exhaustive()
    }
}
