//! The steps that call no service: properties from a file, transfers, delays, and other cases.

use super::Runner;
use crate::expansion::Context;
use crate::outcome::{StepReport, Stop};
use crate::project::{Action, Case, Transfer, Values};
use crate::transfer;
use std::time::Duration;

impl Runner<'_> {
    /// Runs another case and takes the properties back that are asked for; its steps' problems are the caller's.
    #[allow(clippy::too_many_arguments, reason = "what a call needs of its surroundings")]
    pub(super) fn call(
        &mut self,
        step: &str,
        target: &str,
        values: &Values,
        back: &[String],
        context: &mut Context,
        depth: usize,
        report: &mut StepReport,
    ) -> Result<(), Stop> {
        let project = self.project;
        let mut cases = project
            .suites
            .iter()
            .enumerate()
            .flat_map(|(at, suite)| suite.cases.iter().enumerate().map(move |(number, case)| ((at, number), case)));
        let Some((at, _)) = cases.find(|(_, case)| !case.id.is_empty() && case.id == target) else {
            return Stop::failed(format!("there is no test case with the identifier {target}"));
        };
        if depth > 10 {
            return Stop::failed("test cases call each other without an end");
        }
        let mut given = Values::new();
        for name in values.keys() {
            let value = context.value(step, name).unwrap_or_default();
            given.insert(name.clone(), context.expand(&value, false)?);
        }
        self.project_values = context.project.clone();
        self.global = context.global.clone();
        let mut inner = Vec::new();
        let (called, after) = self.case(at, &[], &given, depth + 1, &mut |step| inner.push(step.clone()));
        context.project = self.project_values.clone();
        context.global = self.global.clone();
        for name in back {
            context.set(step, name, after.get(name).cloned().unwrap_or_default());
        }
        for inner in &inner {
            report.assertions += inner.assertions;
            let label = |name: &str| format!("{} / {}{}{name}", called.name, inner.name, if name.is_empty() { "" } else { ": " });
            report
                .problems
                .extend(inner.problems.iter().map(|(name, stop)| (label(name), stop.clone())));
            report.notes.extend(inner.notes.iter().map(|note| format!("{}: {note}", label(""))));
        }
        Ok(())
    }
}

/// Carries out the transfers of a step; a source without a name is the last request before it.
pub(super) fn transfer_all(
    transfers: &[Transfer],
    case: &Case,
    index: usize,
    context: &mut Context,
    report: &mut StepReport,
) -> Result<(), Stop> {
    let before = case.steps.get(..index).unwrap_or_default();
    let last = before
        .iter()
        .rev()
        .find(|step| matches!(step.action, Action::Request(_)))
        .map(|step| step.name.clone())
        .unwrap_or_default();
    for transfer in transfers {
        if transfer.disabled {
            report
                .notes
                .push(format!("the transfer {} is disabled in the project", transfer.name));
            continue;
        }
        match transfer::carry_out(transfer, context, &last) {
            Ok(note) => report.notes.extend(note.map(|note| format!("{}: {note}", transfer.name))),
            Err(Stop::Failed(why)) if !transfer.fail_on_error => report
                .notes
                .push(format!("{} failed, which the project ignores: {why}", transfer.name)),
            Err(stop) => report.problems.push((transfer.name.clone(), stop)),
        }
    }
    Ok(())
}

/// Further properties from a file of `name=value` lines.
pub(super) fn load(source: &str, step: &str, context: &mut Context) -> Result<(), Stop> {
    let path = context.expand(source, false)?;
    if path.trim().is_empty() {
        return Ok(());
    }
    let text =
        std::fs::read_to_string(path.trim()).map_err(|error| Stop::Failed(format!("the properties of {path} cannot be read: {error}")))?;
    for line in text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with(['#', '!']))
    {
        let (name, value) = line.split_once(['=', ':']).unwrap_or((line, ""));
        context.set(step, name.trim(), value.trim().to_owned());
    }
    Ok(())
}

/// Waits as many milliseconds as the step says.
pub(super) fn wait(time: &str, context: &Context) -> Result<(), Stop> {
    let time = context.expand(time, false)?;
    let Ok(millis) = time.trim().parse() else {
        return Stop::failed(format!("not a number of milliseconds: {time}"));
    };
    std::thread::sleep(Duration::from_millis(millis));
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_properties_step_reads_its_file_and_fails_without_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p.properties");
        std::fs::write(&path, "# a comment\nuser = anne\nplace: north\n").unwrap();
        let mut context = Context {
            steps: vec![("P".into(), Values::new())],
            ..Context::default()
        };
        context.project.insert("file".into(), path.display().to_string());
        assert_eq!(load("${#Project#file}", "P", &mut context), Ok(()));
        assert_eq!(context.expand("${P#user} ${P#place}", false), Ok("anne north".into()));
        assert_eq!(load("", "P", &mut context), Ok(()));
        assert!(matches!(load("${#Project#file}x", "P", &mut context), Err(Stop::Failed(_))));
    }

    #[test]
    fn a_delay_is_a_number() {
        assert_eq!(wait("1", &Context::default()), Ok(()));
        assert!(matches!(wait("a while", &Context::default()), Err(Stop::Failed(_))));
    }
}
