//! The fold of a run: totals, offered load and thresholds from intervals in their order. The coordinator folds a live run,
//! `report` a log, so that both come to the same numbers.

use std::time::Duration;

use super::{Generator, Judgement, Offered, Outcome, Validity, validity::Ending, verdict::Reason};
use crate::{
    interval_log::Header,
    metric::{Interval, Totals},
    threshold::{
        Bearing, Threshold,
        judge::{Finding, Judge},
    },
};

/// Everything that intervals say about a run.
#[derive(Debug)]
pub(crate) struct RunFold {
    /// All series.
    pub totals: Totals,
    /// Iterations that were due.
    pub offered: Offered,
    judge: Judge,
}

impl RunFold {
    /// An empty fold of a run whose schedules last `planned`.
    #[must_use]
    pub(crate) fn new(thresholds: &[Threshold], planned: Duration) -> Self {
        Self { totals: Totals::default(), offered: Offered::default(), judge: Judge::new(thresholds, planned) }
    }

    /// Takes the next interval.
    pub(crate) fn take(&mut self, interval: &Interval) {
        self.totals.fold(interval);
        self.offered.fold(interval);
        self.judge.observe(interval);
    }

    /// The first failed threshold that asks to end the run.
    #[must_use]
    pub(crate) fn wants_abort(&self, elapsed: Duration) -> Option<Finding> {
        self.judge.wants_abort(elapsed)
    }

    /// How every threshold stands after `elapsed`.
    #[must_use]
    pub(crate) fn findings(&self, elapsed: Duration) -> Vec<Finding> {
        self.judge.findings(elapsed)
    }

    /// The judgement after `elapsed`. Without a load (setup failed) no threshold counts. `reasons` are those that the
    /// intervals don't show: a stop, an abort, an error.
    #[must_use]
    pub(crate) fn judge(
        &self,
        header: &Header,
        generator: Generator,
        elapsed: Duration,
        has_load: bool,
        reasons: Vec<Reason>,
    ) -> Judgement {
        let mut findings = self.judge.findings(elapsed);
        if !has_load {
            findings.iter_mut().for_each(|finding| finding.threshold.bearing = Bearing::NotRun);
        }
        let ending = Ending {
            as_planned: has_load && reasons.is_empty(),
            threshold_failed: findings.iter().any(Finding::fails),
        };
        let validity = Validity::judge(header, &self.totals, &self.offered, generator, elapsed, ending);
        let outcome = Outcome::decide(reasons, &findings, &validity);
        Judgement { findings, validity, outcome }
    }
}
