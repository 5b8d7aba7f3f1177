//! What an agent answers: a task, a message, or one of the events of a stream.

use std::borrow::Cow;

use serde::Deserialize;

use crate::plan::a2a::TaskState;

/// What an answer or an event shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Shown<'a> {
    /// The id of the task.
    pub task: Option<Cow<'a, str>>,
    /// The id of the conversation.
    pub context: Option<Cow<'a, str>>,
    /// The state of the task, if it says one.
    pub state: Option<TaskState>,
    /// Texts of the answer, joined.
    pub text: String,
    /// What the agent says about the state.
    pub status_text: String,
    /// Whether it is a whole answer without a task.
    pub is_message: bool,
    /// Whether it is a piece of the answer.
    pub is_artifact: bool,
}

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow, default)]
    result: Option<Outer<'a>>,
}

/// A result of 1.0 has one member; a task as the answer to a question, and all of 0.3, stand alone.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Outer<'a> {
    #[serde(borrow, default)]
    task: Option<Inner<'a>>,
    #[serde(borrow, default)]
    message: Option<Inner<'a>>,
    #[serde(borrow, default)]
    status_update: Option<Inner<'a>>,
    #[serde(borrow, default)]
    artifact_update: Option<Inner<'a>>,
    #[serde(borrow, flatten)]
    alone: Inner<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Inner<'a> {
    #[serde(borrow)]
    kind: Option<Cow<'a, str>>,
    #[serde(borrow)]
    id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    task_id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    context_id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    status: Option<Status<'a>>,
    #[serde(borrow)]
    artifact: Option<Parts<'a>>,
    #[serde(borrow)]
    artifacts: Option<Vec<Parts<'a>>>,
    #[serde(borrow)]
    parts: Option<Vec<Part<'a>>>,
}

#[derive(Deserialize)]
struct Status<'a> {
    #[serde(borrow, default)]
    state: Cow<'a, str>,
    #[serde(borrow, default)]
    message: Option<Parts<'a>>,
}

#[derive(Deserialize)]
struct Parts<'a> {
    #[serde(borrow, default)]
    parts: Vec<Part<'a>>,
}

#[derive(Deserialize)]
struct Part<'a> {
    #[serde(borrow, default)]
    text: Option<Cow<'a, str>>,
}

/// Reads an answer of JSON-RPC; None if its result is nothing that an agent answers.
#[must_use]
pub(crate) fn read(answer: &[u8]) -> Option<Shown<'_>> {
    let Outer { task, message, status_update, artifact_update, alone } =
        serde_json::from_slice::<Answer<'_>>(answer).ok()?.result?;
    if let Some(task) = task {
        return of_task(task);
    }
    if let Some(message) = message {
        return of_message(message);
    }
    if let Some(update) = status_update {
        return of_status(update);
    }
    if let Some(update) = artifact_update {
        return of_artifact(update);
    }
    match alone.kind.as_deref() {
        Some("message") => of_message(alone),
        Some("status-update") => of_status(alone),
        Some("artifact-update") => of_artifact(alone),
        Some("task") | None => of_task(alone),
        Some(_) => None,
    }
}

fn of_task(task: Inner<'_>) -> Option<Shown<'_>> {
    let Status { state, message } = task.status?;
    let artifacts = task.artifacts.unwrap_or_default();
    Some(Shown {
        task: Some(task.id?),
        context: task.context_id,
        state: Some(TaskState::named(&state)),
        text: artifacts.iter().map(|artifact| text(&artifact.parts)).collect(),
        status_text: message.map(|message| text(&message.parts)).unwrap_or_default(),
        ..Shown::default()
    })
}

fn of_message(message: Inner<'_>) -> Option<Shown<'_>> {
    let text = text(&message.parts?);
    Some(Shown { task: message.task_id, context: message.context_id, text, is_message: true, ..Shown::default() })
}

fn of_status(update: Inner<'_>) -> Option<Shown<'_>> {
    let Status { state, message } = update.status?;
    let status_text = message.map(|message| text(&message.parts)).unwrap_or_default();
    let state = Some(TaskState::named(&state));
    Some(Shown { task: Some(update.task_id?), context: update.context_id, state, status_text, ..Shown::default() })
}

fn of_artifact(update: Inner<'_>) -> Option<Shown<'_>> {
    let text = text(&update.artifact?.parts);
    let (task, context) = (Some(update.task_id?), update.context_id);
    Some(Shown { task, context, text, is_artifact: true, ..Shown::default() })
}

fn text(parts: &[Part<'_>]) -> String {
    parts.iter().filter_map(|part| part.text.as_deref()).collect()
}

#[cfg(test)]
mod tests;
