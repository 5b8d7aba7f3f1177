//! Reads the events of one response and decides when the stream ends.

use std::ops::ControlFlow;

use tokio::time::Instant;

use super::{
    layout::{Content, EventPart},
    parser::{Event, EventParser},
};
use crate::{
    language::Response,
    plan::event_stream::EventStreamSpec,
    protocol::{
        ErrorClass, Failure,
        agui::{Disorder, RunOrder},
        buffered_body::MAX_BODY,
        decode::Decoder,
        head_lines,
    },
};

/// Longest reason of a failure.
const MAX_WORDS: usize = 200;
/// The media type of event streams.
const MEDIA_TYPE: &[u8] = b"text/event-stream";

/// An event, with what it means and when it was read.
#[derive(Debug)]
pub(crate) struct StreamEvent<'a> {
    /// Status and head of the stream; the body is the data of the event.
    pub response: Response<'a>,
    /// What it means in the layout of the stream.
    pub part: &'a EventPart<'a>,
    /// What is wrong with its place among the events of an agent's run.
    pub disorder: Option<Disorder>,
    /// When the read returned that brought its end.
    pub at: Instant,
}

/// Takes the events of a stream.
pub(crate) trait EventConsumer {
    /// The head of the response to a request that was due at a time was read: the stream is open.
    fn opened(&self, due: Instant, at: Instant);
    /// Takes an event; breaks if it is the last one that the step wants.
    fn event(&self, event: &StreamEvent<'_>) -> ControlFlow<()>;
    /// The stream ended: as it should, or with a failure.
    fn ended(&self, at: Instant, is_whole: bool);
}

/// Why a step reads no further.
#[derive(Debug, Clone)]
pub(crate) enum StreamEnd {
    /// The step has what it wants: the connection is closed.
    Enough,
    /// The answer is complete: the response is about to end as well.
    Answered,
    /// The stream is not what it should be.
    Failed(Failure),
}

/// The reader of one response.
pub(crate) struct EventReader<'a> {
    spec: &'a EventStreamSpec,
    status: u16,
    /// The head, if a step for an event reads it.
    head: Vec<u8>,
    /// The data of the last event, or the text of the answer; None if no step reads it.
    text: Option<Vec<u8>>,
    parser: EventParser,
    decoder: Option<Decoder>,
    has_finish_reason: bool,
    /// The order of the events, if they are those of an agent's run.
    order: Option<Box<RunOrder>>,
}

/// Whether a response is an event stream, by its head.
#[must_use]
pub(crate) fn is_event_stream(head: &[u8]) -> bool {
    let mut types =
        head_lines::values(head, "content-type").filter_map(|value| value.split(|byte| *byte == b';').next());
    types.any(|media_type| media_type.trim_ascii().eq_ignore_ascii_case(MEDIA_TYPE))
}

impl<'a> EventReader<'a> {
    /// A reader of a response with this status and head.
    #[must_use]
    pub(crate) fn new(
        spec: &'a EventStreamSpec,
        status: u16,
        head: &[u8],
        (keep_head, keep_body): (bool, bool),
    ) -> Self {
        Self {
            spec,
            status,
            head: if keep_head { head.to_vec() } else { Vec::new() },
            text: keep_body.then(Vec::new),
            parser: EventParser::default(),
            decoder: Decoder::of_head(head),
            has_finish_reason: false,
            order: spec.layout.is_run().then(Box::default),
        }
    }

    /// The data of the last event, or the text of the answer.
    #[must_use]
    pub(crate) fn text(&self) -> &[u8] {
        self.text.as_deref().unwrap_or_default()
    }

    /// The ID of the last event, for `Last-Event-ID`.
    #[must_use]
    pub(crate) fn last_id(&self) -> &[u8] {
        self.parser.last_id()
    }

    /// The pause before a reconnection that the server asked for.
    #[must_use]
    pub(crate) fn retry(&self) -> Option<std::time::Duration> {
        self.parser.retry()
    }

    /// Reads a chunk that arrived at a time.
    pub(crate) fn push(&mut self, chunk: &[u8], at: Instant, consumer: &dyn EventConsumer) -> ControlFlow<StreamEnd> {
        let Some(mut decoder) = self.decoder.take() else { return self.parse(chunk, at, consumer) };
        let mut flow = ControlFlow::Continue(());
        let result = decoder.push(chunk, &mut |piece| {
            flow = self.parse(piece, at, consumer);
            if flow.is_break() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        self.decoder = Some(decoder);
        match result {
            Ok(_) => flow,
            Err(_) => ControlFlow::Break(StreamEnd::Failed(ErrorClass::Decompression.into())),
        }
    }

    fn parse(&mut self, chunk: &[u8], at: Instant, consumer: &dyn EventConsumer) -> ControlFlow<StreamEnd> {
        let Self { spec, status, head, text, parser, has_finish_reason, order, .. } = self;
        let mut end = None;
        let parsed = parser.push(chunk, |event| {
            if !spec.names.is_empty() && !spec.names.iter().any(|name| *name == *event.name) {
                return ControlFlow::Continue(());
            }
            let response = Response { status: Some(*status), head, ..Response::default() };
            end = take(spec, event, (response, at), consumer, (text.as_mut(), has_finish_reason, order.as_deref_mut()));
            if end.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        match (parsed, end) {
            (Err(_), _) => ControlFlow::Break(fails(ErrorClass::StreamEvent, "an event is longer than 1 MiB")),
            (Ok(_), Some(end)) => ControlFlow::Break(end),
            (Ok(_), None) => ControlFlow::Continue(()),
        }
    }

    /// Whether the run of an agent is over, so that nothing more need come.
    #[must_use]
    pub(crate) fn is_run_over(&self) -> bool {
        self.order.as_ref().is_some_and(|order| order.is_over())
    }

    /// The error class of a stream that the server ended, if it ended too early.
    #[must_use]
    pub(crate) fn ended_early(&self) -> Option<Failure> {
        if self.order.is_some() && !self.is_run_over() {
            let words = "the server ended it before RUN_FINISHED";
            return Some(Failure::text(ErrorClass::StreamIncomplete, words));
        }
        let EventStreamSpec { layout, until, max_events, .. } = self.spec;
        let expected = if layout.has_end() {
            "the server ended it before the answer was complete"
        } else if until.is_some() || max_events.is_some() {
            "the server ended it before its condition was met"
        } else {
            return None;
        };
        Some(Failure::text(ErrorClass::StreamIncomplete, expected))
    }
}

/// Takes an event; returns why it is the last one, if it is.
fn take(
    spec: &EventStreamSpec,
    event: &Event<'_>,
    (response, at): (Response<'_>, Instant),
    consumer: &dyn EventConsumer,
    (kept, has_finish_reason, order): (Option<&mut Vec<u8>>, &mut bool, Option<&mut RunOrder>),
) -> Option<StreamEnd> {
    let Ok(part) = spec.layout.read(event) else { return Some(fails(ErrorClass::StreamEvent, &event.data)) };
    *has_finish_reason |= part.finish_reason.is_some();
    if let Some(kept) = kept {
        keep(kept, spec.layout.has_text(), event, &part);
    }
    let disorder = order.zip(part.run.as_ref()).and_then(|(order, run)| Some((order.take(run).err()?, run)));
    let response = Response { body: event.data.as_bytes(), event: &event.name, ..response };
    let wanted = consumer.event(&StreamEvent { response, part: &part, disorder: disorder.map(|(it, _)| it), at });
    if let Some((disorder, run)) = disorder {
        return Some(fails(ErrorClass::AguiOrder, &disorder.words(run)));
    }
    if part.is_error {
        return Some(fails(ErrorClass::StreamError, &event.data));
    }
    if part.is_end {
        let complete = *has_finish_reason || !spec.layout.has_finish_reason();
        let cut = || fails(ErrorClass::StreamIncomplete, "the server ended the answer without a reason");
        return Some(if complete { StreamEnd::Answered } else { cut() });
    }
    wanted.is_break().then_some(StreamEnd::Enough)
}

/// A failure with its reason in words, or in the data of an event.
fn fails(class: ErrorClass, words: &str) -> StreamEnd {
    StreamEnd::Failed(Failure::text(class, words.chars().take(MAX_WORDS).collect::<String>()))
}

/// Keeps the data of an event, or appends its piece of the answer.
fn keep(kept: &mut Vec<u8>, is_answer: bool, event: &Event<'_>, part: &EventPart<'_>) {
    if !is_answer {
        kept.clear();
        kept.extend_from_slice(event.data.as_bytes());
    } else if let Some(Content::Text(piece)) = &part.content
        && kept.len() + piece.len() <= MAX_BODY
    {
        kept.extend_from_slice(piece.as_bytes());
    }
}

#[cfg(test)]
mod tests;
