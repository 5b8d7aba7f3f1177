//! What two systems answer to messages on a WebSocket, by the type of the message; every other message is sent back.
//!
//! A platform of agents (`/ws`) names the type `type`, a bus of events (`/api/v1/ws/events`) `message_type`. The rest of the
//! message is sent back with the answer.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value as Json, json};

/// Longest message that is looked into.
const LONGEST: usize = 64 * 1024;
/// Types of messages of the platform, and of their answers.
const ANSWERS: [(&str, &str); 4] = [
    ("ping", "pong"),
    ("subscribe", "subscription_confirmed"),
    ("get_status", "status_response"),
    ("monitor_execution", "execution_update"),
];

/// The first message on the bus of events.
pub(super) fn greeting(number: u64) -> String {
    json!({ "message_type": "connected", "payload": { "connection_id": format!("connection-{number}") } }).to_string()
}

/// The answer to a message; none for one that is sent back.
pub(super) fn answer(message: &[u8]) -> Option<String> {
    if message.first() != Some(&b'{') || message.len() > LONGEST {
        return None;
    }
    let mut fields: Map<String, Json> = serde_json::from_slice(message).ok()?;
    if fields.get("message_type").is_some_and(|kind| kind == "ping") {
        fields.insert("message_type".to_owned(), json!("pong"));
        return Some(Json::Object(fields).to_string());
    }
    let asked = fields.get("type")?.as_str()?;
    let (_, kind) = ANSWERS.iter().find(|(known, _)| *known == asked)?;
    fields.insert("type".to_owned(), json!(kind));
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    // One that was sent says which message it answers.
    fields.entry("timestamp").or_insert_with(|| json!(u64::try_from(now.as_millis()).unwrap_or(u64::MAX)));
    match *kind {
        "status_response" => drop(fields.insert("data".to_owned(), json!({ "status": "healthy" }))),
        "execution_update" => drop(fields.insert("status".to_owned(), json!("RUNNING"))),
        _ => {}
    }
    Some(Json::Object(fields).to_string())
}

#[cfg(test)]
mod tests;
