//! Mocks of three APIs of language models, whose answers have planned tokens at planned times.

use std::time::Duration;

use hyper::StatusCode;
use hyper::body::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Event, StreamPlan, options::StreamOptions, plan};
use crate::practice_target::builtin::Reply;

/// Tokens of an answer, unless the request says otherwise.
const TOKENS: u64 = 16;
/// Most tokens of an answer.
const MOST_TOKENS: u64 = 100_000;

/// An API that is mocked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Api {
    Chat,
    Responses,
    Messages,
}

/// What a request says.
#[derive(Debug, Deserialize, Default)]
#[serde(default)]
struct Asked {
    model: Option<String>,
    stream: bool,
    max_tokens: Option<u64>,
    max_completion_tokens: Option<u64>,
    max_output_tokens: Option<u64>,
    stream_options: StreamAsked,
    messages: Value,
    input: Value,
}

#[derive(Debug, Deserialize, Default)]
#[serde(default)]
struct StreamAsked {
    include_usage: bool,
}

/// An answer as planned.
struct Answer {
    model: String,
    tokens: u64,
    /// As its API has it; null if it is left out.
    usage: Value,
    /// Tokens of each event.
    pieces: Vec<u64>,
}

impl Api {
    pub(super) fn of_path(path: &str) -> Option<Self> {
        match path {
            "/v1/chat/completions" => Some(Self::Chat),
            "/v1/responses" => Some(Self::Responses),
            "/v1/messages" => Some(Self::Messages),
            _ => None,
        }
    }

    pub(super) fn answer(self, options: &StreamOptions, sent: &[u8]) -> Reply {
        let Ok(asked) = serde_json::from_slice::<Asked>(sent) else {
            return Reply::json(
                StatusCode::BAD_REQUEST,
                json!({ "error": { "message": "the body is not JSON" } }).to_string(),
            );
        };
        let limit = asked.max_tokens.or(asked.max_completion_tokens).or(asked.max_output_tokens);
        let wanted = || limit.unwrap_or(TOKENS).min(options.most_tokens);
        let tokens = options.count.unwrap_or_else(wanted).min(MOST_TOKENS);
        let per_event = options.tokens_per_event;
        let pieces = (0..tokens.div_ceil(per_event)).map(|event| per_event.min(tokens - event * per_event)).collect();
        let input = if asked.input.is_null() { &asked.messages } else { &asked.input };
        let input_tokens = input.to_string().split_whitespace().count() as u64;
        // Chat completions have the usage only for those who ask for it.
        let wanted = options.usage && (self != Self::Chat || !asked.stream || asked.stream_options.include_usage);
        let answer = Answer {
            model: asked.model.unwrap_or_else(|| "mock".to_owned()),
            tokens,
            usage: if wanted { self.usage(options, input_tokens, tokens) } else { Value::Null },
            pieces,
        };
        if asked.stream { Reply::stream(self.stream(options, &answer)) } else { self.whole(options, &answer) }
    }

    /// Cached tokens are part of the input for OpenAI, and come on top of it for Anthropic.
    fn usage(self, options: &StreamOptions, input: u64, output: u64) -> Value {
        let (total, cached, reasoning) = (input + output, options.cached.min(input), options.reasoning.min(output));
        match self {
            Self::Chat => json!({
                "prompt_tokens": input, "completion_tokens": output, "total_tokens": total,
                "prompt_tokens_details": { "cached_tokens": cached },
                "completion_tokens_details": { "reasoning_tokens": reasoning },
            }),
            Self::Responses => json!({
                "input_tokens": input, "output_tokens": output, "total_tokens": total,
                "input_tokens_details": { "cached_tokens": cached },
                "output_tokens_details": { "reasoning_tokens": reasoning },
            }),
            Self::Messages => json!({
                "input_tokens": input - cached, "output_tokens": output, "cache_read_input_tokens": cached,
            }),
        }
    }

    fn stream(self, options: &StreamOptions, answer: &Answer) -> StreamPlan {
        let events = match self {
            Self::Chat => answer.chat(),
            Self::Responses => answer.responses(),
            Self::Messages => answer.messages(),
        };
        let Events { before, pieces, after } = events;
        // The times are those of the pieces: what frames them is written with the first and the last.
        let StreamPlan { mut writes, end } = plan(options, pieces.len() as u64, pieces.into_iter());
        let line_end = options.line_end;
        let framing =
            |events: Vec<Event>| Bytes::from(events.iter().map(|event| event.text(line_end)).collect::<String>());
        let (before, mut after) = ((Duration::ZERO, framing(before)), Some(framing(after)));
        if options.cut.is_some() || options.error.is_some() {
            after = None;
        }
        let mut last = Duration::ZERO;
        let framed = std::iter::once(before).chain(std::iter::from_fn(move || match writes.next() {
            Some(write) => {
                last = write.0;
                Some(write)
            }
            None => after.take().map(|after| (last, after)),
        }));
        StreamPlan { writes: Box::new(framed), end }
    }

    /// The answer without streaming, when its last token is due.
    fn whole(self, options: &StreamOptions, answer: &Answer) -> Reply {
        let gaps = u32::try_from(answer.pieces.len().saturating_sub(1)).unwrap_or(u32::MAX);
        let takes =
            options.first + options.gap.saturating_mul(gaps) + options.stall.map_or(Duration::ZERO, |(_, time)| time);
        let text = text(answer.tokens);
        let Answer { model, usage, .. } = answer;
        let body = match self {
            Self::Chat => json!({
                "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": model,
                "choices": [{ "index": 0, "message": { "role": "assistant", "content": text }, "finish_reason": "stop" }],
                "usage": usage,
            }),
            Self::Responses => json!({
                "id": "resp_1", "object": "response", "status": "completed", "model": model,
                "output": [{ "type": "message", "role": "assistant", "content": [{ "type": "output_text", "text": text }] }],
                "usage": usage,
            }),
            Self::Messages => json!({
                "id": "msg_1", "type": "message", "role": "assistant", "model": model, "stop_reason": "end_turn",
                "content": [{ "type": "text", "text": text }],
                "usage": usage,
            }),
        };
        let mut reply = Reply::json(StatusCode::OK, body.to_string());
        reply.delay = Some(takes);
        reply
    }
}

/// The events of an answer.
struct Events {
    before: Vec<Event>,
    pieces: Vec<Event>,
    after: Vec<Event>,
}

fn text(tokens: u64) -> String {
    " word".repeat(usize::try_from(tokens).unwrap_or_default())
}

fn typed(kind: &str, mut data: Value) -> Event {
    if let Some(fields) = data.as_object_mut() {
        fields.insert("type".to_owned(), kind.into());
    }
    Event { name: kind.to_owned(), ..Event::data(data.to_string()) }
}

impl Answer {
    fn chat(&self) -> Events {
        let chunk = |choices: Value, usage: Value| {
            let model = &self.model;
            let data = json!({
                "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": model,
                "choices": choices, "usage": usage,
            });
            Event::data(data.to_string())
        };
        let delta = |delta: Value, finish: Value| {
            chunk(json!([{ "index": 0, "delta": delta, "finish_reason": finish }]), Value::Null)
        };
        let mut after = vec![delta(json!({}), "stop".into())];
        if !self.usage.is_null() {
            after.push(chunk(json!([]), self.usage.clone()));
        }
        after.push(Event::data("[DONE]"));
        Events {
            before: vec![delta(json!({ "role": "assistant", "content": "" }), Value::Null)],
            pieces: self.pieces.iter().map(|tokens| delta(json!({ "content": text(*tokens) }), Value::Null)).collect(),
            after,
        }
    }

    fn responses(&self) -> Events {
        let ending = json!({ "response": { "id": "resp_1", "status": "completed", "usage": self.usage } });
        let piece = |tokens: &u64| typed("response.output_text.delta", json!({ "delta": text(*tokens) }));
        Events {
            before: vec![typed("response.created", json!({ "response": { "id": "resp_1", "model": self.model } }))],
            pieces: self.pieces.iter().map(piece).collect(),
            after: vec![typed("response.completed", ending)],
        }
    }

    fn messages(&self) -> Events {
        // The start has one output token, the end has all.
        let (mut at_start, mut at_end) = (json!({}), json!({}));
        if !self.usage.is_null() {
            at_start.clone_from(&self.usage);
            at_start["output_tokens"] = 1.into();
            at_end["output_tokens"] = self.usage["output_tokens"].clone();
        }
        let start = json!({ "message": {
            "id": "msg_1", "role": "assistant", "model": self.model, "content": [],
            "usage": at_start,
        } });
        let piece = |tokens: &u64| {
            let delta = json!({ "index": 0, "delta": { "type": "text_delta", "text": text(*tokens) } });
            typed("content_block_delta", delta)
        };
        Events {
            before: vec![
                typed("message_start", start),
                typed("content_block_start", json!({ "index": 0, "content_block": { "type": "text", "text": "" } })),
                typed("ping", json!({})),
            ],
            pieces: self.pieces.iter().map(piece).collect(),
            after: vec![
                typed("content_block_stop", json!({ "index": 0 })),
                typed("message_delta", json!({ "delta": { "stop_reason": "end_turn" }, "usage": at_end })),
                typed("message_stop", json!({})),
            ],
        }
    }
}
