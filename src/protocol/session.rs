//! One user's HTTP: its connections and cookies, and what follows from responses.
//!
//! ```text
//!  send ─▶ attempt ─▶ dress ─▶ exchange ──▶ HTTP/1.1, a connection to itself
//!   ▲         │                    └──────▶ HTTP/2, a connection shared by the user's lanes
//!   └─ follow ┴─ heed: cookies, redirect, challenge, decompression
//! ```

use std::{cell::RefCell, time::Duration};

use tokio::{sync::Mutex, time::Instant};

use super::{
    ErrorClass, Network, Outgoing, Probe,
    buffered_response::BufferedResponse,
    cookies::Jar,
    deadline::Deadline,
    debug, decode,
    follow::{self, Trail},
    http1::{self, ResponseReader},
    http2,
};
use crate::{
    language::Response,
    plan::{
        RequestSpec,
        http::{CookieLife, Debug, Reuse},
    },
};

/// What one user's requests share: its idle connections, its shared ones, its cookies.
#[derive(Debug, Default)]
pub struct HttpSession {
    idle: RefCell<Vec<http1::Connection>>,
    links: RefCell<Vec<http2::Link>>,
    /// Held while a connection is opened that others may share.
    opening: Mutex<()>,
    pub(super) jar: RefCell<Jar>,
}

/// One request at a time; a user whose steps run in parallel has several.
#[derive(Debug, Default)]
pub struct Lane {
    deadline: Deadline,
    reader: ResponseReader,
    /// Header lines, or a whole request, made for one sending.
    dressing: Vec<u8>,
    /// What the last response asks to be sent.
    next: Option<Box<RequestSpec>>,
    last: Last,
}

/// What is known of the last response besides its bytes.
#[derive(Debug, Default)]
struct Last {
    status: Option<u16>,
    duration: Duration,
    error: Option<ErrorClass>,
}

impl Lane {
    /// What came back for the last request: of a redirected one, for the last.
    #[must_use]
    pub fn response(&self) -> Response<'_> {
        let Last { status, duration, error } = &self.last;
        Response {
            status: *status,
            head: self.reader.kept().head(),
            body: self.reader.kept().body(),
            duration: *duration,
            error: error.map_or("", ErrorClass::label),
        }
    }
}

/// A connection to send a request on.
enum Way {
    Own(http1::Connection),
    Shared(http2::Link),
}

impl HttpSession {
    /// Sends a request and reads its response to the end, within the request's time-out; then whatever the response
    /// asks for, each an attempt of its own with the same intended start. Gives the time from which the user may go on;
    /// the response is the lane's.
    pub async fn send(&self, lane: &mut Lane, network: &Network, request: Outgoing<'_>, probe: Probe<'_>) -> Instant {
        let begun = probe.attempt().taken;
        let (intended, record) = (probe.attempt().intended, probe.recorder());
        let mut trail = Trail::new(begun, request.spec.redirects.unwrap_or(network.http.max_redirects));
        let mut end = self.attempt(lane, network, request, probe, &mut trail).await;
        while let Some(next) = lane.next.take() {
            let probe = Probe::new(intended, end, record);
            let request = Outgoing { demand: request.demand, ..Outgoing::constant(&next) };
            // Boxed, because it is rare: an idle user should not carry its future.
            end = Box::pin(self.attempt(lane, network, request, probe, &mut trail)).await;
        }
        end
    }

    /// An iteration is over: what lives as long as one ends.
    pub fn end_iteration(&self, network: &Network) {
        if network.http.cookies == CookieLife::Iteration && !self.jar.borrow().is_empty() {
            self.jar.borrow_mut().clear();
        }
        if network.http.connections == Reuse::PerIteration {
            self.idle.borrow_mut().clear();
            self.links.borrow_mut().clear();
        }
    }

    async fn attempt(
        &self,
        lane: &mut Lane,
        network: &Network,
        request: Outgoing<'_>,
        mut probe: Probe<'_>,
        trail: &mut Trail,
    ) -> Instant {
        let Lane { deadline, reader, dressing, next, last } = lane;
        let dressed = follow::dress(&self.jar, network, request, dressing);
        let exchange = self.exchange(reader, network, dressed, &mut probe);
        let result = deadline.guard(trail.begun, request.spec.timeout, exchange).await;
        probe.end(matches!(result, Ok(Ok(true))));
        // What broke off is no response: no check may pass on half of one.
        let status = probe.attempt().status.filter(|_| matches!(result, Ok(Ok(_))));
        let notable = status.filter(|_| reader.kept().is_notable());
        let heeded = match notable {
            Some(status) => self.heed(reader, network, request, status, trail),
            None => Ok(None),
        };
        let error = match (result, heeded) {
            (Ok(Err(class)), _) | (Ok(Ok(_)), Err(class)) => Some(class),
            (Err(_), _) => Some(ErrorClass::timeout_at(probe.attempt().stage)),
            (Ok(Ok(_)), Ok(Some(spec))) => {
                *next = Some(Box::new(spec));
                None
            }
            (Ok(Ok(_)), Ok(None)) => status.and_then(|status| judge(reader.kept(), request, status)),
        };
        if network.http.debug != Debug::Off {
            debug::tell(network.http.debug, dressed, reader.kept(), error);
        }
        let begin = probe.attempt().send_begin;
        let end = probe.finish(error);
        let duration = begin.map_or(Duration::ZERO, |begin| end.saturating_duration_since(begin));
        *last = Last { status, duration, error };
        // Unpacking a body takes its time; it belongs to no request.
        if notable.is_some() { Instant::now() } else { end }
    }

    /// Does what a response's head asks for; gives the request that is to follow.
    fn heed(
        &self,
        reader: &mut ResponseReader,
        network: &Network,
        request: Outgoing<'_>,
        status: u16,
        trail: &mut Trail,
    ) -> Result<Option<RequestSpec>, ErrorClass> {
        let kept = reader.kept_mut();
        if network.http.cookies != CookieLife::Off {
            follow::take_cookies(&self.jar, network, request, kept.head());
        }
        let next = trail.next(network, request, status, kept.head())?;
        if next.is_none() && request.spec.keep_body {
            decode::decode(kept)?;
        }
        Ok(next)
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
        let spec = request.spec;
        let keep_head = spec.keep_head || network.http.debug != Debug::Off;
        let keep_body = spec.keep_body || network.http.debug == Debug::Full;
        // First of all: whatever fails from here on, the last response's body must not be taken for this one's.
        reader.begin(keep_head, keep_body, spec.bodyless);
        let (mut connection, reused) = if let Some(connection) = self.take_idle(request.origin, network) {
            (connection, true)
        } else {
            // Boxed, because it is rare and its future is large: an idle user should not carry it.
            match Box::pin(self.connect(request.origin, network, probe)).await? {
                Way::Own(connection) => (connection, false),
                Way::Shared(link) => {
                    return Box::pin(link.exchange(reader.kept_mut(), request, probe)).await.map(|()| false);
                }
            }
        };
        let read = connection.exchange(reader, &network.scratch, request, reused, probe).await?;
        if read.keep_alive && network.reuses() {
            self.idle.borrow_mut().push(connection);
        }
        Ok(read.one_read)
    }

    fn take_idle(&self, origin: usize, network: &Network) -> Option<http1::Connection> {
        let mut idle = self.idle.borrow_mut();
        let place = idle.iter().position(|connection| connection.origin == origin)?;
        let mut connection = idle.swap_remove(place);
        (!connection.is_stale(&network.scratch)).then_some(connection)
    }

    async fn connect(&self, origin: usize, network: &Network, probe: &mut Probe<'_>) -> Result<Way, ErrorClass> {
        if !network.may_multiplex(origin) {
            let opened = network.open(origin, probe).await?;
            return Ok(Way::Own(http1::Connection::new(origin, opened)));
        }
        if let Some(link) = self.link(origin).await {
            return Ok(Way::Shared(link));
        }
        // One at a time: the others want to share what the first opens.
        let _opening = self.opening.lock().await;
        if let Some(link) = self.link(origin).await {
            return Ok(Way::Shared(link));
        }
        let opened = network.open(origin, probe).await?;
        if !opened.multiplexed {
            return Ok(Way::Own(http1::Connection::new(origin, opened)));
        }
        let link = http2::Link::open(origin, opened).await?;
        if network.reuses() {
            self.links.borrow_mut().push(link.clone());
        }
        Ok(Way::Shared(link))
    }

    /// The shared connection to an origin once it takes another request; one that takes none any more is forgotten.
    async fn link(&self, origin: usize) -> Option<http2::Link> {
        let link = self.links.borrow().iter().find(|link| link.origin == origin).cloned()?;
        let ready = link.ready().await;
        if ready.is_none() {
            self.links.borrow_mut().retain(|known| !known.is(&link));
        }
        ready
    }
}

/// The class under which a whole response with this status is counted, if it is not what was asked for.
fn judge(kept: &BufferedResponse, request: Outgoing<'_>, status: u16) -> Option<ErrorClass> {
    let spec = request.spec;
    if spec.is_limit(status) {
        return Some(ErrorClass::Limited);
    }
    if !spec.expects(status) {
        return Some(ErrorClass::of_status(status));
    }
    let demand = request.demand?;
    let response = Response { status: Some(status), head: kept.head(), body: kept.body(), ..Response::default() };
    (!demand(&response)).then_some(ErrorClass::Content)
}
