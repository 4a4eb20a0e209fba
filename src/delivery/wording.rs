//! What an e-mail or SMS says about a message: its own words on its own channel, a notice on any other (D3).
//! It knows what fits into an SMS. The texts themselves are data, in `templates`.
//!
//! Ours: an e-mail carries title and text, never documents, it says where they are; an SMS carries title and text up to
//! 480 characters without documents, otherwise the title and where to read the rest. Nothing is cut.

use super::templates::{MailTemplate, Placeholder, Template, Templates};
use crate::domain::delivery::{Letter, Reason, Wording};

/// Characters of an SMS at most: what gateways send in about three parts of plain letters, or seven of others (ours).
const SMS_CHARACTERS: usize = 480;

/// Subject and text of an e-mail.
///
/// # Errors
/// [`Reason::ContentGone`].
pub(super) fn mail(templates: &Templates, wording: Wording, letter: &Letter) -> Result<(String, String), Reason> {
    let values = Values::of(letter)?;
    let both = |template: &MailTemplate| (values.fill(&template.subject), values.fill(&template.text));
    Ok(match wording {
        Wording::Notice => both(&templates.email_notice),
        Wording::Reminder => both(&templates.email_reminder),
        Wording::Message => {
            let (subject, mut text) = both(&templates.email_message);
            if letter.documents > 0 {
                text.push_str("\n\n");
                text.push_str(&values.fill(&templates.email_documents));
            }
            (subject, text)
        }
    })
}

/// Text of an SMS.
///
/// # Errors
/// [`Reason::ContentGone`].
pub(super) fn sms(templates: &Templates, wording: Wording, letter: &Letter) -> Result<String, Reason> {
    let values = Values::of(letter)?;
    Ok(match wording {
        Wording::Notice => values.fill(&templates.sms_notice),
        Wording::Reminder => values.fill(&templates.sms_reminder),
        Wording::Message => {
            let whole = values.fill(&templates.sms_message);
            if letter.documents == 0 && whole.chars().count() <= SMS_CHARACTERS {
                whole
            } else {
                values.fill(&templates.sms_pointer)
            }
        }
    })
}

struct Values<'a> {
    title: &'a str,
    text: &'a str,
    letter: &'a Letter,
}

impl<'a> Values<'a> {
    /// A message without content is not told of either: it was taken back, or its time is over.
    fn of(letter: &'a Letter) -> Result<Self, Reason> {
        let (title, text) = letter.content.as_ref().ok_or(Reason::ContentGone)?;
        Ok(Self { title, text, letter })
    }

    fn fill(&self, template: &Template) -> String {
        let filled = template.filled(|placeholder| match placeholder {
            Placeholder::Title => self.title.to_owned(),
            Placeholder::Text => self.text.to_owned(),
            Placeholder::Sender => self.letter.sender.clone(),
            Placeholder::Documents => self.letter.documents.to_string(),
        });
        filled.trim().to_owned()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::domain::Channel;

    fn letter() -> Letter {
        Letter {
            email: None,
            mobile: None,
            sender: "Jobcenter Prøveby".to_owned(),
            channel: Channel::Email,
            content: Some(("Møde flyttet".to_owned(), "Mødet er flyttet til mandag.".to_owned())),
            documents: 0,
        }
    }

    fn templates() -> Templates {
        Templates::shipped().unwrap()
    }

    /// D3: on its own channel a message has its own words.
    #[test]
    fn d3_a_message_on_its_own_channel_has_its_own_words() {
        let (subject, text) = mail(&templates(), Wording::Message, &letter()).unwrap();
        assert_eq!(subject, "Møde flyttet");
        assert!(
            text.starts_with("Mødet er flyttet til mandag.\n\nAfsender: Jobcenter Prøveby\n"),
            "{text}"
        );
        assert_eq!(
            sms(&templates(), Wording::Message, &letter()).unwrap(),
            "Møde flyttet\nMødet er flyttet til mandag.\nJobcenter Prøveby"
        );
    }

    /// D3: notices and reminders tell neither what is written nor by whom.
    #[test]
    fn d3_notices_and_reminders_tell_nothing_of_the_message() {
        for wording in [Wording::Notice, Wording::Reminder] {
            let (subject, text) = mail(&templates(), wording, &letter()).unwrap();
            let said = [subject, text, sms(&templates(), wording, &letter()).unwrap()].concat();
            for secret in ["flyttet", "mandag", "Prøveby"] {
                assert!(!said.contains(secret), "{said}");
            }
            assert!(said.contains("Mine beskeder"), "{said}");
        }
    }

    #[test]
    fn what_does_not_fit_into_an_sms_is_pointed_to_and_not_cut() {
        let of = |characters: usize, documents: u32| Letter {
            content: Some(("T".to_owned(), "æ".repeat(characters))),
            documents,
            sender: "S".to_owned(),
            ..letter()
        };
        let pointer = "T\nLæs hele beskeden under Mine beskeder på Jobnet.\nS";
        assert_eq!(sms(&templates(), Wording::Message, &of(476, 0)).unwrap().chars().count(), 480);
        assert_eq!(sms(&templates(), Wording::Message, &of(477, 0)).unwrap(), pointer);
        assert_eq!(sms(&templates(), Wording::Message, &of(1, 1)).unwrap(), pointer);
    }

    #[test]
    fn an_e_mail_says_where_the_documents_are() {
        let said = |documents| mail(&templates(), Wording::Message, &Letter { documents, ..letter() }).unwrap().1;
        assert!(said(2).ends_with("hører til beskeden: 2. Du kan læse dem under Mine beskeder på Jobnet."));
        assert!(!said(0).contains("dokumenter"));
    }

    /// M11: what was taken back is not told of, in any wording.
    #[test]
    fn m11_a_message_without_content_is_not_told_of() {
        let gone = Letter { content: None, ..letter() };
        for wording in [Wording::Message, Wording::Notice, Wording::Reminder] {
            assert_eq!(mail(&templates(), wording, &gone), Err(Reason::ContentGone));
            assert_eq!(sms(&templates(), wording, &gone), Err(Reason::ContentGone));
        }
    }
}
