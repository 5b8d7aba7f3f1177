//! Live progress: a bar on a terminal, one line every ten seconds without one. Draws on standard error only.

use std::{io::Write, time::Duration};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::visible::visible_lines;
use crate::{
    metric::{
        Interval, Totals, Value,
        catalogue::{self, has_role},
    },
    units::{show_count, show_duration, show_rate, show_share},
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

/// The last interval in numbers.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Snapshot {
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
    pub(crate) fn of(interval: &Interval, totals: &Totals, elapsed: Duration) -> Self {
        let mut snapshot = Self { elapsed, ..Self::default() };
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
        let seconds = (interval.end_ms - interval.start_ms).max(1) as f64 / 1e3;
        snapshot.rate = total as f64 / seconds;
        snapshot.failed = if total == 0 { 0.0 } else { failed as f64 / total as f64 };
        if let Value::Trend(times) = times {
            snapshot.p95 = times.quantile(0.95);
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
        let dropped = totals.counter(&catalogue::DROPPED_ITERATIONS.name) as u64;
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
        if let Ok(style) = ProgressStyle::with_template("  {wide_bar:.cyan/dim} {percent:>3}%  {msg}") {
            bar.set_style(style.progress_chars("━╸─"));
        }
        Self::Bar(bar)
    }

    /// Shows the last second.
    pub(crate) fn show(&mut self, snapshot: &Snapshot) {
        match self {
            Self::Bar(bar) => {
                bar.set_position(u64::try_from(snapshot.elapsed.as_millis()).unwrap_or(u64::MAX));
                let left = Duration::from_millis(bar.length().unwrap_or(0)).saturating_sub(snapshot.elapsed);
                let left = Duration::from_secs((left + Duration::from_millis(500)).as_secs());
                bar.set_message(format!("{}  {} left", snapshot.text(), show_duration(left)));
            }
            Self::Lines { planned, last } => {
                let tens = snapshot.elapsed.as_secs() / LINE_EVERY;
                if tens > *last {
                    *last = tens;
                    let elapsed = Duration::from_secs(snapshot.elapsed.as_secs());
                    print(&format!("  {} of {}  {}", show_duration(elapsed), show_duration(*planned), snapshot.text()));
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
    fn text(&self) -> String {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
        let vus = show_count(self.vus as u64);
        let p95 = self
            .p95
            .map(|seconds| format!("  p95 {}", show_duration(Duration::from_secs_f64(seconds))))
            .unwrap_or_default();
        let dropped = if self.dropped > 0 { format!("  {} dropped", show_count(self.dropped)) } else { String::new() };
        format!("{vus} VUs  {}  {} failed{p95}{dropped}", show_rate(self.rate), show_share(self.failed))
    }
}
