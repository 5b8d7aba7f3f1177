//! Errors by class and step, with counts, meaning and a first example; and checks.

use std::{collections::BTreeMap, time::Duration};

use serde_json::{Value as Json, json};

use super::{Summary, style, table::Table, visible::visible};
use crate::{
    metric::{
        Example, SeriesDef, Value,
        catalogue::{self, WORK, has_role},
        example::Place,
    },
    protocol::ErrorClass,
    units::{show_count, show_duration, show_share, whole},
};

/// One row per class, step and status; the first example below it, if it says more.
#[must_use]
pub(crate) fn error_table(summary: &Summary) -> Table {
    let mut counts: BTreeMap<(String, String, String), u64> = BTreeMap::new();
    for (Place { class, status, name, .. }, count) in counted(summary) {
        *counts.entry((class, status, name)).or_default() += count;
    }
    let mut table = Table::new(&["class", "status", "step", "count", "meaning"]);
    let mut rows: Vec<_> = counts.into_iter().collect();
    rows.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    for ((class, status, step), count) in rows {
        let same = |place: &Place| (&place.class, &place.status, &place.name) == (&class, &status, &step);
        let example = summary.totals.examples().earliest(same);
        let (known, shown) = (of_label(&class), show_count(count));
        table.row([class.clone(), status.clone(), step.clone(), shown, meaning(&class).to_owned()]);
        if let Some(Example { at, reason, .. }) = example.filter(|example| says_more(known, example)) {
            table.note(&format!("first after {}: {reason}", show_duration(*at)));
        }
    }
    table
}

/// `errors[]` of `summary.json`: one entry per class, status and step of a scenario, the most frequent first.
#[must_use]
pub(crate) fn error_list(summary: &Summary) -> Vec<Json> {
    let mut rows: Vec<_> = counted(summary).into_iter().collect();
    rows.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let entry = |(place, count): (Place, u64)| {
        let example = summary.totals.examples().earliest(|known| *known == place);
        json!({
            "class": place.class,
            "meaning": meaning(&place.class),
            "status": place.status.parse::<u16>().ok(),
            "scenario": place.scenario,
            "name": place.name,
            "method": place.method,
            "count": count,
            "first": example.map(|Example { at, reason, .. }| json!({ "at_ms": milliseconds(*at), "reason": reason })),
        })
    };
    rows.into_iter().map(entry).collect()
}

fn counted(summary: &Summary) -> BTreeMap<Place, u64> {
    let mut counts: BTreeMap<Place, u64> = BTreeMap::new();
    for (series, value) in summary.totals.iter() {
        if let Value::Counter(count) = value
            && *count > 0.0
            && let Some(place) = place_of(series)
        {
            *counts.entry(place).or_default() += whole(*count);
        }
    }
    counts
}

/// The place of a series that counts errors: of requests, and of work beside them.
pub(super) fn place_of(series: &SeriesDef) -> Option<Place> {
    let place = Place::of(&series.labels);
    if has_role(&series.metric, |roles| roles.errors) {
        return Some(place);
    }
    let work = WORK.iter().find(|work| work.reasons.name == series.metric.name)?;
    let class = work.error_of(&place.class)?.to_owned();
    Some(Place { class, ..place })
}

fn of_label(class: &str) -> Option<ErrorClass> {
    ErrorClass::ALL.into_iter().find(|known| known.label() == class)
}

fn meaning(class: &str) -> &'static str {
    let of_work = || {
        let errors = WORK.iter().filter_map(|work| work.errors).flatten();
        errors.copied().find(|error| error.class == class).map_or("", |error| error.meaning)
    };
    of_label(class).map_or_else(of_work, ErrorClass::meaning)
}

/// Whether an example says more than the row above it. A status stands in it already.
fn says_more(class: Option<ErrorClass>, example: &Example) -> bool {
    let is_status = matches!(class, Some(ErrorClass::Status4xx | ErrorClass::Status5xx | ErrorClass::Status));
    let is_status_alone = is_status && example.reason == format!("the server answered {}", example.place.status);
    !is_status_alone && example.reason != class.map_or("", ErrorClass::meaning)
}

fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}

/// A check at a step of a scenario, all its stages together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Check {
    pub scenario: String,
    pub step: String,
    pub name: String,
    pub passes: u64,
    pub total: u64,
}

impl Check {
    /// How often it failed.
    #[must_use]
    pub(crate) fn fails(&self) -> u64 {
        self.total - self.passes
    }
}

/// Whether a check failed at least once.
#[must_use]
pub(crate) fn is_failed_check(check: &Check) -> bool {
    check.fails() > 0
}

/// The checks, in the order in which they were first seen.
#[must_use]
pub(crate) fn checks(summary: &Summary) -> Vec<Check> {
    let mut checks: Vec<Check> = Vec::new();
    for (series, value) in summary.totals.iter() {
        let Value::Rate { nonzero, total } = value else { continue };
        if series.metric.name != catalogue::CHECKS.name || *total == 0 {
            continue;
        }
        let label = |name| series.labels.get(name).unwrap_or_default().to_owned();
        let (scenario, step, name) = (label("scenario"), label("name"), label("check"));
        let is_same = |known: &&mut Check| known.scenario == scenario && known.step == step && known.name == name;
        match checks.iter_mut().find(is_same) {
            Some(known) => {
                known.passes += nonzero;
                known.total += total;
            }
            None => checks.push(Check { scenario, step, name, passes: *nonzero, total: *total }),
        }
    }
    checks
}

/// One line per check; failed ones say how often.
#[must_use]
pub(crate) fn check_lines(summary: &Summary) -> Vec<String> {
    let mut lines: Vec<(String, u64, u64)> = Vec::new();
    for Check { step, name, passes, total, .. } in checks(summary) {
        let title = if step.is_empty() { name } else { format!("{step} › {name}") };
        let title = visible(&title).into_owned();
        match lines.iter_mut().find(|(known, ..)| *known == title) {
            Some((_, passed, all)) => {
                *passed += passes;
                *all += total;
            }
            None => lines.push((title, passes, total)),
        }
    }
    let line = |(title, passed, total): (String, u64, u64)| {
        if passed == total {
            return format!("    {} {title}  {}", style::good("✓"), style::dim(&show_count(total)));
        }
        let failed = total - passed;
        let share = show_share(failed as f64 / total as f64);
        format!("    {} {title}  {} of {} failed ({share})", style::bad("✗"), show_count(failed), show_count(total))
    };
    lines.into_iter().map(line).collect()
}
