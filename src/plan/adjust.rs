//! Changes of a finished plan by flags: factors on load and time, presets, excluded scenarios.

use std::time::Duration;

use super::{Plan, Scenario, Shape, Work, preset::Preset, schedule::Stage};
use crate::{
    metric::catalogue::VERDICTS,
    threshold::{Bearing, Threshold},
    units::show_duration,
};

/// Users of a search: as many times those of the profile. Beyond the limit, requests wait.
const SEARCHED_USERS: f64 = 10.0;

/// Multiples of the planned load and time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Factors {
    /// Of users, arrival rates and pre-allocated users. A number of users above zero stays above zero.
    pub vus: f64,
    /// Of stages, durations and start times. Timeouts, think times, graceful stops and `maxDuration` don't change.
    pub duration: f64,
}

impl Plan {
    /// Multiplies load and time, and adds a note.
    pub(crate) fn scale(&mut self, factors: Factors) {
        for scenario in &mut self.scenarios {
            scenario.scale(factors);
        }
        for (factor, of) in [(factors.vus, "users and arrival rates"), (factors.duration, "durations and start times")]
        {
            // Compares bits, because only exactly one changes nothing.
            if factor.to_bits() != 1.0_f64.to_bits() {
                self.notes.push(format!("{of} are {factor} times the profile's"));
            }
        }
    }

    /// Gives every scenario the shape of a preset, relative to its own highest load; all start together.
    pub(crate) fn apply_preset(&mut self, preset: &Preset) {
        let is_open = |scenario: &Scenario| matches!(scenario.shape, Shape::Open(_));
        if let Some(seconds) = preset.search.filter(|_| self.scenarios.iter().all(is_open)) {
            self.scenarios.iter_mut().for_each(|scenario| scenario.search(Duration::from_secs(seconds)));
            self.notes.push(format!("preset {}: the highest rate at which thresholds hold is searched", preset.name));
            return;
        }
        for scenario in &mut self.scenarios {
            scenario.apply_preset(preset);
        }
        self.notes.push(format!("preset {}: {}", preset.name, preset.about));
    }

    /// Sets the length of every scenario and keeps its executor, users and rates: stages are scaled, and start times by
    /// as much as the longest scenario. With a number of iterations, the length is the most that they may take.
    pub(crate) fn set_length(&mut self, length: Duration) {
        let endless =
            |scenario: &&Scenario| !matches!(&scenario.shape, Shape::Closed(closed) if closed.work != Work::Endless);
        let longest = self.scenarios.iter().filter(endless).map(Scenario::duration).max().unwrap_or_default();
        let factor = if longest.is_zero() { 1.0 } else { length.as_secs_f64() / longest.as_secs_f64() };
        let mut scaled = false;
        for scenario in &mut self.scenarios {
            scaled |= !scenario.start.is_zero() || scenario.stages().len() > 1;
            scenario.start = scenario.start.mul_f64(factor);
            match &mut scenario.shape {
                Shape::Open(open) => open.schedule = open.schedule.lasting(length),
                Shape::Closed(closed) => closed.schedule = closed.schedule.lasting(length),
            }
        }
        if scaled {
            self.notes
                .push(format!("every scenario lasts {}: stages and start times are scaled", show_duration(length)));
        }
    }

    /// Starts the first scenario at once, and keeps the delays between scenarios. Used when scenarios are excluded.
    pub(crate) fn shift_start_to_zero(&mut self) {
        let first = self.scenarios.iter().map(|scenario| scenario.start).min().unwrap_or_default();
        if !first.is_zero() {
            self.scenarios.iter_mut().for_each(|scenario| scenario.start -= first);
            self.notes.push(format!("everything starts {} earlier than in the profile", show_duration(first)));
        }
    }

    /// In a search, thresholds are what a rate has to hold: the rates beyond miss them, and the run does not fail for it.
    pub(crate) fn mark_limits_of_search(&mut self) {
        if self.searched_rates().is_none() {
            return;
        }
        let limits = self.thresholds.iter_mut().filter(|threshold| !is_of_verdict(threshold));
        for threshold in limits.filter(|threshold| threshold.bearing == Bearing::Binding) {
            (threshold.bearing, threshold.abort_on_fail) = (Bearing::Advisory, false);
        }
    }

    /// Marks thresholds that concern excluded scenarios only.
    pub(crate) fn mark_skipped_thresholds(&mut self) {
        if self.left_out.is_empty() {
            return;
        }
        let skipped: Vec<bool> = self.thresholds.iter().map(|one| self.concerns_left_out_only(one)).collect();
        for (threshold, _) in self.thresholds.iter_mut().zip(skipped).filter(|(_, skipped)| *skipped) {
            threshold.bearing = Bearing::NotRun;
        }
    }
}

/// Whether a threshold is on a finding of the run.
fn is_of_verdict(threshold: &Threshold) -> bool {
    VERDICTS.iter().any(|metric| metric.name == threshold.metric.name)
}

impl Scenario {
    /// The rate is searched, from the highest one on.
    fn search(&mut self, most: Duration) {
        self.start = Duration::ZERO;
        if let Shape::Open(open) = &mut self.shape {
            let first = open.schedule.total_peak();
            let stages = vec![Stage { duration: most, target: first }];
            open.schedule = open.schedule.clone().reshaped(first, stages);
            open.max_vus = at_least_one(open.max_vus, SEARCHED_USERS);
            open.is_searched = true;
            self.executor = "constant-arrival-rate";
        }
    }

    fn scale(&mut self, Factors { vus, duration }: Factors) {
        self.start = self.start.mul_f64(duration);
        match &mut self.shape {
            Shape::Open(open) => {
                open.schedule = open.schedule.clone().scaled(vus, duration);
                open.pre_allocated_vus = at_least_one(open.pre_allocated_vus, vus);
                open.max_vus = at_least_one(open.max_vus, vus);
            }
            Shape::Closed(closed) => {
                // With a number of iterations, the duration is a limit, like a timeout.
                let durations = if closed.work == Work::Endless { duration } else { 1.0 };
                closed.schedule = closed.schedule.clone().scaled(vus, durations);
                closed.max_users = closed.max_users.map(|most| at_least_one(most, vus));
            }
        }
    }

    fn apply_preset(&mut self, preset: &Preset) {
        self.start = Duration::ZERO;
        let stages = |base: f64| {
            let stage = |&(seconds, level): &(u64, super::preset::Level)| Stage {
                duration: Duration::from_secs(seconds),
                target: level.of(base),
            };
            preset.stages.iter().map(stage).collect::<Vec<_>>()
        };
        match &mut self.shape {
            Shape::Open(open) => {
                let base = open.schedule.total_peak();
                open.schedule = open.schedule.clone().reshaped(preset.start.of(base), stages(base));
                open.max_vus = at_least_one(open.max_vus, preset.peak());
                self.executor = "ramping-arrival-rate";
            }
            Shape::Closed(closed) => {
                let base = f64::from(closed.schedule.total_peak());
                closed.schedule = closed.schedule.clone().reshaped(preset.start.of(base), stages(base));
                closed.work = Work::Endless;
                closed.max_users = None;
                self.executor = "ramping-vus";
            }
        }
    }
}

/// A number of users times a factor: zero stays zero, and other numbers stay at least one.
fn at_least_one(users: u32, factor: f64) -> u32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates, and is never negative")]
    let scaled = (f64::from(users) * factor).round().max(1.0) as u32;
    if users == 0 { 0 } else { scaled }
}
