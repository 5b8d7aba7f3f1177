//! Receives a response as a stream of events.

use std::{ops::ControlFlow, time::Duration};

use tokio::time::{Instant, timeout};

use super::reader::{EventConsumer, EventReader, StreamEnd, is_event_stream};
use crate::{
    plan::{RequestSpec, Wire, event_stream::EventStreamSpec},
    protocol::{
        ErrorClass, Failure, HttpSession, Network, Outgoing, Probe,
        buffered_body::BufferedBody,
        exchange::{Arrival, Limits, ReceiveBuffers, ResponseStream},
        head_lines,
    },
};

/// How long the end of a response is waited for after the end of its answer, so that its connection can be used again.
const GRACE: Duration = Duration::from_secs(1);
/// The pause before a reconnection, unless the server asks for another.
const PAUSE: Duration = Duration::from_secs(3);
/// Status of a server that wants no reconnection.
const NO_CONTENT: u16 = 204;

/// How a stream ended.
#[derive(Debug)]
pub(crate) struct Streamed {
    /// When its last event was read, if the step reads no further.
    pub end: Option<Instant>,
    pub failure: Option<Failure>,
    /// How to open it again, if it ended before the step had what it waits for.
    pub reopen: Option<Reopen>,
}

/// How a stream is opened again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reopen {
    /// The value of `Last-Event-ID`; empty for none.
    pub last_id: Vec<u8>,
    /// The pause before it.
    pub pause: Duration,
}

impl Reopen {
    /// The same request, from the event after the last one on.
    #[must_use]
    pub(crate) fn request(&self, request: &Outgoing<'_>) -> RequestSpec {
        let mut head = request.head().to_vec();
        if !self.last_id.is_empty() {
            head.extend_from_slice(&[b"Last-Event-ID: ", &self.last_id[..], b"\r\n"].concat());
        }
        RequestSpec { wire: Wire::new(&head, request.body()), origin: request.origin, ..request.spec.clone() }
    }
}

impl HttpSession {
    /// Sends a request, and hands the events of its response to a consumer. Another response than an event stream is
    /// buffered, for the checks of the step.
    ///
    /// # Errors
    /// A failure before the first event.
    pub(in crate::protocol) async fn receive_events(
        &self,
        (receive, body): (&mut ReceiveBuffers, &mut BufferedBody),
        network: &Network,
        request: &Outgoing<'_>,
        (spec, consumer): (&EventStreamSpec, &dyn EventConsumer),
        limits: Limits,
        probe: &mut Probe<'_>,
    ) -> Result<Streamed, Failure> {
        receive.head.begin(true, true);
        body.begin(true);
        let max_end = spec.max_time.map(|time| probe.attempt().taken + time).filter(|max_end| *max_end <= limits.end);
        let limits = Limits { end: max_end.unwrap_or(limits.end), ..limits };
        let mut response = self.begin(receive, network, request, limits, probe).await?;
        // What comes with the head is buffered until the head is complete.
        let mut arrival = response.next(|chunk| body.push(chunk)).await?;
        while response.status().is_none() && matches!(arrival, Arrival::More) {
            arrival = response.next(|chunk| body.push(chunk)).await?;
        }
        let status = response.status().unwrap_or_default();
        if !request.spec.expects(status) || !is_event_stream(response.head()) {
            return buffer_rest(response, body, arrival, request.spec.expects(status) && status != NO_CONTENT).await;
        }
        let mut at = Instant::now();
        consumer.opened(response.due(), at);
        let kept = (request.spec.keep_head, request.spec.keep_body);
        let mut reader = EventReader::new(spec, status, response.head(), kept);
        let mut flow = reader.push(body.bytes(), at, consumer);
        body.begin(false);
        let mut broken = None;
        while flow.is_continue() && matches!(arrival, Arrival::More) {
            let is_over = reader.is_run_over();
            let mut read = None;
            let next = response.next(|chunk| {
                let at = *read.get_or_insert_with(Instant::now);
                if flow.is_continue() {
                    flow = reader.push(chunk, at, consumer);
                }
            });
            let next = if is_over { timeout(GRACE, next).await.ok() } else { Some(next.await) };
            // What an agent sends after its run is read, to see whether it may come, but not waited for.
            let Some(next) = next.filter(|next| next.is_ok() || !is_over) else {
                flow = ControlFlow::Break(StreamEnd::Enough);
                break;
            };
            at = read.unwrap_or_else(Instant::now);
            match next {
                Ok(next) => arrival = next,
                Err(failure) if failure.class == ErrorClass::TimeoutBody && max_end.is_some() => {
                    flow = ControlFlow::Break(StreamEnd::Enough);
                }
                Err(failure) => {
                    broken = Some(failure);
                    break;
                }
            }
        }
        body.begin(true);
        body.push(reader.text());
        let is_answered = matches!(flow, ControlFlow::Break(StreamEnd::Answered));
        let streamed = reader.streamed(flow, at, broken);
        consumer.ended(at, streamed.failure.is_none());
        if is_answered {
            // The response is worth a moment: its connection can be used again.
            drop(timeout(GRACE, drain(&mut response, arrival)).await);
        }
        Ok(streamed)
    }
}

impl EventReader<'_> {
    /// How the stream ended, at a time.
    fn streamed(&self, flow: ControlFlow<StreamEnd>, at: Instant, broken: Option<Failure>) -> Streamed {
        let failure = match flow {
            ControlFlow::Break(StreamEnd::Failed(failure)) => Some(failure),
            ControlFlow::Break(StreamEnd::Answered | StreamEnd::Enough) => None,
            ControlFlow::Continue(()) => {
                let failure = broken.or_else(|| self.ended_early());
                // A whole response without a condition that it lacks is what the step wants.
                let reopen = failure
                    .is_some()
                    .then(|| Reopen { last_id: self.last_id().to_vec(), pause: self.retry().unwrap_or(PAUSE) });
                return Streamed { end: Some(at), failure, reopen };
            }
        };
        Streamed { end: Some(at), failure, reopen: None }
    }
}

/// Reads a response to its end that is no event stream.
async fn buffer_rest(
    mut response: ResponseStream<'_, '_>,
    body: &mut BufferedBody,
    mut arrival: Arrival,
    is_wrong_type: bool,
) -> Result<Streamed, Failure> {
    while matches!(arrival, Arrival::More) {
        arrival = response.next(|chunk| body.push(chunk)).await?;
    }
    let failure = is_wrong_type.then(|| {
        let media_type = head_lines::text(response.head(), "content-type").unwrap_or("none");
        Failure::text(ErrorClass::StreamType, format!("the content type is {media_type}"))
    });
    Ok(Streamed { end: None, failure, reopen: None })
}

/// Reads a response to its end.
pub(in crate::protocol) async fn drain(response: &mut ResponseStream<'_, '_>, mut arrival: Arrival) {
    while matches!(arrival, Arrival::More) {
        match response.next(|_| {}).await {
            Ok(next) => arrival = next,
            Err(_) => return,
        }
    }
}
