//! A threshold in words: what was seen and what was wanted, both with their unit.

use super::{Stat, Threshold, judge::Finding};
use crate::{
    metric::{Kind, Unit},
    units::significant,
};

impl Finding {
    /// What was seen: `p(95) = 40.3 ms`; None without observations.
    #[must_use]
    pub(crate) fn seen(&self) -> Option<String> {
        let value = self.observed?;
        Some(format!("{} = {}{}", stat(&self.threshold), shown(value), unit(&self.threshold)))
    }

    /// What was seen and wanted, of a threshold that was missed: `p(95) = 40.3 ms, wanted < 5 ms`.
    #[must_use]
    pub(crate) fn missed(&self) -> String {
        let Threshold { operator, bound, .. } = &self.threshold;
        let seen = self.seen().unwrap_or_else(|| "no data".to_owned());
        // A bound is written in full: rounded, it may look equal to what missed it.
        format!("{seen}, wanted {} {bound}{}", operator.as_str(), unit(&self.threshold))
    }
}

/// The statistic as it was written.
fn stat(threshold: &Threshold) -> &str {
    threshold.expression.split(['<', '>', '=', '!']).next().unwrap_or_default().trim()
}

/// The unit of what is looked at: times are milliseconds, as in k6.
fn unit(threshold: &Threshold) -> &'static str {
    match (threshold.metric.unit, threshold.stat) {
        (_, Stat::Count) => "",
        (Unit::Seconds, _) if threshold.metric.kind == Kind::Trend => " ms",
        (Unit::Bytes, Stat::Rate) => " bytes/s",
        (Unit::Bytes, _) => " bytes",
        (_, Stat::Rate) if threshold.metric.kind == Kind::Counter => "/s",
        _ => "",
    }
}

/// Small shares need their digits, large numbers don't.
fn shown(value: f64) -> String {
    if value != 0.0 && value.abs() < 0.1 { format!("{value:.4}") } else { significant(value) }
}
