//! Whom we trust to say who a mail server or a gateway is: the authorities of this machine, or those of a file.
//! It knows PEM. Checking a certificate against them is left to rustls.

use std::path::Path;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use super::StartError;

/// The authorities' certificates.
///
/// # Errors
/// The file cannot be read or names none; the machine has none.
pub(super) fn roots(file: Option<&Path>) -> Result<Vec<CertificateDer<'static>>, StartError> {
    let found = match file {
        Some(file) => of_file(file)?,
        None => rustls_native_certs::load_native_certs().certs,
    };
    if found.is_empty() {
        let place = file.map_or_else(|| "this machine".to_owned(), |file| file.display().to_string());
        return Err(StartError(format!(
            "{place} has no certificates of authorities; name a PEM file with --delivery-roots"
        )));
    }
    Ok(found)
}

fn of_file(file: &Path) -> Result<Vec<CertificateDer<'static>>, StartError> {
    CertificateDer::pem_file_iter(file).and_then(Iterator::collect).map_err(|error| {
        StartError(format!(
            "the authorities' certificates in {} cannot be read: {error}",
            file.display()
        ))
    })
}
