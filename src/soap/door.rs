//! The door itself: what every request that comes in shares.
//! It knows the desk behind it, the limits, and the descriptions built at start; all workers look at the same one.

use std::sync::Arc;

use super::description::Description;
use super::limits::Budget;
use super::tls::Entrance;
use super::{address, wire};
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
    descriptions: Vec<(Service, Description)>,
}

impl Door {
    /// A door to the desk; builds the descriptions of all services.
    pub(super) fn new(desk: Arc<Desk>, limits: Limits, profile: Profile, entrance: Entrance, url: &PublicUrl) -> Self {
        let descriptions = Service::ALL
            .iter()
            .map(|&service| (service, wire::describe(service, &format!("{url}{}", address::path(service)))))
            .collect();
        Self {
            desk,
            budget: Budget::new(&limits),
            limits,
            profile,
            entrance,
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
            Service::CitizenMessageServiceV2 => self.limits.body,
            Service::CodeListServiceV5 => self.limits.small_body,
        }
    }
}
