//! Header blocks: which are for us, which of them must be understood, and the values of those we know.

use std::borrow::Cow;

use xml::{Decode, Name, QName, Reader, Rule, Violation};

use super::Expected;
use crate::contract::Service;
use crate::contract::ams_dk::ActiveOrganisationHeaderType;
use crate::contract::request_user_metadata::RequestUserMetadataHeaderType;
use crate::services::Block;
use crate::soap::rejection::{Header, Rejection};
use crate::soap::version::Version;

/// Says that nothing is claimed about the encoding (SOAP 1.2 Part 1, 5.1.1).
const NO_ENCODING: &str = "http://www.w3.org/2003/05/soap-envelope/encoding/none";

/// How many blocks that are not understood a fault names, so that a request cannot make it large.
const NAMED: usize = 8;

/// The headers of a call.
#[derive(Debug)]
pub(in crate::soap) struct Headers {
    /// On whose behalf.
    pub(in crate::soap) organisation: ActiveOrganisationHeaderType,
    /// Who acts.
    pub(in crate::soap) metadata: RequestUserMetadataHeaderType,
    /// What else the contract of the service declares, as it came.
    pub(in crate::soap) further: Vec<Block>,
}

/// The header blocks met so far.
#[derive(Default)]
pub(super) struct Blocks {
    organisation: Option<ActiveOrganisationHeaderType>,
    metadata: Option<RequestUserMetadataHeaderType>,
    further: Vec<Block>,
    not_understood: Vec<QName>,
    /// What the blocks we know say is not looked at.
    unread: bool,
}

impl Blocks {
    /// Blocks of which only those that are not understood matter.
    pub(super) fn unread() -> Self {
        Self {
            unread: true,
            ..Self::default()
        }
    }

    /// Reads the block that comes next.
    pub(super) fn read(&mut self, reader: &mut Reader<'_>, expected: Expected) -> Result<(), Rejection> {
        let names = expected.version.vocabulary();
        // SOAP 1.1, 4.2, and SOAP 1.2 Part 1, 5.2.
        if reader.peek()?.is_some_and(|tag| tag.namespace.is_empty()) {
            let expected = "a header block with a namespace".to_owned();
            return Err(reader.violation(Rule::Unexpected { expected }).into());
        }
        let must_understand = flag(reader, &names.must_understand)?;
        let role = reader.attribute(&names.role);
        let for_us = role.as_deref().is_none_or(|role| names.our_roles.contains(&role.trim()));
        match expected.version {
            Version::Soap11 => drop(reader.attribute(&names.encoding_style)),
            Version::Soap12 => judge_block(reader, for_us)?,
        }
        if !for_us || self.unread && is_known(reader, expected.service)? {
            reader.skip()?;
        } else if reader.at(Header::ActiveOrganisation.name())? {
            once(&mut self.organisation, reader, Header::ActiveOrganisation, expected)?;
        } else if reader.at(Header::RequestUserMetadata.name())? {
            once(&mut self.metadata, reader, Header::RequestUserMetadata, expected)?;
        } else if let Some(name) = declared(reader, expected.service)? {
            let markup = reader.capture()?;
            let judged = names.of_a_block(expected.version);
            self.further.push(Block { name, markup, judged });
        } else {
            if must_understand && self.not_understood.len() < NAMED {
                self.not_understood.extend(reader.peek()?.map(|tag| tag.to_qname()));
            }
            reader.skip()?;
        }
        Ok(())
    }

    /// What they say together: what is not understood goes before what is missing.
    pub(super) fn headers(mut self, version: Version) -> Result<Headers, Rejection> {
        if let Some(rejection) = self.not_understood(version) {
            return Err(rejection);
        }
        Ok(Headers {
            organisation: self.organisation.ok_or(Rejection::HeaderMissing(Header::ActiveOrganisation))?,
            metadata: self.metadata.ok_or(Rejection::HeaderMissing(Header::RequestUserMetadata))?,
            further: self.further,
        })
    }

    /// Why the message is refused, if something is not understood; only SOAP 1.2 names it.
    pub(super) fn not_understood(&mut self, version: Version) -> Option<Rejection> {
        let blocks = std::mem::take(&mut self.not_understood);
        match version {
            _ if blocks.is_empty() => None,
            Version::Soap11 => Some(Rejection::MustUnderstand(Vec::new())),
            Version::Soap12 => Some(Rejection::MustUnderstand(blocks)),
        }
    }
}

/// Refuses what claims an encoding of its own: the contracts' values are written as their schemas have them.
///
/// # Errors
/// [`Rejection::Encoding`].
pub(super) fn judge_encoding(reader: &mut Reader<'_>, version: Version) -> Result<(), Rejection> {
    let style = reader.attribute(&version.vocabulary().encoding_style);
    match style.as_ref().map(Cow::as_ref).map(str::trim) {
        None | Some(NO_ENCODING) => Ok(()),
        Some(_) => Err(Rejection::Encoding),
    }
}

/// What SOAP 1.2 asks of every block (Part 1, 5.2), and of one that is for us.
fn judge_block(reader: &mut Reader<'_>, for_us: bool) -> Result<(), Rejection> {
    let version = Version::Soap12;
    flag(reader, &version.vocabulary().relay)?;
    if for_us { judge_encoding(reader, version) } else { Ok(()) }
}

/// Does the reader stand before a header we know?
fn is_known(reader: &mut Reader<'_>, service: Service) -> Result<bool, Violation> {
    let standard = [Header::ActiveOrganisation, Header::RequestUserMetadata];
    let is_standard = reader
        .peek()?
        .is_some_and(|tag| standard.iter().any(|header| tag.is(header.name())));
    Ok(is_standard || declared(reader, service)?.is_some())
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

/// An attribute that says yes or no; no, where it is not there.
fn flag(reader: &mut Reader<'_>, name: &Name) -> Result<bool, Violation> {
    let value = reader.attribute(name);
    match value.as_ref().map(Cow::as_ref).map(str::trim) {
        None | Some("0" | "false") => Ok(false),
        Some("1" | "true") => Ok(true),
        Some(_) => Err(reader.attribute_violation(name, Rule::Lexical("boolean"))),
    }
}

fn once<T: Decode>(slot: &mut Option<T>, reader: &mut Reader<'_>, header: Header, expected: Expected) -> Result<(), Rejection> {
    if slot.is_some() {
        return Err(Rejection::HeaderInvalid(header, None));
    }
    reader.forgive_namespaces(expected.lenient.then_some(header.name().namespace));
    let value = reader.required(header.name()).map_err(|violation| match violation.rule {
        Rule::Malformed(_) | Rule::Limit(_) => Rejection::from(violation),
        _ => Rejection::HeaderInvalid(header, Some(violation)),
    })?;
    reader.forgive_namespaces(None);
    *slot = Some(value);
    Ok(())
}
