//! `/a2a`: an agent of A2A over JSON-RPC, in versions 0.3 and 1.0. Its tasks go through planned states at planned times, and
//! it counts what it saw.
//!
//! ```text
//!  GET /a2a/.well-known/agent-card.json ─▶ card
//!  POST /a2a ─▶ Plan of the query ─▶ send (at the end), stream (event by event), get, cancel, subscribe
//! ```

mod log;
mod message;
mod plan;
mod tasks;
#[cfg(test)]
mod tests;

use std::time::{Duration, Instant};

use hyper::header::{HOST, HeaderName};
use hyper::http::request::Parts;
use hyper::http::uri::Authority;
use hyper::{Method, StatusCode};
use serde_json::{Value as Json, json};

use super::builtin::Reply;
use super::stream;
use log::A2aLog;
pub(super) use log::A2aReport;
use message::{Form, error, result};
use plan::Plan;
use tasks::{Task, Tasks};

const PATH: &str = "/a2a";
const CARD: &str = "/a2a/.well-known/agent-card.json";

/// The agent: its tasks and counts, of all threads.
#[derive(Debug, Default)]
pub(super) struct Agent {
    tasks: Tasks,
    log: A2aLog,
}

/// Whether a path reads its request's body.
pub(super) fn reads_body(path: &str) -> bool {
    path == PATH
}

/// A call of the client.
struct Call<'a> {
    plan: &'a Plan,
    form: Form,
    id: &'a Json,
    params: &'a Json,
}

impl Agent {
    /// What it saw, if it saw anything.
    pub(super) fn report(&self) -> Option<A2aReport> {
        self.log.report()
    }

    /// Forgets its counts; its tasks stay.
    pub(super) fn reset(&self) {
        self.log.reset();
    }

    /// What the path answers; none for any other.
    pub(super) fn answer(&self, head: &Parts, sent: &[u8]) -> Option<Reply> {
        let path = head.uri.path();
        if path != PATH && path != CARD {
            return None;
        }
        let query = head.uri.query().unwrap_or_default();
        let plan = match Plan::parse(query) {
            Ok(plan) => plan,
            Err(error) => return Some(Reply::error(StatusCode::BAD_REQUEST, &error.to_string())),
        };
        Some(match (path, &head.method) {
            (CARD, &Method::GET) => self.card(head, &plan, query),
            (PATH, &Method::POST) => self.post(head, &plan, sent),
            _ => Reply::error(StatusCode::METHOD_NOT_ALLOWED, "GET for the card, POST for the agent"),
        })
    }

    fn card(&self, head: &Parts, plan: &Plan, query: &str) -> Reply {
        self.log.count(|report| report.cards += 1);
        let host =
            head.headers.get(HOST).and_then(|host| host.to_str().ok()).or(head.uri.authority().map(Authority::as_str));
        let query = if query.is_empty() { String::new() } else { format!("?{query}") };
        let url = format!("http://{}{PATH}{query}", host.unwrap_or("localhost"));
        let interface = |binding: &str, version: &str| json!({ "url": url, "protocolBinding": binding, "protocolVersion": version });
        let mut card = json!({
            "name": "loadagent practice target", "description": "an agent to practise on", "version": env!("CARGO_PKG_VERSION"),
            "capabilities": { "streaming": true, "pushNotifications": false },
            "defaultInputModes": ["text/plain"], "defaultOutputModes": ["text/plain"], "skills": [],
        });
        match plan.version.as_deref() {
            Some("none") => card["supportedInterfaces"] = json!([interface("HTTP+JSON", "1.0")]),
            Some("0.3") => {
                card["url"] = url.into();
                card["protocolVersion"] = "0.3.0".into();
                card["preferredTransport"] = "JSONRPC".into();
            }
            Some(_) => card["supportedInterfaces"] = json!([interface("JSONRPC", "1.0")]),
            None => card["supportedInterfaces"] = json!([interface("JSONRPC", "1.0"), interface("JSONRPC", "0.3")]),
        }
        Reply::json(StatusCode::OK, card.to_string())
    }

    fn post(&self, head: &Parts, plan: &Plan, sent: &[u8]) -> Reply {
        let message: Json = serde_json::from_slice(sent).unwrap_or_default();
        let (id, method) = (&message["id"], message["method"].as_str().unwrap_or_default());
        let version = head.headers.get(HeaderName::from_static("a2a-version")).and_then(|value| value.to_str().ok());
        let form = if version == Some("1.0") { Form::New } else { Form::Old };
        let Some((form_of_method, name)) = message::method(method) else {
            return self.refuse("method", error(id, -32_601, "no such method"));
        };
        let is_spoken = plan.version.as_deref().is_none_or(|only| (only == "1.0") == (form == Form::New));
        if form_of_method != form || !is_spoken {
            return self.refuse("version", error(id, -32_009, "this version is not supported"));
        }
        self.log.takes(name);
        if plan.wrong_id {
            return Reply::json(StatusCode::OK, result(&json!("another"), &json!({})));
        }
        let call = Call { plan, form, id, params: &message["params"] };
        match name {
            "SendMessage" => self.send(&call),
            "SendStreamingMessage" => self.stream(&call),
            "GetTask" => self.get(&call),
            "CancelTask" => self.cancel(&call),
            _ => self.subscribe(&call),
        }
    }

    /// Begins a task, if the message is one; says why not.
    fn begin(&self, call: &Call<'_>) -> Result<Task, Box<Reply>> {
        let message = &call.params["message"];
        let role = if call.form == Form::New { "ROLE_USER" } else { "user" };
        let is_message = message["messageId"].is_string() && message["role"] == role && message["parts"].is_array();
        if !is_message {
            return Err(Box::new(self.refuse("message", error(call.id, -32_602, "no message"))));
        }
        let context = message["contextId"].as_str();
        let task = self.tasks.begin(call.plan, context, Instant::now());
        self.log.begins(task.end.as_str());
        Ok(task)
    }

    fn send(&self, call: &Call<'_>) -> Reply {
        if call.plan.message {
            let answer = message::of_agent(call.form, "hello");
            return Reply::json(StatusCode::OK, result(call.id, &answer));
        }
        let task = match self.begin(call) {
            Ok(task) => task,
            Err(refused) => return *refused,
        };
        let configuration = &call.params["configuration"];
        let waits = configuration["returnImmediately"] != true && configuration["blocking"] != false;
        let after = if waits { task.length() } else { Duration::ZERO };
        let shown = message::wrapped(call.form, "task", &task.shown(call.form, task.begun + after));
        let mut reply = Reply::json(StatusCode::OK, result(call.id, &shown));
        reply.delay = Some(after);
        reply
    }

    fn stream(&self, call: &Call<'_>) -> Reply {
        match self.begin(call) {
            Ok(task) => self.streamed(call, &task, Duration::ZERO),
            Err(refused) => *refused,
        }
    }

    /// The events of a task from a time after its beginning on.
    fn streamed(&self, call: &Call<'_>, task: &Task, from: Duration) -> Reply {
        let plan = call.plan;
        let first = message::wrapped(call.form, "task", &task.shown(call.form, task.begun + from));
        let mut events = vec![(Duration::ZERO, result(call.id, &first))];
        let later = task.events(call.form).into_iter().filter(|(at, _)| *at > from || from.is_zero());
        events.extend(later.map(|(at, event)| (at.saturating_sub(from), result(call.id, &event))));
        if let Some(after) = plan.error {
            events.truncate(after);
            let at = events.last().map_or(Duration::ZERO, |(at, _)| *at);
            events.push((at, error(call.id, -32_603, "as asked for")));
        }
        if let Some(after) = plan.cut {
            events.truncate(after);
        }
        self.log.count(|report| report.events += events.len() as u64);
        Reply::stream(stream::messages(events))
    }

    fn get(&self, call: &Call<'_>) -> Reply {
        match self.tasks.find(call.params["id"].as_str().unwrap_or_default()) {
            Some(task) => Reply::json(StatusCode::OK, result(call.id, &task.shown(call.form, Instant::now()))),
            None => self.refuse("task", error(call.id, -32_001, "no such task")),
        }
    }

    fn cancel(&self, call: &Call<'_>) -> Reply {
        let id = call.params["id"].as_str().unwrap_or_default();
        match self.tasks.cancel(id, Instant::now()) {
            None => self.refuse("task", error(call.id, -32_001, "no such task")),
            Some(Err(())) => self.refuse("cancel", error(call.id, -32_002, "the task has ended")),
            Some(Ok(task)) => {
                self.log.count(|report| report.canceled += 1);
                Reply::json(StatusCode::OK, result(call.id, &task.shown(call.form, Instant::now())))
            }
        }
    }

    fn subscribe(&self, call: &Call<'_>) -> Reply {
        let now = Instant::now();
        match self.tasks.find(call.params["id"].as_str().unwrap_or_default()) {
            None => self.refuse("task", error(call.id, -32_001, "no such task")),
            Some(task) if task.is_over(now) => self.refuse("subscribe", error(call.id, -32_004, "the task has ended")),
            Some(task) => self.streamed(call, &task, now.saturating_duration_since(task.begun)),
        }
    }

    /// An error of JSON-RPC: all of them have status 200.
    fn refuse(&self, why: &str, message: String) -> Reply {
        self.log.count(|report| *report.refused.entry(why.to_owned()).or_default() += 1);
        Reply::json(StatusCode::OK, message)
    }
}
