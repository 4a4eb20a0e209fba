//! The log of the program: who may say what in it.
//! It knows our own rooms from everybody else's crates. Ours never log a number, name or text of a citizen (S8), so they may be asked for
//! every detail; others would print whole requests, so they are heard from warnings on, whatever `RUST_LOG` says.
//! What a line says is left to whoever writes it, writing many at once to the spool.

mod spool;

use std::io::{IsTerminal as _, stderr};
use std::panic;

use env_logger::{Builder, Env, Logger, Target};
use log::{LevelFilter, Log, Metadata, Record, error};

use self::spool::Spool;

/// Lines of level info and above, unless `RUST_LOG` says otherwise. A panic says where it was, and not with which values (S8).
pub(super) fn start() {
    let mut builder = Builder::from_env(Env::default().default_filter_or("info"));
    // Somebody at a terminal sees lines as they come; a server's log is written off the path of its calls.
    let spool = (!stderr().is_terminal()).then(|| Spool::to(stderr()).ok()).flatten();
    if let Some(spool) = spool.clone() {
        builder.target(Target::Pipe(Box::new(spool)));
    }
    let logger = Capped {
        logger: builder.build(),
        spool,
    };
    let level = logger.logger.filter();
    // A second logger in one process is a mistake of a test, not of an operator.
    if log::set_boxed_logger(Box::new(logger)).is_ok() {
        log::set_max_level(level);
    }
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
        error!("A panic at {place}; the call it belongs to is answered with an internal error");
        log::logger().flush();
    }));
}

/// Has everything written that was logged: before the program ends.
pub(super) fn finish() {
    log::logger().flush();
}

struct Capped {
    logger: Logger,
    spool: Option<Spool>,
}

impl Log for Capped {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        may_speak(metadata) && self.logger.enabled(metadata)
    }

    fn log(&self, record: &Record<'_>) {
        if may_speak(record.metadata()) {
            self.logger.log(record);
        }
    }

    fn flush(&self) {
        if let Some(spool) = &self.spool {
            spool.drain();
        }
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
