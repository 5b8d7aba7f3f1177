//! The JSON-RPC of AgentCore: agents, tasks, tools, solving, training. Errors: -32601 unknown method, -32001 rate limit,
//! -32005 quota; a body that is no JSON gets 422, as its framework answers.

use hyper::StatusCode;
use serde_json::{Value as Json, json};

use super::{Suites, unix_ms};
use crate::practice_target::builtin::Reply;

pub(super) const PATH: &str = "/api/v1/jsonrpc";
/// Longest body.
const LARGEST: usize = 1 << 20;

pub(super) fn answer(suites: &Suites, body: &[u8]) -> Reply {
    if body.len() > LARGEST {
        return Reply::error(StatusCode::PAYLOAD_TOO_LARGE, "a body is at most 1 MiB");
    }
    match serde_json::from_slice(body) {
        Err(_) => Reply::json(StatusCode::UNPROCESSABLE_ENTITY, r#"{"detail":"the body is not JSON"}"#),
        Ok(Json::Array(calls)) if !calls.is_empty() => {
            let answers: Vec<Json> = calls.iter().filter_map(|call| called(suites, call)).collect();
            if answers.is_empty() { none() } else { Reply::json(StatusCode::OK, Json::from(answers).to_string()) }
        }
        Ok(call) => called(suites, &call).map_or_else(none, |answer| Reply::json(StatusCode::OK, answer.to_string())),
    }
}

/// Notifications have no answer.
fn none() -> Reply {
    Reply::json(StatusCode::NO_CONTENT, "")
}

fn called(suites: &Suites, call: &Json) -> Option<Json> {
    let Some(method) = call["method"].as_str().filter(|_| call["jsonrpc"] == "2.0") else {
        return Some(error(&Json::Null, -32_600, "invalid request"));
    };
    let id = call.get("id")?;
    Some(match result(suites, method, &call["params"]) {
        Ok(result) => json!({ "jsonrpc": "2.0", "id": id, "result": result }),
        Err((code, message)) => error(id, code, message),
    })
}

fn error(id: &Json, code: i64, message: &str) -> Json {
    json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": message } })
}

fn result(suites: &Suites, method: &str, params: &Json) -> Result<Json, (i64, &'static str)> {
    Ok(match method {
        "agent.ping" => json!({ "status": "ok", "timestamp": unix_ms() }),
        "agent.discover" => {
            json!({ "agents": [{ "agent_id": "agent-1", "status": "active", "capabilities": ["echo"] }] })
        }
        "agent.register" => json!({ "agent_id": format!("agent-{}", suites.number()), "status": "registered" }),
        "agent.unregister" => json!({ "status": "unregistered" }),
        "task.create" => json!({ "task_id": format!("task-{}", suites.number()), "status": "pending" }),
        "task.query" => json!({ "tasks": [], "count": 0 }),
        "health.get_stats" => json!({ "total_agents": 12, "healthy": 12, "tasks": 3 }),
        "route.message" => json!({ "routed": true, "agent_id": "agent-1" }),
        "modular.solve" => json!({
            "answer": "42", "execution_trace": { "plan_id": suites.number(), "steps": 3, "verification_passed": true },
        }),
        "tools.list" => json!({ "tools": ["echo", "calculator", "current_time"], "total": 3 }),
        "tools.get_rate_limit_status" => json!({ "remaining": 100, "reset_in": 60 }),
        "tools.execute" => {
            admitted(suites, params)?;
            tool(params)
        }
        "tools.execute_batch" => {
            admitted(suites, params)?;
            let lists = ["executions", "requests", "tools"];
            let calls = lists.iter().find_map(|name| params[*name].as_array());
            json!({ "success": true, "results": calls.into_iter().flatten().map(tool).collect::<Vec<_>>() })
        }
        "tools.execute_with_fallback" => {
            admitted(suites, params)?;
            json!({ "success": true, "used_fallback": false, "result": "hello" })
        }
        method if method.starts_with("training.") => {
            json!({ "job_id": format!("training-{}", suites.number()), "status": "running", "progress": 0.4 })
        }
        _ => return Err((-32_601, "method not found")),
    })
}

/// The limits of tool calls.
fn admitted(suites: &Suites, params: &Json) -> Result<(), (i64, &'static str)> {
    if !Suites::admits(suites.limit.as_ref()) {
        return Err((-32_001, "rate limit exceeded"));
    }
    let has_identifier = params.get("identifier").is_some();
    if has_identifier && !Suites::admits(suites.quota.as_ref()) {
        return Err((-32_005, "quota exceeded"));
    }
    Ok(())
}

/// A call of a tool: echo, calculator or current_time.
fn tool(params: &Json) -> Json {
    let name = params["tool_id"].as_str().or(params["tool"].as_str()).or(params["name"].as_str()).unwrap_or("echo");
    let arguments = if params["parameters"].is_object() { &params["parameters"] } else { &params["arguments"] };
    let result = match name {
        "calculator" => calculated(arguments),
        "current_time" => json!({ "unix_ms": unix_ms(), "timezone": arguments["timezone"] }),
        _ => json!({ "echo": arguments["message"] }),
    };
    json!({ "success": true, "tool_id": name, "result": result, "execution_time_ms": 1 })
}

fn calculated(arguments: &Json) -> Json {
    let number = |name: &str| arguments[name].as_f64().unwrap_or_default();
    let (a, b) = (number("a"), number("b"));
    match arguments["operation"].as_str().unwrap_or_default() {
        "subtract" | "-" => json!(a - b),
        "multiply" | "*" => json!(a * b),
        // JSON has no infinity.
        "divide" | "/" => json!(if b == 0.0 { 0.0 } else { a / b }),
        _ => json!(a + b),
    }
}
