//! A draft: what a sender states before it is a message, and the rules it must obey to become one (M2, M4, M9, M15–M18).
//! It knows sender, recipient, channel and context. Which organisations exist is asked by the caller, documents are checked by themselves,
//! and storing what was sent is left to the posting function.

use chrono::{DateTime, NaiveDate, Utc};

use super::citizen::Citizen;
use super::document::Document;
use super::identifier::{CitizenKey, MessageId, ThreadId};
use super::message::{Channel, Context, History, Message, Party, PartyKind};
use super::organisation::{Organisation, OrganisationType};
use super::refusal::Refusal;
use super::viewer::Viewer;

/// A message that has not been sent yet.
#[derive(Debug)]
pub struct Draft {
    /// What it is about.
    pub context: Context,
    /// How it is to travel.
    pub channel: Channel,
    /// Who sends it.
    pub from: Party,
    /// Who is to have it.
    pub to: Party,
    /// Does the sender allow a reply?
    pub reply_allowed: bool,
    /// Title, 1..256 characters; empty for a reply, which has none.
    pub title: String,
    /// Text, 1..20000 characters.
    pub text: String,
    /// Its documents, already checked (M12).
    pub documents: Vec<Document>,
}

/// What the archive gives a draft when it is sent.
#[derive(Clone, Copy, Debug)]
pub struct Stamp {
    /// The new message.
    pub message: MessageId,
    /// Its thread, new or old.
    pub thread: ThreadId,
    /// The message it answers, if it is a reply.
    pub in_reply_to: Option<MessageId>,
    /// The citizen it is about.
    pub citizen: CitizenKey,
    /// When.
    pub at: DateTime<Utc>,
}

impl Draft {
    /// A citizen who is a party must be the citizen the message is about; an empty identifier means that one (ours).
    ///
    /// # Errors
    /// [`Refusal::UnknownIdentifier`] for another CV number.
    pub fn about(mut self, citizen: &Citizen) -> Result<Self, Refusal> {
        for party in [&mut self.from, &mut self.to] {
            if party.kind == PartyKind::Citizen {
                party.identify(citizen)?;
            }
        }
        Ok(self)
    }

    /// The rules for a message that begins a thread, sent by an authority on `day`.
    ///
    /// # Errors
    /// The first rule broken: dead citizen, sender (M9), context (M15, M18), recipient and channel (M3).
    pub fn started_by(mut self, sender: &Organisation, citizen: &Citizen, day: NaiveDate) -> Result<Self, Refusal> {
        citizen.check_alive(day)?;
        if self.from.kind == PartyKind::Citizen {
            return Err(Refusal::CitizenCannotStart);
        }
        self.from = self.from.speaking_for(sender)?;
        self.check_context(Some(sender.kind))?;
        self.check_recipient()?;
        Ok(self)
    }

    /// The rules for a message that begins a thread, sent through Jobnet on `day`: by an employer to a citizen, and by a citizen to an
    /// authority where the profile lets citizens start (M9).
    ///
    /// # Errors
    /// The first rule broken: dead citizen, sender (M9), context (M4), recipient and channel (M3).
    pub fn started_on_jobnet(mut self, citizen: &Citizen, day: NaiveDate, citizens_may_start: bool) -> Result<Self, Refusal> {
        citizen.check_alive(day)?;
        let writer = Viewer::on_jobnet(&self.from)?;
        let is_citizen = writer == Viewer::Citizen;
        if is_citizen && !citizens_may_start {
            return Err(Refusal::CitizenCannotStart);
        }
        self.from = self.from.writing_as(&writer)?;
        if is_citizen {
            self.check_context(None)?;
        } else if (self.context, self.channel) != (Context::EMPLOYER, Channel::JobnetNotification) {
            return Err(Refusal::NoEmployerMessage);
        }
        if is_citizen && !self.to.is_authority() {
            return Err(Refusal::RecipientDoesNotFitChannel);
        }
        self.check_recipient()?;
        Ok(self)
    }

    /// The message this draft becomes, and the documents it carries.
    #[must_use]
    pub fn sent(self, stamp: Stamp) -> (Message, Vec<Document>) {
        let message = Message {
            id: stamp.message,
            thread: stamp.thread,
            citizen: stamp.citizen,
            in_reply_to: stamp.in_reply_to,
            context: self.context,
            channel: self.channel,
            from: self.from,
            to: self.to,
            reply_allowed: self.reply_allowed,
            created_at: stamp.at,
            title: Some(self.title),
            text: Some(self.text),
            documents: self.documents.iter().map(Document::information).collect(),
            history: History::default(),
        };
        (message, self.documents)
    }

    /// Contexts that not every sender may use: employers write through Jobnet (M4, M9), the system makes enrolment receipts (M18),
    /// an unemployment fund recommends offers to a job centre (M15). A citizen has no type.
    fn check_context(&self, sender: Option<OrganisationType>) -> Result<(), Refusal> {
        let to_job_centre = self.to.is_authority() && OrganisationType(self.to.organisation_type) == OrganisationType::JOB_CENTRE;
        match self.context {
            Context::EMPLOYER => Err(Refusal::EmployerContext),
            Context::ENROLMENT_RECEIPT => Err(Refusal::SystemContext),
            Context::RECOMMENDATION if sender != Some(OrganisationType::UNEMPLOYMENT_FUND) => Err(Refusal::NotAuthorised),
            Context::RECOMMENDATION if self.channel != Channel::AuthorityToAuthority => Err(Refusal::RecommendationChannel),
            Context::RECOMMENDATION if !to_job_centre => Err(Refusal::RecommendationRecipient),
            _ => Ok(()),
        }
    }

    /// Channel 4 goes to an authority, the others to the citizen (M3).
    fn check_recipient(&self) -> Result<(), Refusal> {
        self.to.check_lengths()?;
        match (self.channel, self.to.kind) {
            (Channel::AuthorityToAuthority, PartyKind::Caseworker | PartyKind::System) => {
                self.to.organisation().map(|_| ()).ok_or(Refusal::UnknownRecipient)
            }
            (Channel::Email | Channel::Sms | Channel::JobnetNotification, PartyKind::Citizen) => Ok(()),
            _ => Err(Refusal::RecipientDoesNotFitChannel),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::testing::*;
    use super::*;

    fn draft(context: Context, channel: Channel, from: Party, to: Party) -> Draft {
        Draft {
            context,
            channel,
            from,
            to,
            reply_allowed: true,
            title: "Titel".into(),
            text: "Tekst".into(),
            documents: Vec::new(),
        }
    }

    fn start(draft: Draft, sender: &Organisation) -> Result<Draft, Refusal> {
        draft.started_by(sender, &citizen(Vec::new()), day("2026-05-04"))
    }

    const CHANNELS: [Channel; 4] = [
        Channel::Email,
        Channel::Sms,
        Channel::JobnetNotification,
        Channel::AuthorityToAuthority,
    ];

    /// M2, M3: channel 4 needs an authority, the other channels the citizen; every other pair is refused.
    #[test]
    fn m3_channel_and_recipient_must_fit() {
        for channel in CHANNELS {
            for to in [
                person(PartyKind::Citizen, ""),
                person(PartyKind::Company, "1"),
                caseworker(&job_centre("90101")),
                Party {
                    kind: PartyKind::System,
                    ..caseworker(&job_centre("90101"))
                },
            ] {
                let fits = match channel {
                    Channel::AuthorityToAuthority => to.is_authority(),
                    _ => to.kind == PartyKind::Citizen,
                };
                let result = start(draft(Context(1), channel, caseworker(&fund("81")), to.clone()), &fund("81"));
                assert_eq!(
                    result.err(),
                    (!fits).then_some(Refusal::RecipientDoesNotFitChannel),
                    "{channel:?} to {:?}",
                    to.kind
                );
            }
        }
    }

    /// M3: an authority without a code is no recipient.
    #[test]
    fn m3_a_recipient_authority_states_its_code() {
        let to = Party {
            organisation_code: None,
            ..caseworker(&job_centre("90101"))
        };
        let result = start(
            draft(Context(1), Channel::AuthorityToAuthority, caseworker(&fund("81")), to),
            &fund("81"),
        );
        assert_eq!(result.err(), Some(Refusal::UnknownRecipient));
    }

    /// M9: for an authority's call neither a citizen nor a company starts anything.
    #[test]
    fn m9_citizens_do_not_start_messages() {
        let of = |kind| {
            draft(
                Context(1),
                Channel::AuthorityToAuthority,
                person(kind, "CV1000"),
                caseworker(&fund("81")),
            )
        };
        assert_eq!(start(of(PartyKind::Citizen), &fund("81")).err(), Some(Refusal::CitizenCannotStart));
        assert_eq!(
            start(of(PartyKind::Company), &fund("81")).err(),
            Some(Refusal::SenderKindNotAllowed)
        );
    }

    /// M9: through Jobnet a citizen starts something where the profile says so: to an authority, on channel 4, about nothing that is others'.
    #[test]
    fn m9_citizens_start_messages_where_the_profile_says_so() {
        let citizens = || person(PartyKind::Citizen, "CV1000");
        let start = |context, channel, to, may| {
            let draft = draft(context, channel, citizens(), to);
            draft.started_on_jobnet(&citizen(Vec::new()), day("2026-05-04"), may).err()
        };
        let authority = || caseworker(&fund("81"));
        let four = Channel::AuthorityToAuthority;
        assert_eq!(start(Context(1), four, authority(), true), None);
        assert_eq!(start(Context(1), four, authority(), false), Some(Refusal::CitizenCannotStart));
        for channel in CHANNELS {
            assert_eq!(
                start(Context(1), channel, citizens(), true),
                Some(Refusal::RecipientDoesNotFitChannel),
                "{channel:?}"
            );
        }
        for (context, refusal) in [
            (Context::EMPLOYER, Refusal::EmployerContext),
            (Context::ENROLMENT_RECEIPT, Refusal::SystemContext),
            (Context::RECOMMENDATION, Refusal::NotAuthorised),
        ] {
            assert_eq!(start(context, four, authority(), true), Some(refusal));
        }
    }

    /// M4, M9: an employer writes in context 5, on Jobnet, to the citizen, and says which company it is; authorities do not write there.
    #[test]
    fn m4_m9_employers_write_to_citizens_through_jobnet() {
        let start = |context, channel, from: Party, to: Party| {
            let draft = draft(context, channel, from, to);
            draft.started_on_jobnet(&citizen(Vec::new()), day("2026-05-04"), false).err()
        };
        let us = || employer("90000041", Some("1000000001"));
        let to = || person(PartyKind::Citizen, "CV1000");
        for channel in CHANNELS {
            for context in [1, 2, 5, 7, 8, 11].map(Context) {
                let fits = (context, channel) == (Context::EMPLOYER, Channel::JobnetNotification);
                assert_eq!(
                    start(context, channel, us(), to()),
                    (!fits).then_some(Refusal::NoEmployerMessage),
                    "{context:?} on {channel:?}"
                );
            }
        }
        let sent = |from, to| start(Context::EMPLOYER, Channel::JobnetNotification, from, to);
        assert_eq!(sent(us(), caseworker(&fund("81"))), Some(Refusal::RecipientDoesNotFitChannel));
        assert_eq!(sent(us(), us()), Some(Refusal::RecipientDoesNotFitChannel));
        assert_eq!(sent(person(PartyKind::Company, "1"), to()), Some(Refusal::EmployerWithoutCompany));
        assert_eq!(sent(caseworker(&fund("81")), to()), Some(Refusal::SenderNotOnJobnet));
    }

    /// M15: only an unemployment fund, only on channel 4, only to a job centre.
    #[test]
    fn m15_a_recommendation_goes_from_a_fund_to_a_job_centre_on_channel_4() {
        let fund = fund("81");
        let centre = job_centre("90101");
        for sender in [&fund, &centre, &municipality("901")] {
            for channel in CHANNELS {
                for to in [
                    caseworker(&centre),
                    caseworker(&municipality("901")),
                    person(PartyKind::Citizen, ""),
                ] {
                    let expected = if *sender != fund {
                        Some(Refusal::NotAuthorised)
                    } else if channel != Channel::AuthorityToAuthority {
                        Some(Refusal::RecommendationChannel)
                    } else if to.organisation_type != centre.kind.0 {
                        Some(Refusal::RecommendationRecipient)
                    } else {
                        None
                    };
                    let result = start(draft(Context::RECOMMENDATION, channel, caseworker(sender), to), sender);
                    assert_eq!(result.err(), expected, "{sender} on {channel:?}");
                }
            }
        }
    }

    /// M4, M8, M9: employers write through Jobnet. M18: the system makes enrolment receipts.
    /// M16, M17: drafts of a plan and supporting activities have no rule of their own beside the code list.
    #[test]
    fn m18_contexts_an_authority_may_not_use() {
        for (context, expected) in [
            (Context(1), None),
            (Context::DRAFT_PLAN, None),
            (Context::EMPLOYER, Some(Refusal::EmployerContext)),
            (Context(7), None),
            (Context::ENROLMENT_RECEIPT, Some(Refusal::SystemContext)),
        ] {
            let draft = draft(
                context,
                Channel::AuthorityToAuthority,
                caseworker(&fund("81")),
                caseworker(&job_centre("90101")),
            );
            assert_eq!(start(draft, &fund("81")).err(), expected, "{context:?}");
        }
    }

    #[test]
    fn nothing_is_sent_about_the_dead() {
        let dead = Citizen {
            dead_on: Some(day("2026-05-04")),
            ..citizen(Vec::new())
        };
        let of = || draft(Context(1), Channel::Email, caseworker(&fund("81")), person(PartyKind::Citizen, ""));
        assert!(of().started_by(&fund("81"), &dead, day("2026-05-03")).is_ok());
        assert_eq!(
            of().started_by(&fund("81"), &dead, day("2026-05-04")).err(),
            Some(Refusal::DeadCitizen)
        );
    }

    #[test]
    fn a_citizen_who_is_a_party_is_the_citizen_of_the_message() {
        let to = |identifier| {
            draft(
                Context(1),
                Channel::Email,
                caseworker(&fund("81")),
                person(PartyKind::Citizen, identifier),
            )
        };
        let about = |draft: Draft| draft.about(&citizen(Vec::new())).map(|draft| draft.to.identifier);
        assert_eq!(about(to("")), Ok("CV1000".to_owned()));
        assert_eq!(about(to("CV1000")), Ok("CV1000".to_owned()));
        assert_eq!(about(to("CV1001")), Err(Refusal::UnknownIdentifier));
    }
}
