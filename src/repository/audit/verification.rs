//! Is the audit what was written? Every chain is walked, every seal computed again, and every end compared with its signed head.
//!
//! It finds a record that was changed, removed, moved or inserted, citizens added to or taken from a record, and a chain that was cut off.
//! Without the key of the audit nobody can write any of that unseen. Who can put back an *older* state of a whole chain together with its
//! head, or remove both, can hide what came after: against that helps an anchor kept in another place ([`Anchor`]), which is a chain's end at
//! an earlier time and must still be there.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use diesel::QueryResult;
use uuid::Uuid;

use super::super::types::Identifier;
use super::stored::{Citizen, Head, Record};
use super::{Keys, Seal, seal, signature};

/// Records that are read at once.
pub(super) const PAGE: i64 = 1000;

/// What verification asks of the database.
pub trait Source {
    /// The chain that follows another.
    fn next_chain(&mut self, after: Option<Identifier>) -> QueryResult<Option<Identifier>>;
    /// All heads.
    fn heads(&mut self) -> QueryResult<Vec<Head>>;
    /// Ends chains had, kept in another database than their own.
    fn marks(&mut self) -> QueryResult<Vec<Head>>;
    /// Records of a chain behind a number.
    fn records(&mut self, chain: Identifier, after: i64, limit: i64) -> QueryResult<Vec<Record>>;
    /// Citizens shown by the records behind one number and up to another.
    fn citizens(&mut self, chain: Identifier, after: i64, to: i64) -> QueryResult<Vec<Citizen>>;
}

/// The end of a chain at some time. As text: chain, number and seal with a space between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// Which chain.
    pub chain: Uuid,
    /// Its last record.
    pub number: i64,
    seal: Seal,
}

impl fmt::Display for Anchor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {} ", self.chain, self.number)?;
        self.seal.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl FromStr for Anchor {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const FORM: &str = "an anchor is a chain, a number and 64 hexadecimal digits";
        let mut words = text.split(' ');
        let (Some(chain), Some(number), Some(digits), None) = (words.next(), words.next(), words.next(), words.next()) else {
            return Err(FORM);
        };
        if digits.len() != 64 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(FORM);
        }
        let mut seal = Seal::default();
        for (byte, at) in seal.iter_mut().zip((0..64).step_by(2)) {
            *byte = digits
                .get(at..at + 2)
                .and_then(|pair| u8::from_str_radix(pair, 16).ok())
                .ok_or(FORM)?;
        }
        Ok(Self {
            chain: chain.parse().map_err(|_| FORM)?,
            number: number.parse().map_err(|_| FORM)?,
            seal,
        })
    }
}

/// Something that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// In which chain.
    pub chain: Uuid,
    /// What.
    pub damage: Damage,
}

/// What can be wrong with a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Damage {
    /// These records do not follow from the one before: changed, moved or inserted.
    Broken {
        /// The first of them.
        from: i64,
        /// The last of them.
        to: i64,
    },
    /// These records are not there.
    Missing {
        /// The first of them.
        from: i64,
        /// The last of them.
        to: i64,
    },
    /// There is no head.
    NoHead,
    /// The head was not signed with this key.
    HeadForged,
    /// The mark in the archive was not signed with this key.
    MarkForged,
    /// The record the head or an anchor names is another one.
    NotTheEnd {
        /// Its number.
        number: i64,
    },
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "chain {}: ", self.chain)?;
        match self.damage {
            Damage::Broken { from, to } if from == to => write!(formatter, "record {from} is not what was written there"),
            Damage::Broken { from, to } => write!(formatter, "records {from} to {to} are not what was written there"),
            Damage::Missing { from, to } if from == to => write!(formatter, "record {from} is missing"),
            Damage::Missing { from, to } => write!(formatter, "records {from} to {to} are missing"),
            Damage::NoHead => formatter.write_str("its head is missing"),
            Damage::HeadForged => formatter.write_str("its head is not signed with this key"),
            Damage::MarkForged => formatter.write_str("its mark in the archive is not signed with this key"),
            Damage::NotTheEnd { number } => write!(formatter, "record {number} is not the one that once was the last"),
        }
    }
}

/// What a verification found.
#[derive(Debug, Default)]
pub struct Verification {
    /// Records read.
    pub records: u64,
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// Where the chains end now.
    pub anchors: Vec<Anchor>,
}

/// Walks all chains. `progress` is told how many records are read, and how many there are by what the heads say.
pub fn verify(source: &mut impl Source, keys: &Keys, anchors: &[Anchor], progress: &mut dyn FnMut(u64, u64)) -> QueryResult<Verification> {
    let mut verification = Verification::default();
    let mut chains = BTreeMap::new();
    let mut last = None;
    // Chains first: a head is written with the first record of its chain, so that none of these can be younger than the heads.
    // Marks before either: a chain may go on meanwhile, and what is marked is in it.
    let marks = source.marks()?;
    while let Some(chain) = source.next_chain(last)? {
        chains.insert(chain.0, Vec::new());
        last = Some(chain);
    }
    let mut total = 0;
    for head in source.heads()? {
        let chain = chains.entry(head.chain.0).or_default();
        total += u64::try_from(head.number).unwrap_or_default();
        match head.end(keys) {
            Some(end) => chain.push(end),
            None => verification.findings.push(Finding {
                chain: head.chain.0,
                damage: Damage::HeadForged,
            }),
        }
    }
    for (chain, heads) in &chains {
        let forged = verification.findings.iter().any(|finding| finding.chain == *chain);
        if heads.is_empty() && !forged {
            verification.findings.push(Finding {
                chain: *chain,
                damage: Damage::NoHead,
            });
        }
    }
    for mark in marks {
        match mark.end(keys) {
            Some(end) => chains.entry(end.chain).or_default().push(end),
            None => verification.findings.push(Finding {
                chain: mark.chain.0,
                damage: Damage::MarkForged,
            }),
        }
    }
    for anchor in anchors {
        chains.entry(anchor.chain).or_default().push(anchor.clone());
    }
    for (chain, mut ends) in chains {
        ends.sort_by_key(|end| end.number);
        let mut walk = Walk::new(keys, chain, ends);
        walk.along(source, &mut |records| progress(verification.records + records, total))?;
        verification.records += walk.records;
        verification.findings.append(&mut walk.findings);
        verification.anchors.extend(walk.end());
    }
    Ok(verification)
}

impl Head {
    /// What it says of the end of its chain, if it was signed with this key.
    fn end(&self, keys: &Keys) -> Option<Anchor> {
        let seal = Seal::try_from(self.seal.as_slice()).ok()?;
        let signed = signature(keys, self.chain, self.number, &seal)[..] == self.signature[..];
        signed.then_some(Anchor {
            chain: self.chain.0,
            number: self.number,
            seal,
        })
    }
}

/// The way along one chain.
struct Walk<'k> {
    keys: &'k Keys,
    chain: Uuid,
    /// Ends the chain once had, in their order, that are still to come.
    ends: Vec<Anchor>,
    /// The record before: its number, and its seal unless nobody knows it.
    before: (i64, Option<Seal>),
    records: u64,
    findings: Vec<Finding>,
}

impl<'k> Walk<'k> {
    fn new(keys: &'k Keys, chain: Uuid, ends: Vec<Anchor>) -> Self {
        Self {
            keys,
            chain,
            ends,
            before: (0, Some(Seal::default())),
            records: 0,
            findings: Vec::new(),
        }
    }

    fn along(&mut self, source: &mut impl Source, progress: &mut dyn FnMut(u64)) -> QueryResult<()> {
        let chain = Identifier(self.chain);
        let mut after = i64::MIN;
        loop {
            let page = source.records(chain, after, PAGE)?;
            let Some(last) = page.last().map(|record| record.number) else {
                break;
            };
            let shown = source.citizens(chain, after, last)?;
            let mut shown = shown.iter().peekable();
            for record in &page {
                // What belongs to no record shows with no record either; where it lost its own, that one is missed.
                while shown.next_if(|citizen| citizen.number < record.number).is_some() {}
                let mut hashes = Vec::new();
                while let Some(citizen) = shown.next_if(|citizen| citizen.number == record.number) {
                    hashes.push(citizen.hash.as_slice());
                }
                self.step(record, &hashes);
            }
            self.records += page.len() as u64;
            progress(self.records);
            after = last;
        }
        // What the chain once had and has no more.
        if let Some(end) = self.ends.last().filter(|end| end.number > self.before.0) {
            self.found(Damage::Missing {
                from: self.before.0 + 1,
                to: end.number,
            });
        }
        Ok(())
    }

    fn step(&mut self, record: &Record, hashes: &[&[u8]]) {
        let (number, seal_before) = self.before;
        if record.number > number + 1 {
            self.found(Damage::Missing {
                from: number + 1,
                to: record.number - 1,
            });
        }
        // The first record after a gap cannot be judged by one that is not there.
        let seal_before = if record.number == number + 1 { seal_before } else { None };
        let row = record.row();
        let holds = row
            .as_ref()
            .is_some_and(|row| seal_before.is_none_or(|before| seal(self.keys, &before, row, hashes) == row.seal));
        if !holds || record.number < 1 {
            self.found(Damage::Broken {
                from: record.number,
                to: record.number,
            });
        }
        let own = row.map(|row| row.seal);
        while self.ends.first().is_some_and(|end| end.number <= record.number) {
            let end = self.ends.remove(0);
            if end.number == record.number && own != Some(end.seal) {
                self.found(Damage::NotTheEnd { number: end.number });
            }
        }
        if record.number >= 1 {
            self.before = (record.number, own);
        }
    }

    /// Damage side by side becomes one finding.
    fn found(&mut self, damage: Damage) {
        if let (Some(Finding { damage: last, .. }), Damage::Broken { from, to }) = (self.findings.last_mut(), damage)
            && let Damage::Broken { to: end, .. } = last
            && *end + 1 == from
        {
            *end = to;
            return;
        }
        self.findings.push(Finding { chain: self.chain, damage });
    }

    /// Where the chain ends.
    fn end(&self) -> Option<Anchor> {
        let (number, seal) = self.before;
        seal.filter(|_| number > 0).map(|seal| Anchor {
            chain: self.chain,
            number,
            seal,
        })
    }
}
