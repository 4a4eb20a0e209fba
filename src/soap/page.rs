//! Pages: bytes that are the same for everybody, made once and sent often (K2).
//! It knows entity tags and gzip, compressed once; whoever asks gets the form he takes. Nothing that comes in is ever decompressed here.
//! What a page says is left to `description` and `shelf`.

use std::io::Write as _;
use std::sync::{Arc, OnceLock};

use actix_web::http::header::{self, HeaderMap};
use actix_web::web::Bytes;
use actix_web::{HttpResponse, HttpResponseBuilder};
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

/// Smaller pages fit into a packet or two as they are.
const WORTH_COMPRESSING: usize = 1024;

/// A page as it is served; a cheap handle.
#[derive(Clone, Debug)]
pub(super) struct Page(Arc<Printed>);

#[derive(Debug)]
struct Printed {
    bytes: Bytes,
    digest: String,
    gzip: OnceLock<Option<Bytes>>,
}

impl Page {
    /// A page with these bytes.
    pub(super) fn new(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        let digest = Sha256::digest(&bytes).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        Self(Arc::new(Printed {
            bytes,
            digest,
            gzip: OnceLock::new(),
        }))
    }

    /// A page that is sent once: compressing it would cost more than it saves.
    pub(super) fn made_for_one(bytes: impl Into<Bytes>) -> Self {
        let page = Self::new(bytes);
        let _ = page.0.gzip.set(None);
        page
    }

    /// The bytes, not compressed.
    pub(super) fn bytes(&self) -> &Bytes {
        &self.0.bytes
    }

    /// Answers with the page, in the form the request takes.
    pub(super) fn send(&self, response: &mut HttpResponseBuilder, asked: &HeaderMap) -> HttpResponse {
        let bytes = self.in_form(response, asked);
        response.body(bytes)
    }

    /// The bytes in the form the request takes; the response is told which.
    pub(super) fn in_form(&self, response: &mut HttpResponseBuilder, asked: &HeaderMap) -> Bytes {
        match self.compressed(asked) {
            Some(gzip) => {
                response.insert_header((header::CONTENT_ENCODING, "gzip"));
                gzip.clone()
            }
            None => self.0.bytes.clone(),
        }
    }

    /// The entity tag of the form the request takes, quoted: two forms are two entities.
    pub(super) fn tag(&self, asked: &HeaderMap) -> String {
        let form = if self.compressed(asked).is_some() { "-gzip" } else { "" };
        format!("\"{}{form}\"", self.0.digest)
    }

    /// Does the request say that its sender has the page?
    pub(super) fn is_known(&self, asked: &HeaderMap) -> bool {
        let own = self.tag(asked);
        let tags = asked
            .get(header::IF_NONE_MATCH)
            .and_then(|tags| tags.to_str().ok())
            .unwrap_or_default();
        tags.split(',')
            .map(|tag| tag.trim().trim_start_matches("W/"))
            .any(|tag| tag == own || tag == "*")
    }

    fn compressed(&self, asked: &HeaderMap) -> Option<&Bytes> {
        takes_gzip(asked)
            .then(|| self.0.gzip.get_or_init(|| compress(&self.0.bytes)).as_ref())
            .flatten()
    }
}

/// The bytes compressed, if that is worth it.
fn compress(bytes: &Bytes) -> Option<Bytes> {
    if bytes.len() < WORTH_COMPRESSING {
        return None;
    }
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 4), Compression::best());
    encoder.write_all(bytes).ok()?;
    encoder.finish().ok().filter(|gzip| gzip.len() < bytes.len()).map(Bytes::from)
}

/// Does Accept-Encoding name gzip, or everything, and not with the weight of nothing?
fn takes_gzip(asked: &HeaderMap) -> bool {
    let lines = asked.get_all(header::ACCEPT_ENCODING).filter_map(|line| line.to_str().ok());
    let weight = |wanted: &str| {
        lines.clone().flat_map(|line| line.split(',')).find_map(|coding| {
            let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
            let weight = weight
                .trim()
                .strip_prefix("q=")
                .map_or(Some(1.0), |weight| weight.trim().parse::<f32>().ok());
            name.trim().eq_ignore_ascii_case(wanted).then(|| weight.unwrap_or(0.0))
        })
    };
    weight("gzip").or_else(|| weight("*")).is_some_and(|weight| weight > 0.0)
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{ACCEPT_ENCODING, HeaderValue};

    use super::*;

    #[test]
    fn only_who_asks_for_gzip_gets_it() {
        for (accepts, takes) in [
            ("gzip", true),
            ("deflate, GZIP;q=0.5", true),
            ("*", true),
            ("gzip;q=0", false),
            ("gzip;q=0, *", false),
            ("br, *;q=0.1", true),
            ("identity", false),
            ("gzip;q=x", false),
            ("", false),
        ] {
            let mut asked = HeaderMap::new();
            asked.insert(ACCEPT_ENCODING, HeaderValue::from_static(accepts));
            assert_eq!(takes_gzip(&asked), takes, "{accepts}");
        }
        assert!(!takes_gzip(&HeaderMap::new()));
    }
}
