//! Drift: false findings on flat soaks, and detection of drifts and steps.

use std::collections::BTreeMap;

use super::{
    random::Random,
    rate::{Bound, Row},
};
use crate::analysis::{
    drift::{Drift, Limits, Metric, Shape, judge_all},
    statistics::series::{Point, values},
    warm_up,
};

const WINDOWS: usize = 96;
const HOURS: f64 = 8.0;
/// Of the noise.
const VARIATION: f64 = 0.05;

/// Judges a single metric.
pub(crate) fn judge(points: &[Point], limits: &Limits) -> Drift {
    judge_all(&[Metric { points, limits: *limits }])[0]
}

/// A soak of 96 windows: a level of 100 that changes by `change(share of the soak)`.
fn soak(seed: u64, rho: f64, change: impl Fn(f64) -> f64) -> Vec<Point> {
    let noise = Random::new(seed).correlated(WINDOWS, rho);
    let point = |(index, noise): (usize, f64)| {
        let share = index as f64 / (WINDOWS - 1) as f64;
        Point { at: share * HOURS * 3600.0, value: 100.0 * (1.0 + change(share)) * (1.0 + VARIATION * noise) }
    };
    noise.into_iter().enumerate().map(point).collect()
}

fn name(shape: Shape) -> &'static str {
    match shape {
        Shape::Flat => "flat",
        Shape::Rising => "rising",
        Shape::Falling => "falling",
        Shape::Step { .. } => "step",
        Shape::Inconclusive(_) => "inconclusive",
    }
}

fn shapes(runs: u64, base: u64, rho: f64, change: impl Fn(f64) -> f64) -> (BTreeMap<&'static str, u64>, u64) {
    let mut counts = BTreeMap::new();
    let mut near = 0;
    for run in 0..runs {
        let found = judge(&soak(base + run, rho, &change), &Limits::default()).shape;
        *counts.entry(name(found)).or_default() += 1;
        if let Shape::Step { at, .. } = found {
            let index = at / 3600.0 / HOURS * (WINDOWS - 1) as f64;
            let first = (0..WINDOWS).find(|&i| change(i as f64 / (WINDOWS - 1) as f64) > 0.1).unwrap_or(0);
            near += u64::from((index - first as f64).abs() < 1.5);
        }
    }
    (counts, near)
}

/// Noise that is not normal first-order autoregressive, to see what the tests bear.
#[derive(Debug, Clone, Copy)]
enum Noise {
    /// Half of the variance at ρ = 0.9, half independent.
    Mixed,
    /// Logarithms are normal with a standard deviation of 0.5: skewed upwards.
    Skewed,
    /// One window in fifty is six standard deviations too high.
    Outliers,
    /// A wave of 24 windows, with independent noise.
    Periodic,
}

impl Noise {
    fn soak(self, seed: u64) -> Vec<Point> {
        let mut random = Random::new(seed);
        let slow = random.correlated(WINDOWS, 0.9);
        let start = random.uniform();
        let mut value = |(index, slow): (usize, f64)| {
            let fast = random.normal();
            let noise = match self {
                Self::Mixed => (slow + fast) * std::f64::consts::FRAC_1_SQRT_2,
                Self::Skewed => ((0.5 * fast).exp() - 1.133) / 0.604,
                Self::Outliers => fast + if random.uniform() < 0.02 { 6.0 } else { 0.0 },
                Self::Periodic => fast + (std::f64::consts::TAU * (index as f64 / 24.0 + start)).sin(),
            };
            Point { at: index as f64 * 300.0, value: 100.0 * (1.0 + VARIATION * noise) }
        };
        slow.into_iter().enumerate().map(&mut value).collect()
    }
}

fn is_drift(shape: Shape) -> bool {
    matches!(shape, Shape::Rising | Shape::Falling | Shape::Step { .. })
}

fn other_noise(runs: u64) -> Vec<Row> {
    let cases = [(Noise::Mixed, 0.15), (Noise::Skewed, 0.05), (Noise::Outliers, 0.05), (Noise::Periodic, 0.08)];
    let row = |(noise, most): (Noise, f64)| {
        let hits =
            super::rate::count(runs, |run| is_drift(judge(&noise.soak(4_000_000 + run), &Limits::default()).shape));
        Row { case: format!("flat, {noise:?} noise: drift or step"), hits, runs, bound: Bound::AtMost(most) }
    };
    cases.into_iter().map(row).collect()
}

/// Five metrics of one run judged together.
fn together(runs: u64) -> Vec<Row> {
    let mut rows = Vec::new();
    for (rho, most) in [(0.0, 0.05), (0.5, 0.08), (0.9, 0.15)] {
        let hits = super::rate::count(runs, |run| {
            let soaks: Vec<Vec<Point>> =
                (0..5).map(|metric| soak(5_000_000 + 5 * run + metric, rho, |_| 0.0)).collect();
            let metrics: Vec<Metric> =
                soaks.iter().map(|soak| Metric { points: soak, limits: Limits::default() }).collect();
            judge_all(&metrics).iter().any(|drift| is_drift(drift.shape))
        });
        rows.push(Row {
            case: format!("flat, five metrics, ρ = {rho}: any drift or step"),
            hits,
            runs,
            bound: Bound::AtMost(most),
        });
    }
    rows
}

/// 120 windows of which the warm-up is cut first, as in a run.
fn with_warm_up(runs: u64, change: f64, warm: f64, wanted: impl Fn(Shape) -> bool) -> u64 {
    super::rate::count(runs, |run| {
        let noise = Random::new(6_000_000 + run).correlated(120, 0.5);
        let point = |(index, noise): (usize, &f64)| {
            let share = index as f64 / 119.0;
            let level = 1.0 + change * share + warm * (1.0 - index as f64 / 15.0).max(0.0);
            Point { at: share * 10.0 * 3600.0, value: 100.0 * level * (1.0 + VARIATION * noise) }
        };
        let points: Vec<Point> = noise.iter().enumerate().map(point).collect();
        let cut = warm_up::find(&values(&points)).windows();
        wanted(judge(&points[cut..], &Limits::default()).shape)
    })
}

fn after_warm_up(runs: u64) -> Vec<Row> {
    let row =
        |case: &str, hits, bound| Row { case: format!("after the warm-up cut, ρ = 0.5, {case}"), hits, runs, bound };
    let is_rising = |shape| shape == Shape::Rising;
    vec![
        row("flat: drift or step", with_warm_up(runs, 0.0, 0.0, is_drift), Bound::AtMost(0.08)),
        row("flat with warm-up: drift or step", with_warm_up(runs, 0.0, 0.5, is_drift), Bound::AtMost(0.08)),
        row("+20 %: rising", with_warm_up(runs, 0.2, 0.0, is_rising), Bound::AtLeast(0.95)),
        row("+20 % with warm-up: rising", with_warm_up(runs, 0.2, 0.5, is_rising), Bound::AtLeast(0.9)),
    ]
}

/// All cases.
pub(crate) fn rows(runs: u64) -> Vec<Row> {
    let mut rows = flat(runs);
    rows.extend(other_noise(runs));
    rows.extend(together(runs));
    rows.extend(after_warm_up(runs));
    rows.extend(rising(runs / 5));
    rows.extend(steps(runs / 5));
    rows
}

fn flat(runs: u64) -> Vec<Row> {
    let mut rows = Vec::new();
    let row = |case: String, hits, bound| Row { case, hits, runs, bound };
    for (rho, most) in [(0.0, 0.05), (0.3, 0.08), (0.5, 0.08), (0.7, 0.15), (0.9, 0.15)] {
        let (counts, _) = shapes(runs, 1_000_000, rho, |_| 0.0);
        let of = |name| counts.get(name).copied().unwrap_or(0);
        rows.push(row(
            format!("flat, ρ = {rho}: drift or step"),
            of("rising") + of("falling") + of("step"),
            Bound::AtMost(most),
        ));
        for name in ["rising", "step", "flat", "inconclusive"] {
            rows.push(row(format!("flat, ρ = {rho}: {name}"), of(name), Bound::Shown));
        }
    }
    rows
}

fn rising(runs: u64) -> Vec<Row> {
    let mut rows = Vec::new();
    for (rho, least) in [(0.0, 0.95), (0.5, 0.95), (0.7, 0.0), (0.9, 0.0)] {
        let (counts, _) = shapes(runs, 2_000_000, rho, |share| 0.2 * share);
        for name in ["rising", "step", "flat", "inconclusive"] {
            let bound = if name == "rising" { Bound::AtLeast(least) } else { Bound::Shown };
            let hits = counts.get(name).copied().unwrap_or(0);
            rows.push(Row { case: format!("+20 %, ρ = {rho}: {name}"), hits, runs, bound });
        }
    }
    rows
}

fn steps(runs: u64) -> Vec<Row> {
    let mut rows = Vec::new();
    for rho in [0.0, 0.5, 0.9] {
        for place in [0.25, 0.5, 0.8] {
            let (counts, near) = shapes(runs, 3_000_000, rho, |share| if share > place { 0.2 } else { 0.0 });
            let hits = counts.get("step").copied().unwrap_or(0);
            rows.push(Row {
                case: format!("step +20 % at {place}, ρ = {rho}: step"), hits, runs, bound: Bound::Shown
            });
            rows.push(Row {
                case: format!("step +20 % at {place}, ρ = {rho}: step within one window"),
                hits: near,
                runs,
                bound: if rho < 0.6 { Bound::AtLeast(0.95) } else { Bound::Shown },
            });
        }
    }
    rows
}
