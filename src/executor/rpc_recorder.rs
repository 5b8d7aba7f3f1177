//! Judges the answer to the calls of one request, and records each call.

use std::cell::RefCell;

use tokio::time::Instant;

use super::{scenario::ScenarioRun, scenario_recorder::rpc::CallKey};
use crate::{
    plan::{StepId, rpc::RpcSpec},
    protocol::{
        ErrorClass, Failure,
        jsonrpc::{Call, Calls, Outcome},
    },
};

/// The calls of one request.
pub(super) struct RpcRecorder<'a> {
    spec: &'a RpcSpec,
    calls: Calls,
    /// How they were answered; empty without a whole response.
    outcomes: RefCell<Vec<Outcome>>,
}

impl<'a> RpcRecorder<'a> {
    /// The calls in the body of a request.
    pub(super) fn new(spec: &'a RpcSpec, body: &[u8]) -> Self {
        Self { spec, calls: Calls::read(body), outcomes: RefCell::default() }
    }

    /// Judges a response.
    pub(super) fn judge(&self, body: &[u8], by_status: Option<Failure>) -> Option<Failure> {
        let (outcomes, failure) = self.calls.judge(body, self.spec, by_status);
        self.outcomes.replace(outcomes);
        failure
    }

    /// Records all calls. The request was due at `due`, and ended at `end` with an error or without; what failed it besides
    /// their own answers failed them all.
    pub(super) fn record(
        &self,
        run: &ScenarioRun,
        (stage, step): (usize, (StepId, u32)),
        (due, end): (Instant, Instant),
        error: Option<ErrorClass>,
    ) {
        let outcomes = self.outcomes.borrow();
        let is_of_answers =
            outcomes.iter().any(|outcome| outcome.failure.is_some()) || error == Some(ErrorClass::RpcId);
        let otherwise = error.filter(|_| !is_of_answers);
        for (number, Call { method, .. }) in self.calls.calls.iter().enumerate() {
            let outcome = outcomes.get(number);
            let own = outcome.and_then(|outcome| outcome.failure.as_ref()).map(|failure| failure.class);
            let key = CallKey {
                stage,
                step,
                method: method.clone(),
                code: outcome.and_then(|outcome| outcome.code),
                error: own.or(otherwise),
            };
            run.recorder.call(key, end.saturating_duration_since(due), end);
        }
    }
}
