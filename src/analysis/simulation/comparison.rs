//! Comparison: pairs of runs of 50 requests a second, of equal systems and of one that is slower.

use super::{
    random::Random,
    rate::{Bound, Row},
};
use crate::analysis::{
    comparison::{Conclusion, Finding, Metric, Scale, blocks::Blocks, judge},
    judged::Better,
    statistics::sample::{quantile, quantile_of_sorted, sorted},
};

const RATE: usize = 50;
/// Seconds of a window, as `comparison::runs` cuts them.
const WINDOW: usize = 5;
/// Common noise of all requests of a second.
const VARIATION: f64 = 0.1;
/// Of single requests, standard deviation of the logarithm.
const SPREAD: f64 = 0.4;

/// A run: the latencies of each window.
fn run(random: &mut Random, seconds: usize, rho: f64, factor: f64) -> Vec<Vec<f64>> {
    let common = random.correlated(seconds, rho);
    let request =
        |common: f64, random: &mut Random| 0.1 * factor * (VARIATION * common + SPREAD * random.normal()).exp();
    let mut windows = Vec::new();
    for window in common.chunks(WINDOW) {
        windows.push(window.iter().flat_map(|common| [*common; RATE]).map(|common| request(common, random)).collect());
    }
    windows
}

fn p95_of_block(block: &[Vec<f64>]) -> f64 {
    let all: Vec<f64> = block.iter().flatten().copied().collect();
    quantile_of_sorted(&sorted(&all), 0.95).unwrap_or(f64::NAN)
}

fn compare(seed: u64, seconds: usize, rho: f64, factor: f64, paired: bool) -> Finding {
    let mut random = Random::new(seed);
    let base = run(&mut random, seconds, rho, 1.0);
    let new = run(&mut random, seconds, rho, factor);
    let of_windows = |run: &[Vec<f64>]| -> Vec<f64> {
        run.iter().map(|window| quantile(window, 0.95).unwrap_or(f64::NAN).ln()).collect()
    };
    let (of_base, of_new) = (of_windows(&base), of_windows(&new));
    let blocks = if paired {
        let differences: Vec<f64> = of_base.iter().zip(&of_new).map(|(base, new)| new - base).collect();
        Blocks::choose_for_pairs(&differences, WINDOW as f64)
    } else {
        Blocks::choose(&of_base, &of_new, WINDOW as f64)
    };
    let blocks = blocks.unwrap_or(Blocks { windows: 6, inflation: 1.0 });
    let values = |run: &[Vec<f64>]| -> Vec<f64> { blocks.cut(run).map(p95_of_block).collect() };
    let (base, new) = (values(&base), values(&new));
    let metric = Metric {
        base: &base,
        new: &new,
        inflation: blocks.inflation,
        better: Better::Lower,
        scale: Scale::Ratio,
        paired,
        margin: 0.05,
    };
    judge(&[metric], 0.05)[0]
}

/// All cases.
pub(crate) fn rows(runs: u64) -> Vec<Row> {
    let mut rows = Vec::new();
    for (rho, paired) in [(0.0, false), (0.5, false), (0.9, false), (0.0, true), (0.5, true), (0.9, true)] {
        let (mut different, mut excluded, mut same) = (0, 0, 0);
        for seed in 0..runs {
            let finding = compare(20_000_000 + seed, 300, rho, 1.0, paired);
            different += u64::from(matches!(finding.conclusion, Conclusion::Regressed | Conclusion::Improved));
            excluded += u64::from(finding.p <= 0.05);
            same += u64::from(finding.conclusion == Conclusion::Same);
        }
        let how = if paired { ", in pairs" } else { "" };
        let row = |case: &str, hits, bound| Row {
            case: format!("A/A, 5 minutes{how}, ρ = {rho}: {case}"),
            hits,
            runs,
            bound,
        };
        rows.push(row("regressed or improved", different, Bound::AtMost(0.07)));
        rows.push(row("interval without 1", excluded, Bound::AtMost(0.07)));
        rows.push(row("same", same, Bound::Shown));
    }
    for rho in [0.0, 0.5, 0.9] {
        let runs = runs / 5;
        let (mut regressed, mut same) = (0, 0);
        for seed in 0..runs {
            let finding = compare(30_000_000 + seed, 600, rho, 1.1, false);
            regressed += u64::from(finding.conclusion == Conclusion::Regressed);
            same += u64::from(finding.conclusion == Conclusion::Same);
        }
        let row =
            |case: &str, hits, bound| Row { case: format!("+10 %, 10 minutes, ρ = {rho}: {case}"), hits, runs, bound };
        rows.push(row("regressed", regressed, Bound::AtLeast(0.9)));
        rows.push(row("same", same, Bound::AtMost(0.025)));
    }
    rows
}
