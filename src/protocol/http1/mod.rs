//! HTTP/1.1 of one user: keep-alive connections, one request at a time.
//!
//! Why not hyper here: `bench/README.md` has the measurement (a bare hyper connection costs more CPU than all of this,
//! measuring and export included, and seven times the memory per idle user, because each owns its buffers). hyper serves the practice target, where neither
//! matters. The parser of heads is `httparse`, the one hyper uses.

pub mod chunked;
pub mod response;

use std::{cell::RefCell, time::Duration};

use tokio::time::Instant;

use self::response::{Progress, ResponseReader};
use super::{ErrorClass, Network, Outgoing, Probe, Stage, connect::OpenMark, deadline::Deadline, stream::Stream};
use crate::language::Response;

/// What one user's requests share: its idle connections.
#[derive(Debug, Default)]
pub struct HttpSession {
    idle: RefCell<Vec<Connection>>,
}

/// One request at a time; a user whose steps run in parallel has several.
#[derive(Debug, Default)]
pub struct Lane {
    deadline: Deadline,
    reader: ResponseReader,
    last: Option<Last>,
}

/// What is known of the last response besides its bytes.
#[derive(Debug, Clone, Copy)]
struct Last {
    status: Option<u16>,
    duration: Duration,
    error: Option<ErrorClass>,
}

impl Last {
    fn response<'a>(self) -> Response<'a> {
        let error = self.error.map_or("", ErrorClass::label);
        Response { status: self.status, duration: self.duration, error, ..Response::default() }
    }
}

#[derive(Debug)]
struct Connection {
    origin: usize,
    stream: Stream,
    _open: OpenMark,
}

impl Lane {
    /// The last response, as far as its request keeps it.
    #[must_use]
    pub fn response(&self) -> Response<'_> {
        Response { body: self.reader.body(), ..self.last.map_or_else(Response::default, Last::response) }
    }

    /// The class under which a whole response with this status is counted, if it is not what was asked for.
    fn judge(&self, request: Outgoing<'_>, status: u16) -> Option<ErrorClass> {
        let spec = request.spec;
        if spec.is_limit(status) {
            return Some(ErrorClass::Limited);
        }
        if !spec.expects(status) {
            return Some(ErrorClass::of_status(status));
        }
        let demand = request.demand?;
        let response = Response { status: Some(status), body: self.reader.body(), ..Response::default() };
        (!demand(&response)).then_some(ErrorClass::Content)
    }
}

impl HttpSession {
    /// Sends a request and reads its response to the end, within the request's time-out. Gives the time of its end; the
    /// response is the lane's.
    pub async fn send(
        &self,
        lane: &mut Lane,
        network: &Network,
        request: Outgoing<'_>,
        mut probe: Probe<'_>,
    ) -> Instant {
        let taken = probe.attempt().taken;
        let exchange = self.exchange(&mut lane.reader, network, request, &mut probe);
        let result = lane.deadline.guard(taken, request.spec.timeout, exchange).await;
        let (error, one_read) = match &result {
            Ok(Ok(one_read)) => (probe.attempt().status.and_then(|status| lane.judge(request, status)), *one_read),
            Ok(Err(class)) => (Some(*class), false),
            Err(_) => (Some(ErrorClass::timeout_at(probe.attempt().stage)), false),
        };
        // What broke off is no response: no check may pass on half of one.
        let status = probe.attempt().status.filter(|_| matches!(result, Ok(Ok(_))));
        let begin = probe.attempt().send_begin;
        let at = probe.finish(error, one_read);
        let duration = begin.map_or(Duration::ZERO, |begin| at.saturating_duration_since(begin));
        lane.last = Some(Last { status, duration, error });
        at
    }

    /// One request and its response. The connection is out of the pool meanwhile, so that a failed, timed-out or dropped
    /// exchange can only leave a closed connection behind. Gives whether one read sufficed.
    async fn exchange(
        &self,
        reader: &mut ResponseReader,
        network: &Network,
        request: Outgoing<'_>,
        probe: &mut Probe<'_>,
    ) -> Result<bool, ErrorClass> {
        // First of all: whatever fails from here on, the last response's body must not be taken for this one's.
        reader.begin(request.spec.keep_body, request.spec.bodyless);
        let origin = request.origin;
        let (mut connection, reused) = if let Some(connection) = self.take_idle(origin, network) {
            (connection, true)
        } else {
            // Boxed, because it is rare and its future is large: an idle user should not carry it.
            let (stream, open) = Box::pin(network.open(origin, probe)).await?;
            (Connection { origin, stream, _open: open }, false)
        };
        probe.begin_send(reused);
        let written = connection.stream.write_all(request.pieces(), |bytes| probe.wrote(bytes)).await;
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
                        self.idle.borrow_mut().push(connection);
                    }
                    return Ok(reads == 1);
                }
                Err(fault) => return Err(fault.class()),
            }
        }
    }

    fn take_idle(&self, origin: usize, network: &Network) -> Option<Connection> {
        let mut idle = self.idle.borrow_mut();
        let place = idle.iter().position(|connection| connection.origin == origin)?;
        let mut connection = idle.swap_remove(place);
        (!connection.stream.is_stale(&network.scratch)).then_some(connection)
    }
}
