//! The verdict in words agrees with the exit code.

use super::*;
use crate::{
    analysis::{Outcome, Reason},
    report::tests::summary,
};

#[test]
fn the_title_agrees_with_the_exit_code() {
    for (codes, ended, title, tone, words) in [
        (&[][..], true, "Passed", Tone::Good, "PASS"),
        (&[Exit::ThresholdFailed], true, "Failed", Tone::Bad, "FAIL"),
        (&[Exit::Invalid], true, "Invalid", Tone::Warning, "INVALID"),
        (&[Exit::ThresholdFailed, Exit::Invalid], true, "Invalid", Tone::Warning, "INVALID"),
        (&[Exit::Aborted, Exit::ThresholdFailed], true, "Aborted", Tone::Bad, "FAIL"),
        (&[Exit::Internal], true, "Failed", Tone::Bad, "FAIL"),
        (&[Exit::Stopped], true, "Stopped", Tone::Warning, "STOPPED (thresholds passing)"),
        (&[Exit::Stopped, Exit::ThresholdFailed], true, "Stopped", Tone::Warning, "STOPPED, FAIL"),
        (&[Exit::Stopped], false, "Incomplete", Tone::Warning, "INCOMPLETE (thresholds passing)"),
        (&[Exit::TelemetryIncomplete], true, "Passed", Tone::Good, "PASS, TELEMETRY INCOMPLETE"),
    ] {
        let mut summary = summary();
        let reasons = codes.iter().map(|exit| Reason::new(*exit, "because")).collect();
        summary.outcome = Outcome::new(reasons, Verdict::Pass);
        summary.has_ended = ended;
        let headline = headline(&summary);
        assert_eq!((headline.title, headline.tone), (title, tone), "{codes:?}");
        let all: String = super::words(&summary).into_iter().map(|(_, word)| word).collect();
        assert_eq!(all, words, "{codes:?}");
        assert_eq!(
            headline.sentence.contains("An output did not get everything"),
            codes.contains(&Exit::TelemetryIncomplete)
        );
    }
}

#[test]
fn the_sentence_counts_thresholds_that_can_fail() {
    let mut summary = summary();
    summary.outcome = Outcome::new(vec![Reason::new(Exit::ThresholdFailed, "x")], Verdict::Pass);
    assert_eq!(headline(&summary).sentence, "2 of 3 thresholds failed.");
    summary.findings.truncate(1);
    assert_eq!(headline(&summary).sentence, "The threshold failed.");
    summary.findings[0].threshold.bearing = Bearing::Advisory;
    summary.outcome = Outcome::new(Vec::new(), Verdict::Undecided);
    assert_eq!(headline(&summary).title, "No verdict");
    assert_eq!(headline(&summary).sentence, "There are no thresholds, so nothing was judged.");
}
