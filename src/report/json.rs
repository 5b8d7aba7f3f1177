//! `summary.json`: k6's `handleSummary` shape, and under `loadagent` what k6 does not have.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};

use super::{
    Summary, errors, own, rate,
    steps::{self, Step},
    targets,
};
use crate::{
    metric::{Kind, MetricDef, Unit, Value, catalogue},
    threshold::{Bearing, Threshold, judge::Finding, shown_factor, stat_of, tier::levels},
};

/// Which standard streams are terminals: k6's `state` says so.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Terminals {
    /// Standard output.
    pub stdout: bool,
    /// Standard error.
    pub stderr: bool,
}

/// The JSON Schema of the summary: what every one holds, and nothing else.
pub(crate) const SCHEMA: &str = include_str!("summary.schema.json");

/// Renders the summary.
#[must_use]
pub(crate) fn render(summary: &Summary, terminals: Terminals) -> Json {
    json!({
        "metrics": metrics(summary),
        "root_group": root_group(summary),
        "state": {
            "isStdOutTTY": terminals.stdout,
            "isStdErrTTY": terminals.stderr,
            "testRunDurationMs": summary.elapsed.as_secs_f64() * 1e3,
        },
        "loadagent": beyond_k6(summary),
    })
}

fn metrics(summary: &Summary) -> Json {
    let mut metrics = Map::new();
    let (own, scraped) = (summary.totals.own_metrics(), summary.totals.scraped_metrics());
    for metric in catalogue::ALL.iter().copied().chain(own).chain(scraped) {
        let found = summary.totals.sum_where(&metric.name, |_| true).filter(|value| !value.is_empty());
        let judged = summary.findings.iter().any(|finding| finding.threshold.key == metric.name);
        if found.is_some() || judged {
            let value = found.unwrap_or_else(|| Value::empty(metric.kind));
            metrics.insert(metric.name.to_string(), one(summary, metric, &metric.name, &value));
        }
    }
    for finding in &summary.findings {
        let key = &finding.threshold.key;
        if metrics.contains_key(key) {
            continue;
        }
        let Threshold { metric, selector, .. } = &finding.threshold;
        let value = summary.totals.sum_where(&metric.name, |series| series.labels.has_all(selector));
        metrics.insert(key.clone(), one(summary, metric, key, &value.unwrap_or_else(|| Value::empty(metric.kind))));
    }
    for name in own::never_counted(summary) {
        let zero = || json!({ "type": "counter", "contains": "default", "values": { "count": 0, "rate": 0.0 } });
        metrics.entry(name).or_insert_with(zero);
    }
    Json::Object(metrics)
}

fn one(summary: &Summary, metric: &MetricDef, key: &str, value: &Value) -> Json {
    let (kind, contains) = match (metric.kind, metric.unit) {
        (Kind::Counter, Unit::Bytes) => ("counter", "data"),
        (Kind::Counter, _) => ("counter", "default"),
        (Kind::Gauge, Unit::Bytes) => ("gauge", "data"),
        (Kind::Gauge, _) => ("gauge", "default"),
        (Kind::Rate, _) => ("rate", "default"),
        (Kind::Trend, Unit::Seconds) => ("trend", "time"),
        (Kind::Trend, _) => ("trend", "default"),
    };
    let mut shape = json!({ "type": kind, "contains": contains, "values": values(summary, metric, value) });
    // Of the series that a threshold picks, only the last value is known.
    let whole = summary.totals.extremes(&metric.name).filter(|_| key == metric.name);
    if let Some([least, most]) = whole {
        shape["values"]["min"] = number(least);
        shape["values"]["max"] = number(most);
    }
    let judged: Map<String, Json> =
        summary.findings.iter().filter(|finding| finding.threshold.key == key).map(threshold).collect();
    if let (false, Some(shape)) = (judged.is_empty(), shape.as_object_mut()) {
        shape.insert("thresholds".to_owned(), Json::Object(judged));
    }
    shape
}

fn threshold(finding: &Finding) -> (String, Json) {
    let threshold = &finding.threshold;
    // What is not run has nothing against it, and says so.
    let mut json = json!({ "ok": finding.passed || threshold.bearing == Bearing::NotRun, "no_data": finding.no_data });
    let worst = finding.worst.map(|(from, to)| json!([from.as_secs_f64() * 1e3, to.as_secs_f64() * 1e3]));
    let more = [
        ("tier", threshold.tier.map(|tier| json!(tier.as_str()))),
        ("advisory", (threshold.bearing == Bearing::Advisory).then_some(json!(true))),
        ("not_run", (threshold.bearing == Bearing::NotRun).then_some(json!(true))),
        ("by_flag", threshold.by_flag.then_some(json!(true))),
        ("worst_window_ms", worst),
        ("worst_window_value", finding.worst.and(finding.observed).map(|value| json!(value))),
    ];
    if let Some(object) = json.as_object_mut() {
        object.extend(more.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    }
    (threshold.expression.clone(), json)
}

fn values(summary: &Summary, metric: &MetricDef, value: &Value) -> Json {
    let seconds = summary.elapsed.as_secs_f64();
    match value {
        Value::Counter(sum) => {
            json!({ "count": number(*sum), "rate": rate::per_second(*sum, summary.elapsed).unwrap_or(0.0) })
        }
        Value::Gauge(last) => json!({ "value": last.map(number) }),
        Value::Rate { nonzero, total } => {
            let rate = (*total > 0).then(|| *nonzero as f64 / *total as f64);
            json!({ "rate": rate, "passes": nonzero, "fails": total - nonzero })
        }
        Value::Trend(_) => {
            let stats = summary.trend_stats.iter().map(|(name, stat)| {
                let shown = stat_of(value, *stat, seconds).map(|seconds| seconds * shown_factor(metric));
                (name.clone(), json!(shown))
            });
            let count = stat_of(value, crate::threshold::Stat::Count, seconds).map(number);
            Json::Object(stats.chain([("count".to_owned(), json!(count))]).collect())
        }
    }
}

/// Whole numbers without a fraction, as shells and people expect counts.
pub(super) fn number(value: f64) -> Json {
    #[expect(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
    if value.fract() == 0.0 && value.abs() < 9e15 { json!(value as i64) } else { json!(value) }
}

fn root_group(summary: &Summary) -> Json {
    let mut checks = Map::new();
    for (series, value) in summary.totals.iter().filter(|(series, _)| series.metric.name == catalogue::CHECKS.name) {
        let (Value::Rate { nonzero, total }, Some(name)) = (value, series.labels.get("check")) else { continue };
        let entry = checks
            .entry(name.to_owned())
            .or_insert_with(|| json!({ "name": name, "path": format!("::{name}"), "passes": 0, "fails": 0 }));
        entry["passes"] = json!(entry["passes"].as_u64().unwrap_or(0) + nonzero);
        entry["fails"] = json!(entry["fails"].as_u64().unwrap_or(0) + total - nonzero);
    }
    let checks: Vec<Json> = checks.into_iter().map(|(_, check)| check).collect();
    json!({ "name": "", "path": "", "groups": [], "checks": checks })
}

/// Control commands, milliseconds after the start of the load.
fn commands(summary: &Summary) -> Vec<Json> {
    let started = summary.header.started_at_ms;
    let commands = summary.events.commands.iter();
    commands.map(|command| json!({ "at_ms": command.at_ms - started, "command": command.text })).collect()
}

/// What happened to scenarios by itself.
fn events(summary: &Summary) -> Vec<Json> {
    let started = summary.header.started_at_ms;
    let events = summary.events.scenarios.iter();
    events.map(|event| json!({ "at_ms": event.at_ms - started, "event": event.text })).collect()
}

/// The share of the run in which a process of it was there, and its gaps in milliseconds after the start of the load.
fn coverage(summary: &Summary) -> Json {
    let (coverage, started) = (&summary.coverage, summary.header.started_at_ms);
    let gaps = coverage.gaps.iter();
    let gaps: Vec<Json> =
        gaps.map(|gap| json!({ "from_ms": gap.from_ms - started, "to_ms": gap.to_ms - started })).collect();
    json!({
        "ratio": coverage.share(summary.elapsed),
        "interruptions": coverage.interruptions,
        "missing_ms": coverage.missing().as_secs_f64() * 1e3,
        "gaps": gaps,
    })
}

/// Every step, with all its stages together.
fn all_steps(summary: &Summary) -> Vec<Json> {
    let scenarios = summary.header.scenarios.iter().enumerate();
    let steps = scenarios.flat_map(|(index, scenario)| {
        let active = steps::active_time(summary, index, scenario);
        let steps = steps::of_scenario(summary, &scenario.name, false);
        steps.into_iter().map(move |step| one_step(summary, &scenario.name, &step, active))
    });
    steps.collect()
}

fn one_step(summary: &Summary, scenario: &str, step: &Step, active: Duration) -> Json {
    let rate = rate::per_second(step.attempts as f64, active).unwrap_or(0.0);
    json!({
        "scenario": scenario,
        "name": step.name,
        "method": step.method,
        "requests": step.attempts,
        "rate": rate,
        "failed": step.failed,
        "failed_rate": step.failed_share(),
        "statuses": step.statuses,
        "errors": step.errors,
        "response_time_ms": values(summary, &catalogue::HTTP_REQ_RESPONSE_TIME, &step.response_time),
        "duration_ms": values(summary, &catalogue::HTTP_REQ_DURATION, &step.duration),
    })
}

fn beyond_k6(summary: &Summary) -> Json {
    let validity = &summary.validity;
    let generator = &validity.generator;
    let lag = validity.lag.map(|[median, p99, max]| json!({ "p50": median * 1e3, "p99": p99 * 1e3, "max": max * 1e3 }));
    let started = Timestamp::from_millisecond(summary.header.started_at_ms).unwrap_or_default();
    json!({
        "version": summary.header.version,
        "run_id": summary.header.run_id,
        "profile": summary.header.profile,
        "instance": summary.header.instance,
        "seed": summary.header.seed,
        "started_at": format!("{started:.3}"),
        "warm_up_ms": summary.header.warm_up_ms,
        "verdict": summary.outcome.verdict.as_str(),
        "exit_code": summary.outcome.exit.code(),
        "reasons": summary.outcome.reasons,
        "levels": levels(&summary.findings)
            .iter()
            .map(|level| json!({ "metric": level.key, "level": level.as_str() }))
            .collect::<Vec<_>>(),
        "target": steps::targets(summary).first(),
        "targets": steps::targets(summary),
        "scenarios": summary.header.scenarios,
        "steps": all_steps(summary),
        "errors": errors::error_list(summary),
        "control": commands(summary),
        "events": events(summary),
        "coverage": coverage(summary),
        "validity": {
            "offered": validity.offered,
            "achieved": validity.achieved,
            "achieved_ratio": validity.achieved_ratio(),
            "dropped": validity.dropped,
            "lag_ms": lag,
            "warnings": validity.warnings,
            "generator": {
                "workers": generator.workers,
                "cpu_seconds": generator.cpu_seconds,
                "worker_cpu_seconds": generator.worker_cpu_seconds,
                "rss_bytes": generator.rss_bytes,
                "rss_peak_bytes": generator.rss_peak_bytes,
                "throttled_seconds": generator.throttled_seconds,
            },
        },
        "analysis": summary.analysis,
        "scraped": targets::scraped(summary),
        "outputs": summary.outputs,
        "outputs_pending": summary.outputs_pending,
    })
}

#[cfg(test)]
mod tests;
