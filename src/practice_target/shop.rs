//! Pages worth practising on: `/login`, `/auth/token`, `/catalog`, `/orders`, `/jobs`. Only open orders are remembered; the id
//! of a job says all there is.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hyper::header::{HeaderName, HeaderValue, LOCATION, SET_COOKIE};
use hyper::http::request::Parts;
use hyper::{Method, StatusCode};
use serde_json::json;

use super::builtin::Reply;
use super::shared::lock;
use crate::units::parse_duration;

/// How long a job takes unless its creator says otherwise (`POST /jobs?takes=2s`).
const JOB: Duration = Duration::from_millis(500);
/// How long an order is open.
const ORDER: Duration = Duration::from_secs(1);
/// End of the id of a job that fails.
const FAILED: &str = "-failed";
const TOKEN_SECONDS: u64 = 300;
const CATALOG: &str = concat!(
    r#"{"ok":true,"items":[{"id":1,"name":"lamp","price":19.5,"stock":4},{"id":2,"name":"chair","price":80,"stock":0},"#,
    r#"{"id":3,"name":"table","price":240,"stock":2},{"id":4,"name":"shelf","price":55.25,"stock":9}],"next":null}"#
);

#[derive(Debug, Default)]
pub(super) struct Shop {
    /// Ids given away so far.
    numbers: AtomicU64,
    /// Numbers of orders that may be open, and when they are done; in the order of both.
    open: Mutex<VecDeque<(u64, Duration)>>,
}

impl Shop {
    /// What one of these pages answers; none for any other path.
    pub(super) fn answer(&self, head: &Parts) -> Option<Reply> {
        let path = head.uri.path();
        Some(match (path, &head.method) {
            ("/catalog", _) => Reply::json(StatusCode::OK, CATALOG),
            ("/login", &Method::POST) => self.log_in(),
            ("/login", _) => self.form(),
            ("/auth/token" | "/auth/refresh", _) => self.token(),
            ("/orders", &Method::POST) => self.order(unix_now()),
            ("/jobs", &Method::POST) => self.begin(head.uri.query().unwrap_or_default()),
            (path, &Method::GET) if path.starts_with("/orders/") => self.state(path, unix_now())?,
            _ => job(path.strip_prefix("/jobs/")?),
        })
    }

    fn number(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::Relaxed) + 1
    }

    fn log_in(&self) -> Reply {
        let number = self.number();
        let token = json!({
            "ok": true, "access_token": format!("token-{number}"), "token_type": "Bearer",
            "expires_in": TOKEN_SECONDS, "user": { "id": number },
        });
        reply_with_header(StatusCode::OK, &token, SET_COOKIE, &format!("session=session-{number}; Path=/; HttpOnly"))
    }

    fn token(&self) -> Reply {
        let number = self.number();
        let token = json!({
            "ok": true, "access_token": format!("token-{number}"), "token_type": "Bearer",
            "expires_in": TOKEN_SECONDS, "refresh_token": format!("refresh-{number}"),
        });
        Reply::json(StatusCode::OK, token.to_string())
    }

    fn form(&self) -> Reply {
        let number = self.number();
        Reply::html(format!(
            "<!doctype html><meta name=\"csrf-token\" content=\"meta-{number}\"><form method=\"post\">\
             <input type=\"hidden\" name=\"csrf\" value=\"csrf-{number}\"><input name=\"user\"></form>"
        ))
    }

    fn order(&self, now: Duration) -> Reply {
        let mut open = lock(&self.open);
        while open.pop_front_if(|(_, done)| *done <= now).is_some() {}
        let number = self.number();
        open.push_back((number, now + ORDER));
        drop(open);
        let id = format!("order-{number}");
        let place = format!("/orders/{id}");
        let order = json!({ "ok": true, "id": id, "state": "open", "status_url": place });
        reply_with_header(StatusCode::CREATED, &order, LOCATION, &place)
    }

    /// The state of an order; none for an id that was not given away.
    fn state(&self, path: &str, now: Duration) -> Option<Reply> {
        let id = path.strip_prefix("/orders/")?;
        let number: u64 = id.strip_prefix("order-")?.parse().ok()?;
        let open = lock(&self.open);
        let place = open.binary_search_by_key(&number, |(known, _)| *known).ok();
        let is_open = place.and_then(|place| open.get(place)).is_some_and(|(_, done)| now < *done);
        let is_known = (1..=self.numbers.load(Ordering::Relaxed)).contains(&number);
        is_known.then(|| {
            let state = if is_open { "open" } else { "done" };
            Reply::json(StatusCode::OK, json!({ "ok": true, "id": id, "state": state }).to_string())
        })
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
