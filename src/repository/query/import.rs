//! Files into tables, in portions: what a line refers to is looked up, then the rows go in together. The portions are one transaction, unless the
//! engine has one writer for all and the file may be long; then it is looked through first, and each portion is a transaction.
//! A portion the database refuses goes in again line by line, so that the refused line can be named. Reading lines is left to `import`.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use diesel::connection::Connection as _;
use diesel::prelude::*;
use sha2::{Digest, Sha256};

use super::super::import::{ArchiveRelease, Entry, ImportError, Kind, Lines, Numbered, Relation, Source, Summary};
use super::super::rows::{self, Insert};
use super::super::schema::{citizen, code_list_item, organisation};
use super::super::types::Identifier;
use super::Connection;

/// Lines that go into the database together.
const PORTION: usize = 2_000;
/// How long a portion waits for others that write.
const PATIENCE: Duration = Duration::from_secs(30);
/// A portion of citizens the database refuses has one reason.
const CV_NUMBER_TAKEN: &str = "the CV number belongs to another citizen";

/// Imports a file. If a line of it is wrong nothing is stored. `progress` is told the lines done so far.
pub fn import(connection: &mut Connection, kind: Kind, source: &dyn Source, progress: &mut dyn FnMut(u64)) -> Result<Summary, ImportError> {
    if !(super::ONE_WRITER && kind.goes_in_portions()) {
        return super::transaction(connection, |connection| run(connection, kind, source, Way::Together, progress));
    }
    run(connection, kind, source, Way::Rehearsal, &mut |_| {})?;
    run(connection, kind, source, Way::Portions, progress)
}

/// What becomes of a portion.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// It is stored within the file's transaction.
    Together,
    /// It is only looked at.
    Rehearsal,
    /// It is stored in a transaction of its own.
    Portions,
}

fn run(
    connection: &mut Connection,
    kind: Kind,
    source: &dyn Source,
    way: Way,
    progress: &mut dyn FnMut(u64),
) -> Result<Summary, ImportError> {
    match kind {
        Kind::Citizens => {
            let mut numbers = Numbers::default();
            portions(
                connection,
                source,
                way,
                progress,
                |connection, entries: Vec<Numbered<rows::Citizen>>| {
                    if way == Way::Rehearsal {
                        numbers.look_through(connection, &entries)?;
                    }
                    store(connection, entries, way, CV_NUMBER_TAKEN)
                },
            )
        }
        Kind::Organisations => portions(
            connection,
            source,
            way,
            progress,
            |connection, entries: Vec<Numbered<rows::Organisation>>| store(connection, entries, way, "the organisation cannot be stored"),
        ),
        Kind::Relations => {
            let organisations = organisations(connection)?;
            portions(connection, source, way, progress, |connection, entries: Vec<Numbered<Relation>>| {
                refer(&entries, &organisations, |relation| &relation.organisation)?;
                let entries = with_citizens(connection, entries, |relation| &relation.cpr, Relation::row)?;
                store(connection, entries, way, "the relation cannot be stored")
            })
        }
        Kind::Agreements => {
            let organisations = organisations(connection)?;
            portions(
                connection,
                source,
                way,
                progress,
                |connection, entries: Vec<Numbered<rows::Agreement>>| {
                    refer(&entries, &organisations, |agreement| &agreement.organisation)?;
                    store(connection, entries, way, "the agreement cannot be stored")
                },
            )
        }
        Kind::Retention => portions(
            connection,
            source,
            way,
            progress,
            |connection, entries: Vec<Numbered<rows::Retention>>| store(connection, entries, way, "the period cannot be stored"),
        ),
        Kind::ArchiveReleases => portions(
            connection,
            source,
            way,
            progress,
            |connection, entries: Vec<Numbered<ArchiveRelease>>| {
                let entries = with_citizens(connection, entries, |release| &release.cpr, ArchiveRelease::row)?;
                store(connection, entries, way, "the release cannot be stored")
            },
        ),
        Kind::Subscriptions => {
            let organisations = organisations(connection)?;
            portions(
                connection,
                source,
                way,
                progress,
                |connection, entries: Vec<Numbered<rows::Subscription>>| {
                    refer(&entries, &organisations, |subscription| &subscription.organisation)?;
                    store(connection, entries, way, "the subscription cannot be stored")
                },
            )
        }
        Kind::CodeLists => {
            let known = code_list_items(connection)?;
            portions(
                connection,
                source,
                way,
                progress,
                |connection, entries: Vec<Numbered<rows::CodeListItem>>| {
                    entries.iter().try_for_each(|entry| keeps_meaning(&known, entry))?;
                    store(connection, entries, way, "the value cannot be stored")
                },
            )
        }
    }
}

fn portions<T: Entry>(
    connection: &mut Connection,
    source: &dyn Source,
    way: Way,
    progress: &mut dyn FnMut(u64),
    mut store: impl FnMut(&mut Connection, Vec<Numbered<T>>) -> Result<usize, ImportError>,
) -> Result<Summary, ImportError> {
    let mut lines = Lines::open(source.open()?)?;
    let mut seen = HashMap::new();
    let mut summary = Summary::default();
    let stored = |summary: &Summary| if way == Way::Portions { summary.lines } else { 0 };
    loop {
        let entries: Vec<Numbered<T>> = lines.next(PORTION).map_err(|error| error.after(stored(&summary)))?;
        if entries.is_empty() {
            return Ok(summary);
        }
        for entry in &entries {
            if let Some(earlier) = seen.insert(short(&entry.value.key()), entry.line) {
                let twice = ImportError::line(entry.line, format!("the same entry stands in line {earlier}"));
                return Err(twice.after(stored(&summary)));
            }
        }
        let count = entries.len() as u64;
        summary.changed += store(connection, entries).map_err(|error| error.after(stored(&summary)))? as u64;
        summary.lines += count;
        progress(summary.lines);
    }
}

/// Half a hash is enough to tell a million keys apart and keeps them small.
fn short(key: &str) -> Box<[u8]> {
    let digest = Sha256::digest(key);
    let (half, _) = digest.split_at(16);
    half.into()
}

fn store<T: Insert<Connection>>(
    connection: &mut Connection,
    entries: Vec<Numbered<T>>,
    way: Way,
    refused: &str,
) -> Result<usize, ImportError> {
    let (lines, rows): (Vec<u64>, Vec<T>) = entries.into_iter().map(|entry| (entry.line, entry.value)).unzip();
    match way {
        Way::Together => insert(connection, &lines, &rows, refused),
        Way::Rehearsal => Ok(0),
        Way::Portions => {
            let begun = Instant::now();
            loop {
                match super::transaction(connection, |connection| insert(connection, &lines, &rows, refused)) {
                    Err(ImportError::Busy) if begun.elapsed() < PATIENCE => {}
                    stored => return stored,
                }
            }
        }
    }
}

fn insert<T: Insert<Connection>>(connection: &mut Connection, lines: &[u64], rows: &[T], refused: &str) -> Result<usize, ImportError> {
    let together = connection.transaction(|connection| T::insert(connection, rows));
    together.or_else(|_| {
        lines
            .iter()
            .zip(rows)
            .try_fold(0, |changed, (line, row)| match T::insert(connection, std::slice::from_ref(row)) {
                Ok(count) => Ok(changed + count),
                Err(diesel::result::Error::DatabaseError(diesel::result::DatabaseErrorKind::UniqueViolation, _)) => {
                    Err(ImportError::line(*line, refused))
                }
                Err(error) => Err(error.into()),
            })
    })
}

/// What a rehearsal has seen of citizens: the database itself would say no only once some of the file is stored.
#[derive(Default)]
struct Numbers {
    /// Civil registration numbers of the lines so far.
    citizens: HashSet<Box<[u8]>>,
    /// Their CV numbers.
    cv_numbers: HashSet<Box<[u8]>>,
}

impl Numbers {
    /// A CV number is free if no line before has it, and nobody in the archive, unless a line before gives that citizen another.
    fn look_through(&mut self, connection: &mut Connection, entries: &[Numbered<rows::Citizen>]) -> Result<(), ImportError> {
        let wanted: Vec<&str> = entries.iter().map(|entry| entry.value.cv_number.as_str()).collect();
        let holders: HashMap<String, String> = citizen::table
            .filter(citizen::cv_number.eq_any(wanted))
            .select((citizen::cv_number, citizen::cpr))
            .load(connection)?
            .into_iter()
            .collect();
        for Numbered { line, value } in entries {
            let of_another = |holder: &String| *holder != value.cpr && !self.citizens.contains(&short(holder));
            if holders.get(&value.cv_number).is_some_and(of_another) || !self.cv_numbers.insert(short(&value.cv_number)) {
                return Err(ImportError::line(*line, CV_NUMBER_TAKEN));
            }
            self.citizens.insert(short(&value.cpr));
        }
        Ok(())
    }
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
