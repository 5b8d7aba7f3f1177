//! Streams of events whose times, cuts and ends are planned: `/events`, three APIs of language models, and runs of an agent
//! by AG-UI.
//!
//! A plan says when each write is due since the start of the response, and what it is. Due times are absolute, so that a late write delays no other.

mod agui;
mod body;
mod llm;
mod options;
#[cfg(test)]
mod tests;
mod writes;

use std::time::Duration;

use hyper::body::Bytes;
use hyper::http::request::Parts;
use hyper::{Method, StatusCode};

pub(super) use body::StreamBody;
pub(super) use options::LlmDefaults;
use options::{End, StreamOptions};
use writes::Writes;

use super::builtin::Reply;

/// Events of an endless stream: a day of them at one a second.
const ENDLESS: u64 = 86_400;

/// What is written, and when.
pub(super) struct StreamPlan {
    /// Time since the start of the response, and the bytes of one write.
    writes: Box<dyn Iterator<Item = (Duration, Bytes)> + Send>,
    end: End,
}

impl std::fmt::Debug for StreamPlan {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("StreamPlan").field("end", &self.end).finish_non_exhaustive()
    }
}

/// Whether the body of a request says what a path answers, so that it must be kept.
pub(super) fn reads_body(path: &str) -> bool {
    llm::Api::of_path(path).is_some() || agui::is_at(path)
}

/// What one of these paths answers; none for any other path.
pub(super) fn answer(head: &Parts, sent: &[u8], defaults: LlmDefaults) -> Option<Reply> {
    let path = head.uri.path();
    let api = llm::Api::of_path(path);
    let is_run = agui::is_at(path) && head.method == Method::POST;
    if !(path == "/events" || is_run || api.is_some() && head.method == Method::POST) {
        return None;
    }
    let base = if api.is_some() { StreamOptions::of_llm(defaults) } else { StreamOptions::default() };
    let options = match StreamOptions::parse(head.uri.query().unwrap_or_default(), base) {
        Ok(options) => options,
        Err(error) => return Some(Reply::error(StatusCode::BAD_REQUEST, &error.to_string())),
    };
    if is_run {
        return Some(agui::answer(&options, head.uri.query().unwrap_or_default(), sent));
    }
    Some(match api {
        None => Reply::stream(events(&options)),
        Some(api) => api.answer(&options, sent),
    })
}

/// The plan of `/events`: numbered events, endless unless they are counted.
fn events(options: &StreamOptions) -> StreamPlan {
    let count = options.count.unwrap_or(ENDLESS);
    let (name, filler) = (options.name.clone(), "x".repeat(options.size));
    let events = (1..=count).map(move |number| {
        let data = if filler.is_empty() {
            format!(r#"{{"n":{number}}}"#)
        } else {
            format!(r#"{{"n":{number},"filler":"{filler}"}}"#)
        };
        Event { id: Some(number), name: name.clone(), data }
    });
    plan(options, count, events)
}

/// The plan of messages in events, each due so long after the start of the response.
pub(super) fn messages(messages: Vec<(Duration, String)>) -> StreamPlan {
    let writes = messages.into_iter().map(|(due, message)| {
        let event = Event { name: "message".into(), ..Event::data(message) };
        (due, event.text("\n").into())
    });
    StreamPlan { writes: Box::new(writes), end: End::Close }
}

/// The plan of bytes, each due so long after the start of the response.
pub(super) fn texts(texts: Vec<(Duration, String)>) -> StreamPlan {
    StreamPlan { writes: Box::new(texts.into_iter().map(|(due, text)| (due, text.into()))), end: End::Close }
}

/// An event: when it is due since the start of the response, its name (empty for none) and its data.
pub(super) type NamedEvent = (Duration, &'static str, String);

/// The plan of such events.
pub(super) fn named(events: Vec<NamedEvent>) -> StreamPlan {
    let writes = events.into_iter().map(|(due, name, data)| {
        let event = Event { name: name.into(), ..Event::data(data) };
        (due, event.text("\n").into())
    });
    StreamPlan { writes: Box::new(writes), end: End::Close }
}

/// One event a second, endless.
pub(super) fn ticks() -> StreamPlan {
    events(&StreamOptions::default())
}

/// An event before it is written.
#[derive(Debug, Clone, Default)]
struct Event {
    id: Option<u64>,
    /// Empty for none.
    name: String,
    data: String,
}

impl Event {
    fn data(data: impl Into<String>) -> Self {
        Self { data: data.into(), ..Self::default() }
    }

    fn text(&self, line_end: &str) -> String {
        let mut text = String::new();
        if let Some(id) = self.id {
            text.push_str(&format!("id: {id}{line_end}"));
        }
        if !self.name.is_empty() {
            text.push_str(&format!("event: {}{line_end}", self.name));
        }
        for line in self.data.split('\n') {
            text.push_str(&format!("data: {line}{line_end}"));
        }
        text + line_end
    }
}

/// The plan of so many events.
fn plan(options: &StreamOptions, count: u64, events: impl Iterator<Item = Event> + Send + 'static) -> StreamPlan {
    let within = |limit: Option<u64>| limit.filter(|limit| *limit < count);
    let (cut, error) = (within(options.cut), within(options.error));
    let is_cut = cut.is_some_and(|cut| error.is_none_or(|error| cut <= error));
    let last = cut.unwrap_or(count).min(error.unwrap_or(count));
    let whole = usize::try_from(last).unwrap_or(usize::MAX);
    let failure = (!is_cut && error.is_some()).then(|| Event { name: "error".into(), ..Event::data(ERROR) });
    StreamPlan {
        writes: Box::new(Writes::new(options, events.take(whole).chain(failure))),
        end: if is_cut { End::Cut } else { options.end },
    }
}

const ERROR: &str = r#"{"type":"error","error":{"type":"overloaded_error","message":"as asked for"}}"#;
