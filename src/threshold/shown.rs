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

    /// What was wanted: `< 5 ms`. A bound is written in full: rounded, it may look equal to what missed it.
    #[must_use]
    pub(crate) fn wanted(&self) -> String {
        let Threshold { operator, bound, .. } = &self.threshold;
        format!("{} {bound}{}", operator.as_str(), unit(&self.threshold))
    }

    /// What was seen and wanted, of a threshold that was missed: `p(95) = 40.3 ms, wanted < 5 ms`.
    #[must_use]
    pub(crate) fn missed(&self) -> String {
        let seen = self.seen().unwrap_or_else(|| "no data".to_owned());
        format!("{seen}, wanted {}", self.wanted())
    }

    /// How far what was seen lies from the bound: `38 % below`, `3.2 times the bound`. None where there is no such share.
    #[must_use]
    pub(crate) fn distance(&self) -> Option<String> {
        let (observed, bound) = (self.observed?, self.threshold.bound);
        if bound <= 0.0 || !observed.is_finite() {
            return None;
        }
        let ratio = observed / bound;
        let percent = (ratio - 1.0).abs() * 100.0;
        Some(match ratio {
            _ if percent < 0.005 => "at the bound".to_owned(),
            2.0.. => format!("{} times the bound", significant(ratio)),
            1.0.. => format!("{} % above", significant(percent)),
            _ => format!("{} % below", significant(percent)),
        })
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
