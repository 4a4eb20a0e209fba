//! The body of a request: read into one buffer, within size, time and the room there is.
//! It takes its bytes straight from the connection and answers every way that can fail with a rejection of our own.
//! What the bytes mean is left to the envelope.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use actix_web::web::Payload;
use futures_core::Stream;
use tokio::time::{Instant, timeout_at};

use super::limits::Room;
use super::rejection::Rejection;
use crate::settings::Limits;

/// A declared length is believed up to here; a longer body lets the buffer grow as it comes.
const BELIEVED: usize = 64 * 1024;
/// Who has sent so large a part of what was declared is believed the rest: each step copies what is there, and leaves its old place behind.
const PART: usize = 16;

/// Reads a body of at most `limit` bytes; `declared` is its `Content-Length`.
///
/// # Errors
/// Too large, too slow, broken off, or no room.
pub(super) async fn read(
    payload: &mut Payload,
    declared: Option<u64>,
    limit: usize,
    limits: &Limits,
    room: &mut Room,
) -> Result<Vec<u8>, Rejection> {
    let declared = declared.map_or(Ok(0), usize::try_from).map_err(|_| Rejection::BodyTooLarge)?;
    if declared > limit {
        return Err(Rejection::BodyTooLarge);
    }
    let mut body = Vec::with_capacity(declared.min(BELIEVED));
    let started = Instant::now();
    loop {
        let next = poll_fn(|context| Pin::new(&mut *payload).poll_next(context));
        match timeout_at(started + time_for(body.len(), limits), next).await {
            Err(_) => return Err(Rejection::BodyTooSlow),
            Ok(None) => return Ok(body),
            Ok(Some(Err(_))) => return Err(Rejection::BodyBroken),
            Ok(Some(Ok(chunk))) => {
                if body.len() + chunk.len() > limit {
                    return Err(Rejection::BodyTooLarge);
                }
                room.hold(body.len() + chunk.len())?;
                make_room(&mut body, chunk.len(), declared);
                body.extend_from_slice(&chunk);
            }
        }
    }
}

/// Grows the buffer, while the body keeps its word, in few steps and not beyond the declared length; afterwards by doubling.
fn make_room(body: &mut Vec<u8>, more: usize, declared: usize) {
    let needed = body.len() + more;
    if needed <= body.capacity() {
        return;
    }
    if needed <= declared {
        let room = needed.max(body.len() * PART).min(declared);
        body.reserve_exact(room - body.len());
    } else {
        body.reserve(more);
    }
}

/// Lets a body go that will not be read. One that is here already is thrown away, and its connection stays; any other is kept a moment
/// while the answer leaves, so that the connection closes after it instead of reading on for the rest of a body without a known end.
pub(super) fn let_go(mut payload: Payload) {
    // Nobody is to be woken: what has not come by now is not waited for.
    let mut now = Context::from_waker(Waker::noop());
    while let Poll::Ready(chunk) = Pin::new(&mut payload).poll_next(&mut now) {
        if !matches!(chunk, Some(Ok(_))) {
            return;
        }
    }
    actix_web::rt::spawn(async move {
        tokio::time::sleep(Duration::from_secs(1)).await;
        drop(payload);
    });
}

/// How long a body may take that has brought so many bytes.
fn time_for(bytes: usize, limits: &Limits) -> Duration {
    let earned = bytes as u64 / u64::from(limits.body_rate.max(1));
    Duration::from_secs(limits.body_grace_seconds.saturating_add(earned).min(limits.body_seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_buffer_of_a_body_that_keeps_its_word_grows_in_few_steps_and_not_ahead_of_what_has_come() {
        let (mut body, chunk, declared) = (Vec::with_capacity(100), [0; 30], 10_000);
        let mut steps = 0;
        while body.len() + chunk.len() < declared {
            let before = body.capacity();
            make_room(&mut body, chunk.len(), declared);
            body.extend_from_slice(&chunk);
            steps += usize::from(body.capacity() > before);
            let most = declared.min(PART * body.len());
            assert!(body.capacity() <= most, "{} for {}", body.capacity(), body.len());
        }
        assert_eq!(steps, 2);
        make_room(&mut body, 30, declared);
        assert!(body.capacity() >= body.len() + 30, "more than was declared still finds room");
    }

    #[test]
    fn a_body_earns_time_by_its_bytes_up_to_a_minute() {
        let limits = Limits::default();
        assert_eq!(time_for(0, &limits), Duration::from_secs(5));
        assert_eq!(time_for(2_400, &limits), Duration::from_secs(15));
        assert_eq!(time_for(5_000_000, &limits), Duration::from_secs(60));
    }
}
