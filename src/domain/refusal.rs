//! Every way the rules can say no: one variant per number, with its code and text.
//! Codes below 90001 and their texts are STAR's; from 90001 they are ours and say what to do instead.
//! How a refusal becomes a fault is left to `soap`.

use super::identifier::SequenceId;

/// A refusal: the rules say no. The `Display` text is the fault text and carries no personal data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The citizen is not known here.
    #[error("Unknown cpr")]
    UnknownCitizen,
    /// M20: the header x-requestId is empty, too long, there twice, or has other characters (1014; the text is the hint).
    #[error("The HTTP header x-requestId must be one text of 1 to 46 visible ASCII characters")]
    RequestIdNotValid,
    /// M20: the header x-requestId belongs to a request with another body or operation (1014; the text is the hint).
    #[error(
        "The x-requestId was used with another body in the last 7 days; repeat a request with the same bytes, give another one its own x-requestId"
    )]
    RequestIdTaken,
    /// The certificate may not act for the organisation.
    #[error("User has insufficient permissions to access this webservice")]
    NoAgreement,
    /// A code list with that name does not exist.
    #[error("Invalid CodeList name")]
    UnknownCodeList,
    /// The value is not in its code list.
    #[error("Invalid CodeList value")]
    UnknownCodeListItem,
    /// The value is in its code list but not valid on the day of use.
    #[error("Use of expired CodeList value not allowed")]
    ExpiredCodeListItem,
    /// The citizen is dead; nothing new can be sent.
    #[error("The person with specified cpr is dead")]
    DeadCitizen,
    /// The type in ActiveOrganisationHeader is unknown.
    #[error("The authoritytype of the requestheader is invalid")]
    UnknownActiveOrganisationType,
    /// The organisation type may not call the operation, or has no relation to the citizen.
    #[error("You are not authorized to execute the operation")]
    NotAuthorised,
    /// No such message, thread or document for this citizen; also: rectified before.
    #[error("Unknown identifier")]
    UnknownIdentifier,
    /// The citizen is in no unemployment fund.
    #[error("Citizen not member of unemployment fund")]
    NoUnemploymentFund,
    /// The citizen is in another unemployment fund.
    #[error("Citizen belongs to different unemployment fund")]
    OtherUnemploymentFund,
    /// The citizen is not the job centre's.
    #[error("The person with specified cpr does not belong to the jobcenter specified in ActiveOrganisationHeader")]
    OtherJobCentre,
    /// The document was there; its content is purged or rectified.
    #[error("The Document does not exists.")]
    DocumentGone,
    /// RequestUserMetadata: organisation type not in its code list.
    #[error("OrganisationType is invalid according to the OrganisationTypeIdentifierCodeList.")]
    UnknownMetadataOrganisationType,
    /// RequestUserMetadata: user type not in its code list.
    #[error("UserType is invalid according to the RequestUserTypeIdentifierCodeList.")]
    UnknownMetadataUserType,
    /// M4: the sender did not allow a reply.
    #[error("The sender has not allowed a reply to this message; send a new message instead")]
    ReplyNotAllowed,
    /// M4: the channel carries no reply.
    #[error("Messages on this channel cannot be replied to; send a new message from authority to authority instead")]
    ChannelWithoutReply,
    /// M5: only a party of the thread may do this.
    #[error("Only the sender and the recipient of the thread may do this; create a message of your own instead")]
    NotPartyOfThread,
    /// M11: the first message was rectified; the thread takes no replies.
    #[error("The first message of the thread has been rectified and takes no replies; create a new message instead")]
    ThreadClosed,
    /// M9: citizens do not start messages.
    #[error("Citizens cannot start messages; reply to a message, or state another kind of sender")]
    CitizenCannotStart,
    /// M15: context 11 only from authority to authority.
    #[error("A recommendation of an offer can only be sent from authority to authority; use channel 4")]
    RecommendationChannel,
    /// M15: context 11 only to a job centre.
    #[error("A recommendation of an offer can only be sent to a job centre; state the citizen's job centre as recipient")]
    RecommendationRecipient,
    /// M11: what left by e-mail or SMS cannot be taken back.
    #[error("A message that was sent as e-mail or SMS cannot be rectified; send a new message that corrects it")]
    CannotRectifySent,
    /// M12: too many documents.
    #[error("A message can carry at most 10 documents; send the others in a further message")]
    TooManyDocuments,
    /// M12: media type other than PDF or XML.
    #[error("Documents must be application/pdf or application/xml; convert the document and send it again")]
    DocumentTypeNotAllowed,
    /// M12: the content is not what the media type says.
    #[error("The content of a document does not match its media type; send a PDF file or a well-formed XML document")]
    DocumentContentMismatch,
    /// M18: enrolment receipts are made by the system.
    #[error("Enrolment receipts are made by the system; use another context type")]
    SystemContext,
    /// The sender stated in the body is not the organisation that calls.
    #[error("The sender's organisation is not the one in ActiveOrganisationHeader; state the calling organisation as sender")]
    SenderIsNotCaller,
    /// The recipient authority is not stated or not known.
    #[error("The recipient organisation is missing or unknown; state its organisation type and code")]
    UnknownRecipient,
    /// The recipient authority has no relation to the citizen.
    #[error("The recipient organisation has no relation to the citizen; choose an authority of the citizen")]
    RecipientWithoutRelation,
    /// The channel and the kind of recipient do not fit together.
    #[error("Channel 4 needs an authority as recipient, the other channels need the citizen; change channel or recipient")]
    RecipientDoesNotFitChannel,
    /// The kind of sender cannot be used here.
    #[error("A message from an authority must have a caseworker or a system as sender; change the sender's user type")]
    SenderKindNotAllowed,
    /// M4, M9: employers write through Jobnet.
    #[error("Messages from employers are sent through Jobnet; use another context type")]
    EmployerContext,
    /// M4: an employer's message has one context and one channel.
    #[error("An employer writes to a citizen through Jobnet; use context type 5 and channel 3")]
    NoEmployerMessage,
    /// M8: an employer is known by its company.
    #[error("An employer must say which company it is; state its CVR number and production unit number")]
    EmployerWithoutCompany,
    /// M9: through Jobnet write citizens and employers.
    #[error("Only citizens and employers write through Jobnet; change the sender's user type")]
    SenderNotOnJobnet,
    /// Identifier or name of a party is longer than is kept.
    #[error("The identifier and the name of a user can have at most 255 characters; shorten them")]
    PartyTooLong,
    /// Q1: the system has a sequence of this queue open. The text names it: a consumer that lost the answer can go on.
    #[error("The sequence {0} of this queue is open; call CloseSequence or TerminateSequence with it first")]
    SequenceOpen(SequenceId),
}

impl Refusal {
    /// The fault's `ErrorCode`.
    pub fn code(self) -> i32 {
        match self {
            Self::UnknownCitizen => 1010,
            Self::NoAgreement => 1013,
            Self::RequestIdNotValid | Self::RequestIdTaken => 1014,
            Self::UnknownCodeList => 2001,
            Self::UnknownCodeListItem => 2002,
            Self::ExpiredCodeListItem => 2003,
            Self::DeadCitizen => 4405,
            Self::UnknownActiveOrganisationType => 4413,
            Self::NotAuthorised => 4575,
            Self::UnknownIdentifier => 4589,
            Self::NoUnemploymentFund => 4856,
            Self::OtherUnemploymentFund => 4857,
            Self::OtherJobCentre => 6005,
            Self::DocumentGone => 8103,
            Self::UnknownMetadataOrganisationType => 8173,
            Self::UnknownMetadataUserType => 8174,
            Self::ReplyNotAllowed => 90001,
            Self::ChannelWithoutReply => 90002,
            Self::NotPartyOfThread => 90003,
            Self::ThreadClosed => 90004,
            Self::CitizenCannotStart => 90005,
            Self::RecommendationChannel => 90006,
            Self::RecommendationRecipient => 90007,
            Self::CannotRectifySent => 90008,
            Self::TooManyDocuments => 90009,
            Self::DocumentTypeNotAllowed => 90010,
            Self::DocumentContentMismatch => 90011,
            Self::SystemContext => 90012,
            Self::SenderIsNotCaller => 90013,
            Self::UnknownRecipient => 90014,
            Self::RecipientWithoutRelation => 90015,
            Self::RecipientDoesNotFitChannel => 90016,
            Self::SenderKindNotAllowed => 90017,
            Self::EmployerContext => 90018,
            Self::PartyTooLong => 90019,
            Self::SequenceOpen(_) => 90020,
            Self::NoEmployerMessage => 90021,
            Self::EmployerWithoutCompany => 90022,
            Self::SenderNotOnJobnet => 90023,
        }
    }
}
