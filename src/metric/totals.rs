//! Running totals of all series since the start of the run.

use std::collections::BTreeMap;

use super::{Interval, Kind, MetricDef, SeriesDef, SeriesId, Value, catalogue, example::Examples, target};

/// Definitions and running totals of all series, by series number.
#[derive(Debug, Default)]
pub struct Totals {
    series: Vec<(SeriesDef, Value)>,
    /// Numbers of the series of gauges.
    gauges: Vec<SeriesId>,
    /// Smallest and largest sum of each gauge over its series, by its name.
    extremes: BTreeMap<String, [f64; 2]>,
    examples: Examples,
}

impl Totals {
    /// Adds an interval. Intervals must be added in order; values of unknown series are ignored.
    pub fn fold(&mut self, interval: &Interval) {
        for definition in &interval.new_series {
            if definition.metric.kind == Kind::Gauge {
                self.gauges.push(definition.id);
            }
            self.series.push((definition.clone(), Value::empty(definition.metric.kind)));
        }
        for (id, value) in &interval.values {
            if let Some((_, total)) = self.series.get_mut(*id as usize) {
                total.merge(value);
            }
        }
        interval.examples.iter().for_each(|example| self.examples.merge(example));
        self.note_extremes();
    }

    fn note_extremes(&mut self) {
        let mut sums: BTreeMap<&str, f64> = BTreeMap::new();
        for id in &self.gauges {
            if let Some((definition, Value::Gauge(Some(last)))) = self.series.get(*id as usize) {
                *sums.entry(&definition.metric.name).or_default() += last;
            }
        }
        for (name, sum) in sums {
            match self.extremes.get_mut(name) {
                Some([least, most]) => (*least, *most) = (least.min(sum), most.max(sum)),
                None => drop(self.extremes.insert(name.to_owned(), [sum, sum])),
            }
        }
    }

    /// Smallest and largest value of a gauge at the end of an interval, over all its series together.
    #[must_use]
    pub fn extremes(&self, metric: &str) -> Option<[f64; 2]> {
        self.extremes.get(metric).copied()
    }

    /// The first failures of each class at each step.
    #[must_use]
    pub(crate) fn examples(&self) -> &Examples {
        &self.examples
    }

    /// Clears all values and keeps the definitions of series.
    pub fn reset_values(&mut self) {
        self.series.iter_mut().for_each(|(_, value)| *value = value.successor());
    }

    /// The definition and value of a series.
    #[must_use]
    pub fn get(&self, id: SeriesId) -> Option<&(SeriesDef, Value)> {
        self.series.get(id as usize)
    }

    /// All series in the order of their numbers.
    pub fn iter(&self) -> impl Iterator<Item = (&SeriesDef, &Value)> {
        self.series.iter().map(|(definition, value)| (definition, value))
    }

    /// The merged value of the series of a metric that match a filter; None without any.
    pub fn sum_where(&self, metric: &str, mut wanted: impl FnMut(&SeriesDef) -> bool) -> Option<Value> {
        let mut sum: Option<Value> = None;
        for (definition, value) in self.iter() {
            if definition.metric.name == metric && wanted(definition) {
                match &mut sum {
                    Some(sum) => sum.merge_parallel(value),
                    None => sum = Some(value.clone()),
                }
            }
        }
        sum
    }

    /// All metrics, in the order of their first series.
    #[must_use]
    pub fn metrics(&self) -> Vec<&MetricDef> {
        let mut found: Vec<&MetricDef> = Vec::new();
        for (definition, _) in &self.series {
            if !found.iter().any(|known| known.name == definition.metric.name) {
                found.push(&definition.metric);
            }
        }
        found
    }

    /// Custom metrics among [`Self::metrics`].
    #[must_use]
    pub fn own_metrics(&self) -> Vec<&MetricDef> {
        let mut found = self.metrics();
        found.retain(|metric| catalogue::find(&metric.name).is_none() && !target::is_scraped(&metric.name));
        found
    }

    /// Metrics of targets among [`Self::metrics`].
    #[must_use]
    pub(crate) fn scraped_metrics(&self) -> Vec<&MetricDef> {
        let mut found = self.metrics();
        found.retain(|metric| target::is_scraped(&metric.name));
        found
    }

    /// Values of a metric by the value of a label, sorted; series without the label are omitted.
    #[must_use]
    pub fn by_label(&self, metric: &str, label: &str) -> Vec<(String, Value)> {
        let own = self.iter().filter(|(definition, value)| definition.metric.name == metric && !value.is_empty());
        let mut values: Vec<&str> = own.filter_map(|(definition, _)| definition.labels.get(label)).collect();
        values.sort_unstable();
        values.dedup();
        let sum = |value: &str| self.sum_where(metric, |series| series.labels.get(label) == Some(value));
        values.into_iter().filter_map(|value| Some((value.to_owned(), sum(value)?))).collect()
    }

    /// The sum of a counter over all its series; zero if it has none.
    #[must_use]
    pub fn counter(&self, metric: &str) -> f64 {
        match self.sum_where(metric, |_| true) {
            Some(Value::Counter(sum)) => sum,
            _ => 0.0,
        }
    }
}
