//! Windows: what was observed in equal parts of a run, by a key of the caller's, for example a metric at a step.
//!
//! Owns the fold of intervals into windows. Bounded: when there would be too many, neighbours are merged and windows
//! become twice as long, so that a run of days takes no more memory than one of minutes.

use crate::metric::{Interval, SeriesDef, Value};

/// Values that a run keeps, of all keys and windows together; a histogram takes some kilobytes.
const MOST_VALUES: usize = 12_000;
/// With so many keys, windows are not merged further.
const LEAST_WINDOWS: usize = 24;

/// The windows of a run.
#[derive(Debug)]
pub(crate) struct Windows<K> {
    length_ms: i64,
    most: usize,
    keys: Vec<K>,
    /// Places of the keys of each series, by its number.
    of_series: Vec<Vec<usize>>,
    /// By window, then by the place of the key; keys that appeared later are missing at the end.
    parts: Vec<Vec<Option<Value>>>,
}

impl<K: PartialEq> Windows<K> {
    /// No windows yet: at most `most` (at least two) of `length_ms` milliseconds each, or of a multiple of it.
    #[must_use]
    pub(crate) fn new(length_ms: i64, most: usize) -> Self {
        Self {
            length_ms: length_ms.max(1),
            most: most.max(2),
            keys: Vec::new(),
            of_series: Vec::new(),
            parts: Vec::new(),
        }
    }

    /// Takes the next interval of a run that started at `started_at_ms`; `keys_of` says where a series belongs, if
    /// anywhere. An interval counts in the window that its middle lies in.
    pub(crate) fn fold(&mut self, interval: &Interval, started_at_ms: i64, keys_of: impl Fn(&SeriesDef) -> Vec<K>) {
        for definition in &interval.new_series {
            let places = keys_of(definition).into_iter().map(|key| self.place_of(key)).collect();
            self.of_series.push(places);
        }
        let length = interval.end_ms.saturating_sub(interval.start_ms);
        // Intervals that were downsampled are longer than the windows were.
        while length > self.length_ms.saturating_mul(2) {
            self.merge_neighbours();
        }
        let middle = interval.middle_ms().saturating_sub(started_at_ms);
        let affordable = (MOST_VALUES / self.keys.len().max(1)).max(LEAST_WINDOWS);
        let most = i64::try_from(self.most.min(affordable)).unwrap_or(i64::MAX);
        while middle / self.length_ms >= most {
            self.merge_neighbours();
        }
        let Ok(index) = usize::try_from(middle / self.length_ms) else { return };
        if self.parts.len() <= index {
            self.parts.resize_with(index + 1, Vec::new);
        }
        let window = &mut self.parts[index];
        for (id, value) in &interval.values {
            for place in self.of_series.get(*id as usize).into_iter().flatten() {
                add(window, *place, value);
            }
        }
    }

    fn place_of(&mut self, key: K) -> usize {
        self.keys.iter().position(|known| *known == key).unwrap_or_else(|| {
            self.keys.push(key);
            self.keys.len() - 1
        })
    }

    fn merge_neighbours(&mut self) {
        self.length_ms = self.length_ms.saturating_mul(2);
        let mut rest = std::mem::take(&mut self.parts).into_iter();
        while let Some(mut window) = rest.next() {
            for (place, value) in rest.next().into_iter().flatten().enumerate() {
                value.iter().for_each(|value| add(&mut window, place, value));
            }
            self.parts.push(window);
        }
    }

    /// Length of a window in milliseconds.
    #[must_use]
    pub(crate) fn length_ms(&self) -> i64 {
        self.length_ms
    }

    /// Merges neighbours until a window lasts at least `length_ms`.
    pub(crate) fn lengthen(&mut self, length_ms: i64) {
        while self.length_ms < length_ms {
            self.merge_neighbours();
        }
    }

    /// Length of a window in seconds.
    #[must_use]
    pub(crate) fn seconds(&self) -> f64 {
        self.length_ms as f64 / 1e3
    }

    /// The keys, in the order in which they appeared.
    #[must_use]
    pub(crate) fn keys(&self) -> &[K] {
        &self.keys
    }

    /// The values of a key in the first `count` windows; None where there was nothing.
    #[must_use]
    pub(crate) fn values(&self, key: &K, count: usize) -> Vec<Option<&Value>> {
        let place = self.keys.iter().position(|known| known == key);
        let value = |index: usize| self.parts.get(index)?.get(place?)?.as_ref();
        (0..count).map(value).collect()
    }

    /// Windows that lie wholly within the first `seconds` of the run.
    #[must_use]
    pub(crate) fn whole_within(&self, seconds: f64) -> usize {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most the number of windows")]
        let whole = (seconds / self.seconds() + 1e-6).floor().clamp(0.0, self.parts.len() as f64) as usize;
        whole
    }
}

fn add(window: &mut Vec<Option<Value>>, place: usize, value: &Value) {
    if window.len() <= place {
        window.resize(place + 1, None);
    }
    match &mut window[place] {
        Some(sum) => sum.merge(value),
        empty => *empty = Some(value.clone()),
    }
}

/// All of some windows together; None if there was nothing.
#[must_use]
pub(crate) fn merged(values: &[Option<&Value>]) -> Option<Value> {
    let mut values = values.iter().flatten();
    let mut sum = (*values.next()?).clone();
    values.for_each(|value| sum.merge(value));
    Some(sum)
}

#[cfg(test)]
mod tests;
