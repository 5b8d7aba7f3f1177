//! The answer to the calls of a request: its messages, matched to the calls by id.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, de::IgnoredAny};
use serde_json::Value as Json;

use super::calls::{Calls, present};
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

/// A message of the server.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Message {
    /// Null if the server could not read which call it answers.
    pub id: Json,
    /// The error; None for a result.
    pub error: Option<RpcError>,
}

/// The error of an answer.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct RpcError {
    pub code: i64,
    #[serde(default)]
    pub message: String,
}

#[derive(Deserialize)]
struct Received<'a> {
    #[serde(borrow, default)]
    jsonrpc: Option<Cow<'a, str>>,
    #[serde(default, deserialize_with = "present")]
    id: Option<Json>,
    #[serde(default, deserialize_with = "is_present")]
    result: bool,
    #[serde(default)]
    error: Option<RpcError>,
}

fn is_present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(deserializer).map(|_| true)
}

/// Reads the messages of an answer.
///
/// # Errors
/// What it is instead.
pub(crate) fn read(body: &[u8], is_batch: bool) -> Result<Vec<Message>, &'static str> {
    const NO_MESSAGE: &str = "the answer is no message of JSON-RPC 2.0";
    let is_list = body.trim_ascii_start().starts_with(b"[");
    if is_list && !is_batch {
        return Err("the answer to a single call is a list");
    }
    let received = if is_list {
        serde_json::from_slice::<Vec<Received<'_>>>(body).map_err(|_| NO_MESSAGE)?
    } else {
        vec![serde_json::from_slice::<Received<'_>>(body).map_err(|_| NO_MESSAGE)?]
    };
    received.into_iter().map(message).collect()
}

fn message(received: Received<'_>) -> Result<Message, &'static str> {
    let Received { jsonrpc, id, result, error } = received;
    if jsonrpc.as_deref() != Some("2.0") {
        return Err("the answer has no `\"jsonrpc\": \"2.0\"`");
    }
    match (result, &error) {
        (true, Some(_)) => Err("the answer has both a result and an error"),
        (false, None) => Err("the answer has neither a result nor an error"),
        // An error may lack the id that the server could not read.
        _ if id.is_none() && error.is_none() => Err("the answer has no id"),
        _ => Ok(Message { id: id.unwrap_or(Json::Null), error }),
    }
}

/// Whether two ids are the same, with their types; `1.0` is `1` where all numbers are floating-point.
fn same(one: &Json, other: &Json) -> bool {
    match (one, other) {
        (Json::Number(one), Json::Number(other)) => one == other || one.as_f64() == other.as_f64(),
        _ => one == other,
    }
}

impl Calls {
    /// Matches an answer to the calls, and says how the request as a whole ended: an outcome for each call, and what is
    /// wrong besides. `by_status` is what the status of the response says; an answer of JSON-RPC says more, whatever the
    /// status.
    pub(crate) fn judge(
        &self,
        body: &[u8],
        spec: &RpcSpec,
        by_status: Option<Failure>,
    ) -> (Vec<Outcome>, Option<Failure>) {
        let all = |failure: Option<Failure>| {
            let outcome = Outcome { code: None, failure: failure.clone() };
            (vec![outcome; self.calls.len()], failure)
        };
        let awaits = self.calls.iter().any(|call| call.id.is_some());
        let is_empty = body.trim_ascii().is_empty();
        let messages = match (read(body, self.is_batch), by_status) {
            (_, Some(limit)) if limit.class == ErrorClass::Limited => return all(Some(limit)),
            (Ok(messages), Some(failure)) if messages.iter().all(|message| message.error.is_none()) => {
                return all(Some(failure));
            }
            (Ok(messages), _) => messages,
            (Err(_), Some(failure)) => return all(Some(failure)),
            // What is not awaited may be anything that is no answer.
            (Err(_), None) if !awaits => return all(None),
            (Err(_), None) if is_empty => {
                return all(Some(Failure::text(ErrorClass::RpcNoAnswer, "the body of the response is empty")));
            }
            (Err(words), None) => return all(Some(Failure::text(ErrorClass::RpcInvalid, words))),
        };
        self.matched(messages, spec)
    }

    fn matched(&self, messages: Vec<Message>, spec: &RpcSpec) -> (Vec<Outcome>, Option<Failure>) {
        let mut outcomes: Vec<Option<Outcome>> = vec![None; self.calls.len()];
        let (mut unread, mut unknown) = (Vec::new(), None);
        for message in messages {
            let place = self.calls.iter().position(|call| call.id.as_ref().is_some_and(|id| same(id, &message.id)));
            match (place, message.error) {
                (Some(at), _) if outcomes[at].is_some() => {
                    outcomes[at] = Some(Outcome { code: None, failure: Some(duplicate(&message.id)) });
                }
                (Some(at), error) => outcomes[at] = Some(outcome(error, spec)),
                (None, Some(error)) if message.id.is_null() => unread.push(error),
                (None, _) => unknown = Some(message.id),
            }
        }
        // One error for the whole batch is the answer to all of it.
        let for_all = unread.len() == 1 && outcomes.iter().all(Option::is_none) && unknown.is_none();
        let mut unread = unread.into_iter();
        let repeated = if for_all { unread.next() } else { None };
        let outcomes: Vec<Outcome> = (outcomes.into_iter().zip(&self.calls))
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

fn outcome(error: Option<RpcError>, spec: &RpcSpec) -> Outcome {
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

#[cfg(test)]
mod tests;
