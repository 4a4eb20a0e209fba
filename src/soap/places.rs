//! Places: where callers find the services, and the descriptions that say so.
//! It knows that the places follow the configured URL or, without one, what a trusted proxy says of the address the caller used.
//! What a proxy says, `forwarded` reads.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use actix_web::HttpRequest;

use super::description::Description;
use super::forwarded;
use super::tls::Entrance;
use super::wire;
use crate::contract::Service;
use crate::settings::{self, PublicUrl};

/// Where the services are under one URL.
pub(super) struct Places {
    /// What every address begins with.
    pub(super) url: PublicUrl,
    /// The address of each service.
    pub(super) addresses: Vec<(Service, String)>,
    descriptions: Vec<OnceLock<Description>>,
    soap_12: bool,
}

impl Places {
    fn new(url: &PublicUrl, soap_12: bool) -> Self {
        let addresses: Vec<_> = super::addresses(url).collect();
        Self {
            url: url.clone(),
            descriptions: addresses.iter().map(|_| OnceLock::new()).collect(),
            addresses,
            soap_12,
        }
    }

    /// The description of a service, built when it is first asked for.
    pub(super) fn description(&self, service: Service) -> Option<&Description> {
        let mut known = self.addresses.iter().zip(&self.descriptions);
        let ((_, address), description) = known.find(|((known, _), _)| *known == service)?;
        Some(description.get_or_init(|| wire::describe(service, address, self.soap_12)))
    }
}

/// The places of every URL callers use.
pub(super) struct Atlas {
    own: Arc<Places>,
    /// Places as trusted proxies name them; none where the URL is configured, or no proxy is trusted.
    named: Option<Mutex<HashMap<String, Arc<Places>>>>,
    soap_12: bool,
}

/// How many URLs are remembered; beyond that all are forgotten. Descriptions are large, and what a proxy says may be its client's words.
const KNOWN: usize = 8;

impl Atlas {
    /// The places under our own URL, and whether proxies may name others.
    pub(super) fn new(settings: &settings::Server, url: &PublicUrl) -> Self {
        let follows = settings.public_url.is_none() && !settings.tls.proxies.is_empty();
        let own = Places::new(url, settings.soap12_binding);
        // Built at start: the first caller does not wait.
        for &service in Service::ALL {
            own.description(service);
        }
        Self {
            own: Arc::new(own),
            named: follows.then(Mutex::default),
            soap_12: settings.soap12_binding,
        }
    }

    /// The places under our own URL.
    pub(super) fn own(&self) -> Arc<Places> {
        Arc::clone(&self.own)
    }

    /// The places as the sender of a request knows them.
    pub(super) fn of(&self, entrance: &Entrance, request: &HttpRequest) -> Arc<Places> {
        let named = self.named.as_ref().filter(|_| entrance.is_proxy(request));
        let Some((named, url)) = named.and_then(|named| Some((named, forwarded::url(request.headers(), entrance.config().is_some())?)))
        else {
            return self.own();
        };
        let mut named = named.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(places) = named.get(url.as_str()) {
            return Arc::clone(places);
        }
        let places = Arc::new(Places::new(&url, self.soap_12));
        if named.len() >= KNOWN {
            named.clear();
        }
        named.insert(url.as_str().to_owned(), Arc::clone(&places));
        places
    }

    /// The headers an answer depends on that depends on these, and names our addresses.
    pub(super) fn vary(&self, own: &str) -> String {
        match self.named {
            Some(_) => format!("{own}, {}", forwarded::VARY),
            None => own.to_owned(),
        }
    }
}
