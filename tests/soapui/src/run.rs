//! Runs the suites, cases and steps of a project in order. It knows which values live how long, when a failed step ends its case, and
//! that what was not run or not judged is said; how that looks is the report's.

use crate::assertion::{self, Exchange};
use crate::definition;
use crate::expansion::Context;
use crate::http::Call;
use crate::outcome::{CaseReport, Status, StepReport, Stop, SuiteReport};
use crate::project::{Action, Case, Project, Request, Values};
use crate::schema::Schemas;
use crate::transfer;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// What the command line asks for.
#[derive(Debug, Default)]
pub struct Options {
    /// Address instead of every endpoint of the project.
    pub endpoint: Option<String>,
    /// Host and port instead of those of every endpoint.
    pub host: Option<String>,
    /// Only this suite.
    pub suite: Option<String>,
    /// Only this case.
    pub case: Option<String>,
    /// Properties of the project.
    pub project: Vec<(String, String)>,
    /// Global properties.
    pub global: Vec<(String, String)>,
    /// System properties.
    pub system: Vec<(String, String)>,
    /// HTTP headers of every call.
    pub headers: Vec<(String, String)>,
    /// Whether a case goes on after a failed step.
    pub ignore_errors: bool,
}

/// What happens while it happens.
pub enum Event<'a> {
    /// A suite begins.
    Suite(&'a str),
    /// A case begins; disabled ones too.
    Case(&'a str, bool),
    /// A step has ended.
    Step(&'a StepReport),
}

/// Runs the project; the error says why nothing could be run.
pub fn run(project: &Project, options: &Options, tell: &mut dyn FnMut(Event<'_>)) -> Result<Vec<SuiteReport>, String> {
    let mut values = project.properties.clone();
    values.extend(options.project.iter().cloned());
    let mut runner = Runner {
        project,
        options,
        project_values: values,
        suite_values: project.suites.iter().map(|suite| suite.properties.clone()).collect(),
        case_values: BTreeMap::new(),
        global: options.global.iter().cloned().collect(),
        schemas: BTreeMap::new(),
    };
    runner.run(tell)
}

struct Runner<'a> {
    project: &'a Project,
    options: &'a Options,
    project_values: Values,
    suite_values: Vec<Values>,
    case_values: BTreeMap<(usize, usize), Values>,
    global: Values,
    schemas: BTreeMap<(String, String), Result<Schemas, Stop>>,
}

impl Runner<'_> {
    fn run(&mut self, tell: &mut dyn FnMut(Event<'_>)) -> Result<Vec<SuiteReport>, String> {
        let project = self.project;
        let mut reports = Vec::new();
        if !project.scripts.is_empty() {
            reports.push(self.scripts("scripts of the project", &project.scripts, tell));
        }
        let mut chosen = 0;
        for (index, suite) in project.suites.iter().enumerate() {
            if self.options.suite.as_ref().is_some_and(|name| *name != suite.name) {
                continue;
            }
            tell(Event::Suite(&suite.name));
            let mut report = SuiteReport {
                name: suite.name.clone(),
                cases: Vec::new(),
            };
            for (number, case) in suite.cases.iter().enumerate() {
                if self.options.case.as_ref().is_some_and(|name| *name != case.name) {
                    continue;
                }
                chosen += 1;
                let disabled = case.disabled || suite.disabled;
                tell(Event::Case(&case.name, disabled));
                report.cases.push(if disabled {
                    CaseReport {
                        name: case.name.clone(),
                        disabled,
                        took: Duration::ZERO,
                        steps: Vec::new(),
                    }
                } else {
                    self.case((index, number), &suite.scripts, &Values::new(), 0, &mut |step| {
                        tell(Event::Step(step))
                    })
                    .0
                });
            }
            reports.push(report);
        }
        if chosen == 0 {
            return Err("there is no such test case: nothing was run".into());
        }
        Ok(reports)
    }

    fn scripts(&self, name: &str, scripts: &[String], tell: &mut dyn FnMut(Event<'_>)) -> SuiteReport {
        tell(Event::Suite(name));
        tell(Event::Case(name, false));
        let steps: Vec<StepReport> = scripts.iter().map(|script| skipped(script, "a Groovy script")).collect();
        steps.iter().for_each(|step| tell(Event::Step(step)));
        SuiteReport {
            name: name.into(),
            cases: vec![CaseReport {
                name: name.into(),
                disabled: false,
                took: Duration::ZERO,
                steps,
            }],
        }
    }

    /// Runs a case; gives its properties as they are afterwards.
    fn case(
        &mut self,
        at: (usize, usize),
        around: &[String],
        given: &Values,
        depth: usize,
        tell: &mut dyn FnMut(&StepReport),
    ) -> (CaseReport, Values) {
        let project = self.project;
        let started = Instant::now();
        let mut report = CaseReport {
            name: String::new(),
            disabled: false,
            took: Duration::ZERO,
            steps: Vec::new(),
        };
        let Some(case) = project.suites.get(at.0).and_then(|suite| suite.cases.get(at.1)) else {
            return (report, Values::new());
        };
        report.name.clone_from(&case.name);
        for script in around.iter().chain(&case.scripts) {
            report.steps.push(skipped(script, "a Groovy script"));
        }
        report.steps.iter().for_each(&mut *tell);
        let mut context = self.context(at, case, given);
        let mut stopped = false;
        for (index, step) in case.steps.iter().enumerate() {
            context.begun = index;
            let begun = Instant::now();
            let mut this = StepReport {
                name: step.name.clone(),
                status: Status::Passed,
                took: Duration::ZERO,
                assertions: 0,
                problems: Vec::new(),
                notes: Vec::new(),
            };
            if stopped {
                this.status = Status::NotRun;
            } else if step.disabled {
                this.status = Status::Disabled;
            } else {
                let outcome = match &step.action {
                    Action::Request(request) => self.request(&step.name, request, &mut context, &mut this),
                    Action::Properties(_, source) => load(source, &step.name, &mut context),
                    Action::Transfer(transfers) => transfer_all(transfers, case, index, &mut context, &mut this),
                    Action::Delay(time) => wait(time, &context),
                    Action::Call(target, values, back) => self.call(&step.name, target, values, back, &mut context, depth, &mut this),
                    Action::Foreign(why) => Stop::skipped(why.clone()),
                };
                if let Err(stop) = outcome {
                    this.problems.push((String::new(), stop));
                }
                this.status = status(&this.problems);
                this.took = begun.elapsed();
                let unknown = context.unknown.borrow_mut().drain(..).collect::<std::collections::BTreeSet<_>>();
                this.notes
                    .extend(unknown.into_iter().map(|name| format!("{name} is unknown and was taken for empty")));
                stopped = this.status == Status::Failed && case.fail_on_error && !self.options.ignore_errors;
            }
            tell(&this);
            report.steps.push(this);
        }
        if case.steps.iter().all(|step| step.disabled) {
            let nothing = skipped("the whole case", "it has no step that runs");
            tell(&nothing);
            report.steps.push(nothing);
        }
        self.project_values = std::mem::take(&mut context.project);
        self.global = std::mem::take(&mut context.global);
        if let Some(values) = self.suite_values.get_mut(at.0) {
            *values = std::mem::take(&mut context.suite);
        }
        let values = std::mem::take(&mut context.case);
        self.case_values.insert(at, values.clone());
        report.took = started.elapsed();
        (report, values)
    }

    fn context(&self, at: (usize, usize), case: &Case, given: &Values) -> Context {
        let mut values = self.case_values.get(&at).unwrap_or(&case.properties).clone();
        values.extend(given.iter().map(|(name, value)| (name.clone(), value.clone())));
        let steps = case.steps.iter().map(|step| {
            let values = match &step.action {
                Action::Request(request) => Values::from([
                    ("Request".to_owned(), request.body.clone()),
                    ("Endpoint".to_owned(), self.address(request)),
                    (
                        "Username".to_owned(),
                        request.credentials.as_ref().map(|(user, _)| user.clone()).unwrap_or_default(),
                    ),
                    (
                        "Password".to_owned(),
                        request
                            .credentials
                            .as_ref()
                            .map(|(_, password)| password.clone())
                            .unwrap_or_default(),
                    ),
                ]),
                Action::Properties(values, _) | Action::Call(_, values, _) => values.clone(),
                _ => Values::new(),
            };
            (step.name.clone(), values)
        });
        Context {
            global: self.global.clone(),
            system: self.options.system.iter().cloned().collect(),
            project: self.project_values.clone(),
            suite: self.suite_values.get(at.0).cloned().unwrap_or_default(),
            case: values,
            steps: steps.collect(),
            search: case.search_properties,
            ..Context::default()
        }
    }

    fn address(&self, request: &Request) -> String {
        let of_interface = || {
            self.project
                .interface(&request.interface)
                .and_then(|interface| interface.endpoints.first().cloned())
                .unwrap_or_default()
        };
        if request.endpoint.is_empty() {
            of_interface()
        } else {
            request.endpoint.clone()
        }
    }

    fn request(&mut self, name: &str, request: &Request, context: &mut Context, report: &mut StepReport) -> Result<(), Stop> {
        if !request.foreign.is_empty() {
            return Stop::skipped(format!("it needs {}", request.foreign.join(", ")));
        }
        let project = self.project;
        let Some(interface) = project.interface(&request.interface) else {
            return Stop::failed(format!("the project has no interface {}", request.interface));
        };
        if !interface.actions.contains_key(&request.operation) {
            return Stop::failed(format!("the interface {} has no operation {}", interface.name, request.operation));
        }
        let value = |property: &str| context.value(name, property).unwrap_or_default();
        let timeout = context.expand(&request.timeout, false)?;
        let mut headers = Vec::new();
        for (key, value) in request.headers.iter().chain(&self.options.headers) {
            headers.push((key.clone(), context.expand(value, false)?));
        }
        let credentials = match &request.credentials {
            Some(_) => Some((
                context.expand(&value("Username"), false)?,
                context.expand(&value("Password"), false)?,
            )),
            None => None,
        };
        let url = match &self.options.endpoint {
            Some(endpoint) => endpoint.clone(),
            None => on_host(&context.expand(&value("Endpoint"), false)?, self.options.host.as_deref()),
        };
        let call = Call {
            url,
            soap12: interface.soap12,
            action: interface.actions.get(&request.operation).cloned().unwrap_or_default(),
            headers,
            credentials,
            timeout: timeout.trim().parse().ok().filter(|millis| *millis > 0).map(Duration::from_millis),
            body: context.expand(&value("Request"), request.entitize)?,
        };
        let answer = match call.send() {
            Ok(answer) => answer,
            Err(error) => return Stop::failed(format!("no answer from {}: {error}", call.url)),
        };
        for (property, value) in [
            ("Response", &answer.body),
            ("ResponseAsXml", &answer.body),
            ("RawResponse", &answer.body),
            ("RawRequest", &call.body),
        ] {
            context.set(name, property, value.clone());
        }
        for assertion in &request.assertions {
            if assertion.disabled {
                report
                    .notes
                    .push(format!("the assertion {} is disabled in the project", assertion.name));
                continue;
            }
            report.assertions += 1;
            let mut comply = |other: &str| self.comply(interface.name.clone(), other, &answer.body, &request.operation);
            let mut exchange = Exchange {
                answer: &answer,
                soap12: interface.soap12,
                comply: &mut comply,
            };
            if let Err(stop) = assertion::judge(assertion, &mut exchange, context) {
                report.problems.push((assertion.name.clone(), stop));
            }
        }
        if report.assertions == 0 {
            report.notes.push(format!("nothing is asserted; the status was {}", answer.status));
        }
        Ok(())
    }

    fn comply(&mut self, interface: String, other: &str, message: &str, operation: &str) -> Result<(), Stop> {
        let project = self.project;
        let key = (interface, other.to_owned());
        let name = key.0.clone();
        let schemas = self.schemas.entry(key).or_insert_with(|| {
            let documents = match project.interface(&name) {
                Some(interface) if other.is_empty() || other == interface.definition => definition::documents(interface),
                _ => definition::fetch(other),
            };
            Schemas::compile(documents.map_err(Stop::Skipped)?)
        });
        match schemas {
            Ok(schemas) => schemas.judge(message, operation),
            Err(stop) => Err(stop.clone()),
        }
    }

    #[allow(clippy::too_many_arguments, reason = "what a call needs of its surroundings")]
    fn call(
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

fn skipped(what: &str, why: &str) -> StepReport {
    let problems = vec![(String::new(), Stop::Skipped(why.into()))];
    StepReport {
        name: what.to_owned(),
        status: Status::Skipped,
        took: Duration::ZERO,
        assertions: 0,
        problems,
        notes: Vec::new(),
    }
}

fn status(problems: &[(String, Stop)]) -> Status {
    if problems.iter().any(|(_, stop)| matches!(stop, Stop::Failed(_))) {
        Status::Failed
    } else if problems.is_empty() {
        Status::Passed
    } else {
        Status::Skipped
    }
}

fn transfer_all(
    transfers: &[crate::project::Transfer],
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
fn load(source: &str, step: &str, context: &mut Context) -> Result<(), Stop> {
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

fn wait(time: &str, context: &Context) -> Result<(), Stop> {
    let time = context.expand(time, false)?;
    let Ok(millis) = time.trim().parse() else {
        return Stop::failed(format!("not a number of milliseconds: {time}"));
    };
    std::thread::sleep(Duration::from_millis(millis));
    Ok(())
}

/// The address with another host and port.
fn on_host(url: &str, host: Option<&str>) -> String {
    let Some((host, (scheme, rest))) = host.zip(url.split_once("://")) else {
        return url.to_owned();
    };
    let path = rest.find('/').and_then(|at| rest.get(at..)).unwrap_or_default();
    format!("{scheme}://{host}{path}")
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

    #[test]
    fn a_host_replaces_the_host_of_an_address() {
        assert_eq!(on_host("https://a:1/b/c?d", Some("e:2")), "https://e:2/b/c?d");
        assert_eq!(on_host("http://a", Some("e")), "http://e");
        assert_eq!(on_host("http://a/b", None), "http://a/b");
    }
}
