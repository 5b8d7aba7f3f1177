//! How streams end.

use std::{cell::RefCell, io::Write, ops::ControlFlow};

use flate2::{Compression, write::GzEncoder};
use tokio::time::Instant;

use super::{EventConsumer, EventReader, StreamEnd, StreamEvent, is_event_stream};
use crate::{
    plan::event_stream::{EventStreamSpec, Goodput, Layout},
    protocol::ErrorClass,
};

const PLAIN: EventStreamSpec = EventStreamSpec {
    layout: Layout::Plain,
    names: Vec::new(),
    until: None,
    max_events: None,
    max_time: None,
    on_event: None,
    reconnect: 0,
    goodput: Goodput { time_to_first_token: None, inter_token_latency: None, request_latency: None },
};
const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";

/// Why a step reads no further, without words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Enough,
    Answered,
    Failed(ErrorClass),
}

impl End {
    fn of(end: &StreamEnd) -> Self {
        match end {
            StreamEnd::Enough => Self::Enough,
            StreamEnd::Answered => Self::Answered,
            StreamEnd::Failed(failure) => Self::Failed(failure.class),
        }
    }
}

/// Notes names and data, and breaks at data `stop`.
#[derive(Default)]
struct Notes(RefCell<Vec<String>>);

impl EventConsumer for Notes {
    fn opened(&self, _: Instant, _: Instant) {}

    fn event(&self, event: &StreamEvent<'_>) -> ControlFlow<()> {
        let data = String::from_utf8_lossy(event.response.body);
        self.0.borrow_mut().push(format!("{}={data}", event.response.event));
        if data == "stop" { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn ended(&self, _: Instant, _: bool) {}
}

/// The events of a stream, how it ended, the text that is kept, and the class if the server ends it now.
fn read(spec: &EventStreamSpec, head: &[u8], stream: &[u8]) -> (String, Option<End>, String, Option<ErrorClass>) {
    let notes = Notes::default();
    let mut reader = EventReader::new(spec, 200, head, (false, true));
    let mut end = None;
    for chunk in stream.chunks(7) {
        if let ControlFlow::Break(reason) = reader.push(chunk, Instant::now(), &notes) {
            end = Some(End::of(&reason));
            break;
        }
    }
    let text = String::from_utf8_lossy(reader.text()).into_owned();
    (notes.0.take().join(" "), end, text, reader.ended_early().map(|failure| failure.class))
}

#[test]
fn only_one_media_type_is_a_stream() {
    let head = |value: &str| format!("HTTP/1.1 200 OK\r\ncontent-type: {value}\r\n\r\n");
    for value in
        ["text/event-stream", "Text/Event-Stream", "text/event-stream; charset=utf-8", "text/event-stream ;a=b"]
    {
        assert!(is_event_stream(head(value).as_bytes()), "{value}");
    }
    for value in ["application/json", "text/event-streams", "text/plain; text/event-stream", ""] {
        assert!(!is_event_stream(head(value).as_bytes()), "{value}");
    }
    assert!(!is_event_stream(b"HTTP/1.1 200 OK\r\n\r\n"));
}

#[test]
fn the_consumer_and_the_server_end_a_plain_stream() {
    let stream = b"data: a\n\nevent: x\ndata: stop\n\ndata: never\n\n";
    let (events, end, text, _) = read(&PLAIN, HEAD, stream);
    assert_eq!((&*events, end, &*text), ("message=a x=stop", Some(End::Enough), "stop"));
    let (events, end, _, early) = read(&PLAIN, HEAD, b"data: a\n\n");
    assert_eq!((&*events, end, early), ("message=a", None, None), "without a condition any end is good");
    let counted = EventStreamSpec { max_events: Some(2), ..PLAIN };
    assert_eq!(read(&counted, HEAD, b"data: a\n\n").3, Some(ErrorClass::StreamIncomplete));
}

#[test]
fn other_events_than_the_named_ones_are_not_read() {
    let named = EventStreamSpec { names: vec!["a".into(), "b".into()], ..PLAIN };
    let stream = b"event: a\ndata: 1\n\ndata: 2\n\nevent: b\ndata: 3\n\nevent: A\ndata: stop\n\n";
    assert_eq!(read(&named, HEAD, stream).0, "a=1 b=3");
}

#[test]
fn compressed_streams_are_decoded_as_they_come() {
    let head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Encoding: gzip\r\n\r\n";
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(b"data: a\n\n").unwrap();
    encoder.flush().unwrap();
    encoder.write_all(b"data: b\n\n").unwrap();
    let packed = encoder.finish().unwrap();
    assert_eq!(read(&PLAIN, head, &packed).0, "message=a message=b");
    let damaged = read(&PLAIN, head, b"data: a\n\n");
    assert_eq!(damaged.1, Some(End::Failed(ErrorClass::Decompression)));
}

#[test]
fn an_answer_is_complete_only_with_its_reason_and_its_end() {
    let chat = EventStreamSpec { layout: Layout::OpenAiChat, ..PLAIN };
    let piece = r#"data: {"choices":[{"delta":{"content":"Hel"}}]}"#;
    let lo = r#"data: {"choices":[{"delta":{"content":"lo"}}]}"#;
    let finish = r#"data: {"choices":[{"delta":{},"finish_reason":"stop"}]}"#;
    let outcome = |lines: &[&str]| {
        let stream = lines.join("\n\n") + "\n\n";
        let (_, end, text, early) = read(&chat, HEAD, stream.as_bytes());
        (end.unwrap_or_else(|| End::Failed(early.unwrap())), text)
    };
    let failed = End::Failed;
    assert_eq!(outcome(&[piece, lo, finish, "data: [DONE]"]), (End::Answered, "Hello".into()));
    assert_eq!(outcome(&[piece, lo, finish]).0, failed(ErrorClass::StreamIncomplete), "no [DONE]");
    assert_eq!(outcome(&[piece, "data: [DONE]"]).0, failed(ErrorClass::StreamIncomplete), "no reason");
    assert_eq!(
        outcome(&[piece, r#"data: {"error":{"message":"x"}}"#, "data: [DONE]"]).0,
        failed(ErrorClass::StreamError)
    );
    assert_eq!(outcome(&[piece, "data: nonsense"]).0, failed(ErrorClass::StreamEvent));
}

#[test]
fn endless_lines_end_the_stream() {
    let endless = vec![b'x'; super::super::parser::MAX_EVENT + 10];
    assert_eq!(read(&PLAIN, HEAD, &endless).1, Some(End::Failed(ErrorClass::StreamEvent)));
}
