//! The audit's own protection: the citizen as keyed hash and encrypted value, and a chain of seals over the records (S5).
//! It knows the keys, which stand outside the database, and the exact bytes a seal covers.
//! Storing records is left to `append`; `access` and `verification` read them back with the same functions.

mod access;
pub(super) mod stored;
mod verification;

use std::collections::BTreeSet;
use std::sync::Arc;

use chacha20poly1305::aead::{Aead, Generate, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use uuid::Uuid;

pub use access::{Access, Audit, Entry};
pub use verification::{Anchor, Damage, Finding, Verification};

use super::rows;
use super::types::{Identifier, Moment};
use crate::domain::CivilRegistrationNumber;
use crate::domain::audit::{AuditRecord, Outcome};

type Keyed = Hmac<Sha256>;

/// A keyed hash.
type Seal = [u8; 32];

/// The keys of the audit, all derived from the one in the settings.
pub struct Keys {
    citizen: Keyed,
    seal: Keyed,
    head: Keyed,
    cipher: XChaCha20Poly1305,
}

impl Keys {
    /// Derives the keys; each is good for one purpose only.
    pub fn derive(master: &[u8; 32]) -> Self {
        let derived = |purpose: &str| digest(keyed(master).chain_update(purpose));
        Self {
            citizen: keyed(&derived("citizen")),
            seal: keyed(&derived("seal")),
            head: keyed(&derived("head")),
            cipher: XChaCha20Poly1305::new(&Key::from(derived("encryption"))),
        }
    }

    /// The hash a citizen's records are found by.
    pub fn hash(&self, cpr: &CivilRegistrationNumber) -> [u8; 32] {
        digest(self.citizen.clone().chain_update(cpr.expose()))
    }

    /// The number, readable with the key only: 24 bytes nonce, then the sealed text. It is bound to its hash.
    /// Nothing only if the text were longer than the cipher takes, which is gigabytes.
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

    /// The number that was encrypted; nothing if it was with another key or for another hash.
    fn decrypt(&self, encrypted: &[u8], hash: &[u8]) -> Option<CivilRegistrationNumber> {
        let (nonce, sealed) = encrypted.split_at_checked(24)?;
        let payload = Payload { msg: sealed, aad: hash };
        let text = self.cipher.decrypt(&XNonce::try_from(nonce).ok()?, payload).ok()?;
        String::from_utf8(text).ok().map(CivilRegistrationNumber::new)
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

    /// Begins another chain with the same keys.
    pub fn another(&self) -> Self {
        Self::begin(Arc::clone(&self.keys))
    }

    /// Makes the next record of the chain, and the rows by which citizens shown are found.
    pub fn record<'a>(&mut self, record: &'a AuditRecord) -> (rows::Audit<'a>, Vec<rows::AuditCitizen>) {
        self.number += 1;
        let shown: BTreeSet<Seal> = record.shown.iter().map(|cpr| self.keys.hash(cpr)).collect();
        let shown: Vec<Seal> = shown.into_iter().collect();
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
        let hashes: Vec<&[u8]> = shown.iter().map(Seal::as_slice).collect();
        self.seal = seal(&self.keys, &self.seal, &row, &hashes);
        row.seal = self.seal;
        let citizen = |citizen_hash| rows::AuditCitizen {
            citizen_hash,
            chain: row.chain,
            number: row.number,
        };
        let citizens = shown.iter().copied().map(citizen).collect();
        (row, citizens)
    }

    /// The same as a mark beside the facts, where the audit is kept elsewhere.
    pub fn mark(&self) -> rows::ChainMark {
        let rows::AuditHead {
            chain,
            number,
            seal,
            signature,
        } = self.head();
        rows::ChainMark {
            chain,
            number,
            seal,
            signature,
        }
    }

    /// The chain's last record, signed.
    pub fn head(&self) -> rows::AuditHead {
        let (chain, number) = (Identifier(self.id), self.number);
        rows::AuditHead {
            chain,
            number,
            seal: self.seal,
            signature: signature(&self.keys, chain, number, &self.seal),
        }
    }
}

/// The signature of a chain's head.
fn signature(keys: &Keys, chain: Identifier, number: i64, seal: &Seal) -> Seal {
    let head = keys.head.clone();
    digest(
        head.chain_update(chain.0.as_bytes())
            .chain_update(number.to_be_bytes())
            .chain_update(seal),
    )
}

/// The seal of a record: a keyed hash over the seal before it, every column, and the citizens shown in the order of their hashes.
/// Each column is written as one byte for presence, its length and its bytes, so that no two records share a text.
fn seal(keys: &Keys, before: &Seal, row: &rows::Audit<'_>, shown: &[&[u8]]) -> Seal {
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
    shown.iter().for_each(|hash| column(Some(hash)));
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;
    use crate::domain::{LogReference, Organisation, OrganisationType};

    fn record() -> AuditRecord {
        let text = |text: &str| Some(text.to_owned());
        let fund = Organisation::new(OrganisationType::UNEMPLOYMENT_FUND, "81");
        AuditRecord {
            at: "2026-05-04T10:00:00.123456Z".parse().unwrap(),
            call: LogReference(Uuid::from_u128(1)),
            certificate: text("UI:1"),
            system: text("fagsystem"),
            organisation: Some(fund.clone()),
            user: text("RID:1"),
            user_organisation: Some(fund),
            operation: text("CreateMessage"),
            citizen: Some(CivilRegistrationNumber::new("1503850002")),
            shown: vec![CivilRegistrationNumber::new("0101010101")],
            objects: vec!["message 1".to_owned()],
            criterion: text("unread"),
            outcome: Outcome::Answered,
        }
    }

    /// S5: only who has the key can tell which citizen a record is about; the cipher text cannot be moved to another citizen.
    #[test]
    fn s05_a_citizen_can_be_read_with_the_key_only() {
        let (keys, others) = (Keys::derive(&[1; 32]), Keys::derive(&[2; 32]));
        let cpr = CivilRegistrationNumber::new("1503850002");
        let hash = keys.hash(&cpr);
        assert_ne!(hash, others.hash(&cpr));
        let encrypted = keys.encrypt(&cpr, &hash).unwrap();
        assert_eq!(keys.decrypt(&encrypted, &hash), Some(cpr));
        for (keys, hash, encrypted) in [
            (&others, hash, encrypted.as_slice()),
            (&keys, [0; 32], encrypted.as_slice()),
            (&keys, hash, &encrypted[..30]),
            (&keys, hash, &[]),
        ] {
            assert_eq!(keys.decrypt(encrypted, &hash), None);
        }
    }

    /// S5: a seal covers the record before and every column, so that a changed, removed or moved record breaks the chain.
    #[test]
    fn s05_a_seal_covers_every_column_and_the_record_before() {
        let record = record();
        let mut chain = Chain::begin(Arc::new(Keys::derive(&[1; 32])));
        let ((first, _), (second, citizens)) = (chain.record(&record), chain.record(&record));
        assert_eq!((first.number, second.number), (1, 2));
        let hash = chain.keys.hash(&CivilRegistrationNumber::new("0101010101"));
        assert_eq!(citizens.iter().map(|citizen| citizen.citizen_hash).collect::<Vec<_>>(), [hash]);
        let again = |row: &rows::Audit<'_>| seal(&chain.keys, &first.seal, row, &[&hash]);
        assert_eq!(again(&second), second.seal, "the seal can be computed again");
        assert_ne!(
            seal(&chain.keys, &[0; 32], &second, &[&hash]),
            second.seal,
            "without the record before"
        );
        assert_ne!(
            seal(&Keys::derive(&[2; 32]), &first.seal, &second, &[&hash]),
            second.seal,
            "without the key"
        );
        assert_ne!(
            seal(&chain.keys, &first.seal, &second, &[]),
            second.seal,
            "without the citizen shown"
        );
        let mut row = second;
        let mut changed = |what: &str, change: &dyn Fn(&mut rows::Audit<'_>)| {
            let before = again(&row);
            change(&mut row);
            assert_ne!(again(&row), before, "{what}");
        };
        changed("chain", &|row| row.chain = Identifier(Uuid::nil()));
        changed("number", &|row| row.number = 9);
        changed("instant", &|row| row.recorded_at.0 += chrono::TimeDelta::microseconds(1));
        changed("call", &|row| row.call = Identifier(Uuid::nil()));
        changed("certificate", &|row| row.certificate = None);
        changed("system", &|row| row.system = Some(""));
        changed("empty or not there", &|row| row.system = None);
        changed("organisation", &|row| row.organisation = None);
        changed("user", &|row| row.acting_user = None);
        changed("user's organisation", &|row| row.acting_organisation = None);
        changed("operation", &|row| row.operation = None);
        changed("hash", &|row| row.citizen_hash = None);
        changed("cipher text", &|row| row.citizen_encrypted.as_mut().unwrap()[30] ^= 1);
        changed("objects", &|row| row.objects.clear());
        changed("criterion", &|row| row.criterion = None);
        changed("outcome", &|row| row.outcome = 1);
    }
}
