//! The `dialogmodul` program: everything it does is in the library's `command`.

use std::process::ExitCode;

fn main() -> ExitCode {
    dialogmodul::command::run()
}
