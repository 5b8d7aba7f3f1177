//! Streams of events whose times, cuts and ends are planned: `/events`, and three APIs of language models.
//!
//! A plan is made before the first byte: when each write is due since the start of the response, and its bytes. Due times
//! are absolute, so that a late write delays no other.

mod body;
mod llm;
mod options;
#[cfg(test)]
mod tests;

use std::time::Duration;

use hyper::body::Bytes;
use hyper::http::request::Parts;
use hyper::{Method, StatusCode};

pub(super) use body::StreamBody;
use options::{End, StreamOptions};

use super::builtin::Reply;

/// Writes of an endless stream that are planned: a day of them at one a second.
const MOST_WRITES: u64 = 86_400;

/// What is written, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StreamPlan {
    /// Time since the start of the response, and the bytes of one write.
    writes: Vec<(Duration, Bytes)>,
    end: End,
}

/// Whether the body of a request says what a path answers, so that it must be kept.
pub(super) fn reads_body(path: &str) -> bool {
    llm::Api::of_path(path).is_some()
}

/// What one of these paths answers; none for any other path.
pub(super) fn answer(head: &Parts, sent: &[u8]) -> Option<Reply> {
    let path = head.uri.path();
    let api = llm::Api::of_path(path);
    if !(path == "/events" || api.is_some() && head.method == Method::POST) {
        return None;
    }
    let options = match StreamOptions::parse(head.uri.query().unwrap_or_default()) {
        Ok(options) => options,
        Err(error) => return Some(Reply::error(StatusCode::BAD_REQUEST, &error.to_string())),
    };
    Some(match api {
        None => Reply::stream(events(&options)),
        Some(api) => api.answer(&options, sent),
    })
}

/// The plan of `/events`: numbered events, endless unless they are counted.
fn events(options: &StreamOptions) -> StreamPlan {
    let count = options.count.unwrap_or(MOST_WRITES);
    let events = (1..=count).map(|number| {
        let filler = "x".repeat(options.size);
        let data = if filler.is_empty() {
            format!(r#"{{"n":{number}}}"#)
        } else {
            format!(r#"{{"n":{number},"filler":"{filler}"}}"#)
        };
        Event { id: Some(number), name: options.name.clone(), data }
    });
    plan(options, events)
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

/// When each event is due, and how its bytes are cut.
fn plan(options: &StreamOptions, events: impl Iterator<Item = Event>) -> StreamPlan {
    let mut writes = Vec::new();
    let mut due = options.first;
    for (number, event) in (0_u64..).zip(events) {
        if options.cut == Some(number) {
            return StreamPlan { writes, end: End::Cut };
        }
        if options.error == Some(number) {
            writes.push((due, Event { name: "error".into(), ..Event::data(ERROR) }.text(options.line_end).into()));
            return StreamPlan { writes, end: options.end };
        }
        if number > 0 && number % options.per_write == 0 {
            due += options.gap;
        }
        due += options.stall.filter(|(after, _)| *after == number).map_or(Duration::ZERO, |(_, stall)| stall);
        let bytes = Bytes::from(event.text(options.line_end));
        let piece = options.split.unwrap_or(bytes.len()).max(1);
        let pieces = (0..bytes.len()).step_by(piece).map(|at| bytes.slice(at..bytes.len().min(at + piece)));
        match writes.last_mut() {
            // Events of one write are one buffer.
            Some((last, known)) if *last == due && options.split.is_none() => {
                *known = Bytes::from([&known[..], &bytes].concat());
            }
            _ => writes.extend(pieces.map(|piece| (due, piece))),
        }
    }
    StreamPlan { writes, end: options.end }
}

const ERROR: &str = r#"{"type":"error","error":{"type":"overloaded_error","message":"as asked for"}}"#;
