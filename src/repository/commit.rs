//! The answer to a unit, before it is there: waited for by a thread or awaited by the door.
//! It knows that nobody waits longer than five seconds; a unit that is not stored by then may still be stored later.
//! Storing is left to the committer.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use crate::error::Error;

/// How long an answer may take.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// The outcome of a unit to come: [`Error::Refused`] by a condition, [`Error::Unavailable`] when the database is away or busy,
/// [`Error::Internal`] when the database refuses the facts. Dropping it does not take the unit back.
#[derive(Debug)]
#[must_use = "an answer may leave only after the commit"]
pub struct Commit {
    answer: Result<oneshot::Receiver<Result<(), Error>>, Error>,
    crowded: bool,
}

impl Commit {
    /// An answer to come; in a crowd so many wait that nobody may hand in more and go.
    pub(super) fn pending(answer: oneshot::Receiver<Result<(), Error>>, crowded: bool) -> Self {
        Self {
            answer: Ok(answer),
            crowded,
        }
    }

    pub(super) fn failed(error: Error) -> Self {
        Self {
            answer: Err(error),
            crowded: true,
        }
    }

    /// Is the unit in the writer's hands? It was refused at once if not, and waiting tells why.
    pub fn is_accepted(&self) -> bool {
        self.answer.is_ok()
    }

    /// May a caller go whose answer does not rest on the commit? Not where units come faster than they are stored: those who do not
    /// wait would fill the queue, and whoever comes next would be refused.
    pub fn can_be_left(&self) -> bool {
        self.is_accepted() && !self.crowded
    }

    /// Waits on this thread.
    ///
    /// # Errors
    /// See [`Commit`].
    pub fn wait(self) -> Result<(), Error> {
        let mut receiver = self.answer?;
        let deadline = Instant::now() + PATIENCE;
        let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
        let mut context = Context::from_waker(&waker);
        loop {
            if let Poll::Ready(answer) = Pin::new(&mut receiver).poll(&mut context) {
                return received(answer);
            }
            let now = Instant::now();
            if now >= deadline {
                return Err(too_late());
            }
            std::thread::park_timeout(deadline - now);
        }
    }
}

impl IntoFuture for Commit {
    type Output = Result<(), Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            match tokio::time::timeout(PATIENCE, self.answer?).await {
                Ok(answer) => received(answer),
                Err(_) => Err(too_late()),
            }
        })
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn received(answer: Result<Result<(), Error>, oneshot::error::RecvError>) -> Result<(), Error> {
    answer.unwrap_or_else(|_| Err(Error::Internal("the committer has stopped".to_owned())))
}

fn too_late() -> Error {
    Error::Unavailable("the database does not answer in time".to_owned())
}
