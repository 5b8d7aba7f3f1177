//! The control port: a few plain HTTP requests that become orders (`--control ADDRESS`).
//!
//! ```text
//! GET   /v1/status                                     → {"paused":false,"stopped":false,"scenarios":[{"name":…,"users":…,"rate":…}]}
//! PATCH /v1/status          {"paused":true}            pause or resume; {"stopped":true} drains and ends the run
//! PATCH /v1/scenarios/NAME  {"users":50}               users of a closed scenario; null gives it back to its schedule
//! PATCH /v1/scenarios/NAME  {"rate":200}               arrivals per second of an open scenario
//! ```

use std::{io, net::SocketAddr, rc::Rc};

use http_body_util::{BodyExt, Full, Limited};
use hyper::{
    Method, Request, Response, StatusCode,
    body::{Bytes, Incoming},
};
use serde_json::{Value as Json, json};
use tokio::{net::TcpListener, task::spawn_local};

use super::{Control, StopReason};
use crate::http_server;

const MAX_BODY: usize = 64 * 1024;

/// A scenario as the port knows it.
#[derive(Debug, Clone)]
pub struct Steerable {
    /// Its name.
    pub name: String,
    /// Whether it has a rate (open) or users (closed).
    pub open: bool,
    /// Most users that it may be given.
    pub max_users: u32,
}

/// What a wrong request is told.
type Refusal = (StatusCode, String);

/// Serves until the runtime ends. Gives the address, which differs from the one asked for when its port is 0.
///
/// # Errors
/// When the address can't be listened on.
pub async fn serve(address: SocketAddr, control: Control, scenarios: Vec<Steerable>) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind(address).await?;
    let bound = listener.local_addr()?;
    let handler = Rc::new(ControlHandler { control, scenarios });
    spawn_local(http_server::serve(listener, move |request| answer(handler.clone(), request)));
    Ok(bound)
}

struct ControlHandler {
    control: Control,
    scenarios: Vec<Steerable>,
}

async fn answer(handler: Rc<ControlHandler>, request: Request<Incoming>) -> Response<Full<Bytes>> {
    let (head, body) = request.into_parts();
    let body =
        Limited::new(body, MAX_BODY).collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let (status, json) = match handler.handle(&head.method, head.uri.path(), &body) {
        Ok(json) => (StatusCode::OK, json),
        Err((status, message)) => (status, json!({ "error": message })),
    };
    let mut response = Response::new(Full::new(Bytes::from(format!("{json}\n"))));
    *response.status_mut() = status;
    response.headers_mut().insert("content-type", hyper::header::HeaderValue::from_static("application/json"));
    response
}

impl ControlHandler {
    fn handle(&self, method: &Method, path: &str, body: &[u8]) -> Result<Json, Refusal> {
        match (method.as_str(), path) {
            ("GET", "/v1/status") => {}
            ("PATCH" | "POST", "/v1/status") => self.change_status(&read(body)?)?,
            ("PATCH" | "POST", _) if path.starts_with("/v1/scenarios/") => {
                self.change_scenario(path.trim_start_matches("/v1/scenarios/"), &read(body)?)?;
            }
            _ => {
                return Err((
                    StatusCode::NOT_FOUND,
                    "there are GET and PATCH /v1/status, and PATCH /v1/scenarios/NAME".to_owned(),
                ));
            }
        }
        Ok(self.status())
    }

    fn status(&self) -> Json {
        let orders = self.control.current();
        let scenarios = self.scenarios.iter().zip(orders.users.iter().zip(&orders.rates));
        let scenarios: Vec<Json> = scenarios
            .map(|(scenario, (users, rate))| json!({ "name": scenario.name, "users": users, "rate": rate }))
            .collect();
        json!({ "paused": orders.paused, "stopped": orders.stop.is_some(), "scenarios": scenarios })
    }

    fn change_status(&self, body: &Json) -> Result<(), Refusal> {
        let paused = body.get("paused").and_then(Json::as_bool);
        let stopped = body.get("stopped").and_then(Json::as_bool);
        if paused.is_none() && stopped != Some(true) {
            return Err(bad("send {\"paused\": true}, {\"paused\": false} or {\"stopped\": true}"));
        }
        if let Some(paused) = paused {
            self.control.order(|orders| orders.paused = paused);
        }
        if stopped == Some(true) {
            self.control.stop(StopReason::Outside);
        }
        Ok(())
    }

    fn change_scenario(&self, name: &str, body: &Json) -> Result<(), Refusal> {
        let index = self.scenarios.iter().position(|scenario| scenario.name == name);
        let index = index.ok_or_else(|| (StatusCode::NOT_FOUND, format!("there is no scenario `{name}`")))?;
        if self.scenarios[index].open {
            let rate = body.get("rate").and_then(Json::as_f64).filter(|rate| *rate > 0.0 && *rate <= 1e7);
            let rate =
                rate.ok_or_else(|| bad("this scenario is open: send {\"rate\": ARRIVALS_PER_SECOND}, more than 0"))?;
            self.control.order(|orders| orders.rates[index] = Some(rate));
        } else {
            let users =
                body.get("users").ok_or_else(|| bad("this scenario is closed: send {\"users\": NUMBER or null}"))?;
            let most = self.scenarios[index].max_users;
            let number = users.as_u64().and_then(|number| u32::try_from(number).ok()).filter(|number| *number <= most);
            if number.is_none() && !users.is_null() {
                return Err(bad(&format!("`users` must be a whole number up to {most}, or null")));
            }
            self.control.order(|orders| orders.users[index] = number);
        }
        Ok(())
    }
}

fn read(body: &[u8]) -> Result<Json, Refusal> {
    serde_json::from_slice(body).map_err(|error| bad(&format!("the body is not JSON: {error}")))
}

fn bad(message: &str) -> Refusal {
    (StatusCode::BAD_REQUEST, message.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_become_orders_and_wrong_ones_are_told_what_to_send() {
        let named = |name: &str, open| Steerable { name: name.into(), open, max_users: 50 };
        let desk = ControlHandler { control: Control::new(2), scenarios: vec![named("a", false), named("b", true)] };
        let patch = |path: &str, body: &str| desk.handle(&Method::PATCH, path, body.as_bytes());
        patch("/v1/scenarios/a", "{\"users\": 5}").unwrap();
        patch("/v1/scenarios/b", "{\"rate\": 2.5}").unwrap();
        let status = patch("/v1/status", "{\"paused\": true}").unwrap();
        assert_eq!(status["scenarios"][0]["users"], 5);
        assert_eq!(status["scenarios"][1]["rate"], 2.5);
        assert_eq!(status["paused"], true);
        for (path, body) in [
            ("/v1/scenarios/a", "{\"rate\": 5}"),
            ("/v1/scenarios/a", "{\"users\": -5}"),
            ("/v1/scenarios/a", "{\"users\": 51}"),
            ("/v1/scenarios/b", "{\"rate\": 0}"),
            ("/v1/scenarios/c", "{\"rate\": 1}"),
            ("/v1/status", "{}"),
            ("/v1/status", "nonsense"),
            ("/nowhere", "{}"),
        ] {
            assert!(patch(path, body).is_err(), "{path} {body}");
        }
        assert_eq!(desk.control.current().stop, None);
        patch("/v1/status", "{\"stopped\": true}").unwrap();
        assert_eq!(desk.control.current().stop, Some(StopReason::Outside));
    }
}
