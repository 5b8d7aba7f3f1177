//! One request of a step, and its answer: in the body of the response, or event by event.

use std::cell::{Cell, RefCell};

use tokio::time::Instant;

use super::{A2aStep, finding::Agent};
use crate::{
    executor::sending::Draft,
    language::Response,
    metric::catalogue::A2aTaskMetric,
    plan::{StepId, a2a::A2aMethod},
    protocol::{
        ErrorClass, Failure, Lane, ResponseHandler,
        a2a::read,
        jsonrpc::{
            Answering, Call, Calls, Incoming, MessageConsumer, Taken,
            answer::{Message, read_event},
            compose,
            matching::{is_of, outcome},
        },
        sse::reader::EventConsumer,
    },
};

const NO_AGENT: &str = "the result is neither a task nor a message nor an event of one";

/// Judges the answer to a request.
struct CallHandler<'a, 's, 'f> {
    step: &'a A2aStep<'s, 'f>,
    id: u64,
    answering: Answering<'a>,
    /// Whether a task that is still open is an error.
    is_last: bool,
    /// Whether the answer is a stream.
    is_stream: Cell<bool>,
    /// Why nothing more is read of a stream.
    broken: RefCell<Option<Failure>>,
    code: Cell<Option<i64>>,
    /// Events of the stream.
    events: Cell<u64>,
}

impl A2aStep<'_, '_> {
    /// Sends a request with parameters and records it; returns when the user is free to go on. After the last one a task
    /// that is still open is an error.
    pub(super) async fn call(
        &self,
        lane: &mut Lane,
        (method, ids): (A2aMethod, (StepId, u32)),
        agent: &Agent,
        params: &[u8],
        (due, is_last): (Instant, bool),
    ) -> Instant {
        let id = self.flow.borrow_mut().random().u64(1..1 << 53);
        let name = method.in_version(agent.version);
        let call = Call { method: name.to_owned(), id: Some(id.into()) };
        let handler = CallHandler {
            step: self,
            id,
            answering: Answering::of(&self.spec.codes, Calls { calls: vec![call], is_batch: false }),
            is_last,
            is_stream: Cell::new(false),
            broken: RefCell::default(),
            code: Cell::new(None),
            events: Cell::new(0),
        };
        let draft = Draft {
            ids,
            head: agent.head.clone(),
            body: |_: Option<&str>| Some(compose::call(name, id, params, None)),
            handler: &handler,
            due,
        };
        let sent = self.sender.send(lane, draft).await;
        self.record(lane, (method, ids), (sent.due, sent.end), sent.took(), handler.code.get());
        sent.free
    }
}

impl CallHandler<'_, '_, '_> {
    /// Takes an answer that is no error; false if it is nothing that an agent answers.
    fn take(&self, answer: &[u8], at: Instant) -> bool {
        let Some(shown) = read::read(answer) else { return false };
        let step = self.step;
        let left = step.watch.borrow_mut().take(shown, at);
        if let Some((state, time)) = left {
            let run = &step.sender.user.run;
            run.recorder.a2a_state(run.stage(step.due.get()), step.ids, state.as_str(), time.as_secs_f64(), at);
        }
        true
    }

    /// Counts an event.
    fn count(&self, at: Instant) {
        let (step, run) = (self.step, &self.step.sender.user.run);
        let stage = run.stage(step.due.get());
        if self.events.replace(self.events.get() + 1) == 0 {
            let since = at.saturating_duration_since(step.due.get()).as_secs_f64();
            run.recorder.a2a_observe(stage, step.ids, A2aTaskMetric::TimeToFirstEvent, since, at);
        }
        step.events.set(step.events.get() + 1);
        run.recorder.a2a_observe(stage, step.ids, A2aTaskMetric::Events, 1.0, at);
    }

    /// Takes a message of the stream.
    fn take_message(&self, message: Message, data: &str, at: Instant) -> Taken {
        let Message { id, error } = message;
        if !(is_of(&self.id.into(), &id) || id.is_null() && error.is_some()) {
            let words = format!("an event has the id {id}, and the request {}", self.id);
            return self.breaks(Failure::text(ErrorClass::RpcId, words));
        }
        if error.is_some() {
            let outcome = outcome(error, &self.step.spec.codes);
            self.code.set(outcome.code);
            self.broken.replace(outcome.failure);
            return Taken::LastAnswer;
        }
        self.count(at);
        if !self.take(data.as_bytes(), at) {
            return self.breaks(Failure::text(ErrorClass::RpcInvalid, NO_AGENT));
        }
        if self.step.watch.borrow().is_over() { Taken::LastAnswer } else { Taken::Other }
    }

    fn breaks(&self, failure: Failure) -> Taken {
        self.broken.replace(Some(failure));
        Taken::Invalid
    }

    /// Judges a stream.
    fn judge_stream(&self, by_status: Option<Failure>) -> Option<Failure> {
        if by_status.is_some() {
            return by_status;
        }
        if let Some(failure) = self.broken.take() {
            return Some(failure);
        }
        if self.code.get().is_some() {
            return None;
        }
        if self.events.get() == 0 {
            return Some(Failure::text(ErrorClass::RpcNoAnswer, "the event stream ended without an answer"));
        }
        if !self.step.watch.borrow().is_over() {
            let words = "the agent ended the stream before the task";
            return Some(Failure::text(ErrorClass::StreamIncomplete, words));
        }
        self.step.verdict(self.is_last)
    }
}

impl ResponseHandler for CallHandler<'_, '_, '_> {
    fn judge(&self, response: &Response<'_>, by_status: Option<Failure>) -> Option<Failure> {
        if self.is_stream.get() {
            return self.judge_stream(by_status);
        }
        let (outcomes, failure) = self.answering.judge(response.body, by_status);
        self.code.set(outcomes.first().and_then(|outcome| outcome.code));
        if failure.is_some() || self.code.get().is_some() {
            return failure;
        }
        if !self.take(response.body, Instant::now()) {
            return Some(Failure::text(ErrorClass::RpcInvalid, NO_AGENT));
        }
        self.step.verdict(self.is_last)
    }

    fn missed(&self, response: &Response<'_>) -> Option<String> {
        // What the step demands is demanded of its last answer.
        let waits = self.step.spec.poll.is_some() && !self.is_last && !self.step.is_over();
        if waits { None } else { self.step.missed(response) }
    }

    fn events(&self) -> Option<&dyn EventConsumer> {
        None
    }

    fn messages(&self) -> Option<&dyn MessageConsumer> {
        Some(self)
    }
}

impl MessageConsumer for CallHandler<'_, '_, '_> {
    fn opened(&self) {
        self.is_stream.set(true);
    }

    fn message(&self, data: &str) -> Taken {
        let at = Instant::now();
        if data.trim_ascii().is_empty() {
            return Taken::Other;
        }
        let messages = match read_event(data.as_bytes()) {
            Ok(messages) => messages,
            Err(words) => return self.breaks(Failure::text(ErrorClass::RpcInvalid, words)),
        };
        for message in messages {
            if let Incoming::Answer(answer) = message {
                let taken = self.take_message(answer, data, at);
                if taken != Taken::Other {
                    return taken;
                }
            }
        }
        Taken::Other
    }

    fn is_batch(&self) -> bool {
        false
    }
}
