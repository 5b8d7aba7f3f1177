//! HTTP/1.1 of one user: keep-alive connections, one request at a time.
//!
//! Why not hyper here: `bench/README.md` has the measurement (a bare hyper connection costs more CPU than all of this,
//! measuring and export included, and seven times the memory per idle user, because each owns its buffers). hyper serves the practice target, where neither
//! matters. The parser of heads is `httparse`, the one hyper uses.

pub mod chunked;
pub mod response;

use tokio::time::Instant;

use self::response::{Progress, ResponseReader};
use super::{ErrorClass, Network, Probe, Stage, connect::OpenMark, deadline::Deadline, stream::Stream};
use crate::plan::RequestSpec;

/// One user's connections, one per origin.
#[derive(Debug, Default)]
pub struct HttpSession {
    connections: Vec<Connection>,
    deadline: Deadline,
    reader: ResponseReader,
}

#[derive(Debug)]
struct Connection {
    origin: usize,
    stream: Stream,
    _open: OpenMark,
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy)]
pub struct Ending {
    /// Status, if there was a whole response.
    pub status: Option<u16>,
    /// When.
    pub at: Instant,
}

impl HttpSession {
    /// The body of the last response, if its request keeps it.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        self.reader.body()
    }

    /// Sends a request and reads its response to the end, within the request's time-out.
    pub async fn send(&mut self, network: &Network, request: &RequestSpec, mut probe: Probe<'_>) -> Ending {
        let taken = probe.attempt().taken;
        let exchange = exchange(&mut self.connections, &mut self.reader, network, request, &mut probe);
        let result = self.deadline.guard(taken, request.timeout, exchange).await;
        let (error, one_read) = match &result {
            Ok(Ok(one_read)) => {
                let unexpected = probe.attempt().status.filter(|status| !request.expects(*status));
                (unexpected.map(ErrorClass::of_status), *one_read)
            }
            Ok(Err(class)) => (Some(*class), false),
            Err(_) => (Some(ErrorClass::timeout_at(probe.attempt().stage)), false),
        };
        // What broke off is no response: no check may pass on half of one.
        let status = probe.attempt().status.filter(|_| matches!(result, Ok(Ok(_))));
        Ending { status, at: probe.finish(error, one_read) }
    }
}

/// One request and its response. The connection is out of the pool meanwhile, so that a failed, timed-out or dropped
/// exchange can only leave a closed connection behind. Gives whether one read sufficed.
async fn exchange(
    connections: &mut Vec<Connection>,
    reader: &mut ResponseReader,
    network: &Network,
    request: &RequestSpec,
    probe: &mut Probe<'_>,
) -> Result<bool, ErrorClass> {
    // First of all: whatever fails from here on, the last response's body must not be taken for this one's.
    reader.begin(request.keep_body, request.bodyless);
    let pooled = connections.iter().position(|connection| connection.origin == request.origin);
    let pooled = pooled.map(|place| connections.swap_remove(place));
    let fresh = pooled.and_then(|mut connection| (!connection.stream.is_stale(&network.scratch)).then_some(connection));
    let (mut connection, reused) = if let Some(connection) = fresh {
        (connection, true)
    } else {
        // Boxed, because it is rare and its future is large: an idle user should not carry it.
        let (stream, open) = Box::pin(network.open(request.origin, probe)).await?;
        (Connection { origin: request.origin, stream, _open: open }, false)
    };
    probe.begin_send(reused);
    let written = connection.stream.write_all(&request.wire, |bytes| probe.wrote(bytes)).await;
    written.map_err(|error| ErrorClass::of_io(Stage::Send, &error))?;
    probe.sent();
    let mut reads = 0;
    loop {
        let fed = connection.stream.read_with(&network.scratch, |bytes| (bytes.len(), reader.feed(bytes))).await;
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
            Ok(Progress::Done { keep_alive }) => {
                if keep_alive {
                    connections.push(connection);
                }
                return Ok(reads == 1);
            }
            Err(fault) => return Err(fault.class()),
        }
    }
}
