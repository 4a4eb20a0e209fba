//! The stories of `fixtures/`, played on SQLite and on PostgreSQL: every answer as recorded, no row left behind by a fault, one audit
//! record for each call; and the stories held against the rules and the fault codes they are to cover.

#![allow(missing_docs, reason = "tests")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

mod support {
    #![allow(dead_code, reason = "each test binary uses its own part of the support")]
    pub mod database;
    pub mod difference;
    pub mod replay;
    pub mod scenario;
    pub mod server;
    pub mod stage;
}

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use support::database::Kind;
use support::replay::{self, Findings};
use support::scenario::{self, Outcome};
use support::stage::Stage;

static ON_SQLITE: LazyLock<Findings> = LazyLock::new(|| replay::play(Kind::Sqlite, &scenario::all()));
static ON_POSTGRES: LazyLock<Findings> = LazyLock::new(|| replay::play(Kind::Postgres, &scenario::all()));

#[test]
fn every_scenario_answers_as_recorded_on_sqlite() {
    assert!(ON_SQLITE.calls > 300, "only {} calls were played", ON_SQLITE.calls);
    nothing("answers differ from what is recorded or expected", &ON_SQLITE.answers);
}

#[test]
fn every_scenario_answers_as_recorded_on_postgres() {
    if support::database::postgres_is_missing() {
        return;
    }
    nothing("answers differ from what is recorded or expected", &ON_POSTGRES.answers);
}

/// M19, M13: a message is stored whole or not at all; a call that ends with a fault leaves nothing but its audit record.
#[test]
fn after_a_fault_no_row_is_left_behind_on_sqlite() {
    nothing("faults left rows behind", &ON_SQLITE.rows_left);
}

/// M19, M13: likewise.
#[test]
fn after_a_fault_no_row_is_left_behind_on_postgres() {
    if support::database::postgres_is_missing() {
        return;
    }
    nothing("faults left rows behind", &ON_POSTGRES.rows_left);
}

/// S5: every call, answered, refused or not understood, leaves exactly one audit record.
#[test]
fn every_call_leaves_one_audit_record_on_sqlite() {
    nothing("calls left none or several audit records", &ON_SQLITE.audit);
}

/// S5: likewise.
#[test]
fn every_call_leaves_one_audit_record_on_postgres() {
    if support::database::postgres_is_missing() {
        return;
    }
    nothing("calls left none or several audit records", &ON_POSTGRES.audit);
}

/// M19: message, thread, text, documents, deliveries, queue row and audit record are stored together. M15: one delivery more is the
/// citizen's copy in the tray. M5: a reply brings the citizen a copy, too, and tells the other party.
#[test]
fn m5_m15_m19_a_message_is_stored_with_all_that_belongs_to_it() {
    for kind in support::database::kinds() {
        let scenario = scenario::named("04-recommendation");
        let mut stage = Stage::open(kind, &scenario);
        let (mut create, mut reply) = (BTreeMap::new(), BTreeMap::new());
        for step in &scenario.steps[..6] {
            let before = stage.counts();
            stage.call(step);
            let more = stage
                .counts()
                .into_iter()
                .map(|(table, count)| (count - before.get(&table).copied().unwrap_or_default(), table));
            let more: BTreeMap<String, i64> = more
                .filter(|(more, table)| *more != 0 && table != "audit_head")
                .map(|(more, table)| (table, more))
                .collect();
            match step.name.as_str() {
                "01-create" => create = more,
                "06-reply" => reply = more,
                _ => {}
            }
        }
        let document = [("document", 1), ("document_content", 1), ("document_name", 1)];
        let both = [
            ("audit_record", 1),
            ("delivery", 2),
            ("message", 1),
            ("message_content", 1),
            ("queue_event", 1),
        ];
        let expected = |extra: &[(&str, i64)]| -> BTreeMap<String, i64> {
            both.iter()
                .chain(&document)
                .chain(extra)
                .map(|(table, more)| ((*table).to_owned(), *more))
                .collect()
        };
        assert_eq!(create, expected(&[("thread", 1)]), "{kind:?}");
        assert_eq!(reply, expected(&[]), "{kind:?}");
    }
}

#[test]
fn the_same_requests_at_the_same_clock_give_the_same_bytes() {
    for name in [
        "04-recommendation",
        "07-several-documents",
        "27-code-lists-by-name",
        "31-invalid-messages",
        "37-paging",
    ] {
        let scenario = scenario::named(name);
        let (once, again) = (replay::answers(Kind::Sqlite, &scenario), replay::answers(Kind::Sqlite, &scenario));
        assert_eq!(once.len(), scenario.steps.len());
        for (step, (once, again)) in scenario.steps.iter().zip(once.iter().zip(&again)) {
            assert_eq!(
                String::from_utf8_lossy(once),
                String::from_utf8_lossy(again),
                "{name} {}",
                step.name
            );
        }
    }
}

#[test]
fn every_file_of_a_story_belongs_to_a_step_and_every_step_has_its_files() {
    let found: Vec<_> = scenario::all().iter().flat_map(scenario::loose_ends).collect();
    nothing("loose ends in fixtures", &found);
}

#[test]
fn the_overview_names_every_story_and_its_rules() {
    let overview = fs::read_to_string(scenario::fixtures().join("README.md")).unwrap();
    for scenario in scenario::all() {
        let row = overview.lines().find(|line| line.starts_with(&format!("| `{}` |", scenario.name)));
        let row = row.unwrap_or_else(|| panic!("fixtures/README.md does not name {}", scenario.name));
        assert!(
            row.ends_with(&format!("| {} |", scenario.proves.join(", "))),
            "{}: the overview names other rules: {row}",
            scenario.name
        );
    }
}

/// Codes that no story can show yet, with the reason.
const NOT_IN_A_STORY: [(i32, &str); 0] = [];

/// Codes of the platform (contract 1.3) that no story can show, with the reason.
const PLATFORM_CODES_ELSEWHERE: [(i32, &str); 7] = [
    (100, "answer of a ping, which no service has"),
    (1009, "bad configuration stops the start"),
    (1011, "a bug of ours; the tests of the door provoke a panic"),
    (1012, "a logon by certificate, with the production profile"),
    (1100, "the archive away, overload; the tests of the door take it away"),
    (1101, "a client certificate missing, with the production profile"),
    (4404, "means the same as 1010, which is used"),
];

#[test]
fn every_code_of_a_refusal_is_shown_by_a_story() {
    let shown = shown_codes();
    let source = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/domain/refusal.rs")).unwrap();
    let codes: Vec<i32> = source
        .lines()
        .filter_map(|line| line.split_once("=> ")?.1.trim_end_matches(',').parse().ok())
        .collect();
    assert!(codes.len() > 30, "the codes were not found in refusal.rs");
    for code in codes {
        let excused = NOT_IN_A_STORY
            .iter()
            .chain(&PLATFORM_CODES_ELSEWHERE)
            .any(|(known, _)| *known == code);
        assert!(
            shown.contains_key(&code) != excused,
            "{code}: shown by {:?}, excused: {excused}",
            shown.get(&code)
        );
    }
}

#[test]
fn every_platform_code_is_shown_by_a_story() {
    let shown = shown_codes();
    for code in [
        1001, 1010, 1013, 1014, 2001, 2002, 2003, 4405, 4413, 4575, 4589, 4856, 4857, 6005, 8103, 8173, 8174, 8232, 8233, 8234, 8235,
    ] {
        assert!(shown.contains_key(&code), "no story shows {code}");
    }
    for (code, reason) in PLATFORM_CODES_ELSEWHERE {
        assert!(!shown.contains_key(&code), "{code} is shown now, so it needs no excuse: {reason}");
    }
}

/// Rules in scope, named by at least one story.
#[test]
fn every_rule_in_scope_is_named_by_a_story() {
    let named: BTreeSet<String> = scenario::all().into_iter().flat_map(|scenario| scenario.proves).collect();
    let in_scope = (1..=20)
        .map(|number| format!("M{number}"))
        .chain(["M21", "S2", "S3", "S4", "S5", "K1", "K2", "D5", "Q1", "Q2", "Q3"].map(str::to_owned));
    let in_scope: BTreeSet<String> = in_scope.collect();
    assert_eq!(named, in_scope);
}

/// S2: whether the citizen is known makes no difference to a caller without the right, not even in the words.
#[test]
fn s2_known_and_unknown_citizens_look_alike_to_those_without_access() {
    let scenario = scenario::named("21-organisations-without-access");
    let words = |step: usize| {
        let answer = fs::read_to_string(scenario.steps[step].answer()).unwrap();
        answer.split("Log reference: ").next().unwrap().to_owned()
    };
    assert_eq!(words(0), words(1));
    assert_eq!(words(0), words(2));
}

/// M20: the second answer is the first, byte for byte.
#[test]
fn m20_a_repeated_request_gets_the_stored_answer() {
    let scenario = scenario::named("50-repeated-requests");
    let answer = |name: &str| {
        let step = scenario.steps.iter().find(|step| step.name.starts_with(name)).unwrap();
        fs::read(step.answer()).unwrap()
    };
    for (first, again) in [("01", "02"), ("04", "05"), ("01", "17"), ("18", "19")] {
        assert_eq!(answer(first), answer(again), "{first} and {again}");
    }
    for (one, other) in [("01", "06"), ("01", "07"), ("01", "18")] {
        assert_ne!(answer(one), answer(other), "{one} and {other}");
    }
}

/// M12: what a document's answer carries is what a request of the same story sent, byte for byte.
#[test]
fn m12_documents_come_back_as_they_were_sent() {
    let mut fetched = 0;
    for scenario in scenario::all() {
        let sent: String = scenario
            .steps
            .iter()
            .map(|step| fs::read_to_string(&step.request).unwrap())
            .collect();
        for answer in answers_of(&scenario) {
            for piece in answer.split("CitizenMessageDocument>").skip(1).step_by(2) {
                let content = piece.split('<').next().unwrap();
                assert!(sent.contains(&format!(">{content}<")), "{}: nobody sent {content}", scenario.name);
                fetched += 1;
            }
        }
    }
    assert!(fetched >= 4, "only {fetched} documents were fetched");
}

/// M6, M11: a row whose content is not visible has neither title, text nor documents; a visible one has its text.
#[test]
fn m6_m11_rows_without_content_show_none() {
    let (mut visible, mut hidden) = (0, 0);
    for scenario in scenario::all() {
        for answer in answers_of(&scenario) {
            for row in answer.split("CitizenMessageType>").skip(1).step_by(2) {
                let shows = |name: &str| row.contains(name);
                if shows("ContentVisible>true<") {
                    visible += 1;
                    assert!(shows("MessageText>"), "{}: {row}", scenario.name);
                } else {
                    hidden += 1;
                    let any = ["MessageTitle", "MessageText", "DocumentInformation"].into_iter().any(shows);
                    assert!(!any, "{}: {row}", scenario.name);
                }
            }
        }
    }
    assert!(visible > 20 && hidden > 10, "{visible} visible and {hidden} hidden rows were shown");
}

/// S8: no fault repeats a CPR number or anything else the sender wrote.
#[test]
fn s8_no_fault_contains_a_cpr_number_or_a_text() {
    for scenario in scenario::all() {
        for step in scenario.steps.iter().filter(|step| step.expected != Outcome::Answered) {
            let fault = fs::read_to_string(step.answer()).unwrap();
            let ten_digits = fault
                .split(|c: char| !c.is_ascii_alphanumeric())
                .any(|word| word.len() == 10 && word.bytes().all(|b| b.is_ascii_digit()));
            assert!(!ten_digits, "{} {}: {fault}", scenario.name, step.name);
            for hidden in [
                "Alma",
                "Prøve",
                "Orientering",
                "Indstilling",
                "not-a-guid",
                "nej",
                "tre<",
                "jobcenter<",
                "Priority",
                "DeleteMessage",
            ] {
                assert!(!fault.contains(hidden), "{} {} repeats {hidden}: {fault}", scenario.name, step.name);
            }
        }
    }
}

/// The recorded answers of a story that are no faults.
fn answers_of(scenario: &scenario::Scenario) -> Vec<String> {
    let answered = scenario.steps.iter().filter(|step| step.expected == Outcome::Answered);
    answered.map(|step| fs::read_to_string(step.answer()).unwrap()).collect()
}

/// Which fault codes are recorded, and where.
fn shown_codes() -> BTreeMap<i32, Vec<String>> {
    let mut shown: BTreeMap<i32, Vec<String>> = BTreeMap::new();
    for scenario in scenario::all() {
        for step in &scenario.steps {
            let recorded = fs::read(step.answer()).unwrap_or_default();
            if let Some(Outcome::Fault(code)) = replay::outcome(&recorded) {
                shown.entry(code).or_default().push(format!("{} {}", scenario.name, step.name));
            }
        }
    }
    shown
}

fn nothing(what: &str, found: &[String]) {
    assert!(found.is_empty(), "{} {what}:\n\n{}\n", found.len(), found.join("\n\n"));
}
