//! Requests on top of JSON-RPC: the head of a step's request with other lines, and a body around its parameters.

use serde_json::Value as Json;

use crate::{plan::Wire, protocol::head_lines};

/// The header whose value is the length of the body.
const LENGTH: &[u8] = b"content-length";

/// The body of a call with parameters, which are a JSON object, and a further one.
#[must_use]
pub(crate) fn call(method: &str, id: u64, params: &[u8], further: Option<(&str, &Json)>) -> Vec<u8> {
    let mut body = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"{method}","params":"#).into_bytes();
    put_members(&mut body, params, further);
    body.push(b'}');
    body
}

/// The whole request.
#[must_use]
pub(crate) fn wire(head: &[u8], body: Option<&[u8]>) -> Wire {
    let mut head = head.to_vec();
    if let Some(body) = body {
        head.extend_from_slice(format!("Content-Length: {}\r\n", body.len()).as_bytes());
    }
    Wire::new(&head, body.unwrap_or_default())
}

/// Appends a JSON object with a further member.
pub(crate) fn put_members(out: &mut Vec<u8>, object: &[u8], further: Option<(&str, &Json)>) {
    let object = object.trim_ascii();
    let inner = object.strip_prefix(b"{").and_then(|rest| rest.strip_suffix(b"}")).unwrap_or_default();
    out.push(b'{');
    out.extend_from_slice(inner);
    if let Some((name, value)) = further {
        if !inner.trim_ascii().is_empty() {
            out.push(b',');
        }
        out.extend_from_slice(format!("\"{name}\":{value}").as_bytes());
    }
    out.push(b'}');
}

/// A head without the line that says how long its body is.
#[must_use]
pub(crate) fn without_length(head: &[u8]) -> Vec<u8> {
    let is_length =
        |line: &[u8]| head_lines::pairs(line).next().is_some_and(|(name, _)| name.eq_ignore_ascii_case(LENGTH));
    let lines = head.split_inclusive(|byte| *byte == b'\n');
    lines.filter(|line| !is_length(line)).flatten().copied().collect()
}
