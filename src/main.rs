//! The `dialogmodul` program: everything it does is in the library's `command`.

use std::process::ExitCode;

use tikv_jemallocator::Jemalloc;

/// Memory of the whole program, of its C libraries, too; set up in `.cargo/config.toml`.
#[global_allocator]
static MEMORY: Jemalloc = Jemalloc;

fn main() -> ExitCode {
    dialogmodul::command::run()
}
