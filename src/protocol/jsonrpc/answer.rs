//! The messages of a server: answers, and in an event stream notifications and calls of its own.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, de::IgnoredAny};
use serde_json::Value as Json;

use super::{
    calls::{Calls, present},
    matching::{Matching, Outcome},
};
use crate::{
    plan::rpc::RpcSpec,
    protocol::{ErrorClass, Failure},
};

/// A message of the server in an event stream.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Incoming {
    Answer(Message),
    /// Its method.
    Notification(String),
    /// Its method and its id, which is the server's: it may be that of a call of ours.
    Call(String, Json),
}

/// An answer of the server.
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
    #[serde(borrow, default)]
    method: Option<Cow<'a, str>>,
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

const NO_MESSAGE: &str = "the answer is no message of JSON-RPC 2.0";

/// Reads the data of an event: a message, or a list of them.
///
/// # Errors
/// What it is instead.
pub(crate) fn read_event(data: &[u8]) -> Result<Vec<Incoming>, &'static str> {
    let received = if data.trim_ascii_start().starts_with(b"[") {
        serde_json::from_slice::<Vec<Received<'_>>>(data).map_err(|_| NO_MESSAGE)?
    } else {
        vec![serde_json::from_slice::<Received<'_>>(data).map_err(|_| NO_MESSAGE)?]
    };
    received.into_iter().map(incoming).collect()
}

fn incoming(mut received: Received<'_>) -> Result<Incoming, &'static str> {
    let Some(method) = received.method.take() else { return message(received).map(Incoming::Answer) };
    if received.jsonrpc.as_deref() != Some("2.0") {
        return Err("a message has no `\"jsonrpc\": \"2.0\"`");
    }
    Ok(match received.id {
        None => Incoming::Notification(method.into_owned()),
        Some(id) => Incoming::Call(method.into_owned(), id),
    })
}

/// Reads the messages of an answer.
///
/// # Errors
/// What it is instead.
pub(crate) fn read(body: &[u8], is_batch: bool) -> Result<Vec<Message>, &'static str> {
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
    let Received { jsonrpc, id, result, error, .. } = received;
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
        let awaits = self.calls.iter().any(|call| call.id.is_some());
        let is_empty = body.trim_ascii().is_empty();
        let messages = match (read(body, self.is_batch), by_status) {
            (_, Some(limit)) if limit.class == ErrorClass::Limited => return self.all(Some(limit)),
            (Ok(messages), Some(failure)) if messages.iter().all(|message| message.error.is_none()) => {
                return self.all(Some(failure));
            }
            (Ok(messages), _) => messages,
            (Err(_), Some(failure)) => return self.all(Some(failure)),
            // What is not awaited may be anything that is no answer.
            (Err(_), None) if !awaits => return self.all(None),
            (Err(_), None) if is_empty => {
                return self.all(Some(Failure::text(ErrorClass::RpcNoAnswer, "the body of the response is empty")));
            }
            (Err(words), None) => return self.all(Some(Failure::text(ErrorClass::RpcInvalid, words))),
        };
        let mut matching = Matching::new(self);
        for message in messages {
            matching.take(message, self, spec);
        }
        matching.finish(self, spec)
    }

    /// The same outcome for each call.
    pub(super) fn all(&self, failure: Option<Failure>) -> (Vec<Outcome>, Option<Failure>) {
        let outcome = Outcome { code: None, failure: failure.clone() };
        (vec![outcome; self.calls.len()], failure)
    }
}

#[cfg(test)]
mod tests;
