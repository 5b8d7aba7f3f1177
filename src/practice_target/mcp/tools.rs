//! What the MCP server offers: tools that say how they answer, resources and prompts.

use std::time::Duration;

use hyper::StatusCode;
use serde_json::{Value as Json, json};

use super::PAGE;
use super::message::{error, result};
use crate::practice_target::builtin::Reply;
use crate::practice_target::stream;
use crate::units::parse_duration;

/// The longest time of a tool, and most of its progress notifications.
const LONGEST: Duration = Duration::from_mins(10);
const MOST_STEPS: u64 = 1_000;

/// Names of the tools, what they do, and their arguments.
const TOOLS: [(&str, &str, &[(&str, &str)]); 11] = [
    ("echo", "answers with `message`", &[("message", "string")]),
    ("sum", "adds `a` and `b`", &[("a", "number"), ("b", "number")]),
    ("slow", "takes `time`, with `steps` progress notifications", &[("time", "string"), ("steps", "integer")]),
    ("fail", "fails, and says `message`", &[("message", "string")]),
    ("error", "is answered with the error `code`", &[("code", "integer")]),
    ("silent", "is answered with an event stream without an answer", &[]),
    (
        "resume",
        "ends its event stream `cuts` times before the answer, which is read on with `Last-Event-ID`",
        &[("cuts", "integer")],
    ),
    ("ask", "calls `method` of the client before it answers", &[("method", "string")]),
    ("wrong_id", "is answered with the id of another call", &[]),
    ("unavailable", "is answered with status 503", &[]),
    ("input", "asks for input before it goes on", &[]),
];

/// The answer to the call of a tool.
#[derive(Debug, Default)]
pub(super) struct ToolAnswer {
    status: StatusCode,
    /// Messages and when they are due; one that comes alone can be a body.
    messages: Vec<(Duration, String)>,
    /// Whether they come in an event stream in any case.
    is_stream: bool,
    pub(super) progress: u64,
    pub(super) calls: u64,
}

impl ToolAnswer {
    fn one(message: String) -> Self {
        Self { messages: vec![(Duration::ZERO, message)], ..Self::default() }
    }

    pub(super) fn reply(self, streams: bool) -> Reply {
        if self.is_stream || streams && self.status.is_success() {
            return Reply::stream(stream::messages(self.messages));
        }
        let body = self.messages.into_iter().next().map(|(_, message)| message).unwrap_or_default();
        Reply::json(self.status, body)
    }
}

/// Calls a tool.
pub(super) fn call(id: &Json, params: &Json) -> ToolAnswer {
    let arguments = &params["arguments"];
    let message = || arguments["message"].as_str().unwrap_or("hello").to_owned();
    ToolAnswer::one(match params["name"].as_str().unwrap_or_default() {
        "echo" => result(id, &content(&message(), false, arguments)),
        "sum" => {
            let number = |member: &str| arguments[member].as_f64().unwrap_or_default();
            let sum = number("a") + number("b");
            result(id, &content(&sum.to_string(), false, &json!({ "sum": sum })))
        }
        "fail" => result(id, &content(&message(), true, &Json::Null)),
        "error" => error(id, arguments["code"].as_i64().unwrap_or(-32_603), "as asked for"),
        "wrong_id" => result(&json!("another"), &content("", false, &Json::Null)),
        "input" => result(id, &json!({ "resultType": "input_required", "inputRequests": {}, "requestState": "1" })),
        "slow" => return slow(id, params),
        "silent" => return ToolAnswer { is_stream: true, ..ToolAnswer::default() },
        "ask" => {
            let method = arguments["method"].as_str().unwrap_or("ping");
            // The id is the server's own, and may be that of the client's call.
            let call = json!({ "jsonrpc": "2.0", "id": id, "method": method }).to_string();
            let answer = result(id, &content("asked", false, &Json::Null));
            let messages = vec![(Duration::ZERO, call), (Duration::ZERO, answer)];
            return ToolAnswer { messages, is_stream: true, calls: 1, ..ToolAnswer::default() };
        }
        "unavailable" => {
            return ToolAnswer { status: StatusCode::SERVICE_UNAVAILABLE, ..ToolAnswer::default() };
        }
        _ => error(id, -32_602, "no such tool"),
    })
}

fn slow(id: &Json, params: &Json) -> ToolAnswer {
    let (arguments, token) = (&params["arguments"], &params["_meta"]["progressToken"]);
    let time = arguments["time"].as_str().and_then(|time| parse_duration(time).ok()).unwrap_or_default().min(LONGEST);
    let wanted = arguments["steps"].as_u64().unwrap_or(4).min(MOST_STEPS);
    let steps = if token.is_null() { 0 } else { wanted };
    let mut messages: Vec<(Duration, String)> = (1..=steps)
        .map(|step| {
            let params = json!({ "progressToken": token, "progress": step, "total": steps });
            let message = json!({ "jsonrpc": "2.0", "method": "notifications/progress", "params": params });
            (time.mul_f64(step as f64 / (steps + 1) as f64), message.to_string())
        })
        .collect();
    messages.push((time, result(id, &content("done", false, &Json::Null))));
    ToolAnswer { messages, is_stream: true, progress: steps, ..ToolAnswer::default() }
}

fn content(text: &str, is_error: bool, structured: &Json) -> Json {
    let mut content = json!({ "content": [{ "type": "text", "text": text }], "isError": is_error });
    if structured.is_object() {
        content["structuredContent"] = structured.clone();
    }
    content
}

/// What the server can do.
pub(super) fn capabilities() -> Json {
    json!({ "tools": {}, "resources": {}, "prompts": {} })
}

/// The tools.
pub(super) fn list() -> Vec<Json> {
    let listed = TOOLS.iter().map(|(name, about, arguments)| {
        let properties = arguments.iter().map(|(name, kind)| ((*name).to_owned(), json!({ "type": kind })));
        let properties: serde_json::Map<_, _> = properties.collect();
        let schema = json!({ "type": "object", "properties": properties });
        json!({ "name": name, "description": about, "inputSchema": schema })
    });
    listed.collect()
}

/// The resources.
pub(super) fn resources() -> Vec<Json> {
    (1..=6)
        .map(|number| json!({ "uri": format!("target://text/{number}"), "name": format!("text {number}") }))
        .collect()
}

/// The prompts.
pub(super) fn prompts() -> Vec<Json> {
    vec![json!({ "name": "greet", "arguments": [{ "name": "name", "required": true }] })]
}

/// A page of a list; a cursor is the number of its first item.
pub(super) fn page(id: &Json, params: &Json, (member, items): (&str, Vec<Json>)) -> String {
    let cursor = params["cursor"].as_str();
    let Some(first) = cursor.map_or(Some(0), |cursor| cursor.parse().ok()).filter(|first| *first <= items.len()) else {
        return error(id, -32_602, "no such cursor");
    };
    let mut page = json!({ member: items[first..].iter().take(PAGE).collect::<Vec<_>>() });
    if first + PAGE < items.len() {
        page["nextCursor"] = (first + PAGE).to_string().into();
    }
    result(id, &page)
}

/// The content of a resource.
pub(super) fn resource(id: &Json, params: &Json) -> String {
    let uri = &params["uri"];
    if resources().iter().any(|known| known["uri"] == *uri) {
        return result(id, &json!({ "contents": [{ "uri": uri, "mimeType": "text/plain", "text": "hello" }] }));
    }
    error(id, -32_602, "no such resource")
}

/// A prompt with its arguments.
pub(super) fn prompt(id: &Json, params: &Json) -> String {
    match (params["name"].as_str(), params["arguments"]["name"].as_str()) {
        (Some("greet"), Some(name)) => {
            let text = json!({ "type": "text", "text": format!("Greet {name}") });
            result(id, &json!({ "messages": [{ "role": "user", "content": text }] }))
        }
        (Some("greet"), None) => error(id, -32_602, "the argument `name` is missing"),
        _ => error(id, -32_602, "no such prompt"),
    }
}
