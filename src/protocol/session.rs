//! The HTTP session of one user: its connections and cookies, and the requests that follow from responses.
//!
//! ```text
//!  send ─▶ attempt ─▶ apply_session_headers ─▶ exchange: begin, next … (exchange.rs)
//!   ▲         │                                   ├──▶ HTTP/1.1, a connection to itself
//!   │         │                                   └──▶ HTTP/2, a connection shared by the user's lanes
//!   └─ follow ┴─ process_response_headers: cookies, redirect, challenge, decompression
//! ```

use std::{cell::RefCell, time::Duration};

use tokio::{
    sync::Mutex,
    time::{Instant, sleep},
};

use super::{
    ErrorClass, Failure, Network, Outgoing, Probe, ResponseHandler,
    buffered_body::BufferedBody,
    cookies::Jar,
    debug,
    exchange::{Arrival, Connection, Limits, ReceiveBuffers},
    follow::{self, Trail},
    http1, http2,
    sse::receive::Streamed,
};
use crate::{
    language::{Response, Value},
    plan::{
        RequestSpec,
        http::{CookieLife, Debug, Reuse},
    },
};

/// What the requests of one user share: idle connections, shared ones, cookies.
#[derive(Debug, Default)]
pub(crate) struct HttpSession {
    idle: RefCell<Vec<http1::Connection>>,
    links: RefCell<Vec<http2::Link>>,
    /// Held while a connection is opened that others may share.
    opening: Mutex<()>,
    pub(super) jar: RefCell<Jar>,
}

/// One request at a time; a user whose steps run in parallel has several.
#[derive(Debug, Default)]
pub(crate) struct Lane {
    receive: ReceiveBuffers,
    body: BufferedBody,
    /// Header lines, or a whole request, made for one sending.
    header_buf: Vec<u8>,
    /// The request to send after the last response.
    next: Option<Box<FollowUp>>,
    last: Last,
    /// What was measured of the last stream.
    stream: Option<Box<Value>>,
}

/// A request that follows from a response.
#[derive(Debug)]
struct FollowUp {
    spec: RequestSpec,
    /// A pause before it, after which it is due; without one it is due when the first request was.
    pause: Option<Duration>,
}

/// State of the last response besides its bytes.
#[derive(Debug, Default)]
struct Last {
    status: Option<u16>,
    duration: Duration,
    error: Option<ErrorClass>,
}

impl Lane {
    /// The buffers of a response.
    pub(super) fn buffers(&mut self) -> (&mut ReceiveBuffers, &mut BufferedBody) {
        (&mut self.receive, &mut self.body)
    }

    /// Sets how the last response came.
    pub(super) fn responded(&mut self, status: Option<u16>, duration: Duration, error: Option<ErrorClass>) {
        self.last = Last { status, duration, error };
    }

    /// Sets what steps see of the last response: its error, and an answer other than its body.
    pub(crate) fn set_answer(&mut self, error: Option<ErrorClass>, answer: &[u8]) {
        self.last.error = error;
        self.body.begin(true);
        self.body.push(answer);
    }

    /// Sets what was measured of the last stream.
    pub(crate) fn measured(&mut self, values: Value) {
        self.stream = Some(Box::new(values));
    }

    /// Why the last request failed, if it did.
    #[must_use]
    pub(crate) fn error(&self) -> Option<ErrorClass> {
        self.last.error
    }

    /// The last response; after redirects, the last of them.
    #[must_use]
    pub(crate) fn response(&self) -> Response<'_> {
        let Last { status, duration, error } = &self.last;
        Response {
            status: *status,
            head: self.receive.head.bytes(),
            body: self.body.bytes(),
            duration: *duration,
            error: error.map_or("", ErrorClass::label),
            stream: self.stream.as_deref(),
            ..Response::default()
        }
    }
}

impl HttpSession {
    /// Sends a request and reads its response to the end, within the request's time-out; then whatever the response
    /// asks for, each an attempt of its own with the same intended start. Returns the time from which the user may go on;
    /// the response is the lane's.
    ///
    /// This and what it calls for every request are no `async fn`: such a function keeps its arguments twice, and every
    /// user carries this future.
    pub(crate) fn send(
        &self,
        lane: &mut Lane,
        network: &Network,
        request: &Outgoing<'_>,
        probe: &mut Probe<'_>,
    ) -> impl Future<Output = Instant> {
        let begun = probe.attempt().taken;
        let mut trail = Trail::new(begun, request.spec.redirects.unwrap_or(network.http.max_redirects));
        async move {
            let end = self.attempt(lane, network, request, probe, &mut trail).await;
            if lane.next.is_none() {
                return end;
            }
            // Boxed, because it is rare: an idle user should not carry its future.
            Box::pin(self.follow(lane, network, request, probe, (end, trail))).await
        }
    }

    /// Sends follow-up requests until a response needs none.
    async fn follow(
        &self,
        lane: &mut Lane,
        network: &Network,
        request: &Outgoing<'_>,
        first: &Probe<'_>,
        (mut end, mut trail): (Instant, Trail),
    ) -> Instant {
        while let Some(next) = lane.next.take() {
            let FollowUp { spec, pause } = *next;
            let mut intended = first.attempt().intended;
            if let Some(pause) = pause {
                sleep(pause).await;
                end = Instant::now();
                (intended, trail.begun) = (end, end);
            }
            network.turn.wait().await;
            let mut probe = Probe::new(intended, end, first.recorder());
            let request = Outgoing { handler: request.handler, ..Outgoing::constant(&spec) };
            end = self.attempt(lane, network, &request, &mut probe, &mut trail).await;
        }
        end
    }

    /// Ends an iteration: drops state that lives as long as one.
    pub(crate) fn end_iteration(&self, network: &Network) {
        if network.http.cookies == CookieLife::Iteration && !self.jar.borrow().is_empty() {
            self.jar.borrow_mut().clear();
        }
        if network.http.connections == Reuse::PerIteration {
            self.idle.borrow_mut().clear();
            self.links.borrow_mut().clear();
        }
    }

    fn attempt<'a>(
        &'a self,
        lane: &'a mut Lane,
        network: &'a Network,
        request: &Outgoing<'a>,
        probe: &'a mut Probe<'_>,
        trail: &'a mut Trail,
    ) -> impl Future<Output = Instant> {
        let Lane { receive, body, header_buf, next, last, .. } = lane;
        let spec = request.spec;
        let request = follow::apply_session_headers(&self.jar, network, *request, header_buf);
        async move {
            // Made anew for each use: kept, they would make the future larger.
            let limits = |trail: &Trail| Limits { end: trail.begun + spec.timeout, idle: spec.idle_timeout };
            let received = match self.exchange(receive, body, network, &request, limits(trail), probe).await {
                // Boxed, because it is rare.
                Err(failure) if failure.not_processed().is_some() => {
                    Box::pin(self.resend(receive, body, network, &request, limits(trail), probe, failure)).await
                }
                received => received,
            };
            let is_stream = matches!(received, Ok(Received::Streamed(_)));
            let is_whole = !is_stream && !matches!(received, Ok(Received::Cut));
            let received = match received {
                Ok(Received::Streamed(streamed)) => end_stream(*streamed, &request, probe, trail, next),
                received => {
                    probe.end(matches!(received, Ok(Received::AtOnce)));
                    received
                }
            };
            // What broke off is no response: no check may pass on half of one.
            let status = probe.attempt().status.filter(|_| received.is_ok());
            let actionable = status.filter(|_| receive.head.is_actionable());
            let processed = match actionable {
                Some(status) => {
                    let decoded = is_whole.then_some(&mut *body);
                    self.process_response_headers(receive.head.bytes(), decoded, network, &request, status, trail)
                }
                None => Ok(None),
            };
            let failure = match (received, processed) {
                (Err(failure), _) | (Ok(_), Err(failure)) => Some(failure),
                (Ok(_), Ok(Some(spec))) => {
                    *next = Some(Box::new(FollowUp { spec, pause: None }));
                    None
                }
                (Ok(_), Ok(None)) => {
                    let attempt = probe.attempt();
                    let duration =
                        attempt.send_begin.map_or(Duration::ZERO, |at| attempt.end.saturating_duration_since(at));
                    let (head, body) = (receive.head.bytes(), body.bytes());
                    let response = Response { status, head, body, duration, ..Response::default() };
                    status.and_then(|status| unexpected(&response, &request, status))
                }
            };
            if network.http.debug != Debug::Off {
                debug::print(network.http.debug, &request, receive.head.bytes(), body.bytes(), failure.as_ref());
            }
            let begin = probe.attempt().send_begin;
            let error = failure.as_ref().map(|failure| failure.class);
            let end = probe.finish(failure);
            let duration = begin.map_or(Duration::ZERO, |begin| end.saturating_duration_since(begin));
            *last = Last { status, duration, error };
            // Decompressing a body takes its time, and so does the rest of a stream; it belongs to no request.
            if actionable.is_some() || is_stream { Instant::now() } else { end }
        }
    }

    /// Processes the headers of a response; returns the request to send next.
    fn process_response_headers(
        &self,
        head: &[u8],
        body: Option<&mut BufferedBody>,
        network: &Network,
        request: &Outgoing<'_>,
        status: u16,
        trail: &mut Trail,
    ) -> Result<Option<RequestSpec>, Failure> {
        if network.http.cookies != CookieLife::Off {
            follow::take_cookies(&self.jar, network, request, head);
        }
        let next = trail.next(network, request, status, head)?;
        if let Some(body) = body.filter(|_| next.is_none() && request.spec.keep_body) {
            body.decode(head)?;
        }
        Ok(next)
    }

    /// Sends a request once and buffers its response to the end.
    pub(super) fn exchange(
        &self,
        receive: &mut ReceiveBuffers,
        body: &mut BufferedBody,
        network: &Network,
        request: &Outgoing<'_>,
        limits: Limits,
        probe: &mut Probe<'_>,
    ) -> impl Future<Output = Result<Received, Failure>> {
        let (spec, debug) = (request.spec, network.http.debug);
        let keep_body = spec.keep_body || debug == Debug::Full;
        let consumer = request.handler.and_then(|handler| handler.events());
        async move {
            if let (Some(events), Some(consumer)) = (spec.events.as_deref(), consumer) {
                let streamed =
                    self.receive_events((receive, body), network, request, (events, consumer), limits, probe);
                // Boxed: only streams should carry it.
                return Ok(Received::Streamed(Box::new(Box::pin(streamed).await?)));
            }
            if let Some(consumer) = request.handler.and_then(ResponseHandler::messages) {
                let answers = self.receive_answers((receive, body), network, request, consumer, limits, probe);
                // Boxed: only calls should carry it.
                return Box::pin(answers).await;
            }
            // First of all: whatever fails from here on, the last response must not be taken for this one.
            receive.head.begin(spec.keep_head || debug != Debug::Off, keep_body);
            body.begin(keep_body);
            let mut response = self.begin(receive, network, request, limits, probe).await?;
            let is_cut = loop {
                let arrival = response.next(|chunk| body.push(chunk)).await?;
                match arrival {
                    Arrival::More => response.read_for(spec.read_for),
                    Arrival::End => break false,
                    // What is left unread closes its connection.
                    Arrival::Enough => break true,
                    // No step asked for another protocol: the connection closes, and the status decides.
                    Arrival::Upgraded(stream) => {
                        drop(stream);
                        break false;
                    }
                }
            };
            Ok(if is_cut {
                Received::Cut
            } else if response.came_at_once() {
                Received::AtOnce
            } else {
                Received::InParts
            })
        }
    }

    /// Takes an idle connection or opens one, and sends a request on it.
    pub(super) fn send_on_connection(
        &self,
        network: &Network,
        request: &Outgoing<'_>,
        probe: &mut Probe<'_>,
    ) -> impl Future<Output = Result<Connection, Failure>> {
        let origin = request.origin;
        async move {
            if let Some(mut connection) = self.take_idle(origin, network) {
                connection.send(request, true, probe).await?;
                return Ok(Connection::Http1(connection));
            }
            // Boxed, because it is rare and its future is large: an idle user should not carry it.
            Box::pin(self.send_on_new_connection(network, request, probe)).await
        }
    }

    async fn send_on_new_connection(
        &self,
        network: &Network,
        request: &Outgoing<'_>,
        probe: &mut Probe<'_>,
    ) -> Result<Connection, Failure> {
        let origin = request.origin;
        let link = if network.may_multiplex(origin) && !request.alone { self.link(origin).await } else { None };
        let link = match link {
            Some(link) => link,
            None => match self.open(request, network, probe).await? {
                Opening::Own(mut connection) => {
                    connection.send(request, false, probe).await?;
                    return Ok(Connection::Http1(connection));
                }
                Opening::Shared(link) => link,
            },
        };
        Ok(Connection::Http2(Box::new(link.send(request, probe).await?)))
    }

    fn take_idle(&self, origin: usize, network: &Network) -> Option<http1::Connection> {
        let mut idle = self.idle.borrow_mut();
        let place = idle.iter().position(|connection| connection.leads_to(origin))?;
        let mut connection = idle.swap_remove(place);
        (!connection.is_stale(&network.scratch)).then_some(connection)
    }

    /// Makes a connection available to the next request.
    pub(super) fn release(&self, connection: http1::Connection) {
        self.idle.borrow_mut().push(connection);
    }

    async fn open(&self, request: &Outgoing<'_>, network: &Network, probe: &mut Probe<'_>) -> Result<Opening, Failure> {
        let origin = request.origin;
        if request.alone {
            let opened = network.open(origin, probe).await?;
            return Ok(if opened.multiplexed {
                Opening::Shared(Box::pin(http2::Link::open(origin, opened)).await?)
            } else {
                Opening::Own(http1::Connection::new(origin, opened))
            });
        }
        if !network.may_multiplex(origin) {
            let opened = network.open(origin, probe).await?;
            return Ok(Opening::Own(http1::Connection::new(origin, opened)));
        }
        // One at a time: the others want to share what the first opens.
        let _opening = self.opening.lock().await;
        if let Some(link) = self.link(origin).await {
            return Ok(Opening::Shared(link));
        }
        let opened = network.open(origin, probe).await?;
        if !opened.multiplexed {
            return Ok(Opening::Own(http1::Connection::new(origin, opened)));
        }
        let link = Box::pin(http2::Link::open(origin, opened)).await?;
        if network.reuses() {
            self.links.borrow_mut().push(link.clone());
        }
        Ok(Opening::Shared(link))
    }

    /// The shared connection to an origin, once it accepts another request; drops one that accepts no more.
    async fn link(&self, origin: usize) -> Option<http2::Link> {
        let link = self.links.borrow().iter().find(|link| link.origin == origin).cloned()?;
        let ready = link.ready().await;
        if ready.is_none() {
            self.links.borrow_mut().retain(|known| !known.is(&link));
        }
        ready
    }
}

/// A connection that may carry a request.
enum Opening {
    Own(http1::Connection),
    Shared(http2::Link),
}

/// How a response was read.
#[derive(Debug)]
pub(super) enum Received {
    /// With one read.
    AtOnce,
    InParts,
    /// In parts, without its end.
    Cut,
    /// As a stream.
    Streamed(Box<Streamed>),
}

/// Ends the attempt of a stream, and decides whether it is opened again.
fn end_stream(
    streamed: Streamed,
    request: &Outgoing<'_>,
    probe: &mut Probe<'_>,
    trail: &mut Trail,
    next: &mut Option<Box<FollowUp>>,
) -> Result<Received, Failure> {
    let Streamed { end, mut failure, reopen } = streamed;
    match end {
        Some(at) if failure.is_none() => probe.end_at(at),
        _ => probe.end(false),
    }
    let reconnects = request.spec.events.as_ref().map_or(0, |events| events.reconnect);
    if let Some(reopen) = reopen.filter(|_| trail.reconnects < reconnects) {
        trail.reconnects += 1;
        *next = Some(Box::new(FollowUp { spec: reopen.request(request), pause: Some(reopen.pause) }));
        failure = failure.filter(|failure| failure.class != ErrorClass::StreamIncomplete);
    }
    failure.map_or(Ok(Received::InParts), Err)
}

/// The error class of a whole response, if it is not what the profile expects.
fn unexpected(response: &Response<'_>, request: &Outgoing<'_>, status: u16) -> Option<Failure> {
    let spec = request.spec;
    let by_status = if spec.is_limit(status) {
        Some(ErrorClass::Limited.into())
    } else {
        (!spec.expects(status)).then(|| ErrorClass::of_status(status).into())
    };
    let failure = match request.handler {
        Some(handler) => handler.judge(response, by_status),
        None => by_status,
    };
    if failure.is_some() {
        return failure;
    }
    let missed = request.handler?.missed(response)?;
    Some(Failure::text(ErrorClass::Content, format!("`{missed}` in `expect` does not hold")))
}
