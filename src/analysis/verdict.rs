//! The verdict: pass, fail, invalid, stopped or none, its reasons and its exit code. Decided when the load has ended; what
//! draining the outputs adds comes afterwards with [`Outcome::add`].

use serde::{Deserialize, Serialize};

use super::{Analysis, Validity};
use crate::{
    exit::Exit,
    threshold::{Bearing, judge::Finding},
};

/// An invalid run neither passed nor failed, and neither did one without thresholds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    /// All thresholds hold.
    Pass,
    /// A threshold failed.
    Fail,
    /// The planned load was not delivered.
    Invalid,
    /// Stopped from outside, with all thresholds passing so far.
    Stopped,
    /// There was no threshold to pass.
    #[serde(rename = "no_verdict")]
    Undecided,
}

impl Verdict {
    /// The word in `summary.json`.
    #[must_use]
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Invalid => "invalid",
            Self::Stopped => "stopped",
            Self::Undecided => "no_verdict",
        }
    }
}

/// One reason against a pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Reason {
    /// The exit code it stands for.
    #[serde(rename = "code")]
    pub exit: Exit,
    /// One sentence.
    #[serde(rename = "reason")]
    pub text: String,
}

impl Reason {
    /// A reason with its code.
    pub(crate) fn new(exit: Exit, text: impl Into<String>) -> Self {
        Self { exit, text: text.into() }
    }
}

/// The verdict with its reasons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Outcome {
    /// The verdict.
    pub verdict: Verdict,
    /// The exit code.
    #[serde(rename = "exit_code")]
    pub exit: Exit,
    /// Everything that speaks against a pass.
    pub reasons: Vec<Reason>,
}

impl Outcome {
    /// The outcome of these reasons; `without` is the verdict if none of them decides it.
    #[must_use]
    pub(crate) fn new(reasons: Vec<Reason>, without: Verdict) -> Self {
        let codes: Vec<Exit> = reasons.iter().map(|reason| reason.exit).collect();
        let exit = Exit::first_of(&codes);
        // The verdict agrees with the exit code: what ended the run outweighs what it missed thereby.
        let verdict = if matches!(exit, Exit::Aborted | Exit::Internal) {
            Verdict::Fail
        } else if codes.contains(&Exit::Invalid) {
            Verdict::Invalid
        } else if codes.iter().any(|code| matches!(code, Exit::ThresholdFailed | Exit::Aborted | Exit::Internal)) {
            Verdict::Fail
        } else if codes.contains(&Exit::Stopped) {
            Verdict::Stopped
        } else {
            without
        };
        Self { verdict, exit, reasons }
    }

    /// Decides by `reasons` from outside (stopped, aborted, an error), validity and thresholds.
    #[must_use]
    pub(crate) fn decide(mut reasons: Vec<Reason>, findings: &[Finding], validity: &Validity) -> Self {
        reasons.extend(validity.invalid.iter().map(|reason| Reason::new(Exit::Invalid, reason)));
        for finding in findings.iter().filter(|finding| finding.fails()) {
            let threshold = &finding.threshold;
            let why = if finding.no_data { "no data".to_owned() } else { format!("failed, {}", finding.missed()) };
            let tier = threshold.tier.map(|tier| format!(" ({})", tier.as_str())).unwrap_or_default();
            let text = format!("threshold {} on {}{tier}: {why}", threshold.expression, threshold.key);
            reasons.push(Reason::new(Exit::ThresholdFailed, text));
        }
        let is_binding = |finding: &Finding| finding.threshold.bearing == Bearing::Binding;
        let without = if findings.iter().any(is_binding) { Verdict::Pass } else { Verdict::Undecided };
        Self::new(reasons, without)
    }

    /// Adds a reason that came up after the decision.
    pub(crate) fn add(&mut self, reason: Reason) {
        self.reasons.push(reason);
        *self = Self::new(std::mem::take(&mut self.reasons), self.verdict);
    }
}

/// What a run comes to: thresholds, validity, and the verdict from both.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Judgement {
    /// How thresholds stand.
    pub findings: Vec<Finding>,
    /// Whether the offered load was delivered.
    pub validity: Validity,
    /// The verdict.
    pub outcome: Outcome,
    /// What was found besides.
    pub analysis: Analysis,
}

#[cfg(test)]
mod tests;
