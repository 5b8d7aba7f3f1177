//! Merges the intervals of the segments of a run, as [`super::Assembler`] does those of workers: a segment numbers its series by
//! itself, gauges of several segments add up, and histograms have one grid, so that nothing is lost.

use std::collections::BTreeMap;

use super::{Interval, SeriesDef, SeriesId, Value, intended::IntendedSeconds, series::Interner};

/// Merges one span of time after the other.
#[derive(Debug, Default)]
pub(crate) struct SegmentMerger {
    interner: Interner,
    announced: usize,
    /// By segment: the whole run's number for each of its series.
    numbers: Vec<Vec<SeriesId>>,
    sequence: u64,
}

impl SegmentMerger {
    /// Merges what each segment recorded in a span of time (Unix milliseconds), in the order of its intervals. Spans of
    /// traces are left out: each segment has delivered its own.
    pub(crate) fn merge(&mut self, parts: &[Vec<Interval>], start_ms: i64, end_ms: i64) -> Interval {
        let (mut values, mut intended, mut examples) = (BTreeMap::new(), IntendedSeconds::default(), Vec::new());
        self.numbers.resize_with(parts.len().max(self.numbers.len()), Vec::new);
        for (segment, intervals) in parts.iter().enumerate() {
            let mut own: BTreeMap<SeriesId, Value> = BTreeMap::new();
            for interval in intervals {
                for series in &interval.new_series {
                    let number = self.interner.id(&series.metric, &series.labels);
                    self.numbers[segment].push(number);
                }
                for (id, value) in &interval.values {
                    let Some(number) = self.numbers[segment].get(*id as usize) else { continue };
                    match own.get_mut(number) {
                        Some(known) => known.merge(value),
                        None => drop(own.insert(*number, value.clone())),
                    }
                }
                intended.merge(interval.intended.clone());
                examples.extend(interval.examples.iter().cloned());
            }
            for (number, value) in own {
                match values.get_mut(&number) {
                    Some(known) => Value::merge_parallel(known, &value),
                    None => drop(values.insert(number, value)),
                }
            }
        }
        examples.sort_by(|one, other| (one.at, &one.place).cmp(&(other.at, &other.place)));
        let new = self.interner.definitions()[self.announced..].iter().zip(self.announced..);
        let new_series: Vec<_> = new
            .map(|((metric, labels), id)| SeriesDef {
                id: SeriesId::try_from(id).unwrap_or(SeriesId::MAX),
                metric: metric.clone(),
                labels: labels.clone(),
            })
            .collect();
        self.announced += new_series.len();
        let sequence = self.sequence;
        self.sequence += 1;
        let (values, intended) = (values.into_iter().collect(), intended.take());
        Interval { sequence, start_ms, end_ms, new_series, values, intended, spans: Vec::new(), examples }
    }
}

#[cfg(test)]
mod tests;
