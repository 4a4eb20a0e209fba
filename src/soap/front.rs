//! Pages over HTTP: how what `web` renders is sent, with the headers that keep a browser to it.
//! It knows languages asked for, entity tags and the faults that the door itself gives. What stands on a page is left to `web`.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap};
use actix_web::web as actix;
use actix_web::{HttpRequest, HttpResponse};

use super::door::Door;
use super::endpoint::text;
use super::fault::{Fault, INVALID_CPR};
use super::page::Page;
use super::rejection::{Header, Rejection};
use crate::contract::Service;
use crate::domain::day::danish_day;
use crate::error::Error;
use crate::web::{self, Language, Platform};

/// A page that a path means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Front {
    /// The services.
    Home,
    /// The code lists.
    CodeLists,
    /// Style, script or icon.
    Asset(String),
}

const HTML: &str = "text/html; charset=utf-8";

/// Answers a request for a page; none where there is no such page.
pub(super) async fn show(door: &Arc<Door>, front: Front, request: &HttpRequest) -> Option<HttpResponse> {
    let language = language(request);
    let html = match front {
        Front::Home => door.pages.home(language, door.places(request).url.as_str()),
        Front::CodeLists => code_lists(door, language, request).await,
        Front::Asset(name) => {
            let asset = web::asset(&name)?;
            return Some(send(
                door,
                request.headers(),
                asset.media_type,
                asset.text.to_owned(),
                "public, max-age=86400",
                None,
            ));
        }
    };
    Some(send(door, request.headers(), HTML, html, "no-cache", Some(language)))
}

/// The page of a service.
pub(super) fn service(door: &Door, service: Service, request: &HttpRequest) -> HttpResponse {
    let language = language(request);
    let html = door.pages.service(service, language, door.places(request).url.as_str());
    send(door, request.headers(), HTML, html, "no-cache", Some(language))
}

/// Is the query of a service's address one of its page? Any other that is no description is a call gone wrong.
pub(super) fn is_page(query: &str) -> bool {
    query.is_empty() || query.split('&').all(|pair| pair.starts_with("lang="))
}

/// The faults that the door gives.
pub(super) fn platform() -> Vec<Platform> {
    let headers = [Header::ActiveOrganisation, Header::RequestUserMetadata];
    let missing = headers.map(Rejection::HeaderMissing);
    let invalid = headers.map(|header| Rejection::HeaderInvalid(header, None));
    let others = [
        Rejection::CertificateMissing,
        Rejection::UnknownOperation,
        Rejection::Failed(Error::Unavailable(String::new())),
        Rejection::Panic,
    ];
    let faults = missing.iter().chain(&invalid).chain(&others).map(Fault::from);
    let platform = |code, text: String, of_cpr| Platform { code, text, of_cpr };
    let (code, text) = INVALID_CPR;
    faults
        .map(|fault| platform(fault.number, fault.text, false))
        .chain([platform(code, text.to_owned(), true)])
        .collect()
}

/// The lists may have to be asked for, on a thread where waiting harms nobody.
async fn code_lists(door: &Arc<Door>, language: Language, request: &HttpRequest) -> String {
    let (desk, door) = (Arc::clone(&door.desk), Arc::clone(door));
    let query = request.query_string().to_owned();
    let rendered = actix::block(move || {
        let today = danish_day(desk.now());
        door.pages.code_lists(&desk.code_lists(), language, &query, today)
    });
    rendered.await.unwrap_or_default()
}

fn language(request: &HttpRequest) -> Language {
    let accepted = text(request.headers(), header::ACCEPT_LANGUAGE.as_str()).unwrap_or_default();
    Language::of_request(request.query_string(), accepted)
}

fn send(
    door: &Door,
    headers: &HeaderMap,
    media_type: &'static str,
    body: String,
    cached: &'static str,
    language: Option<Language>,
) -> HttpResponse {
    let page = Page::made_for_one(body);
    let is_known = page.is_known(headers);
    let mut response = HttpResponse::build(if is_known { StatusCode::NOT_MODIFIED } else { StatusCode::OK });
    response
        .insert_header((header::ETAG, page.tag(headers)))
        .insert_header((header::CACHE_CONTROL, cached))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header((header::CONTENT_SECURITY_POLICY, door.pages.policy()));
    if let Some(language) = language {
        response
            .insert_header((header::CONTENT_LANGUAGE, language.tag()))
            .insert_header((header::VARY, door.atlas.vary("Accept-Language")));
    }
    if is_known {
        return response.finish();
    }
    response
        .insert_header((header::CONTENT_TYPE, media_type))
        .body(page.bytes().clone())
}
