//! Documents of a message: PDF or XML, at most ten, checked by their first bytes (M12).
//! It knows what a PDF starts with and leaves the well-formedness of XML to the room that can read XML.
//! Storage once per content is left to the repository.

use std::sync::Arc;

use super::identifier::DocumentId;
use super::refusal::Refusal;

/// Documents a message may carry at most (M12).
pub const MAX_DOCUMENTS: usize = 10;

/// The two kinds of document (M12).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaType {
    /// `application/pdf`
    Pdf,
    /// `application/xml`
    Xml,
}

impl MediaType {
    /// The kind a media type text names.
    ///
    /// # Errors
    /// [`Refusal::DocumentTypeNotAllowed`].
    pub fn from_text(text: &str) -> Result<Self, Refusal> {
        match text {
            "application/pdf" => Ok(Self::Pdf),
            "application/xml" => Ok(Self::Xml),
            _ => Err(Refusal::DocumentTypeNotAllowed),
        }
    }

    /// The media type text.
    pub fn text(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Xml => "application/xml",
        }
    }
}

/// A document as it arrives.
#[derive(Clone)]
pub struct Document {
    /// Its identifier.
    pub id: DocumentId,
    /// File name as the sender wrote it, 1..255 characters.
    pub name: String,
    /// Its kind.
    pub media_type: MediaType,
    /// Its bytes; shared so that the write path copies nothing.
    pub content: Arc<Vec<u8>>,
}

/// A document as lists show it: all but the bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentInformation {
    /// Its identifier.
    pub id: DocumentId,
    /// File name as the sender wrote it.
    pub name: String,
    /// Its kind.
    pub media_type: MediaType,
    /// Size in bytes.
    pub size: u64,
}

impl Document {
    /// The first bytes must be those of its kind. For XML, whether it is well-formed is asked elsewhere; here only that it can be text.
    ///
    /// # Errors
    /// [`Refusal::DocumentContentMismatch`].
    pub fn check_first_bytes(&self) -> Result<(), Refusal> {
        let fits = match self.media_type {
            MediaType::Pdf => self.content.starts_with(b"%PDF-"),
            MediaType::Xml => !self.content.is_empty() && !self.content.starts_with(b"%PDF-"),
        };
        if fits { Ok(()) } else { Err(Refusal::DocumentContentMismatch) }
    }
}

impl std::fmt::Debug for Document {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Document").field("id", &self.id).field("size", &self.content.len()).finish_non_exhaustive()
    }
}
