//! The floor of HTTP: a server that does nothing, in a process of its own, with the settings of the door.
//! It reads a body and gives a fixed answer to it, or the body itself.

use std::io::{self, Read as _, Write as _};

use actix_web::web::{self, Bytes, PayloadConfig};
use actix_web::{App, HttpResponse, HttpServer};

/// Where the fixed answer is given.
pub const SAME: &str = "/same";
/// Where the body comes back.
pub const ECHO: &str = "/echo";

/// The media type of the door.
const XML: &str = "text/xml; charset=utf-8";

/// Serves until it is killed: reads the fixed answer from standard input, writes the address to standard output.
///
/// # Errors
/// No port, or nobody at the other end.
pub fn serve() -> io::Result<()> {
    let mut fixed = Vec::new();
    io::stdin().read_to_end(&mut fixed)?;
    let fixed = Bytes::from(fixed);
    actix_web::rt::System::new().block_on(async move {
        let server = HttpServer::new(move || {
            let fixed = fixed.clone();
            let same = move |_: Bytes| {
                let answer = fixed.clone();
                async move { HttpResponse::Ok().content_type(XML).body(answer) }
            };
            let echo = async |body: Bytes| HttpResponse::Ok().content_type(XML).body(body);
            App::new()
                .app_data(PayloadConfig::new(8 * 1024 * 1024))
                .route(SAME, web::post().to(same))
                .route(ECHO, web::post().to(echo))
        })
        .bind(("127.0.0.1", 0))?;
        for address in server.addrs() {
            writeln!(io::stdout(), "{address}")?;
        }
        server.run().await
    })
}
