//! `dialogmodul demo`: an archive with invented people, served on this machine, and a first call to paste.

use std::io::{self, Write};

use clap::Args;

use super::serve::serve;
use super::{Failure, open_to_serve};
use crate::contract::Service;
use crate::delivery;
use crate::settings::{self, Database, Limits, Profile, Server, Tls};
use crate::soap::{self, Bound};

/// A call that works with the demo data.
const REQUEST: &str = include_str!("../../fixtures/01-notification-on-jobnet/01-create.request.xml");
/// What comes back.
const RESPONSE: &str = include_str!("../../fixtures/01-notification-on-jobnet/01-create.response.xml");

/// What `demo` is told.
#[derive(Args, Debug)]
pub(super) struct Demo {
    /// Address and port to listen on.
    #[arg(long, env = "DIALOGMODUL_LISTEN", value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: std::net::SocketAddr,

    /// Address and port for `/metrics`; port 0 takes a free one.
    #[arg(long, env = "DIALOGMODUL_METRICS_LISTEN", value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    metrics_listen: std::net::SocketAddr,

    /// Where the archive is kept; a folder of ours.
    #[arg(long, env = "DIALOGMODUL_DEMO_DATA", value_name = "FOLDER", default_value = "data")]
    data: std::path::PathBuf,

    /// The audit in a database of its own, `sqlite:PATH` or `postgres://…`. Default: in the archive.
    #[arg(
        long = "audit-database-url",
        env = "DIALOGMODUL_AUDIT_DATABASE_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    audit_url: Option<String>,
}

impl Demo {
    /// Serves the demo until a signal to stop.
    pub(super) fn run(self) -> Result<(), Failure> {
        let database = Database {
            url: format!("sqlite:{}", self.data.join("demo.sqlite").display()),
            read_url: None,
            pooled: false,
            audit_url: self.audit_url.clone(),
            audit_key_file: self.data.join("audit.key"),
            commit_calls: settings::COMMIT_CALLS,
        };
        let (_alone, repository) = open_to_serve(&database)?;
        repository.load_demo().map_err(|error| Failure::Other(error.to_string()))?;
        let server = Server {
            listen: self.listen,
            metrics_listen: Some(self.metrics_listen),
            public_url: None,
            soap12_binding: false,
            lenient_namespaces: false,
            profile: Profile::Development,
            citizens_may_start: false,
            workers: None,
            shutdown_seconds: 30,
            tls: Tls::default(),
            limits: Limits::default(),
        };
        let delivery = delivery::Settings::default().or_into_folder(&self.data.join("delivery"));
        serve(repository, &server, &delivery, |bound| {
            // Nobody reads what we say if the terminal is gone.
            let _ = welcome(&mut io::stdout().lock(), bound);
        })
    }
}

/// What a stranger needs to make the first call.
fn welcome(out: &mut impl Write, bound: &Bound) -> io::Result<()> {
    writeln!(
        out,
        "The dialogue module is open, with invented people, to every caller on this machine. Stop it with Ctrl-C.\n"
    )?;
    for (_, address) in soap::addresses(&bound.url) {
        writeln!(out, "  {address}?wsdl")?;
    }
    if let Some(address) = bound.metrics {
        writeln!(out, "  http://{address}/metrics")?;
    }
    let Some((_, address)) = soap::addresses(&bound.url).find(|(service, _)| *service == Service::CitizenMessageServiceV2) else {
        return Ok(());
    };
    writeln!(
        out,
        "\nA first call, ready to paste into another terminal: a job centre writes to a citizen.\n"
    )?;
    writeln!(
        out,
        "curl -sS {address} -H 'Content-Type: text/xml; charset=utf-8' --data-binary @- <<'XML'\n{}\nXML",
        REQUEST.trim_end()
    )?;
    writeln!(
        out,
        "\nThe answer has this shape, with a message and a thread of your own:\n\n{}\n",
        RESPONSE.trim_end()
    )
}
