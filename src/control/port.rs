//! The control API: a few plain HTTP requests that change the control state (`--control ADDRESS`).
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

/// A scenario that can be controlled.
#[derive(Debug, Clone)]
pub(crate) struct ControlledScenario {
    /// Its name.
    pub name: String,
    /// Whether it has a rate (open) or users (closed).
    pub open: bool,
    /// Most users that it may be given.
    pub max_users: u32,
}

/// Status and message of a rejected request.
type Refusal = (StatusCode, String);

/// Serves until the runtime ends. Gives the address, which differs from the one asked for when its port is 0.
///
/// # Errors
/// When the address can't be listened on.
pub(crate) async fn serve(
    address: SocketAddr,
    control: Control,
    scenarios: Vec<ControlledScenario>,
) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind(address).await?;
    let bound = listener.local_addr()?;
    let handler = Rc::new(ControlHandler { control, scenarios });
    spawn_local(http_server::serve(listener, move |request| answer(handler.clone(), request)));
    Ok(bound)
}

struct ControlHandler {
    control: Control,
    scenarios: Vec<ControlledScenario>,
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
        let state = self.control.current();
        let scenarios = self.scenarios.iter().zip(state.users.iter().zip(&state.rates));
        let scenarios: Vec<Json> = scenarios
            .map(|(scenario, (users, rate))| json!({ "name": scenario.name, "users": users, "rate": rate }))
            .collect();
        json!({ "paused": state.paused, "stopped": state.stop.is_some(), "scenarios": scenarios })
    }

    fn change_status(&self, body: &Json) -> Result<(), Refusal> {
        let paused = body.get("paused").and_then(Json::as_bool);
        let stopped = body.get("stopped").and_then(Json::as_bool);
        if paused.is_none() && stopped != Some(true) {
            return Err(bad("send {\"paused\": true}, {\"paused\": false} or {\"stopped\": true}"));
        }
        if let Some(paused) = paused {
            self.control.update(|state| state.paused = paused);
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
            self.control.update(|state| state.rates[index] = Some(rate));
        } else {
            let users =
                body.get("users").ok_or_else(|| bad("this scenario is closed: send {\"users\": NUMBER or null}"))?;
            let most = self.scenarios[index].max_users;
            let number = users.as_u64().and_then(|number| u32::try_from(number).ok()).filter(|number| *number <= most);
            if number.is_none() && !users.is_null() {
                return Err(bad(&format!("`users` must be a whole number up to {most}, or null")));
            }
            self.control.update(|state| state.users[index] = number);
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
mod tests;
