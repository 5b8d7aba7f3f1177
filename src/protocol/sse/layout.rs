//! Layouts: what an event means in the stream of a language model.
//!
//! Each reads the data of one event into a [`EventPart`]. Chunks are not tokens: tokens are counted only by the server's
//! `usage`, and [`EventPart::content`] says whether an event brought any of the answer. The events of an agent's run
//! (AG-UI) are read in `protocol/agui`.

mod anthropic;
mod custom;
mod openai_chat;
mod openai_responses;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use serde::Deserialize;

use super::parser::Event;
use crate::{
    plan::event_stream::Layout,
    protocol::agui::{self, RunEvent, event::Role},
};

/// What one event brings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct EventPart<'a> {
    /// A piece of the answer.
    pub content: Option<Content<'a>>,
    /// Why the answer ended.
    pub finish_reason: Option<Cow<'a, str>>,
    /// Tokens, as far as the server reported; later numbers replace earlier ones.
    pub usage: Usage,
    /// Whether this is the last event of the answer.
    pub is_end: bool,
    /// Whether the server reports an error.
    pub is_error: bool,
    /// What it says of an agent's run.
    pub run: Option<RunEvent<'a>>,
}

/// A piece of the answer that isn't empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Content<'a> {
    /// Text for the user.
    Text(Cow<'a, str>),
    /// Reasoning, or the arguments of a tool call.
    Other,
}

/// Tokens by the server's count; None as long as it reported nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    /// Tokens of the prompt, cached ones included.
    pub input: Option<u64>,
    /// Tokens of the answer, reasoning included.
    pub output: Option<u64>,
    /// Of the input, read from a cache.
    pub cached: Option<u64>,
    /// Of the output, reasoning.
    pub reasoning: Option<u64>,
}

impl Usage {
    /// Takes the numbers that another part has.
    pub(crate) fn update(&mut self, later: Self) {
        self.input = later.input.or(self.input);
        self.output = later.output.or(self.output);
        self.cached = later.cached.or(self.cached);
        self.reasoning = later.reasoning.or(self.reasoning);
    }
}

/// Of OpenAI's usage: parts of the input tokens.
#[derive(Deserialize)]
struct InputDetails {
    cached_tokens: Option<u64>,
}

/// Of OpenAI's usage: parts of the output tokens.
#[derive(Deserialize)]
struct OutputDetails {
    reasoning_tokens: Option<u64>,
}

/// The data of an event is not what the layout has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotInLayout;

impl Layout {
    /// Reads an event.
    ///
    /// # Errors
    /// [`NotInLayout`] when its data is not the JSON that the layout has.
    pub(crate) fn read<'a>(&self, event: &'a Event<'_>) -> Result<EventPart<'a>, NotInLayout> {
        match self {
            Self::Plain => Ok(EventPart::default()),
            Self::OpenAiChat => openai_chat::read(event),
            Self::OpenAiResponses => openai_responses::read(event),
            Self::Anthropic => anthropic::read(event),
            Self::Custom(layout) => Ok(custom::read(layout, event)),
            Self::AgUi => agui::event::read(&event.data).map(EventPart::of_run).ok_or(NotInLayout),
        }
    }

    /// Whether a stream that ends without an end of its own is incomplete.
    #[must_use]
    pub(crate) fn has_end(&self) -> bool {
        match self {
            // The order of its events says whether a run is over.
            Self::Plain | Self::AgUi => false,
            Self::OpenAiChat | Self::OpenAiResponses | Self::Anthropic => true,
            Self::Custom(layout) => layout.end.is_some() || layout.finish_reason.is_some(),
        }
    }

    /// Whether an answer needs a reason for its end: a proxy may send `[DONE]` after a failure.
    #[must_use]
    pub(crate) fn has_finish_reason(&self) -> bool {
        match self {
            Self::Plain | Self::AgUi => false,
            Self::OpenAiChat | Self::OpenAiResponses | Self::Anthropic => true,
            Self::Custom(layout) => layout.finish_reason.is_some(),
        }
    }
}

impl<'a> EventPart<'a> {
    fn of_run(run: RunEvent<'a>) -> Self {
        let is_error = run.kind.role == Role::Error;
        Self { content: text(Some(run.text.clone())), is_error, run: Some(run), ..Self::default() }
    }
}

/// A piece of text, unless it is empty.
fn text(piece: Option<Cow<'_, str>>) -> Option<Content<'_>> {
    piece.filter(|piece| !piece.is_empty()).map(Content::Text)
}

/// A piece that is no text for the user, unless it is empty.
fn other<'a>(piece: Option<&Cow<'_, str>>) -> Option<Content<'a>> {
    piece.is_some_and(|piece| !piece.is_empty()).then_some(Content::Other)
}
