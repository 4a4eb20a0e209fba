//! Purging: what is due goes with all that hangs on it, what is held stays, and nothing else can be removed (S7).

use std::thread;
use std::time::{Duration, Instant};

use chrono::{NaiveDate, TimeDelta};
use dialogmodul::domain::retention::Hold;
use dialogmodul::domain::unit::Purge;
use dialogmodul::domain::*;
use dialogmodul::error::Error;
use dialogmodul::repository::Repository;
use dialogmodul::repository::import::Kind as ImportKind;
use dialogmodul::services::legal_hold::{self, Errand};
use dialogmodul::services::purge::{self, Plan, Report, Tally};

use super::people::*;
use crate::on_each_engine;
use crate::support;
use crate::support::database::{Database, Kind};

/// Five years after everything in these stories, to the day.
fn day() -> NaiveDate {
    "2031-05-04".parse().unwrap()
}

fn plan(day: NaiveDate) -> Plan {
    Plan {
        day,
        now: noon(),
        dry_run: false,
        operator: Some("drift".to_owned()),
    }
}

fn purged(repository: &Repository, day: NaiveDate) -> Report {
    purge::purge(repository, &plan(day), &mut |_| {}).unwrap()
}

fn import(repository: &Repository, kind: ImportKind, lines: &str) {
    repository.import(kind, lines.as_bytes(), &mut |_| {}).unwrap();
}

fn errand() -> Errand {
    Errand {
        operator: Some("drift".to_owned()),
        now: noon(),
    }
}

fn numbers(cpr: &str) -> [CivilRegistrationNumber; 1] {
    [CivilRegistrationNumber::new(cpr)]
}

/// What a purge of one thread hands to the writer.
fn purging(message: &Message) -> Unit {
    let (citizen, thread) = (message.citizen, message.thread);
    let mut unit = Unit::default();
    unit.require(Condition::NotHeld { citizen }, Refusal::NotAuthorised);
    let since = message.created_at;
    unit.require(Condition::Resting { citizen, thread, since }, Refusal::UnknownIdentifier);
    unit.record(Fact::Purge(Purge {
        citizen,
        thread,
        context: message.context,
        at: noon(),
    }));
    unit
}

fn refusal(result: Result<(), Error>) -> Refusal {
    match result {
        Err(Error::Refused(refusal)) => refusal,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

const OF_MESSAGES: [&str; 13] = [
    "thread",
    "message",
    "message_content",
    "document",
    "document_name",
    "document_content",
    "reading",
    "rectification",
    "delivery",
    "delivery_outcome",
    "delivery_attempt",
    "outbox",
    "answered_request",
];

on_each_engine! {
    /// S7: a day before nothing goes; on the day everything, in every table; markers, audit and other people's threads stay.
    fn s7_a_thread_goes_with_all_that_hangs_on_it(database: &Database) {
        let repository = database.repository();
        repository.load_demo().unwrap();
        let document = pdf("a");
        let first = sent(&repository, std::slice::from_ref(&document));
        let reply = answer(&first);
        repository.commit(sending(&reply, &[pdf("b")])).wait().unwrap();
        repository.commit(reading(&first, Some(job_centre()), minutes_later(1))).wait().unwrap();
        repository.commit(rectifying(&reply)).wait().unwrap();
        let young = Message { created_at: noon() + TimeDelta::days(1), ..letter(first.citizen) };
        repository.commit(sending(&young, &[pdf("a")])).wait().unwrap();
        let (events, audit) = (database.count("queue_event"), database.count("audit_record"));

        let nothing = purged(&repository, day().pred_opt().unwrap());
        assert_eq!(nothing, Report::default());
        let dry = purge::purge(&repository, &Plan { dry_run: true, ..plan(day()) }, &mut |_| {}).unwrap();
        let before = database.counts();
        let report = purged(&repository, day());
        let content = [first.title.as_deref(), first.text.as_deref()].map(|text| text.unwrap().len() as u64);
        let tally = Tally { threads: 1, messages: 2, documents: 1, bytes: content[0] + content[1] + document.content.len() as u64 };
        assert_eq!(report.purged, [(11, tally)].into());
        assert_eq!(dry.purged, report.purged);
        assert_eq!(before["message"], 3, "a dry run removes nothing");

        unread_is_listed(database);
        let counts = database.counts();
        assert_eq!(["thread", "message", "message_content", "document", "document_name"].map(|table| counts[table]), [1; 5]);
        assert_eq!(counts["document_content"], 1, "the young thread has the same document");
        assert_eq!(["reading", "rectification", "delivery_outcome", "delivery_attempt", "answered_request"].map(|table| counts[table]), [0; 5]);
        assert_eq!((counts["delivery"], counts["queue_event"]), (1, events));
        assert_eq!((counts["purged_thread"], counts["purged_document"]), (1, 2));
        // One record for each run that was none, one for the citizen, one for the run.
        assert_eq!(counts["audit_record"], audit + 3);
        let recorded = database.connection().texts("SELECT coalesce(criterion, objects) AS value FROM audit_record WHERE operation = 'purge' ORDER BY number");
        assert_eq!(recorded[1], format!("thread {}", first.thread));
        assert!(recorded[2].starts_with("as of 2031-05-04: 1 threads, 2 messages, 1 documents; "), "{recorded:?}");

        let mut reader = repository.reader();
        assert!(reader.document(first.citizen, document.id).unwrap().is_none());
        for (viewer, could) in [(Viewer::Authority(fund()), true), (Viewer::Authority(municipality()), false), (Viewer::Citizen, true)] {
            assert_eq!(reader.purged_document(first.citizen, document.id, &viewer).unwrap(), Some(could));
        }
        assert!(reader.thread(first.citizen, first.thread, Some(&Viewer::Authority(fund()))).unwrap().is_empty());
        assert_eq!(purged(&repository, day()).total(), Tally::default(), "a second time there is nothing to do");
        let rest = purged(&repository, day().succ_opt().unwrap());
        assert_eq!(rest.total().threads, 1);
        let counts = database.counts();
        assert_eq!(OF_MESSAGES.map(|table| counts[table]), [0; 13]);
        assert_eq!(database.count("__unread"), 0);
    }

    /// S7: periods come from the table, by context, and count from the last activity: sent, read or rectified.
    fn s7_periods_are_data(database: &Database) {
        let repository = database.repository();
        repository.load_demo().unwrap();
        let citizen = alma(&repository);
        let sent_in = |context: i32| {
            let message = Message { context: Context(context), ..letter(citizen) };
            repository.commit(sending(&message, &[])).wait().unwrap();
            message
        };
        let (short, read, long, unnamed) = (sent_in(1), sent_in(1), sent_in(3), sent_in(4));
        repository.commit(reading(&read, Some(job_centre()), noon() + TimeDelta::days(3))).wait().unwrap();
        import(&repository, ImportKind::Retention, "context\tperiod\tarchive_release\n1\t30 days\tno\n3\t10 years\tno\n");
        let gone_on = |day: &str| -> Vec<bool> {
            purged(&repository, day.parse().unwrap());
            [&short, &read, &long, &unnamed]
                .map(|message| repository.reader().message(citizen, message.id, None).unwrap().is_none())
                .to_vec()
        };
        assert_eq!(gone_on("2026-06-02"), [false; 4]);
        assert_eq!(gone_on("2026-06-03"), [true, false, false, false]);
        assert_eq!(gone_on("2026-06-06"), [true, true, false, false]);
        assert_eq!(gone_on("2031-05-03"), [true, true, false, false]);
        assert_eq!(gone_on("2031-05-04"), [true, true, false, true]);
        assert_eq!(gone_on("2036-05-04"), [true; 4]);
    }

    /// S7: where the policy asks for it, a thread waits for its release to the archive; no release shortens a period.
    fn s7_threads_wait_for_their_release_to_the_archive(database: &Database) {
        let repository = database.repository();
        repository.load_demo().unwrap();
        sent(&repository, &[]);
        import(&repository, ImportKind::Retention, "context\tperiod\tarchive_release\n11\t1 year\tyes\n");
        let waits = |day: &str| {
            let report = purged(&repository, day.parse().unwrap());
            (report.awaiting_release, report.total().threads)
        };
        assert_eq!(waits("2027-05-04"), (1, 0));
        import(&repository, ImportKind::ArchiveReleases, &format!("cpr\tinactive_before\n{ALMA}\t2026-05-04\n"));
        assert_eq!(waits("2027-05-04"), (1, 0), "released is what was inactive before that day");
        import(&repository, ImportKind::ArchiveReleases, &format!("cpr\tinactive_before\n{ALMA}\t2027-01-01\n"));
        assert_eq!(waits("2027-05-03"), (0, 0));
        assert_eq!(waits("2027-05-04"), (0, 1));
    }

    /// S7: nothing of a citizen under a legal hold is purged, until the last hold is lifted; holds are in the audit.
    fn s7_a_legal_hold_keeps_everything(database: &Database) {
        let repository = database.repository();
        repository.load_demo().unwrap();
        let message = sent(&repository, &[pdf("a")]);
        legal_hold::add(&repository, &numbers(ALMA), "sag 1", &errand()).unwrap();
        legal_hold::add(&repository, &numbers(ALMA), "sag 1", &errand()).unwrap();
        legal_hold::add(&repository, &numbers(ALMA), "sag 2", &errand()).unwrap();
        let held = || {
            let report = purged(&repository, day());
            (report.held, report.total().threads)
        };
        assert_eq!(held(), (1, 0));
        legal_hold::remove(&repository, &numbers(ALMA), "sag 1", &errand()).unwrap();
        assert_eq!(held(), (1, 0));
        let holds = legal_hold::list(&repository, &errand()).unwrap();
        assert_eq!(holds.iter().map(|(cpr, hold)| (cpr.expose(), hold.reason.as_str())).collect::<Vec<_>>(), [(ALMA, "sag 2")]);
        // Found before the hold was put on, handed in after: the condition says no; past the condition the database does.
        assert_eq!(refusal(repository.commit(purging(&message)).wait()), Refusal::NotAuthorised);
        let mut plain = database.connection();
        let insert = format!("INSERT INTO purged_thread SELECT citizen, id, context, created_at FROM thread WHERE id = {}", plain.id(message.thread.0));
        assert!(plain.execute(&insert).unwrap_err().to_string().contains("legal hold"));
        legal_hold::remove(&repository, &numbers(ALMA), "sag 2", &errand()).unwrap();
        assert_eq!(held(), (0, 1));
        let recorded = plain.texts("SELECT operation || coalesce(' ' || criterion, '') AS value FROM audit_record WHERE operation LIKE 'hold%' AND citizen_hash IS NOT NULL ORDER BY number");
        assert_eq!(recorded, ["hold add reason: sag 1", "hold add reason: sag 1", "hold add reason: sag 2", "hold remove reason: sag 1", "hold list", "hold remove reason: sag 2"]);
        let unknown = legal_hold::add(&repository, &numbers("0101010101"), "sag 3", &errand());
        assert_eq!(refusal(unknown), Refusal::UnknownCitizen);
    }

    /// S7, M13: the database itself removes nothing but what was purged, or whose message was rectified.
    fn s7_m13_nothing_goes_without_the_fact_that_it_was_purged(database: &Database) {
        let repository = database.repository();
        repository.load_demo().unwrap();
        let (stays, goes) = (sent(&repository, &[pdf("a")]), sent(&repository, &[pdf("b")]));
        for message in [&stays, &goes] {
            repository.commit(reading(message, Some(job_centre()), noon())).wait().unwrap();
            let mut plain = database.connection();
            let (citizen, id) = (plain.id(message.citizen.0), plain.id(message.id.0));
            let at = if database.kind() == Kind::Sqlite { "0" } else { "now()" };
            plain.execute(&format!("INSERT INTO delivery_outcome VALUES ({citizen}, {id}, 4, 2, {at})")).unwrap();
            plain.execute(&format!("INSERT INTO delivery_attempt VALUES ({citizen}, {id}, 1, {id}, 4, 1, 2, NULL, NULL, {at})")).unwrap();
        }
        let mut plain = database.connection();
        let tables = ["message_content", "document_content", "document_name", "document", "reading", "delivery_attempt", "delivery_outcome", "delivery", "message", "thread"];
        let refused = |plain: &mut support::database::Plain, sql: &str| {
            let error = plain.execute(sql).unwrap_err().to_string();
            assert!(error.contains("facts are appended, never altered"), "{sql}: {error}");
        };
        for table in tables {
            refused(&mut plain, &format!("DELETE FROM {table}"));
        }
        let thread = plain.id(goes.thread.0);
        plain.execute(&format!("INSERT INTO purged_thread SELECT citizen, id, context, created_at FROM thread WHERE id = {thread}")).unwrap();
        for table in ["purged_thread", "purged_document"] {
            if table == "purged_thread" || database.kind() == Kind::Postgres {
                refused(&mut plain, &format!("DELETE FROM {table}"));
                refused(&mut plain, &format!("UPDATE {table} SET citizen = citizen"));
            }
        }
        for table in tables {
            refused(&mut plain, &format!("DELETE FROM {table}"));
        }
        let (of_goes, of_stays) = (plain.id(goes.id.0), plain.id(stays.id.0));
        for table in ["message_content", "reading", "delivery_attempt", "delivery_outcome", "delivery"] {
            refused(&mut plain, &format!("DELETE FROM {table} WHERE message = {of_stays}"));
            plain.execute(&format!("DELETE FROM {table} WHERE message = {of_goes}")).unwrap();
        }
        assert_eq!(database.count("message_content"), 1);
    }

    /// S7: what happens between the look and the deed saves the thread; what comes after the deed is refused.
    fn s7_a_thread_that_stirs_is_not_purged(database: &Database) {
        let (repository, other) = (database.repository(), database.repository());
        repository.load_demo().unwrap();
        let (replied, read, rectified, gone) = (sent(&repository, &[]), sent(&repository, &[]), sent(&repository, &[]), sent(&repository, &[]));
        other.commit(sending(&answer(&replied), &[])).wait().unwrap();
        other.commit(reading(&read, Some(job_centre()), minutes_later(1))).wait().unwrap();
        other.commit(rectifying(&rectified)).wait().unwrap();
        for message in [&replied, &read, &rectified] {
            assert_eq!(refusal(repository.commit(purging(message)).wait()), Refusal::UnknownIdentifier);
        }
        repository.commit(purging(&gone)).wait().unwrap();
        assert_eq!(refusal(other.commit(purging(&gone)).wait()), Refusal::UnknownIdentifier);
        assert_eq!(refusal(other.commit(sending(&answer(&gone), &[])).wait()), Refusal::ThreadClosed);
        assert_eq!(refusal(other.commit(rectifying(&gone)).wait()), Refusal::UnknownIdentifier);
        let mut reading = reading(&gone, Some(job_centre()), minutes_later(1));
        reading.require(Condition::Known { citizen: gone.citizen, message: gone.id }, Refusal::UnknownIdentifier);
        assert_eq!(refusal(other.commit(reading).wait()), Refusal::UnknownIdentifier);
        assert_eq!(database.count("thread"), 3);
    }

    /// S7: in one commit, too, one unit sees what the one before has done.
    fn s7_units_of_one_commit_see_each_other(database: &Database) {
        let repository = database.repository();
        repository.load_demo().unwrap();
        for _ in 0..20 {
            let message = sent(&repository, &[]);
            let commits = [
                repository.commit(purging(&message)),
                repository.commit(purging(&message)),
                repository.commit(sending(&answer(&message), &[])),
                repository.commit(rectifying(&message)),
            ];
            let [purged, again, reply, rectified] = commits.map(|commit| commit.wait());
            purged.unwrap();
            assert_eq!([again, reply, rectified].map(refusal), [Refusal::UnknownIdentifier, Refusal::ThreadClosed, Refusal::UnknownIdentifier]);
        }
        assert_eq!(OF_MESSAGES.map(|table| database.count(table)), [0; 13]);
    }

    /// S7: two purges at once and a writer beside them: everything due goes once, nothing young, and the writer waits for none of it long.
    fn s7_purges_run_beside_each_other_and_beside_writers(database: &Database) {
        let repository = database.repository();
        repository.load_demo().unwrap();
        let citizens: Vec<CitizenKey> = ["1503850002", "2304780009"].map(|cpr| citizen(&repository, cpr).key).into();
        let commits: Vec<_> = (0..300)
            .map(|number| {
                let message = letter(citizens[number % 2]);
                repository.commit(sending(&message, &[pdf(&number.to_string()), pdf("shared")]))
            })
            .collect();
        commits.into_iter().for_each(|commit| commit.wait().unwrap());
        let longest = thread::scope(|scope| {
            let purges: Vec<_> = (0..2)
                .map(|_| {
                    let repository = database.repository();
                    scope.spawn(move || purged(&repository, day()))
                })
                .collect();
            let mut longest = Duration::ZERO;
            for number in 0..60 {
                let young = Message { created_at: noon() + TimeDelta::days(9), ..letter(citizens[number % 2]) };
                let begun = Instant::now();
                repository.commit(sending(&young, &[pdf("shared")])).wait().unwrap();
                longest = longest.max(begun.elapsed());
            }
            let reports: Vec<Report> = purges.into_iter().map(|purge| purge.join().unwrap()).collect();
            assert_eq!(reports.iter().map(|report| report.total().threads).sum::<u64>(), 300);
            longest
        });
        assert!(longest < Duration::from_secs(2), "a writer waited {longest:?}");
        let counts = database.counts();
        assert_eq!(["thread", "message", "message_content", "document", "document_name"].map(|table| counts[table]), [60; 5]);
        assert_eq!((counts["document_content"], counts["purged_thread"], counts["purged_document"]), (2, 300, 600));
    }

    /// M20: answers whose seven days are over are removed by purge; younger ones stay.
    fn m20_purge_forgets_answers_after_seven_days(database: &Database) {
        let repository = database.repository();
        repository.load_demo().unwrap();
        for days in [0, 6, 7, 8] {
            let message = letter(alma(&repository));
            let mut unit = sending(&message, &[]);
            let key = RequestKey([days; 32]);
            unit.record(Fact::Answer(Box::new(AnsweredRequest {
                key,
                content: RequestContent([1; 32]),
                citizen: message.citizen,
                message: message.id,
                at: noon() - TimeDelta::days(days.into()),
                answer: b"<Envelope/>".to_vec(),
            })));
            repository.commit(unit).wait().unwrap();
        }
        assert_eq!(purged(&repository, noon().date_naive()).answers, 2);
        assert_eq!(database.count("answered_request"), 2);
        purged(&repository, day());
        assert_eq!(database.count("answered_request"), 0, "with their threads go those that are left");
    }

    /// S7: a hold that has been put on when a purge is under way is waited for, or waits.
    fn s7_a_hold_and_a_purge_do_not_pass_each_other(database: &Database) {
        let repository = database.repository();
        repository.load_demo().unwrap();
        let other = database.repository();
        for _ in 0..10 {
            let message = sent(&repository, &[]);
            let mut holding = Unit::default();
            holding.record(Fact::Hold(Hold { citizen: message.citizen, reason: "sag".to_owned(), at: noon() }));
            let (purge, hold) = thread::scope(|scope| {
                let purge = scope.spawn(|| repository.commit(purging(&message)).wait());
                let hold = scope.spawn(|| other.commit(holding).wait());
                (purge.join().unwrap(), hold.join().unwrap())
            });
            hold.unwrap();
            let is_there = repository.reader().message(message.citizen, message.id, None).unwrap().is_some();
            assert_eq!(purge.is_err(), is_there);
            legal_hold::remove(&repository, &numbers(ALMA), "sag", &errand()).unwrap();
            purged(&repository, day());
        }
    }
}
