//! Resources of targets: which grow without end, which do not.

use super::{show_ms, style};
use crate::{
    analysis::findings::{LeakVerdict, ResourceFinding},
    report::visible::visible,
    units::{show_bytes, significant},
};

/// Resources of a line at most.
const MAX_NAMES: usize = 12;

/// The section.
#[must_use]
pub(super) fn lines(resources: &[ResourceFinding]) -> Vec<String> {
    let mut lines = vec![format!("  {}  in the targets, without what the load explains", style::bold("LEAKS"))];
    let of = |verdict: LeakVerdict| resources.iter().filter(move |resource| resource.verdict == verdict);
    let names = |verdict| {
        let all: Vec<String> = of(verdict).map(name).collect();
        let more = all.len().saturating_sub(MAX_NAMES);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        (!all.is_empty()).then(|| all[..all.len().min(MAX_NAMES)].join(", ") + &more)
    };
    lines.extend(of(LeakVerdict::Leak).map(leak_line));
    if of(LeakVerdict::Leak).next().is_some() {
        lines.push(
            "      it is kept and never released: compare profiles of the heap, or lists of what is open, at start and end"
                .to_owned(),
        );
    }
    for step in of(LeakVerdict::Step) {
        let (at, mark) = (show_ms(step.step_at_ms.unwrap_or(0.0)), style::warn("–"));
        lines.push(format!("    {mark} {} rose once, {} after {at}, and stayed there", name(step), levels(step)));
    }
    let calm = [
        (LeakVerdict::None, "no leak"),
        (LeakVerdict::FollowsLoad, "no leak, it follows the load"),
        (LeakVerdict::Released, "no leak, it is released again"),
        (LeakVerdict::Settles, "no leak so far, it grew at first and then hardly"),
    ];
    let calm = calm.into_iter().filter_map(|(verdict, text)| Some((text, names(verdict)?)));
    lines.extend(calm.map(|(text, names)| format!("    {} {text}: {names}", style::good("✓"))));
    if let Some(open) = names(LeakVerdict::Inconclusive) {
        let mark = style::warn("–");
        lines.push(format!("    {mark} inconclusive: {open} varies too much to rule out a leak; run longer to decide"));
    }
    lines
}

fn leak_line(resource: &ResourceFinding) -> String {
    let slope = |value: f64| format!("{}{}", if value < 0.0 { "-" } else { "+" }, show(resource, value.abs()));
    let pace = match (resource.slope_per_hour, resource.slope_interval) {
        (Some(pace), [Some(low), Some(high)]) => {
            format!(": {} an hour ({} to {})", slope(pace), slope(low), slope(high))
        }
        _ => String::new(),
    };
    let name = style::bold(&name(resource));
    format!("    {} {name} grows without end, {}{pace}", style::bad("✗"), levels(resource))
}

fn levels(resource: &ResourceFinding) -> String {
    let value = |value: Option<f64>| show(resource, value.unwrap_or(0.0));
    format!("from {} to {}", value(resource.start), value(resource.end))
}

/// `memory of shop (process_resident_memory_bytes)`.
fn name(resource: &ResourceFinding) -> String {
    format!("{} of {} ({})", resource.resource, visible(&resource.target), visible(&resource.metric))
}

fn show(resource: &ResourceFinding, value: f64) -> String {
    if resource.is_bytes { show_bytes(value) } else { significant(value) }
}
