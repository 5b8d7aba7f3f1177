//! One request and its response, which is consumed as it arrives.
//!
//! ```text
//!  HttpSession::begin ─▶ ResponseStream::next ─▶ Arrival::More … ─▶ End       the connection is idle again
//!                             │                            └──────▶ Upgraded  the byte stream of another protocol
//!                             └─▶ each chunk of the body, as it was sent: compressed, if the server compressed it
//! ```
//!
//! The connection is out of the session's pool meanwhile, so that a failed, timed-out or dropped exchange can only leave
//! a closed connection behind (of HTTP/2: a reset stream). It never reads ahead of the consumer.

use std::{
    future::poll_fn,
    pin::pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::time::Instant;

use super::{
    ErrorClass, Failure, HttpSession, Network, Outgoing, Probe,
    deadline::Deadline,
    http1::{self, Progress, ResponseReader},
    http2,
    response_head::ResponseHead,
    upgrade::Upgraded,
};

/// Buffers that the responses of one lane reuse.
#[derive(Debug, Default)]
pub(crate) struct ReceiveBuffers {
    deadline: Deadline,
    pub(super) reader: ResponseReader,
    pub(super) head: ResponseHead,
}

/// Time limits of a response.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// When it must have ended, connecting and sending included.
    pub end: Instant,
    /// The longest time without a byte of the response, counted from when the consumer waits for one.
    pub idle: Option<Duration>,
}

/// A response in progress.
pub(crate) struct ResponseStream<'a, 'p> {
    session: &'a HttpSession,
    network: &'a Network,
    state: &'a mut ReceiveBuffers,
    probe: &'a mut Probe<'p>,
    connection: Connection,
    limits: Limits,
    /// Whether the limit is how long the profile wants to read.
    is_wanted_end: bool,
    reads: u32,
}

/// The connection that a request was sent on.
pub(super) enum Connection {
    /// HTTP/1.1: exclusive until the response ends.
    Http1(http1::Connection),
    /// HTTP/2: shared with the user's other lanes.
    Http2(Box<http2::Response>),
    /// Returned to the pool, or upgraded.
    Released,
}

/// The next part of a response.
pub(crate) enum Arrival {
    /// A part of it; chunks of the body were handed to the consumer.
    More,
    /// Its end.
    End,
    /// It was read for as long as the profile wants; its rest stays unread.
    Enough,
    /// `101 Switching Protocols`: the connection no longer carries HTTP.
    Upgraded(Box<Upgraded>),
}

impl HttpSession {
    /// Sends a request; its response is then read from the stream.
    ///
    /// # Errors
    /// The class of the failure.
    pub(crate) fn begin<'a, 'p>(
        &'a self,
        state: &'a mut ReceiveBuffers,
        network: &'a Network,
        request: &Outgoing<'_>,
        limits: Limits,
        probe: &'a mut Probe<'p>,
    ) -> impl Future<Output = Result<ResponseStream<'a, 'p>, Failure>> {
        state.reader.begin(request.spec.bodyless);
        async move {
            let sent = state.deadline.guard(limits.end, pin!(self.send_on_connection(network, request, probe))).await;
            let connection = sent.unwrap_or_else(|_| Err(ErrorClass::timeout_in(probe.attempt().phase).into()))?;
            Ok(ResponseStream {
                session: self,
                network,
                state,
                probe,
                connection,
                limits,
                is_wanted_end: false,
                reads: 0,
            })
        }
    }
}

impl ResponseStream<'_, '_> {
    /// When its request was due.
    #[must_use]
    pub(crate) fn due(&self) -> Instant {
        self.probe.attempt().intended
    }

    /// Waits for the next part of the response and hands what it has of the body to `chunk`.
    ///
    /// # Errors
    /// The class of the failure. The response is over then.
    pub(crate) async fn next(&mut self, mut chunk: impl FnMut(&[u8])) -> Result<Arrival, Failure> {
        let Limits { end, idle } = self.limits;
        // The clock is read only for those who want an idle time.
        let idle_end = idle.and_then(|idle| Instant::now().checked_add(idle)).filter(|idle_end| *idle_end < end);
        poll_fn(|context| {
            if let Poll::Ready(arrival) = self.poll_arrival(context, &mut chunk) {
                return Poll::Ready(arrival);
            }
            ready!(self.state.deadline.poll_passed(context, idle_end.unwrap_or(end)));
            Poll::Ready(Err(match idle_end {
                Some(_) => ErrorClass::TimeoutIdle,
                None if self.is_wanted_end => return Poll::Ready(Ok(Arrival::Enough)),
                None => ErrorClass::timeout_in(self.probe.attempt().phase),
            }
            .into()))
        })
        .await
    }

    /// Reads the body for at most this time from its first byte on.
    pub(crate) fn read_for(&mut self, time: Option<Duration>) {
        let Some(time) = time.filter(|_| !self.is_wanted_end && self.status().is_some()) else { return };
        let end = self.probe.attempt().first_byte.and_then(|begin| begin.checked_add(time));
        if let Some(end) = end.filter(|end| *end < self.limits.end) {
            (self.limits.end, self.is_wanted_end) = (end, true);
        }
    }

    /// The status, once the head was read.
    #[must_use]
    pub(crate) fn status(&self) -> Option<u16> {
        self.probe.attempt().status
    }

    /// The head as far as it is kept.
    #[must_use]
    pub(crate) fn head(&self) -> &[u8] {
        self.state.head.bytes()
    }

    /// Whether everything came with one read.
    #[must_use]
    pub(crate) fn came_at_once(&self) -> bool {
        self.reads == 1 && matches!(self.connection, Connection::Released)
    }

    fn poll_arrival(&mut self, context: &mut Context<'_>, chunk: impl FnMut(&[u8])) -> Poll<Result<Arrival, Failure>> {
        let ReceiveBuffers { reader, head, .. } = &mut *self.state;
        match &mut self.connection {
            Connection::Http1(connection) => {
                let scratch = &self.network.scratch;
                let progress = ready!(connection.poll_read(context, scratch, reader, head, chunk, self.probe))?;
                self.reads += 1;
                Poll::Ready(Ok(self.advance(progress)))
            }
            Connection::Http2(response) => {
                let ended = ready!(response.poll_next(context, head, chunk, self.probe))?;
                Poll::Ready(Ok(if ended { Arrival::End } else { Arrival::More }))
            }
            Connection::Released => Poll::Ready(Ok(Arrival::End)),
        }
    }

    fn advance(&mut self, progress: Progress) -> Arrival {
        if progress == Progress::More {
            return Arrival::More;
        }
        let Connection::Http1(connection) = std::mem::replace(&mut self.connection, Connection::Released) else {
            return Arrival::End;
        };
        match progress {
            Progress::Upgraded => {
                let read_ahead = self.state.reader.take_read_ahead();
                return Arrival::Upgraded(Box::new(connection.upgrade(read_ahead)));
            }
            Progress::Done { keep_alive: true } if self.network.reuses() => self.session.release(connection),
            _ => {}
        }
        Arrival::End
    }
}

#[cfg(test)]
mod tests;
