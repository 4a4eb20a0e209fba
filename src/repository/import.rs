//! Import of what authorities register elsewhere: citizens, organisations, relations, agreements, code lists and subscriptions to the queue, as tab-separated files.
//! All of a file or nothing; a bad line is named by number and reason, never by what stands in it; a second import of the same file changes nothing.
//! Writing the rows is left to `query/import`, showing progress to the command line.

mod entries;
mod fields;

use std::io::Read;

use csv::{ErrorKind, StringRecord};

pub(super) use entries::{ArchiveRelease, Relation};
pub(super) use fields::{Entry, Fields};

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `cpr cv_number name contact_group email mobile dead_on`
    Citizens,
    /// `type code name cvr`
    Organisations,
    /// `cpr organisation_type organisation_code kind from to reason`
    Relations,
    /// `system certificate_subject_cvr certificate_subject_id organisation_type organisation_code valid_from valid_to`
    Agreements,
    /// `list code name description start end source`
    CodeLists,
    /// `context period archive_release`
    Retention,
    /// `cpr inactive_before`
    ArchiveReleases,
    /// `organisation_type organisation_code valid_from valid_to`
    Subscriptions,
}

impl Kind {
    /// Every kind with the word of the command line, in an order in which files can refer to each other.
    pub const ALL: [(Self, &'static str); 8] = [
        (Self::Organisations, "organisations"),
        (Self::Citizens, "citizens"),
        (Self::Relations, "relations"),
        (Self::Agreements, "agreements"),
        (Self::CodeLists, "code-lists"),
        (Self::Retention, "retention"),
        (Self::ArchiveReleases, "archive-releases"),
        (Self::Subscriptions, "subscriptions"),
    ];

    /// The word of the command line.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(kind, _)| *kind == self).map_or("", |(_, word)| word)
    }

    /// The demo data of this kind, embedded in the program.
    pub(super) fn demo(self) -> &'static str {
        match self {
            Self::Citizens => include_str!("../../fixtures/demo/citizens.tsv"),
            Self::Organisations => include_str!("../../fixtures/demo/organisations.tsv"),
            Self::Relations => include_str!("../../fixtures/demo/relations.tsv"),
            Self::Agreements => include_str!("../../fixtures/demo/agreements.tsv"),
            Self::CodeLists => include_str!("../../fixtures/demo/code-lists.tsv"),
            Self::Retention => include_str!("../../fixtures/demo/retention.tsv"),
            Self::ArchiveReleases => include_str!("../../fixtures/demo/archive-releases.tsv"),
            Self::Subscriptions => include_str!("../../fixtures/demo/subscriptions.tsv"),
        }
    }
}

/// What an import did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Lines read, without the header.
    pub lines: u64,
    /// Of these, how many were new or changed something.
    pub changed: u64,
}

/// Why nothing was imported. The text holds no personal data.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// A line is not what its kind asks for.
    #[error("line {line}: {reason}; nothing was imported")]
    Line {
        /// Number of the line; the header is line 1.
        line: u64,
        /// What is wrong and what is expected.
        reason: String,
    },
    /// The file cannot be read.
    #[error("the file cannot be read: {0}")]
    File(std::io::Error),
    /// The database is away or refuses.
    #[error("the database stopped the import: {0}; nothing was imported")]
    Database(String),
}

impl From<diesel::result::Error> for ImportError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Database(error.to_string())
    }
}

impl ImportError {
    pub(super) fn line(line: u64, reason: impl Into<String>) -> Self {
        Self::Line {
            line,
            reason: reason.into(),
        }
    }
}

/// A value with the number of the line it stands in.
pub(super) struct Numbered<T> {
    pub line: u64,
    pub value: T,
}

/// The lines of a file as entries of one kind.
pub(super) struct Lines<'r, T> {
    reader: csv::Reader<Box<dyn Read + 'r>>,
    record: StringRecord,
    kind: std::marker::PhantomData<T>,
}

impl<'r, T: Entry> Lines<'r, T> {
    /// Reads the header, which must name the columns of the kind in their order.
    pub fn open(source: Box<dyn Read + 'r>) -> Result<Self, ImportError> {
        let mut reader = csv::ReaderBuilder::new().delimiter(b'\t').from_reader(source);
        if !reader.headers().map_err(unreadable)?.iter().eq(T::COLUMNS.iter().copied()) {
            return Err(ImportError::line(
                1,
                format!("the header must be, separated by tabs: {}", T::COLUMNS.join(" ")),
            ));
        }
        Ok(Self {
            reader,
            record: StringRecord::new(),
            kind: std::marker::PhantomData,
        })
    }

    /// Up to `count` entries; none at the end of the file.
    pub fn next(&mut self, count: usize) -> Result<Vec<Numbered<T>>, ImportError> {
        let mut entries = Vec::new();
        while entries.len() < count && self.reader.read_record(&mut self.record).map_err(unreadable)? {
            let line = self.record.position().map_or(0, csv::Position::line);
            let value = T::read(&Fields::new(T::COLUMNS, &self.record)).map_err(|reason| ImportError::Line { line, reason })?;
            entries.push(Numbered { line, value });
        }
        Ok(entries)
    }
}

fn unreadable(error: csv::Error) -> ImportError {
    let line = error.position().map_or(0, csv::Position::line);
    match error.into_kind() {
        ErrorKind::Io(error) => ImportError::File(error),
        ErrorKind::Utf8 { .. } => ImportError::line(line, "the text is not UTF-8"),
        ErrorKind::UnequalLengths { expected_len, len, .. } => ImportError::line(line, format!("{len} columns instead of {expected_len}")),
        _ => ImportError::line(line, "not a tab-separated line"),
    }
}
