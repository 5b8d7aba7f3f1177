//! Streams of server-sent events: what a step reads of one, and when it ends.

use std::time::Duration;

use crate::language::{Expr, extract::JsonPath};

/// How a step reads the events of a response.
#[derive(Debug, Clone)]
pub(crate) struct EventStreamSpec {
    /// What the events mean.
    pub layout: Layout,
    /// Names of the events that are read; empty for all.
    pub names: Vec<String>,
    /// Condition on an event that ends the stream.
    pub until: Option<Expr>,
    /// The number of events that ends it.
    pub max_events: Option<u64>,
    /// The time since its start that ends it.
    pub max_time: Option<Duration>,
    /// Start of the operations for each event.
    pub on_event: Option<usize>,
    /// How often it is opened again with `Last-Event-ID` after it ended early.
    pub reconnect: u32,
    /// Limits that a good answer keeps.
    pub goodput: Goodput,
}

/// What the events of a stream mean.
#[derive(Debug, Clone)]
pub(crate) enum Layout {
    /// Nothing beyond the specification of event streams.
    Plain,
    /// Chat completions of `OpenAI`.
    OpenAiChat,
    /// Responses of `OpenAI`.
    OpenAiResponses,
    /// Messages of Anthropic.
    Anthropic,
    /// Another answer of a language model, whose parts are found by path.
    Custom(Box<CustomLayout>),
    /// The run of an agent, by AG-UI.
    AgUi,
}

/// Where the parts of an answer are in the data of an event.
#[derive(Debug, Clone, Default)]
pub(crate) struct CustomLayout {
    /// A piece of the text.
    pub text: Option<JsonPath>,
    /// Why the answer ended.
    pub finish_reason: Option<JsonPath>,
    /// Tokens of the prompt.
    pub input_tokens: Option<JsonPath>,
    /// Tokens of the answer.
    pub output_tokens: Option<JsonPath>,
    /// An error; anything but null.
    pub error: Option<JsonPath>,
    /// Data of the last event, such as `[DONE]`.
    pub end: Option<String>,
}

/// Limits that a good answer of a language model keeps; None for no limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Goodput {
    pub time_to_first_token: Option<Duration>,
    pub inter_token_latency: Option<Duration>,
    /// From the intended start to the last token.
    pub request_latency: Option<Duration>,
}

impl Layout {
    /// Whether the stream is the answer of a language model.
    #[must_use]
    pub(crate) fn is_llm(&self) -> bool {
        !matches!(self, Self::Plain | Self::AgUi)
    }

    /// Whether its events bring pieces of a text.
    #[must_use]
    pub(crate) fn has_text(&self) -> bool {
        !matches!(self, Self::Plain)
    }

    /// Whether the stream is the run of an agent.
    #[must_use]
    pub(crate) fn is_run(&self) -> bool {
        matches!(self, Self::AgUi)
    }
}

impl Goodput {
    /// Whether there is any limit.
    #[must_use]
    pub(crate) fn is_set(&self) -> bool {
        *self != Self::default()
    }
}
