//! A thread: a message and its replies, of one citizen, one context and one channel (M1).
//! It knows who may reply and to whom a reply goes (M4, M5).
//! Reading the messages of a thread is left to the repository.

use super::message::{Channel, Context, Message, Party, PartyKind};
use super::organisation::Organisation;
use super::refusal::Refusal;

/// A thread, seen from its first message.
#[derive(Clone, Debug)]
pub struct Thread {
    /// The message that started it.
    pub first: Message,
}

impl Thread {
    /// May this authority reply, and to whom does the reply go (M4, M5, M11, M18)?
    ///
    /// # Errors
    /// Not a party, closed by rectification, a channel without replies, or a sender who allowed none.
    pub fn reply_of(&self, organisation: &Organisation) -> Result<Party, Refusal> {
        let recipient = self.other_party(organisation)?.clone();
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

    fn other_party(&self, organisation: &Organisation) -> Result<&Party, Refusal> {
        if self.first.to.organisation().as_ref() == Some(organisation) {
            Ok(&self.first.from)
        } else if self.first.from.organisation().as_ref() == Some(organisation) {
            Ok(&self.first.to)
        } else {
            Err(Refusal::NotPartyOfThread)
        }
    }
}
