//! Receives answers from an event stream: it is read until each call has its answer.

use std::{ops::ControlFlow, time::Duration};

use serde_json::Value as Json;
use tokio::time::Instant;

use super::answering::Taken;
use crate::protocol::{
    ErrorClass, Failure, HttpSession, Network, Outgoing, Probe,
    buffered_body::{BufferedBody, MAX_BODY},
    decode::Decoder,
    exchange::{Arrival, Limits, ReceiveBuffers, ResponseStream},
    session::Received,
    sse::{
        parser::EventParser,
        reader::is_event_stream,
        receive::{Streamed, drain},
    },
};

/// How long the end of a response is waited for after the last answer, so that its connection can be used again.
const GRACE: Duration = Duration::from_millis(100);

/// Takes the messages of an event stream.
pub(crate) trait MessageConsumer {
    /// The response is an event stream.
    fn opened(&self);
    /// Takes the data of an event.
    fn message(&self, data: &str) -> Taken;
    /// Whether the answers are to be kept as a list.
    fn is_batch(&self) -> bool;
    /// The stream ended, or broke off: the id of its last event, and the pause before a reconnection, if the server set any.
    fn ended_after(&self, _id: &[u8], _retry: Option<Duration>) {}
}

impl HttpSession {
    /// Sends a request with calls, and receives its response: buffered, or if it is an event stream, until each call has
    /// its answer.
    ///
    /// # Errors
    /// A failure before each call has its answer.
    pub(in crate::protocol) async fn receive_answers(
        &self,
        (receive, body): (&mut ReceiveBuffers, &mut BufferedBody),
        network: &Network,
        request: &Outgoing<'_>,
        consumer: &dyn MessageConsumer,
        limits: Limits,
        probe: &mut Probe<'_>,
    ) -> Result<Received, Failure> {
        receive.head.begin(true, true);
        body.begin(true);
        let mut response = self.begin(receive, network, request, limits, probe).await?;
        let mut has_head = false;
        loop {
            let arrival = response.next(|chunk| body.push(chunk)).await?;
            let is_head = !has_head && response.status().is_some();
            has_head |= is_head;
            if is_head && is_event_stream(response.head()) {
                let streamed = receive_messages(response, body, arrival, consumer).await?;
                return Ok(Received::Streamed(Box::new(streamed)));
            }
            if !matches!(arrival, Arrival::More) {
                return Ok(if response.came_at_once() { Received::AtOnce } else { Received::InParts });
            }
        }
    }
}

/// Receives the rest of an event stream; what came with its head is in `body`, which then gets the answers.
async fn receive_messages(
    mut response: ResponseStream<'_, '_>,
    body: &mut BufferedBody,
    mut arrival: Arrival,
    consumer: &dyn MessageConsumer,
) -> Result<Streamed, Failure> {
    consumer.opened();
    let (parser, decoder) = (EventParser::default(), Decoder::of_head(response.head()));
    let mut reader = MessageReader { parser, decoder, consumer, answers: Vec::new() };
    let mut at = Instant::now();
    let mut flow = reader.push(body.bytes());
    body.begin(false);
    while flow.is_continue() && matches!(arrival, Arrival::More) {
        let mut read = None;
        let next = response.next(|chunk| {
            read.get_or_insert_with(Instant::now);
            if flow.is_continue() {
                flow = reader.push(chunk);
            }
        });
        let next = next.await;
        at = read.unwrap_or_else(Instant::now);
        // What breaks after the last answer takes nothing from it.
        arrival = match next {
            Ok(next) => next,
            Err(failure) if flow.is_continue() => {
                reader.ended();
                return Err(failure);
            }
            Err(_) => Arrival::End,
        };
    }
    reader.ended();
    body.begin(true);
    body.push(&reader.answers());
    match flow {
        ControlFlow::Break(Some(failure)) => Err(failure),
        ControlFlow::Break(None) => {
            drop(tokio::time::timeout(GRACE, drain(&mut response, arrival)).await);
            Ok(Streamed { end: Some(at), failure: None, reopen: None })
        }
        ControlFlow::Continue(()) => Ok(Streamed { end: None, failure: None, reopen: None }),
    }
}

struct MessageReader<'a> {
    parser: EventParser,
    decoder: Option<Decoder>,
    consumer: &'a dyn MessageConsumer,
    /// The answers, with commas between them.
    answers: Vec<u8>,
}

/// Nothing more is read: of a whole answer, or because of a failure.
type Flow = ControlFlow<Option<Failure>>;

impl MessageReader<'_> {
    fn push(&mut self, chunk: &[u8]) -> Flow {
        let Some(mut decoder) = self.decoder.take() else { return self.parse(chunk) };
        let mut flow = ControlFlow::Continue(());
        let result = decoder.push(chunk, &mut |piece| {
            flow = self.parse(piece);
            if flow.is_break() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        self.decoder = Some(decoder);
        if result.is_err() { ControlFlow::Break(Some(ErrorClass::Decompression.into())) } else { flow }
    }

    fn parse(&mut self, chunk: &[u8]) -> Flow {
        let Self { parser, consumer, answers, .. } = self;
        let parsed = parser.push(chunk, |event| {
            let taken = consumer.message(&event.data);
            if matches!(taken, Taken::Answer | Taken::LastAnswer) && answers.len() + event.data.len() < MAX_BODY {
                put_answers(answers, &event.data);
            }
            if matches!(taken, Taken::LastAnswer | Taken::Invalid) {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        match parsed {
            Ok(ControlFlow::Continue(())) => ControlFlow::Continue(()),
            Ok(ControlFlow::Break(())) => ControlFlow::Break(None),
            Err(_) => ControlFlow::Break(Some(Failure::text(ErrorClass::StreamEvent, "an event is longer than 1 MiB"))),
        }
    }

    fn ended(&self) {
        self.consumer.ended_after(self.parser.last_id(), self.parser.retry());
    }

    fn answers(self) -> Vec<u8> {
        if self.consumer.is_batch() { [b"[", &self.answers[..], b"]"].concat() } else { self.answers }
    }
}

/// Appends the answers of an event: of a list, those that are in it.
fn put_answers(answers: &mut Vec<u8>, data: &str) {
    let mut put = |answer: &[u8]| {
        answers.extend_from_slice(if answers.is_empty() { b"" } else { b"," });
        answers.extend_from_slice(answer);
    };
    let is_list = data.trim_ascii_start().starts_with('[');
    match is_list.then(|| serde_json::from_str::<Vec<Json>>(data)) {
        Some(Ok(list)) => {
            let of_list = list.iter().filter(|message| message.get("method").is_none());
            of_list.for_each(|answer| put(answer.to_string().as_bytes()));
        }
        _ => put(data.as_bytes()),
    }
}

#[cfg(test)]
mod tests;
