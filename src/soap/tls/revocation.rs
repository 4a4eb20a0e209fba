//! Revocation lists: what a file holds, and until when it counts.

use std::path::{Path, PathBuf};

use rustls::pki_types::{CertificateDer, CertificateRevocationListDer};
use sha2::{Digest as _, Sha256};
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer as _;
use x509_parser::revocation_list::CertificateRevocationList;

use super::files::{self, Problem};

/// A file with revocation lists, as it was when it was last sound.
#[derive(Debug)]
pub(super) struct File {
    pub(super) path: PathBuf,
    pub(super) lists: Vec<List>,
    digest: [u8; 32],
}

/// A revocation list. Times are seconds since 1970.
#[derive(Clone, Debug)]
pub(super) struct List {
    pub(super) der: CertificateRevocationListDer<'static>,
    pub(super) issued: i64,
    pub(super) expires: i64,
}

impl File {
    /// Reads a file for the first time; `usable` is the last word on its lists.
    pub(super) fn read(
        path: &Path,
        issuers: &[CertificateDer<'_>],
        usable: impl Fn(&[List]) -> Result<(), String>,
    ) -> Result<Self, Problem> {
        let bytes = files::read(path)?;
        let lists = lists(&bytes, issuers).and_then(|lists| usable(&lists).map(|()| lists));
        let lists = lists.map_err(|why| Problem::wrong("revocation list", path, why))?;
        Ok(Self {
            path: path.to_owned(),
            lists,
            digest: Sha256::digest(&bytes).into(),
        })
    }

    /// Reads the file again: what it holds now, or `None` if nothing has changed.
    pub(super) fn reread(
        &self,
        issuers: &[CertificateDer<'_>],
        usable: impl Fn(&[List]) -> Result<(), String>,
    ) -> Result<Option<Self>, Problem> {
        let digest: [u8; 32] = Sha256::digest(files::read(&self.path)?).into();
        if digest == self.digest {
            return Ok(None);
        }
        let read = Self::read(&self.path, issuers, usable)?;
        // Going back would take revocations back.
        if read.issued() < self.issued() {
            return Err(Problem::wrong("revocation list", &self.path, "it is older than the one in use"));
        }
        Ok(Some(read))
    }

    fn issued(&self) -> Option<i64> {
        self.lists.iter().map(|list| list.issued).max()
    }
}

/// The lists in the bytes of a file, signed by their issuers as far as we know these.
pub(super) fn lists(bytes: &[u8], issuers: &[CertificateDer<'_>]) -> Result<Vec<List>, String> {
    files::revocation_lists(bytes)?.into_iter().map(|der| list(der, issuers)).collect()
}

fn list(der: CertificateRevocationListDer<'static>, issuers: &[CertificateDer<'_>]) -> Result<List, String> {
    let (rest, read) = CertificateRevocationList::from_der(&der).map_err(|_| "it is not DER")?;
    if !rest.is_empty() {
        return Err("something stands behind it".to_owned());
    }
    let expires = read.next_update().ok_or("it does not say when it expires")?.timestamp();
    let mut signers = issuers
        .iter()
        .filter_map(|der| X509Certificate::from_der(der).ok())
        .map(|(_, issuer)| issuer)
        .filter(|issuer| issuer.subject() == read.issuer())
        .peekable();
    // The signature of an issuer that only comes with certificates is checked with those.
    if signers.peek().is_some() && !signers.any(|issuer| read.verify_signature(issuer.public_key()).is_ok()) {
        return Err("its signature is not its issuer's".to_owned());
    }
    let issued = read.last_update().timestamp();
    Ok(List { der, issued, expires })
}
