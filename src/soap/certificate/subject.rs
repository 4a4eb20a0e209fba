//! Subjects of OCES certificates: where the two generations keep the CVR number and the id of a system.
//! OCES3: organizationIdentifier `NTRDK-<CVR>` beside serialNumber `UI:DK-O:G:<uuid>`. OCES2: serialNumber `CVR:<CVR>-FID:<digits>`, often in one
//! RDN with the common name, in either order. Attributes are found by their object identifier wherever they stand; each may stand once.

use x509_parser::asn1_rs::{Oid, oid};
use x509_parser::x509::X509Name;

use super::{Unfit, text};
use crate::domain::Certificate;

const COUNTRY: Oid<'static> = oid!(2.5.4.6);
const SERIAL_NUMBER: Oid<'static> = oid!(2.5.4.5);
const ORGANISATION_IDENTIFIER: Oid<'static> = oid!(2.5.4.97);

/// The digits of an OCES2 function id; longer ones are no ids (ours).
const MOST_DIGITS: usize = 20;

/// Whom the subject names.
pub(super) fn holder(subject: &X509Name<'_>) -> Result<Certificate, Unfit> {
    let serial = single(subject, &SERIAL_NUMBER, Unfit::TwoSerialNumbers)?;
    let organisation = single(subject, &ORGANISATION_IDENTIFIER, Unfit::TwoOrganisations)?;
    if single(subject, &COUNTRY, Unfit::Country)?.is_some_and(|country| country != "DK") {
        return Err(Unfit::Country);
    }
    let serial = serial.ok_or(Unfit::NoSerialNumber)?;
    match serial.strip_prefix("UI:") {
        Some(unique) => third(unique, organisation.as_deref()),
        None if organisation.is_some() => Err(Unfit::Mixed),
        None => second(&serial),
    }
}

/// The attribute of a type, which may be there once.
fn single(subject: &X509Name<'_>, kind: &Oid<'_>, twice: Unfit) -> Result<Option<String>, Unfit> {
    let mut found = subject.iter_attributes().filter(|attribute| attribute.attr_type() == kind);
    let first = found.next();
    if found.next().is_some() {
        return Err(twice);
    }
    first.map(|attribute| text::decode(attribute.attr_value())).transpose()
}

/// OCES3, after `UI:`.
fn third(unique: &str, organisation: Option<&str>) -> Result<Certificate, Unfit> {
    let national = unique.strip_prefix("DK-").ok_or(if is_country(unique) {
        Unfit::Country
    } else {
        Unfit::SerialNumberForm
    })?;
    let uuid = match national.split_once(':') {
        Some(("E", _)) => return Err(Unfit::Employee),
        Some(("P", _)) => return Err(Unfit::Person),
        Some(("O", rest)) => rest
            .strip_prefix("G:")
            .filter(|text| is_uuid(text))
            .ok_or(Unfit::SerialNumberForm)?,
        _ => return Err(Unfit::SerialNumberForm),
    };
    let registered = organisation
        .ok_or(Unfit::NoOrganisation)?
        .strip_prefix("NTR")
        .ok_or(Unfit::OrganisationForm)?;
    let cvr = registered.strip_prefix("DK-").ok_or(if is_country(registered) {
        Unfit::Country
    } else {
        Unfit::OrganisationForm
    })?;
    if !is_cvr(cvr) {
        return Err(Unfit::OrganisationForm);
    }
    // A uuid in capitals is the same uuid; agreements have it in small letters.
    Ok(Certificate {
        cvr: cvr.to_owned(),
        subject_id: format!("UI:DK-O:G:{}", uuid.to_ascii_lowercase()),
    })
}

/// OCES2.
fn second(serial: &str) -> Result<Certificate, Unfit> {
    if serial.starts_with("PID:") {
        return Err(Unfit::Person);
    }
    let (cvr, id) = serial
        .strip_prefix("CVR:")
        .and_then(|rest| rest.split_once('-'))
        .filter(|(cvr, _)| is_cvr(cvr))
        .ok_or(Unfit::SerialNumberForm)?;
    let (kind, number) = id.split_once(':').ok_or(Unfit::SerialNumberForm)?;
    match kind {
        "FID" if is_number(number) => Ok(Certificate {
            cvr: cvr.to_owned(),
            subject_id: serial.to_owned(),
        }),
        "RID" => Err(Unfit::Employee),
        "UID" => Err(Unfit::Company),
        _ => Err(Unfit::SerialNumberForm),
    }
}

/// Two capitals and a hyphen.
fn is_country(text: &str) -> bool {
    matches!(text.as_bytes(), [first, second, b'-', ..] if first.is_ascii_uppercase() && second.is_ascii_uppercase())
}

fn is_cvr(text: &str) -> bool {
    text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_number(text: &str) -> bool {
    (1..=MOST_DIGITS).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// 8-4-4-4-12 hexadecimal digits.
fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}
