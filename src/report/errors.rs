//! Errors by class and step, with counts and meaning; and checks.

use std::collections::BTreeMap;

use super::{Summary, style, table::Table, visible::visible};
use crate::{
    metric::{
        Value,
        catalogue::{self, has_role},
    },
    protocol::ErrorClass,
    units::{show_count, show_share},
};

/// One row per class, step and status.
#[must_use]
pub(crate) fn error_table(summary: &Summary) -> Table {
    let mut counts: BTreeMap<(String, String, String), f64> = BTreeMap::new();
    for (series, value) in summary.totals.iter() {
        if !has_role(&series.metric, |protocol| protocol.errors) {
            continue;
        }
        let label = |name| series.labels.get(name).unwrap_or_default().to_owned();
        if let Value::Counter(count) = value {
            *counts.entry((label("error_class"), label("status"), label("name"))).or_default() += count;
        }
    }
    let mut table = Table::new(&["class", "status", "step", "count", "meaning"]);
    let mut rows: Vec<_> = counts.into_iter().filter(|(_, count)| *count > 0.0).collect();
    rows.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    for ((class, status, step), count) in rows {
        let meaning = ErrorClass::ALL.iter().find(|known| known.label() == class).map_or("", |known| known.meaning());
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
        table.row([class, status, step, show_count(count as u64), meaning.to_owned()]);
    }
    table
}

/// One line per check; failed ones say how often.
#[must_use]
pub(crate) fn check_lines(summary: &Summary) -> Vec<String> {
    let mut checks: Vec<(String, u64, u64)> = Vec::new();
    for (series, value) in summary.totals.iter() {
        let Value::Rate { nonzero, total } = value else { continue };
        if series.metric.name != catalogue::CHECKS.name || *total == 0 {
            continue;
        }
        let label = |name| series.labels.get(name).unwrap_or_default();
        let title = match label("name") {
            "" => visible(label("check")).into_owned(),
            name => visible(&format!("{name} › {}", label("check"))).into_owned(),
        };
        match checks.iter_mut().find(|(known, ..)| *known == title) {
            Some((_, passed, all)) => {
                *passed += nonzero;
                *all += total;
            }
            None => checks.push((title, *nonzero, *total)),
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
    checks.into_iter().map(line).collect()
}
