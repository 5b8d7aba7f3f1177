//! The verdict in words: the words of the first line, and for reports a heading with one sentence.

use std::time::Duration;

use super::Summary;
use crate::{
    analysis::Verdict,
    exit::Exit,
    threshold::{Bearing, judge::Finding},
    units::{show_duration, show_several},
};

/// How a part of a verdict is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Good,
    Warning,
    Bad,
}

impl Tone {
    /// The name in reports.
    #[must_use]
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Warning => "warning",
            Self::Bad => "bad",
        }
    }
}

/// The verdict as a heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Headline {
    /// `Passed`, `Failed`, …
    pub title: &'static str,
    pub tone: Tone,
    /// What it means, in one or two sentences.
    pub sentence: String,
}

fn has(summary: &Summary, exit: Exit) -> bool {
    summary.outcome.reasons.iter().any(|reason| reason.exit == exit)
}

/// The words of the first line of the summary, in their order. The first word goes with the exit code.
#[must_use]
pub(crate) fn words(summary: &Summary) -> Vec<(Tone, String)> {
    let verdict = match summary.outcome.verdict {
        Verdict::Stopped => (Tone::Warning, unfinished(summary)),
        Verdict::Pass => (Tone::Good, "PASS"),
        Verdict::Undecided => (Tone::Warning, "NO VERDICT (no thresholds)"),
        Verdict::Fail => (Tone::Bad, "FAIL"),
        Verdict::Invalid => (Tone::Warning, "INVALID"),
    };
    let mut words = vec![(verdict.0, verdict.1.to_owned())];
    if summary.outcome.exit == Exit::Stopped && summary.outcome.verdict != Verdict::Stopped {
        let word = if summary.has_ended { "STOPPED, " } else { "INCOMPLETE, " };
        words.insert(0, (Tone::Warning, word.to_owned()));
    }
    if has(summary, Exit::TelemetryIncomplete) {
        words.push((Tone::Warning, ", TELEMETRY INCOMPLETE".to_owned()));
    }
    words
}

/// The word for a run whose thresholds hold as far as it went.
fn unfinished(summary: &Summary) -> &'static str {
    match (summary.has_ended, summary.findings.is_empty()) {
        (true, true) => "STOPPED",
        (true, false) => "STOPPED (thresholds passing)",
        (false, true) => "INCOMPLETE",
        (false, false) => "INCOMPLETE (thresholds passing)",
    }
}

/// How long the run was, and of what length it is a part if it was ended: `2s of 10s`.
#[must_use]
pub(crate) fn length(summary: &Summary) -> String {
    let planned = Duration::from_millis(summary.header.planned_ms);
    let length = show_duration(summary.elapsed);
    // Iterations by number may be done long before `maxDuration`: only a run that was ended is part of another.
    let was_ended = !summary.has_ended || has(summary, Exit::Stopped) || has(summary, Exit::Aborted);
    if was_ended && summary.elapsed + Duration::from_secs(1) < planned {
        format!("{length} of {}", show_duration(planned))
    } else {
        length
    }
}

/// The heading of a report.
#[must_use]
pub(crate) fn headline(summary: &Summary) -> Headline {
    let (title, tone) = match summary.outcome.verdict {
        _ if !summary.has_ended => ("Incomplete", Tone::Warning),
        _ if summary.outcome.exit == Exit::Stopped => ("Stopped", Tone::Warning),
        Verdict::Stopped => ("Stopped", Tone::Warning),
        Verdict::Pass => ("Passed", Tone::Good),
        Verdict::Undecided => ("No verdict", Tone::Warning),
        Verdict::Fail if summary.outcome.exit == Exit::Aborted => ("Aborted", Tone::Bad),
        Verdict::Fail => ("Failed", Tone::Bad),
        Verdict::Invalid => ("Invalid", Tone::Warning),
    };
    let mut sentence = sentence(summary);
    if has(summary, Exit::TelemetryIncomplete) {
        sentence += " An output did not get everything.";
    }
    Headline { title, tone, sentence }
}

fn sentence(summary: &Summary) -> String {
    let binding: Vec<&Finding> =
        summary.findings.iter().filter(|finding| finding.threshold.bearing == Bearing::Binding).collect();
    let failed = binding.iter().filter(|finding| finding.fails()).count();
    let thresholds = match (failed, binding.len()) {
        (_, 0) => "There are no thresholds, so nothing was judged.".to_owned(),
        (0, 1) => "The threshold holds.".to_owned(),
        (0, all) => format!("All {all} thresholds hold."),
        (1, 1) => "The threshold failed.".to_owned(),
        (failed, all) => format!("{failed} of {} failed.", show_several(all as u64, "threshold")),
    };
    let invalid =
        "The run is invalid: the planned load was not delivered, so its numbers say nothing about the target.";
    match (summary.outcome.verdict, summary.outcome.exit) {
        _ if !summary.has_ended => {
            format!("The log has no end: the run is in progress, or was killed after {}. {thresholds}", length(summary))
        }
        (_, Exit::Aborted) => format!("The run was aborted after {}.", length(summary)),
        (_, Exit::Internal) => "loadagent failed.".to_owned(),
        (Verdict::Invalid, _) => invalid.to_owned(),
        (_, Exit::Stopped) => format!("The run was stopped after {}. {thresholds}", length(summary)),
        _ => thresholds,
    }
}

#[cfg(test)]
mod tests;
