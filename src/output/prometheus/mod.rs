//! Prometheus remote write 1.0 with native histograms (Prometheus ≥ 2.40 with `--enable-feature=native-histograms`).
//!
//! Counters and histograms are cumulative since the start of the run, so a lost or late push costs no count. Every
//! push holds every series once, with one timestamp; series that appear get a zero a moment before, so that `rate()`
//! and `increase()` see their first step.

pub mod names;
pub mod proto;

use std::collections::BTreeMap;

use self::{
    names::exported_names,
    proto::{put_histogram, put_labels, put_sample, put_series},
};
use super::encoder::{Batch, Encoder};
use crate::metric::{Interval, SeriesDef, Totals, Value};

/// Resolution on the wire: 2 % wide buckets, ±1.1 %.
pub const WIRE_SCALE: u32 = 5;
/// Series in one request, Prometheus' own default.
const MAX_SERIES: usize = 2_000;

/// Encodes for remote write.
#[derive(Debug)]
pub struct RemoteWrite {
    prefix: String,
    run_labels: Vec<(String, String)>,
    totals: Totals,
    /// Per series: its labels as they go over the wire; two sets for a rate.
    labels: Vec<Vec<Vec<u8>>>,
    /// Series that appeared since the last push, by the time of their zero.
    appeared: BTreeMap<i64, Vec<u32>>,
    end_ms: i64,
}

impl RemoteWrite {
    /// An encoder without series; `run_labels` go with every series.
    #[must_use]
    pub fn new(prefix: &str, run_labels: Vec<(String, String)>) -> Self {
        Self {
            prefix: prefix.to_owned(),
            run_labels,
            totals: Totals::default(),
            labels: Vec::new(),
            appeared: BTreeMap::new(),
            end_ms: 0,
        }
    }

    fn learn(&mut self, series: &SeriesDef, start_ms: i64) {
        let sets = exported_names(&self.prefix, &series.metric).into_iter().map(|(name, extra)| {
            let own = series.labels.iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
            let all: BTreeMap<String, String> = self.run_labels.iter().cloned().chain(own).chain(extra).collect();
            let mut bytes = Vec::new();
            put_labels(&mut bytes, &name, &all);
            bytes
        });
        self.labels.push(sets.collect());
        // A gauge has no beginning at zero.
        if !matches!(Value::empty(series.metric.kind), Value::Gauge(_)) {
            self.appeared.entry(start_ms).or_default().push(series.id);
        }
    }

    fn batches(&self, at_ms: i64, series: impl Iterator<Item = (u32, Value)>) -> Vec<Batch> {
        let mut batches = Vec::new();
        let (mut body, mut samples) = (Vec::new(), 0);
        for (id, value) in series {
            let Some(sets) = self.labels.get(id as usize) else { continue };
            samples += put_value(&mut body, sets, &value, at_ms);
            if samples >= MAX_SERIES as u64 {
                batches.push(freeze(&std::mem::take(&mut body), std::mem::take(&mut samples)));
            }
        }
        if samples > 0 {
            batches.push(freeze(&body, samples));
        }
        batches
    }
}

fn freeze(body: &[u8], samples: u64) -> Batch {
    // Compression of a buffer in memory fails only past 4 GiB, which the limit of series excludes.
    Batch { body: snap::raw::Encoder::new().compress_vec(body).unwrap_or_default(), samples }
}

fn put_value(body: &mut Vec<u8>, sets: &[Vec<u8>], value: &Value, at_ms: i64) -> u64 {
    match (value, sets) {
        (Value::Counter(sum), [labels]) => put_series(body, labels, |out| put_sample(out, *sum, at_ms)),
        (Value::Gauge(Some(last)), [labels]) => put_series(body, labels, |out| put_sample(out, *last, at_ms)),
        (Value::Rate { nonzero, total }, [hits, misses]) => {
            put_series(body, hits, |out| put_sample(out, *nonzero as f64, at_ms));
            put_series(body, misses, |out| put_sample(out, (*total - *nonzero) as f64, at_ms));
            return 2;
        }
        (Value::Trend(histogram), [labels]) => {
            put_series(body, labels, |out| put_histogram(out, histogram, WIRE_SCALE, at_ms));
        }
        _ => return 0,
    }
    1
}

impl Encoder for RemoteWrite {
    fn fold(&mut self, interval: &Interval) {
        for series in &interval.new_series {
            self.learn(series, interval.start_ms);
        }
        self.totals.fold(interval);
        self.end_ms = interval.end_ms;
    }

    fn push(&mut self) -> Vec<Batch> {
        let mut batches = Vec::new();
        for (at_ms, ids) in std::mem::take(&mut self.appeared) {
            let zeros = ids.iter().filter_map(|id| {
                let (series, _) = self.totals.get(*id)?;
                Some((*id, Value::empty(series.metric.kind)))
            });
            batches.extend(self.batches(at_ms, zeros));
        }
        let all = self.totals.iter().map(|(series, value)| (series.id, value.clone()));
        batches.extend(self.batches(self.end_ms, all));
        batches
    }

    fn headers(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("Content-Encoding", "snappy"),
            ("Content-Type", "application/x-protobuf"),
            ("X-Prometheus-Remote-Write-Version", "0.1.0"),
        ]
    }

    fn hint(&self, status: u16, body: &str) -> Option<&'static str> {
        match status {
            // Prometheus before 3.8 answers 500 to this, and would for ever.
            500 if body.contains("native histograms are disabled") => {
                Some("start Prometheus with --enable-feature=native-histograms")
            }
            404 => Some("start Prometheus with --web.enable-remote-write-receiver, and check the path"),
            _ => None,
        }
    }
}
