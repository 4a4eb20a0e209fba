//! The guard: a connection that is given up when its other side brings no head, or takes no answer, in time.
//! It knows bytes and clocks, and the few answers the HTTP parser gives by itself: to those it gives the body of a fault.
//! What a request means, and how long its body may take, is left to `endpoint` and `body`.

use std::cell::Cell;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use actix_tls::accept::rustls_0_23::TlsStream;
use actix_web::HttpRequest;
use actix_web::rt::net::TcpStream;
use actix_web::rt::time::{Instant, Sleep, sleep_until};
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::door::Door;
use super::plain;
use super::rejection::Rejection;
use crate::settings::Limits;

/// How much later than the parser's own clock ours strikes, which knows the first head of a connection only and answers it 408.
const LATER: Duration = Duration::from_secs(2);
/// What may stand around the URI in the first line of a head: a method and a version.
const AROUND_A_URI: usize = 64;

/// A connection that can be given up at once, with what the kernel still holds of it.
pub(super) trait Cut {
    /// Has the connection reset when it is dropped: closed politely, it would wait for the other side to read on.
    fn cut(&self);
}

impl Cut for TcpStream {
    fn cut(&self) {
        // Without it the kernel gives up later.
        let _ = SockRef::from(self).set_linger(Some(Duration::ZERO));
    }
}

impl Cut for TlsStream<TcpStream> {
    fn cut(&self) {
        self.get_ref().0.cut();
    }
}

/// A connection, watched.
pub(super) struct Guarded<S: Cut + AsyncWrite + Unpin> {
    stream: S,
    door: Arc<Door>,
    pulse: Rc<Pulse>,
    /// Until when the head must be there that comes after so many.
    head: Option<(u64, Pin<Box<Sleep>>)>,
    leaving: Option<Leaving>,
    /// Bytes of the first line of the head that comes, and whether it has ended.
    line: (usize, bool),
    /// An answer in place of the parser's own, and how much of it has left.
    instead: Option<(Vec<u8>, usize)>,
    /// The parser has refused what came: there is nothing to add.
    refused: bool,
    /// The other side has closed, or the connection has failed.
    gone: bool,
}

/// What the handler of a request tells the guard of its connection.
#[derive(Default)]
pub(super) struct Pulse {
    at: Cell<At>,
    /// Heads that have come.
    heads: Cell<u64>,
}

/// What a connection is at.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum At {
    /// Between two requests, or in the head of the next.
    #[default]
    Rest,
    /// A request whose head is there: the time of its body is counted elsewhere.
    Request,
    /// The parser gave up on its body, and forgot the request.
    Broken,
}

/// A request on its connection.
pub(super) struct Busy(Option<Rc<Pulse>>);

/// An answer that the other side does not take as fast as we write it.
struct Leaving {
    until: Pin<Box<Sleep>>,
    bytes: u64,
}

impl Pulse {
    /// A request has its head.
    pub(super) fn begin(request: &HttpRequest) -> Busy {
        let pulse = request.conn_data::<Rc<Self>>().cloned();
        if let Some(pulse) = &pulse {
            pulse.at.set(At::Request);
            pulse.heads.set(pulse.heads.get() + 1);
        }
        Busy(pulse)
    }
}

impl Busy {
    /// The request has its answer.
    pub(super) fn end(mut self) {
        if let Some(pulse) = self.0.take() {
            pulse.at.set(At::Rest);
        }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        if let Some(pulse) = &self.0 {
            pulse.at.set(At::Broken);
        }
    }
}

impl<S: Cut + AsyncWrite + Unpin> Guarded<S> {
    pub(super) fn new(stream: S, door: Arc<Door>) -> Self {
        Self {
            stream,
            door,
            pulse: Rc::default(),
            head: None,
            leaving: None,
            line: (0, false),
            instead: None,
            refused: false,
            gone: false,
        }
    }

    /// The connection itself.
    pub(super) fn stream(&self) -> &S {
        &self.stream
    }

    /// What the handlers of its requests tell.
    pub(super) fn pulse(&self) -> Rc<Pulse> {
        Rc::clone(&self.pulse)
    }

    fn limits(&self) -> &Limits {
        &self.door.limits
    }

    /// Has a head been on its way for too long? These bytes of it, or of something else, have just come.
    fn check_head(&mut self, context: &mut Context<'_>, came: &[u8]) -> io::Result<()> {
        // The head that was waited for has come, or none is waited for.
        if self.pulse.at.get() != At::Rest || !self.waits_for_head() {
            self.head = None;
        }
        if !came.is_empty() && self.pulse.at.get() == At::Rest {
            if self.head.is_none() {
                let allowed = Duration::from_secs(self.limits().head_seconds);
                self.head = Some((self.pulse.heads.get(), Box::pin(sleep_until(Instant::now() + allowed + LATER))));
                self.line = (0, false);
            }
            self.count_line(came);
        }
        let late = self.head.as_mut().is_some_and(|(_, until)| until.as_mut().poll(context).is_ready());
        if late {
            if self.leaving.is_some() {
                self.stream.cut();
            }
            self.say(context, "408 Request Timeout", &Rejection::HeadTooSlow);
            return Err(too_slow("a request head"));
        }
        Ok(())
    }

    /// Has a head begun, and not come?
    fn waits_for_head(&self) -> bool {
        self.head.as_ref().is_some_and(|(before, _)| *before == self.pulse.heads.get())
    }

    fn count_line(&mut self, came: &[u8]) {
        let (bytes, ended) = &mut self.line;
        if !*ended {
            let end = came.iter().position(|&byte| byte == b'\n');
            *bytes += end.unwrap_or(came.len());
            *ended = end.is_some();
        }
    }

    /// Is the first line too long for any URI we take?
    fn is_line_too_long(&self) -> bool {
        self.line.0 > self.limits().uri.saturating_add(AROUND_A_URI)
    }

    /// A last word before the connection closes, unless there is one on its way. Nobody is left to wait: what the connection does not
    /// take at once is not said.
    fn say(&mut self, context: &mut Context<'_>, status: &str, rejection: &Rejection) {
        if !self.refused && self.leaving.is_none() {
            self.refused = true;
            let answer = plain::answer(&format!("HTTP/1.1 {status}"), "connection: close", rejection, &self.door);
            let _ = Pin::new(&mut self.stream).poll_write(context, &answer);
        }
    }

    /// A body in broken chunks, or a head that ends in its middle, is to the parser as if the caller had gone: it closes without a word. The
    /// caller may still be there to read one.
    fn say_what_broke(&mut self, context: &mut Context<'_>) {
        match self.pulse.at.get() {
            At::Broken if !self.gone => self.say(context, "400 Bad Request", &Rejection::BodyBroken),
            At::Rest if self.gone && self.waits_for_head() => self.say(context, "400 Bad Request", &Rejection::Framing),
            _ => (),
        }
    }

    /// The other side took so many bytes.
    fn took(&mut self, bytes: usize) {
        if let Some(leaving) = &mut self.leaving {
            leaving.bytes += bytes as u64;
        }
    }

    /// The other side takes nothing just now: an answer must leave as fast as a body must come.
    fn check_leaving(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        let (seconds, rate) = (self.limits().answer_seconds, self.limits().body_rate);
        let window = || Box::pin(sleep_until(Instant::now() + Duration::from_secs(seconds)));
        let leaving = self.leaving.get_or_insert_with(|| Leaving { until: window(), bytes: 0 });
        while leaving.until.as_mut().poll(context).is_ready() {
            if leaving.bytes < seconds.saturating_mul(u64::from(rate)).max(1) {
                self.stream.cut();
                return Err(too_slow("a reader"));
            }
            *leaving = Leaving { until: window(), bytes: 0 };
        }
        Ok(())
    }
}

impl<S: Cut + AsyncRead + AsyncWrite + Unpin> AsyncRead for Guarded<S> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        let read = Pin::new(&mut this.stream).poll_read(context, buffer);
        let came = buffer.filled().get(before..).unwrap_or_default();
        this.gone |= came.is_empty() && read.is_ready() && buffer.remaining() > 0;
        this.check_head(context, came).inspect_err(|_| this.gone = true)?;
        read
    }
}

impl<S: Cut + AsyncWrite + Unpin> AsyncWrite for Guarded<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.instead.is_none() {
            this.instead = plain::with_a_fault(bytes, this.is_line_too_long(), &this.door).map(|answer| (answer, 0));
            this.refused |= this.instead.is_some();
        }
        let Some((answer, mut left)) = this.instead.take() else {
            let written = this.write(context, bytes);
            return written;
        };
        while let Some(rest) = answer.get(left..).filter(|rest| !rest.is_empty()) {
            match this.write(context, rest) {
                Poll::Ready(written) => left += written?,
                Poll::Pending => {
                    this.instead = Some((answer, left));
                    return Poll::Pending;
                }
            }
        }
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        match Pin::new(&mut this.stream).poll_flush(context) {
            Poll::Ready(flushed) => {
                this.leaving = None;
                Poll::Ready(flushed)
            }
            Poll::Pending => {
                this.check_leaving(context)?;
                Poll::Pending
            }
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.say_what_broke(context);
        Pin::new(&mut this.stream).poll_shutdown(context)
    }
}

impl<S: Cut + AsyncWrite + Unpin> Guarded<S> {
    fn write(&mut self, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        if written.is_pending() {
            self.check_leaving(context)?;
        }
        let written = ready!(written)?;
        self.took(written);
        Poll::Ready(Ok(written))
    }
}

impl<S: Cut + AsyncWrite + Unpin> Drop for Guarded<S> {
    fn drop(&mut self) {
        self.say_what_broke(&mut Context::from_waker(Waker::noop()));
    }
}

fn too_slow(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, format!("{what} took too long"))
}
