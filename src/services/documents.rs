//! The documents of a message that arrives: count, kind, first bytes, well-formedness (M12).
//! It knows how to ask whether bytes are well-formed XML; the other rules are the document's own.
//! Storing is left to the posting function.

use std::borrow::Cow;
use std::sync::Arc;

use encoding_rs::{Encoding, UTF_8};

use crate::contract::citizen_message_structure::{CitizenMessageDocumentCollectionType, CitizenMessageDocumentType};
use crate::domain::document::{Document, MediaType, check_count};
use crate::domain::{DocumentId, Refusal};
use crate::services::call::Call;

/// Bounds of an XML document that is carried: wider than a request's, and as strict about what costs more than it says.
const LIMITS: xml::Limits = xml::Limits {
    depth: 256,
    attributes: 256,
    namespaces: 256,
    name_length: 256,
    elements: 1_000_000,
    attribute_value: 65_536,
    instructions: true,
};

/// How far into a document its encoding is looked for.
const DECLARATION: usize = 256;

/// The documents of a request, checked.
///
/// # Errors
/// The refusals of M12; one bad document refuses them all.
pub(super) fn checked(call: &Call<'_>, collection: Option<CitizenMessageDocumentCollectionType>) -> Result<Vec<Document>, Refusal> {
    let documents = collection.map_or_else(Vec::new, |collection| collection.citizen_message_document);
    check_count(documents.len())?;
    documents.into_iter().map(|document| checked_one(call, document)).collect()
}

fn checked_one(call: &Call<'_>, document: CitizenMessageDocumentType) -> Result<Document, Refusal> {
    let document = Document {
        id: DocumentId(call.identifier()),
        name: document.document_name.into_inner(),
        media_type: MediaType::from_text(&document.document_media_type)?,
        content: Arc::new(document.document_content.0),
    };
    document.check_first_bytes()?;
    if document.media_type == MediaType::Xml && !is_well_formed(&document.content) {
        return Err(Refusal::DocumentContentMismatch);
    }
    Ok(document)
}

/// Is it one well-formed XML document? A DOCTYPE is refused with the malformed: whoever reads the document later must not be
/// made to expand it or to fetch something. Processing instructions may stand: `xml-stylesheet` is common in public documents.
fn is_well_formed(content: &[u8]) -> bool {
    match in_utf8(content) {
        Some(Cow::Borrowed(text)) => walk(xml::Reader::new(text, LIMITS)),
        Some(Cow::Owned(text)) => walk(xml::Reader::transcoded(&text, LIMITS)),
        None => false,
    }
}

fn walk(reader: Result<xml::Reader<'_>, xml::Violation>) -> bool {
    reader.and_then(|mut reader| reader.skip().and_then(|()| reader.finish())).is_ok()
}

/// The text in UTF-8: as it stands, or transcoded from the encoding that its byte order mark or its declaration names.
fn in_utf8(content: &[u8]) -> Option<Cow<'_, [u8]>> {
    let encoding = match Encoding::for_bom(content) {
        Some((encoding, _)) => encoding,
        None => declared(content).map_or(Some(UTF_8), Encoding::for_label)?,
    };
    if encoding == UTF_8 {
        return Some(Cow::Borrowed(content));
    }
    let (text, _, malformed) = encoding.decode(content);
    (!malformed).then(|| Cow::Owned(text.into_owned().into_bytes()))
}

/// The encoding an XML declaration names, if there is one.
fn declared(content: &[u8]) -> Option<&[u8]> {
    let head = content.get(..DECLARATION).unwrap_or(content);
    let head = head.strip_prefix(b"<?xml")?;
    let head = head.split(|byte| *byte == b'>').next()?;
    let at = head.windows(8).position(|window| window == b"encoding")?;
    let quoted = head.get(at + 8..)?;
    quoted.split(|byte| matches!(byte, b'"' | b'\'')).nth(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// M12: XML must be well-formed, whatever its encoding.
    #[test]
    fn m12_xml_is_well_formed_or_refused() {
        for good in [
            "<a/>",
            "\u{feff}<a/>",
            "<?xml version=\"1.0\"?>\n<a b='1'>æ<!-- c --><![CDATA[<]]></a>\n",
            "<?xml version='1.0' encoding='utf-8'?><a xmlns='urn:x'/>",
            "<?xml version='1.0'?>\n<?xml-stylesheet type='text/xsl' href='visning.xsl'?>\n<a><?b?></a>",
        ] {
            assert!(is_well_formed(good.as_bytes()), "{good}");
        }
        for bad in [
            "",
            " ",
            "text",
            "<a>",
            "<a></b>",
            "<a/><a/>",
            "<a b=1/>",
            "<a>&x;</a>",
            "<!DOCTYPE a><a/>",
            "<p:a/>",
            "<a/><?xml version='1.0'?>",
            "<a>\u{1}</a>",
        ] {
            assert!(!is_well_formed(bad.as_bytes()), "{bad}");
        }
        assert!(!is_well_formed(b"<a>\xe6</a>"), "not UTF-8");
    }

    /// M12: Danish documents come in older encodings, too.
    #[test]
    fn m12_other_encodings_are_read_as_declared() {
        assert!(is_well_formed(
            b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>\xe6\xf8\xe5</a>"
        ));
        assert!(is_well_formed(b"<?xml version='1.0' encoding='windows-1252' ?><a>\xe6</a>"));
        assert!(!is_well_formed(b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>\xe6</b>"));
        assert!(!is_well_formed(b"<?xml version=\"1.0\" encoding=\"none-such\"?><a/>"));
        let utf_16 = |text: &str| {
            "\u{feff}"
                .encode_utf16()
                .chain(text.encode_utf16())
                .flat_map(u16::to_le_bytes)
                .collect::<Vec<_>>()
        };
        assert!(is_well_formed(&utf_16("<?xml version='1.0' encoding='UTF-16'?><a>æ</a>")));
        assert!(!is_well_formed(&utf_16("<a>")));
    }

    /// Depth and size cost no more than they are long.
    #[test]
    fn nested_elements_have_a_bound() {
        let nested = |depth: usize| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
        assert!(is_well_formed(nested(256).as_bytes()));
        assert!(!is_well_formed(nested(257).as_bytes()));
    }
}
