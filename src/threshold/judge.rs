//! The judge: each threshold keeps a running value of its own and takes only what an interval adds, so that judging
//! costs the interval's size and not the run's.

use std::time::Duration;

use super::{Bearing, Stat, Threshold, levels::Levels, shown_factor, stat_of, window::Span, window::Window};
use crate::metric::{Interval, Kind, SeriesId, Value};

/// How a threshold stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Finding {
    /// The threshold.
    pub threshold: Threshold,
    /// What was observed, in the shown unit; None without observations. Of windows, the worst.
    pub observed: Option<f64>,
    /// Where the worst window lies: offsets of its begin and end from the start of the run.
    pub worst: Option<(Duration, Duration)>,
    /// Whether it holds.
    pub passed: bool,
    /// Whether there was nothing to judge.
    pub no_data: bool,
}

impl Finding {
    /// Whether it speaks against the run: missed, asked for, and concerned with something that was run.
    #[must_use]
    pub(crate) fn fails(&self) -> bool {
        !self.passed && self.threshold.bearing == Bearing::Binding
    }
}

/// Holds thresholds against intervals.
#[derive(Debug)]
pub(crate) struct Judge {
    running: Vec<Running>,
    /// Start and planned end of the run, Unix milliseconds. Windows after the end are the users' finishing.
    start_ms: Option<i64>,
    planned: Duration,
    /// Intervals that begin earlier are not judged.
    warm_up: Duration,
}

#[derive(Debug)]
struct Running {
    threshold: Threshold,
    /// Series that the selector takes.
    series: Vec<SeriesId>,
    value: Value,
    observed: bool,
    windows: Option<Windows>,
    /// For the extremes of a gauge.
    levels: Option<Levels>,
    /// The stage that the bound is a multiple of.
    baseline: Option<Baseline>,
}

/// A stage of the run as baseline of a threshold.
#[derive(Debug)]
struct Baseline {
    stage: String,
    factor: f64,
    /// Its series.
    series: Vec<SeriesId>,
    value: Value,
    observed: bool,
}

/// The windows of a threshold that has some.
#[derive(Debug)]
struct Windows {
    window: Window,
    /// What the worst window showed, and where it lies.
    worst: Option<WindowResult>,
    /// Whether the last window holds.
    last_holds: bool,
}

#[derive(Debug, Clone, Copy)]
struct WindowResult {
    observed: f64,
    holds: bool,
    at: (Duration, Duration),
}

impl Judge {
    /// A judge without observations, of a run whose schedules last `planned`.
    #[must_use]
    pub(crate) fn new(thresholds: &[Threshold], planned: Duration) -> Self {
        let running = thresholds.iter().map(|threshold| {
            let windows =
                threshold.window.map(|length| Windows { window: Window::new(length), worst: None, last_holds: true });
            let relative = threshold.relative.as_ref();
            let baseline = relative.and_then(|relative| {
                let (series, value) = (Vec::new(), Value::empty(threshold.metric.kind));
                let stage = relative.stage.clone()?;
                Some(Baseline { stage, factor: relative.factor, series, value, observed: false })
            });
            Running {
                threshold: threshold.clone(),
                series: Vec::new(),
                value: Value::empty(threshold.metric.kind),
                observed: false,
                windows,
                levels: of_extreme(threshold).then(Levels::default),
                baseline,
            }
        });
        Self { running: running.collect(), start_ms: None, planned, warm_up: Duration::ZERO }
    }

    /// A judge that leaves out the time from the start of the run to `warm_up`.
    #[must_use]
    pub(crate) fn after(self, warm_up: Duration) -> Self {
        Self { warm_up, ..self }
    }

    /// Takes an interval.
    pub(crate) fn observe(&mut self, interval: &Interval) {
        let start_ms = *self.start_ms.get_or_insert(interval.start_ms);
        let end_ms = start_ms.saturating_add(i64::try_from(self.planned.as_millis()).unwrap_or(i64::MAX));
        let warm_up_ms = i64::try_from(self.warm_up.as_millis()).unwrap_or(i64::MAX);
        let is_judged = interval.start_ms >= start_ms.saturating_add(warm_up_ms);
        for running in &mut self.running {
            for series in &interval.new_series {
                if series.metric.name == running.threshold.metric.name
                    && series.labels.has_all(&running.threshold.selector)
                {
                    let stage = series.labels.get("stage");
                    match running.baseline.as_mut().filter(|baseline| stage == Some(&*baseline.stage)) {
                        Some(baseline) => baseline.series.push(series.id),
                        None => running.series.push(series.id),
                    }
                }
            }
            if let Some(baseline) = &mut running.baseline {
                for (_, value) in interval.values.iter().filter(|(id, _)| baseline.series.binary_search(id).is_ok()) {
                    baseline.value.merge(value);
                    baseline.observed = true;
                }
            }
            if !is_judged {
                continue;
            }
            let own = interval.values.iter().filter(|(id, _)| running.series.binary_search(id).is_ok());
            if let Some(levels) = &mut running.levels {
                levels.observe(own.map(|(id, value)| (*id, value)));
                continue;
            }
            if running.windows.is_none() {
                for (_, value) in own {
                    running.value.merge(value);
                    running.observed = true;
                }
                continue;
            }
            let mut value = Value::empty(running.threshold.metric.kind);
            let observed = own.map(|(_, more)| value.merge(more)).count() > 0;
            running.slide(interval, value, observed, start_ms, end_ms);
        }
    }

    /// How every threshold stands after `elapsed`.
    #[must_use]
    pub(crate) fn findings(&self, elapsed: Duration) -> Vec<Finding> {
        self.running.iter().map(|running| running.finding(self.judged(elapsed))).collect()
    }

    /// The first failed threshold that asks to end the run. Of windows the last one must fail: one that lies before
    /// the delay does not count, however long ago that is.
    #[must_use]
    pub(crate) fn wants_abort(&self, elapsed: Duration) -> Option<Finding> {
        self.running
            .iter()
            .filter(|running| running.threshold.abort_on_fail && elapsed >= running.threshold.delay_abort)
            .filter(|running| running.windows.as_ref().is_none_or(|windows| !windows.last_holds))
            .map(|running| running.finding(self.judged(elapsed)))
            .find(|finding| finding.fails() && !finding.no_data)
    }

    /// The time that is judged, of a run of this length.
    fn judged(&self, elapsed: Duration) -> Duration {
        elapsed.saturating_sub(self.warm_up)
    }
}

impl Running {
    /// Moves the window on by an interval and judges it, once there was something to see.
    fn slide(&mut self, interval: &Interval, value: Value, observed: bool, start_ms: i64, end_ms: i64) {
        self.value.merge(&value);
        // A window that began before the first observation says nothing of what is observed.
        if !self.observed && !observed {
            return;
        }
        self.observed = true;
        let Some(windows) = &mut self.windows else { return };
        let Some(span) = windows.window.push(interval.start_ms, interval.end_ms, value, observed) else { return };
        if span.end_ms > end_ms {
            return;
        }
        if let Some(seen) = self.look(&span, start_ms)
            && let Some(windows) = &mut self.windows
        {
            windows.last_holds = seen.holds;
            let is_worse = |worst: WindowResult| {
                worst.holds && !seen.holds || self.threshold.operator.is_worse(seen.observed, worst.observed)
            };
            if windows.worst.is_none_or(is_worse) {
                windows.worst = Some(seen);
            }
        }
    }

    /// What a window shows; None where it holds nothing to judge.
    fn look(&self, span: &Span, start_ms: i64) -> Option<WindowResult> {
        let observed = self.observed_value(&span.value, span.observed, span.seconds())?;
        let offset = |at: i64| Duration::from_millis(u64::try_from(at - start_ms).unwrap_or(0));
        // Nothing is judged before the baseline is known.
        let bound = self.bound(span.seconds())?;
        let holds = self.threshold.operator.holds(observed, bound);
        Some(WindowResult { observed, holds, at: (offset(span.start_ms), offset(span.end_ms)) })
    }

    /// The statistic in the unit of thresholds; None without data.
    fn observed_value(&self, value: &Value, observed: bool, seconds: f64) -> Option<f64> {
        let stat = self.threshold.stat;
        let counts = matches!(stat, Stat::Count) || matches!(value, Value::Counter(_));
        // A counter that never appeared is a true zero: nothing happened. A share or a quantile of nothing is no data.
        let value = (observed || counts).then(|| stat_of(value, stat, seconds)).flatten();
        let factor = if matches!(stat, Stat::Count) { 1.0 } else { shown_factor(&self.threshold.metric) };
        value.map(|value| value * factor)
    }

    /// What is compared with, in the unit of thresholds; None while there is no baseline.
    fn bound(&self, seconds: f64) -> Option<f64> {
        let Some(baseline) = &self.baseline else { return Some(self.threshold.bound).filter(|bound| !bound.is_nan()) };
        self.observed_value(&baseline.value, baseline.observed, seconds).map(|value| value * baseline.factor)
    }

    fn finding(&self, elapsed: Duration) -> Finding {
        let bound = self.bound(elapsed.as_secs_f64());
        let threshold = Threshold { bound: bound.unwrap_or(f64::NAN), ..self.threshold.clone() };
        // A run shorter than its window is one window.
        let worst = self.windows.as_ref().and_then(|windows| windows.worst);
        let observed = match worst {
            Some(seen) => Some(seen.observed),
            None if self.levels.is_some() => {
                let extreme = self.levels.as_ref().and_then(|levels| levels.extreme(threshold.stat));
                extreme.map(|value| value * shown_factor(&threshold.metric))
            }
            None => self.observed_value(&self.value, self.observed, elapsed.as_secs_f64()),
        };
        let observed = observed.filter(|_| bound.is_some());
        let no_data = observed.is_none();
        let passed = observed.map_or(threshold.allow_no_data, |value| threshold.operator.holds(value, threshold.bound));
        Finding { threshold, observed, worst: worst.map(|seen| seen.at), passed, no_data }
    }
}

/// Whether a threshold is on the least or the most of a gauge.
fn of_extreme(threshold: &Threshold) -> bool {
    threshold.metric.kind == Kind::Gauge && matches!(threshold.stat, Stat::Min | Stat::Max)
}

#[cfg(test)]
mod tests;
