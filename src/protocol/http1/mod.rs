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
    ErrorClass, Outgoing, Phase, Probe,
    connect::{OpenMark, Opened},
    response_head::ResponseHead,
    stream::{Scratch, SocketStream},
    upgrade::Upgraded,
};

/// A connection to an origin.
#[derive(Debug)]
pub(crate) struct Connection {
    /// Position of the origin in the network.
    pub origin: usize,
    stream: SocketStream,
    open: OpenMark,
}

impl Connection {
    /// A connection that was just opened.
    #[must_use]
    pub(crate) fn new(origin: usize, opened: Opened) -> Self {
        Self { origin, stream: opened.stream, open: opened.mark }
    }

    /// Whether the other side closed it, or sent bytes without a request.
    pub(crate) fn is_stale(&mut self, scratch: &Scratch) -> bool {
        self.stream.is_stale(scratch)
    }

    /// Sends a request.
    ///
    /// # Errors
    /// The class of the failure. The connection must then be closed.
    pub(crate) async fn send(
        &mut self,
        request: &Outgoing<'_>,
        reused: bool,
        probe: &mut Probe<'_>,
    ) -> Result<(), ErrorClass> {
        probe.begin_send(reused);
        let written = self.stream.write_all(request.pieces(), |bytes| probe.wrote(bytes)).await;
        written.map_err(|error| ErrorClass::of_io(Phase::Send, &error))?;
        probe.sent();
        Ok(())
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
    ) -> Poll<Result<Progress, ErrorClass>> {
        let feed = |bytes: &[u8]| (bytes.len(), reader.feed(bytes, head, chunk));
        let read = ready!(self.stream.poll_read_with(context, scratch, feed));
        let (bytes, progress) = read.map_err(|error| ErrorClass::of_io(probe.attempt().phase, &error))?;
        if bytes > 0 {
            probe.read(bytes);
        } else if probe.attempt().first_byte.is_none() {
            return Poll::Ready(Err(ErrorClass::Closed));
        }
        if let Some(status) = reader.status() {
            probe.status(status);
        }
        Poll::Ready(progress.map_err(ResponseError::class))
    }

    /// The stream for another protocol.
    #[must_use]
    pub(crate) fn upgrade(self, read_ahead: Vec<u8>) -> Upgraded {
        Upgraded::new(read_ahead, self.stream, self.open)
    }
}
