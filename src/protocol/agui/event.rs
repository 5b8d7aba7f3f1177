//! One event of AG-UI: its type, which fields it must have, and what it does to a run.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, de::IgnoredAny};

/// What is begun, continued and ended by events of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Thing {
    Step,
    Text,
    ToolCall,
    Reasoning,
}

/// What an event does to a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Start,
    Finish,
    Error,
    Opens(Thing),
    Continues(Thing),
    Closes(Thing),
    /// The result of a tool call.
    Result,
    /// A piece of a text or a tool call that needs no beginning and no end.
    Chunk(Thing),
    /// Anything else within a run.
    Other,
}

/// A field that an event must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    ThreadId,
    RunId,
    Message,
    StepName,
    MessageId,
    Delta,
    ToolCallId,
    ToolCallName,
    Content,
    Snapshot,
    Messages,
    SubagentRunId,
    Event,
    Name,
}

/// A row of the table of types.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct EventType {
    pub name: &'static str,
    pub role: Role,
    needs: &'static [Field],
}

macro_rules! types {
    ($($name:literal $role:expr, [$($field:ident)*];)+) => {
        &[$(EventType { name: $name, role: $role, needs: &[$(Field::$field),*] }),+]
    };
}

/// The types of AG-UI 1.0, with the fields that each must have.
static TYPES: &[EventType] = types! {
    "RUN_STARTED" Role::Start, [ThreadId RunId];
    "RUN_FINISHED" Role::Finish, [ThreadId RunId];
    "RUN_ERROR" Role::Error, [Message];
    "STEP_STARTED" Role::Opens(Thing::Step), [StepName];
    "STEP_FINISHED" Role::Closes(Thing::Step), [StepName];
    "TEXT_MESSAGE_START" Role::Opens(Thing::Text), [MessageId];
    "TEXT_MESSAGE_CONTENT" Role::Continues(Thing::Text), [MessageId Delta];
    "TEXT_MESSAGE_END" Role::Closes(Thing::Text), [MessageId];
    "TEXT_MESSAGE_CHUNK" Role::Chunk(Thing::Text), [];
    "TOOL_CALL_START" Role::Opens(Thing::ToolCall), [ToolCallId ToolCallName];
    "TOOL_CALL_ARGS" Role::Continues(Thing::ToolCall), [ToolCallId Delta];
    "TOOL_CALL_END" Role::Closes(Thing::ToolCall), [ToolCallId];
    "TOOL_CALL_CHUNK" Role::Chunk(Thing::ToolCall), [];
    "TOOL_CALL_RESULT" Role::Result, [MessageId ToolCallId Content];
    "STATE_SNAPSHOT" Role::Other, [Snapshot];
    "STATE_DELTA" Role::Other, [Delta];
    "MESSAGES_SNAPSHOT" Role::Other, [Messages];
    "ACTIVITY_SNAPSHOT" Role::Other, [];
    "ACTIVITY_DELTA" Role::Other, [];
    "REASONING_START" Role::Other, [];
    "REASONING_END" Role::Other, [];
    "REASONING_MESSAGE_START" Role::Opens(Thing::Reasoning), [MessageId];
    "REASONING_MESSAGE_CONTENT" Role::Continues(Thing::Reasoning), [MessageId Delta];
    "REASONING_MESSAGE_END" Role::Closes(Thing::Reasoning), [MessageId];
    "REASONING_MESSAGE_CHUNK" Role::Chunk(Thing::Reasoning), [];
    "REASONING_ENCRYPTED_VALUE" Role::Other, [];
    "SUBAGENT_STARTED" Role::Other, [SubagentRunId Name];
    "SUBAGENT_FINISHED" Role::Other, [SubagentRunId];
    "SUBAGENT_ERROR" Role::Other, [SubagentRunId];
    "RAW" Role::Other, [Event];
    "CUSTOM" Role::Other, [Name];
};

/// Types of other versions.
static UNKNOWN: EventType = EventType { name: "other", role: Role::Other, needs: &[] };

/// An event of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RunEvent<'a> {
    pub kind: &'static EventType,
    /// Which step, message or tool call it is of; empty for none.
    pub id: Cow<'a, str>,
    /// A piece of text.
    pub text: Cow<'a, str>,
    /// How a run ended, as its last event says it; `success` if that says nothing.
    pub outcome: Option<&'static str>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Fields<'a> {
    #[serde(borrow, rename = "type")]
    kind: Option<Cow<'a, str>>,
    #[serde(borrow)]
    thread_id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    run_id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    message: Option<Cow<'a, str>>,
    #[serde(borrow)]
    step_name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    message_id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    tool_call_id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    tool_call_name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    subagent_run_id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    delta: Option<Delta<'a>>,
    #[serde(borrow)]
    outcome: Option<Outcome<'a>>,
    content: IsThere,
    snapshot: IsThere,
    messages: IsThere,
    event: IsThere,
}

/// A piece of text, or a patch.
#[derive(Deserialize)]
#[serde(untagged)]
enum Delta<'a> {
    Text(#[serde(borrow)] Cow<'a, str>),
    Else(IgnoredAny),
}

/// A word, or an object with a type.
#[derive(Deserialize)]
#[serde(untagged)]
enum Outcome<'a> {
    Word(#[serde(borrow)] Cow<'a, str>),
    Typed {
        #[serde(borrow, rename = "type")]
        kind: Cow<'a, str>,
    },
    Else(IgnoredAny),
}

/// Whether a field is there, whatever its value.
#[derive(Default)]
struct IsThere(bool);

impl<'de> Deserialize<'de> for IsThere {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self(true))
    }
}

impl Fields<'_> {
    fn has(&self, field: Field) -> bool {
        match field {
            Field::ThreadId => self.thread_id.is_some(),
            Field::RunId => self.run_id.is_some(),
            Field::Message => self.message.is_some(),
            Field::StepName => self.step_name.is_some(),
            Field::MessageId => self.message_id.is_some(),
            Field::Delta => self.delta.is_some(),
            Field::ToolCallId => self.tool_call_id.is_some(),
            Field::ToolCallName => self.tool_call_name.is_some(),
            Field::Content => self.content.0,
            Field::Snapshot => self.snapshot.0,
            Field::Messages => self.messages.0,
            Field::SubagentRunId => self.subagent_run_id.is_some(),
            Field::Event => self.event.0,
            Field::Name => self.name.is_some(),
        }
    }
}

/// Reads the data of an event; None if it is no event of AG-UI, or lacks a field that its type must have.
#[must_use]
pub(crate) fn read(data: &str) -> Option<RunEvent<'_>> {
    let fields: Fields<'_> = serde_json::from_str(data).ok()?;
    let name = fields.kind.as_deref()?;
    let kind = TYPES.iter().find(|kind| kind.name == name).unwrap_or(&UNKNOWN);
    if !kind.needs.iter().all(|field| fields.has(*field)) {
        return None;
    }
    let Fields { step_name, message_id, tool_call_id, delta, outcome, .. } = fields;
    let id = match kind.role {
        Role::Opens(thing) | Role::Continues(thing) | Role::Closes(thing) | Role::Chunk(thing) => match thing {
            Thing::Step => step_name,
            Thing::Text | Thing::Reasoning => message_id,
            Thing::ToolCall => tool_call_id,
        },
        Role::Result => tool_call_id,
        Role::Start | Role::Finish | Role::Error | Role::Other => None,
    };
    let text = match (kind.role, delta) {
        (Role::Continues(Thing::Text) | Role::Chunk(Thing::Text), Some(Delta::Text(text))) => text,
        _ => Cow::Borrowed(""),
    };
    let outcome = (kind.role == Role::Finish).then(|| outcome.as_ref().map_or("success", word));
    Some(RunEvent { kind, id: id.unwrap_or_default(), text, outcome })
}

/// The outcome as a label: a word of the protocol, so that a server cannot make any number of series.
fn word(outcome: &Outcome<'_>) -> &'static str {
    let (Outcome::Word(word) | Outcome::Typed { kind: word }) = outcome else { return "other" };
    let known = ["success", "interrupt", "cancelled"].into_iter().find(|known| known == word);
    known.unwrap_or("other")
}

#[cfg(test)]
mod tests;
