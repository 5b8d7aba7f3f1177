//! Pages worth practising on: `/login`, `/catalog`, `/orders`, `/jobs`. They remember nothing: an id says all there is.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hyper::header::{HeaderName, HeaderValue, LOCATION, SET_COOKIE};
use hyper::http::request::Parts;
use hyper::{Method, StatusCode};
use serde_json::json;

use super::builtin::Answer;
use crate::units::parse_duration;

/// How long a job takes unless its creator says otherwise (`POST /jobs?takes=2s`).
const JOB: Duration = Duration::from_millis(500);
const TOKEN_SECONDS: u64 = 300;
const CATALOG: &str = concat!(
    r#"{"ok":true,"items":[{"id":1,"name":"lamp","price":19.5,"stock":4},{"id":2,"name":"chair","price":80,"stock":0},"#,
    r#"{"id":3,"name":"desk","price":240,"stock":2},{"id":4,"name":"shelf","price":55.25,"stock":9}],"next":null}"#
);

/// Ids given away so far.
#[derive(Debug, Default)]
pub(super) struct Shop(AtomicU64);

impl Shop {
    /// What one of these pages answers; none for any other path.
    pub(super) fn answer(&self, head: &Parts) -> Option<Answer> {
        let path = head.uri.path();
        Some(match (path, &head.method) {
            ("/catalog", _) => Answer::json(StatusCode::OK, CATALOG),
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

    fn log_in(&self) -> Answer {
        let number = self.number();
        let token = json!({
            "ok": true, "access_token": format!("token-{number}"), "token_type": "Bearer",
            "expires_in": TOKEN_SECONDS, "user": { "id": number },
        });
        told(StatusCode::OK, &token, SET_COOKIE, &format!("session=session-{number}; Path=/; HttpOnly"))
    }

    fn form(&self) -> Answer {
        let number = self.number();
        Answer::html(format!(
            "<!doctype html><meta name=\"csrf-token\" content=\"meta-{number}\"><form method=\"post\">\
             <input type=\"hidden\" name=\"csrf\" value=\"csrf-{number}\"><input name=\"user\"></form>"
        ))
    }

    fn order(&self) -> Answer {
        let id = format!("order-{}", self.number());
        let place = format!("/orders/{id}");
        told(StatusCode::CREATED, &json!({ "ok": true, "id": id, "state": "open" }), LOCATION, &place)
    }

    /// A job's id holds the moment of its end.
    fn begin(&self, query: &str) -> Answer {
        let takes = query.split('&').find_map(|pair| pair.strip_prefix("takes="));
        let Ok(takes) = takes.map_or(Ok(JOB), parse_duration) else {
            return Answer::fault(StatusCode::BAD_REQUEST, "takes is a duration, for example takes=500ms");
        };
        let id = format!("job-{}-{}", self.number(), (unix_now() + takes).as_millis());
        let place = format!("/jobs/{id}");
        let body = json!({ "ok": true, "id": id, "state": "queued", "status_url": place });
        told(StatusCode::ACCEPTED, &body, LOCATION, &place)
    }
}

fn job(id: &str) -> Answer {
    let end = id.strip_prefix("job-").and_then(|rest| rest.split_once('-')).and_then(|(_, end)| end.parse().ok());
    let Some(end) = end.map(Duration::from_millis) else {
        return Answer::fault(StatusCode::NOT_FOUND, "there is no such job");
    };
    let done = unix_now() >= end;
    let (state, result) = if done { ("done", json!({ "tokens": 42 })) } else { ("running", json!(null)) };
    Answer::json(StatusCode::OK, json!({ "ok": true, "id": id, "state": state, "result": result }).to_string())
}

fn told(status: StatusCode, body: &serde_json::Value, name: HeaderName, value: &str) -> Answer {
    let answer = Answer::json(status, body.to_string());
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
mod tests {
    use hyper::Request;

    use super::*;

    fn ask(shop: &Shop, method: &str, path: &str) -> Option<Answer> {
        let (head, ()) = Request::builder().method(method).uri(path).body(()).unwrap().into_parts();
        shop.answer(&head)
    }

    fn place(answer: Answer) -> String {
        answer.into_response().headers()["location"].to_str().unwrap().to_owned()
    }

    #[test]
    fn ids_are_given_away_once() {
        let shop = Shop::default();
        let places = [0; 3].map(|_| place(ask(&shop, "POST", "/orders").unwrap()));
        assert_eq!(places, ["/orders/order-1", "/orders/order-2", "/orders/order-3"]);
        let token = ask(&shop, "POST", "/login").unwrap().into_response();
        assert_eq!(token.headers()["set-cookie"], "session=session-4; Path=/; HttpOnly");
        assert!(ask(&shop, "GET", "/orders/order-1").is_none() && ask(&shop, "GET", "/").is_none());
    }

    #[test]
    fn a_job_is_done_when_its_time_is_over() {
        let shop = Shop::default();
        for (takes, text) in [("0s", "\"state\":\"done\""), ("1h", "\"state\":\"running\"")] {
            let begun = ask(&shop, "POST", &format!("/jobs?takes={takes}")).unwrap();
            assert_eq!(begun.status, StatusCode::ACCEPTED);
            let state = ask(&shop, "GET", &place(begun)).unwrap();
            assert!(format!("{:?}", state.payload).replace('\\', "").contains(text), "{takes}: {state:?}");
        }
        assert_eq!(ask(&shop, "GET", "/jobs/x").unwrap().status, StatusCode::NOT_FOUND);
        assert_eq!(ask(&shop, "POST", "/jobs?takes=long").unwrap().status, StatusCode::BAD_REQUEST);
    }
}
