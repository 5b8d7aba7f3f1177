//! What the page is built from: `summary.json`, the timeline, and what reads better as words from one place.

use anstream::adapter::strip_str;
use serde_json::{Value as Json, json};

use super::ProfileText;
use crate::{
    interval_log::frame::Model,
    metric::Value,
    report::{
        Summary,
        errors::checks,
        findings,
        headline::{Headline, headline, length, words},
        json::{self, Terminals},
        steps::{self, Step},
        timeline::Timeline,
    },
    threshold::{Bearing, judge::Finding},
};

/// Rows of steps by stage at most: the file stays small.
const MAX_STAGE_ROWS: usize = 5_000;

/// The data of the page.
#[must_use]
pub(super) fn of(summary: &Summary, timeline: &Timeline, profile: &ProfileText) -> Json {
    let mut data = of_summary(summary, &headline(summary));
    data["timeline"] = timeline.as_json();
    data["profile"] = json!(profile.0);
    data
}

/// What a summary shows, without what it shows over time.
#[must_use]
pub(super) fn of_summary(summary: &Summary, headline: &Headline) -> Json {
    json!({
        "summary": json::render(summary, Terminals::default()),
        "headline": {
            "title": headline.title,
            "tone": headline.tone.as_str(),
            "sentence": headline.sentence,
            "words": words(summary).into_iter().map(|(_, word)| word).collect::<String>(),
            "length": length(summary),
        },
        "thresholds": summary.findings.iter().map(threshold).collect::<Vec<_>>(),
        "findings": finding_lines(summary),
        "offers": offers(summary),
        "stages": by_stage(summary),
        "checks": checks(summary)
            .iter()
            .map(|check| json!({
                "scenario": check.scenario, "step": check.step, "name": check.name,
                "passes": check.passes, "fails": check.fails(),
            }))
            .collect::<Vec<_>>(),
        "labels": summary.header.labels,
        "planned_ms": summary.header.planned_ms,
    })
}

fn threshold(finding: &Finding) -> Json {
    let threshold = &finding.threshold;
    let status = match (threshold.bearing, finding.no_data, finding.passed) {
        (Bearing::NotRun, ..) => "not run",
        (_, _, true) => "passed",
        (Bearing::Advisory, ..) => "missed",
        (_, true, _) => "no data",
        (_, _, false) => "failed",
    };
    let worst = finding.worst.map(|(from, to)| [from.as_secs_f64() * 1e3, to.as_secs_f64() * 1e3]);
    json!({
        "metric": threshold.key,
        "condition": threshold.expression,
        "status": status,
        "seen": finding.seen(),
        "wanted": finding.wanted(),
        "distance": finding.distance(),
        "observed": finding.observed,
        "bound": threshold.bound,
        "tier": threshold.tier.map(crate::threshold::Tier::as_str),
        "worst_ms": worst,
        "by_flag": threshold.by_flag,
    })
}

/// Findings of the analysis as they stand in the text, each with its indentation.
fn finding_lines(summary: &Summary) -> Vec<Json> {
    let lines = findings::lines(&summary.analysis, None).into_iter().map(|line| strip_str(&line).to_string());
    let lines = lines.filter(|line| !line.trim().is_empty());
    lines.map(|line| json!({ "depth": line.len() - line.trim_start().len(), "text": line.trim_start() })).collect()
}

/// Per scenario: what was due, started and dropped (open model), and for how long it was active.
fn offers(summary: &Summary) -> Vec<Json> {
    let scenarios = summary.header.scenarios.iter().enumerate();
    let offers = scenarios.map(|(index, scenario)| {
        let offer = summary.offered.scenario(index);
        let is_open = scenario.model == Model::Open;
        json!({
            "due": is_open.then_some(offer.due),
            "dropped": is_open.then_some(offer.dropped),
            "active_ms": steps::active_time(summary, index, scenario).as_secs_f64() * 1e3,
        })
    });
    offers.collect()
}

fn by_stage(summary: &Summary) -> Vec<Json> {
    let steps = summary.header.scenarios.iter().flat_map(|scenario| {
        let steps = steps::of_scenario(summary, &scenario.name, true);
        steps.into_iter().filter_map(move |step| Some(stage_row(&scenario.name, &step, step.stage?)))
    });
    steps.take(MAX_STAGE_ROWS).collect()
}

fn stage_row(scenario: &str, step: &Step, stage: u32) -> Json {
    let quantile = |q| match &step.response_time {
        Value::Trend(times) => times.quantile(q).map(|seconds| seconds * 1e3),
        _ => None,
    };
    json!({
        "scenario": scenario,
        "stage": stage,
        "name": step.name,
        "method": step.method,
        "requests": step.attempts,
        "failed": step.failed,
        "failed_rate": step.failed_share(),
        "p50": quantile(0.5),
        "p95": quantile(0.95),
        "p99": quantile(0.99),
        "max": quantile(1.0),
    })
}
