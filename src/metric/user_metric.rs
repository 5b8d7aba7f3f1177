//! Custom metrics of a profile or a flow, and the registry of a worker, to which flows can add metrics during the run.

use std::{collections::HashMap, sync::Arc};

use super::{GaugeAggregation, Kind, MetricDef, catalogue};

/// Maximum number of metrics that the flows of a worker can add.
pub(crate) const MAX_DYNAMIC_METRICS: usize = 100;

/// A custom metric.
#[derive(Debug, Clone)]
pub(crate) struct UserMetric {
    pub def: MetricDef,
    /// Factor from samples to the unit: samples of times are in milliseconds, as in k6.
    pub scale: f64,
    /// Whether samples add to a gauge instead of setting it.
    pub up_and_down: bool,
}

impl UserMetric {
    /// Aggregation over workers; None unless it is a gauge.
    fn aggregation(&self) -> Option<(String, GaugeAggregation)> {
        let aggregation = if self.up_and_down { GaugeAggregation::SumOfChanges } else { GaugeAggregation::Last };
        (self.def.kind == Kind::Gauge).then(|| (self.def.name.to_string(), aggregation))
    }
}

/// The custom metrics of a worker: those of the plan first, then those of flows.
#[derive(Debug, Default)]
pub(crate) struct MetricRegistry {
    planned: Arc<[UserMetric]>,
    /// Shared pointers, because a recorder identifies a metric by its address.
    dynamic: Vec<Arc<UserMetric>>,
    by_name: HashMap<Arc<str>, usize>,
    /// Number of metrics whose aggregation was flushed.
    flushed: usize,
}

impl MetricRegistry {
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

    /// The number of a known or new metric. None beyond [`MAX_DYNAMIC_METRICS`], and for a name of the catalogue or of a
    /// metric with another kind.
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

    /// Aggregations of gauges that appeared since the last call.
    pub(super) fn take_aggregations(&mut self) -> Vec<(String, GaugeAggregation)> {
        let first = std::mem::replace(&mut self.flushed, self.by_name.len());
        (first..self.flushed).filter_map(|number| self.get(number)?.aggregation()).collect()
    }
}

#[cfg(test)]
mod tests;
