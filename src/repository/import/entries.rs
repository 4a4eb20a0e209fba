//! What each kind of file says in a line, as the rows that are stored.
//! It knows the columns and the rules a line can be judged by alone.
//! Whether what a line refers to exists is left to `query/import`.

use chrono::NaiveDate;
use uuid::Uuid;

use super::fields::{Entry, Fields, Reason};
use crate::domain::RelationKind;
use crate::domain::citizen::MAX_REASON;
use crate::domain::retention::Period;
use crate::repository::rows;
use crate::repository::types::Identifier;

impl Entry for rows::Citizen {
    const COLUMNS: &'static [&'static str] = &["cpr", "cv_number", "name", "contact_group", "email", "mobile", "dead_on"];

    fn read(fields: &Fields<'_>) -> Result<Self, Reason> {
        let email = fields.optional("email", 255)?;
        if email.as_deref().is_some_and(|email| !is_email(email)) {
            return Err("email must be one address".to_owned());
        }
        let mobile = fields.optional("mobile", 20)?;
        if mobile.as_deref().is_some_and(|mobile| !is_mobile(mobile)) {
            return Err("mobile must be + and digits".to_owned());
        }
        Ok(Self {
            key: Identifier(Uuid::now_v7()),
            cpr: fields.cpr("cpr")?,
            cv_number: fields.text("cv_number", 1..=64)?,
            name: fields.text("name", 1..=140)?,
            contact_group: fields.number("contact_group", 0..=100_000_000)?,
            email,
            mobile,
            dead_on: fields.optional_day("dead_on")?,
        })
    }

    fn key(&self) -> String {
        self.cpr.clone()
    }
}

impl Entry for rows::Organisation {
    const COLUMNS: &'static [&'static str] = &["type", "code", "name", "cvr"];

    fn read(fields: &Fields<'_>) -> Result<Self, Reason> {
        Ok(Self {
            key: fields.organisation("type", "code")?,
            name: fields.text("name", 1..=140)?,
            cvr: fields.cvr("cvr")?,
        })
    }

    fn key(&self) -> String {
        self.key.clone()
    }
}

/// A relation whose citizen is still named by the civil registration number.
pub struct Relation {
    pub cpr: String,
    pub organisation: String,
    kind: RelationKind,
    from: NaiveDate,
    to: NaiveDate,
    reason: Option<String>,
}

impl Relation {
    /// The row, once the citizen's key is known.
    pub fn row(self, citizen: Identifier) -> rows::Relation {
        let Self {
            organisation,
            kind,
            from,
            to,
            reason,
            ..
        } = self;
        rows::Relation {
            citizen,
            organisation,
            kind: kind.word(),
            valid_from: from,
            valid_to: to,
            reason,
        }
    }
}

impl Entry for Relation {
    const COLUMNS: &'static [&'static str] = &["cpr", "organisation_type", "organisation_code", "kind", "from", "to", "reason"];

    fn read(fields: &Fields<'_>) -> Result<Self, Reason> {
        let words = || RelationKind::ALL.map(|(_, word)| word).join(", ");
        let kind = RelationKind::from_word(fields.raw("kind")).ok_or_else(|| format!("kind must be one of {}", words()))?;
        let (from, to) = fields.period("from", "to")?;
        let reason = fields.optional("reason", MAX_REASON)?;
        kind.check_reason(reason.as_deref().unwrap_or_default())?;
        let organisation = fields.organisation("organisation_type", "organisation_code")?;
        Ok(Self {
            cpr: fields.cpr("cpr")?,
            organisation,
            kind,
            from,
            to,
            reason,
        })
    }

    fn key(&self) -> String {
        format!("{} {} {} {}", self.cpr, self.organisation, self.kind.word(), self.from)
    }
}

impl Entry for rows::Agreement {
    const COLUMNS: &'static [&'static str] = &[
        "system",
        "certificate_subject_cvr",
        "certificate_subject_id",
        "organisation_type",
        "organisation_code",
        "valid_from",
        "valid_to",
    ];

    fn read(fields: &Fields<'_>) -> Result<Self, Reason> {
        let (valid_from, valid_to) = fields.period("valid_from", "valid_to")?;
        Ok(Self {
            cvr: fields.cvr("certificate_subject_cvr")?,
            subject_id: as_in_certificates(fields.text("certificate_subject_id", 1..=255)?),
            organisation: fields.organisation("organisation_type", "organisation_code")?,
            valid_from,
            valid_to,
            system: fields.text("system", 1..=140)?,
        })
    }

    fn key(&self) -> String {
        format!("{} {} {} {}", self.cvr, self.subject_id, self.organisation, self.valid_from)
    }
}

impl Entry for rows::CodeListItem {
    const COLUMNS: &'static [&'static str] = &["list", "code", "name", "description", "start", "end", "source"];

    /// A value may end on the day it begins: it was never valid and keeps its number (K1).
    fn read(fields: &Fields<'_>) -> Result<Self, Reason> {
        let (valid_from, valid_to) = (fields.day("start")?, fields.day("end")?);
        if valid_to < valid_from {
            return Err("end must not be before start".to_owned());
        }
        Ok(Self {
            list: fields.text("list", 1..=255)?,
            code: fields.number("code", 0..=100_000_000)?,
            name: fields.text("name", 1..=255)?,
            description: fields.optional("description", 2000)?,
            valid_from,
            valid_to,
            source: fields.text("source", 1..=20)?,
        })
    }

    fn key(&self) -> String {
        format!("{} {}", self.code, self.list)
    }
}

impl Entry for rows::Subscription {
    const COLUMNS: &'static [&'static str] = &["organisation_type", "organisation_code", "valid_from", "valid_to"];

    fn read(fields: &Fields<'_>) -> Result<Self, Reason> {
        let (valid_from, valid_to) = fields.period("valid_from", "valid_to")?;
        Ok(Self {
            organisation: fields.organisation("organisation_type", "organisation_code")?,
            valid_from,
            valid_to,
        })
    }

    fn key(&self) -> String {
        self.organisation.clone()
    }
}

/// Certificates are read with the letters of their UUID in lower case; an agreement may write them as it likes.
fn as_in_certificates(subject_id: String) -> String {
    match subject_id.strip_prefix("UI:DK-O:G:") {
        Some(uuid) => format!("UI:DK-O:G:{}", uuid.to_ascii_lowercase()),
        None => subject_id,
    }
}

impl Entry for rows::Retention {
    const COLUMNS: &'static [&'static str] = &["context", "period", "archive_release"];

    fn read(fields: &Fields<'_>) -> Result<Self, Reason> {
        let period: Period = fields.raw("period").parse()?;
        let archive_release = match fields.raw("archive_release") {
            "yes" => true,
            "no" => false,
            _ => return Err("archive_release must be yes or no".to_owned()),
        };
        Ok(Self {
            context: fields.number("context", 0..=100_000_000)?,
            period: period.to_string(),
            archive_release,
        })
    }

    fn key(&self) -> String {
        self.context.to_string()
    }
}

/// A release to the archive whose citizen is still named by the civil registration number.
pub struct ArchiveRelease {
    pub cpr: String,
    inactive_before: NaiveDate,
}

impl ArchiveRelease {
    /// The row, once the citizen's key is known.
    pub fn row(self, citizen: Identifier) -> rows::ArchiveRelease {
        rows::ArchiveRelease {
            citizen,
            inactive_before: self.inactive_before,
        }
    }
}

impl Entry for ArchiveRelease {
    const COLUMNS: &'static [&'static str] = &["cpr", "inactive_before"];

    fn read(fields: &Fields<'_>) -> Result<Self, Reason> {
        Ok(Self {
            cpr: fields.cpr("cpr")?,
            inactive_before: fields.day("inactive_before")?,
        })
    }

    fn key(&self) -> String {
        self.cpr.clone()
    }
}

fn is_email(text: &str) -> bool {
    let parts = text
        .split_once('@')
        .filter(|(user, host)| !user.is_empty() && !host.is_empty() && !host.contains('@'));
    parts.is_some() && !text.chars().any(char::is_whitespace)
}

fn is_mobile(text: &str) -> bool {
    text.strip_prefix('+')
        .is_some_and(|digits| digits.len() >= 6 && digits.bytes().all(|byte| byte.is_ascii_digit()))
}
