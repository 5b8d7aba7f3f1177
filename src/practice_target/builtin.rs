//! What a path answers on its own: `/status/{code}`, `/delay/{duration}`, `/bytes/{size}`, `/echo`; else a short JSON.

use std::time::Duration;

use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use hyper::http::request::Parts;
use hyper::{Response, StatusCode};

use super::bucket;
use super::payload::Payload;
use super::routes::parse_status;
use super::socket::SocketPlan;
use super::stream::StreamPlan;
use super::value_error::ValueError;
use crate::units::{parse_duration, parse_size};

/// The longest wait a client may ask for.
const LONGEST_DELAY: Duration = Duration::from_hours(1);

/// The largest body that a client may ask for.
const LARGEST_BODY: u64 = 1 << 30;

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");
const EVENTS: HeaderValue = HeaderValue::from_static("text/event-stream");
const BINARY: HeaderValue = HeaderValue::from_static("application/octet-stream");

/// An answer before the options have had their say.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) payload: Payload,
    /// The wait the client asked for by its path.
    pub(super) delay: Option<Duration>,
    content_type: HeaderValue,
    retry_after: Option<u64>,
    more: HeaderMap,
    /// A stream, which begins after the latency.
    pub(super) stream: Option<StreamPlan>,
    /// A WebSocket, which begins after it.
    pub(super) socket: Option<SocketPlan>,
}

impl Reply {
    /// A stream of events.
    pub(super) fn stream(plan: StreamPlan) -> Self {
        Self { content_type: EVENTS, stream: Some(plan), ..Self::json(StatusCode::OK, Payload::default()) }
    }

    /// The handshake of a WebSocket.
    pub(super) fn socket(plan: SocketPlan) -> Self {
        Self { socket: Some(plan), ..Self::json(StatusCode::SWITCHING_PROTOCOLS, Payload::default()) }
    }

    pub(super) fn json(status: StatusCode, payload: impl Into<Payload>) -> Self {
        Self {
            status,
            payload: payload.into(),
            delay: None,
            content_type: JSON,
            retry_after: None,
            more: HeaderMap::new(),
            stream: None,
            socket: None,
        }
    }

    pub(super) fn error(status: StatusCode, text: &str) -> Self {
        Self::json(status, serde_json::json!({ "ok": false, "error": text }).to_string())
    }

    /// 429, with the wait for the next token.
    pub(super) fn too_many(wait: Duration) -> Self {
        let error = Self::error(StatusCode::TOO_MANY_REQUESTS, "beyond the rate limit");
        Self { retry_after: Some(bucket::retry_after(wait)), ..error }
    }

    pub(super) fn text(payload: String) -> Self {
        Self { content_type: TEXT, ..Self::json(StatusCode::OK, payload) }
    }

    pub(super) fn html(payload: String) -> Self {
        Self { content_type: HTML, ..Self::json(StatusCode::OK, payload) }
    }

    /// The same with one more header.
    pub(super) fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.more.insert(name, value);
        self
    }

    /// Replaces the body by `size` bytes of ASCII.
    pub(super) fn fill(&mut self, size: u64) {
        self.payload = Payload::filler(size);
        self.stream = None;
        self.content_type = TEXT;
    }

    pub(super) fn into_response(self) -> Response<Payload> {
        let bare =
            matches!(self.status, StatusCode::SWITCHING_PROTOCOLS | StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
        let mut response = Response::new(if bare { Payload::default() } else { self.payload });
        *response.status_mut() = self.status;
        if !bare {
            response.headers_mut().insert(CONTENT_TYPE, self.content_type);
        }
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        response.headers_mut().extend(self.more);
        response
    }
}

/// Whether a path sends its request's body back, so that the body must be kept.
pub(super) fn echoes(path: &str) -> bool {
    path == "/echo"
}

/// What the path of a request answers, `sent` being its body.
pub(super) fn answer(head: &Parts, sent: Bytes) -> Reply {
    let path = head.uri.path();
    if echoes(path) {
        let content_type = head.headers.get(CONTENT_TYPE).cloned().unwrap_or(BINARY);
        return Reply { content_type, ..Reply::json(StatusCode::OK, sent) };
    }
    let made = match path[1.min(path.len())..].split_once('/') {
        Some(("status", code)) => parse_status(code).map(status),
        Some(("delay", wait)) => delay(wait),
        Some(("bytes", size)) => bytes(size),
        _ => Ok(ok()),
    };
    made.unwrap_or_else(|error| Reply::error(StatusCode::BAD_REQUEST, &error.to_string()))
}

fn ok() -> Reply {
    Reply::json(StatusCode::OK, "{\"ok\":true}")
}

fn status(status: StatusCode) -> Reply {
    if status.is_success() { Reply { status, ..ok() } } else { Reply::json(status, "{\"ok\":false}") }
}

fn bytes(text: &str) -> Result<Reply, ValueError> {
    let size = parse_size(text)?;
    if size > LARGEST_BODY {
        return Err(ValueError::TooLarge(text.to_owned()));
    }
    let mut answer = ok();
    answer.fill(size);
    Ok(answer)
}

fn delay(text: &str) -> Result<Reply, ValueError> {
    let wait = parse_duration(text)?;
    if wait > LONGEST_DELAY {
        return Err(ValueError::TooLong(text.to_owned()));
    }
    Ok(Reply { delay: Some(wait), ..ok() })
}

#[cfg(test)]
mod tests;
