//! Faults in an envelope: SOAP 1.1 (4.4) and SOAP 1.2 (Part 1, 5.4), with the same detail in both.

use xml::{Name, QName, Writer};

use crate::contract::service_bm_dk;
use crate::domain::LogReference;
use crate::soap::fault::{Fault, Header};
use crate::soap::version::{SOAP_11, SOAP_12, Version};
use crate::soap::wire;

const FAULT_CODE: Name = Name::new("", "", "faultcode");
const FAULT_STRING: Name = Name::new("", "", "faultstring");
const DETAIL_11: Name = Name::new("", "", "detail");

const CODE: Name = env("Code");
const VALUE: Name = env("Value");
const REASON: Name = env("Reason");
const TEXT: Name = env("Text");
const DETAIL_12: Name = env("Detail");
const UPGRADE: Name = env("Upgrade");
const SUPPORTED_ENVELOPE: Name = env("SupportedEnvelope");
const NOT_UNDERSTOOD: Name = env("NotUnderstood");
const LANGUAGE: Name = Name::new("http://www.w3.org/XML/1998/namespace", "xml", "lang");
const QNAME: Name = Name::new("", "", "qname");
/// A namespace that is the sender's is not known to the writer: its declaration is written as an attribute.
const SENDERS: (&str, Name) = ("n", Name::new("", "", "xmlns:n"));

const fn env(local: &'static str) -> Name {
    Name::new(SOAP_12, "env", local)
}

/// Writes an envelope with a fault.
pub(in crate::soap) fn write_fault(version: Version, fault: &Fault, reference: LogReference) -> Vec<u8> {
    let names = version.vocabulary();
    let mut writer = Writer::with_capacity(1024);
    writer.start(&names.envelope);
    if let Some(header) = &fault.header {
        writer.start(&names.header);
        write_header(&mut writer, header);
        writer.end();
    }
    writer.start(&names.body);
    writer.start(&names.fault);
    let detail = match version {
        Version::Soap11 => {
            writer.start(&FAULT_CODE);
            writer.qname(&Name::new(SOAP_11, "soap", fault.code.word(version)));
            writer.end();
            writer.start(&FAULT_STRING);
            writer.text(&fault.text);
            writer.end();
            DETAIL_11
        }
        Version::Soap12 => {
            writer.start(&CODE);
            writer.start(&VALUE);
            writer.qname(&env(fault.code.word(version)));
            writer.end();
            writer.end();
            writer.start(&REASON);
            writer.start(&TEXT);
            writer.attribute(&LANGUAGE, "en");
            writer.text(&fault.text);
            writer.end();
            writer.end();
            DETAIL_12
        }
    };
    writer.start(&detail);
    writer.element(&service_bm_dk::FAULT_DETAILS, &wire::details(fault, reference));
    writer.finish()
}

fn write_header(writer: &mut Writer, header: &Header) {
    match header {
        Header::NotUnderstood(blocks) => blocks.iter().for_each(|name| not_understood(writer, name)),
        Header::Upgrade => {
            writer.start(&UPGRADE);
            writer.declare(&[("env", SOAP_12), ("soap", SOAP_11)]);
            for qname in ["env:Envelope", "soap:Envelope"] {
                writer.start(&SUPPORTED_ENVELOPE);
                writer.attribute(&QNAME, qname);
                writer.end();
            }
            writer.end();
        }
    }
}

fn not_understood(writer: &mut Writer, name: &QName) {
    let (prefix, declaration) = SENDERS;
    writer.start(&NOT_UNDERSTOOD);
    writer.attribute(&declaration, &name.namespace);
    writer.attribute(&QNAME, &format!("{prefix}:{}", name.local));
    writer.end();
}
