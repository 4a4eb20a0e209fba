//! What came of steps, cases and suites, and how a step or an assertion can end without success. A failure is the service's (or the project's) fault; a skip says that this
//! runner cannot judge. Both are loud: who reports them decides nothing, who runs them only chooses between the two.

use std::fmt;
use std::time::Duration;

/// Why something did not succeed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// It was judged, and it is wrong. The text says what was expected and what came.
    Failed(String),
    /// It was not judged: this runner cannot. The text says what is missing.
    Skipped(String),
}

impl Stop {
    /// A failure with this text.
    pub fn failed<T>(text: impl Into<String>) -> Result<T, Stop> {
        Err(Stop::Failed(text.into()))
    }

    /// A skip with this text.
    pub fn skipped<T>(text: impl Into<String>) -> Result<T, Stop> {
        Err(Stop::Skipped(text.into()))
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Stop::Failed(text) | Stop::Skipped(text) => f.write_str(text),
        }
    }
}

/// What happened to a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// It was carried out, and all that was asserted holds.
    Passed,
    /// Something is wrong.
    Failed,
    /// It, or one of its assertions, could not be judged.
    Skipped,
    /// The project says that it does not run.
    Disabled,
    /// A step before it failed.
    NotRun,
}

/// A step of the report.
#[derive(Clone, Debug)]
pub struct StepReport {
    /// Its name.
    pub name: String,
    /// What happened.
    pub status: Status,
    /// How long it took.
    pub took: Duration,
    /// How many assertions were judged.
    pub assertions: usize,
    /// What failed or was skipped: name of the assertion (empty for the step itself) and why.
    pub problems: Vec<(String, Stop)>,
    /// What a reader should know although nothing is wrong.
    pub notes: Vec<String>,
}

/// A case of the report.
#[derive(Clone, Debug)]
pub struct CaseReport {
    /// Its name.
    pub name: String,
    /// Whether the project says that it does not run.
    pub disabled: bool,
    /// How long it took.
    pub took: Duration,
    /// Its steps.
    pub steps: Vec<StepReport>,
}

impl CaseReport {
    /// Whether a step has this status.
    pub fn has(&self, status: &Status) -> bool {
        self.steps.iter().any(|step| step.status == *status)
    }
}

/// A suite of the report.
#[derive(Clone, Debug)]
pub struct SuiteReport {
    /// Its name.
    pub name: String,
    /// Its cases.
    pub cases: Vec<CaseReport>,
}
