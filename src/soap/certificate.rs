//! Client certificates: from DER to the name agreements know.
//! It knows the two generations of OCES function certificates and reads CVR number and subject id from ASN.1, never from a printed name; whatever is
//! not such a certificate is refused with its own reason.
//! Who issued it and whether it is revoked is left to `tls`, what its holder may do to the desk.

mod key;
mod subject;
mod text;

use std::ops::RangeInclusive;

use chrono::{DateTime, Utc};
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer as _;

use crate::domain::Certificate;

/// A function certificate that was read: whom it names, and when it is valid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCertificate {
    holder: Certificate,
    /// Seconds since 1970, both ends included (RFC 5280, 4.1.2.5).
    valid: RangeInclusive<i64>,
}

/// Why a certificate is no function certificate of a system; for the log, and free of personal data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Unfit {
    /// Not one X.509 certificate in DER, or one extension twice.
    #[error("it is not a readable X.509 certificate")]
    Unreadable,
    /// Its period has not begun.
    #[error("it is not valid yet")]
    NotYetValid,
    /// Its period is over.
    #[error("it has expired")]
    Expired,
    /// An issuer's certificate.
    #[error("it is the certificate of an issuer")]
    Issuer,
    /// The key usage has no digital signature.
    #[error("its key may not sign")]
    KeyUsage,
    /// The extended key usage has no client authentication.
    #[error("it is not meant for client authentication")]
    ExtendedKeyUsage,
    /// RSA below 2048 bits.
    #[error("its key is too weak")]
    WeakKey,
    /// Neither RSA nor an elliptic curve we know (P-256, P-384).
    #[error("its key is of an unknown kind")]
    UnknownKey,
    /// An attribute that names the holder is no string, or has characters it must not have.
    #[error("its subject holds an unreadable text")]
    Text,
    /// Two organizationIdentifier attributes.
    #[error("its subject has two organisation identifiers")]
    TwoOrganisations,
    /// Two serialNumber attributes.
    #[error("its subject has two serial numbers")]
    TwoSerialNumbers,
    /// No serialNumber attribute.
    #[error("its subject has no serial number")]
    NoSerialNumber,
    /// OCES3 without organizationIdentifier.
    #[error("its subject has no organisation identifier")]
    NoOrganisation,
    /// An OCES2 serialNumber beside an organizationIdentifier: the holder is named twice.
    #[error("its subject names an organisation in two ways")]
    Mixed,
    /// Identified in another country than Denmark.
    #[error("its subject is not identified in Denmark")]
    Country,
    /// An employee: OCES2 `RID`, OCES3 `UI:DK-E`.
    #[error("it belongs to an employee")]
    Employee,
    /// A person: OCES2 `PID`, OCES3 `UI:DK-P`.
    #[error("it belongs to a person")]
    Person,
    /// A company and none of its systems: OCES2 `UID`.
    #[error("it belongs to a company, not to one of its systems")]
    Company,
    /// The organizationIdentifier is not `NTRDK-<8 digits>`.
    #[error("its organisation identifier has an unknown form")]
    OrganisationForm,
    /// The serialNumber has no form we know.
    #[error("its serial number has an unknown form")]
    SerialNumberForm,
}

impl ClientCertificate {
    /// Reads a certificate. Its signature is not looked at.
    ///
    /// # Errors
    /// Why it is no function certificate.
    pub fn read(der: &[u8]) -> Result<Self, Unfit> {
        let (rest, certificate) = X509Certificate::from_der(der).map_err(|_| Unfit::Unreadable)?;
        if !rest.is_empty() {
            return Err(Unfit::Unreadable);
        }
        check_purpose(&certificate)?;
        key::check(certificate.public_key())?;
        let holder = subject::holder(certificate.subject())?;
        let validity = certificate.validity();
        Ok(Self {
            holder,
            valid: validity.not_before.timestamp()..=validity.not_after.timestamp(),
        })
    }

    /// Whom the certificate names, valid or not.
    pub fn holder(&self) -> &Certificate {
        &self.holder
    }

    /// Whom the certificate names, if it is valid at an instant.
    ///
    /// # Errors
    /// [`Unfit::NotYetValid`], [`Unfit::Expired`].
    pub fn holder_at(&self, now: DateTime<Utc>) -> Result<&Certificate, Unfit> {
        match now.timestamp() {
            second if second < *self.valid.start() => Err(Unfit::NotYetValid),
            second if second > *self.valid.end() => Err(Unfit::Expired),
            _ => Ok(&self.holder),
        }
    }
}

/// A certificate of a client, for signing in. The verifier under TLS looks at the extended key usage too; behind a proxy nobody else may have.
fn check_purpose(certificate: &X509Certificate<'_>) -> Result<(), Unfit> {
    let constraints = certificate.basic_constraints().map_err(|_| Unfit::Unreadable)?;
    let usage = certificate.key_usage().map_err(|_| Unfit::Unreadable)?;
    let extended = certificate.extended_key_usage().map_err(|_| Unfit::Unreadable)?;
    if constraints.is_some_and(|constraints| constraints.value.ca) || usage.as_ref().is_some_and(|usage| usage.value.key_cert_sign()) {
        return Err(Unfit::Issuer);
    }
    if usage.is_some_and(|usage| !usage.value.digital_signature()) {
        return Err(Unfit::KeyUsage);
    }
    if extended.is_some_and(|extended| !extended.value.client_auth) {
        return Err(Unfit::ExtendedKeyUsage);
    }
    Ok(())
}
