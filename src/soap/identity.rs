//! Identity: who stands at the door.
//! It turns the certificate a request came with into the identity that agreements speak of; only the development profile lets anybody in without.
//! Reading and checking certificates is left to `certificate` and `tls`, whether the identity may act for an organisation to the desk.

use actix_web::HttpRequest;

use super::door::Door;
use super::rejection::Rejection;
use crate::services::Identity;
use crate::settings::Profile;

/// Who sent the request. A certificate that is not accepted does not make its holder a stranger: that is refused in every profile (1013).
pub(super) fn of_request(door: &Door, request: &HttpRequest) -> Result<Identity, Rejection> {
    let holder = door.entrance.holder(request).map_err(Rejection::CertificateRefused)?;
    match (holder, door.profile) {
        (Some(certificate), _) => Ok(Identity::Certificate(certificate)),
        (None, Profile::Development) => Ok(Identity::Development),
        (None, Profile::Production) => Err(Rejection::CertificateMissing),
    }
}

/// How the audit names whoever sent the request; a certificate that is not accepted too.
pub(super) fn certificate(door: &Door, request: &HttpRequest, identity: &Result<Identity, Rejection>) -> Option<String> {
    match identity {
        Ok(identity) => Some(identity.subject()),
        Err(_) => door.entrance.shown(request),
    }
}
