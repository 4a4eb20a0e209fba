//! Proxies we trust: which they are, and the certificates they pass on where they end TLS before us.
//! Nothing else in the house reads the header with a certificate, so that from everybody else it reaches nobody.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::http::header::{HeaderMap, HeaderName};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use super::{Peer, Problem, Refused};
use crate::settings::Network;

/// The proxies we believe, and the header in which they pass on certificates, if they do.
pub(super) struct Proxies {
    header: Option<HeaderName>,
    networks: Vec<Network>,
    /// What headers held, so that a certificate is read and checked once and not with every call.
    known: Mutex<HashMap<Vec<u8>, Arc<Peer>>>,
}

/// How many headers are remembered; beyond that all are forgotten. There are far fewer systems than that.
const KNOWN: usize = 256;

impl Proxies {
    /// # Errors
    /// The name is no name of a header.
    pub(super) fn new(header: Option<&str>, networks: &[Network]) -> Result<Self, Problem> {
        let name = |header: &str| HeaderName::try_from(header).map_err(|_| Problem::HeaderName(header.to_owned()));
        Ok(Self {
            header: header.map(name).transpose()?,
            networks: networks.to_vec(),
            known: Mutex::default(),
        })
    }

    /// Is the address a proxy's?
    pub(super) fn include(&self, address: Option<IpAddr>) -> bool {
        address.is_some_and(|address| self.networks.iter().any(|network| network.contains(address)))
    }

    /// Does a proxy's header count for certificates, and not its connection?
    pub(super) fn pass_on_certificates(&self) -> bool {
        self.header.is_some()
    }

    /// Whom a proxy passes on; an empty header says that the client showed no certificate.
    ///
    /// # Errors
    /// The header is there twice, or holds something else.
    pub(super) fn peer(&self, headers: &HeaderMap) -> Result<Option<Arc<Peer>>, Refused> {
        let Some(header) = &self.header else { return Ok(None) };
        let mut values = headers.get_all(header);
        let Some(value) = values.next() else { return Ok(None) };
        if values.next().is_some() {
            return Err(Refused::Header);
        }
        let value = value.as_bytes().trim_ascii();
        if value.is_empty() {
            return Ok(None);
        }
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(peer) = known.get(value) {
            return Ok(Some(Arc::clone(peer)));
        }
        let peer = Arc::new(Peer::new(vec![decode(value).ok_or(Refused::Header)?]));
        if known.len() >= KNOWN {
            known.clear();
        }
        known.insert(value.to_vec(), Arc::clone(&peer));
        Ok(Some(peer))
    }
}

/// PEM, URL-encoded, or DER in base64 (between colons where RFC 9440 is followed).
fn decode(value: &[u8]) -> Option<CertificateDer<'static>> {
    let value = unescape(value)?;
    if value.starts_with(b"-----BEGIN") {
        let mut found = CertificateDer::pem_slice_iter(&value);
        let certificate = found.next()?.ok()?;
        return found.next().is_none().then_some(certificate);
    }
    let value = value
        .strip_prefix(b":")
        .and_then(|value| value.strip_suffix(b":"))
        .unwrap_or(&value);
    base64_simd::STANDARD.decode_to_vec(value).ok().map(CertificateDer::from)
}

/// `%2B` back to `+`, and so on.
fn unescape(value: &[u8]) -> Option<Vec<u8>> {
    let mut plain = Vec::with_capacity(value.len());
    let mut rest = value.iter();
    while let Some(&byte) = rest.next() {
        let digit = |digit: Option<&u8>| {
            digit
                .and_then(|&digit| char::from(digit).to_digit(16))
                .and_then(|digit| u8::try_from(digit).ok())
        };
        plain.push(if byte == b'%' {
            digit(rest.next())? << 4 | digit(rest.next())?
        } else {
            byte
        });
    }
    Some(plain)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const PEM: &[u8] = b"-----BEGIN%20CERTIFICATE-----%0AMAMCAQE%3D%0A-----END%20CERTIFICATE-----%0A";

    #[test]
    fn a_certificate_is_read_in_the_forms_proxies_use() {
        let der = [0x30, 3, 2, 1, 1];
        for value in [PEM, b"MAMCAQE=", b"MAMCAQE%3D", b":MAMCAQE=:", b"MAMCAQE%3d"] {
            assert_eq!(decode(value).unwrap().as_ref(), der, "{}", String::from_utf8_lossy(value));
        }
    }

    #[test]
    fn anything_else_is_no_certificate() {
        let twice = [PEM, PEM].concat();
        for value in [
            b"%".as_slice(),
            b"%2",
            b"%zz",
            b"MAMCAQE",
            b"MAMC AQE=",
            b"(null)",
            b"-----BEGIN%20CERTIFICATE-----",
            &twice,
        ] {
            assert!(decode(value).is_none(), "{}", String::from_utf8_lossy(value));
        }
    }

    #[test]
    fn a_header_says_one_certificate_or_none() {
        let proxies = Proxies::new(Some("X-Client-Cert"), &["127.0.0.0/8".parse().unwrap()]).unwrap();
        let name = HeaderName::from_static("x-client-cert");
        let mut headers = HeaderMap::new();
        assert!(proxies.peer(&headers).unwrap().is_none());
        headers.append(name.clone(), " ".parse().unwrap());
        assert!(proxies.peer(&headers).unwrap().is_none());
        headers.insert(name.clone(), "MAMCAQE=".parse().unwrap());
        assert!(proxies.peer(&headers).unwrap().is_some());
        headers.append(name, "MAMCAQE=".parse().unwrap());
        assert!(proxies.peer(&headers).is_err());
        assert!(Proxies::new(Some("X Client"), &[]).is_err());
    }

    #[test]
    fn a_header_is_read_once_and_not_too_many_are_remembered() {
        let proxies = Proxies::new(Some("x-client-cert"), &[]).unwrap();
        let name = HeaderName::from_static("x-client-cert");
        let mut headers = HeaderMap::new();
        let mut peer = |number: usize| {
            let value = base64_simd::STANDARD.encode_to_string(number.to_be_bytes());
            headers.insert(name.clone(), value.parse().unwrap());
            proxies.peer(&headers).unwrap().unwrap()
        };
        let first = peer(0);
        assert!(Arc::ptr_eq(&first, &peer(0)));
        assert!(!Arc::ptr_eq(&first, &peer(1)));
        for number in 2..3 * KNOWN {
            peer(number);
        }
        assert!(proxies.known.lock().unwrap().len() <= KNOWN);
    }

    #[test]
    fn only_configured_addresses_are_proxies() {
        let proxies = Proxies::new(
            Some("x-client-cert"),
            &["127.0.0.0/8".parse().unwrap(), "2001:db8::1".parse().unwrap()],
        )
        .unwrap();
        assert!(proxies.include(Some("127.3.2.1".parse().unwrap())));
        assert!(proxies.include(Some("2001:db8::1".parse().unwrap())));
        assert!(!proxies.include(Some("10.0.0.1".parse().unwrap())));
        assert!(!proxies.include(None));
    }
}
