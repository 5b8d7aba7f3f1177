//! The timeline as the report's page reads it: arrays over its points, counts as counts, times in milliseconds.

use serde_json::{Map, Value as Json, json};

use super::{
    super::json::number,
    MAX_POINTS, Timeline,
    cell::{Cell, GAUGES},
};
use crate::metric::intended::{COARSE_BUCKETS, coarse_upper_bound};

/// Quantiles of response times, with their names.
const QUANTILES: [(&str, f64); 4] = [("p50", 0.5), ("p90", 0.9), ("p95", 0.95), ("p99", 0.99)];

impl Timeline {
    /// The timeline; times are milliseconds after the start of the load.
    #[must_use]
    pub(crate) fn as_json(&self) -> Json {
        self.since(0).1
    }

    /// The timeline from a point on, and the number of its first point: one before, where the last point belongs to it.
    #[must_use]
    pub(crate) fn since(&self, first: usize) -> (usize, Json) {
        let last = self.last_point();
        let first = first.min(last.saturating_sub(1));
        let points = &self.points[first..last];
        let offsets = |at: fn(&super::Point) -> i64| -> Vec<i64> {
            points.iter().map(|point| at(point) - self.started_at_ms).collect()
        };
        let mut to = offsets(|point| point.end_ms);
        let rest = &self.points[last..];
        if let (Some(end), Some(point)) = (to.last_mut(), rest.last()) {
            *end = point.end_ms - self.started_at_ms;
        }
        let cells_of = |pick: &dyn Fn(&super::Point) -> Cell| -> Vec<Cell> {
            let mut cells: Vec<Cell> = points.iter().map(pick).collect();
            if let Some(cell) = cells.last_mut() {
                rest.iter().for_each(|point| cell.merge_later(&pick(point)));
            }
            cells
        };
        let whole = self.lines(None, &cells_of(&super::Point::whole));
        let scenarios = self.scenarios.iter().enumerate().filter(|_| self.has_scenarios());
        let scenarios = scenarios.map(|(place, (name, _))| {
            let cell = |point: &super::Point| point.cells.get(place).cloned().unwrap_or_default();
            self.lines(Some(name), &cells_of(&cell))
        });
        let json = json!({
            "from": offsets(|point| point.start_ms),
            "to": to,
            "scopes": std::iter::once(whole).chain(scenarios).collect::<Vec<_>>(),
            "stages": self.stages.as_json(self.started_at_ms),
            "edges": (0..COARSE_BUCKETS).map(|bucket| rounded(coarse_upper_bound(bucket) * 1e3)).collect::<Vec<_>>(),
            "most_points": MAX_POINTS,
        });
        (first, json)
    }

    /// How many points stand by themselves: a last one that is shorter than half of the others belongs to the one before,
    /// because a rate over a few milliseconds says nothing.
    fn last_point(&self) -> usize {
        match self.points.as_slice() {
            [.., last] if self.points.len() > 1 && (last.end_ms - last.start_ms) * 2 < self.new_width_ms => {
                self.points.len() - 1
            }
            points => points.len(),
        }
    }

    fn lines(&self, name: Option<&String>, cells: &[Cell]) -> Json {
        let mut lines = Map::new();
        lines.insert("name".to_owned(), json!(name));
        let mut counts = |key: &str, count: &dyn Fn(&Cell) -> f64| {
            let counts: Vec<f64> = cells.iter().map(count).collect();
            if counts.iter().any(|count| *count != 0.0) {
                lines.insert(key.to_owned(), counts.into_iter().map(number).collect());
            }
        };
        counts("requests", &|cell| cell.attempts as f64);
        counts("failed", &|cell| cell.failed as f64);
        counts("iterations", &|cell| cell.iterations);
        counts("due", &|cell| cell.due as f64);
        counts("dropped", &|cell| cell.dropped as f64);
        counts("sent", &|cell| cell.bytes_sent);
        counts("received", &|cell| cell.bytes_received);
        counts("cpu", &|cell| cell.cpu_seconds);
        let mut levels = |key: &str, level: &dyn Fn(&Cell) -> Option<f64>| {
            let levels: Vec<Option<f64>> = cells.iter().map(level).collect();
            if levels.iter().any(Option::is_some) {
                lines.insert(
                    key.to_owned(),
                    levels.into_iter().map(|level| level.map_or(Json::Null, rounded)).collect(),
                );
            }
        };
        for (place, (key, _)) in GAUGES.iter().enumerate() {
            levels(key, &|cell| cell.levels[place]);
        }
        for (key, quantile) in QUANTILES {
            levels(key, &|cell| cell.response_times.quantile(quantile).map(|seconds| seconds * 1e3));
        }
        levels("max", &|cell| cell.response_times.max().map(|seconds| seconds * 1e3));
        levels("lag_p50", &|cell| cell.schedule_lag.quantile(0.5).map(|seconds| seconds * 1e3));
        levels("lag_p99", &|cell| cell.schedule_lag.quantile(0.99).map(|seconds| seconds * 1e3));
        let errors = self.classes.iter().enumerate().filter_map(|(class, name)| {
            let counts = cells.iter().map(|cell| cell.errors.get(&class).copied().unwrap_or(0.0));
            counts.clone().any(|count| count > 0.0).then(|| (name.clone(), counts.map(number).collect::<Json>()))
        });
        lines.insert("errors".to_owned(), Json::Object(errors.collect()));
        if cells.iter().any(|cell| cell.distribution.is_some()) {
            lines.insert("distribution".to_owned(), cells.iter().map(distribution).collect());
        }
        Json::Object(lines)
    }
}

/// Populated buckets: number, count, number, count, …
fn distribution(cell: &Cell) -> Json {
    let buckets = cell.distribution.iter().flat_map(|counts| counts.iter().enumerate());
    buckets.filter(|(_, count)| **count > 0).flat_map(|(bucket, count)| [json!(bucket), json!(count)]).collect()
}

/// Four significant digits: more than a pixel shows.
fn rounded(value: f64) -> Json {
    if value == 0.0 || !value.is_finite() {
        return json!(0);
    }
    #[expect(clippy::cast_possible_truncation, reason = "the exponent of a number that is no zero")]
    let digits = (3 - value.abs().log10().floor() as i32).clamp(0, 12);
    let factor = 10_f64.powi(digits);
    number((value * factor).round() / factor)
}
