//! A layout of the profile: paths into the data of each event.

use std::borrow::Cow;

use super::{EventPart, Usage, text};
use crate::{
    language::{Value, extract::JsonPath},
    plan::event_stream::CustomLayout,
    protocol::sse::parser::Event,
};

/// Every event may lack every part, and data need not be JSON.
pub(super) fn read<'a>(layout: &CustomLayout, event: &'a Event<'_>) -> EventPart<'a> {
    if layout.end.as_deref() == Some(&*event.data) {
        return EventPart { is_end: true, ..EventPart::default() };
    }
    let find = |path: &Option<JsonPath>| {
        path.as_ref().and_then(|path| path.first(event.data.as_bytes())).filter(|value| *value != Value::Null)
    };
    let count = |path: &Option<JsonPath>| match find(path) {
        Some(Value::Int(number)) => u64::try_from(number).ok(),
        _ => None,
    };
    let words = |path: &Option<JsonPath>| match find(path) {
        Some(Value::Text(text)) => Some(Cow::Owned(text.to_string())),
        _ => None,
    };
    let finish_reason = words(&layout.finish_reason);
    EventPart {
        content: text(words(&layout.text)),
        is_end: layout.end.is_none() && finish_reason.is_some(),
        finish_reason,
        usage: Usage { input: count(&layout.input_tokens), output: count(&layout.output_tokens), ..Usage::default() },
        is_error: find(&layout.error).is_some(),
        run: None,
    }
}
