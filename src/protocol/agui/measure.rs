//! What is known of the runs in a stream.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    time::Duration,
};

use tokio::time::Instant;

use super::event::{Role, RunEvent, Thing};

/// Most tool calls whose start is remembered.
const MAX_CALLS: usize = 10_000;

/// What an event shows for the first time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    /// A run began: the first one of the stream, or another.
    Started {
        is_first: bool,
    },
    FirstText,
    FirstToolCall,
    /// The result of a tool call, so long after its start.
    ToolResult(Duration),
    /// A run ended with an outcome; the time is that of its start, unless it is the first of the stream.
    Finished(&'static str, Option<Instant>),
}

/// The runs of a stream so far.
#[derive(Debug, Default)]
pub(crate) struct RunMeasure {
    runs: u64,
    /// When the run began, if it is not the first.
    since: Option<Instant>,
    pub has_text: bool,
    pub has_tool_call: bool,
    /// How the last run ended.
    pub outcome: Option<&'static str>,
    /// Starts of tool calls, by the hash of their ids.
    calls: HashMap<u64, Instant>,
    hasher: RandomState,
}

impl RunMeasure {
    /// Takes an event that was read at a time.
    pub(crate) fn take(&mut self, event: &RunEvent<'_>, at: Instant) -> Option<Shown> {
        match event.kind.role {
            Role::Start => {
                self.runs += 1;
                self.outcome = None;
                self.since = (self.runs > 1).then_some(at);
                Some(Shown::Started { is_first: self.runs == 1 })
            }
            Role::Continues(Thing::Text) | Role::Chunk(Thing::Text) if !event.text.is_empty() => {
                (!std::mem::replace(&mut self.has_text, true)).then_some(Shown::FirstText)
            }
            Role::Opens(Thing::ToolCall) | Role::Chunk(Thing::ToolCall) => {
                let call = self.hasher.hash_one(&*event.id);
                if !event.id.is_empty() && self.calls.len() < MAX_CALLS {
                    self.calls.entry(call).or_insert(at);
                }
                (!std::mem::replace(&mut self.has_tool_call, true)).then_some(Shown::FirstToolCall)
            }
            Role::Result => {
                let begun = self.calls.remove(&self.hasher.hash_one(&*event.id))?;
                Some(Shown::ToolResult(at.saturating_duration_since(begun)))
            }
            Role::Finish => Some(self.finished(event.outcome.unwrap_or("success"))),
            Role::Error => Some(self.finished("error")),
            _ => None,
        }
    }

    fn finished(&mut self, outcome: &'static str) -> Shown {
        self.outcome = Some(outcome);
        Shown::Finished(outcome, self.since)
    }

    /// Whether a run began.
    #[must_use]
    pub(crate) fn has_begun(&self) -> bool {
        self.runs > 0
    }

    /// When the run that has not ended began, if it is not the first of the stream.
    #[must_use]
    pub(crate) fn since(&self) -> Option<Instant> {
        self.since
    }
}

#[cfg(test)]
mod tests;
