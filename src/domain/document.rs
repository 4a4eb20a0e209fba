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

/// A message carries at most ten documents (M12).
///
/// # Errors
/// [`Refusal::TooManyDocuments`].
pub fn check_count(documents: usize) -> Result<(), Refusal> {
    if documents <= MAX_DOCUMENTS {
        Ok(())
    } else {
        Err(Refusal::TooManyDocuments)
    }
}

impl Document {
    /// The document as lists show it.
    pub fn information(&self) -> DocumentInformation {
        DocumentInformation {
            id: self.id,
            name: self.name.clone(),
            media_type: self.media_type,
            size: self.content.len() as u64,
        }
    }
}

impl std::fmt::Debug for Document {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Document")
            .field("id", &self.id)
            .field("size", &self.content.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(media_type: MediaType, content: &[u8]) -> Document {
        Document {
            id: DocumentId(uuid::Uuid::nil()),
            name: "fil".to_owned(),
            media_type,
            content: Arc::new(content.to_vec()),
        }
    }

    /// M12: at most ten documents.
    #[test]
    fn m12_at_most_ten_documents() {
        for count in [0, 1, 10] {
            assert_eq!(check_count(count), Ok(()));
        }
        assert_eq!(check_count(11), Err(Refusal::TooManyDocuments));
    }

    /// M12: PDF or XML and nothing else, spelt exactly.
    #[test]
    fn m12_two_media_types() {
        for media_type in [MediaType::Pdf, MediaType::Xml] {
            assert_eq!(MediaType::from_text(media_type.text()), Ok(media_type));
        }
        for text in [
            "",
            "text/xml",
            "application/PDF",
            "application/pdf ",
            "image/png",
            "application/pdf; charset=utf-8",
        ] {
            assert_eq!(MediaType::from_text(text), Err(Refusal::DocumentTypeNotAllowed), "{text}");
        }
    }

    /// M12: the first bytes must be those of the stated kind.
    #[test]
    fn m12_first_bytes_tell_the_kind() {
        let ok = Ok(());
        let mismatch = Err(Refusal::DocumentContentMismatch);
        for (media_type, content, expected) in [
            (MediaType::Pdf, &b"%PDF-1.7\n"[..], ok),
            (MediaType::Pdf, b"%PDF", mismatch),
            (MediaType::Pdf, b"", mismatch),
            (MediaType::Pdf, b"<a/>", mismatch),
            (MediaType::Pdf, b" %PDF-1.7", mismatch),
            (MediaType::Xml, b"<a/>", ok),
            (MediaType::Xml, b"", mismatch),
            (MediaType::Xml, b"%PDF-1.7", mismatch),
        ] {
            assert_eq!(
                document(media_type, content).check_first_bytes(),
                expected,
                "{media_type:?} {content:?}"
            );
        }
    }

    #[test]
    fn a_list_shows_all_but_the_bytes() {
        let shown = document(MediaType::Xml, b"<a/>").information();
        assert_eq!((shown.size, shown.name.as_str(), shown.media_type), (4, "fil", MediaType::Xml));
    }
}
