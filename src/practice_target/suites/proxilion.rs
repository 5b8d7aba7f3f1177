//! The Proxilion gateway: a tool call is allowed, or blocked with 403 if it looks dangerous.

use hyper::StatusCode;
use serde_json::json;

use super::{Asked, not_allowed, ok};
use crate::practice_target::builtin::Reply;

/// What makes a tool call dangerous.
const DANGEROUS: [&str; 8] =
    ["rm -rf", "/etc/passwd", "/etc/shadow", "DROP TABLE", "| sh", "| bash", "nc -e", "169.254.169.254"];

pub(super) fn answer(asked: &Asked<'_>) -> Option<Reply> {
    match (asked.path, asked.method) {
        (["health"], "GET") => ok(&json!({ "ok": true, "status": "healthy" })),
        (["analyze"], "POST") => Some(analysis(asked.body)),
        (["health" | "analyze"], _) => not_allowed(),
        _ => None,
    }
}

fn analysis(body: &[u8]) -> Reply {
    let body = String::from_utf8_lossy(body);
    let is_dangerous = DANGEROUS.iter().any(|part| body.contains(part));
    let (status, decision, score) =
        if is_dangerous { (StatusCode::FORBIDDEN, "block", 92.5) } else { (StatusCode::OK, "allow", 3.5) };
    let body = json!({ "ok": true, "decision": decision, "threat_score": score, "patterns_detected": [] });
    Reply::json(status, body.to_string())
}
