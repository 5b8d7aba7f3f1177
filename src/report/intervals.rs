//! An interval as one line of JSON, for programs and for looking into a log after a crash.

use serde_json::{Value as Json, json};

use crate::metric::{Interval, Totals, Value, catalogue};

/// The line. `totals` must already hold the interval's series.
#[must_use]
pub(crate) fn line(interval: &Interval, totals: &Totals) -> Json {
    let mut reqs = 0.0;
    for (id, value) in &interval.values {
        if let (Some((series, _)), Value::Counter(count)) = (totals.get(*id), value)
            && series.metric.name == catalogue::HTTP_REQS.name
        {
            reqs += count;
        }
    }
    json!({
        "seq": interval.sequence,
        "start_ms": interval.start_ms,
        "end_ms": interval.end_ms,
        "series": interval.values.len(),
        catalogue::HTTP_REQS.name.to_string(): reqs,
    })
}
