//! Settings of what is taken on: sizes, times and numbers beyond which a request is refused.
//! It knows each bound with its default; none may be nothing, for then nobody would be served.
//! Keeping them is left to the door and to the reader.

use std::num::{NonZeroUsize, ParseIntError};

use clap::{Args, value_parser};

/// Bounds of what is taken on; beyond them a request is refused before it costs anything.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
#[command(next_help_heading = "Limits")]
pub struct Limits {
    /// Bytes of a request body.
    #[arg(long = "limit-body", env = "DIALOGMODUL_LIMIT_BODY", value_name = "BYTES", default_value_t = Self::default().body, value_parser = some)]
    pub body: usize,

    /// Bytes of a request body of a service that takes no documents.
    #[arg(long = "limit-small-body", env = "DIALOGMODUL_LIMIT_SMALL_BODY", value_name = "BYTES", default_value_t = Self::default().small_body, value_parser = some)]
    pub small_body: usize,

    /// Bytes of path and query.
    #[arg(long = "limit-uri", env = "DIALOGMODUL_LIMIT_URI", value_name = "BYTES", default_value_t = Self::default().uri, value_parser = some)]
    pub uri: usize,

    /// Bytes of all HTTP headers together.
    #[arg(long = "limit-head", env = "DIALOGMODUL_LIMIT_HEAD", value_name = "BYTES", default_value_t = Self::default().head, value_parser = some)]
    pub head: usize,

    /// Number of HTTP headers, at most 96.
    #[arg(long = "limit-headers", env = "DIALOGMODUL_LIMIT_HEADERS", value_name = "NUMBER", default_value_t = Self::default().headers, value_parser = some)]
    pub headers: usize,

    /// Seconds a request head may take.
    #[arg(long = "limit-head-seconds", env = "DIALOGMODUL_LIMIT_HEAD_SECONDS", value_name = "SECONDS", default_value_t = Self::default().head_seconds, value_parser = value_parser!(u64).range(1..))]
    pub head_seconds: u64,

    /// Seconds a TLS handshake may take.
    #[arg(long = "limit-handshake-seconds", env = "DIALOGMODUL_LIMIT_HANDSHAKE_SECONDS", value_name = "SECONDS", default_value_t = Self::default().handshake_seconds, value_parser = value_parser!(u64).range(1..))]
    pub handshake_seconds: u64,

    /// Seconds a body may take before its rate counts.
    #[arg(long = "limit-body-grace-seconds", env = "DIALOGMODUL_LIMIT_BODY_GRACE_SECONDS", value_name = "SECONDS", default_value_t = Self::default().body_grace_seconds, value_parser = value_parser!(u64).range(1..))]
    pub body_grace_seconds: u64,

    /// Bytes a second a body must bring after that, and an answer must be taken with.
    #[arg(long = "limit-body-rate", env = "DIALOGMODUL_LIMIT_BODY_RATE", value_name = "BYTES", default_value_t = Self::default().body_rate, value_parser = value_parser!(u32).range(1..))]
    pub body_rate: u32,

    /// Seconds a body may take in all.
    #[arg(long = "limit-body-seconds", env = "DIALOGMODUL_LIMIT_BODY_SECONDS", value_name = "SECONDS", default_value_t = Self::default().body_seconds, value_parser = value_parser!(u64).range(1..))]
    pub body_seconds: u64,

    /// Seconds after which a caller who does not take its answer at that rate is left.
    #[arg(long = "limit-answer-seconds", env = "DIALOGMODUL_LIMIT_ANSWER_SECONDS", value_name = "SECONDS", default_value_t = Self::default().answer_seconds, value_parser = value_parser!(u64).range(1..))]
    pub answer_seconds: u64,

    /// Connections at one time; more wait to be accepted.
    #[arg(long = "limit-connections", env = "DIALOGMODUL_LIMIT_CONNECTIONS", value_name = "NUMBER", default_value_t = Self::default().connections, value_parser = some)]
    pub connections: usize,

    /// Requests in work at one time.
    #[arg(long = "limit-requests", env = "DIALOGMODUL_LIMIT_REQUESTS", value_name = "NUMBER", default_value_t = Self::default().requests, value_parser = some)]
    pub requests: usize,

    /// Requests that wait for their turn; beyond them callers are asked to come back.
    #[arg(long = "limit-queue", env = "DIALOGMODUL_LIMIT_QUEUE", value_name = "NUMBER", default_value_t = Self::default().queue, value_parser = some)]
    pub queue: usize,

    /// Threads that decide requests, in all; the others wait. A request that waits for its commit holds none.
    #[arg(long = "limit-threads", env = "DIALOGMODUL_LIMIT_THREADS", value_name = "NUMBER", default_value_t = Self::default().threads)]
    pub threads: NonZeroUsize,

    /// Requests above 64 KiB that are read at one time; small ones pass them. Default: one less than there are cores.
    #[arg(long = "limit-large-at-once", env = "DIALOGMODUL_LIMIT_LARGE_AT_ONCE", value_name = "NUMBER")]
    pub large_at_once: Option<NonZeroUsize>,

    /// Bytes of request bodies in memory at one time; a quarter is kept for those up to 64 KiB.
    #[arg(long = "limit-bytes-in-flight", env = "DIALOGMODUL_LIMIT_BYTES_IN_FLIGHT", value_name = "BYTES", default_value_t = Self::default().bytes_in_flight, value_parser = some)]
    pub bytes_in_flight: usize,

    /// Bytes of answers above 64 KiB that are on their way at one time.
    #[arg(long = "limit-answers-in-flight", env = "DIALOGMODUL_LIMIT_ANSWERS_IN_FLIGHT", value_name = "BYTES", default_value_t = Self::default().answers_in_flight, value_parser = some)]
    pub answers_in_flight: usize,

    /// Elements open at one time in a document.
    #[arg(long = "limit-depth", env = "DIALOGMODUL_LIMIT_DEPTH", value_name = "NUMBER", default_value_t = Self::default().depth, value_parser = some)]
    pub depth: usize,

    /// Attributes of an element, namespace declarations among them.
    #[arg(long = "limit-attributes", env = "DIALOGMODUL_LIMIT_ATTRIBUTES", value_name = "NUMBER", default_value_t = Self::default().attributes, value_parser = some)]
    pub attributes: usize,

    /// Namespace declarations in scope at one time.
    #[arg(long = "limit-namespaces", env = "DIALOGMODUL_LIMIT_NAMESPACES", value_name = "NUMBER", default_value_t = Self::default().namespaces, value_parser = some)]
    pub namespaces: usize,

    /// Characters of an element's or attribute's name, its prefix among them.
    #[arg(long = "limit-name-length", env = "DIALOGMODUL_LIMIT_NAME_LENGTH", value_name = "NUMBER", default_value_t = Self::default().name_length, value_parser = some)]
    pub name_length: usize,

    /// Bytes of an attribute's value.
    #[arg(long = "limit-attribute-value", env = "DIALOGMODUL_LIMIT_ATTRIBUTE_VALUE", value_name = "BYTES", default_value_t = Self::default().attribute_value, value_parser = some)]
    pub attribute_value: usize,

    /// Elements of a document.
    #[arg(long = "limit-elements", env = "DIALOGMODUL_LIMIT_ELEMENTS", value_name = "NUMBER", default_value_t = Self::default().elements, value_parser = some)]
    pub elements: usize,
}

impl Default for Limits {
    fn default() -> Self {
        let document = xml::Limits::default();
        Self {
            body: 5 * 1024 * 1024,
            small_body: 64 * 1024,
            uri: 2 * 1024,
            head: 16 * 1024,
            headers: 64,
            head_seconds: 10,
            handshake_seconds: 5,
            body_grace_seconds: 5,
            body_rate: 240,
            body_seconds: 60,
            answer_seconds: 15,
            connections: 10_000,
            requests: 256,
            queue: 4096,
            threads: NonZeroUsize::MIN.saturating_add(31),
            large_at_once: None,
            bytes_in_flight: 128 * 1024 * 1024,
            answers_in_flight: 128 * 1024 * 1024,
            depth: document.depth,
            attributes: document.attributes,
            namespaces: document.namespaces,
            name_length: document.name_length,
            attribute_value: document.attribute_value,
            elements: document.elements,
        }
    }
}

impl Limits {
    /// The bounds of a document.
    #[must_use]
    pub fn document(&self) -> xml::Limits {
        xml::Limits {
            depth: self.depth,
            attributes: self.attributes,
            namespaces: self.namespaces,
            name_length: self.name_length,
            elements: self.elements,
            attribute_value: self.attribute_value,
            instructions: false,
        }
    }

    /// How many large requests are read at one time.
    #[must_use]
    pub fn large(&self) -> NonZeroUsize {
        let others = || std::thread::available_parallelism().map_or(1, |cores| cores.get() - 1);
        self.large_at_once
            .or_else(|| NonZeroUsize::new(others()))
            .unwrap_or(NonZeroUsize::MIN)
    }
}

/// A number that is not nothing.
fn some(text: &str) -> Result<usize, ParseIntError> {
    text.parse::<NonZeroUsize>().map(NonZeroUsize::get)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use clap::{CommandFactory as _, Parser};

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        limits: Limits,
    }

    #[test]
    fn every_limit_is_a_flag_and_a_variable_with_a_sentence() {
        for limit in Line::command().get_arguments().filter(|limit| limit.get_id() != "help") {
            let flag = limit.get_long().unwrap();
            let variable = flag.to_uppercase().replace('-', "_");
            assert!(flag.starts_with("limit-"), "{flag}");
            assert_eq!(limit.get_env().unwrap().to_str().unwrap(), format!("DIALOGMODUL_{variable}"));
            assert!(limit.get_help().is_some_and(|help| help.to_string().len() > 20), "{flag}");
        }
    }

    #[test]
    fn the_defaults_bound_what_one_caller_and_all_together_cost() {
        let limits = Limits::default();
        let kib = 1024;
        assert_eq!((limits.body, limits.small_body), (5 * kib * kib, 64 * kib));
        assert_eq!((limits.head, limits.headers, limits.uri), (16 * kib, 64, 2 * kib));
        assert_eq!(
            (limits.depth, limits.attributes, limits.namespaces, limits.name_length),
            (64, 64, 32, 256)
        );
        assert_eq!((limits.elements, limits.attribute_value), (10_000, 4 * kib));
        assert_eq!((limits.body_grace_seconds, limits.body_rate, limits.body_seconds), (5, 240, 60));
        assert_eq!((limits.head_seconds, limits.handshake_seconds), (10, 5));
        assert_eq!(
            (limits.bytes_in_flight, limits.requests, limits.queue),
            (128 * kib * kib, 256, 4096)
        );
    }

    #[test]
    fn a_limit_of_nothing_is_refused() {
        for limit in Line::command().get_arguments().filter(|limit| limit.get_id() != "help") {
            let flag = format!("--{}", limit.get_long().unwrap());
            assert!(Line::try_parse_from(["serve", &flag, "0"]).is_err(), "{flag}");
            assert!(Line::try_parse_from(["serve", &flag, "7"]).is_ok(), "{flag}");
        }
        assert_eq!(Line::try_parse_from(["serve"]).unwrap().limits, Limits::default());
    }
}
