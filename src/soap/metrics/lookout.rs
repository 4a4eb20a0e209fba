//! The lookout: looks into the archive for whoever scrapes, not more often than every few seconds and never twice at a time.
//! It knows that the database may be slow or away: a scrape waits for a look, briefly, and a look that takes longer ends alone.
//! What is seen is shown by `metrics`.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use log::warn;
use tokio::sync::oneshot::error::TryRecvError;
use tokio::sync::oneshot::{self, Receiver};
use tokio::time::timeout;

use crate::domain::{Channel, OrganisationType};
use crate::error::Error;
use crate::services::{Backlog, Desk, OutboxDepth, QueueBacklog};

/// How long what was seen is told again; a storm of scrapes costs one look.
const FRESH: Duration = Duration::from_secs(3);
/// How long a scrape waits for a look; Prometheus itself waits ten seconds by default.
const PATIENCE: Duration = Duration::from_secs(1);

/// What was seen last.
#[derive(Default)]
pub(super) struct Lookout {
    looked: Option<Instant>,
    backlog: Option<Backlog>,
    underway: Option<Receiver<Result<Backlog, Error>>>,
    /// Types of authority that once had something waiting: they go on being told, with nothing.
    kinds: BTreeSet<OrganisationType>,
}

impl Lookout {
    /// What waits, as of a few seconds ago; nothing while the database gives no answer.
    pub(super) async fn backlog(&mut self, desk: &Arc<Desk>) -> Option<&Backlog> {
        if self.looked.is_none_or(|looked| looked.elapsed() >= FRESH) {
            self.backlog = self.look(desk).await.map(|backlog| self.complete(backlog, desk));
            self.looked = Some(Instant::now());
        }
        self.backlog.as_ref()
    }

    async fn look(&mut self, desk: &Arc<Desk>) -> Option<Backlog> {
        // What an earlier look has found by now is of then; one that still waits is not joined by another.
        let underway = self.underway.take().and_then(|mut look| {
            let still = matches!(look.try_recv(), Err(TryRecvError::Empty));
            still.then_some(look)
        });
        let mut look = match underway {
            Some(look) => look,
            None => send(Arc::clone(desk))?,
        };
        match timeout(PATIENCE, &mut look).await {
            Ok(seen) => seen
                .ok()?
                .inspect_err(|problem| warn!("What waits cannot be measured: {problem}"))
                .ok(),
            Err(_) => {
                warn!("What waits cannot be measured: the database takes longer than a second");
                self.underway = Some(look);
                None
            }
        }
    }

    /// Adds what could wait and does not.
    fn complete(&mut self, mut backlog: Backlog, desk: &Desk) -> Backlog {
        let now = desk.now();
        for channel in [Channel::Email, Channel::Sms] {
            if !backlog.outbox.iter().any(|depth| depth.channel == channel) {
                backlog.outbox.push(OutboxDepth {
                    channel,
                    waiting: 0,
                    retried: 0,
                    oldest: now,
                });
            }
        }
        for &kind in &self.kinds {
            if !backlog.queues.iter().any(|queue| queue.kind == kind) {
                backlog.queues.push(QueueBacklog {
                    kind,
                    waiting: 0,
                    oldest: now,
                });
            }
        }
        self.kinds.extend(backlog.queues.iter().map(|queue| queue.kind));
        backlog
    }
}

/// Looks on a thread of its own: those of the calls may all be waiting for the database.
fn send(desk: Arc<Desk>) -> Option<Receiver<Result<Backlog, Error>>> {
    let (tell, told) = oneshot::channel();
    let looking = thread::Builder::new().name("lookout".to_owned()).spawn(move || {
        // Nobody listens any more where the door was closed meanwhile.
        let _ = tell.send(desk.backlog());
    });
    looking
        .inspect_err(|problem| warn!("What waits cannot be measured: {problem}"))
        .ok()
        .map(|_| told)
}
