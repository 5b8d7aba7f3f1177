//! What a path answers on its own: `/status/{code}`, `/delay/{duration}`, `/bytes/{size}`, `/echo`; else a short JSON.

use std::time::Duration;

use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use hyper::http::request::Parts;
use hyper::{Response, StatusCode};

use super::bucket;
use super::payload::Payload;
use super::routes::parse_status;
use crate::units::{parse_duration, parse_size};

/// The longest wait a client may ask for.
const LONGEST_DELAY: Duration = Duration::from_hours(1);

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");
const BINARY: HeaderValue = HeaderValue::from_static("application/octet-stream");

/// An answer before the knobs have had their say.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) payload: Payload,
    /// The wait the client asked for by its path.
    pub(super) delay: Option<Duration>,
    content_type: HeaderValue,
    retry_after: Option<u64>,
    more: Option<(HeaderName, HeaderValue)>,
}

impl Answer {
    pub(super) fn json(status: StatusCode, payload: impl Into<Payload>) -> Self {
        Self { status, payload: payload.into(), delay: None, content_type: JSON, retry_after: None, more: None }
    }

    pub(super) fn fault(status: StatusCode, text: &str) -> Self {
        Self::json(status, serde_json::json!({ "ok": false, "error": text }).to_string())
    }

    /// 429, with the wait for the next token.
    pub(super) fn too_many(wait: Duration) -> Self {
        let fault = Self::fault(StatusCode::TOO_MANY_REQUESTS, "beyond the rate limit");
        Self { retry_after: Some(bucket::retry_after(wait)), ..fault }
    }

    pub(super) fn text(payload: String) -> Self {
        Self { content_type: TEXT, ..Self::json(StatusCode::OK, payload) }
    }

    pub(super) fn html(payload: String) -> Self {
        Self { content_type: HTML, ..Self::json(StatusCode::OK, payload) }
    }

    /// The same with one more header.
    pub(super) fn with(self, name: HeaderName, value: HeaderValue) -> Self {
        Self { more: Some((name, value)), ..self }
    }

    /// Replaces the body by `size` bytes of ASCII.
    pub(super) fn fill(&mut self, size: u64) {
        self.payload = Payload::filler(size);
        self.content_type = TEXT;
    }

    pub(super) fn into_response(self) -> Response<Payload> {
        let bare = matches!(self.status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
        let mut response = Response::new(if bare { Payload::default() } else { self.payload });
        *response.status_mut() = self.status;
        if !bare {
            response.headers_mut().insert(CONTENT_TYPE, self.content_type);
        }
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        if let Some((name, value)) = self.more {
            response.headers_mut().insert(name, value);
        }
        response
    }
}

/// Whether a path sends its request's body back, so that the body must be kept.
pub(super) fn echoes(path: &str) -> bool {
    path == "/echo"
}

/// What the path of a request answers, `sent` being its body.
pub(super) fn answer(head: &Parts, sent: Bytes) -> Answer {
    let path = head.uri.path();
    if echoes(path) {
        let content_type = head.headers.get(CONTENT_TYPE).cloned().unwrap_or(BINARY);
        return Answer { content_type, ..Answer::json(StatusCode::OK, sent) };
    }
    let made = match path[1.min(path.len())..].split_once('/') {
        Some(("status", code)) => parse_status(code).map(status),
        Some(("delay", wait)) => delay(wait),
        Some(("bytes", size)) => parse_size(size).map_err(|fault| fault.to_string()).map(|size| {
            let mut answer = ok();
            answer.fill(size);
            answer
        }),
        _ => Ok(ok()),
    };
    made.unwrap_or_else(|fault| Answer::fault(StatusCode::BAD_REQUEST, &fault))
}

fn ok() -> Answer {
    Answer::json(StatusCode::OK, "{\"ok\":true}")
}

fn status(status: StatusCode) -> Answer {
    if status.is_success() { Answer { status, ..ok() } } else { Answer::json(status, "{\"ok\":false}") }
}

fn delay(wait: &str) -> Result<Answer, String> {
    let wait = parse_duration(wait).map_err(|fault| fault.to_string())?;
    if wait > LONGEST_DELAY {
        return Err("a delay is at most 1h".to_owned());
    }
    Ok(Answer { delay: Some(wait), ..ok() })
}

#[cfg(test)]
mod tests {
    use hyper::Request;
    use hyper::body::Body;

    use super::*;

    fn ask(path: &str) -> Answer {
        let (head, ()) = Request::post(path).header("content-type", "text/x").body(()).unwrap().into_parts();
        answer(&head, Bytes::from_static(b"sent"))
    }

    #[test]
    fn paths_answer_what_they_name() {
        assert_eq!(ask("/anything/else").status, StatusCode::OK);
        assert_eq!(ask("/status/503").status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(ask("/delay/20ms").delay, Some(Duration::from_millis(20)));
        assert_eq!(ask("/bytes/64KiB?x=1").payload.size_hint().exact(), Some(65_536));
        let echo = ask("/echo").into_response();
        assert_eq!(echo.headers()["content-type"], "text/x");
        assert_eq!(echo.body().size_hint().exact(), Some(4));
        assert_eq!(ask("/status/204").into_response().body().size_hint().exact(), Some(0));
    }

    #[test]
    fn what_cannot_be_read_is_a_bad_request() {
        for path in ["/status/101", "/status/", "/delay/soon", "/delay/2h", "/bytes/-1", "/bytes/many", "/status/a/b"] {
            assert_eq!(ask(path).status, StatusCode::BAD_REQUEST, "{path}");
        }
        assert_eq!(ask("*").status, StatusCode::OK);
    }

    #[test]
    fn a_refusal_says_when_to_come_back() {
        let response = Answer::too_many(Duration::from_millis(1_001)).into_response();
        assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(response.headers()["retry-after"], "2");
    }
}
