//! Requests of MCP: the head of a step's request with the headers of a revision, and a body around its parameters.

use std::borrow::Cow;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value as Json, json};

use crate::{
    plan::mcp::{McpMethod, Revision},
    protocol::jsonrpc::compose::{call, put_members, without_length},
};

/// Keys of `_meta` in the revision without sessions.
const META_VERSION: &str = "io.modelcontextprotocol/protocolVersion";
const META_CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";
const META_CLIENT: &str = "io.modelcontextprotocol/clientInfo";

/// What a request says besides what it asks.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Meta<'a> {
    /// The id under which progress is wanted.
    pub progress_token: Option<u64>,
    /// The value of the `traceparent` header.
    pub traceparent: Option<&'a str>,
}

/// Composes the requests of one step from its own.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Composer<'a> {
    /// Request line and header lines of the step.
    pub head: &'a [u8],
    pub revision: Revision,
    /// The id of the session, if there is one.
    pub session: Option<&'a str>,
}

impl Composer<'_> {
    /// Request line and header lines, without the length of a body.
    #[must_use]
    pub(crate) fn head(&self, method: McpMethod, params: &[u8]) -> Vec<u8> {
        let mut head = without_length(self.head);
        put_method(&mut head, method.http().as_bytes());
        let (mut lines, revision) = (String::new(), self.revision.as_str());
        if let Some(session) = self.session {
            lines.push_str(&format!("Mcp-Session-Id: {session}\r\n"));
        }
        if self.revision.has_sessions() {
            // Before the answer to `initialize`, no revision is agreed on.
            if method != McpMethod::Initialize {
                lines.push_str(&format!("MCP-Protocol-Version: {revision}\r\n"));
            }
        } else {
            lines.push_str(&format!("MCP-Protocol-Version: {revision}\r\nMcp-Method: {}\r\n", method.as_str()));
            if let Some(name) = method.name_member().and_then(|member| text_member(params, member)) {
                lines.push_str(&format!("Mcp-Name: {}\r\n", header_value(&name)));
            }
        }
        head.extend_from_slice(lines.as_bytes());
        head
    }

    /// The body of a call with parameters, which are a JSON object.
    #[must_use]
    pub(crate) fn call(&self, method: McpMethod, id: u64, params: &[u8], meta: Meta<'_>) -> Vec<u8> {
        let meta = self.meta(meta);
        call(method.as_str(), id, params, meta.as_ref().map(|meta| ("_meta", meta)))
    }

    fn meta(&self, Meta { progress_token, traceparent }: Meta<'_>) -> Option<Json> {
        let mut meta = serde_json::Map::new();
        if !self.revision.has_sessions() {
            meta.insert(META_VERSION.to_owned(), self.revision.as_str().into());
            meta.insert(META_CAPABILITIES.to_owned(), json!({}));
            meta.insert(META_CLIENT.to_owned(), client());
        }
        if let Some(token) = progress_token {
            meta.insert("progressToken".to_owned(), token.into());
        }
        if let Some(traceparent) = traceparent {
            meta.insert("traceparent".to_owned(), traceparent.into());
        }
        (!meta.is_empty()).then_some(Json::Object(meta))
    }
}

/// The parameters of `initialize`.
#[must_use]
pub(crate) fn initialize(revision: Revision) -> Vec<u8> {
    json!({ "protocolVersion": revision.as_str(), "capabilities": {}, "clientInfo": client() }).to_string().into_bytes()
}

/// The body of a notification.
#[must_use]
pub(crate) fn notification(method: McpMethod, params: Option<Json>) -> Vec<u8> {
    let mut message = json!({ "jsonrpc": "2.0", "method": method.as_str() });
    if let (Some(params), Json::Object(members)) = (params, &mut message) {
        members.insert("params".to_owned(), params);
    }
    message.to_string().into_bytes()
}

/// The answer to a call of the server: loadagent is alive, and offers nothing.
#[must_use]
pub(crate) fn reply(method: &str, id: &Json) -> Vec<u8> {
    let message = match method {
        "ping" => json!({ "jsonrpc": "2.0", "id": id, "result": {} }),
        _ => {
            json!({ "jsonrpc": "2.0", "id": id, "error": { "code": -32_601, "message": "a load test offers no methods" } })
        }
    };
    message.to_string().into_bytes()
}

/// Adds the place of the next page to the parameters of a list.
#[must_use]
pub(crate) fn at_cursor(params: &[u8], cursor: &str) -> Vec<u8> {
    let mut with = Vec::new();
    put_members(&mut with, params, Some(("cursor", &Json::from(cursor))));
    with
}

fn client() -> Json {
    json!({ "name": "loadagent", "version": env!("CARGO_PKG_VERSION") })
}

/// A text member of a JSON object.
#[must_use]
pub(crate) fn text_member<'p>(params: &'p [u8], member: &str) -> Option<Cow<'p, str>> {
    #[derive(serde::Deserialize)]
    struct Named<'a> {
        #[serde(borrow, default)]
        name: Option<Cow<'a, str>>,
        #[serde(borrow, default)]
        uri: Option<Cow<'a, str>>,
    }
    let Named { name, uri } = serde_json::from_slice(params).ok()?;
    if member == "uri" { uri } else { name }
}

fn put_method(head: &mut Vec<u8>, method: &[u8]) {
    let end = memchr::memchr(b' ', head).unwrap_or_default();
    head.splice(..end, method.iter().copied());
}

/// A value that a header can have: visible ASCII as it is, everything else in base64.
fn header_value(text: &str) -> Cow<'_, str> {
    let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
    if is_plain && text.trim() == text && !text.starts_with("=?") {
        return Cow::Borrowed(text);
    }
    Cow::Owned(format!("=?base64?{}?=", STANDARD.encode(text)))
}

#[cfg(test)]
mod tests;
