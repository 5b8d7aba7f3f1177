//! Answers in several streams: each but the last has an id only, with which the next one is asked for.

use std::time::Duration;

use serde_json::{Value as Json, json};

use super::message::result;
use crate::practice_target::builtin::Reply;
use crate::practice_target::stream;

/// Most streams of one answer.
const MOST: u64 = 100;

/// The id of an event says which call it belongs to, and how many streams end before the answer: no state is kept.
pub(super) fn read(id: &str) -> Option<(Json, u64)> {
    let (cuts, call) = id.split_once('/')?;
    Some((serde_json::from_str(call).ok()?, cuts.parse().ok()?))
}

/// A stream that ends before the answer, or has it.
pub(super) fn reply(id: &Json, cuts: u64) -> Reply {
    let cuts = cuts.min(MOST);
    let event = if let Some(left) = cuts.checked_sub(1) {
        format!("id: {left}/{id}\nretry: 10\ndata:\n\n")
    } else {
        let answer = json!({ "content": [{ "type": "text", "text": "resumed" }], "isError": false });
        format!("event: message\ndata: {}\n\n", result(id, &answer))
    };
    Reply::stream(stream::texts(vec![(Duration::ZERO, event)]))
}
