//! How a step or an assertion can end without success. A failure is the service's (or the project's) fault; a skip says that this
//! runner cannot judge. Both are loud: who reports them decides nothing, who runs them only chooses between the two.

use std::fmt;

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
