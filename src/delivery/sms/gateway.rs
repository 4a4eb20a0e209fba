//! The HTTP side of an SMS gateway: one call per SMS, with one deadline for all of it.
//! It knows what a status means. Trying again is left to the worker.

use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use ureq::http::header::{AUTHORIZATION, CONTENT_TYPE};
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Agent, Error};

use super::{Text, Texter};
use crate::delivery::{Secret, Setback, StartError};
use crate::domain::delivery::Reason;

/// An SMS gateway.
pub struct Gateway {
    agent: Agent,
    url: String,
    authorization: Option<String>,
}

impl Gateway {
    /// Makes everything ready; nobody is called yet.
    ///
    /// # Errors
    /// The URL is not one of HTTP.
    pub fn new(url: &str, token: Option<&Secret>, roots: Vec<CertificateDer<'static>>, deadline: Duration) -> Result<Self, StartError> {
        let parsed = url.parse::<ureq::http::Uri>().ok();
        let is_http = parsed.is_some_and(|uri| matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some());
        if !is_http {
            return Err(StartError(
                "--sms-url must begin with http:// or https:// and name a host".to_owned(),
            ));
        }
        let roots: Vec<_> = roots.iter().map(|root| Certificate::from_der(root).to_owned()).collect();
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::new_with_certs(&roots))
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .build();
        let agent = Agent::config_builder()
            .tls_config(tls)
            .timeout_global(Some(deadline))
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            // A connection of its own for every call: one that died while it was kept would look like a failure.
            .max_idle_connections(0)
            .proxy(None)
            .user_agent("dialogmodul")
            .build()
            .into();
        Ok(Self {
            agent,
            url: url.to_owned(),
            authorization: token.map(|token| format!("Bearer {}", token.expose())),
        })
    }
}

impl Texter for Gateway {
    fn send(&self, text: &Text) -> Result<(), Setback> {
        let mut request = self.agent.post(&self.url).header(CONTENT_TYPE, "application/json; charset=utf-8");
        if let Some(authorization) = &self.authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        let response = request.send(text.json()).map_err(|error| Setback::from(unanswered(&error)))?;
        answered(response.status().as_u16())
    }
}

fn unanswered(error: &Error) -> Reason {
    match error {
        Error::Timeout(_) => Reason::TimedOut,
        _ => Reason::Unreachable,
    }
}

fn answered(status: u16) -> Result<(), Setback> {
    let reason = match status {
        200..=299 => return Ok(()),
        300..=399 | 401 | 403 | 404 | 405 | 407 => Reason::SenderRefused,
        408 | 425 | 429 => Reason::NotNow,
        400..=499 => Reason::MessageRefused,
        502..=504 => Reason::Unreachable,
        _ => Reason::NotNow,
    };
    Err(Setback {
        reason,
        status: Some(status),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// D2: what each status means for the SMS, as the contract states.
    #[test]
    fn d2_what_a_status_means() {
        for (status, reason) in [
            (200, None),
            (202, None),
            (302, Some(Reason::SenderRefused)),
            (400, Some(Reason::MessageRefused)),
            (401, Some(Reason::SenderRefused)),
            (404, Some(Reason::SenderRefused)),
            (410, Some(Reason::MessageRefused)),
            (422, Some(Reason::MessageRefused)),
            (429, Some(Reason::NotNow)),
            (500, Some(Reason::NotNow)),
            (503, Some(Reason::Unreachable)),
        ] {
            assert_eq!(answered(status).err().map(|setback| setback.reason), reason, "{status}");
        }
    }
}
