//! Capacity: how much load a system takes, and what happens beyond.
//!
//! Owns the table of steps with its breaking point. Never takes a limit of the generator for one of the target: such steps
//! end the capacity that can be known. Start with [`judge`].

/// One step of constant load.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct LoadStep {
    /// Arrivals a second that the plan asks for.
    pub rate: f64,
    /// Arrivals a second of this step that were completed, without those that failed.
    pub completed: f64,
    /// A high quantile of the response time from the intended start, seconds.
    pub latency: f64,
    /// Share of the requests that failed, 0 to 1.
    pub error_share: f64,
    /// Mean requests in flight.
    pub in_flight: f64,
    /// Growth of the requests in flight over the step, as a share of their mean.
    pub in_flight_growth: f64,
    /// Whether all thresholds hold over the step.
    pub thresholds_hold: bool,
    /// Whether the generator was able to make this load.
    pub generator_healthy: bool,
}

/// What counts as following the load.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Limits {
    /// Least share of the rate that must be completed.
    pub completed_share: f64,
    /// Requests in flight may grow by this share of their mean over a step.
    pub in_flight_growth: f64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { completed_share: 0.99, in_flight_growth: 0.5 }
    }
}

/// How a step went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StepResult {
    /// Thresholds hold and throughput follows the load.
    Good,
    /// A threshold fails.
    ThresholdFails,
    /// Throughput does not follow, or the requests in flight keep growing.
    DoesNotFollow,
    /// The generator was the limit; the step says nothing about the target.
    GeneratorLimited,
}

impl LoadStep {
    /// How it went.
    #[must_use]
    pub(crate) fn result(&self, limits: &Limits) -> StepResult {
        let follows = self.completed >= limits.completed_share * self.rate;
        if !self.generator_healthy {
            StepResult::GeneratorLimited
        } else if !self.thresholds_hold {
            StepResult::ThresholdFails
        } else if !follows || self.in_flight_growth > limits.in_flight_growth {
            StepResult::DoesNotFollow
        } else {
            StepResult::Good
        }
    }
}

/// What the steps show of the breaking point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Breaking {
    /// It lies between two steps.
    Between {
        /// The last good rate below.
        good: f64,
        /// The lowest rate that is not good.
        bad: f64,
        /// What ended it.
        by: StepResult,
        /// How it came.
        manner: Manner,
    },
    /// Not even the lowest step was good.
    Below {
        /// The lowest rate.
        lowest: f64,
        /// What ended it.
        by: StepResult,
    },
    /// All steps were good: the capacity is at least the highest rate.
    NotReached {
        /// The highest good rate.
        highest: f64,
    },
    /// The generator gave out before the target: nothing beyond the last good step is known.
    GeneratorLimited {
        /// The last good rate, if any.
        good: Option<f64>,
    },
    /// There are no steps.
    NoSteps,
}

/// How a system comes to its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// All is well up to one step, and the next one fails by far.
    Cliff,
    /// Latency rises over several steps before.
    Gradual,
    /// The steps are too few or too far apart.
    Unclear,
}

/// The table with its conclusion.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Capacity {
    /// Each step by rising rate, with how it went.
    pub table: Vec<(LoadStep, StepResult)>,
    /// The breaking point.
    pub breaking: Breaking,
    /// A good step above one that was not: the result of one of them is chance, or the target is slow to recover.
    pub contradictory: bool,
}

/// Judges steps in any order. Only the good steps below the first bad one count: a higher good one may be luck.
#[must_use]
pub(crate) fn judge(steps: &[LoadStep], limits: &Limits) -> Capacity {
    let mut table: Vec<(LoadStep, StepResult)> = steps
        .iter()
        .filter(|step| step.rate.is_finite() && step.rate > 0.0)
        .map(|step| (*step, step.result(limits)))
        .collect();
    table.sort_by(|a, b| a.0.rate.total_cmp(&b.0.rate));
    let first_bad = table.iter().position(|(_, result)| *result != StepResult::Good);
    let good = &table[..first_bad.unwrap_or(table.len())];
    let last_good = good.last().map(|(step, _)| step.rate);
    let breaking = match (first_bad.map(|index| table[index]), last_good) {
        (None, None) => Breaking::NoSteps,
        (None, Some(highest)) => Breaking::NotReached { highest },
        (Some((_, StepResult::GeneratorLimited)), good) => Breaking::GeneratorLimited { good },
        (Some((bad, by)), None) => Breaking::Below { lowest: bad.rate, by },
        (Some((bad, by)), Some(rate)) => {
            Breaking::Between { good: rate, bad: bad.rate, by, manner: manner(good, &bad) }
        }
    };
    let later = &table[first_bad.map_or(table.len(), |index| index + 1)..];
    let contradictory = later.iter().any(|(_, result)| *result == StepResult::Good);
    Capacity { table, breaking, contradictory }
}

/// A cliff follows steps that are all as fast as the first; a gradual decline does not.
const CALM: f64 = 1.5;
/// Latency at the first bad step of a cliff, in multiples of that at the last good one.
const FAR: f64 = 3.0;
/// Share of errors at the first bad step of a cliff.
const MANY_ERRORS: f64 = 0.1;
/// Steps further apart than this factor show no manner.
const NEAR: f64 = 2.0;

fn manner(good: &[(LoadStep, StepResult)], bad: &LoadStep) -> Manner {
    let (Some((first, _)), Some((last, _))) = (good.first(), good.last()) else { return Manner::Unclear };
    let rise = last.latency / first.latency;
    let jump = bad.latency / last.latency;
    let fails_by_far = jump > FAR || bad.error_share > MANY_ERRORS;
    if good.len() < 2 || !(rise.is_finite() && jump.is_finite()) {
        Manner::Unclear
    } else if rise >= CALM {
        Manner::Gradual
    } else if fails_by_far && bad.rate < NEAR * last.rate {
        Manner::Cliff
    } else {
        Manner::Unclear
    }
}

#[cfg(test)]
mod tests;
