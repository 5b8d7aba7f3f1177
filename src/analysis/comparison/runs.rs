//! Two runs, metric by metric and step by step: cut into blocks, then judged together.

use super::{Conclusion, Finding, Metric, Scale, Why, blocks::Blocks, judge, run_data::RunData};
use crate::{
    analysis::{
        judged::{Judged, Statistic},
        windows::{Windows, merged},
    },
    metric::{Interval, MetricDef, SeriesDef, Value, catalogue::has_role},
};

/// Length of the windows of a run, milliseconds; more than [`MOST_WINDOWS`] are merged.
const WINDOW_MS: i64 = 5_000;
const MOST_WINDOWS: usize = 480;
/// With so many runs a side, each run is a block.
pub(crate) const MIN_RUNS: usize = 3;
/// Chance of any false difference between equal systems.
const ALPHA: f64 = 0.05;

/// What is compared: a metric of a scenario or of a step, or of all steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    /// The metric.
    pub metric: MetricDef,
    /// The scenario; empty for all.
    pub scenario: String,
    /// The step; empty for all of the scenario.
    pub step: String,
}

/// One run in windows.
#[derive(Debug)]
pub(crate) struct RunWindows {
    windows: Windows<Key>,
    scenarios: Vec<String>,
    started_at_ms: i64,
    /// Length of the load.
    pub seconds: f64,
}

impl RunWindows {
    /// An empty run of these scenarios; what belongs to none (setup, teardown) is left out.
    #[must_use]
    pub(crate) fn new(scenarios: Vec<String>, started_at_ms: i64) -> Self {
        Self { windows: Windows::new(WINDOW_MS, MOST_WINDOWS), scenarios, started_at_ms, seconds: 0.0 }
    }

    /// Takes the next interval.
    pub(crate) fn fold(&mut self, interval: &Interval) {
        let Self { windows, scenarios, .. } = self;
        windows.fold(interval, self.started_at_ms, |series| keys_of(series, scenarios));
    }

    /// What was observed.
    pub(super) fn keys(&self) -> &[Key] {
        self.windows.keys()
    }

    /// Makes its windows at least as long.
    pub(super) fn lengthen(&mut self, length_ms: i64) {
        self.windows.lengthen(length_ms);
    }

    fn values(&self, key: &Key) -> Vec<Option<&Value>> {
        self.windows.values(key, self.windows.whole_within(self.seconds))
    }

    /// A statistic of the whole run, its last part of a window included.
    pub(super) fn overall(&self, key: &Key, statistic: Statistic) -> Option<f64> {
        let touched = (self.seconds / self.windows.seconds()).ceil();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounded by the length of a run")]
        let values = self.windows.values(key, touched as usize);
        statistic.of(&merged(&values)?, self.seconds)
    }
}

/// Where a series belongs.
pub(super) fn keys_of(series: &SeriesDef, scenarios: &[String]) -> Vec<Key> {
    let label = |name: &str| series.labels.get(name).unwrap_or_default().to_owned();
    let scenario = label("scenario");
    if Judged::of(&series.metric).is_none() || !scenarios.contains(&scenario) {
        return Vec::new();
    }
    let (name, method) = (label("name"), label("method"));
    let step = if method.is_empty() || name.starts_with(&method) { name } else { format!("{method} {name}") };
    let own = Key { metric: series.metric.clone(), scenario, step };
    let is_of_requests = has_role(&series.metric, |protocol| protocol.response_time)
        || has_role(&series.metric, |protocol| protocol.failed);
    let all = Key { scenario: String::new(), step: String::new(), ..own.clone() };
    if is_of_requests { vec![all, own] } else { vec![own] }
}

/// The smallest differences that matter.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Margins {
    /// Of times and rates, as a share of the base.
    pub ratio: f64,
    /// Of shares, 0 to 1.
    pub share: f64,
}

/// One statistic of one metric.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    /// What is compared.
    pub key: Key,
    /// How it is judged.
    pub judged: Judged,
    /// What is looked at.
    pub statistic: Statistic,
    /// Whether it is a ratio or a difference.
    pub scale: Scale,
    /// Over all base runs; None without enough observations.
    pub base: Option<f64>,
    /// The same of the new runs.
    pub new: Option<f64>,
    /// The finding.
    pub finding: Finding,
    /// Blocks of the base and of the new side.
    pub blocks: [usize; 2],
    /// Seconds of a block; whole runs have none.
    pub block_seconds: Option<f64>,
}

/// Blocks of one statistic, before they are judged.
struct Cut {
    row: Row,
    base: Vec<f64>,
    new: Vec<f64>,
    inflation: f64,
}

/// Compares runs; `paired` if the load varies, so that blocks at the same time belong together.
#[must_use]
pub(crate) fn compare(base: &mut [RunData], new: &mut [RunData], margins: Margins, paired: bool) -> Vec<Row> {
    let windows = base.iter().chain(new.iter()).filter_map(RunData::windows);
    let longest = windows.map(|run| run.windows.length_ms()).max().unwrap_or(0);
    base.iter_mut().chain(new.iter_mut()).for_each(|run| run.lengthen(longest));
    let mut keys: Vec<&Key> = Vec::new();
    for key in base.iter().chain(new.iter()).flat_map(RunData::keys) {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    let is_only_step = |key: &Key| keys.iter().filter(|other| other.metric == key.metric).count() == 2;
    let shown = keys.iter().filter(|key| !(key.scenario.is_empty() && is_only_step(key)));
    let cuts: Vec<Cut> = shown
        .flat_map(|key| {
            let judged = Judged::of(&key.metric);
            let statistics =
                judged.iter().flat_map(|judged| judged.statistics.iter().map(move |one| (judged.clone(), *one)));
            statistics.map(|(judged, statistic)| cut(key, &judged, statistic, base, new, paired)).collect::<Vec<_>>()
        })
        .filter(|cut| cut.row.base.is_some() || cut.row.new.is_some())
        .collect();
    let metrics: Vec<Metric> = cuts.iter().map(|cut| metric(cut, margins, paired)).collect();
    let findings = judge(&metrics, ALPHA);
    cuts.iter()
        .zip(findings)
        .map(|(cut, finding)| Row { finding: with_estimate(&cut.row, finding), ..cut.row.clone() })
        .collect()
}

/// The difference of two whole runs, where nothing shows whether it is chance.
fn with_estimate(row: &Row, finding: Finding) -> Finding {
    let estimate = match (row.base, row.new, row.scale) {
        _ if finding.estimate.is_finite() || row.block_seconds.is_some() => return finding,
        (Some(base), Some(new), Scale::Difference) => new - base,
        (Some(base), Some(new), _) if base > 0.0 => new / base,
        _ => return finding,
    };
    Finding { estimate, ..finding }
}

fn metric(cut: &Cut, margins: Margins, paired: bool) -> Metric<'_> {
    Metric {
        base: &cut.base,
        new: &cut.new,
        inflation: cut.inflation,
        better: cut.row.judged.better,
        scale: cut.row.scale,
        paired: paired && cut.row.block_seconds.is_some(),
        margin: if cut.row.scale == Scale::Difference { margins.share } else { margins.ratio },
    }
}

fn cut(key: &Key, judged: &Judged, statistic: Statistic, base: &[RunData], new: &[RunData], paired: bool) -> Cut {
    let of_side =
        |runs: &[RunData]| -> Vec<f64> { runs.iter().filter_map(|run| run.overall(key, statistic)).collect() };
    let typical = |values: &[f64]| (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64);
    let (mut base_values, mut new_values) = (of_side(base), of_side(new));
    let overall = [typical(&base_values), typical(&new_values)];
    let (mut inflation, mut block_seconds) = (1.0, None);
    let single = if let ([base], [new]) = (base, new) { base.windows().zip(new.windows()) } else { None };
    if let Some((base, new)) = single {
        let window = base.windows.seconds();
        let sides = [base.values(key), new.values(key)];
        let blocks = choose(&sides, statistic, window, paired).unwrap_or(Blocks { windows: 1, inflation: 1.0 });
        let seconds = blocks.windows as f64 * window;
        let value = |block: &[Option<&Value>]| {
            merged(block).and_then(|value| statistic.of(&value, seconds)).unwrap_or(of_nothing(statistic))
        };
        let [of_base, of_new] = sides.map(|side| blocks.cut(&side).map(value).collect::<Vec<f64>>());
        (base_values, new_values) = (of_base, of_new);
        (inflation, block_seconds) = (blocks.inflation, Some(seconds));
    }
    let scale = match statistic {
        Statistic::Share => Scale::Difference,
        Statistic::PerSecond => Scale::OfMean,
        Statistic::Quantile(_) => Scale::Ratio,
    };
    let count = |values: &[f64]| values.iter().filter(|value| value.is_finite()).count();
    let row = Row {
        key: key.clone(),
        judged: judged.clone(),
        statistic,
        scale,
        base: overall[0],
        new: overall[1],
        finding: Finding::UNDECIDED,
        blocks: [count(&base_values), count(&new_values)],
        block_seconds,
    };
    Cut { row, base: base_values, new: new_values, inflation }
}

/// Blocks for one statistic of two runs, from how long its windows remember.
fn choose(sides: &[Vec<Option<&Value>>; 2], statistic: Statistic, window: f64, paired: bool) -> Option<Blocks> {
    let of_windows = |side: &Vec<Option<&Value>>| -> Vec<f64> {
        let value = |value: Option<&Value>| {
            value.and_then(|value| statistic.of_few(value, window)).unwrap_or(of_nothing(statistic))
        };
        side.iter()
            .copied()
            .map(value)
            .map(|value| if matches!(statistic, Statistic::Quantile(_)) { value.ln() } else { value })
            .collect()
    };
    let [base, new] = [of_windows(&sides[0]), of_windows(&sides[1])];
    if paired {
        let differences: Vec<f64> = base.iter().zip(&new).map(|(base, new)| new - base).collect();
        return Blocks::choose_for_pairs(&differences, window);
    }
    Blocks::choose(&base, &new, window)
}

/// What a block without observations is: nothing a second, else unknown.
fn of_nothing(statistic: Statistic) -> f64 {
    if statistic == Statistic::PerSecond { 0.0 } else { f64::NAN }
}

/// Takes back every conclusion, because a run is invalid.
pub(crate) fn doubt(rows: &mut [Row]) {
    rows.iter_mut().for_each(|row| row.finding.conclusion = Conclusion::Inconclusive(Why::Invalid));
}

/// What all rows come to: worse if one is, better if one is and none is worse.
#[must_use]
pub(crate) fn overall(rows: &[Row]) -> Conclusion {
    let is = |conclusion: Conclusion| rows.iter().any(|row| row.finding.conclusion == conclusion);
    let undecided =
        rows.iter().map(|row| row.finding.conclusion).find(|one| matches!(one, Conclusion::Inconclusive(_)));
    match undecided {
        _ if is(Conclusion::Regressed) => Conclusion::Regressed,
        _ if is(Conclusion::Improved) => Conclusion::Improved,
        Some(undecided) => undecided,
        None if rows.is_empty() => Finding::UNDECIDED.conclusion,
        None => Conclusion::Same,
    }
}

#[cfg(test)]
mod tests;
