//! HTTP/2: one connection per user and origin, shared by the user's lanes. Over the `h2` crate, because phases,
//! resets and flow control are visible there.
//!
//! The connection's task writes and reads frames; an attempt hands it a request and waits. So `sending` ends when the
//! whole request is handed over, which flow control may delay. Bytes are counted where frames cross the stream and fall
//! to the attempts in the order in which these look: exact in sum, by share while several are under way.

mod counted;
mod message;

use std::{
    future::{Future, poll_fn},
    io::ErrorKind,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use h2::{
    Reason, RecvStream, SendStream,
    client::{Builder, ResponseFuture, SendRequest},
};
use tokio::task::{JoinHandle, spawn_local};

use self::counted::{Counted, Traffic};
use super::{
    Cause, ErrorClass, Failure, NotProcessed, Outgoing, Phase, Probe,
    connect::Opened,
    response_head::{MAX_HEAD, ResponseHead},
    stream::ByteStream,
};
use crate::net::response_head::MAX_INTERIM;

/// How much a server may send before it is read: of one response, and of all of a connection.
const STREAM_WINDOW: u32 = 1 << 20;
const CONNECTION_WINDOW: u32 = 2 << 20;

/// A connection that carries many requests at once.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    /// Position of the origin.
    pub origin: usize,
    tls: bool,
    sender: SendRequest<Bytes>,
    connection: Rc<Driven>,
}

/// The connection's task; it ends with the last that holds it.
#[derive(Debug)]
struct Driven {
    task: JoinHandle<()>,
    traffic: Rc<Traffic>,
}

impl Drop for Driven {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Link {
    /// Sends the connection preface on a new connection.
    ///
    /// # Errors
    /// When the connection fails at once.
    pub(crate) async fn open(origin: usize, opened: Opened) -> Result<Self, Failure> {
        let traffic = Rc::new(Traffic::default());
        let tls = matches!(opened.stream, ByteStream::Tls(_));
        let stream = Counted::new(opened.stream, traffic.clone());
        let shaken = Builder::new()
            .enable_push(false)
            .initial_window_size(STREAM_WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW)
            .max_header_list_size(u32::try_from(MAX_HEAD).unwrap_or(u32::MAX))
            .handshake(stream)
            .await;
        let (sender, connection) = shaken.map_err(|error| failure_of(Phase::Tls, error))?;
        let mark = opened.mark;
        let task = spawn_local(async move {
            // Its error reaches the requests on it.
            drop(connection.await);
            drop(mark);
        });
        Ok(Self { origin, tls, sender, connection: Rc::new(Driven { task, traffic }) })
    }

    /// Whether both are the same connection.
    #[must_use]
    pub(crate) fn is(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.connection, &other.connection)
    }

    /// Waits until the server accepts another request; None when it never will.
    pub(crate) async fn ready(&self) -> Option<Self> {
        if self.connection.task.is_finished() {
            return None;
        }
        let sender = self.sender.clone().ready().await.ok()?;
        Some(Self { sender, ..self.clone() })
    }

    /// Sends a request; returns the response to poll.
    ///
    /// # Errors
    /// The class of the failure. The connection may live on.
    pub(crate) async fn send(mut self, request: &Outgoing<'_>, probe: &mut Probe<'_>) -> Result<Response, Failure> {
        let traffic = self.connection.traffic.clone();
        let message = message::of(request, self.tls)
            .ok_or_else(|| Failure::text(ErrorClass::Send, "a header of the request can't be sent over HTTP/2"))?;
        let body = Bytes::copy_from_slice(request.body());
        probe.begin_send(false);
        let sent = self.sender.send_request(message, body.is_empty());
        let (mut future, stream) = sent.map_err(|error| failure_of(Phase::Send, error))?;
        probe.wrote(traffic.take_sent());
        let (mut interim, mut early) = (0, None);
        if !body.is_empty() {
            // A server may answer before it has read everything.
            tokio::select! {
                biased;
                answer = poll_fn(|context| poll_final_head(&mut future, &mut interim, context)) => early = Some(answer?),
                sent = upload(stream, body) => {
                    if sent.is_err() {
                        // What ended the stream stands where the response would.
                        let head = poll_fn(|context| poll_final_head(&mut future, &mut interim, context)).await;
                        early = Some(head.map_err(while_sending)?);
                    }
                }
            }
        }
        probe.sent();
        Ok(Response { future, interim, early, body: None, link: self })
    }
}

/// A response in progress. Dropped before its end, it resets its stream and leaves the connection to the others.
#[derive(Debug)]
pub(crate) struct Response {
    future: ResponseFuture,
    interim: u8,
    /// Came before the request was written.
    early: Option<http::Response<RecvStream>>,
    body: Option<RecvStream>,
    /// Keeps the connection alive.
    link: Link,
}

impl Response {
    /// Takes the next frame: the head, or a piece of the body, which goes to `chunk`. True at the end. The flow control
    /// window opens again only for what was taken, so that a slow consumer holds the server back.
    ///
    /// # Errors
    /// The class of the failure. The connection may live on.
    pub(crate) fn poll_next(
        &mut self,
        context: &mut Context<'_>,
        head: &mut ResponseHead,
        chunk: impl FnMut(&[u8]),
        probe: &mut Probe<'_>,
    ) -> Poll<Result<bool, Failure>> {
        let result = ready!(self.poll_frame(context, head, chunk, probe));
        let traffic = &self.link.connection.traffic;
        if result.is_ok() {
            probe.read(traffic.take_received());
        }
        if !matches!(result, Ok(false)) {
            probe.wrote(traffic.take_rest());
        }
        Poll::Ready(result)
    }

    fn poll_frame(
        &mut self,
        context: &mut Context<'_>,
        head: &mut ResponseHead,
        mut chunk: impl FnMut(&[u8]),
        probe: &mut Probe<'_>,
    ) -> Poll<Result<bool, Failure>> {
        let of_body = |error: h2::Error| failure_of(Phase::Body, error);
        let Some(body) = &mut self.body else {
            let response = match self.early.take() {
                Some(response) => response,
                None => ready!(poll_final_head(&mut self.future, &mut self.interim, context))?,
            };
            probe.status(response.status().as_u16());
            message::keep_head(&response, head);
            self.body = Some(response.into_body());
            return Poll::Ready(Ok(false));
        };
        if let Some(data) = ready!(body.poll_data(context)) {
            let data = data.map_err(of_body)?;
            chunk(&data);
            body.flow_control().release_capacity(data.len()).map_err(of_body)?;
            return Poll::Ready(Ok(false));
        }
        drop(ready!(body.poll_trailers(context)).map_err(of_body)?);
        Poll::Ready(Ok(true))
    }
}

/// A failure while the request was written, unless the server says that it did not process it.
fn while_sending(failure: Failure) -> Failure {
    if failure.not_processed().is_some() { failure } else { Failure { class: ErrorClass::Send, ..failure } }
}

/// Sends a body as fast as flow control permits.
async fn upload(mut stream: SendStream<Bytes>, mut body: Bytes) -> Result<(), Failure> {
    while !body.is_empty() {
        stream.reserve_capacity(body.len());
        let capacity = poll_fn(|context| stream.poll_capacity(context)).await;
        let Some(Ok(capacity)) = capacity else { return Err(ErrorClass::Send.into()) };
        let piece = body.split_to(capacity.min(body.len()));
        let last = body.is_empty();
        stream.send_data(piece, last).map_err(|error| failure_of(Phase::Send, error))?;
    }
    Ok(())
}

/// Waits for the final head, after a bounded number of interim ones.
fn poll_final_head(
    future: &mut ResponseFuture,
    interim: &mut u8,
    context: &mut Context<'_>,
) -> Poll<Result<http::Response<RecvStream>, Failure>> {
    while let Poll::Ready(Some(response)) = future.poll_informational(context) {
        response.map_err(|error| failure_of(Phase::Wait, error))?;
        *interim += 1;
        if *interim > MAX_INTERIM {
            return Poll::Ready(Err(Failure::text(ErrorClass::Protocol, "too many interim responses (1xx)")));
        }
    }
    Pin::new(future).poll(context).map_err(|error| failure_of(Phase::Wait, error))
}

/// A failure in a phase. Before the response began, the server may say that it did not process the request.
fn failure_of(phase: Phase, error: h2::Error) -> Failure {
    let class = class_of(phase, &error);
    let before = matches!(phase, Phase::Tls | Phase::Send | Phase::Wait);
    if let Some(how) = not_processed(&error).filter(|_| before) {
        return Failure::because(class, Cause::NotProcessed(how));
    }
    match (error.is_remote(), error.reason()) {
        (true, Some(reason)) => {
            let frame = if error.is_reset() { "RST_STREAM" } else { "GOAWAY" };
            Failure::text(class, format!("the server sent {frame} with {reason:?}: {}", reason.description()))
        }
        (false, Some(reason)) => {
            // The first bytes of an HTTP/1.1 response are the head of a frame of 4.7 MB.
            let may_be_older = reason == Reason::FRAME_SIZE_ERROR && before;
            let hint = if may_be_older { "; it may speak HTTP/1.1 only on this port" } else { "" };
            Failure::text(class, format!("the server violates HTTP/2 ({reason:?}: {}){hint}", reason.description()))
        }
        (_, None) => match error.into_io() {
            Some(io) => Failure::because(class, Cause::Io(io)),
            None => class.into(),
        },
    }
}

/// How an error says that the server did not process the request (RFC 9113, sections 6.8, 7 and 8.7): a stream that GOAWAY
/// ends is above the last one that the server takes, and one that it refuses comes to no application.
fn not_processed(error: &h2::Error) -> Option<NotProcessed> {
    match error.reason().filter(|_| error.is_remote())? {
        Reason::HTTP_1_1_REQUIRED => Some(NotProcessed::Http11Required),
        Reason::REFUSED_STREAM if error.is_reset() => Some(NotProcessed::RefusedStream),
        _ if error.is_go_away() => Some(NotProcessed::GoAway),
        _ => None,
    }
}

/// The class of a failure in a phase.
fn class_of(phase: Phase, error: &h2::Error) -> ErrorClass {
    match (phase, error.get_io()) {
        (Phase::Wait, Some(io)) if matches!(io.kind(), ErrorKind::BrokenPipe | ErrorKind::UnexpectedEof) => {
            ErrorClass::Closed
        }
        (_, Some(io)) => ErrorClass::of_io(phase, io),
        // We ended it, because the server violates the protocol.
        (_, None) if error.is_library() => ErrorClass::Protocol,
        (Phase::Body, None) => ErrorClass::Body,
        (Phase::Wait, None) if error.is_go_away() => ErrorClass::Closed,
        (Phase::Wait, None) if error.is_reset() => ErrorClass::Reset,
        (Phase::Send, None) => ErrorClass::Send,
        (_, None) => ErrorClass::Protocol,
    }
}
