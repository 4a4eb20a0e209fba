//! A message: who wrote it to whom, on which channel, about what, and what may happen to it afterwards.
//! It knows the rules on channels, replies, visibility and rectification; it never alters a message (M13).
//! Storing, delivering and showing are left to the other rooms.

mod channel;
mod party;

use chrono::{DateTime, Utc};

pub use self::{
    channel::{Channel, Context},
    party::{Company, CompanyIdentifier, Party, PartyKind},
};
use super::document::DocumentInformation;
use super::identifier::{CitizenKey, MessageId, ThreadId};
use super::organisation::Organisation;
use super::refusal::Refusal;
use super::viewer::Viewer;

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
    /// Title, empty for a reply; gone after rectification or purge, and not there for a viewer it is not for.
    pub title: Option<String>,
    /// Text; gone as the title.
    pub text: Option<String>,
    /// Its documents; gone as the title.
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
    /// The recipient read it; where the citizen looks at what others wrote, the citizen did: read is kept for each reader (M10).
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
    /// Is the viewer sender, recipient or the citizen (M5, M6)?
    pub fn is_party(&self, viewer: &Viewer) -> bool {
        *viewer == Viewer::Citizen || viewer.is(&self.from) || viewer.is(&self.to)
    }

    /// Title, text and documents are shown to sender, recipient and citizen only, and to nobody once rectified (M6, M11).
    pub fn content_visible_to(&self, viewer: &Viewer) -> bool {
        self.is_party(viewer) && self.history.rectified_at.is_none()
    }

    /// May the authority take it back: the sender, or one that may rectify everybody's, as STAR (M11)?
    ///
    /// # Errors
    /// [`Refusal::NotAuthorised`]; then as [`Message::check_rectifiable`].
    pub fn check_rectifiable_by(&self, organisation: &Organisation, everybodys: bool) -> Result<(), Refusal> {
        let is_sender = self.from.organisation().as_ref() == Some(organisation);
        if is_sender || everybodys {
            self.check_rectifiable()
        } else {
            Err(Refusal::NotAuthorised)
        }
    }

    /// Only sender, recipient and citizen read a message (M6).
    ///
    /// # Errors
    /// [`Refusal::NotPartyOfThread`].
    pub fn check_party(&self, viewer: &Viewer) -> Result<(), Refusal> {
        if self.is_party(viewer) {
            Ok(())
        } else {
            Err(Refusal::NotPartyOfThread)
        }
    }

    /// Is the viewer the recipient?
    pub fn is_to(&self, viewer: &Viewer) -> bool {
        viewer.is(&self.to)
    }

    /// Does the viewer get it: the recipient, and the citizen whatever others write about them (M5)?
    pub fn reaches(&self, viewer: &Viewer) -> bool {
        self.is_to(viewer) || (*viewer == Viewer::Citizen && !viewer.is(&self.from))
    }

    /// When the viewer it reaches read it, if it was loaded for this viewer (M10).
    pub fn read_by(&self, viewer: &Viewer) -> Option<DateTime<Utc>> {
        self.history.read_at.filter(|_| self.reaches(viewer))
    }

    /// The channels it is delivered on: its own, and the citizen's tray where the citizen gets a copy,
    /// of every reply (M5) and of a recommendation (M15).
    pub fn deliveries(&self) -> impl Iterator<Item = Channel> {
        let copy = self.in_reply_to.is_some() || self.context == Context::RECOMMENDATION;
        let tray = (copy && self.channel != Channel::JobnetNotification).then_some(Channel::JobnetNotification);
        std::iter::once(self.channel).chain(tray)
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
        formatter
            .debug_struct("Message")
            .field("id", &self.id)
            .field("thread", &self.thread)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::super::organisation::OrganisationType;
    use super::super::testing::*;
    use super::*;

    const CHANNELS: [Channel; 4] = [
        Channel::Email,
        Channel::Sms,
        Channel::JobnetNotification,
        Channel::AuthorityToAuthority,
    ];

    fn from_fund_to_centre() -> Message {
        message(caseworker(&fund("81")), caseworker(&job_centre("90101")))
    }

    /// M6: content is for sender and recipient. M11: after rectification it is for nobody.
    #[test]
    fn m6_content_is_for_the_parties_until_rectified() {
        let mut message = from_fund_to_centre();
        let parties = [Viewer::from(&fund("81")), Viewer::from(&job_centre("90101")), Viewer::Citizen];
        let others = [
            fund("82"),
            job_centre("90102"),
            municipality("901"),
            Organisation::new(OrganisationType(90), "81"),
        ];
        let company = Viewer::Company(company_number("90000041", None));
        let others: Vec<_> = others.iter().map(Viewer::from).chain([company]).collect();
        assert!(parties.iter().all(|party| message.content_visible_to(party)));
        assert!(!others.iter().any(|other| message.content_visible_to(other)));
        message.history.rectified_at = Some(instant("2026-05-05T10:00:00Z"));
        assert!(!parties.iter().any(|party| message.content_visible_to(party)));
        assert!(parties.iter().all(|party| message.is_party(party)));
    }

    /// M6: a citizen's or a company's organisation number makes no authority a party.
    #[test]
    fn m6_only_authorities_are_parties_by_organisation() {
        for kind in [PartyKind::Citizen, PartyKind::Company] {
            let party = Party {
                kind,
                ..caseworker(&job_centre("90101"))
            };
            assert!(!message(caseworker(&fund("81")), party).is_party(&Viewer::from(&job_centre("90101"))));
        }
    }

    /// M10: rectified before replied before read before delivered or not, else created; over all 32 histories.
    #[test]
    fn m10_the_last_word_is_the_status() {
        let at = Some(instant("2026-05-05T10:00:00Z"));
        for bits in 0_u8..32 {
            let has = |bit: u8| bits & (1 << bit) != 0;
            let history = History {
                delivered_at: at.filter(|_| has(0)),
                not_delivered_at: at.filter(|_| has(1)),
                read_at: at.filter(|_| has(2)),
                replied: has(3),
                rectified_at: at.filter(|_| has(4)),
            };
            let expected = match bits {
                16.. => Status::Rectified,
                8.. => Status::Replied,
                4.. => Status::Read,
                1 | 3 => Status::Delivered,
                2 => Status::NotDelivered,
                _ => Status::Created,
            };
            assert_eq!(history.status(), expected, "{bits:05b}");
        }
    }

    /// M11: what left by e-mail or SMS stays; the rest can be rectified, once.
    #[test]
    fn m11_email_and_sms_cannot_be_rectified_and_nothing_twice() {
        for channel in CHANNELS {
            let mut message = Message {
                channel,
                ..from_fund_to_centre()
            };
            let expected = if matches!(channel, Channel::Email | Channel::Sms) {
                Err(Refusal::CannotRectifySent)
            } else {
                Ok(())
            };
            assert_eq!(message.check_rectifiable(), expected, "{channel:?}");
            message.history.rectified_at = Some(instant("2026-05-05T10:00:00Z"));
            assert_eq!(message.check_rectifiable(), Err(Refusal::UnknownIdentifier), "{channel:?}");
        }
    }

    /// M11: the sender rectifies, or who may rectify everybody's; the recipient and others do not.
    #[test]
    fn m11_the_sender_rectifies() {
        let message = from_fund_to_centre();
        assert_eq!(message.check_rectifiable_by(&fund("81"), false), Ok(()));
        assert_eq!(
            message.check_rectifiable_by(&job_centre("90101"), false),
            Err(Refusal::NotAuthorised)
        );
        assert_eq!(message.check_rectifiable_by(&fund("82"), false), Err(Refusal::NotAuthorised));
        assert_eq!(message.check_rectifiable_by(&municipality("901"), true), Ok(()));
    }

    /// M5: the citizen gets a copy of every reply. M15: and of a recommendation. M19: one delivery for each.
    #[test]
    fn m5_m15_m19_the_citizen_gets_copies_in_the_tray() {
        let deliveries = |message: &Message| message.deliveries().collect::<Vec<_>>();
        for channel in CHANNELS {
            assert_eq!(
                deliveries(&Message {
                    channel,
                    ..from_fund_to_centre()
                }),
                [channel]
            );
        }
        let both = [Channel::AuthorityToAuthority, Channel::JobnetNotification];
        assert_eq!(
            deliveries(&Message {
                context: Context::RECOMMENDATION,
                ..from_fund_to_centre()
            }),
            both
        );
        let reply = Message {
            in_reply_to: Some(from_fund_to_centre().id),
            ..from_fund_to_centre()
        };
        assert_eq!(deliveries(&reply), both);
        assert_eq!(
            deliveries(&Message {
                channel: Channel::JobnetNotification,
                ..reply
            }),
            [Channel::JobnetNotification]
        );
    }

    /// S8: neither names nor texts reach a printed form.
    #[test]
    fn s8_debug_shows_no_personal_data() {
        let printed = format!("{:?} {:?}", from_fund_to_centre(), caseworker(&fund("81")));
        for hidden in ["Titel", "Tekst", "Prøve", "RID"] {
            assert!(!printed.contains(hidden), "{hidden} in {printed}");
        }
    }
}
