//! Connections: from a listening socket to the HTTP parser, through TLS if there is any, each in the hands of a guard.
//! It knows the options of sockets and the order of the layers. actix-web's own server offers no place for a guard, so this is that server's
//! few lines with one; there is no HTTP/2 in it.
//! What is answered is left to `endpoint`.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_http::HttpService;
use actix_http::error::DispatchError;
use actix_server::ServerBuilder;
use actix_service::{IntoServiceFactory as _, ServiceFactory, ServiceFactoryExt as _, fn_service, map_config};
use actix_tls::accept::max_concurrent_tls_connect;
use actix_tls::accept::rustls_0_23::{Acceptor, TlsStream};
use actix_web::dev::{AppConfig, Server};
use actix_web::rt::net::TcpStream;
use actix_web::{App, Error, web};
use rustls::ServerConfig;
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite};

use super::door::Door;
use super::guard::{Cut, Guarded};
use super::{endpoint, tls};

/// How long a connection may rest between calls: case systems call every minute, and a new connection costs a handshake.
const KEPT_ALIVE: Duration = Duration::from_secs(75);
/// How long a client that still sends has to read an answer that refuses it, before the connection is cut.
const LINGERING: Duration = Duration::from_secs(5);
/// How much of an answer the kernel takes off our hands; by itself it takes megabytes for each of a thousand slow readers.
const SEND_BUFFER: usize = 128 * 1024;

/// The address a connection came in at.
#[derive(Clone, Copy)]
pub(super) struct CameInAt(pub(super) SocketAddr);

/// Connections that wait to be accepted; the standard library's 128 make a storm of callers wait for seconds.
const WAITING: i32 = 2048;

/// Where connections come in.
pub(super) struct Entry {
    pub(super) listener: TcpListener,
    /// What TLS is spoken with, if it is.
    pub(super) tls: Option<ServerConfig>,
}

/// A server for connections that come in at the entries.
///
/// # Errors
/// A socket that does not take its options.
pub(super) fn serve(door: &web::Data<Door>, workers: usize, shutdown_seconds: u64, entries: Vec<Entry>) -> io::Result<Server> {
    let limits = &door.limits;
    let connections = limits.connections.div_ceil(workers).max(1);
    // By itself a worker with 256 handshakes on their way accepts nobody: whoever shakes hands slowly would keep all others out.
    max_concurrent_tls_connect(connections);
    let mut builder = Server::build()
        .workers(workers)
        .worker_max_blocking_threads(limits.threads.get().div_ceil(workers))
        .max_concurrent_connections(connections)
        .shutdown_timeout(shutdown_seconds);
    for Entry { listener, tls } in entries {
        prepare(&listener, limits.answer_seconds)?;
        let name = format!("dialogmodul-{}", listener.local_addr()?);
        builder = match tls {
            None => plain(builder, name, listener, door)?,
            Some(config) => secure(builder, name, listener, door, config)?,
        };
    }
    Ok(builder.run())
}

/// Accepted connections inherit what is set here. What the other side's kernel does not take for so long is given up by ours, even
/// where we have handed over all of it.
fn prepare(listener: &TcpListener, seconds: u64) -> io::Result<()> {
    let socket = SockRef::from(listener);
    socket.listen(WAITING)?;
    socket.set_send_buffer_size(SEND_BUFFER)?;
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(Duration::from_secs(seconds)))?;
    Ok(())
}

fn plain(builder: ServerBuilder, name: String, listener: TcpListener, door: &web::Data<Door>) -> io::Result<ServerBuilder> {
    let (door, stopping) = (door.clone(), builder.graceful_shutdown_signal());
    let at = CameInAt(listener.local_addr()?);
    builder.listen(name, listener, move || {
        let guarding = Arc::clone(&door);
        fn_service(move |stream: TcpStream| {
            let address = stream.peer_addr().ok();
            let guarded = Guarded::new(stream, Arc::clone(&guarding));
            async move { Ok::<_, DispatchError>((guarded, address)) }
        })
        .and_then(http(door.clone(), stopping.clone(), at, |_| None))
    })
}

fn secure(
    builder: ServerBuilder,
    name: String,
    listener: TcpListener,
    door: &web::Data<Door>,
    config: ServerConfig,
) -> io::Result<ServerBuilder> {
    let (door, stopping) = (door.clone(), builder.graceful_shutdown_signal());
    let at = CameInAt(listener.local_addr()?);
    builder.listen(name, listener, move || {
        let guarding = Arc::clone(&door);
        let mut acceptor = Acceptor::new(config.clone());
        acceptor.set_handshake_timeout(Duration::from_secs(door.limits.handshake_seconds));
        acceptor
            .map_err(|_| DispatchError::DisconnectTimeout)
            .map(move |stream: TlsStream<TcpStream>| {
                let address = stream.get_ref().0.peer_addr().ok();
                (Guarded::new(stream, Arc::clone(&guarding)), address)
            })
            .and_then(http(door.clone(), stopping.clone(), at, tls::Peer::of_connection))
    })
}

/// The parser before our one handler, which sees the peer of its connection and tells the guard what it is at.
fn http<S>(
    door: web::Data<Door>,
    stopping: actix_server::GracefulShutdownSignal,
    at: CameInAt,
    peer: fn(&dyn std::any::Any) -> Option<tls::Peer>,
) -> impl ServiceFactory<(Guarded<S>, Option<SocketAddr>), Config = (), Response = (), Error = DispatchError, InitError = ()>
where
    S: Cut + AsyncRead + AsyncWrite + Unpin + 'static,
{
    let app = App::new().app_data(door.clone()).default_service(web::to(endpoint::serve));
    let app = app.into_factory().map_err(|error: Error| error.error_response());
    HttpService::build()
        .graceful_shutdown_signal(move || {
            let signal = stopping.clone();
            async move { signal.notified().await }
        })
        .keep_alive(KEPT_ALIVE)
        .client_request_timeout(Duration::from_secs(door.limits.head_seconds))
        .client_disconnect_timeout(LINGERING)
        .on_connect_ext(move |guarded: &Guarded<S>, data| {
            data.insert(at);
            data.insert(guarded.pulse());
            if let Some(peer) = peer(guarded.stream()) {
                data.insert(peer);
            }
        })
        .h1(map_config(app, |()| AppConfig::default()))
}
