//! Whether two runs can be compared: what differs between their plans, and what is wrong with either.

use std::time::Duration;

use crate::{
    analysis::Verdict,
    exit::Exit,
    interval_log::frame::LoggedScenario,
    report::{Summary, steps},
    units::show_duration,
};

/// Loads whose lengths differ by less than this share are equally long.
const SAME_LENGTH: f64 = 0.1;

/// Whether two scenarios have the same load; a constant one may last for another time.
fn same_load(one: &LoggedScenario, other: &LoggedScenario) -> bool {
    let without_length = |scenario: &LoggedScenario| {
        let length = show_duration(Duration::from_millis(scenario.length_ms));
        scenario.load.replacen(&format!(" for {length}"), "", 1)
    };
    let is_constant = |scenario: &LoggedScenario| matches!(scenario.stages.as_slice(), [stage] if stage.from.to_bits() == stage.to.to_bits());
    let is_same = one.load == other.load
        || is_constant(one) && is_constant(other) && without_length(one) == without_length(other);
    is_same && one.start_ms == other.start_ms
}

/// What speaks against a comparison.
#[derive(Debug, Default)]
pub(crate) struct Obstacles {
    /// Why the runs say nothing about each other, and the exit code for it.
    pub refusals: Vec<(Exit, String)>,
    /// What to know when reading the comparison.
    pub warnings: Vec<String>,
    /// That their targets differ. One for all pairs: a practice target has another port in each run.
    pub other_targets: Option<String>,
}

impl Obstacles {
    /// Of two runs.
    #[must_use]
    pub(crate) fn between(base: &Summary, new: &Summary) -> Self {
        let mut obstacles = Self::default();
        obstacles.add_run(base);
        obstacles.add_run(new);
        obstacles.compare_plans(base, new);
        obstacles
    }

    fn add_run(&mut self, run: &Summary) {
        let name = &run.header.run_id;
        let invalid = run.outcome.reasons.iter().filter(|reason| reason.exit == Exit::Invalid);
        let invalid: Vec<&str> = invalid.map(|reason| reason.text.as_str()).collect();
        if run.outcome.verdict == Verdict::Invalid || !invalid.is_empty() {
            self.refuse(Exit::Invalid, format!("run {name} is invalid: {}", invalid.join("; ")));
        }
        if !run.has_ended {
            self.warn(format!("run {name} has no end: it is in progress or was killed"));
        } else if run.elapsed + Duration::from_secs(1) < Duration::from_millis(run.header.planned_ms)
            && matches!(run.outcome.exit, Exit::Stopped | Exit::Aborted)
        {
            let (elapsed, planned) =
                (show_duration(run.elapsed), show_duration(Duration::from_millis(run.header.planned_ms)));
            self.warn(format!("run {name} was ended after {elapsed} of {planned}"));
        }
        if !run.events.commands.is_empty() {
            self.warn(format!("the load of run {name} was changed by control commands"));
        }
    }

    fn compare_plans(&mut self, base: &Summary, new: &Summary) {
        let (old, now) = (&base.header, &new.header);
        for scenario in &now.scenarios {
            match old.scenarios.iter().find(|known| known.name == scenario.name) {
                None => {
                    self.refuse(Exit::BadProfile, format!("scenario {} is only in run {}", scenario.name, now.run_id));
                }
                Some(known) if !same_load(known, scenario) => {
                    let text =
                        format!("scenario {} has another load: {} → {}", scenario.name, known.load, scenario.load);
                    self.refuse(Exit::BadProfile, text);
                }
                Some(_) => {}
            }
        }
        let missing = old.scenarios.iter().filter(|known| !now.scenarios.iter().any(|one| one.name == known.name));
        let missing: Vec<String> =
            missing.map(|known| format!("scenario {} is only in run {}", known.name, old.run_id)).collect();
        missing.into_iter().for_each(|text| self.refuse(Exit::BadProfile, text));
        let lengths = [base.elapsed.as_secs_f64(), new.elapsed.as_secs_f64()];
        if (lengths[0] - lengths[1]).abs() > SAME_LENGTH * lengths[0].max(lengths[1]) {
            let (one, other) = (show_duration(base.elapsed), show_duration(new.elapsed));
            self.warn(format!("the runs last {one} and {other}"));
        }
        if old.profile != now.profile {
            self.warn(format!("the runs are of different profiles: {} and {}", old.profile, now.profile));
        }
        if old.version != now.version {
            let (old, now) = (&old.version, &now.version);
            self.warn(format!("the runs were made by different versions of loadagent: {old} and {now}"));
        }
        let targets = [steps::targets(base), steps::targets(new)];
        if targets[0] != targets[1] {
            let [base, new] = targets.map(|targets| targets.join(", "));
            self.other_targets = Some(format!("the runs have different targets: {base} and {new}"));
        }
    }

    fn refuse(&mut self, exit: Exit, text: String) {
        if !self.refusals.iter().any(|(_, known)| *known == text) {
            self.refusals.push((exit, text));
        }
    }

    fn warn(&mut self, text: String) {
        if !self.warnings.contains(&text) {
            self.warnings.push(text);
        }
    }

    /// Adds those of another pair.
    pub(crate) fn add(&mut self, other: Self) {
        other.refusals.into_iter().for_each(|(exit, text)| self.refuse(exit, text));
        other.warnings.into_iter().for_each(|text| self.warn(text));
        self.other_targets = self.other_targets.take().or(other.other_targets);
    }
}

#[cfg(test)]
mod tests;
