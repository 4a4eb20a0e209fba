//! Limits of the door: how much may be in the house at one time.
//! It counts requests and bytes; a request that does not fit is asked to come back.
//! The bounds of one request are left to where it is read.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::rejection::Rejection;
use crate::settings::Limits;

/// Bytes of one permit: a semaphore counts in 32 bits.
const UNIT: usize = 1024;

/// What is in the house; shared by all workers.
pub(super) struct Budget {
    requests: Arc<Semaphore>,
    bytes: Arc<Semaphore>,
    capacity: InHouse,
}

/// How much is in the house, or may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct InHouse {
    pub(super) requests: usize,
    /// Bytes of bodies.
    pub(super) bytes: usize,
}

/// A request's place in the house. It is free again when this is dropped.
pub(super) struct Place {
    _request: OwnedSemaphorePermit,
    bytes: Option<OwnedSemaphorePermit>,
    budget: Arc<Semaphore>,
}

impl Budget {
    pub(super) fn new(limits: &Limits) -> Self {
        let bytes = (limits.bytes_in_flight / UNIT).min(Semaphore::MAX_PERMITS);
        let requests = limits.requests.min(Semaphore::MAX_PERMITS);
        Self {
            requests: Arc::new(Semaphore::new(requests)),
            bytes: Arc::new(Semaphore::new(bytes)),
            capacity: InHouse {
                requests,
                bytes: bytes * UNIT,
            },
        }
    }

    /// How much may be in the house.
    pub(super) fn capacity(&self) -> InHouse {
        self.capacity
    }

    /// How much is in the house.
    pub(super) fn held(&self) -> InHouse {
        InHouse {
            requests: self.capacity.requests.saturating_sub(self.requests.available_permits()),
            bytes: self.capacity.bytes.saturating_sub(self.bytes.available_permits() * UNIT),
        }
    }

    /// Lets a request in.
    ///
    /// # Errors
    /// [`Rejection::Overload`] when the house is full.
    pub(super) fn enter(&self) -> Result<Place, Rejection> {
        let request = Arc::clone(&self.requests).try_acquire_owned().map_err(|_| Rejection::Overload)?;
        Ok(Place {
            _request: request,
            bytes: None,
            budget: Arc::clone(&self.bytes),
        })
    }
}

impl Place {
    /// Takes room for so many bytes of body in all.
    ///
    /// # Errors
    /// [`Rejection::Overload`] when they do not fit.
    pub(super) fn hold(&mut self, bytes: usize) -> Result<(), Rejection> {
        let held = self.bytes.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let wanted = bytes.div_ceil(UNIT).saturating_sub(held);
        if wanted == 0 {
            return Ok(());
        }
        let more = u32::try_from(wanted)
            .ok()
            .and_then(|wanted| Arc::clone(&self.budget).try_acquire_many_owned(wanted).ok());
        match (more.ok_or(Rejection::Overload)?, &mut self.bytes) {
            (more, Some(bytes)) => bytes.merge(more),
            (more, bytes) => *bytes = Some(more),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_place_is_free_again_when_its_request_is_done() {
        let budget = Budget::new(&Limits {
            requests: 1,
            bytes_in_flight: 4 * UNIT,
            ..Limits::default()
        });
        let mut place = budget.enter().unwrap();
        assert!(budget.enter().is_err());
        place.hold(UNIT).unwrap();
        let held = InHouse { requests: 1, bytes: UNIT };
        assert_eq!(budget.held(), held);
        place.hold(4 * UNIT).unwrap();
        assert!(place.hold(4 * UNIT + 1).is_err());
        drop(place);
        budget.enter().unwrap().hold(4 * UNIT).unwrap();
    }
}
