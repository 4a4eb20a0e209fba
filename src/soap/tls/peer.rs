//! The peer of a connection: its certificate, read once, and checked again whenever the answer may have changed.

use std::any::Any;
use std::sync::{Mutex, PoisonError};

use actix_tls::accept::rustls_0_23::TlsStream;
use actix_web::rt::net::TcpStream;
use chrono::DateTime;
use rustls::pki_types::{CertificateDer, UnixTime};

use sha2::{Digest as _, Sha256};

use super::Refused;
use super::trust::Trust;
use crate::domain::Certificate;
use crate::services::Identity;
use crate::soap::certificate::{ClientCertificate, Unfit};

/// Somebody with a certificate. That it is theirs has been shown in the handshake, to us or to a proxy.
pub(in crate::soap) struct Peer {
    /// The certificate, and after it those that came with it.
    chain: Vec<CertificateDer<'static>>,
    read: Result<ClientCertificate, Unfit>,
    checked: Mutex<Option<Checked>>,
}

/// What the last check found.
struct Checked {
    generation: u64,
    at: UnixTime,
    found: Result<(), rustls::Error>,
}

/// Seconds a check holds, for what changes with time alone: the periods of the issuers between (ours).
const HOLDS: u64 = 300;

impl Peer {
    /// The peer of a new connection, if it speaks TLS and has shown a certificate.
    pub(in crate::soap) fn of_connection(stream: &dyn Any) -> Option<Self> {
        let (_, connection) = stream.downcast_ref::<TlsStream<TcpStream>>()?.get_ref();
        connection.peer_certificates().map(|chain| Self::new(chain.to_vec()))
    }

    /// A peer with a certificate and what came with it.
    pub(super) fn new(chain: Vec<CertificateDer<'static>>) -> Self {
        let read = chain
            .first()
            .ok_or(Unfit::Unreadable)
            .and_then(|certificate| ClientCertificate::read(certificate));
        Self {
            chain,
            read,
            checked: Mutex::new(None),
        }
    }

    /// Whom the certificate names.
    ///
    /// # Errors
    /// Why it is not accepted now. A resumed session was not checked in its handshake, and a list may have changed since: it is checked here.
    pub(super) fn holder(&self, trust: &Trust, now: UnixTime) -> Result<Certificate, Refused> {
        let read = self.read.as_ref().map_err(|unfit| *unfit)?;
        let instant = i64::try_from(now.as_secs())
            .ok()
            .and_then(|seconds| DateTime::from_timestamp(seconds, 0))
            .ok_or(Unfit::Expired)?;
        let holder = read.holder_at(instant)?;
        self.check(trust, now).map_err(Refused::Untrusted)?;
        Ok(holder.clone())
    }

    /// How the audit names the certificate: the system it names, or the SHA-256 of a certificate that names none (whose subject may be a person's).
    pub(super) fn name(&self) -> String {
        match (&self.read, self.chain.first()) {
            (Ok(read), _) => Identity::Certificate(read.holder().clone()).subject(),
            (Err(_), certificate) => {
                let digest = Sha256::digest(certificate.map(AsRef::as_ref).unwrap_or_default());
                digest.iter().fold("sha256:".to_owned(), |text, byte| text + &format!("{byte:02x}"))
            }
        }
    }

    fn check(&self, trust: &Trust, now: UnixTime) -> Result<(), rustls::Error> {
        let mut checked = self.checked.lock().unwrap_or_else(PoisonError::into_inner);
        let force = trust.force(now)?;
        if let Some(last) = checked
            .as_ref()
            .filter(|last| last.generation == force.generation && now.as_secs() < last.at.as_secs() + HOLDS)
        {
            return last.found.clone();
        }
        let (certificate, others) = self.chain.split_first().ok_or(rustls::Error::NoCertificatesPresented)?;
        let found = force.check(certificate, others, now);
        *checked = Some(Checked {
            generation: force.generation,
            at: now,
            found: found.clone(),
        });
        found
    }
}
