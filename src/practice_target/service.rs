//! A request's way through the options.
//!
//! ```text
//!   head ─ log ─ body ─▶ limit ──▶ capacity ──▶ latency ──▶ errors ──▶ answer ─ log
//!                          └ 429      └ 503        └ stalls and outages bend this time
//! ```

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use http_body_util::BodyExt;
use hyper::body::{Body, Bytes, Incoming};
use hyper::header::HeaderValue;
use hyper::http::request::Parts;
use hyper::upgrade::OnUpgrade;
use hyper::{Request, Response, StatusCode};

use super::a2a;
use super::builtin::{self, Reply};
use super::control;
use super::journal::{AnsweredRequest, MOST_OF_A_BODY};
use super::mcp;
use super::payload::Payload;
use super::rpc;
use super::shared::{ServerThread, lock};
use super::socket::{self, Upgrade};
use super::stream::{self, StreamBody};
use super::suites;

/// The largest body `/echo` keeps.
const LARGEST_ECHO: usize = 16 << 20;

/// Serves one request; an error means that the client broke off while sending.
///
/// A connection that is to become a WebSocket is left in `upgrade`.
pub(super) async fn serve(
    server: Arc<ServerThread>,
    upgrade: Arc<Mutex<Option<Upgrade>>>,
    request: Request<Incoming>,
) -> hyper::Result<Response<Payload>> {
    let arrived = Instant::now();
    let (mut head, body) = request.into_parts();
    let upgraded = head.extensions.remove::<OnUpgrade>();
    let path = head.uri.path();
    if control::owns(path) {
        read(body, 0).await?;
        return Ok(control::answer(&server, &head.method, path).await.into_response());
    }
    let run = server.shared.clock.begin(arrived);
    let ticket = {
        let mut log = server.log();
        log.traces.note(head.headers.get("traceparent").map(HeaderValue::as_bytes));
        log.arrive(path, arrived.saturating_duration_since(run))
    };
    let flight = Flight::begin(&server.shared.in_flight);
    let journal = server.shared.journal.as_ref();
    let echoes = builtin::echoes(path);
    let is_read = [suites::reads_body, stream::reads_body, rpc::reads_body, mcp::reads_body, a2a::reads_body];
    let is_read = echoes || is_read.iter().any(|reads| reads(path));
    let (body, size) = read(body, most_kept(is_read, journal.is_some())).await?;
    let mut answer = if echoes && size > LARGEST_ECHO as u64 {
        Reply::error(StatusCode::PAYLOAD_TOO_LARGE, "an echo is at most 16 MiB")
    } else {
        attempt(&server, run, &head, body.clone()).await
    };
    *lock(&upgrade) = upgraded.zip(answer.socket.take());
    let status = answer.status.as_u16();
    server.log().record_response(&ticket, status, arrived.elapsed());
    // A run begun anew since has nothing to do with this request.
    let since = server.shared.clock.began().and_then(|run| arrived.checked_duration_since(run));
    if let (Some(journal), Some(since)) = (journal, since) {
        let in_flight = flight.number;
        journal.keep(&AnsweredRequest { head: &head, body: &body, size, in_flight, arrived, status }, since);
    }
    Ok(answer.into_response())
}

async fn attempt(server: &Arc<ServerThread>, run: Instant, head: &Parts, sent: Bytes) -> Reply {
    let (route, limiter) = server.shared.routes.find(head.uri.path());
    if let Err(wait) = limiter.admit(Instant::now()) {
        server.hold(run, Duration::ZERO).await;
        return Reply::too_many(wait);
    }
    let Ok(place) = server.shared.capacity.enter().await else {
        server.hold(run, Duration::ZERO).await;
        return Reply::error(StatusCode::SERVICE_UNAVAILABLE, "the queue is full");
    };
    let rules = &route.rules;
    let special = (server.shared.shop.answer(head))
        .or_else(|| stream::answer(head, &sent, server.shared.options.llm))
        .or_else(|| rpc::answer(head, &sent))
        .or_else(|| server.shared.mcp.answer(head, &sent))
        .or_else(|| server.shared.a2a.answer(head, &sent))
        .or_else(|| server.shared.suites.answer(head, &sent))
        .or_else(|| socket::answer(head));
    let mut answer = special.unwrap_or_else(|| builtin::answer(head, sent));
    server.hold(run, place.wait + server.service_time(run, rules, answer.delay)).await;
    drop(place);
    if server.errs(rules.errors.unwrap_or_default()) {
        return Reply::error(server.shared.options.error_status, "an error as asked for");
    }
    if let Some(status) = rules.status {
        (answer.status, answer.socket) = (status, None);
    }
    if let Some(size) = rules.body.filter(|_| answer.socket.is_none()) {
        answer.fill(size);
    }
    if let Some(plan) = answer.stream.take() {
        answer.payload = Payload::stream(StreamBody::start(Arc::clone(server), plan));
    }
    answer
}

/// Bytes of a body that the echo or the journal needs.
fn most_kept(echoes: bool, journaled: bool) -> usize {
    match (echoes, journaled) {
        (true, _) => LARGEST_ECHO,
        (_, true) => MOST_OF_A_BODY,
        _ => 0,
    }
}

/// Reads a body to its end; returns its first `most` bytes and the size of the whole.
async fn read(mut body: Incoming, most: usize) -> hyper::Result<(Bytes, u64)> {
    let (mut kept, mut size) = (Vec::new(), 0);
    while !body.is_end_stream() {
        let Some(frame) = body.frame().await else { break };
        if let Some(data) = frame?.data_ref() {
            size += data.len() as u64;
            let taken = data.len().min(most - kept.len());
            kept.extend_from_slice(&data[..taken]);
        }
    }
    Ok((kept.into(), size))
}

/// A request under way, counted until it is answered or dropped.
struct Flight<'a> {
    count: &'a AtomicU64,
    /// How many there were with this one.
    number: u64,
}

impl<'a> Flight<'a> {
    fn begin(count: &'a AtomicU64) -> Self {
        let number = count.fetch_add(1, Ordering::Relaxed) + 1;
        Self { count, number }
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        self.count.fetch_sub(1, Ordering::Relaxed);
    }
}
