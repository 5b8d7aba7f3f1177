//! Steps: what each request of a flow came to, as rows for the text and for `summary.json`.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use super::Summary;
use crate::{
    interval_log::frame::LoggedScenario,
    metric::{
        Value,
        catalogue::{self, has_role},
    },
    units::whole,
};

/// A step of a scenario, or one stage of it.
#[derive(Debug)]
pub(crate) struct Step {
    /// The name of the step.
    pub name: String,
    /// Its method.
    pub method: String,
    /// The stage, if rows are by stage and the scenario has some.
    pub stage: Option<u32>,
    /// Attempts: requests, and those that failed before they were sent.
    pub attempts: u64,
    /// Those that failed.
    pub failed: u64,
    /// Responses by status; attempts without one have none.
    pub statuses: BTreeMap<String, u64>,
    /// Failed attempts by class.
    pub errors: BTreeMap<String, u64>,
    /// Response times, from the intended start.
    pub response_time: Value,
    /// Durations, from the first byte sent.
    pub duration: Value,
}

impl Step {
    fn new(name: &str, method: &str, stage: Option<u32>) -> Self {
        Self {
            name: name.to_owned(),
            method: method.to_owned(),
            stage,
            attempts: 0,
            failed: 0,
            statuses: BTreeMap::new(),
            errors: BTreeMap::new(),
            response_time: Value::Trend(Box::default()),
            duration: Value::Trend(Box::default()),
        }
    }

    /// Whether it is the same step, whatever the stage.
    #[must_use]
    pub(crate) fn is_of(&self, other: &Self) -> bool {
        self.name == other.name && self.method == other.method
    }

    /// Share of attempts that failed; zero without attempts.
    #[must_use]
    pub(crate) fn failed_share(&self) -> f64 {
        if self.attempts == 0 { 0.0 } else { self.failed as f64 / self.attempts as f64 }
    }
}

/// The steps of a scenario in the order in which they were first seen; with `by_stage`, their stages one by one.
#[must_use]
pub(crate) fn of_scenario(summary: &Summary, scenario: &str, by_stage: bool) -> Vec<Step> {
    let mut places: HashMap<(&str, &str), usize> = HashMap::new();
    let mut steps: BTreeMap<(usize, Option<u32>), Step> = BTreeMap::new();
    for (series, value) in summary.totals.iter().filter(|(series, _)| series.labels.get("scenario") == Some(scenario)) {
        let (metric, labels) = (&series.metric, &series.labels);
        let is_failed = has_role(metric, |protocol| protocol.failed);
        let is_response_time = has_role(metric, |protocol| protocol.response_time);
        let is_errors = has_role(metric, |protocol| protocol.errors);
        let is_duration = metric.name == catalogue::HTTP_REQ_DURATION.name;
        let Some(name) = labels.get("name").filter(|_| is_failed || is_response_time || is_errors || is_duration)
        else {
            continue;
        };
        let method = labels.get("method").unwrap_or_default();
        let next = places.len();
        let place = *places.entry((name, method)).or_insert(next);
        let stage = labels.get("stage").filter(|_| by_stage).and_then(|stage| stage.parse().ok());
        let step = steps.entry((place, stage)).or_insert_with(|| Step::new(name, method, stage));
        match value {
            Value::Rate { nonzero, total } if is_failed => {
                step.attempts += total;
                step.failed += nonzero;
                if let Some(status) = labels.get("status").filter(|_| *total > 0) {
                    *step.statuses.entry(status.to_owned()).or_default() += total;
                }
            }
            Value::Counter(count) if is_errors && *count > 0.0 => {
                let class = labels.get("error_class").unwrap_or_default();
                *step.errors.entry(class.to_owned()).or_default() += whole(*count);
            }
            times if is_response_time => step.response_time.merge_parallel(times),
            times if is_duration => step.duration.merge_parallel(times),
            _ => {}
        }
    }
    steps.into_values().collect()
}

/// For how long a scenario was active: a rate over the whole run would say less than what it made. It ends with its
/// schedule, or with its last user if that is earlier; without that time, iterations by number end with the second of the
/// last request.
#[must_use]
pub(crate) fn active_time(summary: &Summary, index: usize, scenario: &LoggedScenario) -> Duration {
    let start = Duration::from_millis(scenario.start_ms);
    let planned = match scenario.length_ms {
        // The log of a version that did not write it.
        0 => summary.elapsed,
        length => start + Duration::from_millis(length),
    };
    let by_number = scenario.executor.ends_with("-iterations");
    let ended = summary.scenario_ends.get(index).copied().flatten();
    let last = summary.offered.scenario(index).last_second.filter(|_| by_number);
    let last = last.map(|second| Duration::from_secs(u64::from(second) + 1));
    let end = ended.or(last).map_or(planned, |end| end.min(planned));
    end.min(summary.elapsed).saturating_sub(start)
}

/// Where the requests went, each origin once: `http://127.0.0.1:8080`.
#[must_use]
pub(crate) fn targets(summary: &Summary) -> Vec<String> {
    let mut targets: Vec<String> = Vec::new();
    for request in &summary.header.requests {
        let (scheme, host) = (&request.scheme, &request.address);
        let host = if host.contains(':') && !host.starts_with('[') { format!("[{host}]") } else { host.clone() };
        let target = match (scheme.as_str(), request.port) {
            ("http", 80) | ("https", 443) => format!("{scheme}://{host}"),
            (_, port) => format!("{scheme}://{host}:{port}"),
        };
        if !targets.contains(&target) {
            targets.push(target);
        }
    }
    targets
}
