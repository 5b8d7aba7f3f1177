//! A2A: what a request asks of an agent, and the states of its tasks.

use std::time::Duration;

use super::{rpc::RpcSpec, steps::StepId};
use crate::language::Slot;

/// A version of A2A; patches of it are no versions of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Version {
    V0_3,
    V1_0,
}

impl Version {
    /// All versions, by name.
    pub(crate) const ALL: [(&'static str, Self); 2] = [("0.3", Self::V0_3), ("1.0", Self::V1_0)];

    /// The name in cards and headers.
    #[must_use]
    pub(crate) fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, version)| *version == self).map_or("", |(name, _)| name)
    }

    /// The version with a name, whatever its patch.
    #[must_use]
    pub(crate) fn named(text: &str) -> Option<Self> {
        let of = |name: &str| text.strip_prefix(name).is_some_and(|patch| patch.is_empty() || patch.starts_with('.'));
        Self::ALL.iter().find(|(name, _)| of(name)).map(|(_, version)| *version)
    }
}

/// What a request asks of an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum A2aMethod {
    /// Its card.
    Card,
    /// Sends a message and waits for the answer.
    Send,
    /// Sends a message and reads what the agent does as a stream.
    Stream,
    /// Asks for a task.
    Get,
    /// Cancels a task.
    Cancel,
    /// Reads what the agent does for a task, as a stream.
    Subscribe,
}

impl A2aMethod {
    /// The label `a2a_method`: the method of JSON-RPC in version 1.0, whatever the version.
    #[must_use]
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Card => "agent card",
            _ => self.in_version(Version::V1_0),
        }
    }

    /// The method of JSON-RPC in a version; empty for the card.
    #[must_use]
    pub(crate) fn in_version(self, version: Version) -> &'static str {
        let (old, new) = match self {
            Self::Card => ("", ""),
            Self::Send => ("message/send", "SendMessage"),
            Self::Stream => ("message/stream", "SendStreamingMessage"),
            Self::Get => ("tasks/get", "GetTask"),
            Self::Cancel => ("tasks/cancel", "CancelTask"),
            Self::Subscribe => ("tasks/resubscribe", "SubscribeToTask"),
        };
        if version == Version::V0_3 { old } else { new }
    }

    /// Whether it says something to the agent.
    #[must_use]
    pub(crate) fn has_message(self) -> bool {
        matches!(self, Self::Send | Self::Stream)
    }
}

/// The state of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum TaskState {
    Submitted,
    Working,
    Completed,
    Failed,
    Canceled,
    Rejected,
    InputRequired,
    AuthRequired,
    Unknown,
}

impl TaskState {
    /// All states, by name.
    pub(crate) const ALL: [(&'static str, Self); 9] = [
        ("submitted", Self::Submitted),
        ("working", Self::Working),
        ("completed", Self::Completed),
        ("failed", Self::Failed),
        ("canceled", Self::Canceled),
        ("rejected", Self::Rejected),
        ("input_required", Self::InputRequired),
        ("auth_required", Self::AuthRequired),
        ("unknown", Self::Unknown),
    ];

    /// The name in labels and profiles.
    #[must_use]
    pub(crate) fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, state)| *state == self).map_or("", |(name, _)| name)
    }

    /// The state that a message names: `TASK_STATE_INPUT_REQUIRED` or `input-required`.
    #[must_use]
    pub(crate) fn named(text: &str) -> Self {
        let name = text.strip_prefix("TASK_STATE_").unwrap_or(text).to_ascii_lowercase().replace('-', "_");
        Self::ALL.iter().find(|(known, _)| *known == name).map_or(Self::Unknown, |(_, state)| *state)
    }

    /// Whether the agent goes on by itself.
    #[must_use]
    pub(crate) fn is_open(self) -> bool {
        matches!(self, Self::Submitted | Self::Working | Self::Unknown)
    }
}

/// A request of A2A.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct A2aSpec {
    pub method: A2aMethod,
    /// The version that the profile wants: then the URL is that of the agent, and no card is asked for.
    pub version: Option<Version>,
    /// The pause between questions for the state of the task; None if the agent answers when it has ended.
    pub poll: Option<Duration>,
    /// For so long after the answer, at most.
    pub max_time: Duration,
    /// States in which the task is a success; empty for the usual one.
    pub states: Vec<TaskState>,
    /// What error codes mean.
    pub codes: RpcSpec,
    /// The variable for the task.
    pub result: Option<Slot>,
    /// The requests that go with it; None for these themselves.
    pub rows: Option<A2aRows>,
}

impl A2aSpec {
    /// Whether a task in a state is a success.
    #[must_use]
    pub(crate) fn expects(&self, state: TaskState) -> bool {
        match (&self.states[..], self.method) {
            ([], A2aMethod::Cancel) => state == TaskState::Canceled,
            // What is asked for is how the task is.
            ([], A2aMethod::Get) if self.poll.is_none() => true,
            ([], _) => state == TaskState::Completed,
            (states, _) => states.contains(&state),
        }
    }

    /// Whether it follows a task to its end.
    #[must_use]
    pub(crate) fn follows_task(&self) -> bool {
        match self.method {
            A2aMethod::Send | A2aMethod::Stream | A2aMethod::Subscribe => true,
            A2aMethod::Get => self.poll.is_some(),
            A2aMethod::Card | A2aMethod::Cancel => false,
        }
    }
}

/// Requests that find an agent and follow its tasks: rows of the step table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct A2aRows {
    pub card: StepId,
    pub get: StepId,
}

#[cfg(test)]
mod tests;
