//! `dialogmodul serve`: answer calls until told to stop.

use std::path::Path;
use std::sync::Arc;

use chrono::Utc;
use clap::Args;
use log::{info, warn};

use super::{Failure, open_to_serve};
use crate::delivery;
use crate::repository::Repository;
use crate::services::{self, Desk, Sources};
use crate::settings::{Database, Profile, Server};
use crate::soap::{self, Bound};

/// What `serve` is told.
#[derive(Args, Debug)]
pub(super) struct Serve {
    #[command(flatten)]
    database: Database,
    #[command(flatten)]
    server: Server,
    #[command(flatten)]
    delivery: delivery::Settings,
}

impl Serve {
    /// Serves until a signal to stop.
    pub(super) fn run(self) -> Result<(), Failure> {
        if self.server.profile == Profile::Production && !self.server.tls.knows_callers() {
            return Err(Failure::Setting(
                "the production profile knows callers by their certificates: set --client-issuers, and --tls-certificate with --tls-key or --client-certificate-header with --trusted-proxy".to_owned(),
            ));
        }
        let delivery = match self.server.profile {
            Profile::Production => self.delivery,
            Profile::Development => self.delivery.or_into_folder(Path::new("data/delivery")),
        };
        let (_alone, repository) = open_to_serve(&self.database)?;
        serve(repository, &self.server, &delivery, |bound| {
            info!("Listening on {}; the public URL is {}", bound.address, bound.url);
            if let Some(address) = bound.metrics {
                info!("Metrics are at http://{address}/metrics");
            }
        })
    }
}

/// Opens the door and keeps it open, with delivery beside it; `opened` is told where.
pub(super) fn serve(
    repository: Repository,
    settings: &Server,
    delivery: &delivery::Settings,
    opened: impl FnOnce(&Bound),
) -> Result<(), Failure> {
    let _workers =
        delivery::Worker::start(&repository, delivery, Arc::new(Utc::now)).map_err(|error| Failure::Setting(error.to_string()))?;
    open_as_many_files_as_allowed();
    let of_services = services::Settings {
        citizens_may_start: settings.citizens_may_start,
        ..services::Settings::default()
    };
    let desk = Desk::new(repository, of_services, Sources::system()).map_err(|error| Failure::Other(error.to_string()))?;
    actix_web::rt::System::new().block_on(async {
        let bound = soap::server(Arc::new(desk), settings).map_err(|error| Failure::Setting(error.to_string()))?;
        opened(&bound);
        bound
            .server
            .await
            .map_err(|error| Failure::Other(format!("the server stopped: {error}")))
    })
}

/// Every caller is an open file, and shells and service managers give a process a thousand of them until it asks for more.
fn open_as_many_files_as_allowed() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let allowed = getrlimit(Resource::Nofile);
    let all = Rlimit {
        current: allowed.maximum,
        ..allowed
    };
    if let Err(error) = setrlimit(Resource::Nofile, all) {
        warn!("The number of open files stays at {:?}: {error}", allowed.current);
    }
}
