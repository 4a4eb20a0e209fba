//! Scenario folders: what a story of `fixtures/` says will happen, read from its README, and whether its files agree with that.
//! It knows the table of steps and the names of files. Playing a story against a server is left to `replay`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeDelta, Utc};

/// One story.
pub struct Scenario {
    /// Folder name, `04-recommendation`.
    pub name: String,
    /// Where it is.
    pub folder: PathBuf,
    /// Ids of the rules its README claims to prove.
    pub proves: Vec<String>,
    /// What happens, in order.
    pub steps: Vec<Step>,
}

/// One call of a story.
pub struct Step {
    /// `01-create`.
    pub name: String,
    /// The file with the request.
    pub request: PathBuf,
    /// When it happens: as the README says, or a minute after the step before.
    pub at: DateTime<Utc>,
    /// The SOAPAction it is sent with, where the README states one; otherwise that of the body element.
    pub action: Option<String>,
    /// Further HTTP headers where the README states some, each line ending with CR LF.
    pub headers: String,
    /// What the README says will come.
    pub expected: Outcome,
}

/// How a call ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// With a response.
    Answered,
    /// With a fault of this ErrorCode.
    Fault(i32),
}

impl Step {
    /// The file with the recorded answer.
    pub fn answer(&self) -> PathBuf {
        self.file(match self.expected {
            Outcome::Answered => "response",
            Outcome::Fault(_) => "fault",
        })
    }

    /// Is the request no valid message, on purpose?
    pub fn is_invalid(&self) -> bool {
        self.request.to_string_lossy().ends_with(".invalid.request.xml")
    }

    fn file(&self, kind: &str) -> PathBuf {
        self.request.with_file_name(format!("{}.{kind}.xml", self.name))
    }
}

/// The folder of all fixtures.
pub fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// Every story, in order.
pub fn all() -> Vec<Scenario> {
    let mut folders: Vec<PathBuf> = entries(&fixtures())
        .into_iter()
        .filter(|path| path.join("README.md").is_file() && is_story(path))
        .collect();
    folders.sort();
    folders.iter().map(|folder| read(folder)).collect()
}

/// One story by its folder's name.
pub fn named(name: &str) -> Scenario {
    read(&fixtures().join(name))
}

/// Files that no step explains, and steps without a request; answers may be missing only while they are being recorded.
pub fn loose_ends(scenario: &Scenario) -> Vec<String> {
    let mut explained: BTreeSet<PathBuf> = ["README.md", "code-lists.tsv", "relations.tsv", "subscriptions.tsv"]
        .iter()
        .map(|name| scenario.folder.join(name))
        .collect();
    let mut found = Vec::new();
    for step in &scenario.steps {
        for path in [step.request.clone(), step.answer()] {
            if !path.is_file() {
                found.push(format!("{}: {} is missing", scenario.name, file_name(&path)));
            }
            explained.insert(path);
        }
    }
    let orphans = entries(&scenario.folder).into_iter().filter(|path| !explained.contains(path));
    found.extend(orphans.map(|path| format!("{}: no step of the README explains {}", scenario.name, file_name(&path))));
    found
}

const BEGINNING: &str = "2026-11-20T10:00:00Z";

fn is_story(folder: &Path) -> bool {
    file_name(folder).starts_with(|first: char| first.is_ascii_digit())
}

fn read(folder: &Path) -> Scenario {
    let name = file_name(folder);
    let readme = fs::read_to_string(folder.join("README.md")).unwrap_or_else(|error| panic!("{name}/README.md: {error}"));
    let proves = readme
        .lines()
        .find_map(|line| line.strip_prefix("Proves: "))
        .unwrap_or_else(|| panic!("{name}/README.md has no line that begins with Proves:"))
        .trim_end_matches('.')
        .split(", ")
        .map(str::to_owned)
        .collect();
    let mut table = readme.lines().filter(|line| line.starts_with('|')).map(cells);
    let columns = table.next().unwrap_or_else(|| panic!("{name}/README.md has no table of steps"));
    let mut before: DateTime<Utc> = BEGINNING.parse::<DateTime<Utc>>().unwrap() - TimeDelta::minutes(1);
    let mut steps = Vec::new();
    for row in table.skip(1) {
        let column = |title: &str| {
            let value = columns.iter().position(|column| column == title).and_then(|index| row.get(index));
            value
                .map(|value| value.trim_matches('`').to_owned())
                .filter(|value| !value.is_empty())
        };
        let step = column("step").unwrap_or_else(|| panic!("{name}/README.md: a row without a step"));
        let at = column("clock").map_or(before + TimeDelta::minutes(1), |clock| {
            clock.parse().unwrap_or_else(|_| panic!("{name} {step}: clock {clock}"))
        });
        before = at;
        let expected = outcome(&column("outcome").unwrap_or_default())
            .unwrap_or_else(|| panic!("{name} {step}: outcome is `answered` or `fault NUMBER`"));
        let invalid = folder.join(format!("{step}.invalid.request.xml"));
        let request = if invalid.is_file() {
            invalid
        } else {
            folder.join(format!("{step}.request.xml"))
        };
        steps.push(Step {
            request,
            at,
            action: column("SOAPAction"),
            headers: column("headers").map_or_else(String::new, |lines| lines.split("<br>").map(|line| format!("{line}\r\n")).collect()),
            expected,
            name: step,
        });
    }
    assert!(!steps.is_empty(), "{name}/README.md has no steps");
    Scenario {
        name,
        folder: folder.to_owned(),
        proves,
        steps,
    }
}

fn outcome(word: &str) -> Option<Outcome> {
    match word.split_once(' ') {
        None if word == "answered" => Some(Outcome::Answered),
        Some(("fault", code)) => code.parse().ok().map(Outcome::Fault),
        _ => None,
    }
}

fn cells(row: &str) -> Vec<String> {
    row.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .collect()
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
