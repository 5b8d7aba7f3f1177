//! Retries. Each attempt counts as a request; the intended start is that of the first attempt.

use std::time::Duration;

use super::{Effect, FlowContext, compiled::FlowState, read::count};
use crate::{
    language::{Value, extract::HeaderSelector},
    plan::{job::date_of, program::Retry},
};

/// Maximum of `Retry-After`.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(300);

impl FlowState {
    pub(super) fn retry(&mut self, retry: &Retry, context: &FlowContext<'_>) -> Option<Effect> {
        let tries = count(self.get(retry.counter));
        if tries >= u64::from(retry.max) || !retry.on.value(&mut self.eval(context)).holds() {
            return None;
        }
        self.put(retry.counter, Value::from(tries + 1));
        self.position = retry.send;
        self.retried = true;
        let (first, most) = retry.pause;
        let doubled = first.saturating_mul(1 << tries.min(20)).min(most.max(first));
        let retry_after = retry.pause_header.as_ref().and_then(|header| retry_after(header, context));
        Some(Effect::Think(retry_after.unwrap_or(doubled)))
    }
}

/// `Retry-After` in seconds or as a date (RFC 9110, section 10.2.3).
pub(super) fn retry_after(header: &HeaderSelector, context: &FlowContext<'_>) -> Option<Duration> {
    let text = header.matches(context.response.head).next()?;
    let text = text.trim();
    let wait = match text.parse() {
        Ok(seconds) => Duration::try_from_secs_f64(seconds).ok()?,
        Err(_) => date_of(text)?.saturating_sub(context.clock),
    };
    Some(wait.min(MAX_RETRY_AFTER))
}
