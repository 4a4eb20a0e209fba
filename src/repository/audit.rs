//! The audit's own protection: the citizen as keyed hash and encrypted value, and a chain of seals over the records (S5).
//! It knows the keys, which stand outside the database, and the exact bytes a seal covers.
//! Storing records is left to `append`; export and verification read them back with the same functions.

use std::sync::Arc;

use chacha20poly1305::aead::{Aead, Generate, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use uuid::Uuid;

use super::rows;
use super::types::{Identifier, Moment};
use crate::domain::CivilRegistrationNumber;
use crate::domain::audit::{AuditRecord, Outcome};

type Keyed = Hmac<Sha256>;

/// The keys of the audit, all derived from the one in the settings.
pub struct Keys {
    citizen: Keyed,
    seal: Keyed,
    cipher: XChaCha20Poly1305,
}

impl Keys {
    /// Derives the keys; each is good for one purpose only.
    pub fn derive(master: &[u8; 32]) -> Self {
        let derived = |purpose: &str| digest(keyed(master).chain_update(purpose));
        Self {
            citizen: keyed(&derived("citizen")),
            seal: keyed(&derived("seal")),
            cipher: XChaCha20Poly1305::new(&Key::from(derived("encryption"))),
        }
    }

    /// The hash a citizen's records are found by.
    pub fn hash(&self, cpr: &CivilRegistrationNumber) -> [u8; 32] {
        digest(self.citizen.clone().chain_update(cpr.expose()))
    }

    /// The number, readable with the key only: 24 bytes nonce, then the sealed text. It is bound to its hash.
    fn encrypt(&self, cpr: &CivilRegistrationNumber, hash: &[u8; 32]) -> Option<Vec<u8>> {
        let nonce = XNonce::generate();
        let sealed = self
            .cipher
            .encrypt(
                &nonce,
                Payload {
                    msg: cpr.expose().as_bytes(),
                    aad: hash,
                },
            )
            .ok()?;
        Some([nonce.as_slice(), sealed.as_slice()].concat())
    }
}

/// The chain of one writing process: every seal covers the one before.
#[derive(Clone)]
pub struct Chain {
    keys: Arc<Keys>,
    /// The chain's own identifier.
    pub id: Uuid,
    /// Records so far; the next gets the following number.
    pub number: i64,
    seal: [u8; 32],
}

impl Chain {
    /// Begins a chain.
    pub fn begin(keys: Arc<Keys>) -> Self {
        Self {
            keys,
            id: Uuid::now_v7(),
            number: 0,
            seal: [0; 32],
        }
    }

    /// Makes the next record of the chain.
    pub fn record<'a>(&mut self, record: &'a AuditRecord) -> rows::Audit<'a> {
        self.number += 1;
        let citizen_hash = record.citizen.as_ref().map(|cpr| self.keys.hash(cpr));
        let citizen_encrypted = record
            .citizen
            .as_ref()
            .zip(citizen_hash)
            .and_then(|(cpr, hash)| self.keys.encrypt(cpr, &hash));
        let mut row = rows::Audit {
            chain: Identifier(self.id),
            number: self.number,
            recorded_at: Moment(record.at),
            call: Identifier(record.call.0),
            certificate: record.certificate.as_deref(),
            system: record.system.as_deref(),
            organisation: record.organisation.as_ref().map(ToString::to_string),
            acting_user: record.user.as_deref(),
            acting_organisation: record.user_organisation.as_ref().map(ToString::to_string),
            operation: record.operation.as_deref(),
            citizen_hash,
            citizen_encrypted,
            objects: record.objects.join(", "),
            criterion: record.criterion.as_deref(),
            outcome: match record.outcome {
                Outcome::Answered => 0,
                Outcome::Fault(code) => code,
            },
            seal: [0; 32],
        };
        self.seal = seal(&self.keys, &self.seal, &row);
        row.seal = self.seal;
        row
    }
}

/// The seal of a record: a keyed hash over the seal before it and every column.
/// Each column is written as one byte for presence, its length and its bytes, so that no two records share a text.
fn seal(keys: &Keys, before: &[u8; 32], row: &rows::Audit<'_>) -> [u8; 32] {
    let mut mac = keys.seal.clone();
    mac.update(before);
    let mut column = |value: Option<&[u8]>| {
        mac.update(&[u8::from(value.is_some())]);
        let value = value.unwrap_or_default();
        mac.update(&(value.len() as u64).to_be_bytes());
        mac.update(value);
    };
    column(Some(row.chain.0.as_bytes()));
    column(Some(&row.number.to_be_bytes()));
    column(Some(&row.recorded_at.0.timestamp_micros().to_be_bytes()));
    column(Some(row.call.0.as_bytes()));
    column(row.certificate.map(str::as_bytes));
    column(row.system.map(str::as_bytes));
    column(row.organisation.as_deref().map(str::as_bytes));
    column(row.acting_user.map(str::as_bytes));
    column(row.acting_organisation.as_deref().map(str::as_bytes));
    column(row.operation.map(str::as_bytes));
    column(row.citizen_hash.as_ref().map(<[u8; 32]>::as_slice));
    column(row.citizen_encrypted.as_deref());
    column(Some(row.objects.as_bytes()));
    column(row.criterion.map(str::as_bytes));
    column(Some(&row.outcome.to_be_bytes()));
    digest(mac)
}

/// HMAC fills a short key up with zeros to the block of its hash; done here, there is no error left to handle.
fn keyed(key: &[u8; 32]) -> Keyed {
    let mut block = [0; 64];
    let (start, _) = block.split_at_mut(key.len());
    start.copy_from_slice(key);
    Keyed::new(&block.into())
}

fn digest(mac: Keyed) -> [u8; 32] {
    mac.finalize().into_bytes().into()
}
