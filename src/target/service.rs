//! A request's way through the knobs.
//!
//! ```text
//!   head ─ log ─ body ─▶ limit ──▶ capacity ──▶ latency ──▶ errors ──▶ answer ─ log
//!                          └ 429      └ 503        └ stalls and outages bend this time
//! ```

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use http_body_util::BodyExt;
use hyper::body::{Body, Bytes, Incoming};
use hyper::header::HeaderValue;
use hyper::http::request::Parts;
use hyper::{Request, Response, StatusCode};

use super::builtin::{self, Answer};
use super::control;
use super::payload::Payload;
use super::world::Lane;

/// The largest body `/echo` keeps.
const LARGEST_ECHO: usize = 16 << 20;

/// Serves one request; an error means that the client broke off while sending.
pub(super) async fn serve(lane: Arc<Lane>, request: Request<Incoming>) -> hyper::Result<Response<Payload>> {
    let arrived = Instant::now();
    let (head, body) = request.into_parts();
    let path = head.uri.path();
    if control::owns(path) {
        read(body, false).await?;
        return Ok(control::answer(&lane, &head.method, path).await.into_response());
    }
    let run = lane.world.clock.begin(arrived);
    let ticket = {
        let mut log = lane.log();
        log.traces.note(head.headers.get("traceparent").map(HeaderValue::as_bytes));
        log.arrive(path, arrived.saturating_duration_since(run))
    };
    let _flight = Flight::begin(&lane.world.in_flight);
    let answer = match read(body, builtin::echoes(path)).await? {
        Some(sent) => attempt(&lane, run, &head, sent).await,
        None => Answer::fault(StatusCode::PAYLOAD_TOO_LARGE, "an echo is at most 16 MiB"),
    };
    lane.log().answer(&ticket, answer.status.as_u16(), arrived.elapsed());
    Ok(answer.into_response())
}

async fn attempt(lane: &Lane, run: Instant, head: &Parts, sent: Bytes) -> Answer {
    let (route, limiter) = lane.world.routes.find(head.uri.path());
    if let Err(wait) = limiter.admit(Instant::now()) {
        lane.hold(run, Duration::ZERO).await;
        return Answer::too_many(wait);
    }
    let Ok(place) = lane.world.gate.enter().await else {
        lane.hold(run, Duration::ZERO).await;
        return Answer::fault(StatusCode::SERVICE_UNAVAILABLE, "the queue is full");
    };
    let rules = &route.rules;
    let mut answer = builtin::answer(head, sent);
    lane.hold(run, lane.service_time(run, rules, answer.delay)).await;
    drop(place);
    if lane.errs(rules.errors.unwrap_or_default()) {
        return Answer::fault(lane.world.knobs.error_status, "an error as asked for");
    }
    answer.status = rules.status.unwrap_or(answer.status);
    if let Some(size) = rules.body {
        answer.fill(size);
    }
    answer
}

/// Reads a body to its end; `None` when it should be kept but is too large.
async fn read(mut body: Incoming, keep: bool) -> hyper::Result<Option<Bytes>> {
    let mut kept = Vec::new();
    let mut fits = true;
    while !body.is_end_stream() {
        let Some(frame) = body.frame().await else { break };
        if let (true, Some(data)) = (keep, frame?.data_ref()) {
            fits &= kept.len() + data.len() <= LARGEST_ECHO;
            if fits {
                kept.extend_from_slice(data);
            }
        }
    }
    Ok(fits.then(|| kept.into()))
}

/// A request under way, counted until it is answered or dropped.
struct Flight<'a>(&'a AtomicU64);

impl<'a> Flight<'a> {
    fn begin(count: &'a AtomicU64) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
