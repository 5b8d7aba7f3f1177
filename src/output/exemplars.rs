//! Exemplars: which requests of sampled traces stand for the others in histograms. The slowest first, one for each part
//! of the scale, a handful of each metric and push.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::metric::{Interval, SeriesId, Span, intended::coarse_bucket};

/// Of each metric and push.
const MOST: usize = 8;

/// A request that stands for others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Exemplar {
    /// What it took, in seconds: an observation of its series.
    pub value: f64,
    /// When it ended, Unix milliseconds.
    pub at_ms: i64,
    pub trace: u128,
    pub span: u64,
}

/// Exemplars by series, in the order of their times, no two at one time.
pub(super) type BySeries = BTreeMap<SeriesId, Vec<Exemplar>>;

/// Those of the intervals since the last push: of service and of response times.
#[derive(Debug, Default)]
pub(super) struct Exemplars([Vec<(SeriesId, Exemplar)>; 2]);

impl Exemplars {
    /// Looks at the spans of an interval. Memory does not grow with their number.
    pub(super) fn fold(&mut self, interval: &Interval) {
        let requests = || interval.spans.iter().filter(|span| span.parent != 0 && span.is_observed);
        let of = |span: &Span, nanoseconds: u64| {
            let ended_ms = i64::try_from(span.end_unix_ns() / 1_000_000).unwrap_or(i64::MAX);
            // What a late worker brings is reported now: receivers take no exemplar that is older than the last one.
            let at_ms = ended_ms.max(interval.start_ms + 1).min(interval.end_ms);
            Exemplar { value: seconds(nanoseconds), at_ms, trace: span.trace, span: span.id }
        };
        let [service, response] = &mut self.0;
        service.extend(requests().map(|span| (span.series, of(span, span.duration_ns))));
        response.extend(requests().map(|span| (span.response_series, of(span, span.response_ns))));
        self.0.iter_mut().for_each(choose);
    }

    /// Gives the chosen ones and starts anew.
    pub(super) fn take(&mut self) -> BySeries {
        let mut all = BySeries::new();
        for (series, exemplar) in self.0.iter_mut().flat_map(std::mem::take) {
            all.entry(series).or_default().push(exemplar);
        }
        for exemplars in all.values_mut() {
            // The slowest of those that ended together.
            exemplars.sort_by(|a, b| a.at_ms.cmp(&b.at_ms).then(b.value.total_cmp(&a.value)));
            exemplars.dedup_by_key(|exemplar| exemplar.at_ms);
        }
        all
    }
}

fn choose(candidates: &mut Vec<(SeriesId, Exemplar)>) {
    candidates.sort_by(|(_, a), (_, b)| b.value.total_cmp(&a.value).then(a.span.cmp(&b.span)));
    let mut taken = Vec::with_capacity(MOST);
    candidates.retain(|(series, exemplar)| {
        let place = (*series, coarse_bucket(exemplar.value));
        let is_new = taken.len() < MOST && !taken.contains(&place);
        if is_new {
            taken.push(place);
        }
        is_new
    });
}

/// Seconds as the recorder counts them.
fn seconds(nanoseconds: u64) -> f64 {
    std::time::Duration::from_nanos(nanoseconds).as_secs_f64()
}
