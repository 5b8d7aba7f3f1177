//! The series of all targets: which are kept, what counters grew by, and what went wrong. Bounded by the limit of series of
//! each target, however many come and go.

use std::collections::HashMap;

use super::Sample;
use crate::{
    metric::{
        Assembler, Kind, Labels, MetricDef, Value,
        catalogue::TARGET_SCRAPE_FAILED,
        target::{LABEL, Resource, scraped},
    },
    plan::targets::Target,
    units::{show_count, show_duration, show_several},
};

/// Times that a target's change between success and failure is printed.
const MAX_NOTICES: u32 = 10;
/// Labels of the run, which a series of a target must not replace.
const LABELS_OF_RUN: [&str; 5] = ["run_id", "profile", "instance", "scenario", LABEL];
/// Longer values of labels are cut.
const MAX_VALUE: usize = 256;

/// The series of all targets.
#[derive(Debug)]
pub(super) struct TargetSeries {
    targets: Vec<State>,
    /// Kinds by name: a name has one kind for all targets.
    kinds: HashMap<String, Kind>,
    notices: Vec<String>,
}

/// What is known of a target.
#[derive(Debug)]
struct State {
    target: Target,
    places: HashMap<(String, Labels), usize>,
    series: Vec<Series>,
    /// Most series of a page that were not kept.
    left_out: usize,
    scrapes: u64,
    failures: u64,
    /// Scrapes and failures that are not recorded yet.
    pending: (u64, u64),
    last_error: Option<String>,
    is_failing: bool,
    changes: u32,
}

#[derive(Debug)]
struct Series {
    metric: MetricDef,
    labels: Labels,
    /// Last value of a counter.
    total: Option<f64>,
    /// What the next interval gets.
    pending: Option<f64>,
}

impl TargetSeries {
    /// Nothing yet of these targets.
    pub(super) fn new(targets: Vec<Target>) -> Self {
        let state = |target| State {
            target,
            places: HashMap::new(),
            series: Vec::new(),
            left_out: 0,
            scrapes: 0,
            failures: 0,
            pending: (0, 0),
            last_error: None,
            is_failing: false,
            changes: 0,
        };
        Self { targets: targets.into_iter().map(state).collect(), kinds: HashMap::new(), notices: Vec::new() }
    }

    /// Takes what a scrape of a target gave.
    pub(super) fn put(&mut self, target: usize, mut samples: Vec<Sample>) {
        let Some(state) = self.targets.get_mut(target) else { return };
        self.notices.extend(state.ended(None));
        samples.retain(|sample| state.target.wants(&sample.name));
        // Of too many series, those are kept first that verdicts judge.
        samples.sort_by_key(|sample| Resource::of(&scraped(&sample.name, sample.kind)).is_none());
        let mut left_out = 0;
        for sample in samples {
            left_out += usize::from(!state.take(&sample, &mut self.kinds));
        }
        if left_out > 0 && state.left_out == 0 {
            self.notices.push(state.too_many(left_out));
        }
        state.left_out = state.left_out.max(left_out);
    }

    /// Takes that a scrape failed.
    pub(super) fn fail(&mut self, target: usize, error: String) {
        if let Some(state) = self.targets.get_mut(target) {
            self.notices.extend(state.ended(Some(error)));
        }
    }

    /// Records what came since the last call.
    pub(super) fn record(&mut self, assembler: &mut Assembler) {
        for state in &mut self.targets {
            let (scrapes, failures) = std::mem::take(&mut state.pending);
            if scrapes > 0 {
                let labels = Labels::new([(LABEL, &state.target.name)]);
                let rate = Value::Rate { nonzero: failures, total: scrapes };
                assembler.record(&TARGET_SCRAPE_FAILED, &labels, &rate);
            }
            for series in &mut state.series {
                let Some(value) = series.pending.take() else { continue };
                let value =
                    if series.metric.kind == Kind::Counter { Value::Counter(value) } else { Value::Gauge(Some(value)) };
                assembler.record(&series.metric, &series.labels, &value);
            }
        }
    }

    /// What happened since the last call.
    pub(super) fn take_notices(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notices)
    }

    /// What to know when the run is over.
    pub(super) fn warnings(&self) -> Vec<String> {
        self.targets.iter().flat_map(State::warnings).collect()
    }
}

impl State {
    /// Counts a scrape; gives a sentence if the target begins to fail or to work.
    fn ended(&mut self, error: Option<String>) -> Option<String> {
        let (is_first, was_failing) = (self.scrapes == 0, self.is_failing);
        self.is_failing = error.is_some();
        self.scrapes += 1;
        self.failures += u64::from(self.is_failing);
        self.pending = (self.pending.0 + 1, self.pending.1 + u64::from(self.is_failing));
        let name = &self.target.name;
        let text = error.as_ref().map_or_else(
            || format!("target {name} is scraped again"),
            |error| {
                let every = show_duration(self.target.interval);
                format!("target {name} can't be scraped: {error}; it is tried again every {every}")
            },
        );
        self.last_error = error.or(self.last_error.take());
        let is_change = self.is_failing != was_failing || is_first && self.is_failing;
        self.changes += u32::from(is_change);
        (is_change && self.changes <= MAX_NOTICES).then_some(text)
    }

    /// Takes a sample; false if there is no place for its series.
    fn take(&mut self, sample: &Sample, kinds: &mut HashMap<String, Kind>) -> bool {
        let metric = scraped(&sample.name, sample.kind);
        let name = metric.name.to_string();
        let labels = self.labels(&sample.labels);
        let key = (name, labels);
        let place = if let Some(place) = self.places.get(&key) {
            *place
        } else {
            let is_other = kinds.get(&key.0).is_some_and(|kind| *kind != metric.kind);
            if self.series.len() >= self.target.most_series || is_other {
                return false;
            }
            kinds.insert(key.0.clone(), metric.kind);
            self.series.push(Series { metric, labels: key.1.clone(), total: None, pending: None });
            self.places.insert(key, self.series.len() - 1);
            self.series.len() - 1
        };
        let Some(series) = self.series.get_mut(place) else { return false };
        if series.metric.kind == Kind::Counter {
            // The first value counts what was before the run. A smaller one than before: the target was started anew.
            let before = series.total.replace(sample.value);
            let more = before.map(|before| if sample.value >= before { sample.value - before } else { sample.value });
            if let Some(more) = more.filter(|more| *more > 0.0) {
                series.pending = Some(series.pending.unwrap_or(0.0) + more);
            }
        } else {
            series.pending = Some(sample.value);
        }
        true
    }

    /// Labels with the target's name; those that the run has itself get another name, as Prometheus does it.
    fn labels(&self, own: &[(String, String)]) -> Labels {
        let plain = |(name, value): &(String, String)| {
            let mut plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
            if LABELS_OF_RUN.contains(&&*plain) {
                plain.insert_str(0, "exported_");
            }
            (plain, value.chars().take(MAX_VALUE).collect::<String>())
        };
        Labels::new(own.iter().map(plain).chain([(LABEL.to_owned(), self.target.name.clone())]))
    }

    fn too_many(&self, left_out: usize) -> String {
        let (kept, left_out) = (show_count(self.series.len() as u64), show_count(left_out as u64));
        let name = &self.target.name;
        format!(
            "target {name}: {kept} series are kept, {left_out} are not; `metrics` chooses others, `series` raises the limit"
        )
    }

    fn warnings(&self) -> Vec<String> {
        let name = &self.target.name;
        let error = self.last_error.as_deref().unwrap_or_default();
        let failed = (self.failures > 0).then(|| {
            if self.failures == self.scrapes {
                format!("target {name} was never scraped: {error}")
            } else {
                let (failed, scrapes) = (show_count(self.failures), show_several(self.scrapes, "scrape"));
                format!("target {name}: {failed} of {scrapes} failed, the last with: {error}")
            }
        });
        let none = self.series.is_empty() && self.failures < self.scrapes;
        let none = none.then(|| format!("target {name} gave no metric that is asked for"));
        let left_out = (self.left_out > 0).then(|| self.too_many(self.left_out));
        failed.into_iter().chain(none).chain(left_out).collect()
    }
}
