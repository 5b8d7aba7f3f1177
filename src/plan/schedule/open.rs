//! Open schedules: intended start offsets, by solving the area under a piecewise-linear rate.
//!
//! Within a stage of length `d` from rate `a` to rate `b`, the area after `x` seconds is `a·x + (b−a)·x²/(2d)`; the
//! arrival whose area is `n` lies at the positive root. Poisson arrivals replace the whole numbers `n` by the partial
//! sums of unit exponential gaps (time change of a unit-rate Poisson process: Çinlar, "Introduction to Stochastic
//! Processes", ch. 4.7), so that both kinds share the arithmetic.

use std::time::Duration;

use super::{Arrivals, Stage, StageLoad, StageMark, lasting, loads_of, marks_of, scaled};
use crate::plan::{Partition, Share};

/// How arrivals are spaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spacing {
    /// Evenly by the rate (k6).
    Even,
    /// A Poisson process: independent arrivals.
    Poisson,
}

/// A rate over time.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct OpenSchedule {
    pub(super) start_rate: f64,
    pub(super) stages: Vec<Stage>,
    marks: Vec<StageMark>,
    /// Area of the first arrival: 0 for a constant rate, 1 for a ramp (both as in k6).
    pub(super) first_area: f64,
    pub(super) spacing: Spacing,
    /// The share of this scenario; None for all arrivals.
    pub(super) share: Option<Share>,
}

impl OpenSchedule {
    /// `rate` per second for `duration`; the first arrival is at zero.
    #[must_use]
    pub(crate) fn constant(rate: f64, duration: Duration, spacing: Spacing) -> Self {
        let stages = vec![Stage { duration, target: rate }];
        Self { start_rate: rate, marks: marks_of(&stages), stages, first_area: 0.0, spacing, share: None }
    }

    /// Whether the number of arrivals is certain.
    #[must_use]
    pub(crate) fn is_even(&self) -> bool {
        self.spacing == Spacing::Even
    }

    /// From `start_rate` per second through `stages`, whose targets are rates per second.
    #[must_use]
    pub(crate) fn ramping(start_rate: f64, stages: Vec<Stage>, spacing: Spacing) -> Self {
        Self { start_rate, marks: marks_of(&stages), stages, first_area: 1.0, spacing, share: None }
    }

    /// The same schedule for a share of the arrivals. Even arrivals are assigned one by one, so that the shares add up to
    /// exactly the whole. Poisson arrivals stay Poisson: each share is a separate process with its part of the rate, and
    /// the sum of such processes is a Poisson process.
    #[must_use]
    pub(crate) fn shared(self, share: Share) -> Self {
        match self.spacing {
            Spacing::Even => Self { share: Some(share), ..self },
            Spacing::Poisson => self.scaled(share.fraction(), 1.0),
        }
    }

    /// The same spacing and share with other stages.
    #[must_use]
    pub(crate) fn reshaped(self, start_rate: f64, stages: Vec<Stage>) -> Self {
        Self { start_rate, marks: marks_of(&stages), stages, first_area: 1.0, ..self }
    }

    /// Scales rates and durations.
    #[must_use]
    pub(crate) fn scaled(self, rates: f64, durations: f64) -> Self {
        let stages = scaled(&self.stages, durations, |rate| rate * rates);
        Self { start_rate: self.start_rate * rates, marks: marks_of(&stages), stages, ..self }
    }

    /// The same shape over another time.
    #[must_use]
    pub(crate) fn lasting(&self, length: Duration) -> Self {
        let stages = lasting(&self.stages, self.start_rate, length);
        Self { marks: marks_of(&stages), stages, ..self.clone() }
    }

    fn fraction(&self) -> f64 {
        self.share.as_ref().map_or(1.0, Share::fraction)
    }

    /// Length of all stages.
    #[must_use]
    pub(crate) fn duration(&self) -> Duration {
        self.stages.iter().map(|stage| stage.duration).sum()
    }

    /// Starts and labels of the stages.
    #[must_use]
    pub(crate) fn stages(&self) -> &[StageMark] {
        &self.marks
    }

    /// The rate over each stage.
    #[must_use]
    pub(crate) fn loads(&self) -> Vec<StageLoad> {
        loads_of(self.start_rate, &self.stages, |rate| rate * self.fraction())
    }

    #[must_use]
    pub(crate) fn spacing(&self) -> Spacing {
        self.spacing
    }

    /// The rate per second at an offset; zero after the end.
    #[must_use]
    pub(crate) fn rate_at(&self, offset: Duration) -> f64 {
        let mut from = self.start_rate;
        let mut start = Duration::ZERO;
        for stage in &self.stages {
            if offset < start + stage.duration {
                let share = offset.saturating_sub(start).as_secs_f64() / stage.duration.as_secs_f64();
                return (from + (stage.target - from) * share) * self.fraction();
            }
            start += stage.duration;
            from = stage.target;
        }
        0.0
    }

    /// The rate per second right before the end.
    #[must_use]
    pub(crate) fn last_rate(&self) -> f64 {
        self.stages.last().map_or(self.start_rate, |stage| stage.target) * self.fraction()
    }

    /// The highest rate per second.
    #[must_use]
    pub(crate) fn peak_rate(&self) -> f64 {
        self.total_peak() * self.fraction()
    }

    /// The highest rate per second of all shares.
    #[must_use]
    pub(crate) fn total_peak(&self) -> f64 {
        self.stages.iter().map(|stage| stage.target).fold(self.start_rate, f64::max)
    }

    /// Expected number of arrivals up to an offset: the area under the rate.
    #[must_use]
    pub(crate) fn area_until(&self, offset: Duration) -> f64 {
        self.total_area_until(offset) * self.fraction()
    }

    /// The same of all shares.
    #[must_use]
    pub(super) fn total_area_until(&self, offset: Duration) -> f64 {
        let mut from = self.start_rate;
        let mut start = Duration::ZERO;
        let mut area = 0.0;
        for stage in &self.stages {
            let length = stage.duration.as_secs_f64();
            let x = offset.saturating_sub(start).as_secs_f64().min(length);
            if length > 0.0 {
                area += from * x + (stage.target - from) * x * x / (2.0 * length);
            }
            start += stage.duration;
            from = stage.target;
        }
        area
    }

    /// A constant rate from `at` to the same end: used for rate changes by the control API. Zero of the new schedule is
    /// `at` of the old one.
    #[must_use]
    pub(crate) fn with_rate_from(&self, at: Duration, rate: f64) -> Self {
        Self::constant(rate, self.duration().saturating_sub(at), self.spacing)
    }

    /// What is left from `at` on: the same rates, to the same end. Zero of the new schedule is `at` of this one.
    #[must_use]
    pub(crate) fn rest_from(&self, at: Duration) -> Self {
        let (mut rate, mut from, mut start) = (self.start_rate, self.start_rate, Duration::ZERO);
        let mut stages = Vec::new();
        for stage in &self.stages {
            let end = start + stage.duration;
            if end <= at {
                rate = stage.target;
            } else {
                if start < at {
                    let share = at.saturating_sub(start).as_secs_f64() / stage.duration.as_secs_f64();
                    rate = from + (stage.target - from) * share;
                }
                stages.push(Stage { duration: end.saturating_sub(start.max(at)), target: stage.target });
            }
            (from, start) = (stage.target, end);
        }
        Self { start_rate: rate, marks: marks_of(&stages), stages, ..self.clone() }
    }

    /// The arrivals that `part` owns. Each part generates the same sequence, so that random gaps agree between parts.
    #[must_use]
    pub(crate) fn arrivals(&self, part: Partition, seed: u64) -> Arrivals<'_> {
        Arrivals::new(self, part, seed)
    }
}

#[cfg(test)]
mod tests;
