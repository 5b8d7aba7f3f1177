//! What the outputs delivered.

use super::{style, visible::visible};
use crate::{
    output::DeliveryStats,
    units::{show_count, show_several, was},
};

/// An output's samples: acknowledged, spooled, rejected and lost, with its outages.
#[must_use]
pub(crate) fn lines(account: &DeliveryStats) -> Vec<String> {
    let mark = if account.complete { style::good("✓") } else { style::bad("✗") };
    let all = account.acknowledged + account.rejected + account.spooled + account.lost;
    let mut line = format!(
        "    {mark} {}: {} of {} acknowledged",
        visible(&account.name),
        show_count(account.acknowledged),
        show_several(all, "sample")
    );
    let further = [
        (account.retried - account.rate_limited.min(account.retried), "request", "retried"),
        (account.rate_limited, "request", "rate-limited"),
        (account.rejected, "sample", "rejected"),
        (account.spooled, "sample", "still on disk"),
        (account.lost, "sample", "lost"),
    ];
    for (count, noun, what) in further.into_iter().filter(|(count, ..)| *count > 0) {
        line += &format!(", {} {what}", show_several(count, noun));
    }
    let mut lines = vec![line];
    let outages = account.outages.iter().filter_map(|outage| Some((outage, outage.to_ms?)));
    for (outage, to_ms) in outages {
        let seconds = (to_ms - outage.from_ms) as f64 / 1e3;
        lines.push(style::dim(&format!("      unavailable for {seconds:.1} s: {}", visible(&outage.reason))));
    }
    if !account.dead_letters.is_empty() {
        lines.push(style::dim(&format!("      dead letters in outputs/: {}", account.dead_letters.join(", "))));
    }
    if let Some(warning) = &account.warning {
        lines.push(style::warn(&format!("      warning: {}", visible(warning))));
    }
    if let Some(error) = account.last_error.as_ref().filter(|_| !account.complete) {
        lines.push(style::dim(&format!("      last error: {}", visible(error))));
    }
    lines
}

/// A sentence about an output that did not deliver everything.
#[must_use]
pub(crate) fn incomplete(stats: &DeliveryStats) -> Option<String> {
    let missing = stats.rejected + stats.spooled + stats.lost;
    let all = stats.acknowledged + missing;
    let why = stats.last_error.as_deref().map(|error| format!(": {error}")).unwrap_or_default();
    let lost = if stats.lost > 0 { format!(", {} of them lost", show_count(stats.lost)) } else { String::new() };
    let (count, all) = (show_count(missing), show_several(all, "sample"));
    (!stats.complete).then(|| format!("{}: {count} of {all} {} not acknowledged{lost}{why}", stats.name, was(missing)))
}
