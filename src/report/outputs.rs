//! What became of the exports, in a few lines a sink.

use super::style::Style;
use crate::{output::Account, units::show_count};

/// A sink's account: what arrived, what did not and where it is.
#[must_use]
pub fn lines(account: &Account, style: Style) -> Vec<String> {
    let mark = if account.complete { style.good("✓") } else { style.bad("✗") };
    let all = account.acknowledged + account.rejected + account.spooled;
    let mut line = format!(
        "    {mark} {}: {} of {} samples acknowledged",
        account.name,
        show_count(account.acknowledged),
        show_count(all)
    );
    let further = [
        (account.retried, "requests repeated"),
        (account.rejected, "samples rejected"),
        (account.spooled, "samples kept for replay"),
        (account.lost, "records lost"),
    ];
    for (count, what) in further.into_iter().filter(|(count, _)| *count > 0) {
        line += &format!(", {} {what}", show_count(count));
    }
    let mut lines = vec![line];
    let outages = account.outages.iter().filter_map(|outage| Some((outage, outage.to_ms?)));
    for (outage, to_ms) in outages {
        let seconds = (to_ms - outage.from_ms) as f64 / 1e3;
        lines.push(style.dim(&format!("      away for {seconds:.1} s: {}", outage.reason)));
    }
    if !account.set_aside.is_empty() {
        lines.push(style.dim(&format!("      refused batches are in outputs/: {}", account.set_aside.join(", "))));
    }
    if let Some(error) = account.last_error.as_ref().filter(|_| !account.complete) {
        lines.push(style.dim(&format!("      last failure: {error}")));
    }
    lines
}
