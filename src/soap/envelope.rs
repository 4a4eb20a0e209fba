//! The envelope: opened around a request, written around an answer, in SOAP 1.1 or 1.2.
//! It stops before the payload and leaves that to the desk; which header blocks are for us, and which must be understood, `header` knows.
//! What the headers mean is left to the desk, what a fault says to `fault`.

mod fault;
mod header;

use xml::{Name, Reader, Violation, Writer};

pub(super) use self::fault::write_fault;
pub(super) use self::header::Headers;
use self::header::{Blocks, judge_encoding};
use super::rejection::Rejection;
use super::version::Version;
use crate::contract::Service;

/// What is expected of an envelope.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expected {
    /// The service it was sent to.
    pub(super) service: Service,
    /// The version of SOAP its media type names.
    pub(super) version: Version,
    /// Are names in the two standard headers taken that node-soap puts into the wrong namespace?
    pub(super) lenient: bool,
}

/// Reads an envelope up to its payload; the reader then stands before the one element of the Body.
///
/// # Errors
/// Another version of SOAP, a header missing, broken or not understood, no Body, not well-formed.
pub(super) fn open(reader: &mut Reader<'_>, expected: Expected) -> Result<Headers, Rejection> {
    let version = expected.version;
    let names = version.vocabulary();
    let mut blocks = Blocks::default();
    read_header(reader, expected, &mut blocks)?;
    let headers = blocks.headers(version)?;
    if !reader.at(&names.body)? {
        return Err(reader.absent(&names.body.to_string()).into());
    }
    enter(reader, version)?;
    if version == Version::Soap12 && reader.peek()?.is_some() {
        judge_encoding(reader, version)?;
    }
    Ok(headers)
}

/// What goes before a header that cannot be read: another one that must be understood and is not (SOAP 1.2 Part 1, 2.6; WS-I R1025).
/// The reader stands before the same envelope again.
pub(super) fn overruling(reader: &mut Reader<'_>, expected: Expected) -> Option<Rejection> {
    let mut blocks = Blocks::unread();
    read_header(reader, expected, &mut blocks).ok()?;
    blocks.not_understood(expected.version)
}

/// Reads from the root to the end of the Header.
fn read_header(reader: &mut Reader<'_>, expected: Expected, blocks: &mut Blocks) -> Result<(), Rejection> {
    let version = expected.version;
    let names = version.vocabulary();
    if !reader.at(&names.envelope)? {
        let tag = reader.peek()?.filter(|tag| tag.local == names.envelope.local);
        return Err(match tag.map(|tag| Version::of_namespace(tag.namespace)) {
            Some(found) => Rejection::Version { asked: version, found },
            None => reader.absent(&names.envelope.to_string()).into(),
        });
    }
    enter(reader, version)?;
    if reader.at(&names.header)? {
        enter(reader, version)?;
        while reader.peek()?.is_some() {
            blocks.read(reader, expected)?;
        }
        reader.leave()?;
    }
    Ok(())
}

/// Writes an envelope around a payload.
///
/// # Errors
/// Those of the payload.
pub(super) fn write<E>(version: Version, capacity: usize, payload: impl FnOnce(&mut Writer) -> Result<(), E>) -> Result<Vec<u8>, E> {
    let names = version.vocabulary();
    let mut writer = Writer::with_capacity(capacity);
    writer.start(&names.envelope);
    writer.start(&names.body);
    payload(&mut writer)?;
    writer.end();
    writer.end();
    Ok(writer.finish())
}

/// Writes an envelope around a payload that is known before its headers: the payload returns their blocks.
///
/// # Errors
/// Those of the payload.
pub(super) fn write_with_headers<'b, E>(
    version: Version,
    capacity: usize,
    payload: impl FnOnce(&mut Writer) -> Result<&'b [String], E>,
) -> Result<Vec<u8>, E> {
    let names = version.vocabulary();
    let mut inner = Writer::fragment(capacity);
    let blocks = payload(&mut inner)?;
    let inner = inner.finish();
    let mut writer = Writer::with_capacity(inner.len() + capacity);
    writer.start(&names.envelope);
    writer.start(&names.header);
    blocks.iter().for_each(|block| writer.raw(block));
    writer.end();
    writer.start(&names.body);
    writer.raw(&String::from_utf8_lossy(&inner));
    Ok(writer.finish())
}

const NIL: Name = Name::new(xml::XSI, "xsi", "nil");

/// An element of the envelope may carry any attribute, but none that says it has no content, and in SOAP 1.2 none that says how its content is
/// encoded (Part 1, 5.1.1).
fn enter(reader: &mut Reader<'_>, version: Version) -> Result<(), Violation> {
    let names = version.vocabulary();
    reader.enter()?;
    if version == Version::Soap12 && reader.attribute(&names.encoding_style).is_some() {
        return Err(reader.attribute_violation(&names.encoding_style, xml::Rule::Attribute));
    }
    if reader.attribute(&NIL).is_some() {
        return Err(reader.attribute_violation(&NIL, xml::Rule::Nil));
    }
    reader.any_attributes();
    Ok(())
}
