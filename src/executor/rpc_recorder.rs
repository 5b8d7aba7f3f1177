//! Judges the answer to the calls of one request, and records each call.

use std::cell::{Cell, RefCell};

use tokio::time::Instant;

use super::{scenario::ScenarioRun, scenario_recorder::rpc::CallKey};
use crate::{
    plan::{StepId, rpc::RpcSpec},
    protocol::{
        ErrorClass, Failure,
        jsonrpc::{Answering, Call, MessageConsumer, Outcome, Taken},
    },
};

/// The calls of one request.
pub(super) struct RpcRecorder<'a> {
    answering: Answering<'a>,
    /// How they were answered; empty without a whole response.
    outcomes: RefCell<Vec<Outcome>>,
    /// When the last answer came, if they came in an event stream.
    answered: Cell<Option<Instant>>,
}

impl<'a> RpcRecorder<'a> {
    /// The calls in the body of a request.
    pub(super) fn new(spec: &'a RpcSpec, body: &[u8]) -> Self {
        Self { answering: Answering::new(spec, body), outcomes: RefCell::default(), answered: Cell::default() }
    }

    /// Judges a response.
    pub(super) fn judge(&self, body: &[u8], by_status: Option<Failure>) -> Option<Failure> {
        let (outcomes, failure) = self.answering.judge(body, by_status);
        self.outcomes.replace(outcomes);
        failure
    }

    /// Records all calls. The request was due at `due`, and the user went on at `end`, with an error or without; what failed
    /// it besides their own answers failed them all.
    pub(super) fn record(
        &self,
        run: &ScenarioRun,
        (stage, step): (usize, (StepId, u32)),
        (due, end): (Instant, Instant),
        is_timed: bool,
        error: Option<ErrorClass>,
    ) {
        let outcomes = self.outcomes.borrow();
        let end = self.answered.get().unwrap_or(end);
        let is_of_answers =
            outcomes.iter().any(|outcome| outcome.failure.is_some()) || error == Some(ErrorClass::RpcId);
        let otherwise = error.filter(|_| !is_of_answers);
        let mut notifications = self.answering.notifications.get();
        for (number, Call { method, .. }) in self.answering.calls.calls.iter().enumerate() {
            let outcome = outcomes.get(number);
            let own = outcome.and_then(|outcome| outcome.failure.as_ref()).map(|failure| failure.class);
            let key = CallKey {
                stage,
                step,
                method: method.clone(),
                code: outcome.and_then(|outcome| outcome.code),
                error: own.or(otherwise),
            };
            // Those of a batch belong to none of its calls.
            let notifications = std::mem::take(&mut notifications);
            let took = is_timed.then(|| end.saturating_duration_since(due));
            run.recorder.call(key, took, notifications, end);
        }
    }
}

impl MessageConsumer for RpcRecorder<'_> {
    fn opened(&self) {
        self.answering.opened();
    }

    fn message(&self, data: &str) -> Taken {
        let taken = self.answering.take(data, drop);
        if taken == Taken::LastAnswer {
            self.answered.set(Some(Instant::now()));
        }
        taken
    }

    fn is_batch(&self) -> bool {
        self.answering.calls.is_batch
    }
}
