//! A house: a server of its own over a fresh demo archive of its own, with a clock that stands still; and what most tests say at its door.

use chrono::{DateTime, Utc};
use dialogmodul::services::Sources;
use dialogmodul::settings;

use super::database::{Database, Kind};
use super::server::Server;

/// Where CitizenMessageService is.
pub const MESSAGES: &str = "/PjakTassWCFtService/2/CitizenMessageService.svc";
/// Where CodeListService is.
pub const CODE_LISTS: &str = "/PjakTassWCFtService/5/CodeListService.svc";
/// Creates a message.
pub const CREATE: &str = include_str!("../../fixtures/01-notification-on-jobnet/01-create.request.xml");
/// Looks a code list up.
pub const LOOK_UP: &str = include_str!("../../fixtures/26-code-lists/05-organisation-type.request.xml");

/// A server and the archive it needs, in the order they are to be dropped.
pub struct House {
    server: Server,
    pub database: Database,
}

impl std::ops::Deref for House {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.server
    }
}

impl House {
    /// On SQLite, as every server of the tests is set.
    pub fn new() -> Self {
        Self::with(|_| ())
    }

    /// On SQLite, with settings of its own.
    pub fn with(change: impl FnOnce(&mut settings::Server)) -> Self {
        Self::on(Kind::Sqlite, Sources::fixed(noon()), change)
    }

    /// On either database, with a clock and identifiers of its own.
    pub fn on(kind: Kind, sources: Sources, change: impl FnOnce(&mut settings::Server)) -> Self {
        let database = Database::demo(kind);
        let server = Server::start_with(database.repository(), sources, change);
        Self { server, database }
    }
}

/// When it is in these tests.
pub fn noon() -> DateTime<Utc> {
    "2026-11-20T11:00:00Z".parse().unwrap()
}
