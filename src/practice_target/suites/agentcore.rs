//! AgentCore besides JSON-RPC: health, cached resources, workflows, the integration layer, training.

use hyper::StatusCode;
use hyper::header::{HeaderName, HeaderValue};
use serde_json::json;

use super::{Asked, Suites, agentcore_rpc, ok, reply};
use crate::practice_target::builtin::Reply;
use crate::practice_target::stream;

/// One in so many resources is not in the cache.
const NOT_CACHED: u64 = 5;

pub(super) fn answer(suites: &Suites, asked: &Asked<'_>) -> Option<Reply> {
    match (&asked.path[2..], asked.method) {
        (["jsonrpc"], "POST") => Some(agentcore_rpc::answer(suites, asked.body)),
        (["health"], "GET") => Some(Reply::json(StatusCode::OK, r#"{"ok":true,"status":"healthy"}"#)),
        (["metrics"], "GET") => ok(&json!({ "ok": true, "requests_total": suites.number() })),
        (["resource", number], "GET") => Some(resource(number)),
        (["resources"], "GET") => {
            let (limit, offset) = (asked.number("limit", 10, 100), asked.number("offset", 0, 1_000_000));
            let items: Vec<_> = (offset..offset + limit).map(|id| json!({ "id": id })).collect();
            ok(&json!({ "ok": true, "items": items, "total": 1_000, "limit": limit, "offset": offset }))
        }
        (["action"], "POST") => ok(&json!({ "ok": true, "action_id": suites.number() })),
        (["events", "stream"], "GET") => Some(Reply::stream(stream::ticks())),
        (["events", "batch"], "POST") => ok(&json!({ "ok": true, "batch_id": suites.number() })),
        (["integration", rest @ ..], method) => integration(suites, rest, method),
        (["workflows"], "POST") => {
            let id = format!("workflow-{}", suites.number());
            reply(StatusCode::CREATED, &json!({ "ok": true, "workflow_id": id, "status": "created" }))
        }
        (["workflows", id, "execute"], "POST") => {
            ok(&json!({ "ok": true, "workflow_id": id, "execution_id": suites.number(), "status": "running" }))
        }
        (["workflows", id] | ["workflows", id, "status"], "GET") => {
            ok(&json!({ "ok": true, "workflow_id": id, "status": "running", "progress": 0.5 }))
        }
        (["training", rest @ ..], method) => training(suites, rest, method),
        _ => None,
    }
}

/// A resource, and whether it came from the cache.
fn resource(number: &str) -> Reply {
    let is_cached = number.parse::<u64>().is_ok_and(|number| !number.is_multiple_of(NOT_CACHED));
    let body = json!({ "ok": true, "id": number, "cached": is_cached });
    let state = HeaderValue::from_static(if is_cached { "HIT" } else { "MISS" });
    Reply::json(StatusCode::OK, body.to_string()).with(HeaderName::from_static("x-cache"), state)
}

fn integration(suites: &Suites, path: &[&str], method: &str) -> Option<Reply> {
    match (path, method) {
        (["llm", "complete"], "POST") => {
            ok(&json!({ "ok": true, "completion": "The answer is 42.", "usage": { "total_tokens": 12 } }))
        }
        (["events", "publish"], "POST") => ok(&json!({ "ok": true, "event_id": format!("event-{}", suites.number()) })),
        (["webhooks"], "POST") => {
            reply(StatusCode::CREATED, &json!({ "ok": true, "webhook_id": format!("webhook-{}", suites.number()) }))
        }
        (["webhooks"], "GET") => ok(&json!({ "ok": true, "webhooks": [], "total": 0 })),
        (["webhooks", id, "stats"], "GET") => {
            ok(&json!({ "ok": true, "webhook_id": id, "deliveries": 3, "failures": 0 }))
        }
        (["storage", "upload"], "POST") => {
            ok(&json!({ "ok": true, "object_id": format!("object-{}", suites.number()) }))
        }
        _ => None,
    }
}

fn training(suites: &Suites, path: &[&str], method: &str) -> Option<Reply> {
    match (path, method) {
        (["jobs"] | ["start"], "POST") => reply(
            StatusCode::CREATED,
            &json!({ "ok": true, "job_id": format!("training-{}", suites.number()), "status": "queued" }),
        ),
        (["jobs", id] | ["jobs", id, "status"], "GET") => {
            ok(&json!({ "ok": true, "job_id": id, "status": "running", "progress": 0.4 }))
        }
        (["jobs", id, "export"], "GET" | "POST") => ok(&json!({ "ok": true, "job_id": id, "rows": 100 })),
        (["jobs", id, "cancel"], "POST") | (["jobs", id], "DELETE") => {
            ok(&json!({ "ok": true, "job_id": id, "status": "cancelled" }))
        }
        _ => None,
    }
}
