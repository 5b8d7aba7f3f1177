//! AgentAPI: the state of an agent, its messages, and the connection of MCP servers by OAuth. `/events` and
//! `/v1/chat/completions` are streams of the target's own.

use std::sync::atomic::Ordering;

use hyper::StatusCode;
use serde_json::json;

use super::{Asked, Suites, not_allowed, ok, reply, unix_ms};
use crate::practice_target::builtin::Reply;

pub(super) fn answer(suites: &Suites, asked: &Asked<'_>) -> Option<Reply> {
    match (asked.path, asked.method) {
        (["status"], "GET") => {
            let is_busy = unix_ms() < suites.busy_until.load(Ordering::Relaxed);
            ok(&json!({ "ok": true, "status": if is_busy { "running" } else { "stable" }, "agent_type": "claude" }))
        }
        (["messages"], "GET") => ok(&json!({ "ok": true, "messages": [
            { "id": 0, "role": "user", "content": "list the files", "time": "2026-01-01T00:00:00Z" },
            { "id": 1, "role": "agent", "content": "there are three", "time": "2026-01-01T00:00:01Z" },
        ] })),
        (["message"], "POST") => {
            let busy = u64::try_from(suites.options.agent_busy.as_millis()).unwrap_or(u64::MAX);
            if busy > 0 {
                suites.busy_until.fetch_max(unix_ms().saturating_add(busy), Ordering::Relaxed);
            }
            ok(&json!({ "ok": true }))
        }
        (["api", "mcp", "oauth", "init"], "POST") => {
            let url = format!("https://provider.example/authorize?state={}", suites.number());
            ok(&json!({ "ok": true, "success": true, "auth_url": url }))
        }
        (["api", "mcp", "oauth", "refresh" | "revoke"], "POST") => {
            // Some configurations are not known: the tests of this system accept that.
            if suites.number().is_multiple_of(UNKNOWN) {
                return reply(StatusCode::NOT_FOUND, &json!({ "ok": false, "error": "no such configuration" }));
            }
            ok(&json!({ "ok": true, "success": true }))
        }
        (["status" | "messages" | "message"] | ["api", "mcp", "oauth", "init" | "refresh" | "revoke"], _) => {
            not_allowed()
        }
        _ => None,
    }
}

/// One in so many configurations is not known.
const UNKNOWN: u64 = 10;
