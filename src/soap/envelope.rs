//! The envelope of SOAP 1.1: opened around a request, written around an answer.
//! It knows which header blocks are for us and which of them must be understood; it stops before the payload and leaves that to the desk.
//! What the headers mean is left to the desk, what a fault says to `fault`.

use std::borrow::Cow;

use xml::{Decode, Name, Reader, Rule, Violation, Writer};

use super::fault::{Code, Fault};
use super::rejection::{Header, Rejection};
use super::wire;
use crate::contract::ams_dk::ActiveOrganisationHeaderType;
use crate::contract::request_user_metadata::RequestUserMetadataHeaderType;
use crate::contract::{Service, service_bm_dk};
use crate::domain::LogReference;
use crate::services::Block;

/// Namespace of SOAP 1.1 (W3C).
const SOAP: &str = "http://schemas.xmlsoap.org/soap/envelope/";
/// The actor that is the next to receive the message: us (SOAP 1.1, 4.2.2).
const NEXT: &str = "http://schemas.xmlsoap.org/soap/actor/next";

const ENVELOPE: Name = soap("Envelope");
const HEADER: Name = soap("Header");
const BODY: Name = soap("Body");
const FAULT: Name = soap("Fault");
const MUST_UNDERSTAND: Name = soap("mustUnderstand");
const ACTOR: Name = soap("actor");
const ENCODING_STYLE: Name = soap("encodingStyle");
const FAULT_CODE: Name = Name::new("", "", "faultcode");
const FAULT_STRING: Name = Name::new("", "", "faultstring");
const DETAIL: Name = Name::new("", "", "detail");

const fn soap(local: &'static str) -> Name {
    Name::new(SOAP, "soap", local)
}

/// The headers of a call.
#[derive(Debug)]
pub(super) struct Headers {
    /// On whose behalf.
    pub(super) organisation: ActiveOrganisationHeaderType,
    /// Who acts.
    pub(super) metadata: RequestUserMetadataHeaderType,
    /// What else the contract of the service declares, as it came.
    pub(super) further: Vec<Block>,
}

/// Reads an envelope up to its payload; the reader then stands before the one element of the Body.
///
/// # Errors
/// Not SOAP 1.1, a header missing, broken or not understood, no Body, not well-formed.
pub(super) fn open(reader: &mut Reader<'_>, service: Service) -> Result<Headers, Rejection> {
    if !reader.at(&ENVELOPE)? {
        let other_version = reader.peek()?.is_some_and(|tag| tag.local == ENVELOPE.local);
        return Err(if other_version {
            Rejection::Version
        } else {
            reader.absent(&ENVELOPE.to_string()).into()
        });
    }
    enter(reader)?;
    let mut blocks = Blocks::default();
    if reader.at(&HEADER)? {
        enter(reader)?;
        while reader.peek()?.is_some() {
            blocks.read(reader, service)?;
        }
        reader.leave()?;
    }
    let headers = blocks.headers()?;
    if !reader.at(&BODY)? {
        return Err(reader.absent(&BODY.to_string()).into());
    }
    enter(reader)?;
    Ok(headers)
}

/// Writes an envelope around a payload.
///
/// # Errors
/// Those of the payload.
pub(super) fn write<E>(capacity: usize, payload: impl FnOnce(&mut Writer) -> Result<(), E>) -> Result<Vec<u8>, E> {
    let mut writer = Writer::with_capacity(capacity);
    writer.start(&ENVELOPE);
    writer.start(&BODY);
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
    capacity: usize,
    payload: impl FnOnce(&mut Writer) -> Result<&'b [String], E>,
) -> Result<Vec<u8>, E> {
    let mut inner = Writer::fragment(capacity);
    let blocks = payload(&mut inner)?;
    let inner = inner.finish();
    let mut writer = Writer::with_capacity(inner.len() + capacity);
    writer.start(&ENVELOPE);
    writer.start(&HEADER);
    blocks.iter().for_each(|block| writer.raw(block));
    writer.end();
    writer.start(&BODY);
    writer.raw(&String::from_utf8_lossy(&inner));
    Ok(writer.finish())
}

/// Writes an envelope with a fault.
pub(super) fn write_fault(fault: &Fault, reference: LogReference) -> Vec<u8> {
    let Ok(bytes) = write::<std::convert::Infallible>(1024, |writer| {
        writer.start(&FAULT);
        writer.start(&FAULT_CODE);
        writer.qname(&code_name(fault.code));
        writer.end();
        writer.start(&FAULT_STRING);
        writer.text(&fault.text);
        writer.end();
        writer.start(&DETAIL);
        writer.element(&service_bm_dk::FAULT_DETAILS, &wire::details(fault, reference));
        writer.end();
        writer.end();
        Ok(())
    });
    bytes
}

fn code_name(code: Code) -> Name {
    soap(code.word())
}

/// An element of the envelope may carry any attribute.
fn enter(reader: &mut Reader<'_>) -> Result<(), Violation> {
    reader.enter()?;
    reader.any_attributes();
    Ok(())
}

/// The header blocks met so far.
#[derive(Default)]
struct Blocks {
    organisation: Option<ActiveOrganisationHeaderType>,
    metadata: Option<RequestUserMetadataHeaderType>,
    further: Vec<Block>,
}

impl Blocks {
    /// Reads the block that comes next.
    fn read(&mut self, reader: &mut Reader<'_>, service: Service) -> Result<(), Rejection> {
        let must_understand = must_understand(reader)?;
        let actor = reader.attribute(&ACTOR);
        let for_us = actor.as_deref().is_none_or(|actor| matches!(actor.trim(), "" | NEXT));
        reader.attribute(&ENCODING_STYLE);
        if !for_us {
            reader.skip()?;
        } else if reader.at(Header::ActiveOrganisation.name())? {
            once(&mut self.organisation, reader, Header::ActiveOrganisation)?;
        } else if reader.at(Header::RequestUserMetadata.name())? {
            once(&mut self.metadata, reader, Header::RequestUserMetadata)?;
        } else if let Some(name) = declared(reader, service)? {
            let markup = reader.capture()?;
            self.further.push(Block { name, markup });
        } else if must_understand {
            return Err(Rejection::MustUnderstand);
        } else {
            reader.skip()?;
        }
        Ok(())
    }

    fn headers(self) -> Result<Headers, Rejection> {
        Ok(Headers {
            organisation: self.organisation.ok_or(Rejection::HeaderMissing(Header::ActiveOrganisation))?,
            metadata: self.metadata.ok_or(Rejection::HeaderMissing(Header::RequestUserMetadata))?,
            further: self.further,
        })
    }
}

/// The header the reader stands before, if an operation of the service declares it.
fn declared(reader: &mut Reader<'_>, service: Service) -> Result<Option<Name>, Violation> {
    let Some(tag) = reader.peek()? else { return Ok(None) };
    let mut headers = service
        .operations()
        .into_iter()
        .flat_map(|operation| operation.description().headers);
    Ok(headers.find(|name| tag.is(name)).copied())
}

fn must_understand(reader: &mut Reader<'_>) -> Result<bool, Violation> {
    let value = reader.attribute(&MUST_UNDERSTAND);
    match value.as_ref().map(Cow::as_ref).map(str::trim) {
        None | Some("0" | "false") => Ok(false),
        Some("1" | "true") => Ok(true),
        Some(_) => Err(reader.attribute_violation(&MUST_UNDERSTAND, Rule::Lexical("boolean"))),
    }
}

fn once<T: Decode>(slot: &mut Option<T>, reader: &mut Reader<'_>, header: Header) -> Result<(), Rejection> {
    if slot.is_some() {
        return Err(Rejection::HeaderInvalid(header, None));
    }
    let value = reader.required(header.name()).map_err(|violation| match violation.rule {
        Rule::Malformed(_) | Rule::Limit(_) => Rejection::from(violation),
        _ => Rejection::HeaderInvalid(header, Some(violation)),
    })?;
    *slot = Some(value);
    Ok(())
}
