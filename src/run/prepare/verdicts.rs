//! Thresholds on findings that the plan can't bring about: without a spike there is no recovery.

use std::time::Duration;

use crate::{
    analysis::{
        SHORTEST_SOAK,
        load_shape::{spikes, steady, steps},
    },
    interval_log::frame::LoggedScenario,
    metric::{catalogue as c, target},
    plan::Plan,
    threshold::{Bearing, Threshold},
    units::show_duration,
};

/// A warning for each threshold that will have no data.
#[must_use]
pub(super) fn warnings(plan: &Plan, scenarios: &[LoggedScenario]) -> Vec<String> {
    let thresholds = plan.thresholds.iter();
    let thresholds = thresholds.filter(|threshold| threshold.bearing != Bearing::NotRun && !threshold.allow_no_data);
    let warning = |threshold: &Threshold| {
        let why = missing(plan, scenarios, &threshold.metric.name)?;
        Some(format!("threshold {} on {} will have no data: {why}", threshold.expression, threshold.key))
    };
    thresholds.filter_map(warning).collect()
}

/// What the plan lacks for a metric.
fn missing(plan: &Plan, scenarios: &[LoggedScenario], metric: &str) -> Option<String> {
    let shortest = show_duration(Duration::from_secs_f64(SHORTEST_SOAK));
    let is = |other: &crate::metric::MetricDef| other.name == metric;
    if is(&c::VERDICT_DEGRADATION) {
        let length = steady(scenarios).map_or(0.0, |[from, to]| to - from);
        let length = show_duration(Duration::try_from_secs_f64(length).unwrap_or_default());
        let is_short = steady(scenarios).is_none_or(|[from, to]| to - from < SHORTEST_SOAK);
        return is_short.then(|| format!("it needs a constant load for {shortest}, and the plan has one for {length}"));
    }
    if is(&c::VERDICT_RECOVERY_TIME) {
        let text = "the plan has no spike: a constant arrival rate for 10s, half as much again or more, and the first one again";
        return spikes(scenarios).is_empty().then(|| text.to_owned());
    }
    if is(&c::VERDICT_LAST_GOOD_RATE) {
        let text =
            "the plan has no rising load: one scenario with three arrival rates, each higher than the one before";
        return steps(scenarios).is_empty().then(|| text.to_owned());
    }
    if is(&c::VERDICT_MAX_SUSTAINED_RATE) {
        let text = "only a search finds it: `preset: breakpoint`, and arrival rates";
        return plan.searched_rates().is_none().then(|| text.to_owned());
    }
    let needs_targets = is(&c::VERDICT_LEAK) || is(&c::TARGET_SCRAPE_FAILED) || target::is_scraped(metric);
    if needs_targets && plan.targets.is_empty() {
        return Some("no target is scraped; give `targets`, or --scrape-target".to_owned());
    }
    let is_short = plan.duration().as_secs_f64() < SHORTEST_SOAK;
    (is(&c::VERDICT_LEAK) && is_short).then(|| format!("leaks are judged in runs of {shortest} or more"))
}

#[cfg(test)]
mod tests;
