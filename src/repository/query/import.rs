//! Files into tables, in one transaction and in portions: what a line refers to is looked up, then the rows go in together.
//! A portion the database refuses goes in again line by line, so that the refused line can be named.
//! Reading lines is left to `import`.

use std::collections::{HashMap, HashSet};
use std::io::Read;

use diesel::connection::Connection as _;
use diesel::prelude::*;
use sha2::{Digest, Sha256};

use super::super::import::{ArchiveRelease, Entry, ImportError, Kind, Lines, Numbered, Relation, Summary};
use super::super::rows::{self, Insert};
use super::super::schema::{citizen, code_list_item, organisation};
use super::super::types::Identifier;
use super::Connection;

/// Lines that go into the database together.
const PORTION: usize = 2_000;

/// Imports a file: all of it, or nothing. `progress` is told the lines done so far.
pub fn import<'r>(
    connection: &mut Connection,
    kind: Kind,
    source: Box<dyn Read + 'r>,
    progress: &mut dyn FnMut(u64),
) -> Result<Summary, ImportError> {
    super::transaction(connection, |connection| match kind {
        Kind::Citizens => portions(connection, source, progress, |connection, entries: Vec<Numbered<rows::Citizen>>| {
            store(connection, entries, "the CV number belongs to another citizen")
        }),
        Kind::Organisations => portions(
            connection,
            source,
            progress,
            |connection, entries: Vec<Numbered<rows::Organisation>>| store(connection, entries, "the organisation cannot be stored"),
        ),
        Kind::Relations => {
            let organisations = organisations(connection)?;
            portions(connection, source, progress, |connection, entries: Vec<Numbered<Relation>>| {
                refer(&entries, &organisations, |relation| &relation.organisation)?;
                let entries = with_citizens(connection, entries, |relation| &relation.cpr, Relation::row)?;
                store(connection, entries, "the relation cannot be stored")
            })
        }
        Kind::Agreements => {
            let organisations = organisations(connection)?;
            portions(
                connection,
                source,
                progress,
                |connection, entries: Vec<Numbered<rows::Agreement>>| {
                    refer(&entries, &organisations, |agreement| &agreement.organisation)?;
                    store(connection, entries, "the agreement cannot be stored")
                },
            )
        }
        Kind::Retention => portions(
            connection,
            source,
            progress,
            |connection, entries: Vec<Numbered<rows::Retention>>| store(connection, entries, "the period cannot be stored"),
        ),
        Kind::ArchiveReleases => portions(
            connection,
            source,
            progress,
            |connection, entries: Vec<Numbered<ArchiveRelease>>| {
                let entries = with_citizens(connection, entries, |release| &release.cpr, ArchiveRelease::row)?;
                store(connection, entries, "the release cannot be stored")
            },
        ),
        Kind::Subscriptions => {
            let organisations = organisations(connection)?;
            portions(
                connection,
                source,
                progress,
                |connection, entries: Vec<Numbered<rows::Subscription>>| {
                    refer(&entries, &organisations, |subscription| &subscription.organisation)?;
                    store(connection, entries, "the subscription cannot be stored")
                },
            )
        }
        Kind::CodeLists => {
            let known = code_list_items(connection)?;
            portions(
                connection,
                source,
                progress,
                |connection, entries: Vec<Numbered<rows::CodeListItem>>| {
                    entries.iter().try_for_each(|entry| keeps_meaning(&known, entry))?;
                    store(connection, entries, "the value cannot be stored")
                },
            )
        }
    })
}

fn portions<'r, T: Entry>(
    connection: &mut Connection,
    source: Box<dyn Read + 'r>,
    progress: &mut dyn FnMut(u64),
    mut store: impl FnMut(&mut Connection, Vec<Numbered<T>>) -> Result<usize, ImportError>,
) -> Result<Summary, ImportError> {
    let mut lines = Lines::open(source)?;
    let mut seen = HashMap::new();
    let mut summary = Summary::default();
    loop {
        let entries: Vec<Numbered<T>> = lines.next(PORTION)?;
        if entries.is_empty() {
            return Ok(summary);
        }
        for entry in &entries {
            // Half a hash is enough to tell a million keys apart and keeps them small.
            let digest = Sha256::digest(entry.value.key());
            let (key, _) = digest.split_at(16);
            if let Some(earlier) = seen.insert(key.to_vec().into_boxed_slice(), entry.line) {
                return Err(ImportError::line(entry.line, format!("the same entry stands in line {earlier}")));
            }
        }
        summary.lines += entries.len() as u64;
        summary.changed += store(connection, entries)? as u64;
        progress(summary.lines);
    }
}

fn store<T: Insert<Connection>>(connection: &mut Connection, entries: Vec<Numbered<T>>, refused: &str) -> Result<usize, ImportError> {
    let (lines, rows): (Vec<u64>, Vec<T>) = entries.into_iter().map(|entry| (entry.line, entry.value)).unzip();
    let together = connection.transaction(|connection| T::insert(connection, &rows));
    together.or_else(|_| {
        lines
            .iter()
            .zip(&rows)
            .try_fold(0, |changed, (line, row)| match T::insert(connection, std::slice::from_ref(row)) {
                Ok(count) => Ok(changed + count),
                Err(diesel::result::Error::DatabaseError(diesel::result::DatabaseErrorKind::UniqueViolation, _)) => {
                    Err(ImportError::line(*line, refused))
                }
                Err(error) => Err(error.into()),
            })
    })
}

/// The organisation of every entry must be registered.
fn refer<T>(entries: &[Numbered<T>], known: &HashSet<String>, organisation: impl Fn(&T) -> &String) -> Result<(), ImportError> {
    match entries.iter().find(|entry| !known.contains(organisation(&entry.value))) {
        Some(entry) => Err(ImportError::line(
            entry.line,
            "the organisation is not registered; import organisations first",
        )),
        None => Ok(()),
    }
}

fn organisations(connection: &mut Connection) -> QueryResult<HashSet<String>> {
    Ok(organisation::table
        .select(organisation::key)
        .load(connection)?
        .into_iter()
        .collect())
}

/// The citizens named by number, each entry as a row with the citizen's key.
fn with_citizens<T, Row>(
    connection: &mut Connection,
    entries: Vec<Numbered<T>>,
    cpr: impl Fn(&T) -> &String,
    row: impl Fn(T, Identifier) -> Row,
) -> Result<Vec<Numbered<Row>>, ImportError> {
    let mut numbers: Vec<&str> = entries.iter().map(|entry| cpr(&entry.value).as_str()).collect();
    numbers.dedup();
    let keys: HashMap<String, Identifier> = citizen::table
        .filter(citizen::cpr.eq_any(numbers))
        .select((citizen::cpr, citizen::key))
        .load(connection)?
        .into_iter()
        .collect();
    let with_citizen = |Numbered { line, value }: Numbered<T>| match keys.get(cpr(&value)) {
        Some(key) => Ok(Numbered {
            line,
            value: row(value, *key),
        }),
        None => Err(ImportError::line(line, "the citizen is not registered; import citizens first")),
    };
    entries.into_iter().map(with_citizen).collect()
}

/// Name and first day of every value.
type Meanings = HashMap<(String, i32), (String, chrono::NaiveDate)>;

fn code_list_items(connection: &mut Connection) -> QueryResult<Meanings> {
    let rows: Vec<((String, i32), (String, chrono::NaiveDate))> = code_list_item::table
        .select((
            (code_list_item::list, code_list_item::code),
            (code_list_item::name, code_list_item::valid_from),
        ))
        .load(connection)?;
    Ok(rows.into_iter().collect())
}

/// A number keeps its meaning for ever (K1): description, end and source may change, name and start may not.
fn keeps_meaning(known: &Meanings, entry: &Numbered<rows::CodeListItem>) -> Result<(), ImportError> {
    let item = &entry.value;
    match known.get(&(item.list.clone(), item.code)) {
        Some((name, start)) if *name != item.name || *start != item.valid_from => Err(ImportError::line(
            entry.line,
            "the code is in use with another name or start; codes are never reused, take a new one",
        )),
        _ => Ok(()),
    }
}
