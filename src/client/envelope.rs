//! The envelope of SOAP 1.1 as a caller sees it: written around a request, opened around a response or a fault.
//! It takes an answer as strictly as the service takes a request, except that headers of the answer and further details of a fault are passed over.

use xml::{Limits, Name, Reader, Violation, Writer};

use super::headers::Headers;
use super::{Answer, Failure, Fault};
use crate::contract::{
    ams_dk, code_list_base, organisation_type_identifier_code_list, request_organisation_structure, request_user_metadata,
    request_user_structure, request_user_type_identifier_code_list, service_bm_dk,
};

/// Namespace of SOAP 1.1 (W3C).
const SOAP: &str = "http://schemas.xmlsoap.org/soap/envelope/";

const ENVELOPE: Name = Name::new(SOAP, "soap", "Envelope");
const HEADER: Name = Name::new(SOAP, "soap", "Header");
const BODY: Name = Name::new(SOAP, "soap", "Body");
const FAULT: Name = Name::new(SOAP, "soap", "Fault");
const FAULT_CODE: Name = Name::new("", "", "faultcode");
const FAULT_STRING: Name = Name::new("", "", "faultstring");
const DETAIL: Name = Name::new("", "", "detail");

/// Prefixes that both headers need again and again.
const IN_HEADERS: [(&str, &str); 5] = [
    of(&code_list_base::CODE_LIST_ITEM_IDENTIFIER),
    of(&organisation_type_identifier_code_list::ORGANISATION_TYPE_IDENTIFIER),
    of(&request_organisation_structure::REQUEST_ORGANISATION_STRUCTURE),
    of(&request_user_structure::REQUEST_USER_STRUCTURE),
    of(&request_user_type_identifier_code_list::REQUEST_USER_TYPE_IDENTIFIER),
];

const fn of(name: &Name) -> (&'static str, &'static str) {
    (name.prefix, name.namespace)
}

/// The bytes of a request: what a client posts, for whoever wants to post them another way.
#[must_use]
pub fn write(headers: &Headers, payload: impl FnOnce(&mut Writer)) -> Vec<u8> {
    let mut writer = Writer::with_capacity(4096);
    writer.start(&ENVELOPE);
    writer.declare(&IN_HEADERS);
    writer.start(&HEADER);
    writer.element(&request_user_metadata::REQUEST_USER_METADATA_HEADER, &headers.metadata);
    writer.element(&ams_dk::ACTIVE_ORGANISATION_HEADER, &headers.organisation);
    headers.further().iter().for_each(|block| writer.raw(block));
    writer.end();
    writer.start(&BODY);
    payload(&mut writer);
    writer.finish()
}

/// What an answer says.
///
/// # Errors
/// The fault in it; an answer that is neither response nor fault.
pub(super) fn read<A>(answer: &Answer, response: fn(&mut Reader<'_>) -> Result<A, Violation>) -> Result<A, Failure> {
    match open(answer, response) {
        Ok(Content::Response(response)) => Ok(response),
        Ok(Content::Fault(fault)) => Err(Failure::Fault(fault)),
        Err(violation) => Err(Failure::Answer {
            status: answer.status,
            violation,
        }),
    }
}

/// What stands in a Body.
enum Content<A> {
    Response(A),
    Fault(Box<Fault>),
}

fn open<A>(answer: &Answer, response: fn(&mut Reader<'_>) -> Result<A, Violation>) -> Result<Content<A>, Violation> {
    // Its size is bounded before it comes here; a page of messages has many elements.
    let limits = Limits {
        elements: usize::MAX,
        ..Limits::default()
    };
    let mut reader = Reader::new(&answer.body, limits)?;
    enter(&mut reader, &ENVELOPE)?;
    if reader.at(&HEADER)? {
        reader.skip()?;
    }
    enter(&mut reader, &BODY)?;
    let content = if reader.at(&FAULT)? {
        Content::Fault(Box::new(fault(&mut reader, answer)?))
    } else {
        Content::Response(response(&mut reader)?)
    };
    reader.end()?;
    Ok(content)
}

fn enter(reader: &mut Reader<'_>, name: &Name) -> Result<(), Violation> {
    if !reader.at(name)? {
        return Err(reader.absent(&name.to_string()));
    }
    reader.enter()?;
    reader.any_attributes();
    Ok(())
}

fn fault(reader: &mut Reader<'_>, answer: &Answer) -> Result<Fault, Violation> {
    enter(reader, &FAULT)?;
    let code = text(reader, &FAULT_CODE)?;
    let code = code.rsplit(':').next().unwrap_or_default().trim().to_owned();
    let text = text(reader, &FAULT_STRING)?;
    let mut details = None;
    while reader.peek()?.is_some() {
        if reader.at(&DETAIL)? {
            enter(reader, &DETAIL)?;
            while reader.peek()?.is_some() {
                if details.is_none() && reader.at(&service_bm_dk::FAULT_DETAILS)? {
                    details = Some(reader.required(&service_bm_dk::FAULT_DETAILS)?);
                } else {
                    reader.skip()?;
                }
            }
            reader.leave()?;
        } else {
            reader.skip()?;
        }
    }
    reader.leave()?;
    Ok(Fault {
        status: answer.status,
        code,
        text,
        details,
        retry_after: answer.retry_after,
    })
}

/// The text of an element, which may carry attributes such as its language.
fn text(reader: &mut Reader<'_>, name: &Name) -> Result<String, Violation> {
    enter(reader, name)?;
    Ok(reader.text()?.into_owned())
}
