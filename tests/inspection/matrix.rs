//! The whole access table against the running service: operation, organisation type, who acts, relation, day (S2, S3).
//! What is expected is worked out here from the table's text and plain calendar days, not by the rules under test.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use chrono::{DateTime, Days, NaiveDate, Utc};
use dialogmodul::domain::Operation;
use dialogmodul::repository::import::Kind as File;
use dialogmodul::services::{Desk, Settings, Sources};
use uuid::Uuid;

use super::envelopes::*;
use super::jobnet::{self, From};
use super::queue::{GET_EVENTS, create_sequence, end_sequence, of_sequence};
use super::statements;
use crate::on_each_engine;
use crate::support;
use crate::support::database::{Database, Kind};
use crate::support::server::Server;

const DECLARED: &str = include_str!("../../src/domain/access/table.tsv");
/// Every kind of relation, with windows; and an operation nobody has.
const WINDOWS: &str = "operation\torganisation_type\trelation\tdays_before\tdays_after\n\
    get_messages\t2\town\t3\t0\nget_messages\t2\tformer\t0\t5\nget_messages\t8\tguest\t1\t1\nget_messages\t8\tother_actor_own\t0\t2\n\
    get_messages\t8\tother_actor_guest\t4\t4\nget_messages\t7\tformer\t0\t0\nget_messages\t90\tnone\t0\t0\n\
    create_message\t2\town\t0\t4\ncreate_message\t8\tother_actor_own\t3\t0\nmark_as_read\t7\tguest\t2\t1\n";

const ORGANISATIONS: [Organisation<'static>; 10] = [
    (2, "81"),
    (4, "90000031"),
    (7, "901"),
    (8, "90101"),
    (24, "90000041"),
    (90, "90000051"),
    (91, "90000091"),
    (92, "90000061"),
    (93, "90000093"),
    (94, "90000071"),
];
const ACTOR: Organisation<'static> = (4, "90000031");
const RELATIONS: [&str; 5] = ["own", "former", "guest", "other_actor_own", "other_actor_guest"];
/// First day and first day no longer, closed-open: the days on which summer time begins and the day after it ends.
const PERIOD: (&str, &str) = ("2026-03-29", "2026-10-26");

/// A citizen with at most one relation.
struct Person {
    cpr: String,
    relation: Option<(&'static str, Organisation<'static>)>,
}

/// A row of a table.
struct Row<'t> {
    operation: &'t str,
    kind: Option<i32>,
    relation: &'t str,
    before: u64,
    after: u64,
}

fn rows(table: &str) -> Vec<Row<'_>> {
    let row = |line| {
        let words: Vec<&str> = str::split(line, '\t').collect();
        Row {
            operation: words[0],
            kind: words[1].parse().ok(),
            relation: words[2],
            before: words[3].parse().unwrap(),
            after: words[4].parse().unwrap(),
        }
    };
    table.lines().skip(1).map(row).collect()
}

/// What must come of a call: the row that lets it through, or this fault.
fn expected(
    rows: &[Row<'_>],
    operation: &str,
    active: Organisation<'_>,
    actor: Option<Organisation<'_>>,
    person: Option<&Person>,
    day: NaiveDate,
) -> Result<usize, i32> {
    let mut cells = rows
        .iter()
        .enumerate()
        .filter(|(_, row)| row.operation == operation && row.kind.is_none_or(|kind| kind == active.0))
        .peekable();
    let Some((first, _)) = cells.peek() else { return Err(4575) };
    let Some(person) = person else {
        // Inbox and queue are the active organisation's own, not another actor's.
        let own = matches!(operation, "get_authority_messages" | "read_queue");
        return if own && actor.is_some() { Err(4575) } else { Ok(*first) };
    };
    let (from, to): (NaiveDate, NaiveDate) = (PERIOD.0.parse().unwrap(), PERIOD.1.parse().unwrap());
    let granted = cells.find(|(_, row)| {
        row.relation == "none"
            || person.relation.is_some_and(|(relation, of)| {
                let holder = if row.relation.starts_with("other_actor") {
                    actor
                } else {
                    actor.is_none().then_some(active)
                };
                relation == row.relation && holder == Some(of) && from - Days::new(row.before) <= day && day < to + Days::new(row.after)
            })
    });
    match (granted, active.0) {
        (Some((row, _)), _) => Ok(row),
        (None, 8) => Err(6005),
        (None, 2) => Err(4856),
        (None, _) => Err(4575),
    }
}

fn people(repository: &dialogmodul::repository::Repository) -> Vec<Person> {
    let mut relations: Vec<Option<(&'static str, Organisation<'static>)>> = vec![None];
    for of in ORGANISATIONS {
        relations.extend(RELATIONS.map(|relation| Some((relation, of))));
    }
    let people: Vec<Person> = relations
        .into_iter()
        .zip(1000..)
        .map(|(relation, number)| Person {
            cpr: format!("010190{number}"),
            relation,
        })
        .collect();
    let mut citizens = "cpr\tcv_number\tname\tcontact_group\temail\tmobile\tdead_on\n".to_owned();
    let mut relations = "cpr\torganisation_type\torganisation_code\tkind\tfrom\tto\treason\n".to_owned();
    for Person { cpr, relation } in &people {
        citizens += &format!("{cpr}\tM{cpr}\tPrøve\t1\t\t\t\n");
        if let Some((relation, (kind, code))) = relation {
            relations += &format!("{cpr}\t{kind}\t{code}\t{relation}\t{}\t{}\tVejledning\n", PERIOD.0, PERIOD.1);
        }
    }
    let organisations = "type\tcode\tname\tcvr\n91\t90000091\tAUB\t90000091\n93\t90000093\tSTIL\t90000093\n";
    for (kind, text) in [
        (File::Organisations, organisations),
        (File::Citizens, citizens.as_str()),
        (File::Relations, relations.as_str()),
    ] {
        repository.import(kind, text.as_bytes(), &mut |_| ()).unwrap();
    }
    people
}

/// Operations about a citizen: the word of the table, the request, and the fault of a call that access has let through.
fn requests(writer: &Writer<'_>, cpr: &str) -> [(&'static str, String, Option<i32>); 14] {
    let cv = format!("M{cpr}");
    let citizen = From::Citizen("Borger");
    [
        (
            "jobnet_create_message",
            jobnet::job_offer(&cv, From::Employer("Virksomhed", true), "Job"),
            None,
        ),
        (
            "jobnet_create_message_reply",
            jobnet::answer(&cv, citizen, NONE, "Svar"),
            Some(4589),
        ),
        ("jobnet_get_messages", jobnet::about("GetMessages", &cv, ""), None),
        ("jobnet_get_message_thread", jobnet::get_thread(&cv, NONE), Some(4589)),
        ("jobnet_get_unread_messages", jobnet::about("GetUnreadMessages", &cv, ""), None),
        ("jobnet_get_document", jobnet::get_document(&cv, NONE), Some(4589)),
        ("jobnet_mark_as_read", jobnet::mark(&cv, NONE), Some(4589)),
        ("create_message", notification(writer, cpr), None),
        ("create_message_reply", reply(writer, cpr, NONE, "Svar"), Some(4589)),
        ("get_messages", get_messages(cpr), None),
        ("get_message_thread", get_thread(cpr, NONE), Some(4589)),
        ("get_document", get_document(cpr, NONE), Some(4589)),
        ("mark_as_read", mark(cpr, NONE), Some(4589)),
        ("rectify_message", rectify(cpr, NONE, "Fejl"), Some(4589)),
    ]
}

/// Operations that are about no one citizen, in the same way; the header is of those that need one.
fn common_requests() -> [(&'static str, String, String, Option<i32>); 7] {
    let plain = String::new;
    [
        ("get_authority_messages", plain(), INBOX.to_owned(), None),
        ("jobnet_get_company_replies", plain(), jobnet::company_replies(), None),
        ("read_code_lists", plain(), LIST_NAMES.to_owned(), None),
        // A sub-queue nobody has declared: of a real one the second sequence would be refused.
        ("read_queue", plain(), create_sequence("nobody"), Some(4589)),
        ("read_queue", plain(), end_sequence("Terminate", NONE), Some(4589)),
        ("read_queue", plain(), end_sequence("Close", NONE), Some(4589)),
        ("read_queue", of_sequence(NONE), GET_EVENTS.to_owned(), Some(4589)),
    ]
}

/// One call and what must come of it.
struct Cell {
    about: String,
    envelope: String,
    path: &'static str,
    fault: Option<i32>,
}

/// Plays a table on a day; the number of cells, and which rows let somebody through.
fn play(server: &Server, people: &[Person], table: &str, only: &[&str], day: NaiveDate) -> (usize, BTreeSet<usize>) {
    let rows = rows(table);
    let (mut cells, mut used) = (Vec::new(), BTreeSet::new());
    let concerned = |of: &Organisation<'_>| only.is_empty() || rows.iter().any(|row| row.kind == Some(of.0));
    for active in ORGANISATIONS.into_iter().filter(concerned) {
        for actor in [None, Some(ACTOR)].into_iter().filter(|actor| *actor != Some(active)) {
            let writer = Writer {
                of_user: actor.unwrap_or(active),
                ..Writer::of(active)
            };
            let mut cell =
                |about: String, operation: &str, header: &str, payload: &str, person: Option<&Person>, let_through: Option<i32>| {
                    let decided = expected(&rows, operation, active, actor, person, day);
                    used.extend(decided);
                    cells.push(Cell {
                        about,
                        envelope: writer.envelope_with(header, payload),
                        path: path(payload),
                        fault: decided.err().or(let_through),
                    });
                };
            let name = format!("{}/{} with {actor:?} on {day}", active.0, active.1);
            for (operation, header, payload, let_through) in common_requests() {
                if only.is_empty() || only.contains(&operation) {
                    cell(
                        format!("{operation} by {name}: {payload}"),
                        operation,
                        &header,
                        &payload,
                        None,
                        let_through,
                    );
                }
            }
            let near = |person: &&Person| person.relation.is_none_or(|(_, of)| of == active || of == ACTOR || of == (2, "81"));
            for person in people.iter().filter(near) {
                for (operation, payload, let_through) in requests(&writer, &person.cpr) {
                    // What Jobnet may asks for no relation; so one of each kind of person is enough.
                    let asked = !operation.starts_with("jobnet_") || person.relation.is_none_or(|(relation, _)| relation == "own");
                    if asked && (only.is_empty() || only.contains(&operation)) {
                        cell(
                            format!("{operation} by {name} about {:?}", person.relation),
                            operation,
                            "",
                            &payload,
                            Some(person),
                            let_through,
                        );
                    }
                }
            }
        }
    }
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let mut connection = server.connect();
                while let Some(cell) = cells.get(next.fetch_add(1, Ordering::Relaxed)) {
                    connection.write(&support::server::request(
                        "POST",
                        cell.path,
                        "Content-Type: text/xml\r\n",
                        cell.envelope.as_bytes(),
                    ));
                    let response = connection.response();
                    assert_eq!(fault(response.text()), cell.fault, "{}: {}", cell.about, response.text());
                }
            });
        }
    });
    (cells.len(), used)
}

/// A server whose clock can be set, with a table.
fn open(database: &Database, table: &'static str, clock: &Arc<Mutex<DateTime<Utc>>>) -> Server {
    let now = Arc::clone(clock);
    let sources = Sources::new(move || *now.lock().unwrap(), Uuid::now_v7);
    let settings = Settings {
        access_table: Cow::Borrowed(table),
        // So that no statement is asked but for a call.
        code_lists_for: Duration::from_secs(3600),
        ..Settings::default()
    };
    Server::start_desk(Desk::new(database.repository(), settings, sources).unwrap(), |_| ())
}

fn clock() -> Arc<Mutex<DateTime<Utc>>> {
    Arc::new(Mutex::new("2026-06-01T12:00:00Z".parse().unwrap()))
}

on_each_engine! {
    /// S2, S3: every cell of the declared table, with every relation, on the day before, the first, the last and the day after,
    /// at the very instants the Danish day changes around both changes of the clock.
    fn s02_s03_the_service_does_what_the_declared_table_says(database: &Database) {
        let repository = database.repository();
        repository.load_demo().unwrap();
        let (people, clock) = (people(&repository), clock());
        let server = open(database, DECLARED, &clock);
        let (mut cells, mut used) = (0, BTreeSet::new());
        for (at, day) in [
            ("2026-03-28T22:59:59.999999Z", "2026-03-28"),
            ("2026-03-28T23:00:00Z", "2026-03-29"),
            ("2026-10-25T22:59:59.999999Z", "2026-10-25"),
            ("2026-10-25T23:00:00Z", "2026-10-26"),
        ] {
            *clock.lock().unwrap() = at.parse().unwrap();
            let (more, rows) = play(&server, &people, DECLARED, &[], day.parse().unwrap());
            cells += more;
            used.extend(rows);
        }
        assert!(cells > 8000, "{cells}");
        assert_eq!(used.len(), rows(DECLARED).len(), "every row lets somebody through");
        let told: BTreeSet<&str> = requests(&Writer::of((2, "81")), "").iter().map(|request| request.0).chain(common_requests().iter().map(|request| request.0)).collect();
        assert_eq!(told, Operation::ALL.iter().map(|operation| operation.word()).collect(), "every operation is asked for");
    }

    /// S3: a cell may add days before and after; every kind of relation can be given a cell, and what has none is denied.
    fn s03_windows_of_a_table_widen_a_relation_by_days(database: &Database) {
        let repository = database.repository();
        repository.load_demo().unwrap();
        let (people, clock) = (people(&repository), clock());
        let server = open(database, WINDOWS, &clock);
        let (from, to): (NaiveDate, NaiveDate) = (PERIOD.0.parse().unwrap(), PERIOD.1.parse().unwrap());
        let noon = |day: NaiveDate| day.and_hms_opt(11, 0, 0).unwrap().and_utc();
        for days in 0..6 {
            for day in [from - Days::new(days), to + Days::new(days) - Days::new(1)] {
                *clock.lock().unwrap() = noon(day);
                play(&server, &people, WINDOWS, &["get_messages", "create_message", "mark_as_read"], day);
            }
        }
    }

    /// S2: who has no right to an operation learns nothing of anybody: the body is not even read, so that an unknown citizen, a known one
    /// and a number that is none give the same answer, and take the same way to it: the database is asked the same, statement by statement.
    fn s02_without_the_right_nobody_learns_who_is_known(database: &Database) {
        statements::watch();
        let repository = database.repository();
        repository.load_demo().unwrap();
        let (people, clock) = (people(&repository), clock());
        let server = open(database, DECLARED, &clock);
        let rows = rows(DECLARED);
        for active in ORGANISATIONS {
            let writer = Writer::of(active);
            // Who calls is looked up once.
            call(&server, &writer, &get_messages("0101010101"));
            let mut answers = Vec::new();
            for cpr in [people[0].cpr.as_str(), people[1].cpr.as_str(), "0101010101", "0000000000", "none"] {
                for (operation, payload, _) in requests(&writer, cpr) {
                    if rows.iter().any(|row| row.operation == operation && row.kind.is_none_or(|kind| kind == active.0)) {
                        continue;
                    }
                    statements::of(database);
                    let (_, response) = call(&server, &writer, &payload);
                    let (known, _) = response.text().split_once("Log reference").unwrap();
                    answers.push((response.status(), known.to_owned(), statements::of(database)));
                }
            }
            let asked = &answers[0].2;
            assert!(asked.iter().any(|statement| statement.contains("audit_record")) && !asked.iter().any(|statement| statement.contains("citizen\"")), "{asked:?}");
            assert!(answers.len() >= 35 && answers.iter().all(|answer| *answer == answers[0] && answer.1.contains("4575")), "{answers:?}");
        }
    }
}
