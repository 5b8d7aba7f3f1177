//! Live progress: a bar on a terminal, one line every ten seconds without one. Draws on standard error only.

use std::{fmt, io::Write, time::Duration};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::visible::visible_lines;
use crate::{
    metric::{
        Interval, Totals, Value,
        catalogue::{self, has_role},
    },
    units::{show_count, show_duration, show_rate, show_share, whole},
};

/// Seconds between lines where there is no terminal.
const LINE_EVERY: u64 = 10;

/// How progress is shown.
#[derive(Debug)]
pub(crate) enum ProgressDisplay {
    /// A bar that is redrawn.
    Bar(ProgressBar),
    /// Lines in a log.
    Lines {
        /// Planned length.
        planned: Duration,
        /// The last ten seconds that a line was printed for.
        last: u64,
    },
    /// Messages without progress.
    Messages,
    /// Nothing.
    Silent,
}

/// What the run is doing, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Activity {
    /// The load runs.
    Load {
        /// Until its end.
        left: Duration,
        /// Whether it may end earlier, when its iterations are done.
        is_limit: bool,
    },
    /// No iterations start; the time goes on.
    Paused {
        /// Until the end of the load.
        left: Duration,
    },
    /// The load has ended; iterations in progress finish.
    Finishing {
        /// Until they are interrupted.
        at_most: Duration,
    },
    /// The run was stopped; iterations in progress finish.
    Stopping {
        /// Until they are interrupted.
        at_most: Duration,
    },
}

impl Default for Activity {
    fn default() -> Self {
        Self::Load { left: Duration::ZERO, is_limit: false }
    }
}

impl fmt::Display for Activity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Load { left, is_limit: false } => write!(formatter, "{} left", whole_seconds(*left)),
            Self::Load { left, is_limit: true } => write!(formatter, "at most {} left", whole_seconds(*left)),
            Self::Paused { left } => write!(formatter, "PAUSED, {} left", whole_seconds(*left)),
            Self::Finishing { at_most } => write!(formatter, "finishing, at most {} left", whole_seconds(*at_most)),
            Self::Stopping { at_most } => write!(formatter, "stopping, at most {} left", whole_seconds(*at_most)),
        }
    }
}

/// A duration without fractions of a second.
fn whole_seconds(duration: Duration) -> String {
    show_duration(Duration::from_secs((duration + Duration::from_millis(500)).as_secs()))
}

/// The last interval in numbers.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Snapshot {
    /// What the run is doing.
    pub activity: Activity,
    /// Since the start.
    pub elapsed: Duration,
    /// Users running.
    pub vus: f64,
    /// Requests in the last second.
    pub rate: f64,
    /// Share of attempts that failed in the last second.
    pub failed: f64,
    /// p95 of response time in the last second, seconds.
    pub p95: Option<f64>,
    /// Dropped arrivals so far.
    pub dropped: u64,
}

impl Snapshot {
    /// The numbers of an interval, `elapsed` after the start of the run.
    #[must_use]
    pub(crate) fn of(interval: &Interval, totals: &Totals, elapsed: Duration, activity: Activity) -> Self {
        let mut snapshot = Self { activity, elapsed, ..Self::default() };
        let (mut failed, mut total) = (0, 0);
        let mut times = Value::Trend(Box::default());
        for (id, value) in &interval.values {
            let Some((series, _)) = totals.get(*id) else { continue };
            match value {
                Value::Rate { nonzero, total: all } if has_role(&series.metric, |protocol| protocol.failed) => {
                    failed += nonzero;
                    total += all;
                }
                trend if has_role(&series.metric, |protocol| protocol.response_time) => times.merge(trend),
                Value::Gauge(Some(vus)) if series.metric.name == catalogue::VUS.name => snapshot.vus += vus,
                _ => {}
            }
        }
        // The last interval may be a few milliseconds long: a rate over them would be no rate of a second.
        let seconds = (interval.end_ms - interval.start_ms).max(1_000) as f64 / 1e3;
        snapshot.rate = total as f64 / seconds;
        snapshot.failed = if total == 0 { 0.0 } else { failed as f64 / total as f64 };
        if let Value::Trend(times) = times {
            snapshot.p95 = times.quantile(0.95);
        }
        let dropped = whole(totals.counter(&catalogue::DROPPED_ITERATIONS.name));
        Self { dropped, ..snapshot }
    }
}

impl ProgressDisplay {
    /// The display for a terminal or a log, or none at all.
    #[must_use]
    pub(crate) fn new(planned: Duration, terminal: bool, silent: bool) -> Self {
        if silent {
            return Self::Silent;
        }
        if !terminal {
            return Self::Lines { planned, last: 0 };
        }
        let millis = u64::try_from(planned.as_millis()).unwrap_or(u64::MAX);
        let bar = ProgressBar::with_draw_target(Some(millis.max(1)), ProgressDrawTarget::stderr());
        // A bar of one width: it doesn't jump with each text, and the terminal cuts only the end of the text.
        if let Ok(style) = ProgressStyle::with_template("  {bar:12.cyan/dim} {percent:>3}%  {wide_msg}") {
            bar.set_style(style.progress_chars("━╸─"));
        }
        bar.set_message("starting");
        Self::Bar(bar)
    }

    /// Shows the last second.
    pub(crate) fn show(&mut self, snapshot: &Snapshot) {
        match self {
            Self::Bar(bar) => {
                bar.set_message(snapshot.line());
                bar.set_position(u64::try_from(snapshot.elapsed.as_millis()).unwrap_or(u64::MAX));
            }
            Self::Lines { planned, last } => {
                let tens = snapshot.elapsed.as_secs() / LINE_EVERY;
                if tens > *last {
                    *last = tens;
                    let elapsed = Duration::from_secs(snapshot.elapsed.as_secs());
                    print(&format!("  {} of {}  {}", show_duration(elapsed), show_duration(*planned), snapshot.line()));
                }
            }
            Self::Messages | Self::Silent => {}
        }
    }

    /// Prints a message beside the progress.
    pub(crate) fn message(&self, text: &str) {
        match self {
            Self::Bar(bar) => bar.suspend(|| print(text)),
            Self::Lines { .. } | Self::Messages => print(text),
            Self::Silent => {}
        }
    }

    /// Shows that the load has ended, and what remains is teardown and the outputs.
    pub(crate) fn ending(&self) {
        if let Self::Bar(bar) = self {
            bar.set_message("load ended");
            bar.set_position(bar.length().unwrap_or(0));
        }
    }

    /// Shows that the outputs deliver the rest.
    pub(crate) fn draining(&self, left: Duration) {
        if let Self::Bar(bar) = self {
            bar.set_message(format!("delivering to the outputs, at most {} left", whole_seconds(left)));
        }
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}

fn print(text: &str) {
    // A closed terminal must not end the run.
    drop(writeln!(std::io::stderr(), "{}", visible_lines(text)));
}

impl Snapshot {
    fn line(&self) -> String {
        let vus = show_count(whole(self.vus));
        let p95 = self
            .p95
            .map(|seconds| format!("  p95 {}", show_duration(Duration::from_secs_f64(seconds))))
            .unwrap_or_default();
        let dropped = if self.dropped > 0 { format!("  {} dropped", show_count(self.dropped)) } else { String::new() };
        let (rate, failed) = (show_rate(self.rate), show_share(self.failed));
        format!("{}  {vus} VUs  now {rate}  {failed} failed{p95}{dropped}", self.activity)
    }
}

#[cfg(test)]
mod tests;
