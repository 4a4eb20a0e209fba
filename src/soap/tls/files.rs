//! Files of certificates, keys and revocation lists.

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::{fs, io};

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};

/// What is wrong with a setting or the file it names, in one sentence.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// The file cannot be read.
    #[error("cannot read the file {}: {error}", file.display())]
    Unreadable {
        /// Which file.
        file: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// The file does not hold what it should.
    #[error("the file {} holds no usable {what}: {why}", file.display())]
    Wrong {
        /// What it should hold.
        what: &'static str,
        /// Which file.
        file: PathBuf,
        /// Why it does not.
        why: String,
    },
    /// The name of a header has characters it cannot have.
    #[error("{0:?} cannot be the name of an HTTP header")]
    HeaderName(String),
}

impl Problem {
    /// A file that does not hold what it should.
    pub(super) fn wrong(what: &'static str, file: &Path, why: impl Display) -> Self {
        Self::Wrong {
            what,
            file: file.to_owned(),
            why: why.to_string(),
        }
    }
}

pub(super) fn read(file: &Path) -> Result<Vec<u8>, Problem> {
    fs::read(file).map_err(|error| Problem::Unreadable {
        file: file.to_owned(),
        error,
    })
}

/// All certificates of a PEM file, at least one.
pub(super) fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, Problem> {
    let bytes = read(file)?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
    match found {
        Ok(found) if found.is_empty() => Err(Problem::wrong("certificate", file, "there is no PEM block with one")),
        Ok(found) => Ok(found),
        Err(error) => Err(Problem::wrong("certificate", file, error)),
    }
}

/// The private key of a PEM file. What is wrong with it is not quoted.
pub(super) fn key(file: &Path) -> Result<PrivateKeyDer<'static>, Problem> {
    PrivateKeyDer::from_pem_slice(&read(file)?).map_err(|_| Problem::wrong("private key", file, "there is no PEM block with one"))
}

/// The revocation lists in the bytes of a file: PEM, or one in DER.
pub(super) fn revocation_lists(bytes: &[u8]) -> Result<Vec<CertificateRevocationListDer<'static>>, String> {
    // DER begins with the tag of a sequence, which no text begins with.
    if bytes.first() == Some(&0x30) {
        return Ok(vec![CertificateRevocationListDer::from(bytes.to_vec())]);
    }
    let found: Result<Vec<_>, _> = CertificateRevocationListDer::pem_slice_iter(bytes).collect();
    match found {
        Ok(found) if found.is_empty() => Err("it is neither DER nor PEM".to_owned()),
        found => found.map_err(|error| error.to_string()),
    }
}
