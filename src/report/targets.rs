//! What was scraped from targets: how often, and how much of its resources each used.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Summary, table::Table, visible::visible};
use crate::{
    metric::{
        Value, catalogue,
        target::{LABEL, PREFIX, Resource, is_scraped},
    },
    units::{show_bytes, show_count, show_several, significant},
};

/// How a target was scraped.
#[derive(Debug, Serialize)]
pub(crate) struct Scraped {
    target: String,
    scrapes: u64,
    failed: u64,
    series: u64,
}

/// How each target was scraped.
#[must_use]
pub(crate) fn scraped(summary: &Summary) -> Vec<Scraped> {
    let mut series: BTreeMap<&str, u64> = BTreeMap::new();
    for (definition, _) in summary.totals.iter().filter(|(definition, _)| is_scraped(&definition.metric.name)) {
        *series.entry(definition.labels.get(LABEL).unwrap_or_default()).or_default() += 1;
    }
    let counts_of = |(target, value): (String, Value)| {
        let Value::Rate { nonzero, total } = value else { return None };
        let series = series.get(target.as_str()).copied().unwrap_or_default();
        Some(Scraped { target, scrapes: total, failed: nonzero, series })
    };
    let scrapes = summary.totals.by_label(&catalogue::TARGET_SCRAPE_FAILED.name, LABEL);
    scrapes.into_iter().filter_map(counts_of).collect()
}

/// The section; empty without targets.
#[must_use]
pub(crate) fn lines(summary: &Summary) -> Vec<String> {
    let line = |Scraped { target, scrapes, failed, series }: Scraped| {
        let failed = if failed == 0 { "none".to_owned() } else { show_count(failed) };
        let (scrapes, series) = (show_several(scrapes, "scrape"), show_count(series));
        format!("    {}: {scrapes}, {failed} failed, {series} series", visible(&target))
    };
    scraped(summary).into_iter().map(line).collect()
}

/// The use of resources, a row for each metric over all of its series.
#[must_use]
pub(crate) fn table(summary: &Summary) -> Table {
    let mut table = Table::new(&["", "at the end", "lowest", "highest"]);
    let totals = &summary.totals;
    for metric in totals.scraped_metrics() {
        let is_judged = summary.findings.iter().any(|finding| finding.threshold.metric.name == metric.name);
        let resource = Resource::of(metric);
        let Some(Value::Gauge(Some(last))) =
            totals.sum_where(&metric.name, |_| true).filter(|_| resource.is_some() || is_judged)
        else {
            continue;
        };
        let is_bytes = resource == Some(Resource::Memory) || metric.name.ends_with("_bytes");
        let show = |value: f64| if is_bytes { show_bytes(value) } else { significant(value) };
        let [lowest, highest] = totals.extremes(&metric.name).unwrap_or([last, last]);
        let name = metric.name.strip_prefix(PREFIX).unwrap_or(&metric.name).to_owned();
        table.row([name, show(last), show(lowest), show(highest)]);
    }
    table
}
