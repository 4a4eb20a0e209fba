//! Trust: the issuers, the revocation lists in force, and the one check of a certificate against both.
//! Lists change behind it without a connection noticing; a number tells users that what they found may no longer hold.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, Weak};
use std::thread;
use std::time::Duration;

use chrono::DateTime;
use log::{error, info, warn};
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{DigitallySignedStruct, DistinguishedName, Error, RootCertStore, SignatureScheme};

use super::files::{self, Problem};
use super::revocation::{File, List};
use crate::settings::Tls;

/// Whom we trust now.
pub(super) struct Trust {
    issuers: Vec<CertificateDer<'static>>,
    roots: Arc<RootCertStore>,
    provider: Arc<CryptoProvider>,
    /// Seconds a list counts after it has expired.
    grace: i64,
    files: Mutex<Vec<File>>,
    force: RwLock<Arc<Force>>,
    /// Knows issuers and signatures; what is revoked only `force` knows.
    plain: Arc<dyn ClientCertVerifier>,
}

/// What is in force.
pub(super) struct Force {
    verifier: Arc<dyn ClientCertVerifier>,
    /// Another number, another answer of [`Force::check`], perhaps.
    pub(super) generation: u64,
    /// The first instant at which another list stops counting, in seconds since 1970.
    until: i64,
}

impl Force {
    /// Checks a certificate and those that came with it: issuer, period, purpose, revocation.
    ///
    /// # Errors
    /// Why it is not trusted.
    pub(super) fn check(&self, certificate: &CertificateDer<'_>, others: &[CertificateDer<'_>], now: UnixTime) -> Result<(), Error> {
        self.verifier.verify_client_cert(certificate, others, now).map(|_| ())
    }
}

impl Trust {
    /// Reads issuers and revocation lists.
    pub(super) fn load(issuers: &Path, settings: &Tls, provider: &Arc<CryptoProvider>) -> Result<Arc<Self>, Problem> {
        let wrong = |error: &dyn fmt::Display| Problem::wrong("issuer's certificate", issuers, error);
        let certificates = files::certificates(issuers)?;
        let mut roots = RootCertStore::empty();
        for certificate in &certificates {
            roots.add(certificate.clone()).map_err(|error| wrong(&error))?;
        }
        let roots = Arc::new(roots);
        let plain = verifier(&roots, provider, &[], false).map_err(|error| wrong(&error))?;
        let usable = |lists: &[List]| verifier(&roots, provider, lists, false).map(|_| ());
        let files: Vec<File> = settings
            .revocations
            .iter()
            .map(|path| File::read(path, &certificates, usable))
            .collect::<Result<_, _>>()?;
        if files.is_empty() {
            warn!("No revocation lists are configured: a certificate counts until it expires, whatever its issuer says");
        }
        let first = Arc::new(Force {
            verifier: Arc::clone(&plain),
            generation: 0,
            until: 0,
        });
        let trust = Self {
            issuers: certificates,
            roots,
            provider: Arc::clone(provider),
            grace: i64::from(settings.grace_hours) * 3600,
            files: Mutex::new(files),
            force: RwLock::new(first),
            plain,
        };
        trust
            .renew(&trust.files(), seconds(UnixTime::now()))
            .map_err(|error| wrong(&error))?;
        Ok(Arc::new(trust))
    }

    /// Looks at the files again. One that is gone or damaged leaves the lists that were read from it in force.
    pub(super) fn reload(&self, now: UnixTime) {
        let now = seconds(now);
        let mut files = self.files();
        let mut changed = false;
        for file in files.iter_mut() {
            let usable = |lists: &[List]| verifier(&self.roots, &self.provider, lists, false).map(|_| ());
            match file.reread(&self.issuers, usable) {
                Ok(None) => {}
                Ok(Some(read)) => {
                    info!("The revocation lists in {} are new and in force", read.path.display());
                    *file = read;
                    changed = true;
                }
                Err(problem) => error!("The revocation lists that were read before stay in force: {problem}"),
            }
            self.report(file, now);
        }
        if changed && let Err(why) = self.renew(&files, now) {
            error!("The revocation lists that were in force stay there: {why}");
        }
    }

    /// What is in force now; a list whose time is up goes out of it at that second, not at the next look at the files.
    ///
    /// # Errors
    /// The lists cannot be used, so that nobody can be trusted.
    pub(super) fn force(&self, now: UnixTime) -> Result<Arc<Force>, Error> {
        let now = seconds(now);
        if let Some(force) = self.force_until(now) {
            return Ok(force);
        }
        let files = self.files();
        // Somebody else may have renewed it while we waited.
        self.force_until(now)
            .map_or_else(|| self.renew(&files, now), Ok)
            .map_err(Error::General)
    }

    fn files(&self) -> MutexGuard<'_, Vec<File>> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn force_until(&self, now: i64) -> Option<Arc<Force>> {
        let force = self.force.read().unwrap_or_else(PoisonError::into_inner);
        (now < force.until).then(|| Arc::clone(&force))
    }

    /// Puts the lists in force that count at an instant. With the files locked, so that no older state overtakes.
    fn renew(&self, files: &[File], now: i64) -> Result<Arc<Force>, String> {
        let all = files.iter().flat_map(|file| &file.lists);
        // Of two lists of an issuer the verifier takes the first: let it be the newer.
        let mut counting: Vec<List> = all
            .clone()
            .filter(|list| now < list.expires.saturating_add(self.grace))
            .cloned()
            .collect();
        counting.sort_by_key(|list| std::cmp::Reverse(list.issued));
        let until = counting
            .iter()
            .map(|list| list.expires.saturating_add(self.grace))
            .min()
            .unwrap_or(i64::MAX);
        // Without any list the verifier would believe that nothing can be revoked: if all have expired, it must know them and mind.
        let all_expired = counting.is_empty() && !files.is_empty();
        let lists = if all_expired { all.cloned().collect() } else { counting };
        let verifier = verifier(&self.roots, &self.provider, &lists, all_expired)?;
        let mut force = self.force.write().unwrap_or_else(PoisonError::into_inner);
        *force = Arc::new(Force {
            verifier,
            generation: force.generation + 1,
            until,
        });
        Ok(Arc::clone(&force))
    }

    /// Tells the operator of lists that have expired.
    fn report(&self, file: &File, now: i64) {
        let Some(expires) = file.lists.iter().map(|list| list.expires).min().filter(|expires| *expires <= now) else {
            return;
        };
        let end = expires.saturating_add(self.grace);
        if now < end {
            warn!(
                "A revocation list in {} has expired; without a new one its issuer's certificates are refused from {}",
                file.path.display(),
                instant(end)
            );
        } else {
            error!(
                "A revocation list in {} expired at {}; its issuer's certificates are refused",
                file.path.display(),
                instant(expires)
            );
        }
    }
}

/// Looks at the files again and again, as long as somebody uses the trust.
pub(super) fn keep_current(trust: &Arc<Trust>, interval: Duration) {
    if trust.files().is_empty() {
        return;
    }
    let trust: Weak<Trust> = Arc::downgrade(trust);
    let watch = move || loop {
        thread::sleep(interval);
        let Some(trust) = trust.upgrade() else { return };
        trust.reload(UnixTime::now());
    };
    if let Err(error) = thread::Builder::new().name("revocation-lists".to_owned()).spawn(watch) {
        error!("Revocation lists are not read again, for want of a thread: {error}");
    }
}

/// The verifier of rustls over issuers and lists. Every certificate between client and issuer must be covered by a list if there is any.
fn verifier(
    roots: &Arc<RootCertStore>,
    provider: &Arc<CryptoProvider>,
    lists: &[List],
    mind_expiry: bool,
) -> Result<Arc<dyn ClientCertVerifier>, String> {
    let builder = WebPkiClientVerifier::builder_with_provider(Arc::clone(roots), Arc::clone(provider));
    let builder = builder.allow_unauthenticated().with_crls(lists.iter().map(|list| list.der.clone()));
    let builder = if mind_expiry {
        builder.enforce_revocation_expiration()
    } else {
        builder
    };
    builder.build().map_err(|error| error.to_string())
}

fn seconds(now: UnixTime) -> i64 {
    i64::try_from(now.as_secs()).unwrap_or(i64::MAX)
}

fn instant(seconds: i64) -> String {
    DateTime::from_timestamp(seconds, 0).map_or_else(|| seconds.to_string(), |instant| instant.to_rfc3339())
}

impl fmt::Debug for Trust {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Trust")
            .field("issuers", &self.issuers.len())
            .finish_non_exhaustive()
    }
}

impl ClientCertVerifier for Trust {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.plain.root_hint_subjects()
    }

    fn verify_client_cert(
        &self,
        certificate: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        let checked = self.force(now).and_then(|force| force.check(certificate, others, now));
        checked.inspect_err(|error| info!("A handshake was refused for its client certificate: {error}"))?;
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.plain.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.plain.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.plain.supported_verify_schemes()
    }
}
