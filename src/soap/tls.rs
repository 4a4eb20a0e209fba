//! TLS and trust: the server's own certificate, the issuers whose client certificates count, and the lists of those that no longer do.
//! It knows the certificate a request came with, on its connection or, from a trusted proxy, in a header; a certificate is optional in the
//! handshake, so that its absence can be answered with a fault, and one that does not hold is refused there.
//! What a certificate says is left to `certificate`, what its absence means to `identity`.

mod files;
mod peer;
mod proxy;
mod revocation;
mod trust;

use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpRequest;
use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::UnixTime;
use rustls::server::ServerSessionMemoryCache;
use rustls::version::{TLS12, TLS13};

pub use self::files::Problem;
pub(super) use self::peer::Peer;
use self::proxy::Proxies;
use self::trust::Trust;
use super::certificate::Unfit;
use crate::domain::Certificate;
use crate::settings::Tls;

/// Sessions that can be resumed; a full handshake costs about a millisecond.
const SESSIONS: usize = 4096;

/// Where callers come in: with TLS or without, known by certificates or not.
pub struct Entrance {
    config: Option<ServerConfig>,
    trust: Option<Arc<Trust>>,
    proxies: Proxies,
}

/// Why a certificate that came with a request is not accepted; for the log.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// No function certificate, or not at this time.
    #[error("{0}")]
    Unfit(#[from] Unfit),
    /// Not by an issuer we trust, revoked, or not known not to be.
    #[error("{0}")]
    Untrusted(rustls::Error),
    /// A trusted proxy sent something else than one certificate.
    #[error("the proxy's header does not hold one certificate")]
    Header,
}

impl Entrance {
    /// Reads all files the settings name, and keeps looking at the revocation lists.
    ///
    /// # Errors
    /// A file that cannot be read or does not hold what it should.
    pub fn open(settings: &Tls) -> Result<Self, Problem> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let trust = settings
            .issuers
            .as_deref()
            .map(|issuers| Trust::load(issuers, settings, &provider))
            .transpose()?;
        if let Some(trust) = &trust {
            trust::keep_current(trust, Duration::from_secs(settings.reload_seconds.get()));
        }
        let config = match (&settings.certificate, &settings.key) {
            (Some(certificate), Some(key)) => Some(server_config(certificate, key, trust.clone(), provider)?),
            _ => None,
        };
        let proxies = Proxies::new(settings.header.as_deref(), &settings.proxies)?;
        Ok(Self { config, trust, proxies })
    }

    /// What TLS is spoken with, if it is.
    pub(super) fn config(&self) -> Option<&ServerConfig> {
        self.config.as_ref()
    }

    /// Whom the certificate names that the request came with; `None` if it came with none. From a trusted proxy its header counts, and the
    /// certificate the proxy itself may have shown does not; from everybody else the header does not.
    ///
    /// # Errors
    /// Why the certificate is not accepted now, even though it may have been when the connection was made.
    pub(super) fn holder(&self, request: &HttpRequest) -> Result<Option<Certificate>, Refused> {
        let Some(trust) = &self.trust else { return Ok(None) };
        let now = UnixTime::now();
        self.peer(request, |peer| peer.holder(trust, now))?.transpose()
    }

    /// How the audit names the certificate a request came with, whether or not it is accepted; none where there is none, or none that can
    /// be told.
    pub(super) fn shown(&self, request: &HttpRequest) -> Option<String> {
        self.trust.as_ref()?;
        self.peer(request, Peer::name).ok().flatten()
    }

    /// Does the request come from a trusted proxy?
    pub(super) fn is_proxy(&self, request: &HttpRequest) -> bool {
        self.proxies.include(request.peer_addr().map(|address| address.ip()))
    }

    /// Asks the peer who sent the request.
    fn peer<T>(&self, request: &HttpRequest, ask: impl FnOnce(&Peer) -> T) -> Result<Option<T>, Refused> {
        if self.proxies.pass_on_certificates() && self.is_proxy(request) {
            Ok(self.proxies.peer(request.headers())?.as_deref().map(ask))
        } else {
            Ok(request.conn_data::<Peer>().map(ask))
        }
    }
}

/// The number of revocation lists in the bytes of a file; no issuer is known.
pub(super) fn revocation_lists(file: &[u8]) -> Result<usize, String> {
    revocation::lists(file, &[]).map(|lists| lists.len())
}

fn server_config(
    certificate: &std::path::Path,
    key: &std::path::Path,
    trust: Option<Arc<Trust>>,
    provider: Arc<CryptoProvider>,
) -> Result<ServerConfig, Problem> {
    let chain = files::certificates(certificate)?;
    let secret = files::key(key)?;
    let unusable = |error: rustls::Error| Problem::wrong("TLS certificate", certificate, error);
    let builder = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&TLS13, &TLS12])
        .map_err(unusable)?;
    let builder = match trust {
        Some(trust) => builder.with_client_cert_verifier(trust),
        None => builder.with_no_client_auth(),
    };
    let mut config = builder.with_single_cert(chain, secret).map_err(unusable)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.session_storage = ServerSessionMemoryCache::new(SESSIONS);
    Ok(config)
}
