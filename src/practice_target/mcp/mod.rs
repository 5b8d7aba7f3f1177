//! `/mcp`: a server of the Model Context Protocol over streamable HTTP, with sessions (2025-06-18, 2025-11-25) and without
//! (2026-07-28). Its tools say how they answer, right or wrong, and it counts what it saw.

mod log;
mod message;
mod resumed;
mod sessions;
#[cfg(test)]
mod tests;
mod tools;

use hyper::header::{ACCEPT, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Method, StatusCode};
use serde_json::{Value as Json, json};

use super::builtin::Reply;
use log::McpLog;
pub(super) use log::McpReport;
use message::{error, refused, result};
use sessions::Sessions;

/// Revisions with sessions, the oldest first, and the one without.
const WITH_SESSIONS: [&str; 2] = ["2025-06-18", "2025-11-25"];
const STATELESS: &str = "2026-07-28";
const SESSION_ID: HeaderName = HeaderName::from_static("mcp-session-id");
/// Keys of `_meta` without sessions.
const META_VERSION: &str = "io.modelcontextprotocol/protocolVersion";
const META_CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";
/// Items of one page of a list.
const PAGE: usize = 4;

/// The server: open sessions and counts, of all threads.
#[derive(Debug, Default)]
pub(super) struct McpServer {
    sessions: Sessions,
    log: McpLog,
}

/// What a client asks of the server by its URL.
#[derive(Debug, Default)]
struct Options {
    /// The one revision that it speaks; all.
    revision: Option<String>,
    /// Whether every answer comes in an event stream.
    streams: bool,
    /// Requests after which a session is forgotten.
    expire: Option<u64>,
}

impl Options {
    fn parse(query: &str) -> Self {
        let mut options = Self::default();
        for (key, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match &*key {
                "revision" => options.revision = Some(value.into_owned()),
                "answer" => options.streams = value == "sse",
                "expire" => options.expire = value.parse().ok(),
                // The URL of an application has parameters of its own.
                _ => {}
            }
        }
        options
    }

    fn speaks(&self, revision: &str) -> bool {
        self.revision.as_ref().is_none_or(|only| only == revision)
    }
}

/// Whether a path reads its request's body.
pub(super) fn reads_body(path: &str) -> bool {
    path == "/mcp"
}

/// A message of the client and how it came.
struct Call<'a> {
    head: &'a Parts,
    options: &'a Options,
    message: &'a Json,
    method: &'a str,
}

impl McpServer {
    /// What it saw, if it saw anything.
    pub(super) fn report(&self) -> Option<McpReport> {
        self.log.report(self.sessions.open())
    }

    /// Forgets its counts; sessions that are open stay so.
    pub(super) fn reset(&self) {
        self.log.reset();
    }

    /// What the path answers; none for any other.
    pub(super) fn answer(&self, head: &Parts, sent: &[u8]) -> Option<Reply> {
        if !reads_body(head.uri.path()) {
            return None;
        }
        let options = Options::parse(head.uri.query().unwrap_or_default());
        Some(match head.method {
            Method::POST => self.post(head, &options, sent),
            Method::DELETE => self.end(head, &options),
            Method::GET => self.resume(head, &options),
            _ => Reply::error(StatusCode::METHOD_NOT_ALLOWED, "only POST, GET and DELETE"),
        })
    }

    fn post(&self, head: &Parts, options: &Options, sent: &[u8]) -> Reply {
        let accepted = header(head, &ACCEPT);
        if !(accepted.contains("application/json") && accepted.contains("text/event-stream")) {
            return self.refuse("accept", refused(StatusCode::NOT_ACCEPTABLE, -32_600, "accept both media types"));
        }
        let message: Json = match serde_json::from_slice(sent) {
            Ok(message @ Json::Object(_)) => message,
            _ => return self.refuse("json", refused(StatusCode::BAD_REQUEST, -32_700, "no message")),
        };
        let Some(method) = message["method"].as_str() else {
            self.log.replies(&message);
            return Reply::json(StatusCode::ACCEPTED, "");
        };
        let call = Call { head, options, message: &message, method };
        let is_stateless = message["params"]["_meta"][META_VERSION].is_string()
            || header(head, &HeaderName::from_static("mcp-protocol-version")) == STATELESS;
        if is_stateless { self.stateless(&call) } else { self.of_session(&call) }
    }

    /// A message of a client that says all by itself.
    fn stateless(&self, call: &Call<'_>) -> Reply {
        let Call { head, options, message, method } = call;
        let meta = &message["params"]["_meta"];
        if !options.speaks(STATELESS) {
            return self.refuse("revision", refused(StatusCode::BAD_REQUEST, -32_000, "no session"));
        }
        if meta[META_VERSION] != STATELESS {
            let data = json!({ "supported": [STATELESS] });
            let error = json!({ "jsonrpc": "2.0", "id": message["id"], "error": { "code": -32_022, "message": "revision", "data": data } });
            return self.refuse("revision", Reply::json(StatusCode::BAD_REQUEST, error.to_string()));
        }
        let name = match *method {
            "tools/call" | "prompts/get" => message["params"]["name"].as_str(),
            "resources/read" => message["params"]["uri"].as_str(),
            _ => None,
        };
        let says = |name: &'static str| header(head, &HeaderName::from_static(name));
        let agree = says("mcp-protocol-version") == STATELESS
            && says("mcp-method") == *method
            && says("mcp-name") == name.unwrap_or_default();
        if !agree {
            return self.refuse("headers", refused(StatusCode::BAD_REQUEST, -32_020, "headers and body differ"));
        }
        if !meta[META_CAPABILITIES].is_object() {
            return self.refuse("capabilities", refused(StatusCode::BAD_REQUEST, -32_602, "no capabilities"));
        }
        self.log.takes(call);
        match *method {
            "server/discover" => {
                let mut supported = vec![STATELESS];
                supported.extend(WITH_SESSIONS.into_iter().filter(|revision| options.speaks(revision)));
                let found =
                    json!({ "supportedVersions": supported, "capabilities": tools::capabilities(), "ttlMs": 60_000 });
                Reply::json(StatusCode::OK, result(&message["id"], &found))
            }
            "initialize" | "notifications/initialized" | "ping" => unknown_method(call, StatusCode::NOT_FOUND),
            _ => self.perform(call, StatusCode::NOT_FOUND),
        }
    }

    /// A message of a client that has, or opens, a session.
    fn of_session(&self, call: &Call<'_>) -> Reply {
        let Call { head, options, message, method } = call;
        if !WITH_SESSIONS.iter().any(|revision| options.speaks(revision)) {
            return self.refuse("revision", refused(StatusCode::BAD_REQUEST, -32_602, "no `_meta`"));
        }
        let id = header(head, &SESSION_ID);
        if *method == "initialize" {
            self.log.takes(call);
            return self.initialize(call);
        }
        if id.is_empty() {
            return self.refuse("session", refused(StatusCode::BAD_REQUEST, -32_600, "no Mcp-Session-Id"));
        }
        let Some(seen) = self.sessions.touch(id, &message["id"], options.expire) else {
            return self.refuse("expired", refused(StatusCode::NOT_FOUND, -32_001, "no such session"));
        };
        if seen.is_duplicate {
            self.log.count(|report| report.duplicate_ids += 1);
        }
        if header(head, &HeaderName::from_static("mcp-protocol-version")) != seen.revision {
            return self
                .refuse("revision", refused(StatusCode::BAD_REQUEST, -32_600, "another revision was agreed on"));
        }
        self.log.takes(call);
        match *method {
            "notifications/initialized" => {
                self.sessions.initialized(id);
                Reply::json(StatusCode::ACCEPTED, "")
            }
            method if method.starts_with("notifications/") => Reply::json(StatusCode::ACCEPTED, ""),
            "ping" => Reply::json(StatusCode::OK, result(&message["id"], &json!({}))),
            _ if !seen.is_initialized => {
                self.refuse("initialized", refused(StatusCode::BAD_REQUEST, -32_600, "not initialized"))
            }
            _ => self.perform(call, StatusCode::OK),
        }
    }

    fn initialize(&self, call: &Call<'_>) -> Reply {
        let Call { options, message, .. } = call;
        let wanted = message["params"]["protocolVersion"].as_str().unwrap_or_default();
        let spoken: Vec<&str> = WITH_SESSIONS.into_iter().filter(|revision| options.speaks(revision)).collect();
        let revision =
            spoken.iter().find(|revision| **revision == wanted).or(spoken.last()).copied().unwrap_or_default();
        let id = self.sessions.begin(revision);
        self.log.count(|report| report.sessions_opened += 1);
        let opened = json!({
            "protocolVersion": revision,
            "capabilities": tools::capabilities(),
            "serverInfo": { "name": "loadagent practice target", "version": env!("CARGO_PKG_VERSION") },
        });
        let text = result(&message["id"], &opened);
        let reply = if options.streams { message::streamed(vec![text]) } else { Reply::json(StatusCode::OK, text) };
        match HeaderValue::from_str(&id) {
            Ok(id) => reply.with(SESSION_ID, id),
            Err(_) => reply,
        }
    }

    fn perform(&self, call: &Call<'_>, unknown: StatusCode) -> Reply {
        let Call { options, message, method, .. } = call;
        let (id, params) = (&message["id"], &message["params"]);
        let listed = |member: &str, items: Vec<Json>| tools::page(id, params, (member, items));
        let text = match *method {
            "tools/call" => return self.call_tool(call),
            "tools/list" => listed("tools", tools::list()),
            "resources/list" => listed("resources", tools::resources()),
            "resources/templates/list" => listed("resourceTemplates", Vec::new()),
            "prompts/list" => listed("prompts", tools::prompts()),
            "resources/read" => tools::resource(id, params),
            "prompts/get" => tools::prompt(id, params),
            _ => return unknown_method(call, unknown),
        };
        if options.streams { message::streamed(vec![text]) } else { Reply::json(StatusCode::OK, text) }
    }

    fn call_tool(&self, call: &Call<'_>) -> Reply {
        let params = &call.message["params"];
        self.log.calls(params["name"].as_str().unwrap_or_default());
        if params["name"] == "resume" {
            return resumed::reply(&call.message["id"], params["arguments"]["cuts"].as_u64().unwrap_or(1));
        }
        let answer = tools::call(&call.message["id"], params);
        self.log.count(|report| report.progress_sent += answer.progress);
        self.log.count(|report| report.calls_sent += answer.calls);
        answer.reply(call.options.streams)
    }

    /// The rest of a stream that ended before its answer; streams of the server's own are not offered.
    fn resume(&self, head: &Parts, options: &Options) -> Reply {
        let last = header(head, &HeaderName::from_static("last-event-id"));
        let Some((id, cuts)) = resumed::read(last) else {
            return Reply::error(StatusCode::METHOD_NOT_ALLOWED, "GET only with the Last-Event-ID of a stream");
        };
        if self.sessions.touch(header(head, &SESSION_ID), &Json::Null, options.expire).is_none() {
            return self.refuse("expired", refused(StatusCode::NOT_FOUND, -32_001, "no such session"));
        }
        self.log.count(|report| report.resumed += 1);
        resumed::reply(&id, cuts)
    }

    fn end(&self, head: &Parts, options: &Options) -> Reply {
        if !WITH_SESSIONS.iter().any(|revision| options.speaks(revision)) {
            return Reply::error(StatusCode::METHOD_NOT_ALLOWED, "there are no sessions");
        }
        if !self.sessions.end(header(head, &SESSION_ID)) {
            return self.refuse("expired", refused(StatusCode::NOT_FOUND, -32_001, "no such session"));
        }
        self.log.count(|report| report.sessions_ended += 1);
        Reply::json(StatusCode::NO_CONTENT, "")
    }

    fn refuse(&self, why: &str, reply: Reply) -> Reply {
        self.log.count(|report| *report.refused.entry(why.to_owned()).or_default() += 1);
        reply
    }
}

fn unknown_method(call: &Call<'_>, status: StatusCode) -> Reply {
    Reply::json(status, error(&call.message["id"], -32_601, "no such method"))
}

fn header<'h>(head: &'h Parts, name: &HeaderName) -> &'h str {
    head.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}
