//! `dialogmodul move --from URL --to URL`: the whole archive from one engine to the other.

use std::io::Write as _;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::Failure;
use crate::repository::transfer::{TransferError, transfer};

/// What `move` is told.
#[derive(Args, Debug)]
pub(super) struct Move {
    /// The archive as it is: `sqlite:PATH` or `postgres://…`. Servers on it cannot write until the move is over; it stays as it was.
    #[arg(long, env = "DIALOGMODUL_MOVE_FROM", value_name = "URL", hide_env_values = true)]
    from: String,

    /// Where it is to be: an empty database of the other engine. Servers on it need the same key of the audit.
    #[arg(long, env = "DIALOGMODUL_MOVE_TO", value_name = "URL", hide_env_values = true)]
    to: String,
}

impl Move {
    /// Moves, and says how much it was.
    pub(super) fn run(self) -> Result<(), Failure> {
        let bar = ProgressBar::new(0);
        if let Ok(style) = ProgressStyle::with_template("{bar:40} {human_pos} of {human_len} rows, {eta} left") {
            bar.set_style(style);
        }
        let moved = transfer(&self.from, &self.to, &mut |done, total| {
            bar.set_length(total);
            bar.set_position(done);
        });
        bar.finish_and_clear();
        let moved = moved.map_err(|error| match error {
            TransferError::Urls => Failure::Setting(error.to_string()),
            other => Failure::Other(other.to_string()),
        })?;
        // Nobody reads what we say if the terminal is gone.
        let _ = writeln!(std::io::stdout(), "{} rows of {} tables moved", moved.rows, moved.tables);
        Ok(())
    }
}
