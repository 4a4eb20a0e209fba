//! The shelf: answers about whole code lists in their envelopes, ready to be sent (K2).
//! It knows that lists change: then all answers are put into envelopes anew, once.
//! What the answers say is left to the desk, how they are sent to `page`.

use std::convert::Infallible;
use std::sync::{Arc, PoisonError, RwLock};

use super::envelope;
use super::page::Page;
use super::version::Version;
use crate::services::EncodedLists;

/// The answers of the lists as they were last.
pub(super) struct Shelf(RwLock<Filled>);

struct Filled {
    of: Arc<EncodedLists>,
    in_soap_11: Vec<Page>,
    in_soap_12: Vec<Page>,
}

impl Shelf {
    /// A shelf with the answers there are.
    pub(super) fn filled(lists: Arc<EncodedLists>) -> Self {
        Self(RwLock::new(Filled::with(lists)))
    }

    /// An answer by its number.
    pub(super) fn page(&self, lists: &Arc<EncodedLists>, number: usize, version: Version) -> Option<Page> {
        {
            let filled = self.0.read().unwrap_or_else(PoisonError::into_inner);
            if Arc::ptr_eq(&filled.of, lists) {
                return filled.page(number, version);
            }
        }
        let filled = Filled::with(Arc::clone(lists));
        let page = filled.page(number, version);
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = filled;
        page
    }
}

impl Filled {
    fn with(lists: Arc<EncodedLists>) -> Self {
        let pages = |version| lists.payloads().map(|payload| Page::new(enclosed(payload, version))).collect();
        Self {
            in_soap_11: pages(Version::Soap11),
            in_soap_12: pages(Version::Soap12),
            of: lists,
        }
    }

    fn page(&self, number: usize, version: Version) -> Option<Page> {
        let pages = match version {
            Version::Soap11 => &self.in_soap_11,
            Version::Soap12 => &self.in_soap_12,
        };
        pages.get(number).cloned()
    }
}

/// A payload in an envelope.
pub(super) fn enclosed(payload: &[u8], version: Version) -> Vec<u8> {
    let Ok(bytes) = envelope::write::<Infallible>(version, payload.len() + 256, |writer| {
        writer.raw(&String::from_utf8_lossy(payload));
        Ok(())
    });
    bytes
}
