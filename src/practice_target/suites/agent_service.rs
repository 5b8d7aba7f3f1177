//! An agent service: invocations, streams, asynchronous tasks, and the protocols MCP, A2A and AG-UI.

use std::time::Duration;

use hyper::StatusCode;
use serde_json::{Value as Json, json};

use super::{Asked, Suites, ok, reply, unix_ms};
use crate::practice_target::builtin::Reply;
use crate::practice_target::stream::{self, NamedEvent};

/// How long a task takes.
const TASK_MS: u64 = 1_500;
/// Pieces of a streamed answer, and the time between them.
const PIECES: u32 = 5;
const GAP: Duration = Duration::from_millis(20);

pub(super) fn answer(suites: &Suites, asked: &Asked<'_>) -> Option<Reply> {
    match (&asked.path[2..], asked.method) {
        (["agents", "invoke"], "POST") => ok(&json!({
            "ok": true, "response": "The answer is 42.", "metadata": { "model": "mock", "tokens": 5 },
        })),
        (["agents", "stream"], "POST") => Some(Reply::stream(stream::named(text()))),
        (["agents", _, "invoke-async"], "POST") => {
            let id = format!("task-{}-{}", suites.number(), unix_ms() + TASK_MS);
            let url = format!("/api/v1/agents/tasks/{id}");
            let body = json!({
                "ok": true, "task_id": id, "status": "PENDING", "message": "the task is queued", "status_url": url,
            });
            reply(StatusCode::ACCEPTED, &body)
        }
        (["agents", "tasks", id], "GET") => Some(task(id)),
        (["protocols", "mcp", "tools"], "GET") => ok(&json!({ "ok": true, "tools": [
            { "name": "search", "description": "searches documents", "inputSchema": { "type": "object" } },
            { "name": "invoke_agent", "description": "asks the agent", "inputSchema": { "type": "object" } },
        ] })),
        (["protocols", "mcp", "invoke"], "POST") => {
            ok(&json!({ "ok": true, "content": [{ "type": "text", "text": "The answer is 42." }], "isError": false }))
        }
        (["protocols", "a2a", "tasks"], "POST") => {
            let id = format!("a2a-{}", suites.number());
            reply(StatusCode::CREATED, &json!({ "ok": true, "task_id": id, "status": "created" }))
        }
        (["protocols", "a2a", "tasks"], "GET") => {
            let size = asked.number("limit", 10, 100);
            ok(&json!({ "ok": true, "tasks": [], "total": 0, "page": 1, "page_size": size }))
        }
        (["protocols", "agui", "stream"], "POST") => Some(Reply::stream(stream::named(agui(suites.number())))),
        _ => None,
    }
}

/// A task's id says when it ends.
fn task(id: &str) -> Reply {
    let end =
        id.strip_prefix("task-").and_then(|rest| rest.split_once('-')).and_then(|(_, end)| end.parse::<u64>().ok());
    let Some(end) = end else { return Reply::error(StatusCode::NOT_FOUND, "there is no such task") };
    let left = end.saturating_sub(unix_ms());
    let (state, progress, result) = match left {
        0 => ("SUCCESS", 100, json!({ "response": "The answer is 42." })),
        left if left > TASK_MS - 200 => ("PENDING", 0, Json::Null),
        left => ("STARTED", 100 - left * 100 / TASK_MS, Json::Null),
    };
    let body = json!({
        "ok": true, "task_id": id, "state": state, "status": state, "progress": progress, "result": result,
        "error": Json::Null,
    });
    Reply::json(StatusCode::OK, body.to_string())
}

fn at(number: u32) -> Duration {
    GAP.saturating_mul(number)
}

/// A plain text in pieces, then `[DONE]`.
fn text() -> Vec<NamedEvent> {
    let pieces = (0..PIECES).map(|number| (at(number), "", format!("piece {number} of the answer")));
    pieces.chain([(at(PIECES), "", "[DONE]".to_owned())]).collect()
}

/// A run of AG-UI, with a message and a call of a tool.
fn agui(number: u64) -> Vec<NamedEvent> {
    let run = format!("run-{number}");
    let before = [
        json!({ "type": "run_started", "run_id": run }),
        json!({ "type": "text_message_start", "message_id": "m1", "role": "assistant" }),
    ];
    let pieces = (0..PIECES).map(
        |number| json!({ "type": "text_message_content", "message_id": "m1", "delta": format!("piece {number} ") }),
    );
    let after = [
        json!({ "type": "text_message_end", "message_id": "m1" }),
        json!({ "type": "tool_call_start", "tool_call_id": "t1", "name": "search" }),
        json!({ "type": "tool_call_end", "tool_call_id": "t1" }),
        json!({ "type": "state_delta", "delta": [] }),
        json!({ "type": "run_finished", "run_id": run }),
    ];
    let events = before.into_iter().chain(pieces).chain(after);
    events.zip(0..).map(|(event, number)| (at(number), "", event.to_string())).collect()
}
