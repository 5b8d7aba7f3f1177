//! Soak: does a metric drift while the load is constant?
//!
//! Owns the windows of a run by metric, the choice of the part that is judged, and the findings. A run is a soak if its
//! plan asks for a constant load for at least [`SHORTEST`]; about a shorter one nothing is said. Start with
//! [`SoakWindows::judge`].

use super::{
    drift::{
        self, Drift, Limits, Shape,
        crossing::{Threshold as Bound, hours_until},
    },
    findings::{CrossingFinding, DriftFinding, DriftVerdict, SoakFindings},
    judged::{Better, Judged, Statistic},
    statistics::series::Point,
    warm_up::{self, WarmUp},
    windows::{Windows, merged},
};
use crate::{
    metric::{Interval, Kind, MetricDef, SeriesDef, Unit, Value, catalogue},
    threshold::{Stat, Threshold, shown_factor},
};

/// Seconds of constant load: ten minutes of which up to one is ramps.
pub(crate) const SHORTEST: f64 = 540.0;
/// Length of the first windows, milliseconds.
const WINDOW_MS: i64 = 1_000;
/// Windows of a whole run; beyond, neighbours are merged.
const MOST_WINDOWS: usize = 240;
/// Windows of a statistic, below which it is not judged. They are merged down to these when single ones hold too few
/// requests for it.
const LEAST_WINDOWS: usize = 24;
/// Share of the windows that must have a value.
const FILLED: f64 = 0.9;
/// Smallest change of a time that counts, seconds.
const LEAST_TIME: f64 = 0.000_1;
/// Smallest change of a share that counts, and one that must not hide.
const LEAST_SHARE: f64 = 0.005;
const HIDDEN_SHARE: f64 = 0.01;

/// The windows of a run, by metric.
#[derive(Debug)]
pub(crate) struct SoakWindows {
    windows: Windows<MetricDef>,
    started_at_ms: Option<i64>,
}

impl Default for SoakWindows {
    fn default() -> Self {
        Self { windows: Windows::new(WINDOW_MS, MOST_WINDOWS), started_at_ms: None }
    }
}

/// A statistic over time, in the unit of the metric.
struct Course {
    metric: MetricDef,
    judged: Judged,
    statistic: Statistic,
    points: Vec<Point>,
    window: f64,
}

impl SoakWindows {
    /// Takes the next interval.
    pub(crate) fn fold(&mut self, interval: &Interval) {
        let started_at_ms = *self.started_at_ms.get_or_insert(interval.start_ms);
        self.windows.fold(interval, started_at_ms, keys_of);
    }

    /// Judges the constant part of the load, seconds from the start of the run. None if it is too short, or nothing was
    /// observed in it.
    #[must_use]
    pub(crate) fn judge(&self, steady: [f64; 2], thresholds: &[&Threshold]) -> Option<SoakFindings> {
        let [from, to] = steady;
        if to - from < SHORTEST {
            return None;
        }
        let all = self.windows.whole_within(to);
        let first = (0..all).find(|index| *index as f64 * self.windows.seconds() >= from)?;
        let (cut, is_steady) = self.warm_up(first, all);
        let courses: Vec<Course> =
            self.windows.keys().iter().flat_map(|key| self.courses(key, first + cut, all)).collect();
        let metrics: Vec<drift::Metric> =
            courses.iter().map(|course| drift::Metric { points: &course.points, limits: limits(course) }).collect();
        let drifts = drift::judge_all(&metrics);
        let metrics: Vec<DriftFinding> =
            courses.iter().zip(&drifts).map(|(course, drift)| finding(course, drift, thresholds)).collect();
        (!metrics.is_empty()).then_some(SoakFindings {
            from_ms: from * 1e3,
            to_ms: to * 1e3,
            warm_up_ms: cut as f64 * self.windows.seconds() * 1e3,
            steady: is_steady,
            metrics,
        })
    }

    /// Windows that belong to the warm-up, by the response times; and whether the target was steady after it.
    fn warm_up(&self, first: usize, end: usize) -> (usize, bool) {
        let times = self.windows.keys().iter().filter(|key| key.unit == Unit::Seconds);
        let found: Vec<WarmUp> = times
            .flat_map(|key| {
                let values = self.windows.values(key, end);
                let of = |q: f64| -> WarmUp {
                    let value = |value: Option<&Value>| {
                        value.and_then(|value| Statistic::Quantile(q).of_few(value, 1.0)).unwrap_or(f64::NAN)
                    };
                    warm_up::find(&values[first..].iter().copied().map(value).collect::<Vec<_>>())
                };
                [of(0.5), of(0.95)]
            })
            .collect();
        let longest = warm_up::longest(&found);
        (longest.map_or(0, WarmUp::windows), longest != Some(WarmUp::NotSteady))
    }

    fn courses(&self, key: &MetricDef, first: usize, end: usize) -> Vec<Course> {
        if key.name == catalogue::DROPPED_ITERATIONS.name {
            return vec![self.delivered(first, end)];
        }
        let Some(judged) = Judged::of(key).filter(|_| key.name != catalogue::ITERATIONS.name) else {
            return Vec::new();
        };
        let values = self.windows.values(key, end);
        let has_data = values.iter().skip(first).flatten().any(|value| !value.is_empty());
        let course = |statistic: &Statistic| {
            let found = self.points(&values, first, |value, seconds| statistic.of(value, seconds));
            // Without points the finding says that it was not judged.
            let (points, window) = found.or_else(|| has_data.then(|| (Vec::new(), self.windows.seconds())))?;
            Some(Course { metric: key.clone(), judged: judged.clone(), statistic: *statistic, points, window })
        };
        judged.statistics.iter().filter_map(course).collect()
    }

    /// The share of arrivals that were started.
    fn delivered(&self, first: usize, end: usize) -> Course {
        let counts = |metric: &MetricDef| -> Vec<f64> {
            let count = |value: Option<&Value>| if let Some(Value::Counter(sum)) = value { *sum } else { 0.0 };
            self.windows.values(metric, end).into_iter().map(count).collect()
        };
        let (ended, dropped) = (counts(&catalogue::ITERATIONS), counts(&catalogue::DROPPED_ITERATIONS));
        let share = |(ended, dropped): (&f64, &f64)| {
            let all = ended + dropped;
            (all > 0.0).then(|| ended / all)
        };
        let shares: Vec<Option<f64>> = ended.iter().zip(&dropped).map(share).collect();
        let point = |index: usize| Some(Point { at: self.middle(index, 1), value: shares[index]? });
        Course {
            metric: catalogue::DROPPED_ITERATIONS.clone(),
            judged: Judged { label: "delivered arrivals".to_owned(), statistics: &[], better: Better::Higher },
            statistic: Statistic::Share,
            points: (first..end).filter_map(point).collect(),
            window: self.windows.seconds(),
        }
    }

    /// One statistic over time: of single windows, or of as many together as it needs.
    fn points(
        &self,
        values: &[Option<&Value>],
        first: usize,
        of: impl Fn(&Value, f64) -> Option<f64>,
    ) -> Option<(Vec<Point>, f64)> {
        let values = &values[first.min(values.len())..];
        let mut together = 1;
        while values.len() / together >= LEAST_WINDOWS {
            let seconds = self.windows.seconds() * together as f64;
            let chunks: Vec<Option<f64>> =
                values.chunks_exact(together).map(|chunk| of(&merged(chunk)?, seconds)).collect();
            let filled = chunks.iter().flatten().count();
            if filled as f64 >= FILLED * chunks.len() as f64 {
                let at = |index: usize| self.middle(first + index * together, together);
                let point = |(index, value): (usize, &Option<f64>)| Some(Point { at: at(index), value: (*value)? });
                return Some((chunks.iter().enumerate().filter_map(point).collect(), seconds));
            }
            together *= 2;
        }
        None
    }

    /// Middle of some windows in seconds from the start of the run.
    fn middle(&self, first: usize, together: usize) -> f64 {
        (first as f64 + together as f64 / 2.0) * self.windows.seconds()
    }
}

fn keys_of(series: &SeriesDef) -> Vec<MetricDef> {
    let is_wanted = Judged::of(&series.metric).is_some() || series.metric.name == catalogue::DROPPED_ITERATIONS.name;
    if is_wanted { vec![series.metric.clone()] } else { Vec::new() }
}

fn limits(course: &Course) -> Limits {
    match course.statistic {
        Statistic::Quantile(_) => Limits { amount: LEAST_TIME, hidden_amount: 2.0 * LEAST_TIME, ..Limits::default() },
        _ => Limits { amount: LEAST_SHARE, hidden_amount: HIDDEN_SHARE, ..Limits::default() },
    }
}

fn finding(course: &Course, drift: &Drift, thresholds: &[&Threshold]) -> DriftFinding {
    let is_time = course.metric.unit == Unit::Seconds;
    let factor = if is_time { 1e3 } else { 1.0 };
    let shown = |value: f64| (value * factor).is_finite().then_some(value * factor);
    let evidence = drift.evidence;
    let step = evidence.and_then(|evidence| evidence.step).filter(|_| matches!(drift.shape, Shape::Step { .. }));
    let level = evidence.map(|evidence| [evidence.level, evidence.end_level]);
    let level = step.map(|step| [step.before, step.after]).or(level);
    let (verdict, change) = match drift.shape {
        Shape::Flat => (DriftVerdict::None, 0.0),
        Shape::Rising => (DriftVerdict::Rising, 1.0),
        Shape::Falling => (DriftVerdict::Falling, -1.0),
        Shape::Step { change, .. } => (DriftVerdict::Step, change),
        Shape::Inconclusive(_) => (DriftVerdict::Inconclusive, 0.0),
    };
    let is_line = matches!(verdict, DriftVerdict::Rising | DriftVerdict::Falling);
    DriftFinding {
        metric: course.metric.name.to_string(),
        statistic: course.statistic.name(),
        label: format!("{}{}", course.judged.label, course.statistic.in_words()),
        is_time,
        verdict,
        worse: if course.judged.better == Better::Lower { change > 0.0 } else { change < 0.0 },
        why: if let Shape::Inconclusive(why) = drift.shape { Some(why.as_str().to_owned()) } else { None },
        windows: course.points.len(),
        window_ms: course.window * 1e3,
        start: level.and_then(|[start, _]| shown(start)),
        end: level.and_then(|[_, end]| shown(end)),
        step_at_ms: if let Shape::Step { at, .. } = drift.shape { Some(at * 1e3) } else { None },
        slope_per_hour: evidence.and_then(|evidence| shown(evidence.slope)),
        slope_interval: evidence.map_or([None; 2], |evidence| evidence.slope_interval.map(shown)),
        p: Some(drift.p).filter(|p| p.is_finite()),
        autocorrelation: evidence.map(|evidence| evidence.memory.rho),
        crossing: if is_line { crossing(course, drift, thresholds) } else { None },
    }
}

/// The threshold on the same statistic of all series that will be missed first. The service time is part of the response
/// time, so its thresholds count, too.
fn crossing(course: &Course, drift: &Drift, thresholds: &[&Threshold]) -> Option<CrossingFinding> {
    let evidence = drift.evidence?;
    let is_response_time = course.metric.name == catalogue::HTTP_REQ_RESPONSE_TIME.name;
    let is_of = |threshold: &&&Threshold| {
        let name = &threshold.metric.name;
        (*name == course.metric.name || is_response_time && *name == catalogue::HTTP_REQ_DURATION.name)
            && threshold.selector.is_empty()
            && threshold.bound.is_finite()
            && match (threshold.stat, course.statistic) {
                (Stat::Quantile(of), Statistic::Quantile(q)) => (of - q).abs() < 1e-9,
                // Of a counter it is the rate per second.
                (Stat::Rate, Statistic::Share) => threshold.metric.kind == Kind::Rate,
                _ => false,
            }
    };
    let crossing = |threshold: &&Threshold| {
        let bound = threshold.bound / shown_factor(&threshold.metric);
        let bound = if threshold.operator.keeps_below()? { Bound::Below(bound) } else { Bound::Above(bound) };
        let hours = hours_until(&evidence, bound)?;
        Some(CrossingFinding {
            threshold: format!("{} {}", threshold.key, threshold.expression),
            earliest_hours: hours.earliest,
            likely_hours: hours.likely,
            latest_hours: hours.latest,
        })
    };
    let crossings = thresholds.iter().filter(is_of).filter_map(crossing);
    let soon = |one: &CrossingFinding| one.likely_hours.unwrap_or(f64::INFINITY);
    crossings.filter(|one| soon(one) <= FAR_HOURS).min_by(|one, other| soon(one).total_cmp(&soon(other)))
}

/// A threshold that is crossed later than in so many hours is not mentioned: nothing goes on for ever.
const FAR_HOURS: f64 = 24.0 * 90.0;

#[cfg(test)]
mod tests;
