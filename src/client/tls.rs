//! TLS of a client: whose servers it trusts, and the certificate by which it is known.
//! It knows PEM. The handshake is left to rustls.

use std::fmt;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};

/// Whose servers are trusted, and who we are.
#[derive(Clone, Default)]
pub struct Tls {
    trusted: Option<Vec<CertificateDer<'static>>>,
    identity: Option<Arc<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)>>,
}

/// What is wrong with certificates or key.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct WrongTls(String);

impl WrongTls {
    fn because(what: &str, why: impl fmt::Display) -> Self {
        Self(format!("{what}: {why}"))
    }
}

impl Tls {
    /// The same, trusting servers whose certificates these authorities have signed, and no others.
    ///
    /// # Errors
    /// The PEM text holds no certificate.
    pub fn trusting(mut self, authorities: &[u8]) -> Result<Self, WrongTls> {
        self.trusted = Some(certificates(authorities, "the authorities' certificates")?);
        Ok(self)
    }

    /// The same with the certificate of the calling system, in PEM: first its own, then those between it and its authority; and its key.
    ///
    /// # Errors
    /// The PEM texts hold no certificate or no key. The key is not quoted.
    pub fn with_certificate(mut self, chain: &[u8], key: &[u8]) -> Result<Self, WrongTls> {
        let chain = certificates(chain, "the client's certificate")?;
        let key =
            PrivateKeyDer::from_pem_slice(key).map_err(|_| WrongTls("the client's key: there is no PEM block with one".to_owned()))?;
        self.identity = Some(Arc::new((chain, key)));
        Ok(self)
    }

    pub(super) fn config(&self) -> Result<ClientConfig, WrongTls> {
        let mut roots = RootCertStore::empty();
        match &self.trusted {
            Some(trusted) => {
                for certificate in trusted {
                    let added = roots.add(certificate.clone());
                    added.map_err(|error| WrongTls::because("the authorities' certificates", error))?;
                }
            }
            None => {
                roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            }
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| WrongTls::because("TLS", error))?
            .with_root_certificates(roots);
        match self.identity.as_deref() {
            None => Ok(builder.with_no_client_auth()),
            Some((chain, key)) => builder
                .with_client_auth_cert(chain.clone(), key.clone_key())
                .map_err(|error| WrongTls::because("the client's certificate", error)),
        }
    }
}

/// Says how much there is, never what.
impl fmt::Debug for Tls {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Tls")
            .field("trusted", &self.trusted.as_ref().map(Vec::len))
            .field("identity", &self.identity.is_some())
            .finish()
    }
}

fn certificates(pem: &[u8], what: &str) -> Result<Vec<CertificateDer<'static>>, WrongTls> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match found {
        Ok(found) if found.is_empty() => Err(WrongTls::because(what, "there is no PEM block with one")),
        Ok(found) => Ok(found),
        Err(error) => Err(WrongTls::because(what, error)),
    }
}
