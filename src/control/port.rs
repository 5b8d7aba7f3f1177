//! The control API: a few plain HTTP requests that change the control state (`--control ADDRESS`).
//!
//! ```text
//! GET   /v1/status                                     → how the run stands: see `status`
//! PATCH /v1/status          {"paused":true}            pause or resume; {"stopped":true} ends the run gracefully
//! PATCH /v1/scenarios/NAME  {"users":50}               users of a closed scenario; null gives it back to its schedule
//! PATCH /v1/scenarios/NAME  {"rate":200}               arrivals per second of an open scenario; null as above
//! ```
//!
//! The live page serves the same API under the same rules.

use std::{io, net::SocketAddr, rc::Rc, time::Duration};

use http_body_util::{BodyExt, Full, Limited};
use hyper::{
    Method, Request, Response, StatusCode,
    body::{Bytes, Incoming},
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue},
};
use percent_encoding::percent_decode_str;
use ring::digest::{SHA256, digest};
use serde_json::{Value as Json, json};
use tokio::{net::TcpListener, task::spawn_local};

use super::{Control, ControlEvent, DesiredState, EventKind, StopReason, status::Numbers};
use crate::{
    http_server::{self, origin::OwnNames},
    units::{show_count, show_several},
};

const MAX_BODY: usize = 64 * 1024;

/// The variable of the environment that holds the token which requests must bear.
pub(crate) const TOKEN_VARIABLE: &str = "LOADAGENT_CONTROL_TOKEN";

/// Most arrivals per second that a scenario may be given.
const MAX_RATE: u64 = 10_000_000;

/// A scenario that can be controlled.
#[derive(Debug, Clone)]
pub(crate) struct ControlledScenario {
    /// Its name.
    pub name: String,
    /// k6's name of its executor.
    pub executor: &'static str,
    /// Whether it has a rate (open) or users (closed).
    pub open: bool,
    /// Most users that it may be given.
    pub max_users: u32,
    /// Most users that its schedule gives it.
    pub planned_users: u32,
}

/// A run that can be controlled.
#[derive(Debug, Clone)]
pub(crate) struct ControlledRun {
    /// Its ID.
    pub run_id: String,
    /// Length of its schedules.
    pub planned: Duration,
    /// Its scenarios, in the order of the profile.
    pub scenarios: Vec<ControlledScenario>,
    /// Limit of open files, and the users of closed scenarios that it leaves a socket each; None without a limit.
    pub open_files: Option<(u64, u64)>,
}

/// Status and message of a rejected request.
type Refusal = (StatusCode, String);

/// Serves until the runtime ends. Gives the address, which differs from the one asked for when its port is 0.
///
/// # Errors
/// When the address can't be listened on.
pub(crate) async fn serve(address: SocketAddr, handler: Rc<ControlHandler>) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind(address).await?;
    let bound = listener.local_addr()?;
    spawn_local(http_server::serve(listener, move |request| handler.clone().answer(request)));
    Ok(bound)
}

/// Answers requests to the control API.
pub(crate) struct ControlHandler {
    control: Control,
    run: ControlledRun,
    /// What requests must bear; None if anyone who reaches the port may send them.
    token: Option<String>,
}

impl ControlHandler {
    /// The handler of a run. From now on, the run keeps how it stands.
    #[must_use]
    pub(crate) fn new(control: Control, run: ControlledRun, token: Option<String>) -> Self {
        control.watch();
        Self { control, run, token }
    }

    /// Answers a request, if its sender may control the run.
    pub(crate) async fn answer(self: Rc<Self>, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let (head, body) = request.into_parts();
        let result = match self.admits(&head.headers) {
            Ok(()) => match Limited::new(body, MAX_BODY).collect().await {
                Ok(body) => self.handle(&head.method, head.uri.path(), &body.to_bytes()),
                Err(_) => Err((StatusCode::PAYLOAD_TOO_LARGE, format!("a body has at most {MAX_BODY} bytes"))),
            },
            Err(refusal) => Err(refusal),
        };
        let (status, json) = match result {
            Ok(json) => (StatusCode::OK, json),
            Err((status, message)) => (status, json!({ "error": message })),
        };
        let mut response = Response::new(Full::new(Bytes::from(format!("{json}\n"))));
        *response.status_mut() = status;
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response
    }

    /// Whether a request with these headers is answered. The token is proof enough; without one, no page of another origin
    /// may send anything.
    fn admits(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let Some(token) = &self.token else {
            let ours = OwnNames::default().check(headers);
            return ours.map_err(|why| (StatusCode::FORBIDDEN, format!("{why}; or set {TOKEN_VARIABLE}")));
        };
        let given = headers.get(AUTHORIZATION).and_then(|given| given.as_bytes().strip_prefix(b"Bearer "));
        // Digests are compared, so that the time of an answer depends on no part of the token.
        let hash = |text: &[u8]| digest(&SHA256, text);
        if given.is_some_and(|given| hash(given).as_ref() == hash(token.as_bytes()).as_ref()) {
            return Ok(());
        }
        Err((
            StatusCode::UNAUTHORIZED,
            format!("the token is missing or wrong: send Authorization: Bearer …, or set {TOKEN_VARIABLE}"),
        ))
    }

    fn handle(&self, method: &Method, path: &str, body: &[u8]) -> Result<Json, Refusal> {
        match (method.as_str(), path) {
            ("GET", "/v1/status") => {}
            ("PATCH" | "POST", "/v1/status") => self.change_status(&read(body)?)?,
            ("PATCH" | "POST", _) if path.starts_with("/v1/scenarios/") => {
                let name = percent_decode_str(path.trim_start_matches("/v1/scenarios/")).decode_utf8_lossy();
                self.change_scenario(&name, &read(body)?)?;
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

    /// How the run stands. What is not known yet is left out; nothing is null.
    #[must_use]
    pub(crate) fn status(&self) -> Json {
        let state = self.control.current();
        let live = self.control.live();
        let none = Numbers::default();
        let scenarios = self.run.scenarios.iter().enumerate().map(|(index, scenario)| {
            let mut numbers = live.scenarios.get(index).unwrap_or(&none).clone();
            // A command counts at once; what is measured follows within a second.
            let over = self.control.is_over(index);
            let commanded = if over { (None, None) } else { commanded(&state, index) };
            numbers.users = commanded.0.map_or(numbers.users, Into::into);
            numbers.rate = commanded.1.unwrap_or(numbers.rate);
            let (model, is_changed) = (if scenario.open { "open" } else { "closed" }, commanded != (None, None));
            let mut json =
                json!({ "name": scenario.name, "executor": scenario.executor, "model": model, "changed": is_changed });
            extend(&mut json, &numbers);
            json
        });
        let elapsed = live.elapsed.unwrap_or_default();
        let phase = match (&state.stop, state.paused, live.elapsed) {
            (Some(_), ..) => "stopping",
            (None, _, None) => "preparing",
            (None, true, _) => "paused",
            (None, false, Some(elapsed)) if elapsed > self.run.planned => "finishing",
            (None, false, _) => "running",
        };
        let thresholds = live.thresholds.iter().map(|one| {
            let mut json = json!({ "metric": one.metric, "condition": one.condition, "state": one.state });
            if let (Some(observed), Some(object)) = (one.observed, json.as_object_mut()) {
                object.insert("observed".to_owned(), json!(observed));
            }
            json
        });
        let mut json = json!({
            "run_id": self.run.run_id,
            "status": phase,
            "paused": state.paused,
            "stopped": state.stop.is_some(),
            "elapsed": elapsed.as_secs_f64(),
            "planned": self.run.planned.as_secs_f64(),
            "scenarios": scenarios.collect::<Vec<_>>(),
            "thresholds": thresholds.collect::<Vec<_>>(),
        });
        extend(&mut json, &live.total);
        json
    }

    fn event(&self, what: String) {
        let at = self.control.live().elapsed.unwrap_or_default();
        self.control.subscribe().report(ControlEvent { at, worker: None, kind: EventKind::Command, what });
    }

    fn change_status(&self, body: &Json) -> Result<(), Refusal> {
        let paused = body.get("paused").and_then(Json::as_bool);
        let stopped = body.get("stopped").and_then(Json::as_bool);
        if paused.is_none() && stopped != Some(true) {
            return Err(bad("send {\"paused\": true}, {\"paused\": false} or {\"stopped\": true}"));
        }
        if let Some(paused) = paused.filter(|paused| *paused != self.control.current().paused) {
            self.control.update(|state| state.paused = paused);
            self.event(if paused { "paused" } else { "resumed" }.to_owned());
        }
        if stopped == Some(true) && self.control.current().stop.is_none() {
            self.control.stop(StopReason::Outside);
            self.event("stopped".to_owned());
        }
        Ok(())
    }

    fn change_scenario(&self, name: &str, body: &Json) -> Result<(), Refusal> {
        let scenarios = &self.run.scenarios;
        let known = || scenarios.iter().map(|scenario| scenario.name.as_str()).collect::<Vec<_>>().join(", ");
        let index = scenarios.iter().position(|scenario| scenario.name == name);
        let index = index
            .ok_or_else(|| (StatusCode::NOT_FOUND, format!("there is no scenario `{name}`; there are: {}", known())))?;
        if self.control.is_over(index) {
            return Err(bad(&format!("`{name}`: the scenario is over; nothing is changed")));
        }
        if self.control.current().stop.is_some() {
            return Err(bad("the run is stopping; nothing is changed"));
        }
        if self.control.current().is_search {
            return Err(bad("the run searches for its breaking point, and sets the rates itself; nothing is changed"));
        }
        if scenarios[index].open {
            let rate = body.get("rate").filter(|rate| rate.is_null() || in_range(rate)).ok_or_else(|| {
                let most = show_count(MAX_RATE);
                bad(&format!(
                    "`{name}` is open: it takes a rate above 0 and up to {most} arrivals per second, \
                     with `--rate N` or {{\"rate\": N}}, or null to follow its schedule"
                ))
            })?;
            self.control.update(|state| state.rates[index] = rate.as_f64());
        } else {
            let most = scenarios[index].max_users;
            let users = body.get("users").filter(|users| users.is_null() || whole_up_to(most, users).is_some());
            let users = users.ok_or_else(|| {
                let most = show_count(most.into());
                bad(&format!(
                    "`{name}` is closed: it takes a whole number of users up to {most}, \
                     with `--vus N` or {{\"users\": N}}, or null to follow its schedule"
                ))
            })?;
            let number = whole_up_to(most, users);
            self.fits(index, number)?;
            self.control.update(|state| state.users[index] = number);
        }
        Ok(())
    }

    /// Refuses more users than the process may open sockets for. A schedule that needs more has been warned of by `check`.
    fn fits(&self, index: usize, number: Option<u32>) -> Result<(), Refusal> {
        let (Some((limit, most)), Some(number)) = (self.run.open_files, number) else { return Ok(()) };
        let state = self.control.current();
        let mut others = 0;
        for (other, scenario) in self.run.scenarios.iter().enumerate() {
            if other != index && !scenario.open && !self.control.is_over(other) {
                others += u64::from(commanded(&state, other).0.unwrap_or(scenario.planned_users));
            }
        }
        let left = most.saturating_sub(others);
        let scenario = &self.run.scenarios[index];
        if u64::from(number) <= left.max(scenario.planned_users.into()) {
            return Ok(());
        }
        Err(bad(&format!(
            "`{}` can't have {}: each needs a socket, and the limit of {} leaves {} for it; give it no more, \
             or start the run again with a higher `ulimit -Hn` or in parts with `--segment`",
            scenario.name,
            show_several(number.into(), "user"),
            show_several(limit, "open file"),
            show_count(left)
        )))
    }
}

fn in_range(rate: &Json) -> bool {
    rate.as_f64().is_some_and(|rate| rate > 0.0 && rate <= MAX_RATE as f64)
}

fn whole_up_to(most: u32, users: &Json) -> Option<u32> {
    users.as_u64().and_then(|number| u32::try_from(number).ok()).filter(|number| *number <= most)
}

/// Users and rate that a command gave to a scenario.
fn commanded(state: &DesiredState, index: usize) -> (Option<u32>, Option<f64>) {
    (state.users.get(index).copied().flatten(), state.rates.get(index).copied().flatten())
}

/// Adds numbers to an object: `p95` in milliseconds, as in `summary.json`.
fn extend(json: &mut Json, numbers: &Numbers) {
    let Some(object) = json.as_object_mut() else { return };
    let Numbers { users, rate, rps, requests, failed, p95 } = numbers;
    for (name, value) in [
        ("users", json!(users)),
        ("rate", json!(rate)),
        ("rps", json!(rps)),
        ("requests", json!(requests)),
        ("failed", json!(failed)),
    ] {
        object.insert(name.to_owned(), value);
    }
    if let Some(p95) = p95 {
        object.insert("p95".to_owned(), json!(p95.as_secs_f64() * 1e3));
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
