//! The floor of HTTP: a server that does nothing, in a process of its own, with the settings of the door.
//! It reads a body and gives a fixed answer to it, perhaps with a record of it in an archive, or the body itself.

use std::io::{self, Read as _, Write as _};

use actix_web::web::{self, Bytes, PayloadConfig};
use actix_web::{App, HttpResponse, HttpServer};

use super::{Trouble, record};
use crate::error::Error;
use crate::repository::{Repository, bench};

/// Where the fixed answer is given.
pub const SAME: &str = "/same";
/// Where it is given with a record in the audit, for which the answer does not wait.
pub const RECORDED: &str = "/recorded";
/// Where the body comes back.
pub const ECHO: &str = "/echo";

/// The media type of the door.
const XML: &str = "text/xml; charset=utf-8";

/// Serves until it is killed: reads the fixed answer from standard input, writes the address to standard output. Records go to the archive.
///
/// # Errors
/// No port, no archive, or nobody at the other end.
pub fn serve(archive: &str) -> Result<(), Trouble> {
    let mut fixed = Vec::new();
    io::stdin().read_to_end(&mut fixed)?;
    let fixed = Bytes::from(fixed);
    let archive = bench::open(archive)?;
    let served = actix_web::rt::System::new().block_on(async move {
        let server = HttpServer::new(move || {
            let fixed = fixed.clone();
            let answer = fixed.clone();
            let same = move |_: Bytes| {
                let answer = answer.clone();
                async move { HttpResponse::Ok().content_type(XML).body(answer) }
            };
            let archive = archive.clone();
            let recorded = move |_: Bytes| {
                let (answer, archive) = (fixed.clone(), archive.clone());
                async move {
                    match leave_record(&archive).await {
                        Ok(()) => HttpResponse::Ok().content_type(XML).body(answer),
                        Err(_) => HttpResponse::ServiceUnavailable().finish(),
                    }
                }
            };
            let echo = async |body: Bytes| HttpResponse::Ok().content_type(XML).body(body);
            App::new()
                .app_data(PayloadConfig::new(8 * 1024 * 1024))
                .route(SAME, web::post().to(same))
                .route(RECORDED, web::post().to(recorded))
                .route(ECHO, web::post().to(echo))
        })
        .bind(("127.0.0.1", 0))?;
        for address in server.addrs() {
            writeln!(io::stdout(), "{address}")?;
        }
        server.run().await
    });
    Ok(served?)
}

/// Hands a record in and goes, as the door does, unless records come faster than they are stored.
async fn leave_record(archive: &Repository) -> Result<(), Error> {
    let commit = archive.commit(record::of_list());
    if commit.can_be_left() { Ok(()) } else { commit.await }
}
