//! Import of what authorities register elsewhere: citizens, organisations, relations, agreements, code lists and subscriptions to the queue, as tab-separated files.
//! A bad line is named by number and reason, never by what stands in it, and then nothing of the file is stored; a second import of the same
//! file changes nothing. What is long goes, where there is one writer for all, in portions between which others write: each line is whole by itself.
//! Writing the rows is left to `query/import`, showing progress to the command line.

mod entries;
mod fields;

use std::fs::File;
use std::io::{self, Read, Seek as _};

use csv::{ErrorKind, StringRecord};

pub(super) use entries::{ArchiveRelease, Relation};
pub(super) use fields::{Entry, Fields};

use super::trouble::Trouble;

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

    /// May a part of the file be seen before the rest? What names nothing in the file but itself, and may be as long as there are citizens;
    /// everything else changes as a whole.
    pub(super) fn goes_in_portions(self) -> bool {
        matches!(self, Self::Citizens | Self::Relations | Self::ArchiveReleases)
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

/// A file to be imported. It may be read more than once: first to see whether all of it is right.
pub trait Source {
    /// The file from its beginning.
    ///
    /// # Errors
    /// It cannot be read.
    fn open(&self) -> io::Result<Box<dyn Read + '_>>;
}

impl Source for &[u8] {
    fn open(&self) -> io::Result<Box<dyn Read + '_>> {
        Ok(Box::new(*self))
    }
}

impl Source for File {
    fn open(&self) -> io::Result<Box<dyn Read + '_>> {
        let mut file = self;
        file.rewind()?;
        Ok(Box::new(file))
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

/// Why nothing was imported, or not all. The text holds no personal data.
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
    File(#[from] io::Error),
    /// Others write all the time.
    #[error("the database is busy: others write to it; nothing was imported")]
    Busy,
    /// The database is away or refuses.
    #[error("the database stopped the import: {0}; nothing was imported")]
    Database(String),
    /// The file was right, and some of it is stored: the database went away, or somebody else wrote what contradicts the rest.
    #[error("{reason}; the first {lines} lines are stored, each of them whole: import the file again, what is there is not stored twice")]
    Partly {
        /// Lines that are stored.
        lines: u64,
        /// What stopped the import.
        reason: String,
    },
}

impl From<diesel::result::Error> for ImportError {
    fn from(error: diesel::result::Error) -> Self {
        match Trouble::of(&error) {
            Trouble::Contention => Self::Busy,
            _ => Self::Database(error.to_string()),
        }
    }
}

impl ImportError {
    /// The same after so many lines were stored.
    pub(super) fn after(self, lines: u64) -> Self {
        let reason = match self {
            _ if lines == 0 => return self,
            Self::Line { line, reason } => format!("line {line}: {reason}"),
            Self::File(error) => format!("the file cannot be read: {error}"),
            Self::Busy => "the database is busy: others write to it".to_owned(),
            Self::Database(reason) => format!("the database stopped the import: {reason}"),
            Self::Partly { .. } => return self,
        };
        Self::Partly { lines, reason }
    }

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
