//! HTTP/1.1: a connection that carries one request at a time.
//!
//! Why not hyper here: `bench/README.md` has the measurement (a bare hyper connection costs more CPU than all of this,
//! measuring and export included, and seven times the memory per idle user, because each owns its buffers). hyper serves the practice target, where neither
//! matters. The parser of heads is `httparse`, the one hyper uses.

pub mod chunked;
pub mod response;

use self::response::Progress;
pub use self::response::ResponseReader;
use super::{
    ErrorClass, Outgoing, Phase, Probe,
    connect::{OpenMark, Opened},
    stream::{Scratch, Stream},
};

/// A connection to an origin.
#[derive(Debug)]
pub struct Connection {
    /// Position of the origin.
    pub origin: usize,
    stream: Stream,
    _open: OpenMark,
}

/// How a response was read.
#[derive(Debug, Clone, Copy)]
pub struct Read {
    /// Whether the connection can carry another request.
    pub keep_alive: bool,
    /// Whether one read sufficed.
    pub one_read: bool,
}

impl Connection {
    /// A connection that was just opened.
    #[must_use]
    pub fn new(origin: usize, opened: Opened) -> Self {
        Self { origin, stream: opened.stream, _open: opened.mark }
    }

    /// Whether the other side closed it, or sent something nobody asked for.
    pub fn is_stale(&mut self, scratch: &Scratch) -> bool {
        self.stream.is_stale(scratch)
    }

    /// Sends a request and reads its response.
    ///
    /// # Errors
    /// The class of the failure. The connection is of no use then.
    pub async fn exchange(
        &mut self,
        reader: &mut ResponseReader,
        scratch: &Scratch,
        request: Outgoing<'_>,
        reused: bool,
        probe: &mut Probe<'_>,
    ) -> Result<Read, ErrorClass> {
        probe.begin_send(reused);
        let written = self.stream.write_all(request.pieces(), |bytes| probe.wrote(bytes)).await;
        written.map_err(|error| ErrorClass::of_io(Phase::Send, &error))?;
        probe.sent();
        let mut reads = 0;
        loop {
            let fed = self.stream.read_with(scratch, |bytes| (bytes.len(), reader.feed(bytes))).await;
            let (bytes, progress) = fed.map_err(|error| ErrorClass::of_io(probe.attempt().stage, &error))?;
            if bytes == 0 && reads == 0 {
                return Err(ErrorClass::Closed);
            }
            if bytes > 0 {
                probe.read(bytes);
                reads += 1;
            }
            if let Some(status) = reader.status() {
                probe.status(status);
            }
            match progress {
                Ok(Progress::More) => {}
                Ok(Progress::Done { keep_alive }) => return Ok(Read { keep_alive, one_read: reads == 1 }),
                Err(fault) => return Err(fault.class()),
            }
        }
    }
}
