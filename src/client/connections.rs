//! Connections to one server, kept open between calls; the transport of the generated clients.
//! It knows HTTP/1.1 and when a connection may be used again. A request that may have been read is never sent twice; what it means is left to its sender.

use std::sync::{Arc, Mutex, PoisonError};

use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{CONTENT_TYPE, HOST, RETRY_AFTER};
use hyper::http::uri::{Authority, InvalidUri, PathAndQuery, Scheme};
use hyper::{Request, Uri};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use xml::{Reader, Violation, Writer};

use super::{Answer, Failure, Headers, Settings, WrongTls, envelope};
use crate::contract::{Operation, Service, Transport};

/// The header by which a request that comes again is known.
const REQUEST_ID: &str = "x-requestId";

/// Connections to one server. Clones share them.
#[derive(Clone)]
pub struct Connections {
    shared: Arc<Shared>,
}

struct Shared {
    authority: Authority,
    /// What stands before the path of a service.
    prefix: String,
    port: u16,
    tls: Option<(TlsConnector, ServerName<'static>)>,
    settings: Settings,
    idle: Mutex<Vec<Connection>>,
}

type Connection = SendRequest<Full<Bytes>>;

/// What is wrong with an address.
#[derive(Debug, thiserror::Error)]
pub enum WrongAddress {
    /// It is none.
    #[error("{0}")]
    Uri(#[from] InvalidUri),
    /// It is of another kind.
    #[error("the address must be http://HOST or https://HOST, perhaps with a port and a path, and nothing else")]
    Form,
    /// Its TLS cannot be set up.
    #[error(transparent)]
    Tls(#[from] WrongTls),
}

impl Connections {
    /// Connections to a server. `address` is what the addresses of its services begin with: scheme, host, perhaps a port and a path.
    /// Nothing is connected before the first call.
    ///
    /// # Errors
    /// The address or the settings of TLS cannot be used.
    pub fn new(address: &str, settings: Settings) -> Result<Self, WrongAddress> {
        let uri: Uri = address.parse()?;
        let authority = uri.authority().ok_or(WrongAddress::Form)?.clone();
        let secure = uri.scheme() == Some(&Scheme::HTTPS);
        if !(secure || uri.scheme() == Some(&Scheme::HTTP)) || uri.query().is_some() || authority.as_str().contains('@') {
            return Err(WrongAddress::Form);
        }
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        let tls = if secure {
            let name = ServerName::try_from(host).map_err(|_| WrongAddress::Form)?;
            Some((TlsConnector::from(Arc::new(settings.tls.config()?)), name))
        } else {
            None
        };
        Ok(Self {
            shared: Arc::new(Shared {
                port: authority.port_u16().unwrap_or(if secure { 443 } else { 80 }),
                prefix: uri.path().trim_end_matches('/').to_owned(),
                authority,
                tls,
                settings,
                idle: Mutex::new(Vec::new()),
            }),
        })
    }

    /// Posts an envelope that is already written to a path below the address, and gives the answer as it is, whatever its status.
    ///
    /// # Errors
    /// No whole answer within deadline and bounds.
    pub async fn post(&self, path: &str, action: &str, request_id: Option<&str>, envelope: Bytes) -> Result<Answer, Failure> {
        let deadline = self.shared.settings.deadline;
        let exchange = self.shared.exchange(path, action, request_id, envelope);
        tokio::time::timeout(deadline, exchange)
            .await
            .map_err(|_| Failure::Late(deadline))?
    }
}

impl Transport for Connections {
    type Headers = Headers;
    type Failure = Failure;

    fn call<A>(
        &self,
        operation: Operation,
        headers: &Headers,
        request: impl FnOnce(&mut Writer),
        response: fn(&mut Reader<'_>) -> Result<A, Violation>,
    ) -> impl Future<Output = Result<A, Failure>> + Send {
        let envelope = Bytes::from(envelope::write(headers, request));
        async move {
            let action = operation.description().action;
            let post = self.post(path(operation.service()), action, headers.request_id(), envelope);
            envelope::read(&post.await?, response)
        }
    }
}

/// The path of a service, as its contract has it.
#[must_use]
pub fn path(service: Service) -> &'static str {
    let address = service.address();
    let host = address.find("://").map_or(0, |at| at + 3);
    let path = address
        .get(host..)
        .and_then(|rest| rest.find('/'))
        .map_or(address.len(), |at| host + at);
    address.get(path..).unwrap_or_default()
}

impl Shared {
    async fn exchange(&self, path: &str, action: &str, request_id: Option<&str>, envelope: Bytes) -> Result<Answer, Failure> {
        let mut request = self.request(path, action, request_id, envelope)?;
        loop {
            let (mut connection, is_new) = match self.kept() {
                Some(connection) => (connection, false),
                None => (self.connect().await?, true),
            };
            // A connection that the server closed while it was kept shows that only when it is used.
            if let Err(error) = connection.ready().await {
                if is_new {
                    return Err(Failure::connection(error));
                }
                continue;
            }
            match connection.try_send_request(request).await {
                Ok(response) => return self.read(response, connection).await,
                Err(mut error) => match error.take_message() {
                    Some(unsent) if !is_new => request = unsent,
                    _ => return Err(Failure::connection(error.into_error())),
                },
            }
        }
    }

    fn request(&self, path: &str, action: &str, request_id: Option<&str>, envelope: Bytes) -> Result<Request<Full<Bytes>>, Failure> {
        let target = PathAndQuery::try_from(format!("{}{path}", self.prefix)).map_err(Failure::connection)?;
        let mut request = Request::post(Uri::from(target))
            .header(HOST, self.authority.as_str())
            .header(CONTENT_TYPE, "text/xml; charset=utf-8")
            .header("SOAPAction", format!("\"{action}\""));
        if let Some(id) = request_id {
            request = request.header(REQUEST_ID, id);
        }
        request.body(Full::new(envelope)).map_err(Failure::connection)
    }

    async fn read(&self, response: hyper::Response<hyper::body::Incoming>, connection: Connection) -> Result<Answer, Failure> {
        let (head, body) = response.into_parts();
        let most = self.settings.largest_answer;
        let body = Limited::new(body, most).collect().await.map_err(|error| {
            if error.is::<LengthLimitError>() {
                Failure::TooLarge(most)
            } else {
                Failure::Connection(error)
            }
        })?;
        self.keep(connection);
        let retry_after = head.headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        Ok(Answer {
            status: head.status.as_u16(),
            body: body.to_bytes(),
            retry_after: retry_after.map(std::time::Duration::from_secs),
        })
    }

    /// A connection that was used before and is still open.
    fn kept(&self) -> Option<Connection> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        std::iter::from_fn(|| idle.pop()).find(|connection| !connection.is_closed())
    }

    fn keep(&self, connection: Connection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < self.settings.kept {
            idle.push(connection);
        }
    }

    async fn connect(&self) -> Result<Connection, Failure> {
        let host = self.authority.host().trim_start_matches('[').trim_end_matches(']');
        let stream = TcpStream::connect((host, self.port)).await.map_err(Failure::connection)?;
        // A request is one write; nothing is gained by waiting for more.
        stream.set_nodelay(true).map_err(Failure::connection)?;
        match &self.tls {
            None => open(stream).await,
            Some((connector, name)) => {
                let stream = connector.connect(name.clone(), stream).await.map_err(Failure::connection)?;
                open(stream).await
            }
        }
    }
}

/// Begins HTTP on a stream; the connection lives in a task of its own until one side is done with it.
async fn open(stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static) -> Result<Connection, Failure> {
    let (sender, connection) = handshake(TokioIo::new(stream)).await.map_err(Failure::connection)?;
    tokio::spawn(async move {
        // Whoever uses the connection is told the same.
        let _ = connection.await;
    });
    Ok(sender)
}
