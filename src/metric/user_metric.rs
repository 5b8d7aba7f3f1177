//! Metrics that a profile or a flow defines, and the registry of a worker: a metric may appear while the run goes on.

use std::{collections::HashMap, sync::Arc};

use super::{GaugeAggregation, Kind, MetricDef, catalogue};

/// Most metrics that flows of one worker may add to those of the profile.
pub(crate) const MAX_DYNAMIC_METRICS: usize = 100;

/// A metric that is not of the catalogue.
#[derive(Debug, Clone)]
pub(crate) struct UserMetric {
    /// Name, kind and unit.
    pub def: MetricDef,
    /// Factor from samples to the unit: times are given in milliseconds, as in k6.
    pub scale: f64,
    /// Whether samples add to a gauge instead of setting it.
    pub up_and_down: bool,
}

impl UserMetric {
    /// How values of several workers become one; None unless it is a gauge.
    fn aggregation(&self) -> Option<(String, GaugeAggregation)> {
        let aggregation = if self.up_and_down { GaugeAggregation::Changes } else { GaugeAggregation::Last };
        (self.def.kind == Kind::Gauge).then(|| (self.def.name.to_string(), aggregation))
    }
}

/// The metrics that a worker knows: those of the plan first, then those that appeared while running.
#[derive(Debug, Default)]
pub(crate) struct MetricRegistry {
    planned: Arc<[UserMetric]>,
    /// Shared pointers, because a recorder knows a metric by its address.
    dynamic: Vec<Arc<UserMetric>>,
    by_name: HashMap<Arc<str>, usize>,
    /// How many of them were flushed.
    flushed: usize,
}

impl MetricRegistry {
    /// A registry of the plan's metrics.
    #[must_use]
    pub(crate) fn new(planned: Arc<[UserMetric]>) -> Self {
        let by_name = planned.iter().enumerate().map(|(number, metric)| (Arc::from(&*metric.def.name), number));
        Self { by_name: by_name.collect(), planned, ..Self::default() }
    }

    /// A metric by its number.
    #[must_use]
    pub(crate) fn get(&self, number: usize) -> Option<&UserMetric> {
        match number.checked_sub(self.planned.len()) {
            None => self.planned.get(number),
            Some(place) => self.dynamic.get(place).map(|metric| &**metric),
        }
    }

    /// The number of a metric, known or new. None beyond [`MAX_DYNAMIC_METRICS`], and for a name that is taken: by the
    /// catalogue, or with another kind. Samples of different metrics can't be folded into one.
    pub(crate) fn number(&mut self, metric: &Arc<UserMetric>) -> Option<usize> {
        if let Some(number) = self.by_name.get(&*metric.def.name) {
            let same = self.get(*number).is_some_and(|known| known.def.kind == metric.def.kind);
            return same.then_some(*number);
        }
        if self.dynamic.len() >= MAX_DYNAMIC_METRICS || catalogue::find(&metric.def.name).is_some() {
            return None;
        }
        let number = self.planned.len() + self.dynamic.len();
        self.by_name.insert(Arc::from(&*metric.def.name), number);
        self.dynamic.push(metric.clone());
        Some(number)
    }

    /// How gauges that appeared since the last call become one value.
    pub(super) fn take_aggregations(&mut self) -> Vec<(String, GaugeAggregation)> {
        let first = std::mem::replace(&mut self.flushed, self.by_name.len());
        (first..self.flushed).filter_map(|number| self.get(number)?.aggregation()).collect()
    }
}

#[cfg(test)]
mod tests;
