//! Retries. Each attempt counts as a request; the intended start is that of the first attempt.

use std::time::Duration;

use super::{Effect, FlowContext, compiled::FlowState, read::count};
use crate::{
    language::{Value, extract::Header},
    plan::program::Retry,
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
        let retry_after = retry.pause_header.as_ref().and_then(|header| retry_after(header, context.response.head));
        Some(Effect::Think(retry_after.unwrap_or(doubled)))
    }
}

/// `Retry-After` in seconds (RFC 9110, section 10.2.3); APIs hardly ever send the date form.
fn retry_after(header: &Header, head: &[u8]) -> Option<Duration> {
    let seconds: f64 = header.matches(head).next()?.trim().parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok().map(|retry_after| retry_after.min(MAX_RETRY_AFTER))
}
