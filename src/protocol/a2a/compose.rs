//! The parameters of requests, as each version has them.

use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use crate::plan::a2a::{A2aMethod, Version};

/// What a step says, in no version's form.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct MessageParts {
    message_id: Json,
    text: Option<String>,
    data: Option<Json>,
    metadata: Option<Json>,
    context_id: Option<Json>,
    task_id: Option<Json>,
}

/// The parameters of a request; `rendered` is what the step renders: a message, or the id of a task.
#[must_use]
pub(crate) fn params((method, version): (A2aMethod, Version), rendered: &[u8], is_polled: bool) -> Vec<u8> {
    if !method.has_message() {
        return rendered.to_vec();
    }
    let MessageParts { message_id, text, data, metadata, context_id, task_id } =
        serde_json::from_slice(rendered).unwrap_or_default();
    let is_old = version == Version::V0_3;
    let part = |kind: &str, value: Json| {
        let mut part = Map::new();
        if is_old {
            part.insert("kind".to_owned(), kind.into());
        }
        part.insert(kind.to_owned(), value);
        Json::Object(part)
    };
    let parts: Vec<Json> =
        (text.map(|text| part("text", text.into())).into_iter()).chain(data.map(|data| part("data", data))).collect();
    let mut message = Map::new();
    if is_old {
        message.insert("kind".to_owned(), "message".into());
    }
    message.insert("messageId".to_owned(), message_id);
    message.insert("role".to_owned(), if is_old { "user" } else { "ROLE_USER" }.into());
    message.insert("parts".to_owned(), parts.into());
    for (name, value) in [("contextId", context_id), ("taskId", task_id), ("metadata", metadata)] {
        if let Some(value) = value {
            message.insert(name.to_owned(), value);
        }
    }
    let mut params = json!({ "message": message });
    if let (A2aMethod::Send, Json::Object(members)) = (method, &mut params) {
        match (is_old, is_polled) {
            (true, _) => drop(members.insert("configuration".to_owned(), json!({ "blocking": !is_polled }))),
            (false, true) => drop(members.insert("configuration".to_owned(), json!({ "returnImmediately": true }))),
            // The agent answers at the end of the task by itself.
            (false, false) => {}
        }
    }
    params.to_string().into_bytes()
}

/// The parameters of a question for a task.
#[must_use]
pub(crate) fn of_task(id: &str) -> Vec<u8> {
    json!({ "id": id }).to_string().into_bytes()
}

#[cfg(test)]
mod tests;
