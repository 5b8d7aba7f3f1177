//! The calls of a request, read from its body.

use serde::{Deserialize, Deserializer};
use serde_json::Value as Json;

/// Longest name of a method that becomes a label.
const MAX_METHOD: usize = 100;

/// One call of a request.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Call {
    /// Its method, for labels.
    pub method: String,
    /// Its id; None for a notification, which is not answered.
    pub id: Option<Json>,
}

/// The calls of a request.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Calls {
    pub calls: Vec<Call>,
    /// Whether they are sent as a batch, so that the answer is a list.
    pub is_batch: bool,
}

#[derive(Deserialize)]
struct Sent {
    #[serde(default)]
    method: String,
    #[serde(default, deserialize_with = "present")]
    id: Option<Json>,
}

/// A member that may be null, but is there.
pub(super) fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Json>, D::Error> {
    Json::deserialize(deserializer).map(Some)
}

impl Calls {
    /// Reads the body of a request; one that is no JSON-RPC has no calls.
    #[must_use]
    pub(crate) fn read(body: &[u8]) -> Self {
        let is_batch = body.trim_ascii_start().starts_with(b"[");
        let sent = if is_batch {
            serde_json::from_slice::<Vec<Sent>>(body).unwrap_or_default()
        } else {
            serde_json::from_slice::<Sent>(body).into_iter().collect()
        };
        let calls = sent.into_iter().map(|Sent { method, id }| Call { method: label(method), id }).collect();
        Self { calls, is_batch }
    }
}

fn label(method: String) -> String {
    if method.len() <= MAX_METHOD { method } else { method.chars().take(MAX_METHOD).collect() }
}

#[cfg(test)]
mod tests;
