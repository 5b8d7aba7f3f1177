//! Pages worth practising on: `/login`, `/catalog`, `/orders`, `/jobs`. They remember nothing: an id says all there is.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hyper::header::{HeaderName, HeaderValue, LOCATION, SET_COOKIE};
use hyper::http::request::Parts;
use hyper::{Method, StatusCode};
use serde_json::json;

use super::builtin::Reply;
use crate::units::parse_duration;

/// How long a job takes unless its creator says otherwise (`POST /jobs?takes=2s`).
const JOB: Duration = Duration::from_millis(500);
/// End of the id of a job that fails.
const FAILED: &str = "-failed";
const TOKEN_SECONDS: u64 = 300;
const CATALOG: &str = concat!(
    r#"{"ok":true,"items":[{"id":1,"name":"lamp","price":19.5,"stock":4},{"id":2,"name":"chair","price":80,"stock":0},"#,
    r#"{"id":3,"name":"table","price":240,"stock":2},{"id":4,"name":"shelf","price":55.25,"stock":9}],"next":null}"#
);

/// Ids given away so far.
#[derive(Debug, Default)]
pub(super) struct Shop(AtomicU64);

impl Shop {
    /// What one of these pages answers; none for any other path.
    pub(super) fn answer(&self, head: &Parts) -> Option<Reply> {
        let path = head.uri.path();
        Some(match (path, &head.method) {
            ("/catalog", _) => Reply::json(StatusCode::OK, CATALOG),
            ("/login", &Method::POST) => self.log_in(),
            ("/login", _) => self.form(),
            ("/orders", &Method::POST) => self.order(),
            ("/jobs", &Method::POST) => self.begin(head.uri.query().unwrap_or_default()),
            _ => job(path.strip_prefix("/jobs/")?),
        })
    }

    fn number(&self) -> u64 {
        self.0.fetch_add(1, Ordering::Relaxed) + 1
    }

    fn log_in(&self) -> Reply {
        let number = self.number();
        let token = json!({
            "ok": true, "access_token": format!("token-{number}"), "token_type": "Bearer",
            "expires_in": TOKEN_SECONDS, "user": { "id": number },
        });
        reply_with_header(StatusCode::OK, &token, SET_COOKIE, &format!("session=session-{number}; Path=/; HttpOnly"))
    }

    fn form(&self) -> Reply {
        let number = self.number();
        Reply::html(format!(
            "<!doctype html><meta name=\"csrf-token\" content=\"meta-{number}\"><form method=\"post\">\
             <input type=\"hidden\" name=\"csrf\" value=\"csrf-{number}\"><input name=\"user\"></form>"
        ))
    }

    fn order(&self) -> Reply {
        let id = format!("order-{}", self.number());
        let place = format!("/orders/{id}");
        reply_with_header(StatusCode::CREATED, &json!({ "ok": true, "id": id, "state": "open" }), LOCATION, &place)
    }

    /// A job's id holds the moment and the kind of its end.
    fn begin(&self, query: &str) -> Reply {
        let option = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        let takes = option("takes");
        let Ok(takes) = takes.map_or(Ok(JOB), parse_duration) else {
            return Reply::error(StatusCode::BAD_REQUEST, "takes is a duration, for example takes=500ms");
        };
        let end = match option("outcome").unwrap_or("done") {
            "done" => "",
            "failed" => FAILED,
            "refused" => return Reply::error(StatusCode::SERVICE_UNAVAILABLE, "no job is taken"),
            _ => return Reply::error(StatusCode::BAD_REQUEST, "outcome is done, failed or refused"),
        };
        let id = format!("job-{}-{}{end}", self.number(), (unix_now() + takes).as_millis());
        let place = format!("/jobs/{id}");
        let body = json!({ "ok": true, "id": id, "state": "queued", "status_url": place });
        reply_with_header(StatusCode::ACCEPTED, &body, LOCATION, &place)
    }
}

fn job(id: &str) -> Reply {
    let (begin, fails) = id.strip_suffix(FAILED).map_or((id, false), |begin| (begin, true));
    let end = begin.strip_prefix("job-").and_then(|rest| rest.split_once('-')).and_then(|(_, end)| end.parse().ok());
    let Some(end) = end.map(Duration::from_millis) else {
        return Reply::error(StatusCode::NOT_FOUND, "there is no such job");
    };
    let ended_at = json!(u64::try_from(end.as_millis()).unwrap_or(u64::MAX));
    let (state, result, ended_at) = match (unix_now() >= end, fails) {
        (false, _) => ("running", json!(null), json!(null)),
        (true, false) => ("done", json!({ "tokens": 42 }), ended_at),
        (true, true) => ("failed", json!(null), ended_at),
    };
    let state = json!({ "ok": true, "id": id, "state": state, "result": result, "ended_at_ms": ended_at });
    Reply::json(StatusCode::OK, state.to_string())
}

fn reply_with_header(status: StatusCode, body: &serde_json::Value, name: HeaderName, value: &str) -> Reply {
    let answer = Reply::json(status, body.to_string());
    // Ids are digits, letters and dashes, which every header takes.
    match HeaderValue::from_str(value) {
        Ok(value) => answer.with(name, value),
        Err(_) => answer,
    }
}

fn unix_now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

#[cfg(test)]
mod tests;
