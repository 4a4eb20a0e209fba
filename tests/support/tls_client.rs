//! A client that speaks TLS: one connection, with or without a certificate of its own, on which requests are sent one after the other.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, SupportedProtocolVersion};

use super::certificates::Issued;
use super::server;

/// What a client is.
#[derive(Clone)]
pub struct TlsClient {
    config: Arc<ClientConfig>,
}

/// A status and the body that came with it.
pub struct Answer {
    pub status: u16,
    pub body: String,
}

impl Answer {
    /// The `ErrorCode` of a fault.
    pub fn fault(&self) -> Option<i32> {
        let (_, rest) = self.body.split_once("ErrorCode>")?;
        rest.split_once('<')?.0.parse().ok()
    }
}

impl TlsClient {
    /// A client that trusts an issuer of servers, with a certificate or without. Its sessions are resumed from one connection to the next.
    pub fn new(trusted: &[u8], identity: Option<&Issued>, versions: &[&'static SupportedProtocolVersion]) -> Self {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from(trusted.to_vec())).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .unwrap()
            .with_root_certificates(roots);
        let config = match identity {
            Some(issued) => builder.with_client_auth_cert(issued.chain(), issued.key()).unwrap(),
            None => builder.with_no_client_auth(),
        };
        Self { config: Arc::new(config) }
    }

    pub fn connect(&self, address: SocketAddr) -> TlsConnection {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.set_nodelay(true).unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        TlsConnection {
            stream: StreamOwned::new(ClientConnection::new(Arc::clone(&self.config), name).unwrap(), stream),
        }
    }

    /// One request on a connection of its own.
    pub fn post(&self, address: SocketAddr, path: &str, body: &[u8]) -> io::Result<Answer> {
        self.connect(address).post(path, "", body)
    }
}

/// A connection.
pub struct TlsConnection {
    pub stream: StreamOwned<ClientConnection, TcpStream>,
}

impl TlsConnection {
    /// Posts an envelope, with further header lines, each ending with CR LF. The first request brings the handshake with it.
    ///
    /// # Errors
    /// The other side refused the handshake, or closed.
    pub fn post(&mut self, path: &str, headers: &str, body: &[u8]) -> io::Result<Answer> {
        let headers = format!("Content-Type: text/xml; charset=utf-8\r\n{headers}");
        self.stream.write_all(&server::request("POST", path, &headers, body))?;
        self.stream.flush()?;
        let mut read = Vec::new();
        let head = loop {
            if let Some(end) = read.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break read.drain(..end + 4).collect::<Vec<u8>>();
            }
            self.more(&mut read)?;
        };
        let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
        let length: usize = head
            .split("content-length: ")
            .nth(1)
            .unwrap()
            .lines()
            .next()
            .unwrap()
            .parse()
            .unwrap();
        while read.len() < length {
            self.more(&mut read)?;
        }
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Ok(Answer {
            status,
            body: String::from_utf8(read).unwrap(),
        })
    }

    fn more(&mut self, read: &mut Vec<u8>) -> io::Result<()> {
        let mut bytes = [0; 16 * 1024];
        match self.stream.read(&mut bytes)? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            count => {
                read.extend_from_slice(&bytes[..count]);
                Ok(())
            }
        }
    }
}
