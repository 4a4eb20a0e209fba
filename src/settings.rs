//! Settings: what an operator can choose, on the command line or as `DIALOGMODUL_…` in the environment.
//! It knows every option with its default and checks those that can be wrong; the options are the one place where a default stands.
//! Acting on them is left to `command` and `soap`.

mod limits;
mod tls;

use std::fmt;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, ValueEnum};

pub use self::limits::Limits;
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

    /// A replica of the PostgreSQL archive: operations that only read ask it, and see what it has received so far. Default: none. While it does not answer, the archive itself is asked.
    #[arg(
        long = "read-database-url",
        env = "DIALOGMODUL_READ_DATABASE_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    pub read_url: Option<String>,

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

    /// Calls that one transaction stores at most. More wait for no one: a transaction takes what is there. 1 is a transaction for each call.
    #[arg(long = "commit-calls", env = "DIALOGMODUL_COMMIT_CALLS", value_name = "NUMBER", default_value_t = COMMIT_CALLS)]
    pub commit_calls: NonZeroUsize,
}

/// Calls in a transaction, unless something else is asked for.
pub const COMMIT_CALLS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(255);

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
