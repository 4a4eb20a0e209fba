//! What is read from a certificate, and why others are refused.

use chrono::{TimeDelta, Utc};
use dialogmodul::domain::Certificate;
use dialogmodul::soap::certificate::{ClientCertificate, Unfit};
use rcgen::{ExtendedKeyUsagePurpose, KeyUsagePurpose};

use crate::support::certificates::*;

const UUID: &str = "22222222-2222-4222-8222-abcdefabcdef";
const P256: &[u64] = &[1, 2, 840, 10045, 3, 1, 7];
const P384: &[u64] = &[1, 3, 132, 0, 34];
const P521: &[u64] = &[1, 3, 132, 0, 35];
const SECP256K1: &[u64] = &[1, 3, 132, 0, 10];
const ED25519: &[u64] = &[1, 3, 101, 112];
const DSA: &[u64] = &[1, 2, 840, 10040, 4, 1];

/// A case: what it is about, the certificate, and whom it names or why it is refused.
type Case = (&'static str, Wish, Result<(&'static str, String), Unfit>);

fn good_third() -> Vec<Vec<Attribute>> {
    third("NTRDK-90000091", &format!("UI:DK-O:G:{UUID}"))
}

fn named_third() -> Result<(&'static str, String), Unfit> {
    Ok(("90000091", format!("UI:DK-O:G:{UUID}")))
}

fn named_second() -> Result<(&'static str, String), Unfit> {
    Ok(("90000091", "CVR:90000091-FID:1234567890123".to_owned()))
}

/// An OCES3 certificate whose organizationIdentifier is written in another type of string.
fn written(tag: u8, bytes: impl Fn(&str) -> Vec<u8>) -> Wish {
    let mut subject = good_third();
    subject[1] = vec![(ORGANISATION_IDENTIFIER, tag, bytes("NTRDK-90000091"))];
    Wish::client(subject)
}

fn changed(change: impl FnOnce(&mut Wish)) -> Wish {
    let mut wish = Wish::client(good_third());
    change(&mut wish);
    wish
}

/// The good subject with another attribute in a place.
fn with(place: usize, attributes: Vec<Attribute>) -> Wish {
    changed(|wish| wish.subject[place] = attributes)
}

fn wide(text: &str, width: usize) -> Vec<u8> {
    text.chars().flat_map(|c| (c as u32).to_be_bytes()[4 - width..].to_vec()).collect()
}

fn plain(text: &str) -> Vec<u8> {
    text.as_bytes().to_vec()
}

fn accepted() -> Vec<Case> {
    let fid = "CVR:90000091-FID:1234567890123";
    vec![
        ("OCES3", Wish::client(good_third()), named_third()),
        ("OCES3, PrintableString", written(PRINTABLE, plain), named_third()),
        ("OCES3, IA5String", written(IA5, plain), named_third()),
        ("OCES3, TeletexString", written(TELETEX, plain), named_third()),
        ("OCES3, BMPString", written(BMP, |text| wide(text, 2)), named_third()),
        ("OCES3, UniversalString", written(UNIVERSAL, |text| wide(text, 4)), named_third()),
        (
            "OCES3, uuid in capitals",
            with(3, vec![utf8(SERIAL_NUMBER, &format!("UI:DK-O:G:{}", UUID.to_uppercase()))]),
            named_third(),
        ),
        ("OCES3, all in one RDN", Wish::client(vec![good_third().concat()]), named_third()),
        ("OCES3, the other way round", changed(|wish| wish.subject.reverse()), named_third()),
        ("OCES3, no country", changed(|wish| drop(wish.subject.remove(0))), named_third()),
        (
            "O and CN name somebody else and are not read",
            {
                changed(|wish| {
                    wish.subject[2] = vec![utf8(ORGANISATION, "NTRDK-11111111 // CVR:11111111")];
                    wish.subject[4] = vec![utf8(COMMON_NAME, "CVR:11111111-FID:1, serialNumber=CVR:11111111-RID:1")];
                })
            },
            named_third(),
        ),
        (
            "OCES2, common name before serial number in one RDN",
            Wish::client(second(fid)),
            named_second(),
        ),
        (
            "OCES2, serial number before common name in one RDN",
            {
                let mut subject = second(fid);
                subject[2].reverse();
                Wish::client(subject)
            },
            named_second(),
        ),
        (
            "OCES2, an RDN of its own",
            Wish::client(vec![vec![utf8(COUNTRY, "DK")], vec![utf8(SERIAL_NUMBER, fid)]]),
            named_second(),
        ),
        ("RSA 2048", changed(|wish| wish.key = Some(rsa(2048))), named_third()),
        ("RSA 3072", changed(|wish| wish.key = Some(rsa(3072))), named_third()),
        ("RSA 8192", changed(|wish| wish.key = Some(rsa(8192))), named_third()),
        ("P-256", changed(|wish| wish.key = Some(curve(P256, 32))), named_third()),
        ("P-384", changed(|wish| wish.key = Some(curve(P384, 48))), named_third()),
        (
            "no key usage and no extended key usage",
            {
                changed(|wish| {
                    wish.usages.clear();
                    wish.extended.clear();
                })
            },
            named_third(),
        ),
        (
            "server authentication as well",
            changed(|wish| wish.extended.push(ExtendedKeyUsagePurpose::ServerAuth)),
            named_third(),
        ),
        (
            "more key usages",
            changed(|wish| wish.usages.push(KeyUsagePurpose::KeyEncipherment)),
            named_third(),
        ),
        (
            "FID of one digit",
            Wish::client(second("CVR:90000091-FID:1")),
            Ok(("90000091", "CVR:90000091-FID:1".to_owned())),
        ),
    ]
}

fn refused() -> Vec<Case> {
    let third_serial = |serial: &str| with(3, vec![utf8(SERIAL_NUMBER, serial)]);
    let organisation = |text: &str| with(1, vec![utf8(ORGANISATION_IDENTIFIER, text)]);
    let old = |serial: &str| Wish::client(second(serial));
    let mut cases = vec![
        ("OCES2 employee", old("CVR:90000091-RID:1234567890123"), Unfit::Employee),
        ("OCES2 company", old("CVR:90000091-UID:1234567890123"), Unfit::Company),
        ("OCES2 person", old("PID:9208-2002-2-123456789012"), Unfit::Person),
        ("OCES3 employee", third_serial(&format!("UI:DK-E:G:{UUID}")), Unfit::Employee),
        ("OCES3 person", third_serial(&format!("UI:DK-P:G:{UUID}")), Unfit::Person),
        ("organisation of Sweden", organisation("NTRSE-90000091"), Unfit::Country),
        ("unique id of Sweden", third_serial(&format!("UI:SE-O:G:{UUID}")), Unfit::Country),
        ("country Sweden", with(0, vec![utf8(COUNTRY, "SE")]), Unfit::Country),
        (
            "two countries",
            with(0, vec![utf8(COUNTRY, "DK"), utf8(COUNTRY, "SE")]),
            Unfit::Country,
        ),
        (
            "two organisation identifiers",
            changed(|wish| wish.subject.push(vec![utf8(ORGANISATION_IDENTIFIER, "NTRDK-90000011")])),
            Unfit::TwoOrganisations,
        ),
        (
            "twice the same organisation identifier",
            changed(|wish| wish.subject.push(vec![utf8(ORGANISATION_IDENTIFIER, "NTRDK-90000091")])),
            Unfit::TwoOrganisations,
        ),
        (
            "two serial numbers",
            changed(|wish| wish.subject.push(vec![utf8(SERIAL_NUMBER, "CVR:90000011-FID:1")])),
            Unfit::TwoSerialNumbers,
        ),
        (
            "two serial numbers in one RDN",
            changed(|wish| wish.subject[3].push(utf8(SERIAL_NUMBER, "CVR:90000011-FID:1"))),
            Unfit::TwoSerialNumbers,
        ),
        (
            "OCES2 beside an organisation identifier",
            third_serial("CVR:90000091-FID:1"),
            Unfit::Mixed,
        ),
        (
            "no serial number",
            changed(|wish| drop(wish.subject.remove(3))),
            Unfit::NoSerialNumber,
        ),
        ("an empty subject", Wish::client(Vec::new()), Unfit::NoSerialNumber),
        (
            "OCES3 without organisation identifier",
            changed(|wish| drop(wish.subject.remove(1))),
            Unfit::NoOrganisation,
        ),
        ("VAT number", organisation("VATDK-90000091"), Unfit::OrganisationForm),
        ("seven digits", organisation("NTRDK-9000009"), Unfit::OrganisationForm),
        ("nine digits", organisation("NTRDK-900000911"), Unfit::OrganisationForm),
        ("a letter in the number", organisation("NTRDK-9000O091"), Unfit::OrganisationForm),
        (
            "a blank behind the number",
            organisation("NTRDK-90000091 "),
            Unfit::OrganisationForm,
        ),
        ("Arabic digits", organisation("NTRDK-٩٠٠٠٠٠٩١"), Unfit::OrganisationForm),
        ("small letters", organisation("ntrdk-90000091"), Unfit::OrganisationForm),
        ("uuid too short", third_serial("UI:DK-O:G:2222"), Unfit::SerialNumberForm),
        (
            "uuid without hyphens",
            third_serial("UI:DK-O:G:222222222222422282222222222222222222"),
            Unfit::SerialNumberForm,
        ),
        (
            "uuid with something behind",
            third_serial(&format!("UI:DK-O:G:{UUID}0")),
            Unfit::SerialNumberForm,
        ),
        (
            "unknown kind of id",
            third_serial(&format!("UI:DK-O:L:{UUID}")),
            Unfit::SerialNumberForm,
        ),
        (
            "unknown kind of holder",
            third_serial(&format!("UI:DK-X:G:{UUID}")),
            Unfit::SerialNumberForm,
        ),
        ("some serial number", old("1234567890"), Unfit::SerialNumberForm),
        ("FID with letters", old("CVR:90000091-FID:12a"), Unfit::SerialNumberForm),
        ("FID without digits", old("CVR:90000091-FID:"), Unfit::SerialNumberForm),
        (
            "FID too long",
            old("CVR:90000091-FID:123456789012345678901"),
            Unfit::SerialNumberForm,
        ),
        ("FID and RID", old("CVR:90000091-FID:1-RID:2"), Unfit::SerialNumberForm),
        ("CVR of seven digits", old("CVR:9000009-FID:1"), Unfit::SerialNumberForm),
        ("RSA 1024", changed(|wish| wish.key = Some(rsa(1024))), Unfit::WeakKey),
        ("RSA 2047", changed(|wish| wish.key = Some(rsa(2047))), Unfit::WeakKey),
        ("RSA 16384", changed(|wish| wish.key = Some(rsa(16_384))), Unfit::UnknownKey),
        ("P-521", changed(|wish| wish.key = Some(curve(P521, 66))), Unfit::UnknownKey),
        (
            "secp256k1",
            changed(|wish| wish.key = Some(curve(SECP256K1, 32))),
            Unfit::UnknownKey,
        ),
        (
            "Ed25519, which OCES does not issue",
            changed(|wish| wish.key = Some(other_key(ED25519))),
            Unfit::UnknownKey,
        ),
        ("DSA", changed(|wish| wish.key = Some(other_key(DSA))), Unfit::UnknownKey),
        (
            "server authentication only",
            changed(|wish| wish.extended = vec![ExtendedKeyUsagePurpose::ServerAuth]),
            Unfit::ExtendedKeyUsage,
        ),
        (
            "any purpose, but not ours",
            changed(|wish| wish.extended = vec![ExtendedKeyUsagePurpose::Any]),
            Unfit::ExtendedKeyUsage,
        ),
        (
            "key encipherment only",
            changed(|wish| wish.usages = vec![KeyUsagePurpose::KeyEncipherment]),
            Unfit::KeyUsage,
        ),
        ("an issuer", changed(|wish| wish.is_ca = true), Unfit::Issuer),
        (
            "may sign certificates",
            changed(|wish| wish.usages.push(KeyUsagePurpose::KeyCertSign)),
            Unfit::Issuer,
        ),
        ("not valid yet", changed(|wish| wish.from = 600), Unfit::NotYetValid),
        ("expired", changed(|wish| wish.to = -600), Unfit::Expired),
        ("a control character", organisation("NTRDK-90000091\n"), Unfit::Text),
        (
            "a zero byte",
            with(1, vec![(ORGANISATION_IDENTIFIER, UTF8, b"NTRDK-90000091\0".to_vec())]),
            Unfit::Text,
        ),
        (
            "UTF-8 that is none",
            with(1, vec![(ORGANISATION_IDENTIFIER, UTF8, b"NTRDK-9000009\xFF".to_vec())]),
            Unfit::Text,
        ),
        (
            "PrintableString with an underscore",
            written(PRINTABLE, |text| plain(&text.replace('-', "_"))),
            Unfit::Text,
        ),
        ("NumericString with letters", written(NUMERIC, plain), Unfit::Text),
        (
            "IA5String with a high byte",
            written(IA5, |_| b"NTRDK-9000009\xB1".to_vec()),
            Unfit::Text,
        ),
        ("BMPString of odd length", written(BMP, |text| plain(&text[1..])), Unfit::Text),
        (
            "UniversalString beyond Unicode",
            written(UNIVERSAL, |_| vec![0, 0x11, 0, 0]),
            Unfit::Text,
        ),
        ("no string but an octet string", written(4, plain), Unfit::Text),
        ("an empty string", written(UTF8, |_| Vec::new()), Unfit::Text),
    ];
    let numbers = [
        "UI:",
        "UI:DK-",
        "UI:DK-O",
        "UI:DK-O:",
        "UI:DK-O:G:",
        "CVR:",
        "CVR:90000091",
        "CVR:90000091-",
        "CVR:90000091-FID",
        "cvr:90000091-fid:1",
    ];
    cases.extend(numbers.map(|number| ("a beginning only", third_or_second(number), Unfit::SerialNumberForm)));
    cases.into_iter().map(|(about, wish, unfit)| (about, wish, Err(unfit))).collect()
}

fn third_or_second(number: &str) -> Wish {
    if number.starts_with("UI") {
        with(3, vec![utf8(SERIAL_NUMBER, number)])
    } else {
        Wish::client(second(number))
    }
}

/// S1: a system is known by the CVR number and the subject id in its function certificate, of OCES3 or OCES2, wherever they stand in it.
#[test]
fn s1_function_certificates_name_their_system() {
    judge(&accepted());
}

/// S1: everything else is refused, each with its own reason.
#[test]
fn s1_other_certificates_are_refused_with_their_reason() {
    judge(&refused());
}

fn judge(cases: &[Case]) {
    let authority = Authority::new("Issuer");
    let now = Utc::now();
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|(about, wish, expected)| {
            let der = authority.issue(wish).der;
            let found = ClientCertificate::read(&der).and_then(|certificate| certificate.holder_at(now).cloned());
            let expected = expected.clone().map(|(cvr, subject_id)| Certificate {
                cvr: cvr.to_owned(),
                subject_id,
            });
            (found != expected).then(|| format!("{about}: {found:?} instead of {expected:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_reason_has_a_case_and_words_of_its_own() {
    let shown: std::collections::HashSet<_> = refused().into_iter().filter_map(|(.., expected)| expected.err()).collect();
    let words: std::collections::HashSet<_> = shown.iter().map(ToString::to_string).collect();
    // All but Unreadable, which the next test shows.
    assert_eq!(shown.len(), 19, "{shown:?}");
    assert_eq!(words.len(), shown.len(), "{words:?}");
    assert!(words.iter().all(|words| !words.contains("9000")));
}

#[test]
fn bytes_that_are_no_certificate_are_refused() {
    let der = Authority::new("Issuer").issue(&Wish::client(good_third())).der;
    let longer = [der.as_slice(), &[0]].concat();
    for bytes in [b"".as_slice(), b"0", b"MIIB", &der[1..], &longer] {
        assert_eq!(ClientCertificate::read(bytes), Err(Unfit::Unreadable));
    }
    for end in 0..der.len() {
        assert_eq!(ClientCertificate::read(&der[..end]), Err(Unfit::Unreadable), "{end}");
    }
}

/// Nothing an enemy writes into a certificate makes us panic: every byte of one is changed in turn.
#[test]
fn a_certificate_with_any_byte_changed_is_read_or_refused() {
    let der = Authority::new("Issuer")
        .issue(&Wish::client(second("CVR:90000091-FID:1234567890123")))
        .der;
    let mut refused = 0;
    for place in 0..der.len() {
        for flip in [0x01, 0x20, 0x80, 0xFF] {
            let mut changed = der.clone();
            changed[place] ^= flip;
            match ClientCertificate::read(&changed) {
                Ok(certificate) => assert!(certificate.holder_at(Utc::now()).map_or(true, |holder| holder.cvr.len() == 8)),
                Err(_) => refused += 1,
            }
        }
    }
    assert!(refused > der.len(), "{refused}");
}

/// A certificate is valid from its first second to its last, both included.
#[test]
fn the_first_and_the_last_second_count() {
    let der = Authority::new("Issuer")
        .issue(&changed(|wish| (wish.from, wish.to) = (100, 200)))
        .der;
    let certificate = ClientCertificate::read(&der).unwrap();
    let (_, parsed) = x509_parser::parse_x509_certificate(&der).unwrap();
    let at = |second: i64| {
        certificate
            .holder_at(chrono::DateTime::from_timestamp(second, 999_000_000).unwrap())
            .cloned()
    };
    let (first, last) = (parsed.validity().not_before.timestamp(), parsed.validity().not_after.timestamp());
    assert_eq!(at(first - 1), Err(Unfit::NotYetValid));
    assert!(at(first).is_ok() && at(last).is_ok());
    assert_eq!(at(last + 1), Err(Unfit::Expired));
    assert!(certificate.holder_at(Utc::now() + TimeDelta::days(1)).is_err());
}
