//! Playing stories: each on a fresh demo archive behind a server of its own, over HTTP, with a clock that does what the README says.
//! It compares what comes back with what was recorded, counts the rows of every table around each call, and records where `RECORD` is set.
//! What a story says is left to `scenario`.

use std::collections::BTreeMap;
use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::database::Kind;
use super::difference::difference;
use super::scenario::{Outcome, Scenario, Step};
use super::stage::{SOAP_12, Stage};

/// What was found while playing stories; empty lists are good.
#[derive(Default)]
pub struct Findings {
    /// Calls played.
    pub calls: usize,
    /// Answers that differ from what was recorded or expected, each with the difference.
    pub answers: Vec<String>,
    /// Faults after which a table other than the audit had changed.
    pub rows_left: Vec<String>,
    /// Calls after which the audit had not exactly one record more.
    pub audit: Vec<String>,
}

/// Rows by table.
pub type Counts = BTreeMap<String, i64>;

/// Plays stories on fresh archives of one kind, several at a time: most of a story is waiting for a disk.
pub fn play(kind: Kind, scenarios: &[Scenario]) -> Findings {
    let next = AtomicUsize::new(0);
    let mut played: Vec<(usize, Findings)> = std::thread::scope(|scope| {
        let player = || {
            let turns = std::iter::repeat_with(|| next.fetch_add(1, Ordering::Relaxed));
            let turns = turns.map_while(|turn| scenarios.get(turn).map(|scenario| (turn, play_one(kind, scenario))));
            turns.collect::<Vec<_>>()
        };
        let players: Vec<_> = (0..AT_A_TIME).map(|_| scope.spawn(player)).collect();
        players.into_iter().flat_map(|player| player.join().unwrap()).collect()
    });
    played.sort_by_key(|(turn, _)| *turn);
    played.into_iter().fold(Findings::default(), |mut all, (_, one)| {
        all.calls += one.calls;
        all.answers.extend(one.answers);
        all.rows_left.extend(one.rows_left);
        all.audit.extend(one.audit);
        all
    })
}

const AT_A_TIME: usize = 6;

fn play_one(kind: Kind, scenario: &Scenario) -> Findings {
    let mut findings = Findings::default();
    let mut stage = Stage::open(kind, scenario);
    let mut before = stage.counts();
    for step in &scenario.steps {
        let answer = stage.call(step);
        let after = settled(&stage, &before);
        findings.calls += 1;
        let at = format!("{} {}", scenario.name, step.name);
        findings.audit.extend(wrong_audit(&at, &before, &after));
        if outcome(&answer.body) != Some(Outcome::Answered) {
            findings.rows_left.extend(rows_left(&at, &before, &after));
        }
        findings
            .answers
            .extend(wrong_answer(scenario, step, &answer).map(|found| format!("{at}: {found}")));
        before = after;
    }
    findings
}

/// The bytes of every answer of a story, played once.
pub fn answers(kind: Kind, scenario: &Scenario) -> Vec<Vec<u8>> {
    let mut stage = Stage::open(kind, scenario);
    scenario.steps.iter().map(|step| stage.call(step).body).collect()
}

/// What came back over HTTP.
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Content-Type.
    pub media_type: String,
    /// The envelope.
    pub body: Vec<u8>,
}

/// How an answer ends a call; none for an answer that is neither response nor fault.
pub fn outcome(body: &[u8]) -> Option<Outcome> {
    let text = std::str::from_utf8(body).ok()?;
    if !text.contains("Fault>") {
        return text.contains("Response").then_some(Outcome::Answered);
    }
    let (_, rest) = text.split_once("ErrorCode>")?;
    rest.split_once('<')?.0.parse().ok().map(Outcome::Fault)
}

fn wrong_answer(scenario: &Scenario, step: &Step, answer: &Answer) -> Option<String> {
    let now = String::from_utf8_lossy(&answer.body);
    let came = outcome(&answer.body);
    if came != Some(step.expected) {
        return Some(format!(
            "expected {:?}, got {came:?}, HTTP {}\n    {now}",
            step.expected, answer.status
        ));
    }
    if (answer.status, answer.media_type.as_str()) != sent_with(step.expected, &answer.body) {
        return Some(format!("HTTP {} with Content-Type {}", answer.status, answer.media_type));
    }
    let recorded = fs::read(step.answer()).unwrap_or_default();
    if recorded == answer.body {
        return None;
    }
    if std::env::var_os("RECORD").is_some() {
        record(scenario, step, &recorded, &answer.body);
        return None;
    }
    Some(format!(
        "not as recorded\n{}",
        difference(&String::from_utf8_lossy(&recorded), &now)
    ))
}

/// The HTTP status and media type an answer must have, by its version of SOAP and its fault code.
fn sent_with(expected: Outcome, body: &[u8]) -> (u16, &'static str) {
    let text = String::from_utf8_lossy(body);
    let soap_12 = text.contains(&format!("<env:Envelope xmlns:env=\"{SOAP_12}\">"));
    let status = match expected {
        Outcome::Answered => 200,
        Outcome::Fault(_) if soap_12 && text.contains(">env:Sender<") => 400,
        Outcome::Fault(_) => 500,
    };
    let media_type = if soap_12 {
        "application/soap+xml; charset=utf-8"
    } else {
        "text/xml; charset=utf-8"
    };
    (status, media_type)
}

fn rows_left(at: &str, before: &Counts, after: &Counts) -> Vec<String> {
    let changed = after
        .iter()
        .filter(|(table, count)| !is_audit(table) && before.get(*table) != Some(count));
    changed
        .map(|(table, count)| format!("{at}: {table} had {:?} rows before the fault and {count} after", before.get(table)))
        .collect()
}

fn wrong_audit(at: &str, before: &Counts, after: &Counts) -> Option<String> {
    let more = audit_records(after) - audit_records(before);
    (more != 1).then(|| format!("{at}: left {more} audit records"))
}

/// The counts after a call; of a code-list look-up the record may come a moment after the answer (S5).
fn settled(stage: &Stage, before: &Counts) -> Counts {
    let patience = Instant::now() + Duration::from_secs(5);
    loop {
        let after = stage.counts();
        if audit_records(&after) > audit_records(before) || Instant::now() > patience {
            return after;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn audit_records(counts: &Counts) -> i64 {
    counts.get("audit_record").copied().unwrap_or_default()
}

fn is_audit(table: &str) -> bool {
    table.starts_with("audit")
}

/// Writes an answer, and carries the identifiers and tokens that changed into the later requests of the story.
fn record(scenario: &Scenario, step: &Step, before: &[u8], now: &[u8]) {
    fs::write(step.answer(), now).unwrap();
    let (before, now) = (carried(before), carried(now));
    if before.len() != now.len() {
        return;
    }
    let changed: BTreeMap<String, String> = before.into_iter().zip(now).filter(|(one, other)| one != other).collect();
    let later = scenario.steps.iter().skip_while(|later| later.name != step.name).skip(1);
    for later in later {
        let Ok(mut request) = fs::read_to_string(&later.request) else {
            continue;
        };
        // By way of a mark no request contains, so that an identifier that is both old and new is not replaced twice.
        for (index, old) in changed.keys().enumerate() {
            request = request
                .replace(old, &format!("\u{1}{index}\u{1}"))
                .replace(&old.to_uppercase(), &format!("\u{2}{index}\u{2}"));
        }
        for (index, new) in changed.values().enumerate() {
            request = request
                .replace(&format!("\u{1}{index}\u{1}"), new)
                .replace(&format!("\u{2}{index}\u{2}"), &new.to_uppercase());
        }
        fs::write(&later.request, request).unwrap();
    }
}

/// The texts of an answer that later requests may repeat: identifiers and continuation tokens, in order.
fn carried(answer: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(answer);
    let elements = text.split('<').filter_map(|piece| piece.split_once('>'));
    let is_carried = |name: &str| name.ends_with("ContinuationToken") || name.ends_with("Identifier");
    elements
        .filter(|(name, text)| is_carried(name) && text.len() > 20)
        .map(|(_, text)| text.to_owned())
        .collect()
}
