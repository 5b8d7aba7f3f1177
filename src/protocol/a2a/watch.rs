//! Follows a task through its states.

use std::time::Duration;

use tokio::time::Instant;

use super::Shown;
use crate::plan::a2a::TaskState;

/// Most bytes of an answer's text that are kept.
const MAX_TEXT: usize = 1024 * 1024;
/// Longest id that is kept.
const MAX_ID: usize = 1_024;

/// A task as far as it is known.
#[derive(Debug, Default)]
pub(crate) struct TaskWatch {
    pub task: Option<Box<str>>,
    pub context: Option<Box<str>>,
    /// The text of the answer.
    pub text: String,
    /// Its state, and since when it is known.
    state: Option<(TaskState, Instant)>,
    /// Whether the agent answered with a message instead of a task.
    pub is_message: bool,
    /// Why it is in its state, in the agent's words.
    pub status_text: String,
}

impl TaskWatch {
    /// Takes what was shown at a time; returns the state that the task left, and how long it was seen in it.
    pub(crate) fn take(&mut self, shown: Shown<'_>, at: Instant) -> Option<(TaskState, Duration)> {
        let Shown { task, context, state, text, status_text, is_message, is_artifact } = shown;
        let kept = |id: &str| (id.len() <= MAX_ID).then(|| id.into());
        if self.task.is_none() {
            self.task = task.as_deref().and_then(kept);
        }
        if self.context.is_none() {
            self.context = context.as_deref().and_then(kept);
        }
        self.is_message |= is_message;
        if !is_artifact && !text.is_empty() {
            // A task has its whole answer.
            self.text.clear();
        }
        if self.text.len() + text.len() <= MAX_TEXT {
            self.text.push_str(&text);
        }
        let state = state?;
        self.status_text = status_text;
        let (old, since) = match self.state {
            Some((known, _)) if known == state => return None,
            Some(known) => known,
            None => {
                self.state = Some((state, at));
                return None;
            }
        };
        self.state = Some((state, at));
        Some((old, at.saturating_duration_since(since)))
    }

    /// The state, if one is known.
    #[must_use]
    pub(crate) fn state(&self) -> Option<TaskState> {
        self.state.map(|(state, _)| state)
    }

    /// Since when the task is in its state, as far as is known.
    #[must_use]
    pub(crate) fn since(&self) -> Option<Instant> {
        self.state.map(|(_, since)| since)
    }

    /// Whether nothing more is to come: a task that ended or waits for its user, or a message.
    #[must_use]
    pub(crate) fn is_over(&self) -> bool {
        self.is_message || self.state().is_some_and(|state| !state.is_open())
    }
}

#[cfg(test)]
mod tests;
