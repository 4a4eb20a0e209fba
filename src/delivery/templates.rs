//! Texts of e-mails and SMS as data: one row per group (channel) and id, with named placeholders in braces (D3).
//! It knows which texts there must be and which placeholders each may have, and checks a file when it is read:
//! a notice with the title or the text of a message in it is not taken. Which text is used when is left to `wording`.

use std::collections::HashMap;

/// The texts the product ships.
const SHIPPED: &str = include_str!("templates.tsv");

/// A word in braces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Placeholder {
    /// Title of the message.
    Title,
    /// Its text.
    Text,
    /// Name of the sending organisation.
    Sender,
    /// Number of documents.
    Documents,
}

impl Placeholder {
    const ALL: [(Self, &'static str); 4] = [
        (Self::Title, "title"),
        (Self::Text, "text"),
        (Self::Sender, "sender"),
        (Self::Documents, "documents"),
    ];
}

/// One text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Template(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Literal(String),
    Value(Placeholder),
}

/// Subject and text of an e-mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct MailTemplate {
    pub(super) subject: Template,
    pub(super) text: Template,
}

/// All texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Templates {
    /// A message whose own channel is e-mail.
    pub(super) email_message: MailTemplate,
    /// What follows it when documents belong to it.
    pub(super) email_documents: Template,
    /// An e-mail that there is a message.
    pub(super) email_notice: MailTemplate,
    /// An e-mail that it still waits.
    pub(super) email_reminder: MailTemplate,
    /// A message whose own channel is SMS.
    pub(super) sms_message: Template,
    /// The same, where it is too long for an SMS or has documents.
    pub(super) sms_pointer: Template,
    /// An SMS that there is a message.
    pub(super) sms_notice: Template,
    /// An SMS that it still waits.
    pub(super) sms_reminder: Template,
}

impl Template {
    /// The text with every placeholder filled in, once: what is filled in is not looked at again.
    pub(super) fn filled(&self, value: impl Fn(Placeholder) -> String) -> String {
        let pieces = self.0.iter().map(|piece| match piece {
            Piece::Literal(text) => text.clone(),
            Piece::Value(placeholder) => value(*placeholder),
        });
        pieces.collect()
    }

    fn parse(text: &str, allowed: &[Placeholder]) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((literal, after)) = rest.split_once('{') {
            let (word, after) = after.split_once('}').ok_or("a brace is not closed")?;
            let placeholder = Placeholder::ALL
                .iter()
                .find(|(placeholder, known)| *known == word && allowed.contains(placeholder))
                .ok_or_else(|| format!("{{{word}}} is no placeholder of this text"))?;
            pieces.push(Piece::Literal(literal.to_owned()));
            pieces.push(Piece::Value(placeholder.0));
            rest = after;
        }
        if rest.contains('}') {
            return Err("a brace is not opened".to_owned());
        }
        pieces.push(Piece::Literal(rest.to_owned()));
        Ok(Self(pieces))
    }
}

impl Templates {
    /// The texts the product ships.
    ///
    /// # Errors
    /// A sentence naming the row, if the data is damaged.
    pub fn shipped() -> Result<Self, String> {
        Self::parse(SHIPPED)
    }

    /// Reads texts in the form of the shipped ones: tab separated, one header line, quotes around a text of several lines.
    ///
    /// # Errors
    /// A sentence naming the row.
    pub fn parse(data: &str) -> Result<Self, String> {
        use Placeholder::{Documents, Sender, Text, Title};
        let mut rows = Rows::read(data)?;
        let templates = Self {
            email_message: rows.mail("message", &[Title, Text, Sender])?,
            email_documents: rows.text("email", "documents", &[Documents])?,
            email_notice: rows.mail("notice", &[Sender])?,
            email_reminder: rows.mail("reminder", &[Sender])?,
            sms_message: rows.text("sms", "message", &[Title, Text, Sender])?,
            sms_pointer: rows.text("sms", "pointer", &[Title, Sender])?,
            sms_notice: rows.text("sms", "notice", &[Sender])?,
            sms_reminder: rows.text("sms", "reminder", &[Sender])?,
        };
        match rows.0.keys().min() {
            None => Ok(templates),
            Some((group, id)) => Err(format!("texts: {group} {id} is no text we use")),
        }
    }
}

/// Subject and text by group and id.
struct Rows(HashMap<(String, String), (String, String)>);

impl Rows {
    fn read(data: &str) -> Result<Self, String> {
        let mut rows = HashMap::new();
        let mut reader = csv::ReaderBuilder::new().delimiter(b'\t').from_reader(data.as_bytes());
        for record in reader.deserialize() {
            let (group, id, subject, text): (String, String, String, String) = record.map_err(|error| format!("texts: {error}"))?;
            let name = format!("{group} {id}");
            if rows.insert((group, id), (subject, text)).is_some() {
                return Err(format!("texts: {name} is there twice"));
            }
        }
        Ok(Self(rows))
    }

    fn mail(&mut self, id: &str, allowed: &[Placeholder]) -> Result<MailTemplate, String> {
        let (subject, text) = self.take("email", id)?;
        if subject.trim().is_empty() || subject.contains('\n') {
            return Err(format!("texts: email {id} needs a subject of one line"));
        }
        // A subject is short: the text of a message has no place in it.
        let in_subject: Vec<_> = allowed
            .iter()
            .copied()
            .filter(|placeholder| *placeholder != Placeholder::Text)
            .collect();
        Ok(MailTemplate {
            subject: template("email", id, &subject, &in_subject)?,
            text: template("email", id, &text, allowed)?,
        })
    }

    fn text(&mut self, group: &str, id: &str, allowed: &[Placeholder]) -> Result<Template, String> {
        let (subject, text) = self.take(group, id)?;
        if !subject.is_empty() {
            return Err(format!("texts: {group} {id} can have no subject"));
        }
        template(group, id, &text, allowed)
    }

    fn take(&mut self, group: &str, id: &str) -> Result<(String, String), String> {
        self.0
            .remove(&(group.to_owned(), id.to_owned()))
            .ok_or_else(|| format!("texts: {group} {id} is missing"))
    }
}

fn template(group: &str, id: &str, text: &str, allowed: &[Placeholder]) -> Result<Template, String> {
    if text.trim().is_empty() {
        return Err(format!("texts: {group} {id} is empty"));
    }
    Template::parse(text, allowed).map_err(|problem| format!("texts: {group} {id}: {problem}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_shipped_texts_are_complete() {
        Templates::shipped().unwrap();
    }

    /// D3: the check at load keeps the content of a message out of notices and reminders.
    #[test]
    fn d3_a_notice_cannot_carry_content() {
        for (of, placeholder) in [
            ("Du har fået en ny besked. Log", "{title}"),
            ("Du har fået en besked, som", "{text}"),
            ("Du har en ny besked på Jobnet", "{title}"),
            ("Du har fået en ny besked. Læs", "{text}"),
            ("Påmindelse: Der venter en besked til", "{title}"),
        ] {
            let data = SHIPPED.replace(of, &format!("{placeholder} {of}"));
            assert_ne!(data, SHIPPED);
            let problem = Templates::parse(&data).unwrap_err();
            assert!(problem.contains("is no placeholder of this text"), "{problem}");
        }
    }

    #[test]
    fn damaged_texts_are_named() {
        for (from, to, problem) in [
            ("email\tnotice", "email\tnews", "texts: email notice is missing"),
            ("sms\treminder", "sms\tnotice", "texts: sms notice is there twice"),
            (
                "{documents}",
                "{papers}",
                "texts: email documents: {papers} is no placeholder of this text",
            ),
            ("{documents}", "{documents", "texts: email documents: a brace is not closed"),
            ("{documents}", "documents}", "texts: email documents: a brace is not opened"),
            (
                "Du har en ny besked på Jobnet\t",
                "\t",
                "texts: email notice needs a subject of one line",
            ),
            ("sms\tnotice\t\t", "sms\tnotice\tNyt\t", "texts: sms notice can have no subject"),
            (
                "\t{title}\t",
                "\t{text}\t",
                "texts: email message: {text} is no placeholder of this text",
            ),
        ] {
            let data = SHIPPED.replace(from, to);
            assert_ne!(data, SHIPPED, "{from}");
            assert_eq!(Templates::parse(&data).unwrap_err(), problem);
        }
        assert_eq!(
            Templates::parse(&format!("{SHIPPED}sms\tgreeting\t\tHej\n")).unwrap_err(),
            "texts: sms greeting is no text we use"
        );
        assert!(Templates::parse(&format!("{SHIPPED}sms\tgreeting\n")).is_err());
    }

    #[test]
    fn what_is_filled_in_is_not_filled_in_again() {
        let template = Template::parse("<{title}> {sender}", &[Placeholder::Title, Placeholder::Sender]).unwrap();
        let filled = template.filled(|placeholder| match placeholder {
            Placeholder::Title => "{sender}".to_owned(),
            _ => "A-kasse".to_owned(),
        });
        assert_eq!(filled, "<{sender}> A-kasse");
    }
}
