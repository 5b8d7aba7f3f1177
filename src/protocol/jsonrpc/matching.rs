//! Matches answers to calls by id, as they come.

use serde_json::Value as Json;

use super::{
    answer::{Message, RpcError},
    calls::Calls,
};
use crate::{
    plan::rpc::RpcSpec,
    protocol::{ErrorClass, Failure},
};

/// How a call was answered.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outcome {
    /// The code of its error.
    pub code: Option<i64>,
    /// Why it failed, or that it was limited.
    pub failure: Option<Failure>,
}

/// The answers to the calls of a request so far: one for each call, however many come.
#[derive(Debug, Default)]
pub(crate) struct Matching {
    outcomes: Vec<Option<Outcome>>,
    /// Errors without an id, and how many there were.
    unread: Vec<RpcError>,
    unread_count: usize,
    /// The last id that no call has.
    unknown: Option<Json>,
    /// Whether a result came, or an error.
    pub has_result: bool,
    pub has_error: bool,
}

impl Matching {
    #[must_use]
    pub(crate) fn new(calls: &Calls) -> Self {
        Self { outcomes: vec![None; calls.calls.len()], ..Self::default() }
    }

    /// Takes an answer; returns whether it is the first of a call.
    pub(crate) fn take(&mut self, message: Message, calls: &Calls, spec: &RpcSpec) -> bool {
        let Message { id, error } = message;
        self.has_result |= error.is_none();
        self.has_error |= error.is_some();
        let place = calls.calls.iter().position(|call| call.id.as_ref().is_some_and(|known| is_of(known, &id)));
        match (place, error) {
            (Some(at), _) if self.outcomes[at].is_some() => {
                self.outcomes[at] = Some(Outcome { code: None, failure: Some(duplicate(&id)) });
                false
            }
            (Some(at), error) => {
                self.outcomes[at] = Some(outcome(error, spec));
                true
            }
            (None, Some(error)) if id.is_null() => {
                self.unread_count += 1;
                let is_kept = self.unread.len() < calls.calls.len().max(1);
                if is_kept {
                    self.unread.push(error);
                }
                is_kept
            }
            (None, _) => {
                self.unknown = Some(id);
                false
            }
        }
    }

    /// Whether each call that is answered has its answer.
    #[must_use]
    pub(crate) fn is_complete(&self, calls: &Calls) -> bool {
        let open = self.outcomes.iter().zip(&calls.calls).filter(|(known, call)| known.is_none() && call.id.is_some());
        // Whether a single error is for the whole batch shows at the end of the stream.
        open.count() <= self.unread.len()
    }

    /// An outcome for each call, and what is wrong besides.
    pub(crate) fn finish(self, calls: &Calls, spec: &RpcSpec) -> (Vec<Outcome>, Option<Failure>) {
        let Self { outcomes, unread, unread_count, unknown, .. } = self;
        let for_all = unread_count == 1 && outcomes.iter().all(Option::is_none) && unknown.is_none();
        let mut unread = unread.into_iter();
        let repeated = if for_all { unread.next() } else { None };
        let outcomes: Vec<Outcome> = (outcomes.into_iter().zip(&calls.calls))
            .map(|(known, call)| match (known, &call.id) {
                (Some(known), _) => known,
                (None, id) => match repeated.clone().or_else(|| id.as_ref().and_then(|_| unread.next())) {
                    Some(error) => outcome(Some(error), spec),
                    None => Outcome { code: None, failure: id.as_ref().map(|id| unanswered(id, unknown.as_ref())) },
                },
            })
            .collect();
        let of_calls = |wanted: fn(ErrorClass) -> bool| {
            outcomes.iter().filter_map(|outcome| outcome.failure.clone()).find(|failure| wanted(failure.class))
        };
        let whole = of_calls(|class| class == ErrorClass::RpcId)
            .or_else(|| unknown.as_ref().map(unasked))
            .or_else(|| of_calls(ErrorClass::is_failure))
            .or_else(|| of_calls(|_| true));
        (outcomes, whole)
    }
}

/// Whether an id is that of a call: the same, with their types; `1.0` is `1` where all numbers are floating-point.
pub(crate) fn is_of(one: &Json, other: &Json) -> bool {
    match (one, other) {
        (Json::Number(one), Json::Number(other)) => one == other || one.as_f64() == other.as_f64(),
        _ => one == other,
    }
}

/// What an answer means: a result, or an error whose code may be expected.
pub(crate) fn outcome(error: Option<RpcError>, spec: &RpcSpec) -> Outcome {
    let Some(RpcError { code, message }) = error else { return Outcome::default() };
    let failure = if spec.allowed.contains(&code) {
        None
    } else if spec.limited.contains(&code) {
        Some(ErrorClass::Limited.into())
    } else {
        Some(Failure::text(ErrorClass::RpcError, format!("{code}: {message}")))
    };
    Outcome { code: Some(code), failure }
}

fn duplicate(id: &Json) -> Failure {
    Failure::text(ErrorClass::RpcId, format!("two answers have the id {id}"))
}

fn unasked(id: &Json) -> Failure {
    Failure::text(ErrorClass::RpcId, format!("an answer has the id {id}, which no call has"))
}

fn unanswered(id: &Json, instead: Option<&Json>) -> Failure {
    match instead {
        Some(other) => Failure::text(ErrorClass::RpcId, format!("no answer has the id {id}; one has {other}")),
        None => Failure::text(ErrorClass::RpcId, format!("no answer has the id {id}")),
    }
}
