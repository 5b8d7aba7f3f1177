//! What flags change in a finished plan: factors on load and time, presets, what is left out.

use std::time::Duration;

use super::{Plan, Scenario, Shape, Work, preset::Preset, schedule::Stage};
use crate::{threshold::Bearing, units::show_duration};

/// Multiples of the planned load and time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Factors {
    /// Of users, arrival rates and pre-allocated users. Where there was a user there remains one.
    pub vus: f64,
    /// Of stages, durations and start times. Timeouts, think times, grace and `maxDuration` stay.
    pub duration: f64,
}

impl Plan {
    /// Multiplies load and time, and notes that.
    pub(crate) fn scale(&mut self, factors: Factors) {
        for scenario in &mut self.scenarios {
            scenario.scale(factors);
        }
        for (factor, of) in [(factors.vus, "users and arrival rates"), (factors.duration, "durations and start times")]
        {
            // Bits, because exactly one changes nothing and anything else is worth a word.
            if factor.to_bits() != 1.0_f64.to_bits() {
                self.notes.push(format!("{of} are {factor} times the profile's"));
            }
        }
    }

    /// Gives every scenario the shape of a preset, with its own highest load as the base; all begin together.
    pub(crate) fn apply_preset(&mut self, preset: &Preset) {
        for scenario in &mut self.scenarios {
            scenario.apply_preset(preset);
        }
        self.notes.push(format!("preset {}: {}", preset.name, preset.about));
    }

    /// Lets the first scenario begin at once, and the others as long after it as before. For a profile of which some
    /// scenarios are left out.
    pub(crate) fn shift_start_to_zero(&mut self) {
        let first = self.scenarios.iter().map(|scenario| scenario.start).min().unwrap_or_default();
        if !first.is_zero() {
            self.scenarios.iter_mut().for_each(|scenario| scenario.start -= first);
            self.notes.push(format!("everything starts {} earlier than in the profile", show_duration(first)));
        }
    }

    /// Marks the thresholds that can only concern what is left out.
    pub(crate) fn mark_skipped_thresholds(&mut self) {
        let kept: Vec<_> = self.scenarios.iter().map(|scenario| (&scenario.name, &scenario.tags)).collect();
        let left_out = &self.left_out;
        for threshold in &mut self.thresholds {
            let concerns = |name: &String, tags: &Vec<(String, String)>| {
                let has =
                    |(tag, value): &(String, String)| (tag == "scenario" && value == name) || known(tags, tag, value);
                !threshold.selector.is_empty() && threshold.selector.iter().any(has)
            };
            let gone = left_out.iter().any(|(name, tags)| concerns(name, tags));
            if gone && !kept.iter().any(|(name, tags)| concerns(name, tags)) {
                threshold.bearing = Bearing::NotRun;
            }
        }
    }
}

fn known(tags: &[(String, String)], tag: &str, value: &str) -> bool {
    tags.iter().any(|(name, known)| name == tag && known == value)
}

impl Scenario {
    fn scale(&mut self, Factors { vus, duration }: Factors) {
        self.start = self.start.mul_f64(duration);
        match &mut self.shape {
            Shape::Open(open) => {
                open.schedule = open.schedule.clone().scaled(vus, duration);
                open.pre_allocated_vus = at_least_one(open.pre_allocated_vus, vus);
                open.max_vus = at_least_one(open.max_vus, vus);
            }
            Shape::Closed(closed) => {
                // The time of a number of iterations is a limit, like a timeout.
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

/// A number of users times a factor: none stays none, and some stay at least one.
fn at_least_one(users: u32, factor: f64) -> u32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates, and is never negative")]
    let scaled = (f64::from(users) * factor).round().max(1.0) as u32;
    if users == 0 { 0 } else { scaled }
}
