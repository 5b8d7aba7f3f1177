//! Messages of Anthropic: typed events, whose output tokens are cumulative.

use std::borrow::Cow;

use serde::Deserialize;

use super::{Content, EventPart, NotInLayout, Usage, other, text};
use crate::protocol::sse::parser::Event;

#[derive(Deserialize)]
struct MessageEvent<'a> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow, default)]
    delta: Option<Delta<'a>>,
    #[serde(default)]
    message: Option<Message>,
    #[serde(default)]
    usage: Option<MessageUsage>,
}

#[derive(Deserialize)]
struct Delta<'a> {
    #[serde(borrow, default)]
    text: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    thinking: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    partial_json: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    stop_reason: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    usage: Option<MessageUsage>,
}

#[derive(Deserialize)]
struct MessageUsage {
    #[serde(rename = "input_tokens")]
    input: Option<u64>,
    #[serde(rename = "output_tokens")]
    output: Option<u64>,
    #[serde(rename = "cache_read_input_tokens")]
    cache_read: Option<u64>,
    #[serde(rename = "cache_creation_input_tokens")]
    cache_creation: Option<u64>,
}

pub(super) fn read<'a>(event: &'a Event<'_>) -> Result<EventPart<'a>, NotInLayout> {
    let MessageEvent { kind, delta, message, usage } = serde_json::from_str(&event.data).map_err(|_| NotInLayout)?;
    let mut part = EventPart::default();
    match &*kind {
        "message_start" => part.usage = message.and_then(|message| message.usage).map(Usage::from).unwrap_or_default(),
        "content_block_delta" => part.content = delta.and_then(content),
        "message_delta" => {
            part.finish_reason = delta.and_then(|delta| delta.stop_reason);
            part.usage = usage.map(Usage::from).unwrap_or_default();
        }
        "message_stop" => part.is_end = true,
        "error" => (part.is_error, part.is_end) = (true, true),
        // `ping`, starts and ends of blocks, and what comes with a later version.
        _ => {}
    }
    Ok(part)
}

fn content(delta: Delta<'_>) -> Option<Content<'_>> {
    let Delta { text: piece, thinking, partial_json, .. } = delta;
    text(piece).or_else(|| other(thinking.as_ref())).or_else(|| other(partial_json.as_ref()))
}

impl From<MessageUsage> for Usage {
    /// `input_tokens` has no cached tokens here; those of [`Usage`] include them, as in OpenTelemetry.
    fn from(usage: MessageUsage) -> Self {
        let cached = usage.cache_read;
        let others = cached.unwrap_or_default() + usage.cache_creation.unwrap_or_default();
        let input = usage.input.map(|tokens| tokens.saturating_add(others));
        Self { input, output: usage.output, cached, reasoning: None }
    }
}
