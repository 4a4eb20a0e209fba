//! What a run looks like: a line per step while it runs, a summary, and a JUnit file per suite. It knows both forms; what happened is
//! given to it.

use crate::expansion::escape;
use crate::outcome::{CaseReport, Status, StepReport, Stop, SuiteReport};
use crate::run::Event;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Numbers of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Cases in which every step passed.
    pub passed: usize,
    /// Cases with a failed step.
    pub failed: usize,
    /// Cases without a failed step, but with one that was not judged.
    pub skipped: usize,
    /// Cases the project disables.
    pub disabled: usize,
    /// Steps that were carried out.
    pub steps: usize,
    /// Assertions that were judged or skipped.
    pub assertions: usize,
}

/// Counts.
pub fn totals(suites: &[SuiteReport]) -> Totals {
    let mut totals = Totals::default();
    for case in suites.iter().flat_map(|suite| &suite.cases) {
        match verdict(case) {
            Status::Failed => totals.failed += 1,
            Status::Skipped => totals.skipped += 1,
            Status::Disabled => totals.disabled += 1,
            Status::Passed | Status::NotRun => totals.passed += 1,
        }
        totals.steps += case.steps.iter().filter(|step| carried_out(step)).count();
        totals.assertions += case.steps.iter().map(|step| step.assertions).sum::<usize>();
    }
    totals
}

/// The line (and what follows it) of an event.
pub fn line(event: &Event<'_>) -> String {
    match event {
        Event::Suite(name) => format!("suite {name}"),
        Event::Case(name, disabled) => format!("  case {name}{}", if *disabled { "  (disabled in the project)" } else { "" }),
        Event::Step(step) => step_line(step),
    }
}

/// The end of a run: what was skipped, once more, and the numbers.
pub fn summary(suites: &[SuiteReport]) -> String {
    let mut text = String::new();
    for (suite, case, step) in every_step(suites) {
        for (name, stop) in step.problems.iter().filter(|(_, stop)| matches!(stop, Stop::Skipped(_))) {
            let assertion = if name.is_empty() { String::new() } else { format!(" / {name}") };
            let why = stop.to_string();
            let _ = writeln!(
                text,
                "skipped: {suite} / {case} / {}{assertion}: {}",
                step.name,
                why.lines().next().unwrap_or_default()
            );
        }
    }
    let Totals {
        passed,
        failed,
        skipped,
        disabled,
        steps,
        assertions,
    } = totals(suites);
    let _ = write!(
        text,
        "{steps} steps, {assertions} assertions, {disabled} disabled cases\n{passed} passed, {failed} failed, {skipped} skipped"
    );
    text
}

/// Writes `TEST-<suite>.xml` for every suite into the folder.
pub fn write_junit(suites: &[SuiteReport], folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    std::fs::create_dir_all(folder)?;
    let mut written: Vec<PathBuf> = Vec::new();
    for suite in suites {
        let name: String = suite
            .name
            .chars()
            .map(|character| {
                if character.is_alphanumeric() || "-_. ".contains(character) {
                    character
                } else {
                    '_'
                }
            })
            .collect();
        let mut path = folder.join(format!("TEST-{name}.xml"));
        for number in 2.. {
            if !written.contains(&path) {
                break;
            }
            path = folder.join(format!("TEST-{name}-{number}.xml"));
        }
        std::fs::write(&path, junit(suite))?;
        written.push(path);
    }
    Ok(written)
}

/// A suite as JUnit XML.
pub fn junit(suite: &SuiteReport) -> String {
    let count = |status: Status| suite.cases.iter().filter(|case| verdict(case) == status).count();
    let took: f64 = suite.cases.iter().map(|case| case.took.as_secs_f64()).sum();
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\" time=\"{took:.3}\">\n",
        clean(&suite.name),
        suite.cases.len(),
        count(Status::Failed),
        count(Status::Skipped) + count(Status::Disabled),
    );
    for case in &suite.cases {
        let _ = writeln!(
            xml,
            "  <testcase classname=\"{}\" name=\"{}\" time=\"{:.3}\">",
            clean(&suite.name),
            clean(&case.name),
            case.took.as_secs_f64()
        );
        let verdict = verdict(case);
        if verdict == Status::Disabled {
            xml.push_str("    <skipped message=\"disabled in the project\"/>\n");
        }
        for step in &case.steps {
            for (name, stop) in &step.problems {
                let title = clean(&if name.is_empty() {
                    step.name.clone()
                } else {
                    format!("{}: {name}", step.name)
                });
                let text = clean(&stop.to_string());
                let _ = match (stop, &verdict) {
                    (Stop::Failed(_), _) => writeln!(xml, "    <failure message=\"{title}\">{text}</failure>"),
                    (Stop::Skipped(_), Status::Skipped) => writeln!(xml, "    <skipped message=\"{title}: {text}\"/>"),
                    // Beside a failure, readers of JUnit files expect no <skipped>.
                    (Stop::Skipped(_), _) => writeln!(xml, "    <system-out>skipped: {title}: {text}</system-out>"),
                };
            }
        }
        xml.push_str("  </testcase>\n");
    }
    xml + "</testsuite>\n"
}

/// What a case came to.
pub fn verdict(case: &CaseReport) -> Status {
    if case.disabled {
        Status::Disabled
    } else if case.has(&Status::Failed) {
        Status::Failed
    } else if case.has(&Status::Skipped) {
        Status::Skipped
    } else {
        Status::Passed
    }
}

fn carried_out(step: &StepReport) -> bool {
    matches!(step.status, Status::Passed | Status::Failed) || (step.status == Status::Skipped && step.assertions > 0)
}

fn step_line(step: &StepReport) -> String {
    let word = match step.status {
        Status::Passed => "ok      ",
        Status::Failed => "FAILED  ",
        Status::Skipped => "SKIPPED ",
        Status::Disabled => "disabled",
        Status::NotRun => "not run ",
    };
    let mut text = format!("    {word} {}", step.name);
    if carried_out(step) {
        let _ = write!(text, "  ({} ms, {} assertions)", step.took.as_millis(), step.assertions);
    }
    for (name, stop) in &step.problems {
        let word = if matches!(stop, Stop::Failed(_)) { "failed" } else { "skipped" };
        let title = if name.is_empty() { String::new() } else { format!(" {name}") };
        let _ = write!(
            text,
            "\n             {word}{title}: {}",
            stop.to_string().replace('\n', "\n             ")
        );
    }
    for note in &step.notes {
        let _ = write!(text, "\n             note: {note}");
    }
    text
}

fn every_step(suites: &[SuiteReport]) -> impl Iterator<Item = (&str, &str, &StepReport)> {
    suites.iter().flat_map(|suite| {
        suite
            .cases
            .iter()
            .flat_map(|case| case.steps.iter().map(|step| (suite.name.as_str(), case.name.as_str(), step)))
    })
}

/// Text that may stand in XML: escaped, without control characters.
fn clean(text: &str) -> String {
    escape(
        &text
            .chars()
            .map(|character| {
                if character.is_control() && !matches!(character, '\n' | '\t') {
                    '\u{fffd}'
                } else {
                    character
                }
            })
            .collect::<String>(),
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use std::time::Duration;

    fn step(status: Status, stop: Option<Stop>) -> StepReport {
        let problems = stop.into_iter().map(|stop| ("is <it>".to_owned(), stop)).collect();
        StepReport {
            name: "Ask & tell".into(),
            status,
            took: Duration::from_millis(3),
            assertions: 2,
            problems,
            notes: vec!["by the way".into()],
        }
    }

    fn suite() -> SuiteReport {
        let case = |name: &str, disabled, steps| CaseReport {
            name: name.into(),
            disabled,
            took: Duration::from_millis(4),
            steps,
        };
        let failed = || step(Status::Failed, Some(Stop::Failed("a\nb\u{1}".into())));
        let skipped = || step(Status::Skipped, Some(Stop::Skipped("a script".into())));
        SuiteReport {
            name: "s".into(),
            cases: vec![
                case("good", false, vec![step(Status::Passed, None), step(Status::Disabled, None)]),
                case("bad", false, vec![failed(), skipped(), step(Status::NotRun, None)]),
                case("unknown", false, vec![step(Status::Passed, None), skipped()]),
                case("off", true, vec![]),
            ],
        }
    }

    #[test]
    fn a_case_with_a_skipped_step_has_not_passed() {
        let totals = totals(&[suite()]);
        assert_eq!(
            totals,
            Totals {
                passed: 1,
                failed: 1,
                skipped: 1,
                disabled: 1,
                steps: 5,
                assertions: 14
            }
        );
    }

    #[test]
    fn the_junit_report_is_xml_and_counts_the_same() {
        let xml = junit(&suite());
        let tree = roxmltree::Document::parse(&xml).unwrap();
        let root = tree.root_element();
        for (name, value) in [("tests", "4"), ("failures", "1"), ("skipped", "2")] {
            assert_eq!(root.attribute(name), Some(value), "{name}");
        }
        assert_eq!(root.descendants().filter(|node| node.has_tag_name("failure")).count(), 1);
        assert_eq!(root.descendants().filter(|node| node.has_tag_name("skipped")).count(), 2);
    }

    #[test]
    fn lines_show_what_failed_and_what_was_skipped() {
        let shown = line(&Event::Step(&step(Status::Failed, Some(Stop::Failed("a\nb".into())))));
        assert_eq!(
            shown,
            "    FAILED   Ask & tell  (3 ms, 2 assertions)\n             failed is <it>: a\n             b\n             note: by the way"
        );
        assert!(summary(&[suite()]).contains("skipped: s / unknown / Ask & tell / is <it>: a script"));
    }
}
