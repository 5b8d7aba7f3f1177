//! Chat completions of `OpenAI`, and of the many servers that speak them.

use std::borrow::Cow;

use serde::{Deserialize, de::IgnoredAny};

use super::{Content, EventPart, InputDetails, NotInLayout, OutputDetails, Usage, other, text};
use crate::protocol::sse::parser::Event;

/// The data of the last event.
const END: &str = "[DONE]";

#[derive(Deserialize)]
struct Chunk<'a> {
    #[serde(borrow, default)]
    choices: Option<Vec<Choice<'a>>>,
    #[serde(default)]
    usage: Option<ChatUsage>,
    #[serde(default)]
    error: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Choice<'a> {
    #[serde(borrow, default)]
    delta: Option<Delta<'a>>,
    #[serde(borrow, default)]
    finish_reason: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Delta<'a> {
    #[serde(borrow, default)]
    content: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    refusal: Option<Cow<'a, str>>,
    /// Two extensions of vendors.
    #[serde(borrow, default)]
    reasoning: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    reasoning_content: Option<Cow<'a, str>>,
    #[serde(default)]
    tool_calls: Option<Vec<IgnoredAny>>,
}

#[derive(Deserialize)]
struct ChatUsage {
    prompt_tokens: Option<u64>,
    completion_tokens: Option<u64>,
    prompt_tokens_details: Option<InputDetails>,
    completion_tokens_details: Option<OutputDetails>,
}

pub(super) fn read<'a>(event: &'a Event<'_>) -> Result<EventPart<'a>, NotInLayout> {
    if event.data.starts_with(END) {
        return Ok(EventPart { is_end: true, ..EventPart::default() });
    }
    let Chunk { choices, usage, error } = serde_json::from_str(&event.data).map_err(|_| NotInLayout)?;
    let mut part = EventPart { is_error: error.is_some(), ..EventPart::default() };
    if let Some(usage) = usage {
        part.usage = Usage {
            input: usage.prompt_tokens,
            output: usage.completion_tokens,
            cached: usage.prompt_tokens_details.and_then(|details| details.cached_tokens),
            reasoning: usage.completion_tokens_details.and_then(|details| details.reasoning_tokens),
        };
    }
    for Choice { delta, finish_reason } in choices.unwrap_or_default() {
        part.is_error |= finish_reason.as_deref() == Some("error");
        part.finish_reason = finish_reason.or(part.finish_reason);
        part.content = delta.and_then(content).or(part.content);
    }
    Ok(part)
}

fn content(delta: Delta<'_>) -> Option<Content<'_>> {
    let Delta { content, refusal, reasoning, reasoning_content, tool_calls } = delta;
    let calls = tool_calls.filter(|calls| !calls.is_empty()).map(|_| Content::Other);
    let thought = other(reasoning.as_ref()).or_else(|| other(reasoning_content.as_ref()));
    text(content).or_else(|| text(refusal)).or(thought).or(calls)
}
