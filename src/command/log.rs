//! The log of the program: who may say what in it.
//! It knows our own rooms from everybody else's crates. Ours never log a number, name or text of a citizen (S8), so they may be asked for
//! every detail; others would print whole requests, so they are heard from warnings on, whatever `RUST_LOG` says.
//! What a line says is left to whoever writes it.

use std::panic;

use env_logger::{Builder, Env, Logger};
use log::{LevelFilter, Log, Metadata, Record, error};

/// Lines of level info and above, unless `RUST_LOG` says otherwise. A panic says where it was, and not with which values (S8).
pub(super) fn start() {
    let logger = Capped(Builder::from_env(Env::default().default_filter_or("info")).build());
    let level = logger.0.filter();
    // A second logger in one process is a mistake of a test, not of an operator.
    if log::set_boxed_logger(Box::new(logger)).is_ok() {
        log::set_max_level(level);
    }
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
        error!("A panic at {place}; the call it belongs to is answered with an internal error");
    }));
}

struct Capped(Logger);

impl Log for Capped {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        may_speak(metadata) && self.0.enabled(metadata)
    }

    fn log(&self, record: &Record<'_>) {
        if may_speak(record.metadata()) {
            self.0.log(record);
        }
    }

    fn flush(&self) {
        self.0.flush();
    }
}

fn may_speak(metadata: &Metadata<'_>) -> bool {
    let room = metadata.target().split("::").next().unwrap_or_default();
    room == env!("CARGO_CRATE_NAME") || metadata.level() <= LevelFilter::Warn
}

#[cfg(test)]
mod tests {
    use log::Level;

    use super::*;

    /// S8: other crates would print requests, certificates and statements in their details.
    #[test]
    fn s8_other_crates_are_heard_from_warnings_on() {
        for (target, level, speaks) in [
            ("dialogmodul::soap::journal", Level::Trace, true),
            ("dialogmodul", Level::Info, true),
            ("dialogmodul_other", Level::Info, false),
            ("actix_http::h1::dispatcher", Level::Trace, false),
            ("rustls::server::hs", Level::Debug, false),
            ("ureq_proto::client", Level::Info, false),
            ("actix_server::worker", Level::Warn, true),
            ("actix_http", Level::Error, true),
        ] {
            let metadata = Metadata::builder().target(target).level(level).build();
            assert_eq!(may_speak(&metadata), speaks, "{target} {level}");
        }
    }
}
