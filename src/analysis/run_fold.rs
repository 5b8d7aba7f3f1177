//! The fold of a run: totals, offered load and thresholds from intervals in their order. The coordinator folds a live run,
//! `report` a log, so that both come to the same numbers.

use std::time::Duration;

use super::{
    Analysis, Coverage, Generator, Judgement, Offered, Outcome, Validity, load_shape, resources::ResourceWindows,
    soak::SoakWindows, spike::SpikeSeconds, stress::StressSteps, validity::Ending, verdict::Reason,
};
use crate::{
    exit::Exit,
    interval_log::{Header, frame::LoggedScenario},
    metric::{Interval, SeriesDef, Totals, Value, catalogue::PROTOCOLS},
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
    /// Times without a process.
    pub coverage: Coverage,
    judge: Judge,
    soak: SoakWindows,
    spikes: SpikeSeconds,
    stress: StressSteps,
    resources: ResourceWindows,
}

/// How a run went, beside its intervals.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Course {
    /// Its length.
    pub elapsed: Duration,
    /// Whether there was a load: not if setup failed.
    pub has_load: bool,
    /// Whether control commands changed the load, so that it is not the plan's.
    pub was_controlled: bool,
}

impl RunFold {
    /// An empty fold of a run with these scenarios, whose schedules last `planned`.
    #[must_use]
    pub(crate) fn new(thresholds: &[Threshold], planned: Duration, scenarios: &[LoggedScenario]) -> Self {
        Self {
            totals: Totals::default(),
            offered: Offered::default(),
            coverage: Coverage::default(),
            judge: Judge::new(thresholds, planned),
            soak: SoakWindows::default(),
            spikes: SpikeSeconds::new(scenarios),
            stress: StressSteps::new(scenarios),
            resources: ResourceWindows::default(),
        }
    }

    /// The same without the first part of the run in its thresholds.
    #[must_use]
    pub(crate) fn after(self, warm_up: Duration) -> Self {
        Self { judge: self.judge.after(warm_up), ..self }
    }

    /// Takes the next interval.
    pub(crate) fn take(&mut self, interval: &Interval) {
        self.totals.fold(interval);
        self.offered.fold(interval);
        self.judge.observe(interval);
        self.soak.fold(interval);
        self.spikes.fold(interval);
        self.stress.fold(interval);
        self.resources.fold(interval);
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

    /// The judgement. Without a load no threshold counts. `reasons` are those that the intervals don't show: a stop, an
    /// abort, an error.
    #[must_use]
    pub(crate) fn judge(
        &self,
        header: &Header,
        generator: Generator,
        course: Course,
        reasons: Vec<Reason>,
    ) -> Judgement {
        let Course { elapsed, has_load, .. } = course;
        let mut findings = self.judge.findings(elapsed);
        if !has_load {
            findings.iter_mut().for_each(|finding| finding.threshold.bearing = Bearing::NotRun);
        }
        let ending = Ending {
            as_planned: has_load && reasons.is_empty(),
            threshold_failed: findings.iter().any(Finding::fails),
        };
        let mut validity = Validity::judge(header, &self.totals, &self.offered, generator, elapsed, ending);
        if let Some((text, is_invalid)) = self.coverage.finding(elapsed) {
            if is_invalid { validity.invalid.push(text) } else { validity.warnings.push(text) }
        }
        let is_valid = validity.invalid.is_empty() && !reasons.iter().any(|reason| reason.exit == Exit::Invalid);
        let analysis = self.analyse(header, course, &findings, is_valid);
        let outcome = Outcome::decide(reasons, &findings, &validity);
        Judgement { findings, validity, outcome, analysis }
    }

    /// The longest response time of a scenario, seconds; infinite without any.
    fn slowest(&self, scenario: &str) -> f64 {
        let own = |series: &SeriesDef| series.labels.get("scenario") == Some(scenario);
        let times = PROTOCOLS.iter().filter_map(|protocol| self.totals.sum_where(&protocol.response_time.name, own));
        let longest = times.filter_map(|times| if let Value::Trend(times) = times { times.max() } else { None });
        longest.reduce(f64::max).unwrap_or(f64::INFINITY)
    }

    /// What a run shows beside its verdict.
    fn analyse(&self, header: &Header, course: Course, findings: &[Finding], is_valid: bool) -> Analysis {
        if !course.has_load || course.was_controlled {
            return Analysis::default();
        }
        let thresholds: Vec<&Threshold> = findings.iter().map(|finding| &finding.threshold).collect();
        let elapsed = course.elapsed.as_secs_f64();
        let steady = load_shape::steady(&header.scenarios).map(|[from, to]| [from, to.min(elapsed)]);
        Analysis {
            sure: is_valid,
            soak: steady.and_then(|steady| self.soak.judge(steady, &thresholds)),
            spikes: self.spikes.judge(elapsed, |scenario| self.slowest(scenario)),
            stress: self.stress.judge(elapsed, &thresholds),
            search: None,
            resources: self.resources.judge(elapsed),
        }
    }
}
