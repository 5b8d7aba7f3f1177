//! Leaks: use of memory over ten hours in 96 windows, with and without a leak, under steady loads and loads of a day.

use std::f64::consts::TAU;

use super::{
    random::Random,
    rate::{Bound, Row, count},
};
use crate::analysis::{
    leak::{Growth, Usage, judge_all},
    statistics::series::Point,
};

const WINDOWS: usize = 96;
const HOURS: f64 = 10.0;
/// Memory of which a growth of 1 % counts.
const LEVEL: f64 = 2e8;
const AMOUNT: f64 = 1e6;
/// Parts of the memory that the load of a day and a garbage collector have at most.
const BY_LOAD: f64 = 0.3;
const GARBAGE: f64 = 0.5;

/// What a run does.
#[derive(Debug, Clone, Copy)]
struct Case {
    /// Correlation of the noise from window to window.
    rho: f64,
    /// Standard deviation of the noise, as a share of the memory.
    variation: f64,
    /// Growth over the run, as a share of the memory.
    leak: f64,
    /// Whether the load has a peak and a low, and the memory follows it.
    day: bool,
    /// Windows of a cycle of the garbage collector; 0 for none.
    cycle: f64,
    /// Growth at the start that has an end, as a share.
    filling: f64,
}

const FLAT: Case = Case { rho: 0.0, variation: 0.05, leak: 0.0, day: false, cycle: 0.0, filling: 0.0 };

fn growth(seed: u64, case: Case) -> Growth {
    let mut random = Random::new(seed);
    let noise = random.correlated(WINDOWS, case.rho);
    let (phase, start) = (random.uniform(), random.uniform());
    let mut load = Vec::with_capacity(WINDOWS);
    let mut point = |(index, noise): (usize, &f64)| {
        let share = index as f64 / (WINDOWS - 1) as f64;
        let wave = if case.day { (TAU * (share + phase)).sin() } else { 0.0 };
        load.push(100.0 * (1.0 + 0.6 * wave) * (1.0 + 0.01 * random.normal()));
        // The lowest use of the window.
        let tooth = |part: u32| ((index as f64 + f64::from(part) / 10.0) / case.cycle + start).fract();
        let lowest = (0..10).map(tooth).fold(f64::MAX, f64::min);
        let cycle = if case.cycle > 0.0 { GARBAGE * lowest } else { 0.0 };
        let filled = case.filling * (1.0 - (-8.0 * share).exp());
        let used = 1.0 + case.leak * share + BY_LOAD * wave + cycle + filled;
        Point { at: share * HOURS * 3600.0, value: LEVEL * used * (1.0 + case.variation * noise) }
    };
    let points: Vec<Point> = noise.iter().enumerate().map(&mut point).collect();
    judge_all(&[Usage { points: &points, load: &load, amount: AMOUNT }])[0].growth
}

/// All cases.
pub(crate) fn rows(runs: u64) -> Vec<Row> {
    let seed = 70_000_000;
    let row = |case: &str, runs: u64, of: Case, bound, wanted: &dyn Fn(Growth) -> bool| {
        let hits = count(runs, |run| wanted(growth(seed + run, of)));
        Row { case: format!("{case}, ρ = {}", of.rho), hits, runs, bound }
    };
    let is_leak = |growth| growth == Growth::Leak;
    let mut rows = Vec::new();
    for (rho, most) in [(0.0, 0.05), (0.5, 0.08), (0.9, 0.15)] {
        let flat = Case { rho, ..FLAT };
        rows.push(row("flat: leak", runs, flat, Bound::AtMost(most), &is_leak));
        let day = Case { day: true, ..flat };
        rows.push(row("load of a day, memory follows it: leak", runs, day, Bound::AtMost(most), &is_leak));
        let few = Case { variation: 0.02, cycle: 17.0, ..flat };
        rows.push(row("garbage collected every 17 windows: leak", runs, few, Bound::AtMost(most), &is_leak));
        let often = Case { variation: 0.02, cycle: 4.3, ..flat };
        rows.push(row("garbage collected every 4.3 windows: leak", runs, often, Bound::AtMost(most), &is_leak));
        let filling = Case { variation: 0.02, filling: 0.3, ..flat };
        rows.push(row("grows by 30 % and settles: leak", runs, filling, Bound::AtMost(0.15), &is_leak));
    }
    let runs = runs / 5;
    for (rho, least) in [(0.0, 0.95), (0.5, 0.95), (0.9, 0.0)] {
        let leak = Case { rho, variation: 0.02, leak: 0.1, ..FLAT };
        rows.push(row("1 % an hour, noise 2 %: leak", runs, leak, Bound::AtLeast(least), &is_leak));
        let day = Case { day: true, ..leak };
        rows.push(row("1 % an hour, load of a day: leak", runs, day, Bound::AtLeast(least), &is_leak));
        let garbage = Case { cycle: 4.3, ..leak };
        rows.push(row("1 % an hour, garbage collected every 4.3 windows: leak", runs, garbage, Bound::Shown, &is_leak));
        let noisy = Case { variation: 0.05, ..leak };
        rows.push(row("1 % an hour, noise 5 %: leak", runs, noisy, Bound::Shown, &is_leak));
        let open = |growth| matches!(growth, Growth::Inconclusive(_));
        rows.push(row("1 % an hour, noise 5 %: not decided", runs, noisy, Bound::Shown, &open));
    }
    rows
}
