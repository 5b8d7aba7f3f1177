//! HTTP/1.1: a connection that carries one request at a time.
//!
//! Why not hyper: `bench/README.md` has the measurement. A bare hyper connection costs more CPU than all of this, measuring
//! and export included, and seven times the memory per idle user, because each owns its buffers. hyper serves the practice
//! target, where neither matters. The head parser is `httparse`, as in hyper.

pub(crate) mod chunked;
pub(crate) mod response;

use std::task::{Context, Poll, ready};

use self::response::ResponseError;
pub(crate) use self::response::{Progress, ResponseReader};
use super::{
    ErrorClass, Failure, Outgoing, Phase, Probe,
    connect::{OpenMark, Opened},
    response_head::ResponseHead,
    stream::{ByteStream, Scratch, Written},
    upgrade::Upgraded,
};
use crate::net::printable::printable;

/// A connection to an origin.
#[derive(Debug)]
pub(crate) struct Connection {
    /// Position of the origin in the network; small, because idle users hold it.
    origin: u32,
    stream: ByteStream,
    open: OpenMark,
    /// The response came before the whole request was written: the connection carries no other.
    is_cut_short: bool,
}

impl Connection {
    /// A connection that was just opened.
    #[must_use]
    pub(crate) fn new(origin: usize, opened: Opened) -> Self {
        Self {
            origin: u32::try_from(origin).unwrap_or(u32::MAX),
            stream: opened.stream,
            open: opened.mark,
            is_cut_short: false,
        }
    }

    /// Whether it leads to an origin.
    #[must_use]
    pub(crate) fn leads_to(&self, origin: usize) -> bool {
        self.origin as usize == origin
    }

    /// Whether the other side closed it, or sent bytes without a request.
    pub(crate) fn is_stale(&mut self, scratch: &Scratch) -> bool {
        self.stream.is_stale(scratch)
    }

    /// Sends a request, or as much of it as the server takes before it answers (RFC 9112, section 9.5).
    ///
    /// # Errors
    /// The class of the failure. The connection must then be closed.
    pub(crate) fn send(
        &mut self,
        request: &Outgoing<'_>,
        reused: bool,
        probe: &mut Probe<'_>,
    ) -> impl Future<Output = Result<(), Failure>> {
        probe.begin_send(reused);
        async move {
            let written = self.stream.write_all(request.pieces(), |bytes| probe.wrote(bytes)).await;
            let written = written.map_err(|error| Failure::of_io(Phase::Send, error))?;
            self.is_cut_short = written == Written::UntilResponse;
            probe.sent();
            Ok(())
        }
    }

    /// Reads once and passes the bytes to the parser. Bytes that are not polled for stay with the kernel, so that a slow
    /// consumer holds the server back.
    ///
    /// # Errors
    /// The class of the failure. The connection must then be closed.
    pub(crate) fn poll_read(
        &mut self,
        context: &mut Context<'_>,
        scratch: &Scratch,
        reader: &mut ResponseReader,
        head: &mut ResponseHead,
        chunk: impl FnMut(&[u8]),
        probe: &mut Probe<'_>,
    ) -> Poll<Result<Progress, Failure>> {
        let begins = probe.attempt().first_byte.is_none();
        let feed = |bytes: &[u8]| {
            let progress = reader.feed(bytes, head, chunk);
            (bytes.len(), progress.map_err(|error| malformed(error, if begins { bytes } else { &[] })))
        };
        let read = ready!(self.stream.poll_read_with(context, scratch, feed));
        let (bytes, progress) = read.map_err(|error| Failure::of_io(probe.attempt().phase, error))?;
        if bytes > 0 {
            probe.read(bytes);
        } else if probe.attempt().first_byte.is_none() {
            return Poll::Ready(Err(ErrorClass::Closed.into()));
        }
        if let Some(status) = reader.status() {
            probe.status(status);
        }
        Poll::Ready(progress.map(|progress| match progress {
            Progress::Done { keep_alive } => Progress::Done { keep_alive: keep_alive && !self.is_cut_short },
            other => other,
        }))
    }

    /// The stream for another protocol.
    #[must_use]
    pub(crate) fn upgrade(self, read_ahead: Vec<u8>) -> Upgraded {
        Upgraded::new(read_ahead, self.stream, self.open)
    }
}

/// The failure of a response that can't be parsed; the first bytes say who answered instead.
fn malformed(error: ResponseError, begin: &[u8]) -> Failure {
    const SHOWN: usize = 40;
    match error {
        ResponseError::Malformed(_) if let Some(other) = other_protocol(begin) => {
            Failure::text(ErrorClass::Protocol, format!("the response is no HTTP/1.1: {other}"))
        }
        ResponseError::Malformed(why) if !begin.is_empty() && !begin.starts_with(b"HTTP/") => {
            let begin = String::from_utf8_lossy(begin.get(..SHOWN).unwrap_or(begin));
            Failure::text(ErrorClass::Protocol, format!("{why}; it begins with `{}`", printable(&begin, SHOWN)))
        }
        error => error.failure(),
    }
}

/// What a server speaks instead, by its first bytes, and what to write for it.
fn other_protocol(begin: &[u8]) -> Option<&'static str> {
    match begin {
        // SETTINGS on stream 0 is the first frame of a server (RFC 9113, section 3.4).
        [0, 0, _, 4, _, 0, 0, 0, 0, ..] => Some("this port speaks HTTP/2 only (`http: {version: 2}`)"),
        // An alert or a handshake record (RFC 8446, section 5.1).
        [0x15 | 0x16, 3, ..] => Some("this port speaks TLS (write `https://`)"),
        _ => None,
    }
}
