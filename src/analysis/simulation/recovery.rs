//! Recovery: a queue with one fast server takes a spike; the time to drain its backlog is known.

use super::{
    random::Random,
    rate::{Bound, Row, count},
};
use crate::analysis::recovery::{Limits, Recovery, Second, Spike, Why, judge};

const BASELINE: f64 = 60.0;
const SPIKE: f64 = 20.0;
const AFTER: f64 = 120.0;
/// Requests a second outside the spike.
const RATE: f64 = 100.0;

/// Noise of the latency.
#[derive(Debug, Clone, Copy)]
struct Noise {
    rho: f64,
    /// Standard deviation of the logarithm.
    variation: f64,
}

/// A run: latency and errors are bad for `bad` seconds after the spike; the backlog drains linearly meanwhile.
fn run(seed: u64, bad: f64, noise: Noise) -> Vec<Second> {
    let mut random = Random::new(seed);
    let variation = noise.variation;
    let noise = random.correlated(200, noise.rho);
    let second = |(index, noise): (usize, f64)| {
        let at = index as f64;
        let from_spike = at - BASELINE;
        // The backlog that a request finds that is intended in the middle of this second, in seconds of work.
        let middle = from_spike + 0.5;
        let backlog = if middle < 0.0 {
            0.0
        } else if middle < SPIKE {
            3.0 * middle / SPIKE
        } else {
            3.0 * (1.0 - (middle - SPIKE) / bad.max(1e-9)).max(0.0)
        };
        let base = 0.05 * (variation * noise).exp();
        Second {
            at,
            latency: base + backlog,
            error_share: if backlog > 2.0 { 0.2 } else { 0.0 },
            failed: if backlog > 2.0 { 0.2 * RATE } else { 0.0 },
            in_flight: (RATE * (base + backlog) * (1.0 + 0.1 * random.normal())).max(0.0),
            offered: RATE,
        }
    };
    noise.into_iter().enumerate().map(second).collect()
}

/// The spike as the load has it; without one when `with_load` is false, then its seconds are missing.
fn recovery(seed: u64, bad: f64, noise: Noise, with_load: bool) -> Recovery {
    let mut seconds = run(seed, bad, noise);
    seconds.retain(|second| with_load || second.at < BASELINE || second.at >= BASELINE + SPIKE);
    judge(&seconds, Spike { from: BASELINE, to: BASELINE + SPIKE }, &Limits::default()).recovery
}

/// All cases.
pub(crate) fn rows(runs: u64) -> Vec<Row> {
    let noises = [(0.0, 0.1), (0.5, 0.1), (0.9, 0.1), (0.0, 0.2), (0.5, 0.2)];
    let noises = noises.map(|(rho, variation)| Noise { rho, variation });
    noises.into_iter().flat_map(|noise| rows_of(runs / 5, noise)).collect()
}

fn rows_of(runs: u64, noise: Noise) -> Vec<Row> {
    let row = |case: String, bound: Bound, bad: f64, with_load: bool, wanted: &dyn Fn(Recovery) -> bool| {
        let hits = count(runs, |seed| wanted(recovery(seed, bad, noise, with_load)));
        Row { case: format!("{case} (noise {}, ρ = {})", noise.variation, noise.rho), hits, runs, bound }
    };
    let after = |recovery| if let Recovery::Recovered { after } = recovery { after } else { f64::NAN };
    let least = Bound::AtLeast(if noise.rho > 0.6 { 0.9 } else { 0.95 });
    let mut rows: Vec<Row> = [7.0, 25.0]
        .into_iter()
        .map(|bad| {
            let case = format!("recovers in {bad} s: within 1 s");
            row(case, least, bad, true, &|found| (after(found) - bad).abs() <= 1.0)
        })
        .collect();
    let is_stuck = |found| {
        let Recovery::NotRecovered { observed, metastable } = found else { return false };
        metastable && (observed - AFTER).abs() < 1.5
    };
    let case = "never recovers: not recovered, suspected metastable".to_owned();
    rows.push(row(case, Bound::AtLeast(0.99), 1e12, true, &is_stuck));
    let is_slow = |found| matches!(found, Recovery::NotRecovered { metastable: false, .. });
    let case = "recovers in 300 s, 120 s observed: not recovered, improves".to_owned();
    rows.push(row(case, Bound::AtLeast(0.95), 300.0, true, &is_slow));
    let is_wrong = |found| match found {
        Recovery::Undisturbed | Recovery::Inconclusive(Why::ObservedTooShort) => false,
        Recovery::Recovered { after } => after > 1.0,
        _ => true,
    };
    let case = "normal at once: recovery longer than 1 s".to_owned();
    rows.push(row(case, Bound::AtMost(0.1), 0.0, false, &is_wrong));
    rows
}
