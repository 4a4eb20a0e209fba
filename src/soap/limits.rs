//! Limits of the door: how much may be in the house at one time.
//! It counts requests, those in work and those that wait, and bytes that come and go; what does not fit is asked to come back, and large
//! requests pass a narrower gate, so that small ones need not wait for them.
//! The bounds of one request are left to where it is read.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::rejection::Rejection;
use crate::settings::Limits;

/// Bytes of one permit: a semaphore counts in 32 bits.
const UNIT: usize = 1024;
/// Up to here a body or an answer is small.
pub(super) const SMALL: usize = 64 * 1024;

/// What is in the house; shared by all workers.
pub(super) struct Budget {
    requests: Arc<Semaphore>,
    large_requests: Arc<Semaphore>,
    turns: Arc<Semaphore>,
    gate: Arc<Semaphore>,
    bytes: Arc<Semaphore>,
    large_bytes: Arc<Semaphore>,
    answers: Arc<Semaphore>,
    capacity: InHouse,
}

/// How much is in the house, or may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct InHouse {
    /// Requests in work and in the queue.
    pub(super) requests: usize,
    /// Bytes of bodies.
    pub(super) bytes: usize,
}

/// Room for a body that comes. It is free again when this is dropped.
pub(super) struct Room {
    held: Vec<OwnedSemaphorePermit>,
    size: usize,
    pools: Option<(Arc<Semaphore>, Arc<Semaphore>)>,
}

/// A request's place in the house, with the room its body takes. It is free again when this is dropped.
pub(super) struct Place {
    _request: OwnedSemaphorePermit,
    _large: Option<OwnedSemaphorePermit>,
    room: Room,
}

/// A request's turn to be worked on; the next one's when this is dropped.
pub(super) struct Turn {
    _turn: Option<OwnedSemaphorePermit>,
}

impl Budget {
    pub(super) fn new(limits: &Limits) -> Self {
        let semaphore = |permits: usize| Arc::new(Semaphore::new(permits.min(Semaphore::MAX_PERMITS)));
        let bytes = (limits.bytes_in_flight / UNIT).min(Semaphore::MAX_PERMITS);
        let requests = limits.requests.saturating_add(limits.queue).min(Semaphore::MAX_PERMITS);
        Self {
            requests: semaphore(requests),
            large_requests: semaphore(requests - requests / 4),
            turns: semaphore(limits.requests),
            gate: semaphore(limits.large().get()),
            bytes: semaphore(bytes),
            large_bytes: semaphore(bytes - bytes / 4),
            answers: semaphore(limits.answers_in_flight / UNIT),
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

    /// Room for a body. While it comes it takes nobody's place: callers who send slowly keep nobody out.
    ///
    /// # Errors
    /// [`Rejection::Overload`] when there would be no place for the request now.
    pub(super) fn receive(&self) -> Result<Room, Rejection> {
        if self.requests.available_permits() == 0 {
            return Err(Rejection::Overload);
        }
        Ok(Room {
            held: Vec::new(),
            size: 0,
            pools: Some((Arc::clone(&self.bytes), Arc::clone(&self.large_bytes))),
        })
    }

    /// Lets a request in whose body is there; a quarter of the places is kept for small ones.
    ///
    /// # Errors
    /// [`Rejection::Overload`] when the house is full.
    pub(super) fn enter(&self, room: Room) -> Result<Place, Rejection> {
        let large = (room.size > SMALL).then(|| take(&self.large_requests, 1)).transpose()?;
        Ok(Place {
            _request: take(&self.requests, 1)?,
            _large: large,
            room,
        })
    }

    /// Waits until it is the request's turn, first come, first served.
    pub(super) async fn turn(&self) -> Turn {
        Turn {
            _turn: Arc::clone(&self.turns).acquire_owned().await.ok(),
        }
    }

    /// The request's turn, if it need not wait for it.
    pub(super) fn turn_at_once(&self) -> Option<Turn> {
        let turn = Arc::clone(&self.turns).try_acquire_owned().ok()?;
        Some(Turn { _turn: Some(turn) })
    }

    /// Waits, with a large request, until few enough others are read; it waits for its turn behind this gate, for who waits here keeps
    /// nobody's turn.
    pub(super) async fn pass(&self, place: &Place) -> Turn {
        let large = place.room.size > SMALL;
        Turn {
            _turn: if large {
                Arc::clone(&self.gate).acquire_owned().await.ok()
            } else {
                None
            },
        }
    }

    /// Room for an answer of so many bytes; a small one always finds it.
    ///
    /// # Errors
    /// [`Rejection::Overload`] when too much is on its way.
    pub(super) fn answer(&self, bytes: usize) -> Result<Room, Rejection> {
        let mut room = Room::small();
        if bytes > SMALL {
            room.held.push(take(&self.answers, bytes.div_ceil(UNIT))?);
            room.size = bytes;
        }
        Ok(room)
    }
}

impl Room {
    /// For what is so small that it takes none.
    pub(super) fn small() -> Self {
        Self {
            held: Vec::new(),
            size: 0,
            pools: None,
        }
    }

    /// Takes room for so many bytes of body in all.
    ///
    /// # Errors
    /// [`Rejection::Overload`] when they do not fit.
    pub(super) fn hold(&mut self, bytes: usize) -> Result<(), Rejection> {
        let Some((all, large)) = &self.pools else { return Ok(()) };
        let more = |held: usize, wanted: usize| wanted.div_ceil(UNIT).saturating_sub(held.div_ceil(UNIT));
        let from_all = more(self.size, bytes);
        let from_large = if bytes > SMALL {
            more(if self.size > SMALL { self.size } else { 0 }, bytes)
        } else {
            0
        };
        for (pool, wanted) in [(all, from_all), (large, from_large)] {
            if wanted > 0 {
                self.held.push(take(pool, wanted)?);
            }
        }
        self.size = bytes;
        Ok(())
    }
}

fn take(pool: &Arc<Semaphore>, permits: usize) -> Result<OwnedSemaphorePermit, Rejection> {
    let permits = u32::try_from(permits).map_err(|_| Rejection::Overload)?;
    Arc::clone(pool).try_acquire_many_owned(permits).map_err(|_| Rejection::Overload)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn budget(kilobytes: usize) -> Budget {
        Budget::new(&Limits {
            requests: 1,
            queue: 1,
            bytes_in_flight: kilobytes * UNIT,
            answers_in_flight: kilobytes * UNIT,
            large_at_once: Some(std::num::NonZeroUsize::MIN),
            ..Limits::default()
        })
    }

    #[test]
    fn a_place_is_free_again_when_its_request_is_done() {
        let budget = budget(4);
        let mut room = budget.receive().unwrap();
        room.hold(1).unwrap();
        room.hold(UNIT).unwrap();
        let place = budget.enter(room).unwrap();
        assert_eq!(budget.held(), InHouse { requests: 1, bytes: UNIT });
        let waiting = budget.enter(budget.receive().unwrap()).unwrap();
        assert!(budget.receive().is_err() && budget.enter(Room::small()).is_err());
        drop((place, waiting));
        assert_eq!(budget.held(), InHouse { requests: 0, bytes: 0 });
        let mut room = budget.receive().unwrap();
        room.hold(4 * UNIT).unwrap();
        assert!(room.hold(4 * UNIT + 1).is_err());
    }

    #[test]
    fn who_still_sends_keeps_nobody_out() {
        let budget = budget(100);
        let sending: Vec<_> = (0..50).map(|_| budget.receive().unwrap()).collect();
        assert!(budget.enter(budget.receive().unwrap()).is_ok());
        drop(sending);
    }

    #[test]
    fn a_quarter_of_the_room_is_kept_for_small_bodies() {
        let budget = budget(400);
        let mut large = budget.receive().unwrap();
        large.hold(SMALL).unwrap();
        large.hold(300 * UNIT).unwrap();
        assert!(budget.receive().unwrap().hold(SMALL + 1).is_err());
        let mut small = budget.receive().unwrap();
        small.hold(SMALL).unwrap();
        assert_eq!(budget.held().bytes, 300 * UNIT + SMALL);
    }

    #[test]
    fn large_answers_have_a_common_bound_and_small_ones_always_leave() {
        let budget = budget(100);
        let first = budget.answer(80 * UNIT).unwrap();
        assert!(budget.answer(80 * UNIT).is_err());
        assert!(budget.answer(SMALL).is_ok());
        drop(first);
        assert!(budget.answer(80 * UNIT).is_ok());
    }

    #[actix_web::test]
    async fn a_large_request_waits_for_another_and_small_ones_pass() {
        let budget = budget(1000);
        let place = |bytes: usize| {
            let mut room = budget.receive().unwrap();
            room.hold(bytes).unwrap();
            budget.enter(room).unwrap()
        };
        let (large, small) = (place(100 * UNIT), place(UNIT));
        let turn = budget.pass(&large).await;
        let soon = std::time::Duration::from_millis(20);
        assert!(tokio::time::timeout(soon, budget.pass(&large)).await.is_err());
        budget.pass(&small).await;
        drop(turn);
        budget.pass(&large).await;
    }
}
