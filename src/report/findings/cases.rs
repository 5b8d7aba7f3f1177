//! Findings as results whose names stay the same from run to run, for systems that keep a history of them.

use anstream::adapter::strip_str;

use super::{drift_line, show_ms, spike_lines_of, stress};
use crate::analysis::{
    Analysis,
    findings::{DriftFinding, DriftVerdict, RecoveryVerdict, SpikeFinding, StressFindings, StressVerdict},
};

/// A finding as a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FindingCase {
    /// What is asked, in words.
    pub name: String,
    /// Whether the answer is yes, for sure.
    pub is_good: bool,
    /// What was found, without styles.
    pub text: String,
}

/// All findings.
#[must_use]
pub(crate) fn of(analysis: &Analysis) -> Vec<FindingCase> {
    let soak = analysis.soak.iter().flat_map(|soak| soak.metrics.iter().map(drift));
    let mut cases: Vec<FindingCase> =
        soak.chain(analysis.spikes.iter().map(spike)).chain(analysis.stress.as_ref().map(load)).collect();
    if !analysis.sure {
        for case in &mut cases {
            case.text = format!("not sure, because the run is invalid\n{}", case.text);
            case.is_good = false;
        }
    }
    cases
}

fn plain(lines: &[String]) -> String {
    lines.iter().map(|line| strip_str(line).to_string().trim().to_owned()).collect::<Vec<_>>().join("\n")
}

fn drift(metric: &DriftFinding) -> FindingCase {
    let is_decided = metric.verdict != DriftVerdict::Inconclusive;
    let text = match (metric.verdict, metric.why.as_deref()) {
        (DriftVerdict::None, _) => "no drift".to_owned(),
        (DriftVerdict::Inconclusive, Some("too_few_windows")) => "not judged: too few requests".to_owned(),
        (DriftVerdict::Inconclusive, _) => "not decided: a drift could hide in how much it varies".to_owned(),
        _ => plain(&[drift_line(metric)]),
    };
    FindingCase { name: format!("soak: no drift of {}", metric.label), is_good: is_decided && !metric.worse, text }
}

fn spike(spike: &SpikeFinding) -> FindingCase {
    FindingCase {
        name: format!("{}: recovers from the spike at {}", spike.scenario, show_ms(spike.from_ms)),
        is_good: matches!(spike.verdict, RecoveryVerdict::Undisturbed | RecoveryVerdict::Recovered),
        text: plain(&spike_lines_of(spike)),
    }
}

fn load(found: &StressFindings) -> FindingCase {
    FindingCase {
        name: "stress: the target holds every step".to_owned(),
        is_good: found.verdict == StressVerdict::NotReached,
        text: plain(&stress::lines(found, None)[1..]),
    }
}

#[cfg(test)]
mod tests;
