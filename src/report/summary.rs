//! The summary: everything a report can say, put together once.

use std::{path::PathBuf, time::Duration};

use crate::{
    analysis::{Offered, Validity},
    exit::Exit,
    interval_log::Header,
    metric::Totals,
    output::Account,
    threshold::{Stat, judge::Finding},
};

/// What a run amounted to.
#[derive(Debug)]
pub struct Summary {
    /// What the run was.
    pub header: Header,
    /// How long it lasted.
    pub elapsed: Duration,
    /// All series.
    pub totals: Totals,
    /// What was due.
    pub offered: Offered,
    /// How thresholds stand.
    pub findings: Vec<Finding>,
    /// Whether the numbers mean what they say.
    pub validity: Validity,
    /// What became of the exports.
    pub outputs: Vec<Account>,
    /// The run's folder.
    pub run_dir: PathBuf,
    /// The verdict.
    pub outcome: Outcome,
    /// Statistics of trends that are shown, by k6's names.
    pub trend_stats: Vec<(String, Stat)>,
}

/// Three verdicts: an invalid run neither passed nor failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Everything held.
    Pass,
    /// A threshold failed.
    Fail,
    /// The promised load was not delivered.
    Invalid,
}

impl Verdict {
    /// The word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Invalid => "invalid",
        }
    }
}

/// The verdict with its reasons.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The verdict.
    pub verdict: Verdict,
    /// The exit code.
    pub exit: Exit,
    /// Everything that speaks against a pass, one sentence each, with the code it stands for.
    pub reasons: Vec<(Exit, String)>,
}

impl Outcome {
    /// Weighs everything that speaks against a pass. `endings` are reasons from outside: stopped, aborted, a fault.
    #[must_use]
    pub fn weigh(endings: Vec<(Exit, String)>, findings: &[Finding], validity: &Validity, outputs: &[Account]) -> Self {
        let mut reasons = endings;
        reasons.extend(validity.invalid.iter().map(|reason| (Exit::Invalid, reason.clone())));
        for finding in findings.iter().filter(|finding| finding.fails()) {
            let threshold = &finding.threshold;
            let why = if finding.no_data { "no data" } else { "failed" };
            let tier = threshold.tier.map(|tier| format!(" ({})", tier.word())).unwrap_or_default();
            reasons.push((
                Exit::ThresholdFailed,
                format!("threshold {} on {}{tier}: {why}", threshold.expression, threshold.key),
            ));
        }
        for account in outputs.iter().filter(|account| !account.complete) {
            let missing = account.rejected + account.spooled;
            let all = account.acknowledged + missing;
            let why = account.last_error.as_deref().map(|error| format!(": {error}")).unwrap_or_default();
            let lost =
                if account.lost > 0 { format!(", and {} records were lost", account.lost) } else { String::new() };
            reasons.push((
                Exit::TelemetryIncomplete,
                format!("{} did not take {missing} of {all} samples{lost}{why}", account.name),
            ));
        }
        let codes: Vec<Exit> = reasons.iter().map(|(code, _)| *code).collect();
        let verdict = if codes.contains(&Exit::Invalid) {
            Verdict::Invalid
        } else if codes.iter().any(|code| matches!(code, Exit::ThresholdFailed | Exit::Aborted | Exit::Internal)) {
            Verdict::Fail
        } else {
            Verdict::Pass
        };
        Self { verdict, exit: Exit::first_of(&codes), reasons }
    }
}
