//! Work done against the plan: a run that sent nothing, completed nothing, whose every WebSocket failed, or that started far
//! less than planned is invalid, whatever the cause. Only for runs that ended as planned: a stopped one did less by intent.

use std::collections::BTreeMap;

use super::{Attempts, Offered, validity::MAX_DROPPED};
use crate::{
    interval_log::{Header, frame::Model},
    metric::{
        MetricDef, SeriesDef, Totals, Value,
        catalogue::{self, PROTOCOLS, ProtocolMetrics, WORK, WorkMetrics},
    },
    units::{show_count, show_several, show_share, was, whole},
};

/// What a run lacks, as reasons of invalidity and as warnings.
#[derive(Debug, Default, PartialEq)]
pub(super) struct MissingWork {
    pub invalid: Vec<String>,
    pub warnings: Vec<String>,
}

/// Iterations of one scenario, or of all.
#[derive(Debug, Clone, Copy)]
struct Iterations {
    /// All that ended, early or not.
    ended: u64,
    /// Those that ended early.
    failed: u64,
}

const SEE: &str = "see ITERATIONS THAT ENDED EARLY";

impl MissingWork {
    /// A failed threshold says more of a target that fails every request than an invalid run would.
    pub(super) fn find(header: &Header, totals: &Totals, offered: &Offered, threshold_failed: bool) -> Self {
        let mut missing = Self::default();
        let is_load = |scenario: Option<&str>| header.scenarios.iter().any(|known| Some(&*known.name) == scenario);
        let attempts = Attempts::of_scenarios(totals, is_load);
        let all = Iterations::of(totals, is_load);
        let cut_off = counted(totals, &catalogue::INTERRUPTED_REQUESTS, is_load);
        if attempts.total == 0 && cut_off > 0 {
            missing.invalid.push(none_finished(cut_off));
        } else if attempts.total == 0 {
            let why = if all.failed > 0 {
                format!(": iterations ended before their first request; {SEE}")
            } else {
                String::new()
            };
            missing.invalid.push(format!("no request was sent{why}"));
        } else if let Some(none) = none_succeeded(totals, attempts, is_load) {
            let reasons = if threshold_failed { &mut missing.warnings } else { &mut missing.invalid };
            reasons.push(none);
        } else {
            for (reason, invalidates) in fruitless(totals, is_load) {
                let is_warning = threshold_failed || !invalidates;
                let reasons = if is_warning { &mut missing.warnings } else { &mut missing.invalid };
                reasons.push(reason);
            }
        }
        if all.all_failed() {
            missing.invalid.push(format!("no iteration ran to its end; {SEE}"));
        } else if all.failed > 0 {
            let (failed, ended) = (show_count(all.failed), show_several(all.ended, "iteration"));
            missing.warnings.push(format!("{failed} of {ended} ended early; {SEE}"));
        }
        if header.scenarios.len() > 1 && missing.invalid.is_empty() {
            for scenario in &header.scenarios {
                let has_requests = header.requests.iter().any(|request| request.scenario == scenario.name);
                missing.look_at(&scenario.name, has_requests, totals);
            }
        }
        missing.find_not_started(header, totals, offered);
        missing
    }

    /// A scenario among others that did nothing.
    fn look_at(&mut self, name: &str, has_requests: bool, totals: &Totals) {
        let is_it = |scenario: Option<&str>| scenario == Some(name);
        let (attempts, iterations) = (Attempts::of_scenarios(totals, is_it), Iterations::of(totals, is_it));
        let cut_off = counted(totals, &catalogue::INTERRUPTED_REQUESTS, is_it);
        if attempts.total == 0 && cut_off > 0 {
            self.warnings.push(format!("{name}: {}", none_finished(cut_off)));
        }
        if iterations.all_failed() {
            self.invalid.push(format!("{name}: no iteration ran to its end; {SEE}"));
        } else if let Some(none) = none_succeeded(totals, attempts, is_it) {
            self.invalid.push(format!("{name}: {none}"));
        } else if has_requests && iterations.ended > 0 && attempts.total + cut_off == 0 {
            self.invalid.push(format!("{name}: no request was sent"));
        } else {
            // A scenario may be there to see its target fail.
            let reasons = fruitless(totals, is_it);
            self.warnings.extend(reasons.map(|(reason, _)| format!("{name}: {reason}")));
        }
    }

    /// Iterations that a closed scenario promises by number. Arrivals are judged with the offered load.
    fn find_not_started(&mut self, header: &Header, totals: &Totals, offered: &Offered) {
        for (index, scenario) in
            header.scenarios.iter().enumerate().filter(|(_, scenario)| scenario.model != Model::Open)
        {
            let dropped = offered.scenario(index).dropped;
            let is_it = |name: Option<&str>| name == Some(&*scenario.name);
            let interrupted = counted(totals, &catalogue::INTERRUPTED_ITERATIONS, is_it);
            let planned = dropped + Iterations::of(totals, is_it).ended + interrupted;
            let share = dropped as f64 / planned.max(1) as f64;
            if share > MAX_DROPPED {
                self.invalid.push(format!(
                    "{}: {} of {} ({}) {} not started: `maxDuration` was over, or no user was left",
                    scenario.name,
                    show_count(dropped),
                    show_several(planned, "planned iteration"),
                    show_share(share),
                    was(dropped)
                ));
            }
        }
    }
}

impl Iterations {
    fn of(totals: &Totals, is_wanted: impl Fn(Option<&str>) -> bool) -> Self {
        let count = |metric| counted(totals, metric, &is_wanted);
        Self { ended: count(&catalogue::ITERATIONS), failed: count(&catalogue::ITERATION_FAILURES) }
    }

    fn all_failed(self) -> bool {
        self.failed > 0 && self.failed >= self.ended
    }
}

/// Says so if there were attempts, and each of them failed or met a rate limit that the profile expects.
fn none_succeeded(
    totals: &Totals,
    attempts: Attempts,
    is_wanted: impl Fn(Option<&str>) -> bool + Copy,
) -> Option<String> {
    if attempts.all_failed() {
        return Some(format!("no request succeeded{}", most_frequent_error(totals, is_wanted)));
    }
    let is_limited = |series: &SeriesDef| {
        is_wanted(series.labels.get("scenario")) && series.labels.get("error_class") == Some("limited")
    };
    let of = |protocol: &ProtocolMetrics| Attempts::of_series(totals, protocol.failed, is_limited).total;
    let limited: u64 = PROTOCOLS.iter().map(of).sum();
    (limited > 0 && attempts.failed + limited == attempts.total).then(|| {
        let (limited, attempts) = (show_count(limited), show_several(attempts.total, "request"));
        format!("no request succeeded: {limited} of {attempts} met a rate limit (`limited`)")
    })
}

/// Work beside requests of which nothing succeeded, although requests did; and whether the run is invalid for it.
fn fruitless(totals: &Totals, is_wanted: impl Fn(Option<&str>) -> bool + Copy) -> impl Iterator<Item = (String, bool)> {
    let fruitless = move |noun: &str, success: &str, failed: &MetricDef, reasons: &MetricDef, label: &str| {
        let of_load = |series: &SeriesDef| is_wanted(series.labels.get("scenario"));
        Attempts::of_series(totals, failed, of_load).all_failed().then(|| {
            let most = most_frequent(totals, is_wanted, |metric| metric.name == reasons.name, label);
            let most = most.map_or_else(String::new, |most| format!("; most often: {most}"));
            format!("no {noun} {success}{most}")
        })
    };
    let work = WORK.iter().filter_map(move |WorkMetrics { noun, success, failed, reasons, invalidates, .. }| {
        fruitless(noun, success, failed, reasons, "reason").map(|reason| (reason, *invalidates))
    });
    let mcp = mcp_in_vain(totals, is_wanted).then(|| {
        let most = most_frequent(totals, is_wanted, |metric| metric.name == catalogue::MCP_ERRORS.name, "error_class");
        let most = most.map_or_else(String::new, |most| format!("; most often: {most}"));
        (format!("no MCP request succeeded{most}"), true)
    });
    // The card of an agent may be had although nothing else succeeds.
    let a2a = fruitless("A2A request", "succeeded", &catalogue::A2A_REQ_FAILED, &catalogue::A2A_ERRORS, "error_class");
    work.chain(mcp).chain(a2a.map(|reason| (reason, true)))
}

/// Whether no request of a step of MCP succeeded. What opens a session may: the probe of the revision, `initialize`. Where
/// no session opens, nothing else is sent.
fn mcp_in_vain(totals: &Totals, is_wanted: impl Fn(Option<&str>) -> bool + Copy) -> bool {
    let attempts = |opens: bool| {
        Attempts::of_series(totals, &catalogue::MCP_REQ_FAILED, |series| {
            let method = series.labels.get("mcp_method");
            is_wanted(series.labels.get("scenario"))
                && matches!(method, Some("server/discover" | "initialize")) == opens
        })
    };
    let (steps, opening) = (attempts(false), attempts(true));
    if steps.total > 0 { steps.all_failed() } else { opening.all_failed() }
}

/// What a counter counted in some scenarios.
fn counted(totals: &Totals, metric: &MetricDef, is_wanted: impl Fn(Option<&str>) -> bool) -> u64 {
    match totals.sum_where(&metric.name, |series| is_wanted(series.labels.get("scenario"))) {
        Some(Value::Counter(count)) => whole(count),
        _ => 0,
    }
}

/// Requests that were cut off while they waited for their response were sent, but are never counted as attempts.
fn none_finished(interrupted: u64) -> String {
    let (count, verb) = (show_count(interrupted), was(interrupted));
    format!("no request finished: {count} {verb} interrupted at the end; a longer `gracefulStop` waits for them")
}

/// The most frequent error class, to be read where the table of errors is not printed (`--quiet`, `summary.json`).
fn most_frequent_error(totals: &Totals, is_wanted: impl Fn(Option<&str>) -> bool) -> String {
    let is_error = |metric: &MetricDef| catalogue::has_role(metric, |roles| roles.errors);
    let most = most_frequent(totals, is_wanted, is_error, "error_class");
    most.map_or_else(String::new, |class| format!("; the most frequent error is {class}"))
}

/// The value of a label that counts most in some metrics.
fn most_frequent<'t>(
    totals: &'t Totals,
    is_wanted: impl Fn(Option<&str>) -> bool,
    is_counted: impl Fn(&MetricDef) -> bool,
    label: &str,
) -> Option<&'t str> {
    let mut counts: BTreeMap<&str, f64> = BTreeMap::new();
    for (series, value) in totals.iter().filter(|(series, _)| is_counted(&series.metric)) {
        if let (Value::Counter(count), Some(class)) = (value, series.labels.get(label))
            && is_wanted(series.labels.get("scenario"))
        {
            *counts.entry(class).or_default() += count;
        }
    }
    counts.into_iter().max_by(|(_, left), (_, right)| left.total_cmp(right)).map(|(class, _)| class)
}

#[cfg(test)]
mod tests;
