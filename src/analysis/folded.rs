//! What was folded: beyond the limit of series, values of computed labels became `other`, and their own rows are missing.

use std::collections::BTreeMap;

use crate::{
    metric::{
        MetricDef, Totals, Value,
        catalogue::{self, has_role},
        series_limit::{MAX_SERIES_PER_METRIC, OTHER},
    },
    units::{show_count, whole},
};

/// A warning for each label of a metric that was folded, with the number of observations.
#[must_use]
pub(super) fn warnings(totals: &Totals) -> Vec<String> {
    if totals.counter(&catalogue::SERIES_FOLDED.name) == 0.0 {
        return Vec::new();
    }
    let metrics = totals.metrics();
    metrics.into_iter().filter_map(|metric| Some((metric, noun(metric)?))).flat_map(|(metric, noun)| {
        let mut folded: BTreeMap<&str, u64> = BTreeMap::new();
        let mut all = 0;
        for (series, value) in totals.iter().filter(|(series, _)| series.metric.name == metric.name) {
            let count = observations(value);
            all += count;
            for (name, _) in series.labels.iter().filter(|(_, value)| *value == OTHER) {
                *folded.entry(name).or_default() += count;
            }
        }
        folded.retain(|_, count| *count > 0);
        folded.into_iter().map(move |(label, count)| {
            format!(
                "more than {} label sets: {} of {} {noun} {} counted under `{label}: other`; values that thresholds name are kept",
                show_count(MAX_SERIES_PER_METRIC as u64),
                show_count(count),
                show_count(all),
                if count == 1 { "is" } else { "are" }
            )
        }).collect::<Vec<_>>()
    }).collect()
}

/// What a metric counts; None for those that are recorded together with another.
fn noun(metric: &MetricDef) -> Option<String> {
    if has_role(metric, |protocol| protocol.failed) {
        return Some("requests".to_owned());
    }
    match &*metric.name {
        name if name == catalogue::CHECKS.name => Some(catalogue::CHECKS.name.to_string()),
        name if name == catalogue::ITERATION_FAILURES.name => Some("failed iterations".to_owned()),
        name if name == catalogue::GROUP_DURATION.name => Some("groups".to_owned()),
        name if catalogue::find(name).is_none() => Some(format!("of {name}")),
        _ => None,
    }
}

fn observations(value: &Value) -> u64 {
    match value {
        Value::Counter(sum) => whole(*sum),
        Value::Gauge(last) => u64::from(last.is_some()),
        Value::Rate { total, .. } => *total,
        Value::Trend(times) => times.count(),
    }
}
