//! The door itself: what every request that comes in shares.
//! It knows the desk behind it, the limits, and the descriptions built at start; all workers look at the same one.

use std::net::SocketAddr;
use std::sync::Arc;

use super::description::Description;
use super::limits::Budget;
use super::metrics::Metrics;
use super::tls::Entrance;
use super::wire;
use crate::contract::Service;
use crate::services::Desk;
use crate::settings::{Limits, Profile, PublicUrl};

/// What every request shares.
pub(super) struct Door {
    pub(super) desk: Arc<Desk>,
    pub(super) limits: Limits,
    pub(super) profile: Profile,
    pub(super) entrance: Entrance,
    pub(super) budget: Budget,
    pub(super) metrics: Metrics,
    pub(super) addresses: Vec<(Service, String)>,
    descriptions: Vec<(Service, Description)>,
}

impl Door {
    /// A door to the desk; builds the descriptions of all services. At `watched_at` it tells how it does, and nothing else.
    pub(super) fn new(
        desk: Arc<Desk>,
        limits: Limits,
        profile: Profile,
        entrance: Entrance,
        url: &PublicUrl,
        watched_at: Option<SocketAddr>,
    ) -> Self {
        let addresses: Vec<_> = super::addresses(url).collect();
        let describe = |(service, address): &(Service, String)| (*service, wire::describe(*service, address));
        let descriptions = addresses.iter().map(describe).collect();
        Self {
            desk,
            budget: Budget::new(&limits),
            metrics: Metrics::new(watched_at),
            limits,
            profile,
            entrance,
            addresses,
            descriptions,
        }
    }

    /// The description of a service.
    pub(super) fn description(&self, service: Service) -> Option<&Description> {
        self.descriptions
            .iter()
            .find(|(known, _)| *known == service)
            .map(|(_, description)| description)
    }

    /// How many bytes a body of the service may have: only messages carry documents.
    pub(super) fn body_limit(&self, service: Service) -> usize {
        match service {
            Service::CitizenMessageServiceV2 | Service::JobnetCitizenMessageServiceV2 => self.limits.body,
            Service::CodeListServiceV5 | Service::WsrmServiceV3 | Service::WsrmMessageServiceV10 => self.limits.small_body,
        }
    }
}
