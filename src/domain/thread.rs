//! A thread: a message and its replies, of one citizen, one context and one channel (M1).
//! It knows who may reply and to whom a reply goes (M4, M5).
//! Reading the messages of a thread is left to the repository.

use super::draft::Draft;
use super::message::{Channel, Context, Message, Party, PartyKind};
use super::refusal::Refusal;
use super::viewer::Viewer;

/// A thread: its first message and the replies, in order.
#[derive(Clone, Debug)]
pub struct Thread {
    /// The message that started it.
    pub first: Message,
    /// The replies, oldest first.
    pub replies: Vec<Message>,
}

impl Thread {
    /// The thread of these messages, oldest first; none without a message.
    #[must_use]
    pub fn new(messages: Vec<Message>) -> Option<Self> {
        let mut messages = messages.into_iter();
        Some(Self {
            first: messages.next()?,
            replies: messages.collect(),
        })
    }

    /// The messages in order.
    pub fn messages(&self) -> impl Iterator<Item = &Message> {
        std::iter::once(&self.first).chain(&self.replies)
    }

    /// A reply: thread, context and channel stay, it goes to the other party (M1, M5).
    ///
    /// # Errors
    /// As [`Thread::reply_of`], or a sender who does not speak for who replies.
    pub fn reply(&self, viewer: &Viewer, from: Party, text: String) -> Result<Draft, Refusal> {
        let to = self.reply_of(viewer)?;
        let from = from.writing_as(viewer)?;
        let Message {
            context,
            channel,
            reply_allowed,
            ..
        } = self.first;
        Ok(Draft {
            context,
            channel,
            from,
            to,
            reply_allowed,
            title: String::new(),
            text,
            documents: Vec::new(),
        })
    }

    /// The message a reply of this viewer answers: the newest that reached it and still stands, else the first of the thread (ours).
    #[must_use]
    pub fn answered_by(&self, viewer: &Viewer) -> &Message {
        let answered = |message: &&Message| message.reaches(viewer) && message.history.rectified_at.is_none();
        self.replies.iter().rev().find(answered).unwrap_or(&self.first)
    }

    /// May this viewer reply, and to whom does the reply go (M4, M5, M11, M18)?
    ///
    /// # Errors
    /// Not a party, closed by rectification, a channel without replies, or a sender who allowed none.
    pub fn reply_of(&self, viewer: &Viewer) -> Result<Party, Refusal> {
        let recipient = self.other_party(viewer)?.clone();
        self.check_open()?;
        Ok(recipient)
    }

    /// Can the thread take a reply at all?
    ///
    /// # Errors
    /// As [`Thread::reply_of`], whoever asks.
    pub fn check_open(&self) -> Result<(), Refusal> {
        if self.first.history.rectified_at.is_some() {
            Err(Refusal::ThreadClosed)
        } else if !self.carries_replies() {
            Err(Refusal::ChannelWithoutReply)
        } else if !self.first.reply_allowed {
            Err(Refusal::ReplyNotAllowed)
        } else {
            Ok(())
        }
    }

    /// E-mail, SMS and Jobnet notifications of an authority are one way; an employer's message may be answered (M4).
    /// Enrolment receipts never are (M18).
    fn carries_replies(&self) -> bool {
        let employer = self.first.context == Context::EMPLOYER && self.first.from.kind == PartyKind::Company;
        self.first.context != Context::ENROLMENT_RECEIPT && (employer || self.first.channel == Channel::AuthorityToAuthority)
    }

    /// Who is on the other side: for sender and recipient each other; for the citizen between two authorities the one that wrote the message
    /// the citizen answers (ours).
    fn other_party(&self, viewer: &Viewer) -> Result<&Party, Refusal> {
        if viewer.is(&self.first.to) {
            Ok(&self.first.from)
        } else if viewer.is(&self.first.from) {
            Ok(&self.first.to)
        } else if self.first.is_party(viewer) {
            Ok(&self.answered_by(viewer).from)
        } else {
            Err(Refusal::NotPartyOfThread)
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use uuid::Uuid;

    use super::super::identifier::MessageId;
    use super::super::testing::*;
    use super::*;

    fn thread(first: Message) -> Thread {
        Thread {
            first,
            replies: Vec::new(),
        }
    }

    fn from_fund_to_centre() -> Message {
        message(caseworker(&fund("81")), caseworker(&job_centre("90101")))
    }

    /// M1: a reply keeps the context and the channel of its thread. M5: it goes to the other party.
    #[test]
    fn m1_m5_a_reply_goes_to_the_other_party_and_keeps_context_and_channel() {
        let thread = thread(Message {
            context: Context::RECOMMENDATION,
            ..from_fund_to_centre()
        });
        for (replier, other) in [(job_centre("90101"), fund("81")), (fund("81"), job_centre("90101"))] {
            let reply = thread
                .reply(&Viewer::from(&replier), caseworker(&replier), "Svar".to_owned())
                .unwrap();
            assert_eq!(reply.to.organisation(), Some(other));
            assert_eq!(reply.from.organisation(), Some(replier));
            assert_eq!(
                (reply.context, reply.channel),
                (Context::RECOMMENDATION, Channel::AuthorityToAuthority)
            );
        }
    }

    /// M5: who is no party may not reply, whatever the thread would take.
    #[test]
    fn m5_only_a_party_replies() {
        let thread = thread(from_fund_to_centre());
        let company = Viewer::Company(company_number("90000041", None));
        let authorities = [fund("82"), job_centre("90201"), municipality("81")];
        for stranger in authorities.iter().map(Viewer::from).chain([company]) {
            assert_eq!(thread.reply_of(&stranger).err(), Some(Refusal::NotPartyOfThread), "{stranger}");
        }
    }

    /// M4: a reply needs the sender's permission and a channel that can carry it.
    #[test]
    fn m4_reply_needs_permission_and_channel() {
        for channel in [
            Channel::Email,
            Channel::Sms,
            Channel::JobnetNotification,
            Channel::AuthorityToAuthority,
        ] {
            for reply_allowed in [true, false] {
                let expected = match (channel, reply_allowed) {
                    (Channel::AuthorityToAuthority, true) => Ok(()),
                    (Channel::AuthorityToAuthority, false) => Err(Refusal::ReplyNotAllowed),
                    _ => Err(Refusal::ChannelWithoutReply),
                };
                let first = Message {
                    channel,
                    reply_allowed,
                    ..from_fund_to_centre()
                };
                assert_eq!(thread(first).check_open(), expected, "{channel:?}, {reply_allowed}");
            }
        }
    }

    /// M4: an employer's message may be answered on any channel, if the employer allowed it; an authority's context 5 gains nothing.
    #[test]
    fn m4_an_employers_message_takes_replies() {
        let of = |from, reply_allowed| {
            let first = message(from, person(PartyKind::Citizen, "CV1000"));
            thread(Message {
                context: Context::EMPLOYER,
                channel: Channel::JobnetNotification,
                reply_allowed,
                ..first
            })
            .check_open()
        };
        assert_eq!(of(person(PartyKind::Company, "1"), true), Ok(()));
        assert_eq!(of(person(PartyKind::Company, "1"), false), Err(Refusal::ReplyNotAllowed));
        assert_eq!(of(caseworker(&fund("81")), true), Err(Refusal::ChannelWithoutReply));
    }

    /// M5: the citizen between two authorities answers whoever wrote last, whose authority gets the reply; what was rectified is not answered.
    #[test]
    fn m5_the_citizen_in_the_middle_answers_whoever_wrote_last() {
        let (fund, centre) = (caseworker(&fund("81")), caseworker(&job_centre("90101")));
        let citizen = person(PartyKind::Citizen, "CV1000");
        let mut thread = thread(from_fund_to_centre());
        let answers = |thread: &Thread| {
            let reply = thread.reply(&Viewer::Citizen, citizen.clone(), "Svar".to_owned()).unwrap();
            assert_eq!(
                (reply.from.kind, reply.channel),
                (PartyKind::Citizen, Channel::AuthorityToAuthority)
            );
            reply.to
        };
        assert_eq!(answers(&thread), fund);
        thread.replies.push(message(centre.clone(), fund.clone()));
        assert_eq!(answers(&thread), centre);
        thread.replies.push(message(citizen.clone(), centre.clone()));
        assert_eq!(answers(&thread), centre, "the citizen's own message is not answered");
        for reply in &mut thread.replies {
            reply.history.rectified_at = Some(instant("2026-05-05T10:00:00Z"));
        }
        assert_eq!(answers(&thread), fund);
    }

    /// M4, M5: an employer's message is answered by the citizen, and the employer may go on; another unit of the company may not.
    #[test]
    fn m4_m5_employer_and_citizen_answer_each_other() {
        let (us, citizen) = (employer("90000041", Some("1000000001")), person(PartyKind::Citizen, "CV1000"));
        let thread = thread(Message {
            context: Context::EMPLOYER,
            channel: Channel::JobnetNotification,
            ..message(us.clone(), citizen.clone())
        });
        let reply = thread.reply(&Viewer::Citizen, citizen.clone(), "Svar".to_owned()).unwrap();
        assert_eq!((reply.from, reply.to), (citizen.clone(), us.clone()));
        let unit = |number| Viewer::Company(company_number("90000041", number));
        assert_eq!(thread.reply_of(&unit(Some("1000000001"))), Ok(citizen));
        for other in [Some("1000000002"), None] {
            assert_eq!(thread.reply_of(&unit(other)), Err(Refusal::NotPartyOfThread));
        }
        let posing = thread.reply(&Viewer::Citizen, us, "Svar".to_owned());
        assert_eq!(posing.err(), Some(Refusal::SenderNotOnJobnet));
    }

    /// M18: an enrolment receipt is never answerable, not even on channel 4.
    #[test]
    fn m18_an_enrolment_receipt_takes_no_reply() {
        let first = Message {
            context: Context::ENROLMENT_RECEIPT,
            ..from_fund_to_centre()
        };
        assert_eq!(thread(first).check_open(), Err(Refusal::ChannelWithoutReply));
    }

    /// M11: a rectified first message closes the thread; a rectified reply does not.
    #[test]
    fn m11_a_rectified_first_message_closes_the_thread() {
        let mut first = from_fund_to_centre();
        let mut reply = message(caseworker(&job_centre("90101")), caseworker(&fund("81")));
        reply.history.rectified_at = Some(instant("2026-05-05T10:00:00Z"));
        assert_eq!(
            Thread {
                first: first.clone(),
                replies: vec![reply]
            }
            .check_open(),
            Ok(())
        );
        first.history.rectified_at = Some(instant("2026-05-05T10:00:00Z"));
        assert_eq!(thread(first).check_open(), Err(Refusal::ThreadClosed));
    }

    #[test]
    fn a_reply_answers_the_newest_message_sent_to_its_sender() {
        let id = |number| MessageId(Uuid::from_u128(number));
        let (ours, theirs) = (caseworker(&fund("81")), caseworker(&job_centre("90101")));
        let of = |number, from: &Party, to: &Party| Message {
            id: id(number),
            ..message(from.clone(), to.clone())
        };
        let thread = Thread::new(vec![
            of(1, &ours, &theirs),
            of(2, &theirs, &ours),
            of(3, &ours, &theirs),
            of(4, &theirs, &ours),
        ])
        .unwrap();
        let answered = |thread: &Thread, viewer: Viewer| thread.answered_by(&viewer).id;
        assert_eq!(answered(&thread, Viewer::Authority(job_centre("90101"))), id(3));
        assert_eq!(answered(&thread, Viewer::Authority(fund("81"))), id(4));
        assert_eq!(
            answered(&Thread::new(vec![of(1, &ours, &theirs)]).unwrap(), Viewer::Authority(fund("81"))),
            id(1)
        );
        assert!(Thread::new(Vec::new()).is_none());
    }
}
