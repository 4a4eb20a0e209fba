//! Runs the suites, cases and steps of a project in order. It knows which values live how long, when a failed step ends its case, and
//! that what was not run or not judged is said; what a step does is left to `step` and `request`, how a run looks to the report.

mod request;
mod step;

use crate::expansion::Context;
use crate::outcome::{CaseReport, Status, StepReport, Stop, SuiteReport};
use crate::project::{Action, Case, Project, Values};
use crate::schema::Schemas;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use step::{load, transfer_all, wait};

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
