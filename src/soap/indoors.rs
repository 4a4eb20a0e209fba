//! The house without its door: a call from the bytes of its body to the bytes of its answer, on the thread that asks.
//! It makes the same trip and commit as a call over HTTP, so that benches see what is left when HTTP is taken away.
//! Limits of the door, identities of certificates and repeated requests are not part of it.

use std::sync::Arc;

use super::door::Door;
use super::fault::Fault;
use super::media::{Encoding, Media};
use super::rejection::Rejection;
use super::trip::{self, Answer, Request};
use super::version::Version;
use super::{OpenError, envelope, tls};
use crate::contract::Service;
use crate::services::{Desk, Identity};
use crate::settings::{self, PublicUrl};

/// A desk to be called in process.
pub struct Indoors(Door);

impl Indoors {
    /// The house of a server with these settings; nothing listens.
    ///
    /// # Errors
    /// The settings cannot be carried out.
    pub fn new(desk: Arc<Desk>, settings: &settings::Server) -> Result<Self, OpenError> {
        let url = PublicUrl::of_address(settings.listen, false);
        Ok(Self(Door::new(desk, settings, tls::Entrance::open(&settings.tls)?, &url, None)))
    }

    /// Answers a SOAP 1.1 body in UTF-8 as a caller without certificate, and waits for the commit.
    #[must_use]
    pub fn answer(&self, service: Service, body: Vec<u8>) -> Vec<u8> {
        let (reference, received_at) = self.0.desk.begin();
        let request = Request {
            service,
            places: self.0.atlas.own(),
            media: Media {
                version: Version::Soap11,
                encoding: Encoding::Utf8,
                action: None,
            },
            action: None,
            request_id: None,
            body,
            identity: Identity::Development,
            reference,
            received_at,
        };
        // The first trip is the only one: no agreement changes meanwhile.
        let arrival = trip::take(&self.0, &request, true);
        let committed = self.0.desk.commit(arrival.unit).wait().map_err(Rejection::from);
        let answer = committed.and(arrival.answer);
        match answer {
            Ok(Answer::Written(bytes)) => bytes,
            Ok(Answer::Kept(page)) => page.bytes().to_vec(),
            Err(rejection) => envelope::write_fault(Version::Soap11, &Fault::from(&rejection), reference),
        }
    }
}
