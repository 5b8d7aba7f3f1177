//! What the plan says of the load over time: where it is constant, where it has spikes, and how it rises.

use crate::interval_log::frame::{LoggedScenario, LoggedStage, Model};

/// Levels that differ by less than this share of the larger are equal.
const EQUAL: f64 = 1e-6;

/// A part of the load of one scenario, seconds from the start of the run.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Part {
    start: f64,
    end: f64,
    from: f64,
    to: f64,
}

/// The longest time in which every scenario has a constant load, and one of them has any: start and end in seconds from
/// the start of the run. None if there is none, or the load of a scenario is not known.
#[must_use]
pub(crate) fn steady(scenarios: &[LoggedScenario]) -> Option<[f64; 2]> {
    if scenarios.iter().any(|scenario| scenario.stages.is_empty()) {
        return None;
    }
    let parts: Vec<Vec<Part>> = scenarios.iter().map(parts_of).collect();
    let mut times: Vec<f64> = parts.iter().flatten().flat_map(|part| [part.start, part.end]).collect();
    times.sort_by(f64::total_cmp);
    times.dedup();
    let mut longest: Option<[f64; 2]> = None;
    let mut current: Option<([f64; 2], Vec<f64>)> = None;
    for pair in times.windows(2) {
        let levels = levels(&parts, pair[0], pair[1]);
        current = match (current, levels) {
            (Some(([start, _], before)), Some(levels)) if same(&before, &levels) => Some(([start, pair[1]], levels)),
            (_, levels) => levels.map(|levels| ([pair[0], pair[1]], levels)),
        };
        if let Some(([start, end], _)) = &current
            && longest.is_none_or(|[from, to]| end - start > to - from)
        {
            longest = Some([*start, *end]);
        }
    }
    longest
}

/// Levels of load that a stress test has at least, one above the other.
const LEAST_STEPS: usize = 3;
/// Seconds of a level.
const SHORTEST_STEP: f64 = 5.0;
/// A ramp that is judged without levels: its length in seconds, and by which factor it rises.
const RAMP: f64 = 60.0;
const RISE: f64 = 2.0;
/// Parts of such a ramp.
const RAMP_STEPS: u32 = 10;

/// A part of a rising load; times in seconds from the start of the run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct PlannedStep {
    /// Its start.
    pub start: f64,
    /// Its end.
    pub end: f64,
    /// Arrivals per second at its start.
    pub from: f64,
    /// The same at its end.
    pub to: f64,
}

impl PlannedStep {
    /// Arrivals per second in its middle.
    #[must_use]
    pub(crate) fn rate(&self) -> f64 {
        f64::midpoint(self.from, self.to)
    }
}

/// The steps of a stress test: levels that rise one above the other, or the parts of one long ramp. Empty for other plans,
/// and for those of several scenarios, of which none alone is the load.
#[must_use]
pub(crate) fn steps(scenarios: &[LoggedScenario]) -> Vec<PlannedStep> {
    let [scenario] = scenarios else { return Vec::new() };
    if scenario.model != Model::Open {
        return Vec::new();
    }
    let parts = parts_of(scenario);
    let levels = rising_levels(&parts);
    if levels.len() >= LEAST_STEPS {
        return levels;
    }
    let is_ramp = |part: &&Part| part.end - part.start >= RAMP && part.to >= RISE * part.from && part.to > 0.0;
    parts.iter().find(is_ramp).map(parts_of_ramp).unwrap_or_default()
}

fn rising_levels(parts: &[Part]) -> Vec<PlannedStep> {
    let mut levels: Vec<PlannedStep> = Vec::new();
    for part in parts.iter().filter(|part| equal(part.from, part.to) && part.to > 0.0) {
        match levels.last_mut() {
            Some(last) if equal(last.to, part.to) && (last.end - part.start).abs() < 1e-9 => last.end = part.end,
            // What comes after the highest level is no step.
            Some(last) if part.to < last.to => break,
            _ => levels.push(PlannedStep { start: part.start, end: part.end, from: part.from, to: part.to }),
        }
    }
    levels.retain(|level| level.end - level.start >= SHORTEST_STEP);
    levels
}

fn parts_of_ramp(ramp: &Part) -> Vec<PlannedStep> {
    let at = |number: u32| f64::from(number) / f64::from(RAMP_STEPS);
    let time = |number: u32| ramp.start + (ramp.end - ramp.start) * at(number);
    let rate = |number: u32| ramp.from + (ramp.to - ramp.from) * at(number);
    let step = |number: u32| PlannedStep {
        start: time(number),
        end: time(number + 1),
        from: rate(number),
        to: rate(number + 1),
    };
    (0..RAMP_STEPS).map(step).collect()
}

/// A spike is at least so many times its baseline.
const SPIKE: f64 = 1.5;
/// Seconds of constant load that a baseline needs, and the time after a spike.
const CALM: f64 = 10.0;
/// A load that stays high for longer is no spike.
const LONGEST_SPIKE: f64 = 600.0;
/// After a spike, the load is back at its baseline up to this share above it, and is at least half of it.
const BACK: f64 = 0.1;
/// What is observed before and after a spike at most, seconds.
const BEFORE: f64 = 120.0;
const AFTER: f64 = 600.0;
/// Spikes of a run that are judged.
const MOST_SPIKES: usize = 50;

/// A spike in the plan of an arrival-rate scenario; times in seconds from the start of the run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct PlannedSpike {
    /// Place of the scenario in the plan.
    pub scenario: usize,
    /// Arrivals per second before it.
    pub base: f64,
    /// Most arrivals per second.
    pub peak: f64,
    /// The baseline is observed from here on.
    pub observed_from: f64,
    /// The load leaves its baseline.
    pub from: f64,
    /// The load is back.
    pub to: f64,
    /// The load leaves its baseline again, or ends.
    pub observed_to: f64,
}

/// The first spikes of a plan, in the order of scenarios and time.
#[must_use]
pub(crate) fn spikes(scenarios: &[LoggedScenario]) -> Vec<PlannedSpike> {
    let open = scenarios.iter().enumerate().filter(|(_, scenario)| scenario.model == Model::Open);
    open.flat_map(|(index, scenario)| spikes_of(index, &parts_of(scenario))).take(MOST_SPIKES).collect()
}

fn spikes_of(scenario: usize, parts: &[Part]) -> Vec<PlannedSpike> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < parts.len() {
        let base = parts[at];
        let run: usize = parts[at..].iter().take_while(|part| is_level(part, base.to)).count();
        if run == 0 || base.to <= 0.0 {
            at += 1;
            continue;
        }
        let (first, last) = (base, parts[at + run - 1]);
        at += run;
        let high = parts[at..].iter().take_while(|part| !is_back(part, base.to)).count();
        let after = &parts[at + high..];
        let calm = after.iter().take_while(|part| is_back(part, base.to)).last();
        let peak = parts[at..at + high].iter().map(|part| part.from.max(part.to)).fold(0.0, f64::max);
        let (Some(back), Some(calm)) = (after.first(), calm) else { continue };
        let is_spike = peak >= SPIKE * base.to
            && last.end - first.start >= CALM
            && calm.end - back.start >= CALM
            && back.start - last.end <= LONGEST_SPIKE;
        if is_spike {
            found.push(PlannedSpike {
                scenario,
                base: base.to,
                peak,
                observed_from: first.start.max(last.end - BEFORE),
                from: last.end,
                to: back.start,
                observed_to: calm.end.min(back.start + AFTER),
            });
        }
    }
    found
}

/// Whether the load stays at a level.
fn is_level(part: &Part, level: f64) -> bool {
    equal(part.from, level) && equal(part.to, level)
}

/// Whether the load is near its baseline again, from start to end.
fn is_back(part: &Part, base: f64) -> bool {
    [part.from, part.to].iter().all(|load| (base / 2.0..=base * (1.0 + BACK)).contains(load))
}

fn parts_of(scenario: &LoggedScenario) -> Vec<Part> {
    let mut start = scenario.start_ms as f64 / 1e3;
    let part = |stage: &LoggedStage| {
        let end = start + stage.length_ms as f64 / 1e3;
        Part { start: std::mem::replace(&mut start, end), end, from: stage.from, to: stage.to }
    };
    scenario.stages.iter().map(part).filter(|part| part.end > part.start).collect()
}

/// The load of each scenario between two times, if it is constant for all and above zero for one.
fn levels(parts: &[Vec<Part>], start: f64, end: f64) -> Option<Vec<f64>> {
    let middle = f64::midpoint(start, end);
    let level = |parts: &Vec<Part>| match parts.iter().find(|part| part.start <= middle && middle < part.end) {
        Some(part) => equal(part.from, part.to).then_some(part.to),
        None => Some(0.0),
    };
    let levels: Option<Vec<f64>> = parts.iter().map(level).collect();
    levels.filter(|levels| levels.iter().any(|level| *level > 0.0))
}

fn same(one: &[f64], other: &[f64]) -> bool {
    one.iter().zip(other).all(|(one, other)| equal(*one, *other))
}

fn equal(one: f64, other: f64) -> bool {
    (one - other).abs() <= EQUAL * one.abs().max(other.abs())
}

#[cfg(test)]
mod tests;
