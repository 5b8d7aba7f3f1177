//! Search: the highest rate that the target holds, found in one run.
//!
//! ```text
//!  rate │            ▄▄           try a rate: settle, measure, wait for late responses, judge;
//!       │         ▄▄    ▄  ▄▄ ▄   after one that failed: no arrivals until the target is idle again
//!       │    ▄▄▄▄                 doubled, then bisected, then both sides again
//!       └────────────────────── t
//! ```
//!
//! Owns the probes, what they show, and the finding. Decides rates and never sets one: the coordinator does, with a control
//! command. Never takes a limit of the generator for one of the target. Start with [`Search::observe`]; [`bracket`] chooses
//! the rates.

pub(crate) mod bracket;

use self::bracket::{Bracket, End, Next, Outcome};
use super::{
    capacity::{Limits, StepResult},
    findings::{ProbeFinding, SearchFindings, SearchVerdict},
    load_counts::LoadCounts,
    load_series::LoadSeries,
    load_shape::PlannedStep,
    stress::{step_finding, step_verdict},
};
use crate::{
    metric::Interval,
    threshold::{Bearing, Threshold},
};

/// Seconds after a change of the rate that are not measured.
const SETTLE: f64 = 2.0;
/// Seconds that are measured, and how many requests they should hold.
const MEASURE: [f64; 2] = [8.0, 30.0];
const REQUESTS: f64 = 300.0;
/// Seconds after which late responses are no longer waited for: as many times the first p95, within limits.
const LATE: f64 = 3.0;
const WAIT: [f64; 2] = [2.0, 30.0];
/// Seconds without arrivals after a rate that failed: at least, and until the target must be idle.
const DRAIN: [f64; 2] = [2.0, 60.0];
/// So many times the busy users that a rate should need show that it fails: it is not held to its end.
const FAR: f64 = 50.0;
const LEAST_USERS: f64 = 10.0;
/// A share of the CPU time of the workers, above which they are the limit.
const BUSY: f64 = 0.95;

/// A rate that is tried.
#[derive(Debug)]
struct Probe {
    rate: f64,
    /// Seconds from the start of the run: the measured part.
    measured: [f64; 2],
    counts: LoadCounts,
    /// CPU seconds of the workers, and over how many seconds.
    cpu: (f64, f64),
}

#[derive(Debug)]
enum Phase {
    Probing(Box<Probe>),
    /// Without arrivals since a second of the run.
    Draining {
        since: f64,
        next: f64,
    },
    Over,
}

/// What the coordinator is to do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Command {
    /// Set the rate of all scenarios together.
    Rate(f64),
    /// End the load.
    End,
}

/// A search in progress.
#[derive(Debug)]
pub(crate) struct Search {
    bracket: Bracket,
    phase: Phase,
    series: LoadSeries,
    /// The first probe that held: what is normal.
    first: Option<LoadCounts>,
    /// Rate and busy users of the last one that held.
    held: Option<(f64, f64)>,
    probes: Vec<ProbeFinding>,
    by: Option<StepResult>,
    end: Option<End>,
    thresholds: Vec<Threshold>,
    workers: f64,
    /// The last second that was observed.
    now: f64,
    /// Whether the target was not idle again in time.
    never_idle: bool,
}

impl Search {
    /// A search that begins with the rate of all scenarios together, at the start of the run.
    #[must_use]
    pub(crate) fn new(first: f64, thresholds: &[Threshold], workers: usize) -> Self {
        let binding = |threshold: &Threshold| Threshold { bearing: Bearing::Binding, ..threshold.clone() };
        let wanted = thresholds.iter().filter(|threshold| threshold.bearing != Bearing::NotRun);
        Self {
            bracket: Bracket::new(first),
            phase: Phase::Probing(Box::new(Probe::new(first, 0.0))),
            series: LoadSeries::default(),
            first: None,
            held: None,
            probes: Vec::new(),
            by: None,
            end: None,
            thresholds: wanted.map(binding).collect(),
            workers: workers as f64,
            now: 0.0,
            never_idle: false,
        }
    }

    /// Takes the next interval and the CPU seconds that the workers used in it. Some if the rate is to change.
    pub(crate) fn observe(&mut self, interval: &Interval, cpu_seconds: f64) -> Option<Command> {
        let middle = self.series.learn(interval);
        let length = interval.end_ms.saturating_sub(interval.start_ms) as f64 / 1e3;
        self.now = middle + length / 2.0;
        let users = self.series.all_users(interval).unwrap_or(0.0);
        let wait = self.wait();
        match &mut self.phase {
            Phase::Probing(probe) => {
                probe.observe(&self.series, interval, middle, (cpu_seconds, length));
                let normal = self.held.map(|(rate, users)| users * probe.rate / rate);
                let is_far = normal.is_some_and(|normal| users > FAR * normal.max(LEAST_USERS));
                let is_over = self.now >= probe.measured[1] + wait;
                if is_over || is_far && self.now >= probe.measured[0] + 1.0 {
                    self.judge(is_far && !is_over)
                } else {
                    None
                }
            }
            Phase::Draining { since, next } => {
                let (since, next) = (*since, *next);
                let is_idle = users < 1.0 && self.now >= since + DRAIN[0];
                let is_late = self.now >= since + DRAIN[1];
                self.never_idle |= is_late && !is_idle;
                (is_idle || is_late).then(|| self.probe(next))
            }
            Phase::Over => None,
        }
    }

    /// Seconds for which late responses are waited for.
    fn wait(&self) -> f64 {
        let p95 = self.first.as_ref().map(LoadCounts::p95).filter(|p95| p95.is_finite());
        (LATE * p95.unwrap_or(0.0)).clamp(WAIT[0], WAIT[1])
    }

    fn probe(&mut self, rate: f64) -> Command {
        self.phase = Phase::Probing(Box::new(Probe::new(rate, self.now)));
        Command::Rate(rate)
    }

    /// Judges the probe, and chooses what comes next.
    fn judge(&mut self, was_cut: bool) -> Option<Command> {
        let Phase::Probing(probe) = std::mem::replace(&mut self.phase, Phase::Over) else { return None };
        let Probe { rate, measured: [start, end], counts, cpu } = *probe;
        let planned = PlannedStep { start, end, from: rate, to: rate };
        let thresholds: Vec<&Threshold> = self.thresholds.iter().collect();
        // Before any rate held, no failure is normal.
        let calm = counts.without_failures();
        let first = self.first.as_ref().unwrap_or(&calm);
        let mut step = counts.load_step(&planned, first, &thresholds);
        let capacity = self.workers * cpu.1;
        step.generator_healthy &= capacity <= 0.0 || cpu.0 / capacity < BUSY;
        let result = match step.result(&Limits::default()) {
            StepResult::Good if was_cut => StepResult::DoesNotFollow,
            // Users may be too few because the target is slow: a lower rate shows which of both is the limit.
            StepResult::GeneratorLimited if self.first.is_none() => StepResult::DoesNotFollow,
            result => result,
        };
        let outcome = match result {
            StepResult::Good => Outcome::Held,
            StepResult::ThresholdFails | StepResult::DoesNotFollow => Outcome::Failed,
            StepResult::GeneratorLimited => Outcome::Limited,
        };
        self.probes.push(ProbeFinding {
            from_ms: start * 1e3,
            to_ms: end.min(self.now) * 1e3,
            step: step_finding(&step, result),
        });
        self.bracket.take(rate, outcome);
        if outcome == Outcome::Failed {
            self.by = Some(result);
        }
        if outcome == Outcome::Held {
            self.held = Some((rate, counts.mean_users()));
            self.first.get_or_insert(counts);
        }
        Some(match self.bracket.next() {
            Next::Over(end) => {
                self.end = Some(end);
                Command::End
            }
            Next::Try(next) if outcome == Outcome::Held => self.probe(next),
            Next::Try(next) => {
                self.phase = Phase::Draining { since: self.now, next };
                Command::Rate(0.0)
            }
        })
    }

    /// What was found so far.
    #[must_use]
    pub(crate) fn findings(&self) -> SearchFindings {
        let [low, high] = self.bracket.interval();
        let verdict = match self.end {
            Some(End::Found) => SearchVerdict::Found,
            Some(End::Unsteady) => SearchVerdict::Unsteady,
            Some(End::NoneHeld) => SearchVerdict::NoneHeld,
            Some(End::AllHeld) => SearchVerdict::AllHeld,
            Some(End::GeneratorLimited) => SearchVerdict::GeneratorLimited,
            None => SearchVerdict::NotFinished,
        };
        // A limit of the generator is no capacity of the target.
        let is_of_target = !matches!(verdict, SearchVerdict::GeneratorLimited | SearchVerdict::NotFinished);
        SearchFindings {
            verdict,
            max_sustained_rate: self.bracket.rate().filter(|_| is_of_target),
            interval: [low, high],
            by: self.by.filter(|_| high.is_some()).map(step_verdict),
            never_idle: self.never_idle,
            seconds: self.now,
            probes: self.probes.clone(),
        }
    }
}

impl Probe {
    fn new(rate: f64, now: f64) -> Self {
        // Whole seconds: requests are counted by the second in which they were due.
        let from = (now + SETTLE).ceil();
        let length = (REQUESTS / rate.max(f64::MIN_POSITIVE)).clamp(MEASURE[0], MEASURE[1]).ceil();
        Self { rate, measured: [from, from + length], counts: LoadCounts::default(), cpu: (0.0, 0.0) }
    }

    fn observe(&mut self, series: &LoadSeries, interval: &Interval, middle: f64, (cpu, length): (f64, f64)) {
        let [from, to] = self.measured;
        let is_measured = |second: f64| from <= second && second < to;
        for cell in interval.intended.iter().filter(|cell| is_measured(f64::from(cell.second))) {
            self.counts.intended.merge(cell);
        }
        if is_measured(middle) {
            self.counts.observe(series, interval, (middle - from) / (to - from));
            self.cpu = (self.cpu.0 + cpu, self.cpu.1 + length);
        }
    }
}

#[cfg(test)]
mod tests;
