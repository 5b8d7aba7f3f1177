//! Responses of `OpenAI`: typed events, of which the last one has the usage.

use std::borrow::Cow;

use serde::{Deserialize, de::IgnoredAny};

use super::{Content, EventPart, InputDetails, NotInLayout, OutputDetails, Usage, other, text};
use crate::protocol::sse::parser::Event;

#[derive(Deserialize)]
struct ResponseEvent<'a> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow, default)]
    delta: Option<Delta<'a>>,
    #[serde(borrow, default)]
    response: Option<WholeResponse<'a>>,
}

/// Text for all events that are read here; some others have an object.
#[derive(Deserialize)]
#[serde(untagged)]
enum Delta<'a> {
    Text(#[serde(borrow)] Cow<'a, str>),
    Else(IgnoredAny),
}

#[derive(Deserialize)]
struct WholeResponse<'a> {
    #[serde(borrow, default)]
    incomplete_details: Option<Incomplete<'a>>,
    #[serde(default)]
    usage: Option<ResponseUsage>,
}

#[derive(Deserialize)]
struct Incomplete<'a> {
    #[serde(borrow, default)]
    reason: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct ResponseUsage {
    input_tokens: Option<u64>,
    output_tokens: Option<u64>,
    input_tokens_details: Option<InputDetails>,
    output_tokens_details: Option<OutputDetails>,
}

pub(super) fn read<'a>(event: &'a Event<'_>) -> Result<EventPart<'a>, NotInLayout> {
    let ResponseEvent { kind, delta, response } = serde_json::from_str(&event.data).map_err(|_| NotInLayout)?;
    let ending = match &*kind {
        "response.completed" => Some(Cow::Borrowed("completed")),
        "response.incomplete" => Some(Cow::Borrowed("incomplete")),
        "response.failed" => Some(Cow::Borrowed("failed")),
        _ => None,
    };
    let is_error = matches!(&*kind, "error" | "response.failed");
    let content = match delta {
        Some(Delta::Text(piece)) => content(&kind, piece),
        _ => None,
    };
    let mut part = EventPart { content, is_error, is_end: ending.is_some() || is_error, ..EventPart::default() };
    if ending.is_some() {
        let (details, usage) = response.map(|it| (it.incomplete_details, it.usage)).unwrap_or_default();
        part.finish_reason = details.and_then(|details| details.reason).or(ending);
        part.usage = usage.map(Usage::from).unwrap_or_default();
    }
    Ok(part)
}

fn content<'a>(kind: &str, piece: Cow<'a, str>) -> Option<Content<'a>> {
    match kind {
        "response.output_text.delta" | "response.refusal.delta" => text(Some(piece)),
        "response.function_call_arguments.delta"
        | "response.reasoning_summary_text.delta"
        | "response.reasoning_text.delta" => other(Some(&piece)),
        _ => None,
    }
}

impl From<ResponseUsage> for Usage {
    fn from(usage: ResponseUsage) -> Self {
        Self {
            input: usage.input_tokens,
            output: usage.output_tokens,
            cached: usage.input_tokens_details.and_then(|details| details.cached_tokens),
            reasoning: usage.output_tokens_details.and_then(|details| details.reasoning_tokens),
        }
    }
}
