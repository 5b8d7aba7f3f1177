//! Tests of runs in blocks.

use super::{Conclusion, Margins, Row, RunData, RunWindows, Scale, Statistic, Why, compare, overall};
use crate::run::made_run::{MadeRun, MadeSecond};

fn data(windows: RunWindows) -> RunData {
    RunData::Windows(Box::new(windows))
}

const MARGINS: Margins = Margins { ratio: 0.05, share: 0.01 };

fn windows(run: &MadeRun, second: impl FnMut(u32) -> MadeSecond) -> RunWindows {
    let header = run.header();
    let mut windows = RunWindows::new(vec!["s".to_owned()], header.started_at_ms);
    run.intervals(second).iter().for_each(|interval| windows.fold(interval));
    windows.seconds = header.planned_ms as f64 / 1e3;
    windows
}

fn rows(base: &MadeRun, new: &MadeRun, latency: f64, paired: bool) -> Vec<Row> {
    let base = windows(base, |_| MadeSecond::calm(50, 0.1));
    let new = windows(new, |_| MadeSecond::calm(50, latency));
    compare(&mut [data(base)], &mut [data(new)], MARGINS, paired)
}

fn p95(rows: &[Row]) -> &Row {
    let is_p95 = |row: &&Row| row.statistic == Statistic::Quantile(0.95) && row.key.step == "GET /";
    rows.iter().find(is_p95).unwrap_or_else(|| panic!("no p95"))
}

#[test]
fn a_slower_step_is_found_and_the_rest_is_the_same() {
    let (base, new) = (MadeRun::constant("a", 300, 50.0), MadeRun { seed: 2, ..MadeRun::constant("b", 300, 50.0) });
    for paired in [false, true] {
        let rows = rows(&base, &new, 0.12, paired);
        let row = p95(&rows);
        assert_eq!(row.finding.conclusion, Conclusion::Regressed);
        assert!((row.finding.estimate - 1.2).abs() < 0.03 && row.blocks[0] >= 9, "{row:?}");
        assert!(
            rows.iter()
                .filter(|row| row.scale == Scale::Difference)
                .all(|row| row.finding.conclusion == Conclusion::Same)
        );
        assert_eq!(overall(&rows), Conclusion::Regressed);
    }
}

#[test]
fn one_step_stands_once() {
    let base = MadeRun::constant("a", 120, 50.0);
    let rows = rows(&base, &base, 0.1, false);
    assert!(rows.iter().all(|row| row.key.scenario == "s"), "{rows:?}");
    assert_eq!(rows.iter().filter(|row| row.statistic == Statistic::Quantile(0.95)).count(), 1);
}

#[test]
fn short_runs_and_few_requests_are_inconclusive() {
    let base = MadeRun::constant("a", 60, 50.0);
    let rows = rows(&base, &base, 0.3, false);
    assert_eq!(p95(&rows).finding.conclusion, Conclusion::Inconclusive(Why::TooFewBlocks));
    assert_eq!(overall(&rows), Conclusion::Inconclusive(Why::TooFewBlocks));
    assert_eq!(overall(&[]), Conclusion::Inconclusive(Why::TooFewBlocks));
}

#[test]
fn a_day_is_compared_with_an_hour() {
    let day = MadeRun::constant("a", 86_400, 1.0);
    let hour = MadeRun::constant("b", 3_600, 1.0);
    let base = windows(&day, |_| MadeSecond::calm(1, 0.1));
    let new = windows(&hour, |_| MadeSecond::calm(1, 0.13));
    let rows = compare(&mut [data(base)], &mut [data(new)], MARGINS, false);
    assert_eq!(p95(&rows).finding.conclusion, Conclusion::Regressed);
}

#[test]
fn a_run_that_stood_still_is_not_the_same() {
    let (base, new) = (MadeRun::constant("a", 300, 50.0), MadeRun { seed: 2, ..MadeRun::constant("b", 300, 50.0) });
    for paired in [false, true] {
        let base = windows(&base, |_| MadeSecond::calm(50, 0.1));
        let new = windows(&new, |second| MadeSecond::calm(if second < 150 { 50 } else { 0 }, 0.1));
        let rows = compare(&mut [data(base)], &mut [data(new)], MARGINS, paired);
        let rate = rows.iter().find(|row| row.statistic == Statistic::PerSecond).unwrap();
        assert!((rate.finding.estimate - 0.5).abs() < 0.05, "{rate:?}");
        assert!(!matches!(rate.finding.conclusion, Conclusion::Same | Conclusion::Improved), "{rate:?}");
        assert_eq!(p95(&rows).finding.conclusion, Conclusion::Inconclusive(Why::TooFewBlocks));
    }
}

#[test]
fn the_rate_of_a_run_is_that_of_its_whole_length() {
    let base = MadeRun::constant("a", 300, 50.0);
    let mut longer = windows(&base, |_| MadeSecond::calm(50, 0.1));
    longer.seconds -= 0.01;
    let whole = windows(&base, |_| MadeSecond::calm(50, 0.1));
    let rows = compare(&mut [data(whole)], &mut [data(longer)], MARGINS, false);
    let rate = rows.iter().find(|row| row.statistic == Statistic::PerSecond).unwrap();
    assert_eq!(rate.base.map(|rate| (rate * 100.0).round()), rate.new.map(|rate| (rate * 100.0).round()), "{rate:?}");
}
