//! The promise of a record: a call leaves one even when nobody carries it to its end, because its client went away with half the body sent,
//! or the server stops with the call in work (S5).
//! It knows when the call came and with which certificate; what a call that comes through leaves behind is said by its unit.

use std::sync::Arc;

use log::warn;

use crate::domain::Unit;
use crate::domain::audit::UNAVAILABLE;
use crate::services::{Desk, Refused};

/// A record still to be written; dropped, it is.
pub(super) struct Promise {
    desk: Arc<Desk>,
    refused: Refused,
    kept: bool,
}

impl Promise {
    /// A call has come in.
    pub(super) fn new(desk: Arc<Desk>, refused: Refused) -> Self {
        Self {
            desk,
            refused,
            kept: false,
        }
    }

    /// The record with a fault's number, and nothing else.
    pub(super) fn unit(&self, number: i32) -> Unit {
        self.desk.refused(self.refused.clone(), number)
    }

    /// The archive has the record in hand, or not any more.
    pub(super) fn is_kept(&mut self, kept: bool) {
        self.kept = kept;
    }
}

impl Drop for Promise {
    fn drop(&mut self) {
        if self.kept {
            return;
        }
        warn!("The call {} was dropped before it was answered", self.refused.reference);
        // Nobody is left to wait for it; what the writer has in hand, it writes before it closes.
        drop(self.desk.commit(self.unit(UNAVAILABLE)));
    }
}
