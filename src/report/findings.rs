//! Findings on drift, recovery and the breaking point in plain words: what happened, how sure it is, and what to do.

pub(crate) mod cases;
mod leaks;
mod search;
mod stress;

use std::time::Duration;

use super::{style, summary::TextLayout, visible::visible};
use crate::{
    analysis::{
        Analysis,
        findings::{CrossingFinding, DriftFinding, DriftVerdict, RecoveryVerdict, SoakFindings, SpikeFinding},
        recovery::spikes::take_longer,
    },
    units::{show_count, show_duration, show_rate, significant, whole},
};

/// The sections; empty without findings. Tables are only there with a layout.
#[must_use]
pub(crate) fn lines(analysis: &Analysis, view: Option<TextLayout>) -> Vec<String> {
    let spikes = (!analysis.spikes.is_empty()).then(|| spike_lines(&analysis.spikes));
    let stress = analysis.stress.as_ref().map(|one| stress::lines(one, view));
    let leaks = (!analysis.resources.is_empty()).then(|| leaks::lines(&analysis.resources));
    let search = analysis.search.as_ref().map(|one| search::lines(one, view));
    let sections = [search, analysis.soak.as_ref().map(soak_lines), leaks, spikes, stress];
    let mut all = Vec::new();
    for mut lines in sections.into_iter().flatten() {
        if !analysis.sure {
            lines.insert(1, format!("    {} not sure, because the run is invalid", style::warn("!")));
        }
        all.extend(lines);
        all.push(String::new());
    }
    all
}

fn spike_lines(spikes: &[SpikeFinding]) -> Vec<String> {
    let mut lines = vec![format!("  {}", style::bold("SPIKES"))];
    lines.extend(spikes.iter().flat_map(spike_lines_of));
    lines.extend(later_spikes(spikes));
    lines
}

fn spike_lines_of(spike: &SpikeFinding) -> Vec<String> {
    let load = format!(
        "{}, {} to {} from {} to {}",
        visible(&spike.scenario),
        show_rate(spike.base_rate),
        show_rate(spike.peak_rate),
        show_ms(spike.from_ms),
        show_ms(spike.to_ms)
    );
    let effect = || {
        let p95 = format!(
            "p95 {} before it, {} at worst",
            show_ms(spike.baseline_p95_ms.unwrap_or(0.0)),
            show_ms(spike.highest_p95_ms.unwrap_or(0.0))
        );
        let failures = spike.first_failure_ms.map_or_else(String::new, |first| {
            let count = show_count(whole(spike.failed));
            format!("; {count} failures, the first {} after it began", show_ms(first))
        });
        p95 + &failures
    };
    let observed = show_ms(spike.observed_ms);
    let (mark, text, advice) = match (spike.verdict, spike.why.as_deref()) {
        (RecoveryVerdict::Undisturbed, _) => {
            (style::good("✓"), "undisturbed: the target took it without effect".to_owned(), "")
        }
        (RecoveryVerdict::Recovered, _) => {
            let after = show_ms(spike.recovery_ms.unwrap_or(0.0));
            (style::good("✓"), format!("back to normal {after} after the spike ended; {}", effect()), "")
        }
        (RecoveryVerdict::NotRecovered, _) => {
            let advice = if spike.metastable {
                "the load is back to its base rate, but the target does not recover: something keeps the target busy (retries, full queues, lost caches); it may need a restart or less load"
            } else {
                "it was getting better: observe the time after the spike for longer"
            };
            (style::bad("✗"), format!("not back to normal within {observed}; {}", effect()), advice)
        }
        (RecoveryVerdict::Inconclusive, Some("no_baseline")) => (
            style::warn("–"),
            "inconclusive: too few seconds with requests before it".to_owned(),
            "hold the load before a spike for 30s or longer",
        ),
        (RecoveryVerdict::Inconclusive, _) => (
            style::warn("–"),
            format!("inconclusive: the {observed} after it were too short, or too unsteady at their end"),
            "hold the load after a spike for a minute or longer",
        ),
    };
    let advice = (!advice.is_empty()).then(|| format!("      {advice}"));
    std::iter::once(format!("    {mark} {load}: {text}")).chain(advice).collect()
}

/// Spikes of a scenario that take longer and longer.
fn later_spikes(spikes: &[SpikeFinding]) -> Option<String> {
    let seconds = |spike: &SpikeFinding| match spike.verdict {
        RecoveryVerdict::NotRecovered => Some(f64::INFINITY),
        _ => spike.recovery_ms.map(|ms| ms / 1e3),
    };
    let is_slower = spikes
        .chunk_by(|one, other| one.scenario == other.scenario)
        .any(|spikes| take_longer(&spikes.iter().filter_map(seconds).collect::<Vec<_>>()));
    let mark = style::bad("✗");
    is_slower.then(|| format!("    {mark} later spikes take longer: the target does not recover completely in between"))
}

fn soak_lines(soak: &SoakFindings) -> Vec<String> {
    let warm_up = if soak.warm_up_ms > 0.0 {
        format!("; its first {} are warm-up and not judged", show_ms(soak.warm_up_ms))
    } else {
        String::new()
    };
    let mut lines = vec![format!(
        "  {}  constant load from {} to {}{warm_up}",
        style::bold("SOAK"),
        show_ms(soak.from_ms),
        show_ms(soak.to_ms)
    )];
    let of = |verdict: DriftVerdict| soak.metrics.iter().filter(move |metric| metric.verdict == verdict);
    for metric in [DriftVerdict::Rising, DriftVerdict::Falling, DriftVerdict::Step].into_iter().flat_map(of) {
        lines.push(drift_line(metric));
        lines.extend(metric.crossing.iter().map(crossing_line));
    }
    if soak.metrics.iter().any(|metric| metric.worse) {
        lines.push(format!("      {}", advice(soak)));
    }
    let labels = |verdict| of(verdict).map(|metric| visible(&metric.label).into_owned()).collect::<Vec<_>>().join(", ");
    let same = labels(DriftVerdict::None);
    let of_few = |few: bool| {
        let open = of(DriftVerdict::Inconclusive);
        let open = open.filter(|metric| (metric.why.as_deref() == Some("too_few_windows")) == few);
        open.map(|metric| visible(&metric.label).into_owned()).collect::<Vec<_>>().join(", ")
    };
    let (few, open) = (of_few(true), of_few(false));
    if !same.is_empty() {
        lines.push(format!("    {} no drift: {same}", style::good("✓")));
    }
    if !open.is_empty() {
        let is_slow = of(DriftVerdict::Inconclusive).any(|metric| metric.why.as_deref() == Some("autocorrelation"));
        let why = if is_slow { "varies too slowly" } else { "varies too much" };
        let mark = style::warn("–");
        lines.push(format!("    {mark} inconclusive: {open} {why} to rule out a drift; run longer to decide"));
    }
    if !few.is_empty() {
        let mark = style::warn("–");
        lines.push(format!("    {mark} not judged: {few}; too few requests, a longer run or more load brings them"));
    }
    lines
}

fn drift_line(metric: &DriftFinding) -> String {
    let mark = if metric.worse { style::bad("✗") } else { style::good("✓") };
    let value = |value: Option<f64>| show(metric, value.unwrap_or(0.0));
    let levels = format!("from {} to {}{}", value(metric.start), value(metric.end), percent(metric));
    let label = visible(&metric.label);
    if metric.verdict == DriftVerdict::Step {
        let at = show_ms(metric.step_at_ms.unwrap_or(0.0));
        return format!("    {mark} {} stepped {levels} after {at}, and stayed there", style::bold(&label));
    }
    let verb = if metric.verdict == DriftVerdict::Rising { "rose" } else { "fell" };
    let slope = |value: f64| format!("{}{}", if value < 0.0 { "-" } else { "+" }, show(metric, value.abs()));
    let pace = match (metric.slope_per_hour, metric.slope_interval) {
        (Some(pace), [Some(low), Some(high)]) => {
            format!(": {} an hour ({} to {})", slope(pace), slope(low), slope(high))
        }
        (Some(pace), _) => format!(": {} an hour", slope(pace)),
        _ => String::new(),
    };
    format!("    {mark} {} {verb} {levels}{pace}", style::bold(&label))
}

fn crossing_line(crossing: &CrossingFinding) -> String {
    let threshold = visible(&crossing.threshold);
    let Some(likely) = crossing.likely_hours.filter(|hours| *hours > 0.0) else {
        return format!("      {threshold} already fails at the end");
    };
    let latest = crossing.latest_hours.map_or_else(String::new, |hours| format!(" to {}", show_hours(hours)));
    let earliest = show_hours(crossing.earliest_hours);
    format!(
        "      at this pace, {threshold} fails {} after the end of the soak ({earliest}{latest})",
        show_hours(likely)
    )
}

/// Hours to the minute, or whole days.
fn show_hours(hours: f64) -> String {
    if hours >= 48.0 {
        return format!("{} days", significant((hours / 24.0).round()));
    }
    show_duration(Duration::try_from_secs_f64((hours * 60.0).ceil().max(1.0) * 60.0).unwrap_or_default())
}

/// A change in percent of the start, where there is one.
fn percent(metric: &DriftFinding) -> String {
    match (metric.start, metric.end) {
        (Some(start), Some(end)) if start.abs() > 0.0 && metric.is_time => {
            let change = (end / start - 1.0) * 100.0;
            format!(" ({}{}%)", if change < 0.0 { "-" } else { "+" }, significant(change.abs()))
        }
        _ => String::new(),
    }
}

/// What to look at: the load is the same, so the target is not.
fn advice(soak: &SoakFindings) -> &'static str {
    let is_step = |metric: &&DriftFinding| metric.worse && metric.verdict == DriftVerdict::Step;
    if soak.metrics.iter().filter(|metric| metric.worse).all(|metric| is_step(&metric)) {
        "the load did not change, the target did: look at what happened in it at that time (deployment, failover, full disk or cache)"
    } else {
        "the load did not change, the target did: compare its memory, connections, threads, queues and table sizes at start and end"
    }
}

fn show(metric: &DriftFinding, value: f64) -> String {
    if metric.is_time { show_ms(value) } else { format!("{}%", significant(value * 100.0)) }
}

fn show_ms(ms: f64) -> String {
    show_duration(Duration::try_from_secs_f64((ms / 1e3).max(0.0)).unwrap_or_default())
}

#[cfg(test)]
mod tests;
