//! Settings: what an operator can choose, on the command line or as `DIALOGMODUL_…` in the environment.
//! It knows every option with its default and checks those that can be wrong; the options are the one place where a default stands.
//! Acting on them is left to `command` and `soap`.

mod tls;

use std::fmt;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, ValueEnum};

pub use self::tls::{Network, Tls};

/// Where the archive is.
#[derive(Args, Clone, Debug)]
pub struct Database {
    /// The archive: `sqlite:PATH` for a file of our own, or `postgres://…` for a PostgreSQL server.
    #[arg(
        long = "database-url",
        env = "DIALOGMODUL_DATABASE_URL",
        value_name = "URL",
        default_value = "sqlite:data/dialogmodul.sqlite",
        hide_env_values = true
    )]
    pub url: String,

    /// A pooler stands before PostgreSQL that gives a connection to the server for one transaction at a time (PgBouncer with `pool_mode = transaction`): then nothing is kept with a connection.
    #[arg(long = "database-pooled", env = "DIALOGMODUL_DATABASE_POOLED")]
    pub pooled: bool,

    /// The audit in a database of its own, `sqlite:PATH` or `postgres://…` whatever the archive is; the same for every command. Default: in the archive.
    #[arg(
        long = "audit-database-url",
        env = "DIALOGMODUL_AUDIT_DATABASE_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    pub audit_url: Option<String>,

    /// File with the key of the audit, 64 hexadecimal digits; not kept in the database. With `sqlite:` it is made if it is missing; with `postgres:` all processes need the same one.
    #[arg(
        long = "audit-key-file",
        env = "DIALOGMODUL_AUDIT_KEY_FILE",
        value_name = "FILE",
        default_value = "data/audit.key"
    )]
    pub audit_key_file: PathBuf,
}

/// What the server listens on, who it is to the outside, and what it takes on.
#[derive(Args, Clone, Debug)]
pub struct Server {
    /// Address and port to listen on; port 0 takes a free one.
    #[arg(long, env = "DIALOGMODUL_LISTEN", value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,

    /// Address and port for `/metrics`, and nothing else: plain HTTP, open to whoever reaches it; no citizen, person or organisation is named there. Port 0 takes a free one. Default: none.
    #[arg(long, env = "DIALOGMODUL_METRICS_LISTEN", value_name = "ADDRESS")]
    pub metrics_listen: Option<SocketAddr>,

    /// The URL callers use. Addresses in the served WSDL begin with it. Default: what a trusted proxy says of the address its caller used; otherwise http, or https with TLS, and the address listened on.
    #[arg(long, env = "DIALOGMODUL_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<PublicUrl>,

    /// Serve descriptions with a second binding and port, for SOAP 1.2. Calls in SOAP 1.2 are answered with it and without.
    #[arg(long, env = "DIALOGMODUL_SOAP12_BINDING")]
    pub soap12_binding: bool,

    /// Take the two standard headers as node-soap writes them by hand: with names in no namespace, or in that of the header, where the schemas have another.
    #[arg(long, env = "DIALOGMODUL_LENIENT_NAMESPACES")]
    pub lenient_namespaces: bool,

    /// Who may call without a certificate.
    #[arg(long, env = "DIALOGMODUL_PROFILE", value_enum, default_value_t = Profile::Production)]
    pub profile: Profile,

    /// May citizens start messages through Jobnet, too? Otherwise they only answer.
    #[arg(long, env = "DIALOGMODUL_CITIZENS_MAY_START")]
    pub citizens_may_start: bool,

    /// Threads that read requests and write answers. Default: one per core.
    #[arg(long, env = "DIALOGMODUL_WORKERS", value_name = "NUMBER")]
    pub workers: Option<NonZeroUsize>,

    /// Seconds that requests in work may take to finish after a signal to stop.
    #[arg(long, env = "DIALOGMODUL_SHUTDOWN_SECONDS", value_name = "SECONDS", default_value_t = 30)]
    pub shutdown_seconds: u64,

    /// TLS and client certificates.
    #[command(flatten)]
    pub tls: Tls,

    /// Bounds of what is taken on.
    #[command(flatten)]
    pub limits: Limits,
}

/// Who may call without a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Profile {
    /// Nobody.
    Production,
    /// Everybody: a caller without a certificate is a demo system that may act for every organisation of the archive.
    Development,
}

/// The public URL: scheme, host, perhaps a port and a path; no `/` at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl(String);

impl PublicUrl {
    /// An address, with TLS or without.
    #[must_use]
    pub fn of_address(address: SocketAddr, secure: bool) -> Self {
        let scheme = if secure { "https" } else { "http" };
        Self(format!("{scheme}://{address}"))
    }

    /// The URL, without `/` at the end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl FromStr for PublicUrl {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let rest = text
            .strip_prefix("https://")
            .or_else(|| text.strip_prefix("http://"))
            .ok_or("the URL must begin with http:// or https://")?;
        let host = rest.split('/').next().unwrap_or_default();
        if host.is_empty() || host.starts_with(':') {
            return Err("the URL must name a host");
        }
        // The URL is written into attributes of the served WSDL as it is.
        if !rest
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~:/[]%".contains(&byte))
        {
            return Err("the URL must consist of scheme, host, perhaps a port and a path, and nothing else");
        }
        Ok(Self(text.trim_end_matches('/').to_owned()))
    }
}

/// Bounds of what is taken on; beyond them a request is refused before it costs anything.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
#[command(next_help_heading = "Limits")]
pub struct Limits {
    /// Bytes of a request body.
    #[arg(long = "limit-body", env = "DIALOGMODUL_LIMIT_BODY", value_name = "BYTES", default_value_t = Self::default().body)]
    pub body: usize,

    /// Bytes of a request body of a service that takes no documents.
    #[arg(long = "limit-small-body", env = "DIALOGMODUL_LIMIT_SMALL_BODY", value_name = "BYTES", default_value_t = Self::default().small_body)]
    pub small_body: usize,

    /// Bytes of path and query.
    #[arg(long = "limit-uri", env = "DIALOGMODUL_LIMIT_URI", value_name = "BYTES", default_value_t = Self::default().uri)]
    pub uri: usize,

    /// Bytes of all HTTP headers together.
    #[arg(long = "limit-head", env = "DIALOGMODUL_LIMIT_HEAD", value_name = "BYTES", default_value_t = Self::default().head)]
    pub head: usize,

    /// Number of HTTP headers (beyond 96 the connection is closed without a fault).
    #[arg(long = "limit-headers", env = "DIALOGMODUL_LIMIT_HEADERS", value_name = "NUMBER", default_value_t = Self::default().headers)]
    pub headers: usize,

    /// Seconds a request head may take.
    #[arg(long = "limit-head-seconds", env = "DIALOGMODUL_LIMIT_HEAD_SECONDS", value_name = "SECONDS", default_value_t = Self::default().head_seconds)]
    pub head_seconds: u64,

    /// Seconds a body may take before its rate counts.
    #[arg(long = "limit-body-grace-seconds", env = "DIALOGMODUL_LIMIT_BODY_GRACE_SECONDS", value_name = "SECONDS", default_value_t = Self::default().body_grace_seconds)]
    pub body_grace_seconds: u64,

    /// Bytes a second a body must bring after that.
    #[arg(long = "limit-body-rate", env = "DIALOGMODUL_LIMIT_BODY_RATE", value_name = "BYTES", default_value_t = Self::default().body_rate)]
    pub body_rate: u32,

    /// Seconds a body may take in all.
    #[arg(long = "limit-body-seconds", env = "DIALOGMODUL_LIMIT_BODY_SECONDS", value_name = "SECONDS", default_value_t = Self::default().body_seconds)]
    pub body_seconds: u64,

    /// Requests in work or waiting at one time; beyond them callers are asked to come back.
    #[arg(long = "limit-requests", env = "DIALOGMODUL_LIMIT_REQUESTS", value_name = "NUMBER", default_value_t = Self::default().requests)]
    pub requests: usize,

    /// Threads that decide requests, in all; the others wait. A request that waits for its commit holds none.
    #[arg(long = "limit-threads", env = "DIALOGMODUL_LIMIT_THREADS", value_name = "NUMBER", default_value_t = Self::default().threads)]
    pub threads: NonZeroUsize,

    /// Bytes of request bodies in memory at one time.
    #[arg(long = "limit-bytes-in-flight", env = "DIALOGMODUL_LIMIT_BYTES_IN_FLIGHT", value_name = "BYTES", default_value_t = Self::default().bytes_in_flight)]
    pub bytes_in_flight: usize,

    /// Elements open at one time in a document.
    #[arg(long = "limit-depth", env = "DIALOGMODUL_LIMIT_DEPTH", value_name = "NUMBER", default_value_t = Self::default().depth)]
    pub depth: usize,

    /// Elements of a document.
    #[arg(long = "limit-elements", env = "DIALOGMODUL_LIMIT_ELEMENTS", value_name = "NUMBER", default_value_t = Self::default().elements)]
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
            body_grace_seconds: 5,
            body_rate: 240,
            body_seconds: 60,
            requests: 512,
            threads: NonZeroUsize::MIN.saturating_add(31),
            bytes_in_flight: 128 * 1024 * 1024,
            depth: document.depth,
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
            elements: self.elements,
            ..xml::Limits::default()
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_public_url_has_scheme_and_host_and_no_slash_at_the_end() {
        let url: PublicUrl = "https://dialog.example.dk/dfdg/".parse().unwrap();
        assert_eq!(url.as_str(), "https://dialog.example.dk/dfdg");
        for wrong in [
            "dialog.example.dk",
            "ftp://x",
            "https://",
            "https:///x",
            "http://:80",
            "http://x?wsdl",
            "http://x/\"><",
            "http://x/a b",
            "http://x&y",
        ] {
            assert!(wrong.parse::<PublicUrl>().is_err(), "{wrong}");
        }
    }
}
