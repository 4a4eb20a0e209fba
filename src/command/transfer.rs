//! `dialogmodul move --from URL --to URL`: the whole archive from one engine to the other, and the audit if it has a database of its own.

use std::io::Write as _;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::Failure;
use crate::repository::transfer::{Route, TransferError, transfer};

/// What `move` is told.
#[derive(Args, Debug)]
pub(super) struct Move {
    /// The archive as it is: `sqlite:PATH` or `postgres://…`. Servers on it cannot write until the move is over; it stays as it was.
    #[arg(long, env = "DIALOGMODUL_MOVE_FROM", value_name = "URL", hide_env_values = true)]
    from: String,

    /// Where it is to be: an empty database of the other engine. Servers on it need the same key of the audit.
    #[arg(long, env = "DIALOGMODUL_MOVE_TO", value_name = "URL", hide_env_values = true)]
    to: String,

    /// The audit as it is, where it is in a database of its own. Not stated, such an audit stays where it is.
    #[arg(
        long,
        env = "DIALOGMODUL_MOVE_FROM_AUDIT",
        value_name = "URL",
        hide_env_values = true,
        requires = "to_audit"
    )]
    from_audit: Option<String>,

    /// Where the audit is to be: another empty database of the other engine.
    #[arg(
        long,
        env = "DIALOGMODUL_MOVE_TO_AUDIT",
        value_name = "URL",
        hide_env_values = true,
        requires = "from_audit"
    )]
    to_audit: Option<String>,
}

impl Move {
    /// Moves, and says how much it was.
    pub(super) fn run(self) -> Result<(), Failure> {
        let bar = ProgressBar::new(0);
        if let Ok(style) = ProgressStyle::with_template("{bar:40} {human_pos} of {human_len} rows, {eta} left") {
            bar.set_style(style);
        }
        let archive = Route {
            from: &self.from,
            to: &self.to,
        };
        let audit = self.from_audit.as_deref().zip(self.to_audit.as_deref());
        let moved = transfer(archive, audit.map(|(from, to)| Route { from, to }), &mut |done, total| {
            bar.set_length(total);
            bar.set_position(done);
        });
        bar.finish_and_clear();
        let moved = moved.map_err(|error| match error {
            TransferError::Urls | TransferError::SameDatabase => Failure::Setting(error.to_string()),
            other => Failure::Other(other.to_string()),
        })?;
        // Nobody reads what we say if the terminal is gone.
        let _ = writeln!(std::io::stdout(), "{} rows of {} tables moved", moved.rows, moved.tables);
        Ok(())
    }
}
