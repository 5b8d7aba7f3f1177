//! Closed users that go on at once after a failed response: they hammer a target that refuses, and the run measures how
//! fast it refuses. Requests that can't be sent are paced already.

use std::time::Duration;

use super::Attempts;
use crate::{
    interval_log::{Header, frame::Model},
    metric::{Totals, Value, catalogue},
    units::{show_count, show_rate, show_share},
};

/// From this share of failed responses on, they are what the run measures.
const MIN_SHARE: f64 = 0.5;
/// From this many a second for each user on, no person waits between them.
const MIN_RATE: f64 = 20.0;
/// Fewer failures are no load.
const MIN_COUNT: u64 = 100;

/// A warning, if users of closed scenarios hammer.
#[must_use]
pub(super) fn warning(header: &Header, totals: &Totals, elapsed: Duration) -> Option<String> {
    let is_closed = |name: Option<&str>| {
        header.scenarios.iter().any(|known| known.model == Model::Closed && Some(&*known.name) == name)
    };
    let failed = &catalogue::HTTP_REQ_FAILED.name;
    let refused = totals.sum_where(failed, |series| {
        is_closed(series.labels.get("scenario")) && series.labels.get("status").is_some_and(|status| !status.is_empty())
    });
    let Some(Value::Rate { nonzero: refused, .. }) = refused else { return None };
    let attempts = Attempts::of_scenarios(totals, is_closed).total;
    // The most users at any time, of all scenarios: the rate of a user is rather more than this.
    let [_, users] = totals.extremes(&catalogue::VUS_MAX.name).filter(|[_, most]| *most >= 1.0)?;
    let share = refused as f64 / attempts.max(1) as f64;
    let rate = refused as f64 / elapsed.as_secs_f64().max(1.0) / users;
    (refused >= MIN_COUNT && share >= MIN_SHARE && rate >= MIN_RATE).then(|| {
        format!(
            "users repeat failed requests without a pause: {} of {} requests ({}) had a failed response, {} by each user; add a `think` after a failure",
            show_count(refused),
            show_count(attempts),
            show_share(share),
            show_rate(rate)
        )
    })
}

#[cfg(test)]
mod tests;
