//! What became of a run: read from its log, so that a resumed campaign knows the same as one that went through.

use std::{path::Path, time::Duration};

use crate::{
    analysis::{Reason, Verdict},
    exit::Exit,
    metric::{Interval, Totals, Value, catalogue},
    report::campaign::Figures,
    run::{error::CommandError, folder::log_path, logged_run::LoggedRun},
    threshold::{Stat, stat_of},
};

/// A run that came to its end.
#[derive(Debug, Clone)]
pub(crate) struct RunResult {
    pub verdict: Verdict,
    pub exit: Exit,
    pub reasons: Vec<Reason>,
    pub figures: Figures,
}

/// What a folder of a run holds.
#[derive(Debug, Clone)]
pub(crate) enum RunState {
    /// No run, or one that was killed.
    NotDone,
    /// A run that was stopped from outside: it is made again.
    Stopped(RunResult),
    Done(RunResult),
}

/// Reads the folder of a run.
///
/// # Errors
/// When there is a log that can't be read.
pub(crate) fn read(folder: &Path, warm_up: Duration) -> Result<RunState, CommandError> {
    let log = log_path(folder);
    // A log of a process that is killed while it starts has no header.
    if std::fs::metadata(&log).map_or(0, |data| data.len()) == 0 {
        return Ok(RunState::NotDone);
    }
    let warm_up_ms = i64::try_from(warm_up.as_millis()).unwrap_or(i64::MAX);
    let (mut totals, mut start_ms) = (Totals::default(), None);
    let run = LoggedRun::read(&log, |interval, _| {
        let start_ms = *start_ms.get_or_insert(interval.start_ms);
        if interval.start_ms >= start_ms.saturating_add(warm_up_ms) {
            totals.fold(interval);
        } else {
            // What is left out defines series that come later.
            totals.fold(&Interval { values: Vec::new(), examples: Vec::new(), ..interval.clone() });
        }
        Ok(())
    })?;
    if !run.has_ended() {
        return Ok(RunState::NotDone);
    }
    let Some(summary) = run.summary(folder.to_owned()) else { return Ok(RunState::NotDone) };
    let outcome = summary.outcome;
    let figures = figures(&totals, summary.elapsed.saturating_sub(warm_up));
    let result = RunResult { verdict: outcome.verdict, exit: outcome.exit, reasons: outcome.reasons, figures };
    let is_stopped = result.reasons.iter().any(|reason| reason.exit == Exit::Stopped);
    Ok(if is_stopped { RunState::Stopped(result) } else { RunState::Done(result) })
}

fn figures(totals: &Totals, time: Duration) -> Figures {
    let seconds = time.as_secs_f64();
    let requests = totals.counter(&catalogue::HTTP_REQS.name);
    let failed = totals.sum_where(&catalogue::HTTP_REQ_FAILED.name, |_| true);
    let times = totals.sum_where(&catalogue::HTTP_REQ_RESPONSE_TIME.name, |_| true);
    let stat = |value: &Option<Value>, stat: Stat| value.as_ref().and_then(|value| stat_of(value, stat, seconds));
    Figures {
        requests: (requests > 0.0).then_some(requests),
        rate: (requests > 0.0 && seconds > 0.0).then(|| requests / seconds),
        failed: stat(&failed, Stat::Rate),
        med: stat(&times, Stat::Quantile(0.5)),
        p95: stat(&times, Stat::Quantile(0.95)),
        p99: stat(&times, Stat::Quantile(0.99)),
    }
}
