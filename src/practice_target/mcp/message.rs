//! Messages of the MCP server.

use std::time::Duration;

use hyper::StatusCode;
use serde_json::{Value as Json, json};

use crate::practice_target::builtin::Reply;
use crate::practice_target::stream;

/// A result.
pub(super) fn result(id: &Json, result: &Json) -> String {
    json!({ "jsonrpc": "2.0", "id": id, "result": result }).to_string()
}

/// An error.
pub(super) fn error(id: &Json, code: i64, message: &str) -> String {
    json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": message } }).to_string()
}

/// A message that could not be taken.
pub(super) fn refused(status: StatusCode, code: i64, message: &str) -> Reply {
    Reply::json(status, error(&Json::Null, code, message))
}

/// Messages in an event stream, at once.
pub(super) fn streamed(messages: Vec<String>) -> Reply {
    Reply::stream(stream::messages(messages.into_iter().map(|message| (Duration::ZERO, message)).collect()))
}
