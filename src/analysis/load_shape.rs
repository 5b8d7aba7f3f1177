//! What the plan says of the load over time: where it is constant.

use crate::interval_log::frame::LoggedScenario;

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

fn parts_of(scenario: &LoggedScenario) -> Vec<Part> {
    let mut start = scenario.start_ms as f64 / 1e3;
    let part = |stage: &crate::interval_log::frame::LoggedStage| {
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
