//! Answers to the requests that find out a revision and open a session.

use serde::Deserialize;

use crate::{
    plan::mcp::Revision,
    protocol::{ErrorClass, Failure, head_lines},
};

/// The error code of a revision that the server does not speak.
const UNSUPPORTED_REVISION: i64 = -32_022;
/// The longest id of a session.
const MAX_SESSION_ID: usize = 1_024;

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    result: Option<Opened>,
    #[serde(default)]
    error: Option<Refusal>,
}

#[derive(Deserialize)]
struct Opened {
    #[serde(default, rename = "supportedVersions")]
    supported: Option<Vec<String>>,
    #[serde(default, rename = "protocolVersion")]
    agreed: Option<String>,
}

#[derive(Deserialize)]
struct Refusal {
    code: i64,
    #[serde(default)]
    data: Option<Supported>,
}

#[derive(Deserialize)]
struct Supported {
    #[serde(default)]
    supported: Vec<String>,
}

/// The revision to use, by the answer to `server/discover`. A server that does not know this method has sessions.
///
/// # Errors
/// That it speaks no revision that loadagent does.
pub(crate) fn discovered(body: &[u8]) -> Result<Revision, Failure> {
    let supported = match serde_json::from_slice::<Answer>(body) {
        Ok(Answer { result: Some(Opened { supported: Some(supported), .. }), .. }) => supported,
        Ok(Answer { error: Some(Refusal { code: UNSUPPORTED_REVISION, data: Some(data) }), .. })
            if !data.supported.is_empty() =>
        {
            data.supported
        }
        _ => return Ok(Revision::NEWEST_WITH_SESSIONS),
    };
    let newest = supported.iter().filter_map(|name| Revision::named(name)).max();
    newest.ok_or_else(|| unknown(&supported.join(", ")))
}

/// The revision that the server agreed to, by the answer to `initialize`.
///
/// # Errors
/// That loadagent does not speak it, or that there is none.
pub(crate) fn agreed(body: &[u8]) -> Result<Revision, Failure> {
    let answer = serde_json::from_slice::<Answer>(body).ok();
    let name = answer.and_then(|answer| answer.result).and_then(|opened| opened.agreed);
    let Some(name) = name else {
        return Err(Failure::text(ErrorClass::McpRevision, "the answer to `initialize` has no `protocolVersion`"));
    };
    Revision::named(&name).filter(|revision| revision.has_sessions()).ok_or_else(|| unknown(&name))
}

/// The id of the session in the head of the answer to `initialize`; a server may have none.
#[must_use]
pub(crate) fn session_id(head: &[u8]) -> Option<&str> {
    let id = head_lines::text(head, "mcp-session-id")?;
    let is_usable = (1..=MAX_SESSION_ID).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic());
    is_usable.then_some(id)
}

fn unknown(names: &str) -> Failure {
    Failure::text(ErrorClass::McpRevision, format!("the server speaks {names}"))
}

#[cfg(test)]
mod tests;
