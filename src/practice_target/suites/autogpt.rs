//! The AutoGPT platform: login at Supabase, credits, graphs and their executions, blocks, files.

use hyper::StatusCode;
use serde_json::{Value as Json, json};

use super::{Asked, Suites, ok, reply};
use crate::practice_target::builtin::Reply;

/// One in so many executions lacks credits.
const UNPAID: u64 = 20;
/// One in so many blocks fails.
const BROKEN: u64 = 25;

/// Supabase: login and a table.
pub(super) fn account(suites: &Suites, asked: &Asked<'_>) -> Option<Reply> {
    match (asked.path, asked.method) {
        (["auth", "v1", "token"], "POST") => Some(login(suites, &asked.json())),
        (["rest", "v1", ..], "GET") => ok(&json!({ "ok": true, "definitions": {} })),
        _ => None,
    }
}

fn login(suites: &Suites, body: &Json) -> Reply {
    let (Some(email), Some(_)) = (body["email"].as_str(), body["password"].as_str()) else {
        return Reply::error(StatusCode::BAD_REQUEST, "email and password are required");
    };
    let number = suites.number();
    // Three parts, as a JWT has.
    let token = format!("token-{number:08}.eyJyb2xlIjoiYXV0aGVudGljYXRlZCJ9.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg");
    let body = json!({
        "ok": true, "access_token": token, "token_type": "bearer", "expires_in": 3600,
        "refresh_token": format!("refresh-{number}"), "user": { "id": format!("user-{number}"), "email": email },
    });
    Reply::json(StatusCode::OK, body.to_string())
}

/// The API, `path` being what follows `/api`, `/api/v1` or `/api/proxy/api`.
pub(super) fn answer(suites: &Suites, asked: &Asked<'_>, path: &[&str]) -> Option<Reply> {
    match (path, asked.method) {
        (["credits"], "GET") => ok(&json!({ "ok": true, "credits": 1000 })),
        (["credits"], "POST") => ok(&json!({ "ok": true, "checkout_url": "https://pay.example/checkout/1" })),
        (["credits", "transactions"], "GET") => {
            let count = asked.number("transaction_count_limit", 10, 100);
            let one = |number| json!({ "transaction_key": format!("t{number}"), "amount": -1 });
            ok(&json!({ "ok": true, "transactions": (0..count).map(one).collect::<Vec<_>>() }))
        }
        (["auth", "user"], "POST") => ok(&json!({ "ok": true, "id": "user-1", "email": "loadtest1@example.com" })),
        (["onboarding"], "GET") => ok(&json!({ "ok": true, "completedSteps": ["WELCOME"], "isCompleted": false })),
        (["graphs" | "executions" | "schedules" | "api-keys" | "blocks"], "GET") => ok(&list(path[0])),
        (["graphs"], "POST") => ok(&graph(&format!("graph-{}", suites.number()))),
        (["graphs", id], "GET") => ok(&graph(id)),
        (["graphs", id, "execute", _version], "POST") => Some(execution(suites, id)),
        (["graphs", _graph, "executions", id], "GET") => ok(&json!({ "ok": true, "id": id, "status": "COMPLETED" })),
        (["graphs", _, "schedules"], "POST") => created(suites, "schedule"),
        (["blocks", _, "execute"], "POST") if suites.number().is_multiple_of(BROKEN) => {
            reply(StatusCode::INTERNAL_SERVER_ERROR, &json!({ "ok": false, "detail": "the block failed" }))
        }
        (["blocks", _, "execute"], "POST") => ok(&json!({ "ok": true, "output": ["2026-01-01 00:00:00"] })),
        (["api-keys"], "POST") => created(suites, "key"),
        (["files", "upload"], "POST") => {
            let uri = format!("gs://uploads/file-{}", suites.number());
            ok(&json!({ "ok": true, "file_uri": uri, "file_name": "test.txt" }))
        }
        _ => None,
    }
}

fn created(suites: &Suites, what: &str) -> Option<Reply> {
    ok(&json!({ "ok": true, "id": format!("{what}-{}", suites.number()) }))
}

/// What there is of a kind: a list, as the API answers it.
fn list(kind: &str) -> Json {
    match kind {
        "graphs" => json!([graph("graph-a"), graph("graph-b"), graph("graph-c")]),
        "blocks" => json!([
            { "id": "b29c1b50-5d0e-4d9f-8f9d-1b0e6fcbf0b1", "name": "GetCurrentTimeBlock" },
            { "id": "31d1064e-7446-4693-a7d4-65e5ca1180d1", "name": "AddToDictionaryBlock" },
        ]),
        kind => json!([{ "id": format!("{kind}-1"), "status": "COMPLETED" }]),
    }
}

fn graph(id: &str) -> Json {
    json!({ "ok": true, "id": id, "version": 1, "name": id, "is_active": true, "nodes": [{ "id": "n1" }, { "id": "n2" }] })
}

fn execution(suites: &Suites, graph: &str) -> Reply {
    let number = suites.number();
    if number.is_multiple_of(UNPAID) {
        return Reply::error(StatusCode::PAYMENT_REQUIRED, "insufficient balance");
    }
    let body = json!({ "ok": true, "id": format!("execution-{number}"), "graph_id": graph, "status": "QUEUED" });
    Reply::json(StatusCode::OK, body.to_string())
}
