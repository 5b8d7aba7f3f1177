//! History: steps and trends over many runs of one load, in their order. One value a run; judged as a soak is.

use super::{
    comparison::{
        run_data::RunValues,
        runs::{Key, Margins},
    },
    drift::{self, Limits, Shape, Why},
    judged::{Better, Judged, Statistic},
    statistics::series::Point,
};

/// Runs below which nothing is found: five on each side of a step.
const MIN_RUNS: usize = 10;

/// One run of the history.
#[derive(Debug, Clone)]
pub(crate) struct OldRun {
    /// Its ID.
    pub id: String,
    /// Its statistics.
    pub values: RunValues,
}

/// What one statistic does over the runs.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Change {
    /// What it is of.
    pub key: Key,
    /// How it is judged.
    pub judged: Judged,
    /// What is looked at.
    pub statistic: Statistic,
    /// The conclusion.
    pub kind: ChangeKind,
    /// Whether it is for the worse.
    pub worse: bool,
    /// Level before the step, or at the first run.
    pub before: Option<f64>,
    /// Level after it, or at the last run.
    pub after: Option<f64>,
    /// The first run of the new level.
    pub run: Option<usize>,
    /// Runs with a value.
    pub runs: usize,
}

/// The conclusion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChangeKind {
    /// Nothing that matters.
    None,
    /// One lasting change.
    Step,
    /// A gradual rise.
    Rising,
    /// A gradual fall.
    Falling,
    /// The runs do not decide.
    Inconclusive(Why),
}

/// Finds the changes of all statistics together.
#[must_use]
pub(crate) fn changes(runs: &[OldRun], margins: Margins) -> Vec<Change> {
    let mut courses: Vec<(Key, Judged, Statistic, Vec<Point>)> = Vec::new();
    for (number, run) in runs.iter().enumerate() {
        for (key, statistic, value) in &run.values.values {
            let point = Point { at: number as f64, value: *value };
            if let Some((.., points)) = courses.iter_mut().find(|(known, _, of, _)| known == key && of == statistic) {
                points.push(point);
            } else {
                let judged = Judged::of(&key.metric);
                courses.extend(judged.map(|judged| (key.clone(), judged, *statistic, vec![point])));
            }
        }
    }
    let limits = |statistic: Statistic| {
        let base = Limits { min_windows: MIN_RUNS, ..Limits::default() };
        match statistic {
            Statistic::Share => Limits { amount: margins.share, hidden_amount: 2.0 * margins.share, ..base },
            _ => Limits { share: margins.ratio, hidden_share: 2.0 * margins.ratio, ..base },
        }
    };
    let metrics: Vec<drift::Metric> =
        courses.iter().map(|(_, _, statistic, points)| drift::Metric { points, limits: limits(*statistic) }).collect();
    let found = drift::judge_all(&metrics);
    courses
        .iter()
        .zip(found)
        .map(|((key, judged, statistic, points), drift)| change(key, judged, *statistic, points, &drift))
        .collect()
}

fn change(key: &Key, judged: &Judged, statistic: Statistic, points: &[Point], drift: &drift::Drift) -> Change {
    let (kind, growth) = match drift.shape {
        Shape::Flat => (ChangeKind::None, 0.0),
        Shape::Rising => (ChangeKind::Rising, 1.0),
        Shape::Falling => (ChangeKind::Falling, -1.0),
        Shape::Step { change, .. } => (ChangeKind::Step, change),
        Shape::Inconclusive(why) => (ChangeKind::Inconclusive(why), 0.0),
    };
    let step = drift.evidence.and_then(|evidence| evidence.step).filter(|_| kind == ChangeKind::Step);
    let line = drift.evidence.map(|evidence| (evidence.level, evidence.end_level));
    let levels = step.map(|step| (step.before, step.after)).or(line);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the number of a run")]
    let run = step.map(|step| step.at.round() as usize);
    Change {
        key: key.clone(),
        judged: judged.clone(),
        statistic,
        kind,
        worse: if judged.better == Better::Lower { growth > 0.0 } else { growth < 0.0 },
        before: levels.map(|(before, _)| before),
        after: levels.map(|(_, after)| after),
        run,
        runs: points.len(),
    }
}

#[cfg(test)]
mod tests;
