//! `POST /rpc`: a server of JSON-RPC 2.0 whose methods say how they answer, right or wrong.

use std::time::Duration;

use hyper::StatusCode;
use hyper::http::request::Parts;
use serde_json::{Value as Json, json};

use super::builtin::Reply;
use super::stream::{self, StreamPlan};

/// Most notifications before an answer.
const MOST_NOTIFICATIONS: u64 = 1_000;

/// Whether a path reads its request's body.
pub(super) fn reads_body(path: &str) -> bool {
    path == "/rpc"
}

/// What the path answers; none for any other.
pub(super) fn answer(head: &Parts, sent: &[u8]) -> Option<Reply> {
    if !reads_body(head.uri.path()) {
        return None;
    }
    let messages = match serde_json::from_slice(sent) {
        Err(_) => vec![error(&Json::Null, -32_700, "parse error")],
        Ok(Json::Array(calls)) if !calls.is_empty() => {
            let messages: Vec<String> = calls.iter().flat_map(messages).collect();
            // A batch of notifications is not answered.
            let list = if messages.is_empty() { String::new() } else { format!("[{}]", messages.join(",")) };
            return Some(reply(list));
        }
        Ok(call) if call["method"] == "unavailable" => {
            return Some(Reply::error(StatusCode::SERVICE_UNAVAILABLE, "as asked for"));
        }
        Ok(call) if call["method"] == "stream" => return Some(Reply::stream(streamed(&call))),
        Ok(call) => messages(&call),
    };
    // To a single call one answer is one too few to answer twice.
    Some(reply(messages.into_iter().next().unwrap_or_default()))
}

fn reply(messages: String) -> Reply {
    if messages.is_empty() { Reply::json(StatusCode::NO_CONTENT, "") } else { Reply::json(StatusCode::OK, messages) }
}

/// An event stream: so many notifications, then the answer, unless `answer` is false.
fn streamed(call: &Json) -> StreamPlan {
    let params = &call["params"];
    let count = params["notifications"].as_u64().unwrap_or_default().min(MOST_NOTIFICATIONS);
    let notifications = (1..=count).map(|number| {
        json!({ "jsonrpc": "2.0", "method": "notifications/progress", "params": { "progress": number } }).to_string()
    });
    let answer = (params["answer"] != false).then(|| result(&call["id"], &json!({ "notifications": count })));
    stream::messages(notifications.chain(answer).map(|message| (Duration::ZERO, message)).collect())
}

/// The answers to a call: one, unless it asks for another number of them.
fn messages(call: &Json) -> Vec<String> {
    let Some(method) = call["method"].as_str().filter(|_| call["jsonrpc"] == "2.0") else {
        return vec![error(&Json::Null, -32_600, "invalid request")];
    };
    let (Some(id), params) = (call.get("id"), &call["params"]) else { return Vec::new() };
    match method {
        "echo" => vec![result(id, params)],
        "sum" => {
            let numbers = || params.as_array().into_iter().flatten();
            let whole = numbers().try_fold(0_i64, |sum, number| sum.checked_add(number.as_i64()?));
            let sum = whole.map_or_else(|| json!(numbers().filter_map(Json::as_f64).sum::<f64>()), Json::from);
            vec![result(id, &sum)]
        }
        "error" => vec![error(id, params["code"].as_i64().unwrap_or(-32_603), "as asked for")],
        "limited" => vec![error(id, -32_005, "too many calls")],
        "wrong_id" => vec![result(&json!("another"), &Json::Null)],
        "missing" => Vec::new(),
        "twice" => vec![result(id, &Json::Null); 2],
        "invalid" => vec!["{\"ok\":true}".to_owned()],
        _ => vec![error(id, -32_601, "no such method")],
    }
}

fn result(id: &Json, result: &Json) -> String {
    json!({ "jsonrpc": "2.0", "id": id, "result": result }).to_string()
}

fn error(id: &Json, code: i64, message: &str) -> String {
    json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": message } }).to_string()
}

#[cfg(test)]
mod tests;
