//! The door itself: what every request that comes in shares.
//! It knows the desk behind it, the limits, and where the services are; all workers look at the same one.

use std::net::SocketAddr;
use std::sync::Arc;

use actix_web::HttpRequest;

use super::limits::Budget;
use super::metrics::Metrics;
use super::places::{Atlas, Places};
use super::shelf::Shelf;
use super::tls::Entrance;
use super::{address, front};
use crate::contract::Service;
use crate::services::Desk;
use crate::settings::{self, Limits, Profile, PublicUrl};
use crate::web::Pages;

/// What every request shares.
pub(super) struct Door {
    pub(super) desk: Arc<Desk>,
    pub(super) limits: Limits,
    pub(super) profile: Profile,
    /// Are node-soap's slips of namespace forgiven?
    pub(super) lenient: bool,
    pub(super) entrance: Entrance,
    pub(super) budget: Budget,
    pub(super) metrics: Metrics,
    pub(super) atlas: Atlas,
    pub(super) pages: Pages,
    pub(super) shelf: Shelf,
}

impl Door {
    /// A door to the desk; builds the descriptions of all services. At `watched_at` it tells how it does, and nothing else.
    pub(super) fn new(
        desk: Arc<Desk>,
        settings: &settings::Server,
        entrance: Entrance,
        url: &PublicUrl,
        watched_at: Option<SocketAddr>,
    ) -> Self {
        let paths = Service::ALL.iter().map(|service| (*service, address::path(*service)));
        let pages = Pages::new(paths, front::platform(), settings.profile == Profile::Development);
        Self {
            shelf: Shelf::filled(desk.encoded_lists()),
            desk,
            budget: Budget::new(&settings.limits),
            metrics: Metrics::new(watched_at),
            limits: settings.limits.clone(),
            profile: settings.profile,
            lenient: settings.lenient_namespaces,
            entrance,
            atlas: Atlas::new(settings, url),
            pages,
        }
    }

    /// Where the services are for the sender of a request.
    pub(super) fn places(&self, request: &HttpRequest) -> Arc<Places> {
        self.atlas.of(&self.entrance, request)
    }

    /// How many bytes a body of the service may have: only messages carry documents.
    pub(super) fn body_limit(&self, service: Service) -> usize {
        match service {
            Service::CitizenMessageServiceV2 | Service::JobnetCitizenMessageServiceV2 => self.limits.body,
            Service::CodeListServiceV5 | Service::WsrmServiceV3 | Service::WsrmMessageServiceV10 => self.limits.small_body,
        }
    }
}
