//! Results of MCP: what an answer says that JSON-RPC calls a success.

use serde::{Deserialize, Deserializer, de::IgnoredAny};
use serde_json::Value as Json;

use crate::{
    plan::mcp::McpMethod,
    protocol::{ErrorClass, Failure},
};

/// Status of a server that no longer knows a session; some say 400.
const NOT_FOUND: u16 = 404;
const BAD_REQUEST: u16 = 400;

/// What the result of a request says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Read {
    /// Why the call failed, although its answer is a result.
    pub failure: Option<(ErrorClass, String)>,
    /// Where the next page of a list begins; an empty text is a place as well.
    pub next_cursor: Option<String>,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    result: Option<Result>,
}

#[derive(Deserialize)]
struct Result {
    #[serde(default, rename = "isError", deserialize_with = "is_true")]
    is_error: bool,
    #[serde(default, rename = "resultType", deserialize_with = "text")]
    kind: Option<String>,
    #[serde(default, rename = "nextCursor", deserialize_with = "text")]
    next_cursor: Option<String>,
    #[serde(default, deserialize_with = "content")]
    content: Vec<Content>,
}

#[derive(Deserialize)]
struct Content {
    #[serde(default)]
    text: Option<String>,
}

/// What is no truth is false: a server may send anything.
fn is_true<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<bool, D::Error> {
    Json::deserialize(deserializer).map(|value| value == Json::Bool(true))
}

fn text<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Option<String>, D::Error> {
    Json::deserialize(deserializer).map(|value| value.as_str().map(str::to_owned))
}

fn content<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Vec<Content>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        List(Vec<Content>),
        Other(IgnoredAny),
    }
    Either::deserialize(deserializer).map(|either| match either {
        Either::List(list) => list,
        Either::Other(_) => Vec::new(),
    })
}

/// Reads an answer to a request.
#[must_use]
pub(crate) fn read(method: McpMethod, answer: &[u8]) -> Read {
    let Some(result) = serde_json::from_slice::<Answer>(answer).ok().and_then(|answer| answer.result) else {
        return Read::default();
    };
    let failure = if method == McpMethod::CallTool && result.is_error {
        let text = result.content.into_iter().find_map(|content| content.text);
        Some((ErrorClass::McpToolError, text.unwrap_or_else(|| "its result has no text".to_owned())))
    } else if result.kind.as_deref() == Some("input_required") {
        Some((ErrorClass::McpInputRequired, "the server asks for input before it goes on".to_owned()))
    } else {
        None
    };
    Read { failure, next_cursor: result.next_cursor.filter(|_| method.items().is_some()) }
}

/// The items of a page, out of its answer.
#[must_use]
pub(crate) fn items(answer: &[u8], member: &str) -> Vec<Json> {
    let mut answer = serde_json::from_slice::<Json>(answer).unwrap_or_default();
    match answer.get_mut("result").and_then(|result| result.get_mut(member)).map(Json::take) {
        Some(Json::Array(items)) => items,
        _ => Vec::new(),
    }
}

/// Whether a response says that the server no longer knows the session of a request.
#[must_use]
pub(crate) fn is_expired(status: Option<u16>, body: &[u8]) -> bool {
    match status {
        Some(NOT_FOUND) => true,
        // A server of the TypeScript SDK has no other way to say it.
        Some(BAD_REQUEST) => serde_json::from_slice::<Json>(body).is_ok_and(|answer| {
            let message = answer.pointer("/error/message").and_then(Json::as_str).unwrap_or_default();
            message.to_ascii_lowercase().contains("session")
        }),
        _ => false,
    }
}

/// A failure with its words.
impl From<(ErrorClass, String)> for Failure {
    fn from((class, words): (ErrorClass, String)) -> Self {
        Self::text(class, words)
    }
}

#[cfg(test)]
mod tests;
