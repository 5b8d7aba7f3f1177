//! Resources of targets: memory, file handles, connections, goroutines and threads over a run, beside the load.
//!
//! Owns the lowest use of each in equal windows, and the findings. Bounded: when there would be too many windows,
//! neighbours are merged. Start with [`ResourceWindows::judge`]; [`super::leak`] decides.

use std::collections::BTreeMap;

use super::{
    findings::{LeakVerdict, ResourceFinding},
    leak::{self, Found, Growth, Usage},
    soak::SHORTEST,
    statistics::series::Point,
};
use crate::metric::{
    Interval, SeriesDef, SeriesId, Value, catalogue,
    catalogue::has_role,
    target::{LABEL, PREFIX, Resource},
};

/// Windows of a run, of which at least half are filled after a merge.
const MOST_WINDOWS: usize = 96;
/// Length of the first windows, milliseconds.
const WINDOW_MS: i64 = 1_000;
/// Resources that are judged: further ones are left out.
const MOST_RESOURCES: usize = 200;

/// One resource of one target; its series are added up.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    target: String,
    resource: Resource,
    metric: String,
}

/// Counts of the load in a window.
#[derive(Debug, Clone, Copy, Default)]
struct Load {
    requests: f64,
    iterations: f64,
}

/// What a series counts for.
#[derive(Debug, Clone, Copy)]
enum Place {
    Use(usize),
    Requests,
    Iterations,
}

/// The windows of a run.
#[derive(Debug)]
pub(crate) struct ResourceWindows {
    length_ms: i64,
    keys: Vec<Key>,
    places: BTreeMap<SeriesId, Place>,
    /// Lowest use by key and window; NaN without any.
    lowest: Vec<Vec<f64>>,
    load: Vec<Load>,
    started_at_ms: Option<i64>,
}

impl Default for ResourceWindows {
    fn default() -> Self {
        Self {
            length_ms: WINDOW_MS,
            keys: Vec::new(),
            places: BTreeMap::new(),
            lowest: Vec::new(),
            load: Vec::new(),
            started_at_ms: None,
        }
    }
}

impl ResourceWindows {
    /// Takes the next interval.
    pub(crate) fn fold(&mut self, interval: &Interval) {
        let started = *self.started_at_ms.get_or_insert(interval.start_ms);
        interval.new_series.iter().for_each(|series| self.add(series));
        let Some(index) = self.window_of(interval, started) else { return };
        let mut uses: BTreeMap<usize, f64> = BTreeMap::new();
        for (id, value) in &interval.values {
            match (self.places.get(id), value) {
                (Some(Place::Use(key)), Value::Gauge(Some(amount))) => *uses.entry(*key).or_default() += amount,
                (Some(Place::Requests), Value::Counter(count)) => self.load[index].requests += count,
                (Some(Place::Iterations), Value::Counter(count)) => self.load[index].iterations += count,
                _ => {}
            }
        }
        for (key, used) in uses {
            let windows = &mut self.lowest[key];
            if windows.len() <= index {
                windows.resize(index + 1, f64::NAN);
            }
            windows[index] = windows[index].min(used);
        }
    }

    fn add(&mut self, series: &SeriesDef) {
        let place = if let Some(resource) = Resource::of(&series.metric) {
            let target = series.labels.get(LABEL).unwrap_or_default().to_owned();
            let key = Key { target, resource, metric: series.metric.name.to_string() };
            let known = self.keys.iter().position(|known| *known == key);
            if known.is_none() && self.keys.len() >= MOST_RESOURCES {
                return;
            }
            Place::Use(known.unwrap_or_else(|| {
                self.keys.push(key);
                self.lowest.push(Vec::new());
                self.keys.len() - 1
            }))
        } else if has_role(&series.metric, |protocol| protocol.requests) {
            Place::Requests
        } else if series.metric.name == catalogue::ITERATIONS.name {
            Place::Iterations
        } else {
            return;
        };
        self.places.insert(series.id, place);
    }

    /// The window that the middle of an interval lies in.
    fn window_of(&mut self, interval: &Interval, started: i64) -> Option<usize> {
        let length = interval.end_ms.saturating_sub(interval.start_ms);
        let middle = interval.middle_ms().saturating_sub(started);
        let most = i64::try_from(MOST_WINDOWS).unwrap_or(i64::MAX);
        while middle / self.length_ms >= most || length > self.length_ms.saturating_mul(2) {
            self.merge_neighbours();
        }
        let index = usize::try_from(middle / self.length_ms).ok()?;
        if self.load.len() <= index {
            self.load.resize(index + 1, Load::default());
        }
        Some(index)
    }

    fn merge_neighbours(&mut self) {
        self.length_ms = self.length_ms.saturating_mul(2);
        for windows in &mut self.lowest {
            *windows = windows.chunks(2).map(|pair| pair.iter().copied().fold(f64::NAN, f64::min)).collect();
        }
        let sum = |pair: &[Load]| Load {
            requests: pair.iter().map(|load| load.requests).sum(),
            iterations: pair.iter().map(|load| load.iterations).sum(),
        };
        self.load = self.load.chunks(2).map(sum).collect();
    }

    /// Judges every resource over the first `elapsed` seconds; nothing is found in a short run.
    #[must_use]
    pub(crate) fn judge(&self, elapsed: f64) -> Vec<ResourceFinding> {
        if elapsed < SHORTEST {
            return Vec::new();
        }
        let courses: Vec<(Vec<Point>, Vec<f64>)> =
            self.lowest.iter().map(|lowest| self.course(lowest, elapsed)).collect();
        let usages = courses.iter().zip(&self.keys).map(|((points, load), key)| Usage {
            points,
            load,
            amount: least_growth(key.resource),
        });
        let found = leak::judge_all(&usages.collect::<Vec<_>>());
        let mut findings: Vec<(&Key, ResourceFinding)> =
            self.keys.iter().zip(&found).map(|(key, found)| (key, self.finding(key, found))).collect();
        findings.sort_by_key(|(key, _)| *key);
        findings.into_iter().map(|(_, finding)| finding).collect()
    }

    /// The use over time, with the load of the same windows. The last window may not be whole, and is left out.
    fn course(&self, lowest: &[f64], elapsed: f64) -> (Vec<Point>, Vec<f64>) {
        let seconds = self.length_ms as f64 / 1e3;
        let has_requests = self.load.iter().any(|load| load.requests > 0.0);
        let points = lowest.iter().zip(&self.load).enumerate().filter_map(|(index, (value, load))| {
            let count = if has_requests { load.requests } else { load.iterations };
            let end = (index + 1) as f64 * seconds;
            let point = Point { at: end - seconds / 2.0, value: *value };
            (value.is_finite() && end <= elapsed).then_some((point, count / seconds))
        });
        points.unzip()
    }

    fn finding(&self, key: &Key, found: &Found) -> ResourceFinding {
        let (verdict, why, step_at) = match found.growth {
            Growth::None => (LeakVerdict::None, None, None),
            Growth::FollowsLoad => (LeakVerdict::FollowsLoad, None, None),
            Growth::Released => (LeakVerdict::Released, None, None),
            Growth::Leak => (LeakVerdict::Leak, None, None),
            Growth::Settles => (LeakVerdict::Settles, None, None),
            Growth::Step { at } => (LeakVerdict::Step, None, Some(at)),
            Growth::Inconclusive(why) => (LeakVerdict::Inconclusive, Some(why.as_str().to_owned()), None),
        };
        let evidence = found.evidence;
        let finite = |value: f64| Some(value).filter(|value| value.is_finite());
        let levels = evidence.map(|evidence| match evidence.step.filter(|_| step_at.is_some()) {
            Some(step) => [step.before, step.after],
            None => [evidence.level, evidence.end_level],
        });
        ResourceFinding {
            target: key.target.clone(),
            metric: key.metric.strip_prefix(PREFIX).unwrap_or(&key.metric).to_owned(),
            resource: key.resource.noun().to_owned(),
            is_bytes: key.resource == Resource::Memory,
            verdict,
            why,
            windows: evidence.map_or(0, |evidence| evidence.windows),
            window_ms: self.length_ms as f64,
            start: levels.and_then(|[start, _]| finite(start)),
            end: levels.and_then(|[_, end]| finite(end)),
            step_at_ms: step_at.map(|at| at * 1e3),
            slope_per_hour: evidence.and_then(|evidence| finite(evidence.slope)),
            slope_interval: evidence.map_or([None; 2], |evidence| evidence.slope_interval.map(finite)),
            p: finite(found.p),
        }
    }
}

/// Smallest growth that counts: less is what a process does on its way.
fn least_growth(resource: Resource) -> f64 {
    match resource {
        Resource::Memory => 1024.0 * 1024.0,
        Resource::Goroutines => 10.0,
        Resource::FileHandles | Resource::Connections | Resource::Threads => 5.0,
    }
}

#[cfg(test)]
mod tests;
