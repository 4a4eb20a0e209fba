//! Health: is the process alive, and can it answer?
//! Two words for the machines that watch it; nothing of the inside is told.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpResponse, web};

use crate::services::Desk;

/// The process runs.
pub(super) fn live() -> HttpResponse {
    say(HttpResponse::Ok(), "alive\n")
}

/// How long the archive may take to say that it is there; whoever asks does not wait much longer.
const PATIENCE: Duration = Duration::from_secs(2);

/// The archive answers.
pub(super) async fn ready(desk: Arc<Desk>) -> HttpResponse {
    match tokio::time::timeout(PATIENCE, web::block(move || desk.ready())).await {
        Ok(Ok(Ok(()))) => say(HttpResponse::Ok(), "ready\n"),
        _ => say(HttpResponse::ServiceUnavailable(), "not ready\n"),
    }
}

fn say(mut response: actix_web::HttpResponseBuilder, word: &'static str) -> HttpResponse {
    response
        .insert_header((CACHE_CONTROL, "no-store"))
        .content_type("text/plain; charset=utf-8")
        .body(word)
}
