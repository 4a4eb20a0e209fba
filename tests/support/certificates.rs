//! Certificates and revocation lists made on the fly: issuers that sign whatever a test wishes, also what no real issuer would.
//! rcgen makes the certificate; subject and key are then put in as the test wrote them, and it is signed again.

use std::time::{Duration, SystemTime};

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CertifiedIssuer, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, KeyIdMethod, KeyPair, KeyUsagePurpose, RevokedCertParams, SerialNumber, SigningKey,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use x509_parser::prelude::{FromDer, X509Certificate};

pub const COMMON_NAME: &[u64] = &[2, 5, 4, 3];
pub const SERIAL_NUMBER: &[u64] = &[2, 5, 4, 5];
pub const COUNTRY: &[u64] = &[2, 5, 4, 6];
pub const ORGANISATION: &[u64] = &[2, 5, 4, 10];
pub const ORGANISATION_IDENTIFIER: &[u64] = &[2, 5, 4, 97];

pub const UTF8: u8 = 12;
pub const NUMERIC: u8 = 18;
pub const PRINTABLE: u8 = 19;
pub const TELETEX: u8 = 20;
pub const IA5: u8 = 22;
pub const UNIVERSAL: u8 = 28;
pub const BMP: u8 = 30;

/// An attribute: object identifier, tag of the string, bytes.
pub type Attribute = (&'static [u64], u8, Vec<u8>);

/// An attribute in UTF-8.
pub fn utf8(kind: &'static [u64], text: &str) -> Attribute {
    (kind, UTF8, text.as_bytes().to_vec())
}

/// The subject of an OCES3 function certificate: one attribute in each RDN.
pub fn third(organisation: &str, serial: &str) -> Vec<Vec<Attribute>> {
    vec![
        vec![utf8(COUNTRY, "DK")],
        vec![utf8(ORGANISATION_IDENTIFIER, organisation)],
        vec![utf8(ORGANISATION, "Demo Fagsystemhus")],
        vec![utf8(SERIAL_NUMBER, serial)],
        vec![utf8(COMMON_NAME, "fagsystem")],
    ]
}

/// The subject of an OCES2 function certificate: common name and serial number in one RDN.
pub fn second(serial: &str) -> Vec<Vec<Attribute>> {
    vec![
        vec![utf8(COUNTRY, "DK")],
        vec![utf8(ORGANISATION, "Demo Fagsystemhus // CVR:99999999")],
        vec![utf8(COMMON_NAME, "fagsystem (funktionscertifikat)"), utf8(SERIAL_NUMBER, serial)],
    ]
}

/// What a certificate is to be.
pub struct Wish {
    pub subject: Vec<Vec<Attribute>>,
    /// Another key in it than the one that is returned: a whole SubjectPublicKeyInfo.
    pub key: Option<Vec<u8>>,
    /// Seconds from now.
    pub from: i64,
    /// Seconds from now.
    pub to: i64,
    pub is_ca: bool,
    pub usages: Vec<KeyUsagePurpose>,
    pub extended: Vec<ExtendedKeyUsagePurpose>,
    pub serial: u8,
    /// Names of a server.
    pub names: Vec<String>,
}

impl Wish {
    /// A function certificate as it should be, from an hour ago to in a day.
    pub fn client(subject: Vec<Vec<Attribute>>) -> Self {
        Self {
            subject,
            key: None,
            from: -3600,
            to: 86_400,
            is_ca: false,
            usages: vec![KeyUsagePurpose::DigitalSignature],
            extended: vec![ExtendedKeyUsagePurpose::ClientAuth],
            serial: 7,
            names: Vec::new(),
        }
    }

    /// A server's certificate for this machine.
    pub fn server() -> Self {
        let subject = vec![vec![utf8(COMMON_NAME, "localhost")]];
        let (extended, names) = (vec![ExtendedKeyUsagePurpose::ServerAuth], vec!["localhost".to_owned()]);
        Self {
            extended,
            names,
            ..Self::client(subject)
        }
    }
}

/// A certificate with its key and what is sent along with it.
pub struct Issued {
    pub der: Vec<u8>,
    pub others: Vec<Vec<u8>>,
    key: KeyPair,
}

impl Issued {
    pub fn chain(&self) -> Vec<CertificateDer<'static>> {
        std::iter::once(&self.der)
            .chain(&self.others)
            .map(|der| CertificateDer::from(der.clone()))
            .collect()
    }

    pub fn key(&self) -> PrivateKeyDer<'static> {
        PrivateKeyDer::try_from(self.key.serialize_der()).unwrap()
    }

    pub fn key_pem(&self) -> String {
        self.key.serialize_pem()
    }

    pub fn pem(&self) -> String {
        pem("CERTIFICATE", &self.der)
    }
}

/// An issuer.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    pub fn new(name: &str) -> Self {
        Self {
            issuer: CertifiedIssuer::self_signed(Self::params(name), KeyPair::generate().unwrap()).unwrap(),
        }
    }

    /// An issuer below this one.
    pub fn below(&self, name: &str) -> Self {
        Self {
            issuer: CertifiedIssuer::signed_by(Self::params(name), KeyPair::generate().unwrap(), &self.issuer).unwrap(),
        }
    }

    fn params(name: &str) -> CertificateParams {
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params
    }

    pub fn pem(&self) -> String {
        self.issuer.pem()
    }

    pub fn der(&self) -> &[u8] {
        self.issuer.der()
    }

    pub fn issue(&self, wish: &Wish) -> Issued {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(wish.names.clone()).unwrap();
        let epoch = rcgen::date_time_ymd(1970, 1, 1);
        (params.not_before, params.not_after) = (epoch + since_1970(wish.from), epoch + since_1970(wish.to));
        params.is_ca = if wish.is_ca {
            IsCa::Ca(BasicConstraints::Unconstrained)
        } else {
            IsCa::ExplicitNoCa
        };
        params.key_usages.clone_from(&wish.usages);
        params.extended_key_usages.clone_from(&wish.extended);
        params.serial_number = Some(SerialNumber::from_slice(&[wish.serial]));
        let made = params.signed_by(&key, &self.issuer).unwrap();
        let der = self.signed_again(made.der(), wish);
        Issued {
            der,
            others: Vec::new(),
            key,
        }
    }

    /// Puts subject and key of the wish into a certificate.
    fn signed_again(&self, der: &[u8], wish: &Wish) -> Vec<u8> {
        let (_, made) = X509Certificate::from_der(der).unwrap();
        let to_sign = made.tbs_certificate.as_ref();
        let subject = replaced(to_sign, made.subject().as_raw(), &name(&wish.subject));
        let fields = match &wish.key {
            Some(key) => replaced(&subject, made.public_key().raw, key),
            None => subject,
        };
        // The outermost tag and length are made anew.
        let content = element(0x30, content(&fields));
        let signature = self.issuer.key().sign(&content).unwrap();
        let algorithm = element(0x30, &oid(&[1, 2, 840, 10045, 4, 3, 2]));
        let bits = element(3, &[&[0], signature.as_slice()].concat());
        element(0x30, &[content, algorithm, bits].concat())
    }

    /// A revocation list issued and expiring some seconds from now, with the numbers of revoked certificates.
    pub fn revocations(&self, issued: i64, expires: i64, revoked: &[u8]) -> Vec<u8> {
        self.revocations_of(issued, expires, &revoked.iter().map(|number| vec![*number]).collect::<Vec<_>>())
    }

    /// The same with numbers of any length; an empty one is none.
    pub fn revocations_of(&self, issued: i64, expires: i64, revoked: &[Vec<u8>]) -> Vec<u8> {
        let epoch = rcgen::date_time_ymd(1970, 1, 1);
        let revoked = revoked.iter().filter(|number| !number.is_empty()).map(|number| RevokedCertParams {
            serial_number: SerialNumber::from_slice(number),
            revocation_time: epoch + since_1970(issued),
            reason_code: None,
            invalidity_date: None,
        });
        let params = CertificateRevocationListParams {
            this_update: epoch + since_1970(issued),
            next_update: epoch + since_1970(expires),
            crl_number: SerialNumber::from_slice(&[1]),
            issuing_distribution_point: None,
            revoked_certs: revoked.collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        params.signed_by(&self.issuer).unwrap().der().to_vec()
    }
}

/// PEM of anything.
pub fn pem(label: &str, der: &[u8]) -> String {
    format!(
        "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
        base64_simd::STANDARD.encode_to_string(der)
    )
}

/// An RSA key of so many bits; nobody has its other half.
pub fn rsa(bits: usize) -> Vec<u8> {
    let mut modulus = vec![0xA5; bits.div_ceil(8)];
    // The first byte has just the bits that are wanted, and a zero in front where it would look negative.
    modulus[0] = 0xFF >> (modulus.len() * 8 - bits);
    if modulus[0] & 0x80 != 0 {
        modulus.insert(0, 0);
    }
    let key = element(0x30, &[element(2, &modulus), element(2, &[1, 0, 1])].concat());
    spki(&[oid(&[1, 2, 840, 113_549, 1, 1, 1]), vec![5, 0]].concat(), &key)
}

/// A key on an elliptic curve; nobody has its other half.
pub fn curve(identifier: &[u64], bytes: usize) -> Vec<u8> {
    let point = [vec![4], vec![0x5A; 2 * bytes]].concat();
    spki(&[oid(&[1, 2, 840, 10045, 2, 1]), oid(identifier)].concat(), &point)
}

/// A key of a kind without parameters.
pub fn other_key(identifier: &[u64]) -> Vec<u8> {
    spki(&oid(identifier), &[0x5A; 32])
}

fn spki(algorithm: &[u8], key: &[u8]) -> Vec<u8> {
    element(0x30, &[element(0x30, algorithm), element(3, &[&[0], key].concat())].concat())
}

/// From 1970 to now and so many seconds.
fn since_1970(seconds: i64) -> Duration {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    Duration::from_secs(now.checked_add_signed(seconds).unwrap())
}

fn name(rdns: &[Vec<Attribute>]) -> Vec<u8> {
    let attribute = |(kind, tag, value): &Attribute| element(0x30, &[oid(kind), element(*tag, value)].concat());
    let rdn = |attributes: &Vec<Attribute>| element(0x31, &attributes.iter().map(attribute).collect::<Vec<_>>().concat());
    element(0x30, &rdns.iter().map(rdn).collect::<Vec<_>>().concat())
}

/// Bytes with one part of them replaced.
fn replaced(whole: &[u8], part: &[u8], by: &[u8]) -> Vec<u8> {
    let start = whole.windows(part.len()).position(|window| window == part).unwrap();
    [&whole[..start], by, &whole[start + part.len()..]].concat()
}

fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let head = match length {
        0..0x80 => vec![tag, length as u8],
        0x80..0x100 => vec![tag, 0x81, length as u8],
        _ => vec![tag, 0x82, (length >> 8) as u8, length as u8],
    };
    [head, content.to_vec()].concat()
}

/// What stands in an element whose length takes more than one byte, as that of every certificate does.
fn content(element: &[u8]) -> &[u8] {
    &element[2 + usize::from(element[1] & 0x7F)..]
}

fn oid(numbers: &[u64]) -> Vec<u8> {
    let mut bytes = vec![(numbers[0] * 40 + numbers[1]) as u8];
    for &number in &numbers[2..] {
        let mut groups = vec![(number & 0x7F) as u8];
        let mut rest = number >> 7;
        while rest > 0 {
            groups.insert(0, (rest & 0x7F) as u8 | 0x80);
            rest >>= 7;
        }
        bytes.extend(groups);
    }
    element(6, &bytes)
}
