//! The door: HTTP, identity, SOAP envelopes, headers, faults and the descriptions callers fetch.
//! It knows bytes and protocols, and turns every failure into a SOAP fault; async stops here.
//! What a call means and decides is left to `services`.

mod address;
mod body;
pub mod certificate;
mod connections;
mod description;
mod dispatch;
mod door;
mod endpoint;
mod envelope;
mod fault;
mod forwarded;
mod front;
mod guard;
mod health;
mod identity;
mod indoors;
mod journal;
mod limits;
mod media;
mod metrics;
mod outflow;
mod page;
mod places;
mod plain;
pub mod probe;
mod promise;
mod rejection;
mod settle;
mod shelf;
pub mod tls;
mod trip;
mod version;
mod wire;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use actix_web::dev::Server;
use actix_web::web;

use self::connections::Entry;
pub use self::indoors::Indoors;
use crate::contract::Service;
use crate::services::Desk;
use crate::settings::{self, PublicUrl};

/// A server that listens; nothing is answered before [`Bound::server`] is awaited or spawned.
pub struct Bound {
    /// The server, a future that ends when it has stopped.
    pub server: Server,
    /// Where it listens.
    pub address: SocketAddr,
    /// Where `/metrics` is, if anywhere.
    pub metrics: Option<SocketAddr>,
    /// The URL its addresses begin with.
    pub url: PublicUrl,
}

/// Why the door cannot be opened; the operator can mend it.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The address cannot be listened on.
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, io::Error),
    /// TLS or trust is not set up right.
    #[error(transparent)]
    Tls(#[from] tls::Problem),
}

/// Opens the door to a desk. Must be called inside an actix system.
///
/// # Errors
/// The settings cannot be carried out.
pub fn server(desk: Arc<Desk>, settings: &settings::Server) -> Result<Bound, OpenError> {
    let entrance = tls::Entrance::open(&settings.tls)?;
    let config = entrance.config().cloned();
    let no_listening = |error| OpenError::Listen(settings.listen, error);
    let (listener, address) = listen(settings.listen)?;
    let watch = settings.metrics_listen.map(listen).transpose()?;
    let watched_at = watch.as_ref().map(|(_, address)| *address);
    let url = settings
        .public_url
        .clone()
        .unwrap_or_else(|| PublicUrl::of_address(address, config.is_some()));
    let workers = settings
        .workers
        .or(std::thread::available_parallelism().ok())
        .map_or(1, std::num::NonZero::get);
    let door = web::Data::new(door::Door::new(desk, settings, entrance, &url, watched_at));
    let mut entries = vec![Entry { listener, tls: config }];
    entries.extend(watch.map(|(listener, _)| Entry { listener, tls: None }));
    let server = connections::serve(&door, workers, settings.shutdown_seconds, entries).map_err(no_listening)?;
    Ok(Bound {
        server,
        address,
        metrics: watched_at,
        url,
    })
}

/// Takes an address, and says which port it became.
fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), OpenError> {
    let no_listening = |error| OpenError::Listen(address, error);
    let listener = TcpListener::bind(address).map_err(no_listening)?;
    let address = listener.local_addr().map_err(no_listening)?;
    Ok((listener, address))
}

/// The addresses of all services under a public URL, in the order of the contract.
pub fn addresses(url: &PublicUrl) -> impl Iterator<Item = (Service, String)> {
    Service::ALL
        .iter()
        .map(move |&service| (service, format!("{url}{}", address::path(service))))
}
