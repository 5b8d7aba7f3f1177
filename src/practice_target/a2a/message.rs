//! Messages of the agent, in the form of each version.

use serde_json::{Value as Json, json};

/// The form of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Of 0.3: each object says its `kind`.
    Old,
    /// Of 1.0: the name of the member does.
    New,
}

/// The methods of both versions.
const METHODS: [(&str, &str); 5] = [
    ("message/send", "SendMessage"),
    ("message/stream", "SendStreamingMessage"),
    ("tasks/get", "GetTask"),
    ("tasks/cancel", "CancelTask"),
    ("tasks/resubscribe", "SubscribeToTask"),
];

/// The version of a method, and its name in 1.0.
pub(super) fn method(name: &str) -> Option<(Form, &'static str)> {
    METHODS.iter().find_map(|(old, new)| match name {
        name if name == *old => Some((Form::Old, *new)),
        name if name == *new => Some((Form::New, *new)),
        _ => None,
    })
}

/// A result.
pub(super) fn result(id: &Json, result: &Json) -> String {
    json!({ "jsonrpc": "2.0", "id": id, "result": result }).to_string()
}

/// An error.
pub(super) fn error(id: &Json, code: i64, message: &str) -> String {
    json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": message } }).to_string()
}

/// An object as the result of a call, or as an event: in 1.0, the name of the member says what it is.
pub(super) fn wrapped(form: Form, name: &str, object: &Json) -> Json {
    match form {
        Form::Old => object.clone(),
        Form::New => json!({ name: object }),
    }
}

/// A part that is text.
pub(super) fn part(form: Form, text: &str) -> Json {
    match form {
        Form::Old => json!({ "kind": "text", "text": text }),
        Form::New => json!({ "text": text }),
    }
}

/// A state by its name in 0.3, with underscores.
pub(super) fn state(form: Form, name: &str) -> String {
    match form {
        Form::Old => name.replace('_', "-"),
        Form::New => format!("TASK_STATE_{}", name.to_uppercase()),
    }
}

/// A message of the agent.
pub(super) fn of_agent(form: Form, text: &str) -> Json {
    let message = message(form, text);
    wrapped(form, "message", &message)
}

/// The same, to be a member of something else.
pub(super) fn message(form: Form, text: &str) -> Json {
    let role = if form == Form::Old { "agent" } else { "ROLE_AGENT" };
    let mut message = json!({ "messageId": "answer", "role": role, "parts": [part(form, text)] });
    if form == Form::Old {
        message["kind"] = "message".into();
    }
    message
}
