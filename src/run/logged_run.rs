//! A run read again from its interval log, also after a crash.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use super::{deliveries, error::CommandError, find::find_run, folder, prepare::thresholds, run_end::RunEnd};
use crate::{
    analysis::{Coverage, Generator, Reason, RunFold, judged::Judged, run_fold::Course},
    exit::Exit,
    interval_log::{Entry, Header, IntervalCursor, LogError},
    metric::{Interval, Kind, MetricDef, Totals, catalogue},
    report::{
        Summary,
        summary::{Events, TextLayout},
        trends,
    },
    threshold::Stat,
};

/// The fold of a log.
#[derive(Debug)]
pub(crate) struct LoggedRun {
    header: Option<Header>,
    /// The fold of its intervals.
    pub fold: RunFold,
    /// Its end, once it has come to one.
    pub end: Option<RunEnd>,
    /// What happened besides.
    pub events: Events,
    /// Intervals that the log holds.
    pub intervals: u64,
    /// End of the last one, Unix milliseconds.
    pub end_ms: i64,
    /// The number that follows that of the last one.
    pub next_sequence: u64,
    /// Bytes of a frame that was never finished.
    pub torn_bytes: u64,
    /// Those of them that were cut.
    pub cut_bytes: u64,
}

/// The error of a log that can't be read.
pub(crate) fn unreadable(error: &LogError) -> CommandError {
    CommandError::new(Exit::BadProfile, error)
}

impl Default for LoggedRun {
    /// Of an empty log.
    fn default() -> Self {
        Self {
            header: None,
            fold: RunFold::new(&[], Duration::ZERO, &[]),
            end: None,
            events: Events::default(),
            intervals: 0,
            end_ms: 0,
            next_sequence: 0,
            torn_bytes: 0,
            cut_bytes: 0,
        }
    }
}

impl LoggedRun {
    /// Reads a log to its end; `each` sees every interval, and the run up to it. The torn tail of a run that is not
    /// in progress is cut.
    ///
    /// # Errors
    /// When there is no log, it can't be read, or `each` fails.
    pub(crate) fn read(
        path: &Path,
        each: impl FnMut(&Interval, &Self) -> Result<(), CommandError>,
    ) -> Result<Self, CommandError> {
        Self::read_with(path, IntervalCursor::open(path), each)
    }

    /// The same without trends that no verdict judges; everything else is there. It takes a fraction of the time.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub(crate) fn read_judged(
        path: &Path,
        each: impl FnMut(&Interval, &Self) -> Result<(), CommandError>,
    ) -> Result<Self, CommandError> {
        let wants = |metric: &MetricDef| {
            metric.kind != Kind::Trend || Judged::of(metric).is_some() || metric.name == catalogue::SCHEDULE_LAG.name
        };
        Self::read_with(path, IntervalCursor::open(path).map(|cursor| cursor.reading(wants)), each)
    }

    fn read_with(
        path: &Path,
        cursor: Result<IntervalCursor, LogError>,
        mut each: impl FnMut(&Interval, &Self) -> Result<(), CommandError>,
    ) -> Result<Self, CommandError> {
        let mut cursor = cursor.map_err(|error| unreadable(&error))?;
        let mut run = Self::default();
        while let Some(entry) = cursor.read().map_err(|error| unreadable(&error))? {
            if let Some(interval) = run.take(entry, path)? {
                each(&interval, &run)?;
            }
        }
        run.torn_bytes = cursor.torn_bytes().map_err(|error| unreadable(&error))?;
        run.cut_bytes = cursor.cut_torn_tail().map_err(|error| unreadable(&error))?;
        Ok(run)
    }

    /// Takes the next entry of a log; gives an interval back.
    ///
    /// # Errors
    /// When it is the end of a run of another version.
    pub(crate) fn take(&mut self, entry: Entry, path: &Path) -> Result<Option<Box<Interval>>, CommandError> {
        match entry {
            Entry::Header(header) => self.begin(header),
            Entry::Interval(interval) => {
                self.fold.take(&interval);
                self.intervals += 1;
                (self.end_ms, self.next_sequence) = (interval.end_ms, interval.sequence + 1);
                return Ok(Some(interval));
            }
            Entry::End(end) => {
                self.end = Some(serde_json::from_value(end).map_err(|error| {
                    let shown = path.display();
                    CommandError::configuration(format!("{shown}: its end entry is of another version: {error}"))
                })?);
            }
            Entry::Event(event) => {
                if let Some(gap) = event.gap {
                    self.fold.coverage.note(gap);
                    // It was stopped, and went on.
                    self.end = None;
                }
                self.events.note(&event);
            }
        }
        Ok(None)
    }

    fn begin(&mut self, header: Header) {
        let known: Vec<_> = header.thresholds.iter().filter_map(thresholds::from_logged).collect();
        let fold = RunFold::new(&known, Duration::from_millis(header.planned_ms), &header.scenarios);
        self.fold = fold.after(Duration::from_millis(header.warm_up_ms));
        self.fold.coverage = Coverage::of_segments(header.merged.unwrap_or(0));
        self.end_ms = header.started_at_ms;
        self.header = Some(header);
    }

    /// What the run is; None before the log's first entry.
    #[must_use]
    pub(crate) fn header(&self) -> Option<&Header> {
        self.header.as_ref()
    }

    /// All series.
    #[must_use]
    pub(crate) fn totals(&self) -> &Totals {
        &self.fold.totals
    }

    /// Length of the load, as far as the log shows it.
    #[must_use]
    pub(crate) fn elapsed(&self) -> Duration {
        self.end.as_ref().map_or(self.length(), |end| end.elapsed)
    }

    /// Time from its start to the end of its last interval.
    #[must_use]
    pub(crate) fn length(&self) -> Duration {
        let started_at_ms = self.header.as_ref().map_or(self.end_ms, |header| header.started_at_ms);
        Duration::from_millis(u64::try_from(self.end_ms - started_at_ms).unwrap_or(0))
    }

    /// Whether the run came to its end: a run in progress or a killed one did not.
    #[must_use]
    pub(crate) fn has_ended(&self) -> bool {
        self.end.is_some()
    }

    /// The summary of a run whose log is there.
    ///
    /// # Errors
    /// When the run was killed while it started.
    pub(crate) fn summary_of(self, log: &Path) -> Result<Summary, CommandError> {
        let summary = self.summary(log.parent().map(Into::into).unwrap_or_default());
        summary.ok_or_else(|| CommandError::configuration(format!("{}: the log ends before its header", log.display())))
    }

    /// The summary as the run itself printed it; without an end entry, what the intervals show. None without a header:
    /// the run was killed while it started.
    #[must_use]
    pub(crate) fn summary(self, run_dir: PathBuf) -> Option<Summary> {
        let elapsed = self.elapsed();
        let header = self.header?;
        let reasons = if self.end.is_some() {
            Vec::new()
        } else {
            vec![Reason::new(
                Exit::Stopped,
                "the log has no end entry: the run is in progress or was killed; workers and peak memory are unknown",
            )]
        };
        let generator = Generator::of_totals(&self.fold.totals);
        let course = Course { elapsed, has_load: true, was_controlled: !self.events.commands.is_empty() };
        let mut judgement = self.fold.judge(&header, generator, course, reasons);
        let logged = self.end.as_ref().map(|end| end.outputs.as_slice()).unwrap_or_default();
        let outputs_pending = self.end.as_ref().is_none_or(|end| end.outputs_pending);
        let outputs = deliveries::by_now(&run_dir, logged, !outputs_pending);
        let outputs_pending = outputs_pending && outputs.iter().any(|output| !output.complete);
        if let Some(end) = &self.end {
            end.replace(&mut judgement);
            deliveries::replace(&mut judgement.outcome, &end.outputs, &outputs);
        }
        Some(Summary {
            header,
            elapsed,
            scenario_ends: self.end.as_ref().map(|end| end.scenario_ends.clone()).unwrap_or_default(),
            totals: self.fold.totals,
            offered: self.fold.offered,
            coverage: self.fold.coverage,
            findings: judgement.findings,
            validity: judgement.validity,
            outcome: judgement.outcome,
            analysis: judgement.analysis,
            has_ended: self.end.is_some(),
            events: self.events,
            trend_stats: trend_stats(self.end.as_ref()),
            outputs,
            outputs_pending,
            run_dir,
            view: TextLayout::default(),
        })
    }
}

impl LoggedRun {
    /// The summary of a run that has ended with its last interval, judged by its log.
    ///
    /// # Errors
    /// When the log ended before its header.
    pub(crate) fn judged(
        self,
        run_dir: PathBuf,
        generator: Generator,
        elapsed: Duration,
        reasons: Vec<Reason>,
    ) -> Result<Summary, CommandError> {
        let trend_stats = trend_stats(None);
        let no_header =
            || CommandError::configuration(format!("{}: the log ends before its header", run_dir.display()));
        let header = self.header.ok_or_else(no_header)?;
        let course = Course { elapsed, has_load: true, was_controlled: !self.events.commands.is_empty() };
        let judgement = self.fold.judge(&header, generator, course, reasons);
        Ok(Summary {
            header,
            elapsed,
            scenario_ends: Vec::new(),
            totals: self.fold.totals,
            offered: self.fold.offered,
            coverage: self.fold.coverage,
            findings: judgement.findings,
            validity: judgement.validity,
            outcome: judgement.outcome,
            analysis: judgement.analysis,
            has_ended: true,
            events: self.events,
            trend_stats,
            outputs: Vec::new(),
            outputs_pending: false,
            run_dir,
            view: TextLayout::default(),
        })
    }
}

/// The statistics that the run showed.
fn trend_stats(end: Option<&RunEnd>) -> Vec<(String, Stat)> {
    let given = end.map(|end| end.trend_stats.join(","));
    trends::parse_stats(given.as_deref().unwrap_or(trends::DEFAULT_STATS)).unwrap_or_default()
}

/// The log of a run's folder, or the log itself.
#[must_use]
pub(crate) fn log_of(run: &Path) -> PathBuf {
    if run.is_dir() { folder::log_path(run) } else { run.to_owned() }
}

/// The log of the run that an argument means; without one, of the newest run.
///
/// # Errors
/// When there is no such run.
pub(crate) fn find_log(given: Option<&Path>) -> Result<PathBuf, CommandError> {
    find_run(given).map(|run| log_of(&run))
}
