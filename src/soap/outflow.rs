//! Outflow: the bytes of an answer on their way out, in pieces.
//! It keeps the answer's room in the house until the last piece is handed over, and gives up a caller who takes too long over the whole.
//! Callers who take nothing at all are left to the guard of the connection.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use actix_web::body::{BodySize, MessageBody};
use actix_web::web::Bytes;

use super::limits::Room;

/// What is handed over at a time: what the parser would copy is little, and what has left is known.
const PIECE: usize = 64 * 1024;

/// An answer that leaves.
pub(super) struct Outflow {
    rest: Bytes,
    until: Instant,
    _room: Room,
}

/// A caller took too long over an answer.
#[derive(Debug, thiserror::Error)]
#[error("the caller took too long over its answer")]
pub(super) struct TooSlow;

impl Outflow {
    /// An answer that may take so long in all.
    pub(super) fn new(answer: impl Into<Bytes>, room: Room, seconds: u64) -> Self {
        Self {
            rest: answer.into(),
            until: Instant::now() + Duration::from_secs(seconds),
            _room: room,
        }
    }
}

impl MessageBody for Outflow {
    type Error = Box<dyn std::error::Error>;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.rest.len() as u64)
    }

    fn poll_next(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let this = self.get_mut();
        if this.rest.is_empty() {
            return Poll::Ready(None);
        }
        if Instant::now() > this.until {
            return Poll::Ready(Some(Err(TooSlow.into())));
        }
        let piece = this.rest.len().min(PIECE);
        Poll::Ready(Some(Ok(this.rest.split_to(piece))))
    }

    fn try_into_bytes(self) -> Result<Bytes, Self> {
        Err(self)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::future::poll_fn;

    use super::*;

    async fn next(outflow: &mut Outflow) -> Option<Result<Bytes, Box<dyn std::error::Error>>> {
        poll_fn(|context| Pin::new(&mut *outflow).poll_next(context)).await
    }

    #[actix_web::test]
    async fn an_answer_leaves_in_pieces_and_whole() {
        let answer: Vec<u8> = (0..=255).cycle().take(2 * PIECE + 5).collect();
        let mut outflow = Outflow::new(answer.clone(), Room::small(), 60);
        assert_eq!(outflow.size(), BodySize::Sized(answer.len() as u64));
        let mut left = Vec::new();
        while let Some(piece) = next(&mut outflow).await {
            left.extend_from_slice(&piece.unwrap());
        }
        assert_eq!(left, answer);
    }

    #[actix_web::test]
    async fn a_caller_who_takes_too_long_over_the_whole_is_given_up() {
        let mut outflow = Outflow::new(vec![0; 2 * PIECE], Room::small(), 0);
        std::thread::sleep(Duration::from_millis(2));
        assert!(next(&mut outflow).await.unwrap().is_err());
    }
}
